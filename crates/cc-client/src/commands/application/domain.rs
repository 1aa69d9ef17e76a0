//! Listing the domains of an application.

use cc_runtime::Result;
use http::StatusCode;

use super::ListDomain;
use super::model::Domain;
use crate::command::Run;
use crate::context::Context;
use crate::resolve::Ids;

impl Run for ListDomain {
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
