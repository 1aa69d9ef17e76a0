//! Creating drains.

use cc_api_drain::types::DrainCreation;
use cc_runtime::{Error, ErrorKind, Result};

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
            .await?
            .required()?;
        let enabled = wait(cx, resource, &created.id, &DrainState::Enabled).await;
        enabled.map_err(|error| error.with_effect(format!("the drain `{}` was created", created.id)))
    }
}
