//! Listing instances.

use cc_core::{ApplicationId, DeploymentId, OwnerId, Result, Timestamp};
use serde::{Deserialize, Serialize};

use super::model::{DateOrder, Instance, InstanceState};
use crate::command::Command;
use crate::context::Context;
use crate::model::setters;
use crate::resolve::Ids;

/// Lists the instances of an application, the earliest created first. Where there is nothing, the list is empty.
///
/// Operation: `list_instances`. The owner, when it is not given, is resolved from `application_id`.
///
/// # Example
/// ```
/// # cc_examples::try_out("ListApplicationInstance", async |client, input| {
/// # let application_id: cc_client::core::ApplicationId = input.get("applicationId");
/// use cc_client::commands::instance::ListApplicationInstance;
///
/// let application_instances = client.send(ListApplicationInstance::new(application_id)).await?;
/// # Ok(()) });
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "catalog", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[must_use = "a command does nothing until it is sent"]
pub struct ListApplicationInstance {
    /// The application.
    pub application_id: ApplicationId,
    /// The owner. Default: resolved.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner_id: Option<OwnerId>,
    /// Keeps the instances that were there after this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<Timestamp>,
    /// Keeps the instances that were there before this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Timestamp>,
    /// Keeps the instances in one of these states.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub include_state: Option<Vec<InstanceState>>,
    /// Leaves the instances in one of these states out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exclude_state: Option<Vec<InstanceState>>,
    /// Leaves deleted instances out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exclude_deleted: Option<bool>,
    /// Keeps the instances of this deployment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deployment_id: Option<DeploymentId>,
    /// Number of instances at most.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<i64>,
    /// Which instances a `limit` leaves: the earliest, or the latest. The list has the earliest first in any case.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub order: Option<DateOrder>,
}

impl ListApplicationInstance {
    /// With what is required.
    pub fn new(application_id: impl Into<ApplicationId>) -> Self {
        Self {
            application_id: application_id.into(),
            owner_id: None,
            since: None,
            until: None,
            include_state: None,
            exclude_state: None,
            exclude_deleted: None,
            deployment_id: None,
            limit: None,
            order: None,
        }
    }

    setters! {
        /// The owner. Default: resolved.
        owner_id: OwnerId,
        /// Keeps the instances that were there after this.
        since: Timestamp,
        /// Keeps the instances that were there before this.
        until: Timestamp,
        /// Keeps the instances in one of these states.
        include_state: Vec<InstanceState>,
        /// Leaves the instances in one of these states out.
        exclude_state: Vec<InstanceState>,
        /// Leaves deleted instances out.
        exclude_deleted: bool,
        /// Keeps the instances of this deployment.
        deployment_id: DeploymentId,
        /// Number of instances at most.
        limit: i64,
        /// Which instances a `limit` leaves: the earliest, or the latest.
        order: DateOrder,
    }
}

impl Command for ListApplicationInstance {
    const NAME: &'static str = "ListApplicationInstance";
    type Output = Vec<Instance>;

    async fn run(self, cx: &Context) -> Result<Self::Output> {
        let ids = Ids::new().owner(self.owner_id.clone(), &self.application_id);
        let answer = cx.resolved(ids, |ids| {
            let mut request = cc_api_deployment::ListInstances::new(ids.owner_id(), &self.application_id);
            request.since = self.since;
            request.until = self.until;
            request.include_state = self.include_state.clone();
            request.exclude_state = self.exclude_state.clone();
            request.exclude_deleted = self.exclude_deleted;
            request.deployment_id = self.deployment_id.clone();
            request.limit = self.limit;
            request.order = self.order.clone();
            request
        });
        let mut instances = match answer.await {
            Ok(answer) => answer.into_inner(),
            Err(error) if error.is_not_found() => return Ok(Vec::new()),
            Err(error) => return Err(error),
        };
        instances.sort_by_key(|instance| (instance.creation_date, instance.index));
        Ok(instances)
    }
}
