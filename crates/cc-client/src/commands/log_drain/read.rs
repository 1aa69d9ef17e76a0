//! Reading drains.

use cc_core::{AnyAddonId, ApplicationId, DrainId, OwnerId, Result};
use serde::{Deserialize, Serialize};

use super::model::{DrainExecutionState, DrainState, LogDrain};
use super::wait::{Resource, read};
use crate::command::Command;
use crate::context::Context;
use crate::model::setters;

/// Lists the drains of an application or an add-on, the latest changed first. Where there is nothing, the list is empty.
///
/// Operation: `list_drains`. The owner, when it is not given, is resolved from the application or the add-on.
///
/// # Errors
/// [`InvalidInput`](cc_core::ErrorKind::InvalidInput) unless exactly one of `application_id` and `addon_id` is given.
///
/// # Example
/// ```
/// # cc_examples::try_out("ListLogDrain", async |client, input| {
/// # let application_id: cc_client::core::ApplicationId = input.get("applicationId");
/// use cc_client::commands::log_drain::ListLogDrain;
///
/// let log_drains = client.send(ListLogDrain::of_application(application_id)).await?;
/// # Ok(()) });
/// ```
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "catalog", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[must_use = "a command does nothing until it is sent"]
pub struct ListLogDrain {
    /// The application.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub application_id: Option<ApplicationId>,
    /// The add-on, by either id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub addon_id: Option<AnyAddonId>,
    /// The owner. Default: resolved.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner_id: Option<OwnerId>,
    /// Keeps the drains in one of these states.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<Vec<DrainState>>,
    /// Keeps the drains whose delivery is in one of these states.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub execution_status: Option<Vec<DrainExecutionState>>,
    /// Leaves out the drains whose delivery is in one of these states.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub execution_status_not_in: Option<Vec<DrainExecutionState>>,
}

impl ListLogDrain {
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
        /// Keeps the drains in one of these states.
        status: Vec<DrainState>,
        /// Keeps the drains whose delivery is in one of these states.
        execution_status: Vec<DrainExecutionState>,
        /// Leaves out the drains whose delivery is in one of these states.
        execution_status_not_in: Vec<DrainExecutionState>,
    }
}

impl Command for ListLogDrain {
    const NAME: &'static str = "ListLogDrain";
    type Output = Vec<LogDrain>;

    async fn run(self, cx: &Context) -> Result<Self::Output> {
        let resource =
            Resource { owner: &self.owner_id, application: &self.application_id, addon: &self.addon_id };
        let target = resource.target()?;
        let answer = cx
            .resolved(target.drain_ids(&self.owner_id), |ids| {
                let mut request = cc_api_drain::ListDrains::new(ids.owner_id(), target.resource_id(ids));
                request.status = self.status.clone();
                request.execution_status = self.execution_status.clone();
                request.execution_status_not_in = self.execution_status_not_in.clone();
                request
            })
            .await;
        let mut drains: Vec<LogDrain> = match answer {
            Ok(answer) => answer.into_inner().into_iter().map(Into::into).collect(),
            Err(error) if error.is_not_found() => return Ok(Vec::new()),
            Err(error) => return Err(error),
        };
        drains.sort_by_key(|drain| std::cmp::Reverse(drain.updated_at));
        Ok(drains)
    }
}

/// Reads one drain of an application or an add-on.
///
/// Operation: `get_drain`. The owner, when it is not given, is resolved from the application or the add-on.
///
/// # Errors
/// 404 when there is none. [`InvalidInput`](cc_core::ErrorKind::InvalidInput) unless exactly one of `application_id` and
/// `addon_id` is given.
///
/// # Example
/// ```
/// # cc_examples::try_out("GetLogDrain", async |client, input| {
/// # let application_id: cc_client::core::ApplicationId = input.get("applicationId");
/// # let drain_id: cc_client::core::DrainId = input.get("drainId");
/// use cc_client::commands::log_drain::GetLogDrain;
///
/// let log_drain = client.send(GetLogDrain::of_application(application_id, drain_id)).await?;
/// # Ok(()) });
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "catalog", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[must_use = "a command does nothing until it is sent"]
pub struct GetLogDrain {
    /// The application.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub application_id: Option<ApplicationId>,
    /// The add-on, by either id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub addon_id: Option<AnyAddonId>,
    /// The drain.
    pub drain_id: DrainId,
    /// The owner. Default: resolved.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner_id: Option<OwnerId>,
}

impl GetLogDrain {
    /// Of an application.
    pub fn of_application(application_id: impl Into<ApplicationId>, drain_id: impl Into<DrainId>) -> Self {
        Self {
            application_id: Some(application_id.into()),
            addon_id: None,
            drain_id: drain_id.into(),
            owner_id: None,
        }
    }

    /// Of an add-on, by either id.
    pub fn of_addon(addon_id: impl Into<AnyAddonId>, drain_id: impl Into<DrainId>) -> Self {
        Self {
            application_id: None,
            addon_id: Some(addon_id.into()),
            drain_id: drain_id.into(),
            owner_id: None,
        }
    }

    setters! {
        /// The owner. Default: resolved.
        owner_id: OwnerId,
    }
}

impl Command for GetLogDrain {
    const NAME: &'static str = "GetLogDrain";
    type Output = LogDrain;

    async fn run(self, cx: &Context) -> Result<Self::Output> {
        let resource =
            Resource { owner: &self.owner_id, application: &self.application_id, addon: &self.addon_id };
        read(cx, resource, &self.drain_id).await
    }
}
