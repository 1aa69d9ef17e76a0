//! Renames an API token.

use cc_api_bridge::types::UpdateApiTokenBody;
use cc_runtime::{Answer, Result};
use serde::{Deserialize, Serialize};

use crate::{Command, Context};

/// Changes the name and the description of an API token. Its value and its expiration date never change.
///
/// Operation: `update_api_token` (`PUT /api-tokens/{apiTokenId}`), signed with OAuth 1.
///
/// # Errors
/// - [`ErrorKind::Credentials`](cc_runtime::ErrorKind::Credentials) when the client has no OAuth 1 credentials.
/// - [`ErrorKind::Refused`](cc_runtime::ErrorKind::Refused) with 404 when there is no such token.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "catalog", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[must_use = "a command does nothing until it is sent"]
pub struct UpdateApiToken {
    /// Id of the token.
    pub api_token_id: String,
    /// New name of the token, at least one character.
    pub name: String,
    /// New description of the token. It is replaced together with the name: give it again to keep it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
}

impl UpdateApiToken {
    /// With what is required.
    pub fn new(api_token_id: impl Into<String>, name: impl Into<String>) -> Self {
        Self { api_token_id: api_token_id.into(), name: name.into(), description: None }
    }

    /// New description of the token. It is replaced together with the name: give it again to keep it.
    pub fn description(mut self, description: impl Into<String>) -> Self {
        self.description = Some(description.into());
        self
    }
}

impl Command for UpdateApiToken {
    const NAME: &'static str = "UpdateApiToken";
    type Output = ();
    type Context = Context;

    async fn run(self, cx: &Context) -> Result<()> {
        let mut body = UpdateApiTokenBody::new(self.name);
        body.description = self.description;
        cx.signed(cc_api_bridge::UpdateApiToken::new(self.api_token_id, body))?.await.map(Answer::into_inner)
    }
}
