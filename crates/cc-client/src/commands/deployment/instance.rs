//! Listing instances.

use cc_runtime::Result;

use super::ListApplicationInstance;
use crate::command::Run;
use crate::context::Context;
use crate::resolve::Ids;

impl Run for ListApplicationInstance {
    async fn run(self, cx: &Context) -> Result<Self::Output> {
        let ids = Ids::new().owner(self.owner_id.clone(), &self.application_id);
        let answer = cx.resolved(ids, |ids| {
            let mut request = cc_api_deployment::ListInstances::new(ids.owner_id(), &self.application_id);
            request.since = self.since;
            request.until = self.until;
            request.include_state = self.include_state.clone();
            request.exclude_state = self.exclude_state.clone();
            request.exclude_deleted = self.exclude_deleted;
            request.deployment_id = self.deployment_id.clone();
            request.limit = self.limit;
            request.order = self.order.clone();
            request
        });
        let mut instances = match answer.await {
            Ok(answer) => answer.into_inner(),
            Err(error) if error.is_not_found() => return Ok(Vec::new()),
            Err(error) => return Err(error),
        };
        instances.sort_by_key(|instance| (instance.creation_date, instance.index));
        Ok(instances)
    }
}
