//! The members of an organisation.

use cc_core::{OwnerId, Result};
use serde::{Deserialize, Serialize};

use super::model::OrganisationMember;
use crate::command::Command;
use crate::context::Context;

/// Lists the members of an organisation by name. Where there is no such organisation, the list is empty.
///
/// Operation: `list_organisation_members`.
///
/// # Example
/// ```
/// # cc_examples::try_out("ListOrganisationMember", async |client, input| {
/// # let organisation_id: cc_client::core::OwnerId = input.get("organisationId");
/// use cc_client::commands::organisation::ListOrganisationMember;
///
/// let members = client.send(ListOrganisationMember::new(organisation_id)).await?;
/// # Ok(()) });
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "catalog", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[must_use = "a command does nothing until it is sent"]
pub struct ListOrganisationMember {
    /// The organisation.
    pub organisation_id: OwnerId,
}

impl ListOrganisationMember {
    /// With what is required.
    pub fn new(organisation_id: impl Into<OwnerId>) -> Self {
        Self { organisation_id: organisation_id.into() }
    }
}

impl Command for ListOrganisationMember {
    const NAME: &'static str = "ListOrganisationMember";
    type Output = Vec<OrganisationMember>;

    async fn run(self, cx: &Context) -> Result<Self::Output> {
        let mut list: Vec<OrganisationMember> =
            match cx.call(cc_api_organisation::ListOrganisationMembers::new(self.organisation_id)).await {
                Ok(answer) => crate::model::each(answer.into_inner()),
                Err(error) if error.is_not_found() => return Ok(Vec::new()),
                Err(error) => return Err(error),
            };
        list.sort_by(|a, b| (&a.name, &a.email, a.id.as_str()).cmp(&(&b.name, &b.email, b.id.as_str())));
        Ok(list)
    }
}
