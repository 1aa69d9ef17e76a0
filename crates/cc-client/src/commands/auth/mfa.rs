//! The second factor of the caller. Each command is proven by the password.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use cc_api_account::types::{MfaConfirmation, MfaEnrolment, MfaKind};
use cc_core::{Discard, Result, Secret};
use serde::{Deserialize, Serialize};

use crate::command::Command;
use crate::context::Context;
use crate::model::setters;

/// Starts to set a second factor up, and gives what an authenticator needs. It counts once it is
/// [confirmed](ConfirmAuthMfa).
///
/// Operation: `create_mfa`.
///
/// # Example
/// ```
/// # cc_examples::try_out("CreateAuthMfa", async |client, _| {
/// use cc_client::commands::auth::CreateAuthMfa;
///
/// let enrolment = client.send(CreateAuthMfa::new("TOTP", "the password")).await?;
/// # Ok(()) });
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "catalog", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[must_use = "a command does nothing until it is sent"]
pub struct CreateAuthMfa {
    /// The second factor.
    pub kind: MfaKind,
    /// Password of the caller.
    pub password: Secret,
}

impl CreateAuthMfa {
    /// With what is required.
    pub fn new(kind: impl Into<MfaKind>, password: impl Into<Secret>) -> Self {
        Self { kind: kind.into(), password: password.into() }
    }
}

impl Command for CreateAuthMfa {
    const NAME: &'static str = "CreateAuthMfa";
    type Output = MfaEnrolment;

    async fn run(self, cx: &Context) -> Result<Self::Output> {
        let request = cc_api_account::CreateMfa::new(self.kind, proof(&self.password));
        Ok(cx.call(request).await?.required()?.into_inner())
    }
}

/// Confirms a second factor with one of its codes.
///
/// Operation: `confirm_mfa`.
///
/// # Example
/// ```
/// # cc_examples::try_out("ConfirmAuthMfa", async |client, _| {
/// use cc_client::commands::auth::ConfirmAuthMfa;
///
/// client.send(ConfirmAuthMfa::new("TOTP", "123456", "the password")).await?;
/// # Ok(()) });
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "catalog", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[must_use = "a command does nothing until it is sent"]
pub struct ConfirmAuthMfa {
    /// The second factor.
    pub kind: MfaKind,
    /// A code of it.
    pub code: Secret,
    /// Password of the caller.
    pub password: Secret,
    /// Whether the OAuth tokens of the caller are revoked. Default: what the platform does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revoke_tokens: Option<bool>,
}

impl ConfirmAuthMfa {
    /// With what is required.
    pub fn new(kind: impl Into<MfaKind>, code: impl Into<Secret>, password: impl Into<Secret>) -> Self {
        Self { kind: kind.into(), code: code.into(), password: password.into(), revoke_tokens: None }
    }

    setters! {
        /// Whether the OAuth tokens of the caller are revoked.
        revoke_tokens: bool,
    }
}

impl Command for ConfirmAuthMfa {
    const NAME: &'static str = "ConfirmAuthMfa";
    type Output = ();

    async fn run(self, cx: &Context) -> Result<Self::Output> {
        let mut body = MfaConfirmation::new(self.code);
        body.revoke_tokens = self.revoke_tokens;
        cx.call(Discard(cc_api_account::ConfirmMfa::new(self.kind, proof(&self.password), body))).await?;
        Ok(())
    }
}

/// Takes a second factor away.
///
/// Operation: `delete_mfa`.
///
/// # Example
/// ```
/// # cc_examples::try_out("DeleteAuthMfa", async |client, _| {
/// use cc_client::commands::auth::DeleteAuthMfa;
///
/// client.send(DeleteAuthMfa::new("TOTP", "the password")).await?;
/// # Ok(()) });
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "catalog", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[must_use = "a command does nothing until it is sent"]
pub struct DeleteAuthMfa {
    /// The second factor.
    pub kind: MfaKind,
    /// Password of the caller.
    pub password: Secret,
}

impl DeleteAuthMfa {
    /// With what is required.
    pub fn new(kind: impl Into<MfaKind>, password: impl Into<Secret>) -> Self {
        Self { kind: kind.into(), password: password.into() }
    }
}

impl Command for DeleteAuthMfa {
    const NAME: &'static str = "DeleteAuthMfa";
    type Output = ();

    async fn run(self, cx: &Context) -> Result<Self::Output> {
        cx.call(Discard(cc_api_account::DeleteMfa::new(self.kind, proof(&self.password)))).await?;
        Ok(())
    }
}

/// Gives the codes that sign the caller in when the second factor is lost. They are never kept: a wrong password gets none
/// of them.
///
/// Operation: `list_mfa_backup_codes`.
///
/// # Example
/// ```
/// # cc_examples::try_out("GetAuthMfaBackupCodes", async |client, _| {
/// use cc_client::commands::auth::GetAuthMfaBackupCodes;
///
/// let codes = client.send(GetAuthMfaBackupCodes::new("TOTP", "the password")).await?;
/// # Ok(()) });
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "catalog", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[must_use = "a command does nothing until it is sent"]
pub struct GetAuthMfaBackupCodes {
    /// The second factor.
    pub kind: MfaKind,
    /// Password of the caller.
    pub password: Secret,
}

impl GetAuthMfaBackupCodes {
    /// With what is required.
    pub fn new(kind: impl Into<MfaKind>, password: impl Into<Secret>) -> Self {
        Self { kind: kind.into(), password: password.into() }
    }
}

impl Command for GetAuthMfaBackupCodes {
    const NAME: &'static str = "GetAuthMfaBackupCodes";
    type Output = Vec<Secret>;

    async fn run(self, cx: &Context) -> Result<Self::Output> {
        let request = cc_api_account::ListMfaBackupCodes::new(self.kind, proof(&self.password));
        let codes = cx.call(request).await?.into_inner();
        Ok(codes.into_iter().map(|code| code.code).collect())
    }
}

/// The password as its header takes it.
fn proof(password: &Secret) -> Secret {
    STANDARD.encode(password.expose()).into()
}
