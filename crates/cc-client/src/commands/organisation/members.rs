//! The members of an organisation.

use cc_runtime::Result;

use super::ListOrganisationMember;
use super::model::OrganisationMember;
use crate::command::Run;
use crate::context::Context;

impl Run for ListOrganisationMember {
    async fn run(self, cx: &Context) -> Result<Self::Output> {
        cc_runtime::check_id("organisationId", self.organisation_id.as_str())?;
        let mut list: Vec<OrganisationMember> =
            match cx.call(cc_api_organisation::ListOrganisationMembers::new(self.organisation_id)).await {
                Ok(answer) => crate::lists::each(answer.into_inner()),
                Err(error) if error.is_not_found() => return Ok(Vec::new()),
                Err(error) => return Err(error),
            };
        list.sort_by(|a, b| (&a.name, &a.email, a.id.as_str()).cmp(&(&b.name, &b.email, b.id.as_str())));
        Ok(list)
    }
}
