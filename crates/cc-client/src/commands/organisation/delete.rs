//! Deleting an organisation.

use cc_core::{Discard, Error, ErrorKind, OwnerId, Result};
use serde::{Deserialize, Serialize};

use crate::command::Command;
use crate::context::Context;

/// Deletes an organisation.
///
/// Operation: `delete_organisation`.
///
/// # Errors
/// [`ErrorKind::InvalidInput`], and no request, for the id of a user: what it would delete is the personal space.
///
/// # Example
/// ```
/// # cc_examples::try_out("DeleteOrganisation", async |client, _| {
/// use cc_client::commands::organisation::DeleteOrganisation;
///
/// client.send(DeleteOrganisation::new("orga_1")).await?;
/// # Ok(()) });
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "catalog", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[must_use = "a command does nothing until it is sent"]
pub struct DeleteOrganisation {
    /// The organisation.
    pub organisation_id: OwnerId,
}

impl DeleteOrganisation {
    /// With what is required.
    pub fn new(organisation_id: impl Into<OwnerId>) -> Self {
        Self { organisation_id: organisation_id.into() }
    }
}

impl Command for DeleteOrganisation {
    const NAME: &'static str = "DeleteOrganisation";
    type Output = ();

    async fn run(self, cx: &Context) -> Result<Self::Output> {
        if self.organisation_id.as_str().starts_with("user_") {
            return Err(Error::new(ErrorKind::InvalidInput)
                .with_message("the personal space of a user cannot be deleted"));
        }
        cc_core::__private::check_segment("organisationId", self.organisation_id.as_str())?;
        cx.call(Discard(cc_api_organisation::DeleteOrganisation::new(self.organisation_id))).await?;
        Ok(())
    }
}
