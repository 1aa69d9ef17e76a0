//! The SSH keys that a user has at GitHub.

use cc_runtime::Result;

use super::ListGithubSshKey;
use crate::command::Run;
use crate::context::Context;

/// The platform's code for an account that is not linked to GitHub. Source: the official client.
const NOT_LINKED: &str = "7301";

impl Run for ListGithubSshKey {
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
