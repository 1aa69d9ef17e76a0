//! Making a port of the platform lead to an application.

use cc_api_redirection::types::RedirectionCreation;
use cc_runtime::{Answer, Result};

use super::CreateTcpRedirection;
use crate::command::Run;
use crate::context::Context;
use crate::resolve::Ids;

/// The namespace that every owner can take ports from. Source: the official client.
pub const DEFAULT_NAMESPACE: &str = "default";

impl Run for CreateTcpRedirection {
    async fn run(self, cx: &Context) -> Result<Self::Output> {
        let body = RedirectionCreation::new(self.namespace.as_deref().unwrap_or(DEFAULT_NAMESPACE));
        let ids = || Ids::new().owner(self.owner_id.clone(), &self.application_id);
        let answer = cx
            .resolved(ids(), |ids| {
                let owner = ids.owner_id();
                cc_api_redirection::CreateTcpRedirection::new(owner, &self.application_id, body.clone())
            })
            .await?;
        let read = cx.reloading();
        let list = async {
            let list = read.resolved(ids(), |ids| {
                cc_api_redirection::ListTcpRedirections::new(ids.owner_id(), &self.application_id)
            });
            list.await.map(Answer::into_inner)
        };
        cx.created(answer, "the redirection", list, |found| found.namespace == body.namespace).await
    }
}
