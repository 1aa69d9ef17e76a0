//! The second factor of the caller. Each command is proven by the password.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use cc_api_account::types::MfaConfirmation;
use cc_runtime::__private::check_path;
use cc_runtime::{Discard, Result, Secret};

use super::{ConfirmAuthMfa, CreateAuthMfa, DeleteAuthMfa, GetAuthMfaBackupCodes};
use crate::command::Run;
use crate::context::Context;

impl Run for CreateAuthMfa {
    async fn run(self, cx: &Context) -> Result<Self::Output> {
        check_path("mfaKind", "kind", &self.kind)?;
        let request = cc_api_account::CreateMfa::new(self.kind, proof(&self.password));
        Ok(cx.call(request).await?.required("the secret of the second factor")?.into_inner())
    }
}

impl Run for ConfirmAuthMfa {
    async fn run(self, cx: &Context) -> Result<Self::Output> {
        check_path("mfaKind", "kind", &self.kind)?;
        let mut body = MfaConfirmation::new(self.code);
        body.revoke_tokens = self.revoke_tokens;
        cx.call(Discard(cc_api_account::ConfirmMfa::new(self.kind, proof(&self.password), body))).await?;
        Ok(())
    }
}

impl Run for DeleteAuthMfa {
    async fn run(self, cx: &Context) -> Result<Self::Output> {
        check_path("mfaKind", "kind", &self.kind)?;
        cx.call(Discard(cc_api_account::DeleteMfa::new(self.kind, proof(&self.password)))).await?;
        Ok(())
    }
}

impl Run for GetAuthMfaBackupCodes {
    async fn run(self, cx: &Context) -> Result<Self::Output> {
        check_path("mfaKind", "kind", &self.kind)?;
        let request = cc_api_account::ListMfaBackupCodes::new(self.kind, proof(&self.password));
        let codes = cx.call(request).await?.into_inner();
        Ok(codes.into_iter().map(|code| code.code).collect())
    }
}

/// The password as its header takes it.
fn proof(password: &Secret) -> Secret {
    STANDARD.encode(password.expose()).into()
}
