//! Lists the API tokens of the signed-in user.

use cc_runtime::{Answer, Result};
use serde::{Deserialize, Serialize};

use crate::model::ApiToken;
use crate::{Command, Context};

/// Lists the API tokens of the signed-in user, expired ones included and without their values.
///
/// Operation: `list_api_tokens` (`GET /api-tokens`), signed with OAuth 1.
///
/// # Errors
/// [`ErrorKind::Credentials`](cc_runtime::ErrorKind::Credentials) when the client has no OAuth 1 credentials.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "catalog", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[must_use = "a command does nothing until it is sent"]
pub struct ListApiToken {}

impl ListApiToken {
    /// Without inputs.
    pub fn new() -> Self {
        Self {}
    }
}

impl Command for ListApiToken {
    const NAME: &'static str = "ListApiToken";
    type Output = Vec<ApiToken>;
    type Context = Context;

    async fn run(self, cx: &Context) -> Result<Vec<ApiToken>> {
        cx.signed(cc_api_bridge::ListApiTokens::new())?.await.map(Answer::into_inner)
    }
}
