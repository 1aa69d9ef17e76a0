//! Revokes an API token.

use cc_runtime::{Answer, Result};
use serde::{Deserialize, Serialize};

use crate::{Command, Context};

/// Revokes an API token: requests with it are refused from then on.
///
/// Operation: `delete_api_token` (`DELETE /api-tokens/{apiTokenId}`), signed with OAuth 1.
///
/// # Errors
/// - [`ErrorKind::Credentials`](cc_runtime::ErrorKind::Credentials) when the client has no OAuth 1 credentials.
/// - [`ErrorKind::Refused`](cc_runtime::ErrorKind::Refused) with 404 when there is no such token.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "catalog", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[must_use = "a command does nothing until it is sent"]
pub struct DeleteApiToken {
    /// Id of the token.
    pub api_token_id: String,
}

impl DeleteApiToken {
    /// With what is required.
    pub fn new(api_token_id: impl Into<String>) -> Self {
        Self { api_token_id: api_token_id.into() }
    }
}

impl Command for DeleteApiToken {
    const NAME: &'static str = "DeleteApiToken";
    type Output = ();
    type Context = Context;

    async fn run(self, cx: &Context) -> Result<()> {
        cx.signed(cc_api_bridge::DeleteApiToken::new(self.api_token_id))?.await.map(Answer::into_inner)
    }
}
