//! Making links and taking them away.

use cc_core::{AnyAddonId, ApplicationId, Discard, OwnerId, Result};
use serde::{Deserialize, Serialize};

use crate::command::Command;
use crate::commands::target::Target;
use crate::context::Context;
use crate::model::setters;
use crate::resolve::Ids;

/// What both commands are called with.
macro_rules! link_command {
    ($(#[$doc:meta])* pub struct $name:ident;) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
        #[cfg_attr(feature = "catalog", derive(schemars::JsonSchema))]
        #[serde(rename_all = "camelCase", deny_unknown_fields)]
        #[must_use = "a command does nothing until it is sent"]
        pub struct $name {
            /// The application whose link it is.
            pub application_id: ApplicationId,
            /// The application it links to.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            pub target_application_id: Option<ApplicationId>,
            /// The add-on it links to, by either id.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            pub target_addon_id: Option<AnyAddonId>,
            /// The owner. Default: resolved.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            pub owner_id: Option<OwnerId>,
        }

        impl $name {
            /// To another application.
            pub fn application(
                application_id: impl Into<ApplicationId>,
                target: impl Into<ApplicationId>,
            ) -> Self {
                Self {
                    application_id: application_id.into(),
                    target_application_id: Some(target.into()),
                    target_addon_id: None,
                    owner_id: None,
                }
            }

            /// To an add-on, by either id.
            pub fn addon(application_id: impl Into<ApplicationId>, target: impl Into<AnyAddonId>) -> Self {
                Self {
                    application_id: application_id.into(),
                    target_application_id: None,
                    target_addon_id: Some(target.into()),
                    owner_id: None,
                }
            }

            setters! {
                /// The owner. Default: resolved.
                owner_id: OwnerId,
            }

            fn target(&self) -> Result<Target<'_>> {
                let names = ["targetApplicationId", "targetAddonId"];
                Target::of(&self.target_application_id, &self.target_addon_id, names)
            }

            fn ids(&self) -> Ids<'_> {
                Ids::new().owner(self.owner_id.clone(), &self.application_id)
            }
        }
    };
}

link_command! {
    /// Links an application to another application or to an add-on, whose environment variables it then gets.
    ///
    /// Operations: `add_dependency` or `link_addon`. The owner, when it is not given, is resolved from `application_id`; the
    /// add-on is named by either id.
    ///
    /// # Errors
    /// [`InvalidInput`](cc_core::ErrorKind::InvalidInput) unless there is exactly one target.
    ///
    /// # Example
    /// ```
    /// # cc_examples::run(async |client, ids| {
    /// use cc_client::commands::link::AddLink;
    ///
    /// client.send(AddLink::addon(ids.application, &ids.addons["redis"])).await?;
    /// # Ok(()) });
    /// ```
    pub struct AddLink;
}

link_command! {
    /// Takes the link of an application to another application or to an add-on away.
    ///
    /// Operations: `remove_dependency` or `unlink_addon`. The owner, when it is not given, is resolved from
    /// `application_id`; the add-on is named by either id.
    ///
    /// # Errors
    /// [`InvalidInput`](cc_core::ErrorKind::InvalidInput) unless there is exactly one target.
    ///
    /// # Example
    /// ```
    /// # cc_examples::run(async |client, ids| {
    /// use cc_client::commands::link::RemoveLink;
    ///
    /// client.send(RemoveLink::addon(ids.application, ids.addon)).await?;
    /// # Ok(()) });
    /// ```
    pub struct RemoveLink;
}

impl Command for AddLink {
    const NAME: &'static str = "AddLink";
    type Output = ();

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

impl Command for RemoveLink {
    const NAME: &'static str = "RemoveLink";
    type Output = ();

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
