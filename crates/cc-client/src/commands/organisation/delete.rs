//! Deleting an organisation.

use cc_runtime::{Discard, Error, ErrorKind, Result};

use super::DeleteOrganisation;
use crate::command::Run;
use crate::context::Context;

impl Run for DeleteOrganisation {
    async fn run(self, cx: &Context) -> Result<Self::Output> {
        if self.organisation_id.as_str().starts_with("user_") {
            return Err(Error::new(ErrorKind::InvalidInput)
                .with_message("the personal space of a user cannot be deleted"));
        }
        cc_runtime::check_id("organisationId", self.organisation_id.as_str())?;
        cx.call(Discard(cc_api_organisation::DeleteOrganisation::new(self.organisation_id))).await?;
        Ok(())
    }
}
