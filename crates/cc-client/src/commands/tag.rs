//! Tags of applications and add-ons.

use std::convert::identity;

use cc_core::{AnyAddonId, ApplicationId, Error, OrNothing, OwnerId, Result};
use serde::{Deserialize, Serialize};

use crate::command::Command;
use crate::commands::target::Target;
use crate::context::Context;
use crate::model::setters;
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

/// A command about the tags of an application or an add-on, which gives the tags back, sorted.
macro_rules! tag_command {
    (
        $(#[$doc:meta])*
        pub struct $name:ident { $($(#[$fdoc:meta])* $field:ident: $ty:ty),* }
        $application:ident, $addon:ident, empty: $empty:literal, as: $as:expr
    ) => {
        $(#[$doc])*
        ///
        /// The owner, when it is not given, is resolved from the application or the add-on.
        ///
        /// # Errors
        /// [`InvalidInput`](cc_core::ErrorKind::InvalidInput) unless exactly one of `application_id` and `addon_id` is given.
        #[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
        #[cfg_attr(feature = "catalog", derive(schemars::JsonSchema))]
        #[serde(rename_all = "camelCase", deny_unknown_fields)]
        #[must_use = "a command does nothing until it is sent"]
        pub struct $name {
            /// The application.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            pub application_id: Option<ApplicationId>,
            /// The add-on, by either id.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            pub addon_id: Option<AnyAddonId>,
            $($(#[$fdoc])* pub $field: $ty,)*
            /// The owner. Default: resolved.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            pub owner_id: Option<OwnerId>,
        }

        impl $name {
            /// Of an application.
            pub fn of_application(application_id: impl Into<ApplicationId>, $($field: impl Into<$ty>),*) -> Self {
                Self {
                    application_id: Some(application_id.into()),
                    addon_id: None,
                    $($field: $field.into(),)*
                    owner_id: None,
                }
            }

            /// Of an add-on, by either id.
            pub fn of_addon(addon_id: impl Into<AnyAddonId>, $($field: impl Into<$ty>),*) -> Self {
                Self {
                    application_id: None,
                    addon_id: Some(addon_id.into()),
                    $($field: $field.into(),)*
                    owner_id: None,
                }
            }

            setters! {
                /// The owner. Default: resolved.
                owner_id: OwnerId,
            }
        }

        impl Command for $name {
            const NAME: &'static str = stringify!($name);
            type Output = Vec<String>;

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
                        let mut tags = match answer.into_inner() {
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

tag_command! {
    /// Puts a tag on an application or an add-on, and gives the tags back.
    ///
    /// Operations: `add_application_tag` or `add_addon_tag`.
    ///
    /// # Example
    /// ```
    /// # cc_examples::run(async |client, ids| {
    /// use cc_client::commands::tag::CreateTag;
    ///
    /// let tags = client.send(CreateTag::of_application(ids.application, "team:shop")).await?;
    /// # Ok(()) });
    /// ```
    pub struct CreateTag {
        /// The tag.
        tag: String
    }
    AddApplicationTag, AddAddonTag, empty: false, as: identity
}

tag_command! {
    /// Takes a tag off an application or an add-on, and gives the other tags back.
    ///
    /// Operations: `remove_application_tag` or `remove_addon_tag`.
    ///
    /// # Example
    /// ```
    /// # cc_examples::run(async |client, ids| {
    /// use cc_client::commands::tag::{CreateTag, DeleteTag};
    ///
    /// client.send(CreateTag::of_application(&ids.application, "team:shop")).await?;
    /// let tags = client.send(DeleteTag::of_application(ids.application, "team:shop")).await?;
    /// # Ok(()) });
    /// ```
    pub struct DeleteTag {
        /// The tag.
        tag: String
    }
    RemoveApplicationTag, RemoveAddonTag, empty: false, as: identity
}

tag_command! {
    /// Lists the tags of an application or an add-on. Where there is nothing, the list is empty.
    ///
    /// Operations: `list_application_tags` or `list_addon_tags`.
    ///
    /// # Example
    /// ```
    /// # cc_examples::run(async |client, ids| {
    /// use cc_client::commands::tag::ListTag;
    ///
    /// let tags = client.send(ListTag::of_application(ids.application)).await?;
    /// # Ok(()) });
    /// ```
    pub struct ListTag {}
    ListApplicationTags, ListAddonTags, empty: true, as: OrNothing
}

tag_command! {
    /// Replaces the tags of an application or an add-on, and gives them back.
    ///
    /// Operations: `replace_application_tags` or `replace_addon_tags`.
    ///
    /// # Example
    /// ```
    /// # cc_examples::run(async |client, ids| {
    /// use cc_client::commands::tag::UpdateTag;
    ///
    /// let tags = client.send(UpdateTag::of_application(ids.application, ["team:shop".to_owned()])).await?;
    /// # Ok(()) });
    /// ```
    pub struct UpdateTag {
        /// All tags.
        tags: Vec<String>
    }
    ReplaceApplicationTags, ReplaceAddonTags, empty: false, as: identity
}
