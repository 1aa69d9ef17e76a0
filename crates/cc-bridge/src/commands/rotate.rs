//! Replaces an API token by a new one.

use std::time::Duration;

use cc_api_passthrough::GetV2;
use cc_runtime::{CallOptions, Credentials, Error, ErrorKind, Result, Secret, tasks};
use serde::{Deserialize, Serialize};

use crate::commands::{CreateApiToken, DeleteApiToken, ListApiToken};
use crate::expiration::Expiration;
use crate::model::{ApiToken, CreatedApiToken};
use crate::{Command, Context};

/// How often a new token is tried: one that was just made may not be known everywhere yet.
const TRIES: u32 = 5;
/// Between two tries.
const PAUSE: Duration = Duration::from_secs(1);
/// How long the removal of a new token that does not work may take, beyond the time of the command.
const CLEAN_UP: Duration = Duration::from_secs(10);

/// Replaces an API token: makes a new one, makes sure that the bridge takes it for the same user, and only then revokes the
/// old one.
///
/// It never ends with none. Whenever it fails, the old token is still there and the new one is revoked, as far as it can be.
/// Once the new token is known to work it is given back, whatever becomes of the old one:
/// [`RotatedApiToken::revoked`] tells.
///
/// Operations: `list_api_tokens`, `create_api_token`, `get_v2` (`GET /v2/self`), `delete_api_token`; signed with OAuth 1.
///
/// # Errors
/// - [`ErrorKind::Credentials`] when the client has no OAuth 1 credentials.
/// - [`ErrorKind::CannotResolveResource`] when the signed-in user has no token with this id. Nothing is changed.
/// - Those of [`CreateApiToken`].
/// - [`ErrorKind::InvalidInput`] when e-mail address and password are of another user than the old token, who has a new
///   one then; and when the lifetime of the old token is not known, and none is given.
/// - What the first request with the new token failed with.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "catalog", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[must_use = "a command does nothing until it is sent"]
pub struct RotateApiToken {
    /// Id of the token to replace.
    pub api_token_id: String,
    /// E-mail address of the account.
    pub email: String,
    /// Password of the account.
    pub password: Secret,
    /// Code of the second factor, where the account has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mfa_code: Option<Secret>,
    /// When the new token stops working. Default: after as long as the old one was made for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expiration_date: Option<Expiration>,
}

/// What became of two tokens.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "catalog", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct RotatedApiToken {
    /// The new token, with its value. It works.
    pub token: CreatedApiToken,
    /// Whether the old token is revoked. When it is not, it still works: [`problem`](Self::problem) says why.
    pub revoked: bool,
    /// Why the old token is not revoked.
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "as_text")]
    #[cfg_attr(feature = "catalog", schemars(with = "Option<String>"))]
    pub problem: Option<Error>,
}

fn as_text<S: serde::Serializer>(problem: &Option<Error>, serializer: S) -> Result<S::Ok, S::Error> {
    problem.as_ref().map(Error::to_string).serialize(serializer)
}

impl RotateApiToken {
    /// With what is required.
    pub fn new(
        api_token_id: impl Into<String>,
        email: impl Into<String>,
        password: impl Into<Secret>,
    ) -> Self {
        Self {
            api_token_id: api_token_id.into(),
            email: email.into(),
            password: password.into(),
            mfa_code: None,
            expiration_date: None,
        }
    }

    /// Code of the second factor, where the account has one.
    pub fn mfa_code(mut self, mfa_code: impl Into<Secret>) -> Self {
        self.mfa_code = Some(mfa_code.into());
        self
    }

    /// When the new token stops working. Default: after as long as the old one was made for.
    pub fn expiration_date(mut self, expiration_date: impl Into<Expiration>) -> Self {
        self.expiration_date = Some(expiration_date.into());
        self
    }
}

impl Command for RotateApiToken {
    const NAME: &'static str = "RotateApiToken";
    const CLEAN_UP: Duration = CLEAN_UP;
    type Output = RotatedApiToken;
    type Context = Context;

    async fn run(self, cx: &Context) -> Result<RotatedApiToken> {
        let tokens = ListApiToken::new().run(cx).await?;
        let old = tokens.into_iter().find(|token| token.api_token_id == self.api_token_id);
        let old = old.ok_or_else(|| no_such_token(&self.api_token_id))?;
        let expiration_date = self.expiration_date.or_else(|| lifetime(&old)).ok_or_else(no_lifetime)?;
        let creation = CreateApiToken {
            email: self.email,
            password: self.password,
            mfa_code: self.mfa_code,
            name: old.name.clone(),
            description: old.description.clone(),
            expiration_date,
        };
        let token = creation.run(cx).await?;
        if let Err(unfit) = works(cx, &token, &old).await {
            return Err(unfit.give_up(cx, &token).await);
        }
        let problem = match DeleteApiToken::new(&old.api_token_id).run(cx).await {
            Err(error) if !error.is_not_found() => Some(error),
            _ => None,
        };
        Ok(RotatedApiToken { token, revoked: problem.is_none(), problem })
    }
}

/// How long a token was made for.
fn lifetime(token: &ApiToken) -> Option<Expiration> {
    let (from, to) = token.creation_date.zip(token.expiration_date)?;
    Some(to.duration_since(from).into())
}

#[cold]
fn no_lifetime() -> Error {
    Error::new(ErrorKind::InvalidInput)
        .with_message("it is not known how long the old API token was made for: give an `expirationDate`")
}

#[cold]
fn no_such_token(id: &str) -> Error {
    Error::new(ErrorKind::CannotResolveResource)
        .with_message(format!("there is no API token `{id}` among those of the signed-in user"))
}

/// Makes sure that the bridge takes the new token for the user of the old one.
async fn works(cx: &Context, token: &CreatedApiToken, old: &ApiToken) -> Result<(), Unfit> {
    let bearer = Credentials::ApiToken(token.api_token.clone());
    let cx = cx.with_credentials(bearer).map_err(Unfit::Broken)?;
    let mut tried = 0;
    loop {
        tried += 1;
        match cx.call(GetV2::new("self")).await {
            Ok(user) if user["id"] == old.user_id.as_str() => return Ok(()),
            Ok(_) => return Err(Unfit::OfAnotherUser),
            Err(error) if tried < TRIES && (error.is_retryable() || error.is_unauthorized()) => {
                tasks::until(cx.deadline(), tasks::sleep(PAUSE)).await;
            }
            Err(error) => return Err(Unfit::Broken(error)),
        }
    }
}

/// Why a new token cannot take the place of the old one.
enum Unfit {
    Broken(Error),
    OfAnotherUser,
}

impl Unfit {
    /// Revokes the new token, as far as it can be, and says what is left. The old one was not touched.
    async fn give_up(self, cx: &Context, token: &CreatedApiToken) -> Error {
        let id = &token.api_token_id;
        let (error, why, left) = match self {
            Self::OfAnotherUser => {
                let error = Error::new(ErrorKind::InvalidInput);
                let why = "the e-mail address and the password are of another user".to_owned();
                (error, why, format!("and that user has a new one, `{id}`"))
            }
            Self::Broken(error) => {
                let cx = cx.with_options(CallOptions::new().timeout(CLEAN_UP));
                let left = match DeleteApiToken::new(id).run(&cx).await {
                    Err(error) if !error.is_not_found() => {
                        format!("the new one, `{id}`, could not be revoked")
                    }
                    _ => "the new one is revoked again".to_owned(),
                };
                let why = error.message().unwrap_or("the new API token is not accepted").to_owned();
                (error, why, left)
            }
        };
        error.with_message(format!("{why}; the old API token still works, {left}"))
    }
}
