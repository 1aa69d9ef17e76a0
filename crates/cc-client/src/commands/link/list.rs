//! Listing links.

use cc_core::{AnyAddonId, ApplicationId, OwnerId, Result};
use futures_util::future;
use serde::{Deserialize, Serialize};

use super::model::Link;
use crate::command::Command;
use crate::commands::addon::model::Addon;
use crate::commands::application::model::Application;
use crate::commands::target::Target;
use crate::context::Context;
use crate::model::setters;
use crate::resolve::Ids;

/// Lists what an application is linked to, or the applications that are linked to an add-on: applications first, then
/// add-ons, each by name and id.
///
/// Operations: `list_dependencies` and `list_linked_addons` at the same time; `list_addon_applications` for an add-on.
///
/// # Errors
/// [`InvalidInput`](cc_core::ErrorKind::InvalidInput) unless exactly one of `application_id` and `addon_id` is given.
///
/// # Example
/// ```
/// # cc_examples::try_out("ListLink", async |client, input| {
/// # let application_id: cc_client::core::ApplicationId = input.get("applicationId");
/// use cc_client::commands::link::ListLink;
///
/// let links = client.send(ListLink::of_application(application_id)).await?;
/// # Ok(()) });
/// ```
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "catalog", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[must_use = "a command does nothing until it is sent"]
pub struct ListLink {
    /// The application.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub application_id: Option<ApplicationId>,
    /// The add-on, by either id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub addon_id: Option<AnyAddonId>,
    /// The owner. Default: resolved.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner_id: Option<OwnerId>,
}

impl ListLink {
    /// Of an application.
    pub fn of_application(application_id: impl Into<ApplicationId>) -> Self {
        Self { application_id: Some(application_id.into()), ..Self::default() }
    }

    /// Of an add-on, by either id.
    pub fn of_addon(addon_id: impl Into<AnyAddonId>) -> Self {
        Self { addon_id: Some(addon_id.into()), ..Self::default() }
    }

    setters! {
        /// The owner. Default: resolved.
        owner_id: OwnerId,
    }
}

impl Command for ListLink {
    const NAME: &'static str = "ListLink";
    type Output = Vec<Link>;

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
