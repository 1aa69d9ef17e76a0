//! Creating drains.

use cc_api_drain::types::DrainCreation;
use cc_core::{AnyAddonId, ApplicationId, Error, ErrorKind, OwnerId, Result};
use serde::{Deserialize, Serialize};

use super::model::{DrainKind, DrainState, LogDrain, LogDrainTarget};
use super::wait::{Resource, wait};
use crate::command::Command;
use crate::context::Context;
use crate::model::setters;

/// Creates a drain on an application or an add-on, and waits for at most 30 s until it is enabled.
///
/// Operations: `create_drain`, then `get_drain` each second. The owner, when it is not given, is resolved from the
/// application or the add-on.
///
/// # Errors
/// - [`InvalidInput`](cc_core::ErrorKind::InvalidInput) unless exactly one of `application_id` and `addon_id` is given, and
///   when an Elasticsearch target names no index.
/// - [`DeadlineExceeded`](cc_core::ErrorKind::DeadlineExceeded) when enabling takes longer: the drain is there, and may still
///   be enabled. An error of a look ends the wait.
///
/// # Example
/// ```
/// # cc_examples::run(async |client, ids| {
/// use cc_client::commands::log_drain::CreateLogDrain;
/// use cc_client::commands::log_drain::model::{HttpTarget, LogDrainTarget};
///
/// let target = LogDrainTarget::RawHttp(HttpTarget { url: "https://logs.example.org".into(), credentials: None });
/// let drain = client.send(CreateLogDrain::on_application(ids.application, "LOG", target)).await?;
/// # Ok(()) });
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "catalog", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[must_use = "a command does nothing until it is sent"]
pub struct CreateLogDrain {
    /// The application.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub application_id: Option<ApplicationId>,
    /// The add-on, by either id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub addon_id: Option<AnyAddonId>,
    /// Which logs it sends.
    pub kind: DrainKind,
    /// Where they go.
    pub target: LogDrainTarget,
    /// The owner. Default: resolved.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner_id: Option<OwnerId>,
}

impl CreateLogDrain {
    /// On an application.
    pub fn on_application(
        application_id: impl Into<ApplicationId>,
        kind: impl Into<DrainKind>,
        target: LogDrainTarget,
    ) -> Self {
        Self {
            application_id: Some(application_id.into()),
            addon_id: None,
            kind: kind.into(),
            target,
            owner_id: None,
        }
    }

    /// On an add-on, by either id.
    pub fn on_addon(
        addon_id: impl Into<AnyAddonId>,
        kind: impl Into<DrainKind>,
        target: LogDrainTarget,
    ) -> Self {
        Self {
            application_id: None,
            addon_id: Some(addon_id.into()),
            kind: kind.into(),
            target,
            owner_id: None,
        }
    }

    setters! {
        /// The owner. Default: resolved.
        owner_id: OwnerId,
    }
}

impl Command for CreateLogDrain {
    const NAME: &'static str = "CreateLogDrain";
    type Output = LogDrain;

    async fn run(self, cx: &Context) -> Result<Self::Output> {
        if let LogDrainTarget::Elasticsearch(target) = &self.target
            && target.index_prefix.as_ref().is_none_or(String::is_empty)
        {
            return Err(Error::new(ErrorKind::InvalidInput)
                .with_message("an Elasticsearch target names its index: give `indexPrefix`"));
        }
        let resource =
            Resource { owner: &self.owner_id, application: &self.application_id, addon: &self.addon_id };
        let target = resource.target()?;
        let body = DrainCreation::new(self.kind.clone(), self.target.clone().into_wire());
        let created = cx
            .resolved(target.drain_ids(&self.owner_id), |ids| {
                cc_api_drain::CreateDrain::new(ids.owner_id(), target.resource_id(ids), body.clone())
            })
            .await?
            .required()?;
        let enabled = wait(cx, resource, &created.id, &DrainState::Enabled).await;
        enabled.map_err(|error| error.with_effect(format!("the drain `{}` was created", created.id)))
    }
}
