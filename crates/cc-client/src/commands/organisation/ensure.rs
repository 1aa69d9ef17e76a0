//! Adding a member to an organisation only once.

use cc_runtime::ensure::{Differences, Ensure, NaturalKey};
use cc_runtime::{Error, ErrorKind, Result};

use super::model::OrganisationMember;
use super::{AddOrganisationMember, ListOrganisationMember, UpdateOrganisationMember};
use crate::context::Context;

/// One member for organisation and e-mail address. Role and job are compared and can be changed.
impl Ensure for AddOrganisationMember {
    type Thing = OrganisationMember;

    fn key(&self) -> Result<NaturalKey> {
        Ok(NaturalKey::new("member of an organisation")
            .with("organisationId", self.organisation_id.as_str())
            .with("email", self.email.to_lowercase()))
    }

    async fn look(&self, cx: &Context) -> Result<Vec<OrganisationMember>> {
        let mut members = cx.send(ListOrganisationMember::new(&self.organisation_id)).await?;
        members.retain(|member| member.email.to_lowercase() == self.email.to_lowercase());
        Ok(members)
    }

    fn id(member: &OrganisationMember) -> String {
        member.id.to_string()
    }

    async fn create(self, cx: &Context) -> Result<OrganisationMember> {
        let read = cx.reloading();
        cx.send(self.clone()).await?;
        // The answer lacks the member.
        let found = self.look(&read).await.map_err(Error::applied)?;
        found.into_iter().next().ok_or_else(|| {
            Error::new(ErrorKind::Undecodable)
                .with_message(
                    "the members read after it do not hold the new one: it may have to accept first",
                )
                .with_effect("the member was added or invited")
        })
    }

    fn compare(&self, found: &OrganisationMember) -> Differences {
        Differences::new().changeable("role", &found.role, Some(&self.role)).changeable(
            "job",
            &found.job.as_ref(),
            self.job.as_ref().map(Some).as_ref(),
        )
    }

    async fn update(
        self,
        mut found: OrganisationMember,
        _: &Differences,
        cx: &Context,
    ) -> Result<OrganisationMember> {
        let mut update = UpdateOrganisationMember::new(&self.organisation_id, &found.id);
        (update.role, update.job) = (Some(self.role.clone()), self.job.clone());
        cx.send(update).await?;
        found.role = self.role;
        found.job = self.job.or(found.job);
        Ok(found)
    }
}
