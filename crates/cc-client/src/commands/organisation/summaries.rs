//! Everything that the caller can reach, in short.

use cc_core::Result;
use serde::{Deserialize, Serialize};

use super::model::OrganisationSummary;
use crate::command::Command;
use crate::context::Context;

/// Lists the personal space of the caller, then the organisations by name, with what is in them.
///
/// Operation: `get_summary`.
///
/// # Example
/// ```
/// # cc_examples::try_out("GetOrganisationSummaries", async |client, _| {
/// use cc_client::commands::organisation::GetOrganisationSummaries;
///
/// let summaries = client.send(GetOrganisationSummaries::new()).await?;
/// # Ok(()) });
/// ```
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "catalog", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[must_use = "a command does nothing until it is sent"]
pub struct GetOrganisationSummaries {}

impl GetOrganisationSummaries {
    /// All of them.
    pub fn new() -> Self {
        Self::default()
    }
}

impl Command for GetOrganisationSummaries {
    const NAME: &'static str = "GetOrganisationSummaries";
    type Output = Vec<OrganisationSummary>;

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
