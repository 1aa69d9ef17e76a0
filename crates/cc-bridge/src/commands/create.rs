//! Creates an API token.

use cc_api_bridge::types::CreateApiTokenBody;
use cc_runtime::{Answer, Result};

use crate::command::{Context, Run};
use crate::commands::CreateApiToken;
use crate::model::CreatedApiToken;

impl Run for CreateApiToken {
    async fn run(self, cx: &Context) -> Result<CreatedApiToken> {
        let expires = self.expiration_date.instant();
        let mut body = CreateApiTokenBody::new(self.email, self.password.clone(), self.name, expires);
        (body.mfa_code, body.description) = (self.mfa_code.clone(), self.description);
        let created = cx.call(cc_api_bridge::CreateApiToken::new(body)).await;
        created.and_then(|created| created.required("the token")).map(Answer::into_inner)
    }
}
