//! Making links and taking them away.

use cc_runtime::{Discard, Result};

use crate::command::Run;
use crate::commands::application::{AddLink, RemoveLink};
use crate::commands::target::Target;
use crate::context::Context;
use crate::resolve::Ids;

/// The target and the ids of a command about a link.
macro_rules! about_a_link {
    ($($command:ident),+) => {
        $(impl $command {
            fn target(&self) -> Result<Target<'_>> {
                let names = ["targetApplicationId", "targetAddonId"];
                Target::of(&self.target_application_id, &self.target_addon_id, names)
            }

            fn ids(&self) -> Ids<'_> {
                Ids::new().owner(self.owner_id.clone(), &self.application_id)
            }
        })+
    };
}

about_a_link!(AddLink, RemoveLink);

impl Run for AddLink {
    async fn run(self, cx: &Context) -> Result<Self::Output> {
        match self.target()? {
            Target::Application(target) => {
                cx.resolved(self.ids(), |ids| {
                    Discard(cc_api_application::AddDependency::new(
                        ids.owner_id(),
                        &self.application_id,
                        target,
                    ))
                })
                .await?;
            }
            Target::Addon(target) => {
                cx.resolved(self.ids().addon(target), |ids| {
                    Discard(cc_api_application::LinkAddon::new(
                        ids.owner_id(),
                        &self.application_id,
                        ids.addon_id(),
                    ))
                })
                .await?;
            }
        }
        Ok(())
    }
}

impl Run for RemoveLink {
    async fn run(self, cx: &Context) -> Result<Self::Output> {
        match self.target()? {
            Target::Application(target) => {
                cx.resolved(self.ids(), |ids| {
                    Discard(cc_api_application::RemoveDependency::new(
                        ids.owner_id(),
                        &self.application_id,
                        target,
                    ))
                })
                .await?;
            }
            Target::Addon(target) => {
                cx.resolved(self.ids().addon(target), |ids| {
                    Discard(cc_api_application::UnlinkAddon::new(
                        ids.owner_id(),
                        &self.application_id,
                        ids.addon_id(),
                    ))
                })
                .await?;
            }
        }
        Ok(())
    }
}
