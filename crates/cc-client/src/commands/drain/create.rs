//! Creating drains.

use cc_api_drain::types::{Drain, DrainCreation, DrainRecipient};
use cc_runtime::{Answer, Error, ErrorKind, Result};

use super::CreateLogDrain;
use super::model::{DrainState, LogDrainTarget};
use super::wait::{Resource, wait};
use crate::command::Run;
use crate::context::Context;

impl Run for CreateLogDrain {
    async fn run(self, cx: &Context) -> Result<Self::Output> {
        if let LogDrainTarget::Elasticsearch(target) = &self.target
            && target.index_prefix.as_ref().is_none_or(String::is_empty)
        {
            return Err(Error::new(ErrorKind::InvalidInput)
                .with_message("an Elasticsearch target needs an index: set `indexPrefix`"));
        }
        let resource =
            Resource { owner: &self.owner_id, application: &self.application_id, addon: &self.addon_id };
        let target = resource.target()?;
        let body = DrainCreation::new(self.kind.clone(), self.target.clone().into_wire());
        let created = cx
            .resolved(target.drain_ids(&self.owner_id), |ids| {
                cc_api_drain::CreateDrain::new(ids.owner_id(), target.resource_id(ids), body.clone())
            })
            .await?;
        let read = cx.reloading();
        let list = async {
            let list = read.resolved(target.drain_ids(&self.owner_id), |ids| {
                cc_api_drain::ListDrains::new(ids.owner_id(), target.resource_id(ids))
            });
            list.await.map(Answer::into_inner)
        };
        // Passwords come back masked.
        let place = |recipient: &DrainRecipient| {
            let json = cc_runtime::expose_secrets(|| serde_json::to_value(recipient)).unwrap_or_default();
            (recipient.tag().to_owned(), json["url"].clone())
        };
        let wanted = place(&body.recipient);
        let is = |found: &Drain| found.kind == body.kind && place(&found.recipient) == wanted;
        let created = cx.created(created, "the drain", list, is).await?;
        let enabled = wait(cx, resource, &created.id, &DrainState::Enabled).await;
        enabled.map_err(|error| error.with_effect(format!("the drain `{}` was created", created.id)))
    }
}
