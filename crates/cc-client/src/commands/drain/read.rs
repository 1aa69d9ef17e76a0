//! Reading drains.

use cc_runtime::Result;

use super::model::LogDrain;
use super::wait::{Resource, read};
use super::{GetLogDrain, ListLogDrain};
use crate::command::Run;
use crate::context::Context;

impl Run for ListLogDrain {
    async fn run(self, cx: &Context) -> Result<Self::Output> {
        let resource =
            Resource { owner: &self.owner_id, application: &self.application_id, addon: &self.addon_id };
        let target = resource.target()?;
        let answer = cx
            .resolved(target.drain_ids(&self.owner_id), |ids| {
                let mut request = cc_api_drain::ListDrains::new(ids.owner_id(), target.resource_id(ids));
                request.status = self.status.clone();
                request.execution_status = self.execution_status.clone();
                request.execution_status_not_in = self.execution_status_not_in.clone();
                request
            })
            .await;
        let mut drains: Vec<LogDrain> = match answer {
            Ok(answer) => answer.into_inner().into_iter().map(Into::into).collect(),
            Err(error) if error.is_not_found() => return Ok(Vec::new()),
            Err(error) => return Err(error),
        };
        drains.sort_by_key(|drain| std::cmp::Reverse(drain.updated_at));
        Ok(drains)
    }
}

impl Run for GetLogDrain {
    async fn run(self, cx: &Context) -> Result<Self::Output> {
        let resource =
            Resource { owner: &self.owner_id, application: &self.application_id, addon: &self.addon_id };
        read(cx, resource, &self.drain_id).await
    }
}
