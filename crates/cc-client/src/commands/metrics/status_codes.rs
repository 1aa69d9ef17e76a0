//! HTTP statuses of the responses of applications.

use cc_api_metrics::types::StatusCodeSlice;
use cc_runtime::{OwnerId, Result};

use super::GetStatusCodeDistribution;
use super::model::{StatusCodeDistribution, StatusCodesAt};
use crate::command::Run;
use crate::commands::target::Scope;
use crate::context::Context;
use crate::resolve::Ids;

/// Smallest HTTP status: values below are specific to the platform.
const FIRST_STANDARD_CODE: i64 = 100;

impl GetStatusCodeDistribution {
    fn request(&self, owner: OwnerId) -> cc_api_metrics::ListStatusCodes {
        let mut request = cc_api_metrics::ListStatusCodes::new(owner);
        request.application_id = self.application_id.clone();
        request.from = self.from;
        request.to = self.to;
        request
    }
}

impl Run for GetStatusCodeDistribution {
    async fn run(self, cx: &Context) -> Result<Self::Output> {
        let answer = match Scope::of(&self.application_id, &self.owner_id)? {
            Scope::Application(application) => {
                let ids = Ids::new().owner(self.owner_id.clone(), application);
                cx.resolved(ids, |ids| self.request(ids.owner_id())).await?
            }
            Scope::Owner(owner) => cx.call(self.request(owner.clone())).await?,
        };
        let standard_only = self.exclude_non_standard_status_codes == Some(true);
        Ok(count(answer.into_inner(), if standard_only { FIRST_STANDARD_CODE } else { i64::MIN }))
    }
}

/// Counts the codes from the first one on.
fn count(slices: Vec<StatusCodeSlice>, first: i64) -> StatusCodeDistribution {
    let mut counted = StatusCodeDistribution::default();
    for slice in slices {
        let mut at = StatusCodesAt { date: slice.date, ..StatusCodesAt::default() };
        for status in slice.statuses.into_iter().flatten().filter(|status| status.code >= first) {
            let all = &mut counted.by_status_code;
            for (total, statuses) in [(&mut at.total, &mut at.statuses), (&mut all.total, &mut all.statuses)]
            {
                *total = total.saturating_add(status.count);
                let same = statuses.entry(status.code).or_default();
                *same = same.saturating_add(status.count);
            }
        }
        counted.by_date.push(at);
    }
    counted
}
