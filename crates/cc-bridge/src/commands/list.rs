//! Lists the API tokens of the signed-in user.

use cc_runtime::{Answer, Result};

use crate::command::{Context, Run};
use crate::commands::ListApiToken;
use crate::model::ApiToken;

impl Run for ListApiToken {
    async fn run(self, cx: &Context) -> Result<Vec<ApiToken>> {
        cx.signed(cc_api_bridge::ListApiTokens::new())?.await.map(Answer::into_inner)
    }
}
