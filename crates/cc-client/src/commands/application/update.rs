//! Changing the settings of an application.

use cc_api_application::types::{self as wire};
use cc_runtime::{Discard, Result};

use super::UpdateApplication;
use super::branches::with_branches_if_readable;
use super::settings::{copy_settings, https};
use crate::command::Run;
use crate::context::Context;
use crate::env::EnvironmentMap;
use crate::resolve::Ids;

impl UpdateApplication {
    fn ids(&self) -> Ids<'_> {
        Ids::new().owner(self.owner_id.clone(), &self.application_id)
    }
}

impl Run for UpdateApplication {
    async fn run(self, cx: &Context) -> Result<Self::Output> {
        self.environment.iter().try_for_each(EnvironmentMap::check)?;
        let mut body = wire::ApplicationUpdate::new();
        copy_settings!(self => body; archived, branch, build_flavor, cancel_on_push, deploy, description, favourite,
            homogeneous, instance_lifetime, max_flavor, max_instances, min_flavor, min_instances, name, separate_build,
            shutdownable, sticky_sessions, tags, zone);
        body.force_https = https(self.force_https);
        body.env = self.environment.clone().map(Into::into);
        if let Some(branch) = &self.branch {
            cx.resolved(self.ids(), |ids| {
                let branch = wire::BranchUpdate::new(branch);
                Discard(cc_api_application::UpdateApplicationBranch::new(
                    ids.owner_id(),
                    &self.application_id,
                    branch,
                ))
            })
            .await?;
        }
        let updated = cx
            .resolved(self.ids(), |ids| {
                cc_api_application::UpdateApplication::new(ids.owner_id(), &self.application_id, body.clone())
            })
            .await
            .map_err(|error| match self.branch {
                Some(_) => error.with_effect("the branch was changed"),
                None => error,
            })?;
        let read = cx.reloading();
        let application = cx.changed(updated, async {
            let found = read
                .resolved(self.ids(), |ids| {
                    cc_api_application::GetApplication::new(ids.owner_id(), &self.application_id)
                })
                .await?;
            Ok(found.into_inner().into())
        });
        Ok(with_branches_if_readable(cx, application.await?).await)
    }
}
