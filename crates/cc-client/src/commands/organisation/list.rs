//! The organisations of the caller.

use cc_core::Result;
use serde::{Deserialize, Serialize};

use super::model::Organisation;
use crate::command::Command;
use crate::context::Context;

/// Lists the organisations of the caller by name, and the personal space on demand.
///
/// Operation: `list_organisations`.
///
/// # Example
/// ```
/// # cc_examples::try_out("ListOrganisation", async |client, _| {
/// use cc_client::commands::organisation::ListOrganisation;
///
/// let organisations = client.send(ListOrganisation::new(true)).await?;
/// # Ok(()) });
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "catalog", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[must_use = "a command does nothing until it is sent"]
pub struct ListOrganisation {
    /// Whether the personal space is listed too.
    pub with_personal_organisation: bool,
}

impl ListOrganisation {
    /// With what is required.
    pub fn new(with_personal_organisation: bool) -> Self {
        Self { with_personal_organisation }
    }
}

impl Command for ListOrganisation {
    const NAME: &'static str = "ListOrganisation";
    type Output = Vec<Organisation>;

    async fn run(self, cx: &Context) -> Result<Self::Output> {
        let answer = cx.call(cc_api_organisation::ListOrganisations::new()).await?;
        let mut list: Vec<Organisation> = crate::model::each(answer.into_inner());
        list.retain(|owner| self.with_personal_organisation || owner.id.as_str().starts_with("orga_"));
        list.sort_by(|a, b| (&a.name, a.id.as_str()).cmp(&(&b.name, b.id.as_str())));
        Ok(list)
    }
}
