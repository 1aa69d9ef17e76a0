//! Everything that the caller can reach, in short.

use cc_runtime::Result;

use super::GetOrganisationSummaries;
use super::model::OrganisationSummary;
use crate::command::Run;
use crate::context::Context;

impl Run for GetOrganisationSummaries {
    async fn run(self, cx: &Context) -> Result<Self::Output> {
        let summary = cx.call(cc_api_account::GetSummary::new()).await?.into_inner();
        let personal = OrganisationSummary::from(summary.user);
        // The platform may list the personal space among the organisations too.
        let others = summary.organisations.into_iter().filter(|organisation| organisation.id != personal.id);
        let mut others: Vec<OrganisationSummary> = others.map(Into::into).collect();
        others.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(std::iter::once(personal).chain(others).collect())
    }
}
