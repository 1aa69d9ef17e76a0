//! Creates an API token.

use cc_api_bridge::types::CreateApiTokenBody;
use cc_runtime::{Answer, Error, Result, Secret};
use serde::{Deserialize, Serialize};

use crate::expiration::Expiration;
use crate::model::CreatedApiToken;
use crate::{Command, Context};

/// Creates an API token.
///
/// The e-mail address, the password and the code of the second factor prove who asks: it needs no other credentials. The
/// answer is the only time that the value of the token is shown.
///
/// Operation: `create_api_token` (`POST /api-tokens`). It is sent once.
///
/// # Errors
/// - [`ErrorKind::Refused`](cc_runtime::ErrorKind::Refused), with the code `invalid-credential` when the e-mail address or the
///   password is wrong, `invalid-mfa-code` when the code of the second factor is.
/// - [`ErrorKind::Indeterminate`](cc_runtime::ErrorKind::Indeterminate) when no answer came: there may be one more token.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "catalog", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[must_use = "a command does nothing until it is sent"]
pub struct CreateApiToken {
    /// E-mail address of the account.
    pub email: String,
    /// Password of the account.
    pub password: Secret,
    /// Code of the second factor, where the account has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mfa_code: Option<Secret>,
    /// Name of the token, at least one character.
    pub name: String,
    /// What the token is for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// When the token stops working, at most one year from now.
    pub expiration_date: Expiration,
}

impl CreateApiToken {
    /// With what is required.
    pub fn new(
        email: impl Into<String>,
        password: impl Into<Secret>,
        name: impl Into<String>,
        expiration_date: impl Into<Expiration>,
    ) -> Self {
        Self {
            email: email.into(),
            password: password.into(),
            mfa_code: None,
            name: name.into(),
            description: None,
            expiration_date: expiration_date.into(),
        }
    }

    /// Code of the second factor, where the account has one.
    pub fn mfa_code(mut self, mfa_code: impl Into<Secret>) -> Self {
        self.mfa_code = Some(mfa_code.into());
        self
    }

    /// What the token is for.
    pub fn description(mut self, description: impl Into<String>) -> Self {
        self.description = Some(description.into());
        self
    }
}

impl Command for CreateApiToken {
    const NAME: &'static str = "CreateApiToken";
    type Output = CreatedApiToken;
    type Context = Context;

    async fn run(self, cx: &Context) -> Result<CreatedApiToken> {
        let expires = self.expiration_date.instant();
        let mut body = CreateApiTokenBody::new(self.email, self.password.clone(), self.name, expires);
        (body.mfa_code, body.description) = (self.mfa_code.clone(), self.description);
        let created = cx.call(cc_api_bridge::CreateApiToken::new(body)).await;
        created.and_then(Answer::required).map(Answer::into_inner).map_err(told)
    }
}

/// A creation that was sent and not answered may have made a token.
fn told(error: Error) -> Error {
    if error.may_be_done() { error.indeterminate() } else { error }
}
