//! The SSH keys that a user has at GitHub.

use cc_api_github::types::GithubSshKey;
use cc_core::Result;
use serde::{Deserialize, Serialize};

use crate::command::Command;
use crate::context::Context;

/// What the platform calls an account that is not linked to GitHub. Source: the official client.
const NOT_LINKED: &str = "7301";

/// Lists the SSH keys that the caller has at GitHub, by name. Empty when the accounts are not linked.
///
/// Operation: `list_github_ssh_keys`.
///
/// # Errors
/// Any other 404 than the one of accounts that are not linked.
///
/// # Example
/// ```
/// # cc_examples::try_out("ListGithubSshKey", async |client, _| {
/// use cc_client::commands::ssh_key::ListGithubSshKey;
///
/// let keys = client.send(ListGithubSshKey::new()).await?;
/// # Ok(()) });
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "catalog", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[must_use = "a command does nothing until it is sent"]
pub struct ListGithubSshKey {}

impl ListGithubSshKey {
    /// Without inputs.
    pub fn new() -> Self {
        Self {}
    }
}

impl Command for ListGithubSshKey {
    const NAME: &'static str = "ListGithubSshKey";
    type Output = Vec<GithubSshKey>;

    async fn run(self, cx: &Context) -> Result<Self::Output> {
        let mut keys = match cx.call(cc_api_github::ListGithubSshKeys::new()).await {
            Ok(answer) => answer.into_inner(),
            Err(error) if error.is_not_found() && error.code() == NOT_LINKED => return Ok(Vec::new()),
            Err(error) => return Err(error),
        };
        keys.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(keys)
    }
}
