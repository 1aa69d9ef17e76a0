//! Listing links.

use cc_runtime::Result;
use futures_util::future;

use crate::command::Run;
use crate::commands::addon::model::Addon;
use crate::commands::application::ListLink;
use crate::commands::application::model::{Application, Link};
use crate::commands::target::Target;
use crate::context::Context;
use crate::resolve::Ids;

impl Run for ListLink {
    async fn run(self, cx: &Context) -> Result<Self::Output> {
        match Target::of(&self.application_id, &self.addon_id, ["applicationId", "addonId"])? {
            Target::Application(application) => {
                let ids = || Ids::new().owner(self.owner_id.clone(), application);
                let applications = cx.resolved(ids(), |ids| {
                    cc_api_application::ListDependencies::new(ids.owner_id(), application)
                });
                let addons = cx.resolved(ids(), |ids| {
                    cc_api_application::ListLinkedAddons::new(ids.owner_id(), application)
                });
                let (applications, addons) = future::try_join(applications, addons).await?;
                let mut links =
                    to_applications(applications.into_inner().into_iter().map(Into::into).collect());
                let mut addons: Vec<Addon> = addons.into_inner().into_iter().map(Into::into).collect();
                addons.sort_by(|a, b| a.name.cmp(&b.name).then_with(|| a.id.cmp(&b.id)));
                links.extend(addons.into_iter().map(|addon| Link::Addon { addon }));
                Ok(links)
            }
            Target::Addon(addon) => {
                let ids = Ids::new().owner(self.owner_id.clone(), addon).addon(addon);
                let applications = cx
                    .resolved(ids, |ids| {
                        cc_api_application::ListAddonApplications::new(ids.owner_id(), ids.addon_id())
                    })
                    .await?;
                Ok(to_applications(applications.into_inner().into_iter().map(Into::into).collect()))
            }
        }
    }
}

fn to_applications(mut applications: Vec<Application>) -> Vec<Link> {
    applications.sort_by(|a, b| a.name.cmp(&b.name).then_with(|| a.id.cmp(&b.id)));
    applications.into_iter().map(|application| Link::Application { application }).collect()
}
