//! Renames an API token.

use cc_api_bridge::types::UpdateApiTokenBody;
use cc_runtime::{Answer, Result};

use crate::command::{Context, Run};
use crate::commands::UpdateApiToken;

impl Run for UpdateApiToken {
    async fn run(self, cx: &Context) -> Result<()> {
        let mut body = UpdateApiTokenBody::new(self.name);
        body.description = self.description;
        cx.signed(cc_api_bridge::UpdateApiToken::new(self.api_token_id, body))?.await.map(Answer::into_inner)
    }
}
