//! Revokes an API token.

use cc_runtime::{Answer, Result};

use crate::command::{Context, Run};
use crate::commands::DeleteApiToken;

impl Run for DeleteApiToken {
    async fn run(self, cx: &Context) -> Result<()> {
        cx.signed(cc_api_bridge::DeleteApiToken::new(self.api_token_id))?.await.map(Answer::into_inner)
    }
}
