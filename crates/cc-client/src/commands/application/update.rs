//! Changing the settings of an application.

use cc_api_application::types::{self as wire, InstanceLifetime};
use cc_core::{ApplicationId, Discard, OwnerId, Result};
use serde::{Deserialize, Serialize};

use super::branches::with_branches_if_readable;
use super::model::Application;
use super::settings::{copy_settings, https};
use crate::command::Command;
use crate::context::Context;
use crate::env::EnvironmentMap;
use crate::model::setters;
use crate::resolve::Ids;

/// Changes the settings of an application that are given, and leaves the others as they are.
///
/// Operations: `update_application_branch` when there is a branch, `update_application`, and `list_application_branches`
/// for code on GitHub. The branch is changed by a request of its own, before the rest: when the rest fails, the branch
/// stays changed, and the error says so. The `branches` of the output are `None` when they cannot be read.
///
/// # Errors
/// [`InvalidInput`](cc_core::ErrorKind::InvalidInput) when the platform does not take the name of a variable. 404 when there
/// is no such application, or none the caller may see.
///
/// # Example
/// ```
/// # cc_examples::try_out("UpdateApplication", async |client, input| {
/// # let application_id: cc_client::core::ApplicationId = input.get("applicationId");
/// use cc_client::commands::application::UpdateApplication;
///
/// let application = client.send(UpdateApplication::new(application_id)).await?;
/// # Ok(()) });
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "catalog", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[must_use = "a command does nothing until it is sent"]
pub struct UpdateApplication {
    /// The application.
    pub application_id: ApplicationId,
    /// The owner. Default: resolved.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner_id: Option<OwnerId>,
    /// Whether it is put away.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub archived: Option<bool>,
    /// Branch to deploy from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub branch: Option<String>,
    /// Name of the size that it is built on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub build_flavor: Option<String>,
    /// Whether a push cancels a deployment that is under way.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cancel_on_push: Option<bool>,
    /// How code is sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deploy: Option<String>,
    /// What to say of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// All environment variables.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub environment: Option<EnvironmentMap>,
    /// Whether it is marked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub favourite: Option<bool>,
    /// Whether HTTP is redirected to HTTPS.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub force_https: Option<bool>,
    /// Whether old instances stop before new ones start.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub homogeneous: Option<bool>,
    /// How long instances live.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub instance_lifetime: Option<InstanceLifetime>,
    /// Name of the largest size.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_flavor: Option<String>,
    /// Number of instances at most.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_instances: Option<i64>,
    /// Name of the smallest size.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min_flavor: Option<String>,
    /// Number of instances at least.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min_instances: Option<i64>,
    /// Name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Whether it is built on an instance of its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub separate_build: Option<bool>,
    /// Whether the platform may stop it when nobody uses it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shutdownable: Option<bool>,
    /// Whether a visitor stays with one instance.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sticky_sessions: Option<bool>,
    /// All tags.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tags: Option<Vec<String>>,
    /// Short name of the zone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub zone: Option<String>,
}

impl UpdateApplication {
    /// Of this application, without any change yet.
    pub fn new(application_id: impl Into<ApplicationId>) -> Self {
        Self {
            application_id: application_id.into(),
            owner_id: None,
            archived: None,
            branch: None,
            build_flavor: None,
            cancel_on_push: None,
            deploy: None,
            description: None,
            environment: None,
            favourite: None,
            force_https: None,
            homogeneous: None,
            instance_lifetime: None,
            max_flavor: None,
            max_instances: None,
            min_flavor: None,
            min_instances: None,
            name: None,
            separate_build: None,
            shutdownable: None,
            sticky_sessions: None,
            tags: None,
            zone: None,
        }
    }

    setters! {
        /// The owner. Default: resolved.
        owner_id: OwnerId,
        /// Whether it is put away.
        archived: bool,
        /// Branch to deploy from.
        branch: String,
        /// Name of the size that it is built on.
        build_flavor: String,
        /// Whether a push cancels a deployment that is under way.
        cancel_on_push: bool,
        /// How code is sent.
        deploy: String,
        /// What to say of it.
        description: String,
        /// All environment variables.
        environment: EnvironmentMap,
        /// Whether it is marked.
        favourite: bool,
        /// Whether HTTP is redirected to HTTPS.
        force_https: bool,
        /// Whether old instances stop before new ones start.
        homogeneous: bool,
        /// How long instances live.
        instance_lifetime: InstanceLifetime,
        /// Name of the largest size.
        max_flavor: String,
        /// Number of instances at most.
        max_instances: i64,
        /// Name of the smallest size.
        min_flavor: String,
        /// Number of instances at least.
        min_instances: i64,
        /// Name.
        name: String,
        /// Whether it is built on an instance of its own.
        separate_build: bool,
        /// Whether the platform may stop it when nobody uses it.
        shutdownable: bool,
        /// Whether a visitor stays with one instance.
        sticky_sessions: bool,
        /// All tags.
        tags: Vec<String>,
        /// Short name of the zone.
        zone: String,
    }

    fn ids(&self) -> Ids<'_> {
        Ids::new().owner(self.owner_id.clone(), &self.application_id)
    }
}

impl Command for UpdateApplication {
    const NAME: &'static str = "UpdateApplication";
    type Output = Application;

    async fn run(self, cx: &Context) -> Result<Self::Output> {
        let mut body = wire::ApplicationUpdate::new();
        copy_settings!(self => body; archived, branch, build_flavor, cancel_on_push, deploy, description, favourite,
            homogeneous, instance_lifetime, max_flavor, max_instances, min_flavor, min_instances, name, separate_build,
            shutdownable, sticky_sessions, tags, zone);
        body.force_https = https(self.force_https);
        body.env = self.environment.clone().map(EnvironmentMap::into_map);
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
