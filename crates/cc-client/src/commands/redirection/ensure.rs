//! Making a TCP redirection only once.

use cc_api_redirection::types::Redirection;
use cc_runtime::Result;
use cc_runtime::ensure::{Ensure, NaturalKey};

use super::create::DEFAULT_NAMESPACE;
use super::{CreateTcpRedirection, ListTcpRedirection};
use crate::context::Context;

/// One redirection for application and namespace.
impl Ensure for CreateTcpRedirection {
    type Thing = Redirection;

    fn key(&self) -> Result<NaturalKey> {
        Ok(NaturalKey::new("TCP redirection")
            .with("applicationId", self.application_id.as_str())
            .with("namespace", self.namespace.as_deref().unwrap_or(DEFAULT_NAMESPACE)))
    }

    async fn look(&self, cx: &Context) -> Result<Vec<Redirection>> {
        let mut list = ListTcpRedirection::new(&self.application_id);
        list.owner_id = self.owner_id.clone();
        let mut redirections = cx.send(list).await?;
        let namespace = self.namespace.as_deref().unwrap_or(DEFAULT_NAMESPACE);
        redirections.retain(|redirection| redirection.namespace == namespace);
        Ok(redirections)
    }

    fn id(redirection: &Redirection) -> String {
        format!("{}:{}", redirection.namespace, redirection.port)
    }

    async fn create(self, cx: &Context) -> Result<Redirection> {
        cx.send(self).await
    }
}
