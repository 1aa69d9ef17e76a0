//! Replaces an API token by a new one.

use std::time::Duration;

use cc_api_passthrough::GetV2;
use cc_runtime::{CallOptions, Command, Credentials, Error, ErrorKind, Result, tasks};
use serde::Serialize;

use crate::command::{Context, Run};
use crate::commands::{CreateApiToken, DeleteApiToken, ListApiToken, RotateApiToken};
use crate::expiration::Expiration;
use crate::model::{ApiToken, CreatedApiToken};

/// Number of attempts with a new token, which may not be known everywhere right after its creation.
const TRIES: u32 = 5;
/// Between two tries.
const PAUSE: Duration = Duration::from_secs(1);
/// Time limit for the revocation of an unusable new token, after the deadline of the command.
const CLEAN_UP: Duration = <RotateApiToken as Command>::CLEAN_UP;

/// Result of the rotation: the new token and the state of the old one.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "catalog", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct RotatedApiToken {
    /// The new token, with its value. It works.
    pub token: CreatedApiToken,
    /// `true` if the old token is revoked. Otherwise it still works, and [`problem`](Self::problem) holds the
    /// reason.
    pub revoked: bool,
    /// Reason why the old token is not revoked.
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "as_text")]
    #[cfg_attr(feature = "catalog", schemars(with = "Option<String>"))]
    pub problem: Option<Error>,
}

fn as_text<S: serde::Serializer>(problem: &Option<Error>, serializer: S) -> Result<S::Ok, S::Error> {
    problem.as_ref().map(Error::to_string).serialize(serializer)
}

impl Run for RotateApiToken {
    async fn run(self, cx: &Context) -> Result<RotatedApiToken> {
        let tokens = cx.send(ListApiToken::new()).await?;
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
        let token = cx.send(creation).await?;
        if let Err(unfit) = works(cx, &token, &old).await {
            return Err(unfit.give_up(cx, &token).await);
        }
        let problem = match cx.send(DeleteApiToken::new(&old.api_token_id)).await {
            Err(error) if !error.is_not_found() => Some(error),
            _ => None,
        };
        Ok(RotatedApiToken { token, revoked: problem.is_none(), problem })
    }
}

/// Lifetime of a token.
fn lifetime(token: &ApiToken) -> Option<Expiration> {
    let (from, to) = token.creation_date.zip(token.expiration_date)?;
    Some(to.duration_since(from).into())
}

#[cold]
fn no_lifetime() -> Error {
    Error::new(ErrorKind::InvalidInput)
        .with_message("the lifetime of the old API token is unknown: set `expirationDate`")
}

#[cold]
fn no_such_token(id: &str) -> Error {
    Error::new(ErrorKind::CannotResolveResource)
        .with_message(format!("the signed-in user has no API token `{id}`"))
}

/// Checks that the bridge accepts the new token for the user of the old one.
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

/// Reason why a new token cannot replace the old one.
enum Unfit {
    Broken(Error),
    OfAnotherUser,
}

impl Unfit {
    /// Revokes the new token, if possible, and returns the error. The old token was not changed.
    async fn give_up(self, cx: &Context, token: &CreatedApiToken) -> Error {
        let id = &token.api_token_id;
        let (error, why, left) = match self {
            Self::OfAnotherUser => {
                let error = Error::new(ErrorKind::InvalidInput);
                let why = "the e-mail address and the password belong to another user".to_owned();
                (error, why, format!("and the other user has the new API token `{id}`"))
            }
            Self::Broken(error) => {
                let cx = cx.with_options(CallOptions::new().timeout(CLEAN_UP));
                let left = match cx.send(DeleteApiToken::new(id)).await {
                    Err(error) if !error.is_not_found() => {
                        format!("and the new one, `{id}`, could not be revoked")
                    }
                    _ => "and the new one was revoked".to_owned(),
                };
                let why = error.message().unwrap_or("the new API token is not accepted").to_owned();
                (error, why, left)
            }
        };
        error.with_message(format!("{why}; the old API token still works, {left}"))
    }
}
