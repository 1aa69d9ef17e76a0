//! Tags of applications and add-ons.

use std::convert::identity;

use cc_runtime::{Error, OrNotFound, OwnerId, Result};

use super::{CreateTag, DeleteTag, ListTag, UpdateTag};
use crate::command::Run;
use crate::commands::target::Target;
use crate::context::Context;
use crate::resolve::Ids;

/// Reads the tags after a change that was answered with an empty body.
async fn read(cx: &Context, target: Target<'_>, owner: &Option<OwnerId>) -> Result<Vec<String>> {
    let (cx, ids) = (cx.reloading(), Ids::new());
    let tags = match target {
        Target::Application(id) => {
            let list = cx.resolved(ids.owner(owner.clone(), id), |ids| {
                cc_api_application::ListApplicationTags::new(ids.owner_id(), id)
            });
            list.await?
        }
        Target::Addon(id) => {
            let list = cx.resolved(ids.owner(owner.clone(), id).addon(id), |ids| {
                cc_api_application::ListAddonTags::new(ids.owner_id(), ids.addon_id())
            });
            list.await?
        }
    };
    Ok(tags.into_inner())
}

/// The logic of a command about the tags of an application or an add-on, which gives the tags back, sorted.
macro_rules! tag_command {
    ($name:ident ( $($field:ident),* ): $application:ident, $addon:ident, empty: $empty:literal, as: ($as:expr, $tags:expr)) => {
        impl Run for $name {
            async fn run(self, cx: &Context) -> Result<Self::Output> {
                let target = Target::of(&self.application_id, &self.addon_id, ["applicationId", "addonId"])?;
                let answer = match target {
                    Target::Application(application) => {
                        let ids = Ids::new().owner(self.owner_id.clone(), application);
                        cx.resolved(ids, |ids| {
                            $as(cc_api_application::$application::new(ids.owner_id(), application, $(self.$field.clone()),*))
                        })
                        .await
                    }
                    Target::Addon(addon) => {
                        let ids = Ids::new().owner(self.owner_id.clone(), addon).addon(addon);
                        cx.resolved(ids, |ids| {
                            $as(cc_api_application::$addon::new(ids.owner_id(), ids.addon_id(), $(self.$field.clone()),*))
                        })
                        .await
                    }
                };
                match answer {
                    Ok(answer) => {
                        let mut tags = match $tags(answer.into_inner()) {
                            Some(tags) => tags,
                            None if $empty => Vec::new(),
                            None => read(cx, target, &self.owner_id).await.map_err(Error::applied)?,
                        };
                        tags.sort();
                        Ok(tags)
                    }
                    Err(error) if $empty && error.is_not_found() => Ok(Vec::new()),
                    Err(error) => Err(error),
                }
            }
        }
    };
}

tag_command!(CreateTag(tag): AddApplicationTag, AddAddonTag, empty: false, as: (identity, identity));
tag_command!(DeleteTag(tag): RemoveApplicationTag, RemoveAddonTag, empty: false, as: (identity, identity));
tag_command!(ListTag(): ListApplicationTags, ListAddonTags, empty: true, as: (OrNotFound, Some));
tag_command!(UpdateTag(tags): ReplaceApplicationTags, ReplaceAddonTags, empty: false, as: (identity, identity));
