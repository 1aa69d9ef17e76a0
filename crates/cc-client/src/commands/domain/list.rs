//! Listing the domains of an application.

use cc_core::{ApplicationId, OwnerId, Result};
use http::StatusCode;
use serde::{Deserialize, Serialize};

use super::model::Domain;
use crate::command::Command;
use crate::context::Context;
use crate::model::setters;
use crate::resolve::Ids;

/// Lists the domains of an application, sorted, and tells which is the primary one.
///
/// Operations: `list_domains` and `get_primary_domain`, at the same time. Where there is nothing, the list is empty.
///
/// # Errors
/// [`CannotResolveResource`](cc_core::ErrorKind::CannotResolveResource) when nobody knows the application.
///
/// # Example
/// ```
/// # cc_examples::try_out("ListDomain", async |client, input| {
/// # let application_id: cc_client::core::ApplicationId = input.get("applicationId");
/// use cc_client::commands::domain::ListDomain;
///
/// let domains = client.send(ListDomain::new(application_id)).await?;
/// # Ok(()) });
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "catalog", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[must_use = "a command does nothing until it is sent"]
pub struct ListDomain {
    /// The application.
    pub application_id: ApplicationId,
    /// The owner. Default: resolved.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner_id: Option<OwnerId>,
}

impl ListDomain {
    /// With what is required.
    pub fn new(application_id: impl Into<ApplicationId>) -> Self {
        Self { application_id: application_id.into(), owner_id: None }
    }

    setters! {
        /// The owner. Default: resolved.
        owner_id: OwnerId,
    }
}

impl Command for ListDomain {
    const NAME: &'static str = "ListDomain";
    type Output = Vec<Domain>;

    async fn run(self, cx: &Context) -> Result<Self::Output> {
        let ids = Ids::new().owner(self.owner_id.clone(), &self.application_id);
        let read = cx.resolved_with_part(
            ids,
            |ids| cc_api_application::ListDomains::new(ids.owner_id(), &self.application_id),
            |ids| cc_api_application::GetPrimaryDomain::new(ids.owner_id(), &self.application_id),
        );
        let (all, primary) = match read.await {
            Ok((all, primary)) => (all.into_inner(), primary.map(|primary| primary.into_inner().fqdn)),
            Err(error) if error.status() == Some(StatusCode::NOT_FOUND) => return Ok(Vec::new()),
            Err(error) => return Err(error),
        };
        let mut domains: Vec<Domain> = all
            .into_iter()
            .map(|vhost| Domain { is_primary: primary.as_ref() == Some(&vhost.fqdn), domain: vhost.fqdn })
            .collect();
        domains.sort_by(|a, b| a.domain.cmp(&b.domain));
        Ok(domains)
    }
}
