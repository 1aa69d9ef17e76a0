//! Places of origin of requests.

use bytes::Bytes;
use cc_api_metrics::ListRequestLocations;
use cc_api_metrics::types::RequestLocation;
use cc_runtime::{Answer, Operation, OperationInfo, OwnerId, Request, Result};

use super::GetHeatMap;
use crate::command::Run;
use crate::commands::target::Scope;
use crate::context::Context;
use crate::lists::each;
use crate::resolve::Ids;

impl GetHeatMap {
    fn request(&self, owner: OwnerId) -> Locations {
        let mut request = ListRequestLocations::new(owner);
        request.application_id = self.application_id.clone();
        request.from = self.from;
        request.to = self.to;
        Locations(request)
    }
}

impl Run for GetHeatMap {
    async fn run(self, cx: &Context) -> Result<Self::Output> {
        let answer = match Scope::of(&self.application_id, &self.owner_id)? {
            Scope::Application(application) => {
                let ids = Ids::new().owner(self.owner_id.clone(), application);
                cx.resolved(ids, |ids| self.request(ids.owner_id())).await?
            }
            Scope::Owner(owner) => cx.call(self.request(owner.clone())).await?,
        };
        Ok(each(answer.into_inner().unwrap_or_default()))
    }
}

/// The operation, whose answer is null where there were no requests.
struct Locations(ListRequestLocations);

impl Operation for Locations {
    const INFO: &'static OperationInfo = ListRequestLocations::INFO;
    type Output = Option<Vec<RequestLocation>>;

    fn request(&self) -> Result<Request> {
        self.0.request()
    }

    fn decode(answer: Answer<Bytes>) -> Result<Answer<Self::Output>> {
        answer.json()
    }
}
