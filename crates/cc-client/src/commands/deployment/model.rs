//! Outputs of the commands of deployments.

mod instance;
mod verdict;

use cc_api_deployment::types as wire;
use cc_runtime::{ApplicationId, DeploymentId, Timestamp};
use serde::{Deserialize, Serialize};

pub use instance::*;
pub use verdict::*;
pub use wire::{
    Deployment, DeploymentAction, DeploymentAuthor, DeploymentOrigin, DeploymentPriority, DeploymentState,
    DeploymentStep, DeploymentVersion,
};

/// A deployment as v2 shows it, its state in the words of v4.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "catalog", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct DeploymentLegacy {
    /// Id of the deployment.
    pub id: DeploymentId,
    /// The application.
    pub application_id: ApplicationId,
    /// Number of the deployment among the deployments of the application.
    pub index: i64,
    /// Start date.
    pub date: Option<Timestamp>,
    /// State of the deployment.
    pub state: DeploymentState,
    /// Action of the deployment.
    pub action: DeploymentAction,
    /// Commit that is deployed.
    pub commit: Option<String>,
    /// Cause of the deployment, to display.
    pub cause: String,
    /// Number of instances.
    pub instances: i64,
    /// Author of the deployment.
    pub author: Option<DeploymentAuthor>,
}

crate::declare::ids_of! { DeploymentLegacy { id => DeploymentId } }

impl DeploymentLegacy {
    /// A deployment of this application: v2 does not tell of which one it is.
    pub(super) fn of(application_id: ApplicationId, wire: wire::LegacyDeployment) -> Self {
        Self {
            id: wire.uuid,
            application_id,
            index: wire.id,
            date: wire.date,
            state: in_words_of_v4(wire.state),
            action: wire.action,
            commit: wire.commit,
            cause: wire.cause,
            instances: wire.instances,
            author: wire.author,
        }
    }
}

/// Converts the names of v2; an unknown state keeps its name.
fn in_words_of_v4(state: wire::LegacyDeploymentState) -> DeploymentState {
    match state {
        wire::LegacyDeploymentState::TaskRunning => DeploymentState::TaskInProgress,
        wire::LegacyDeploymentState::Wip => DeploymentState::WorkInProgress,
        wire::LegacyDeploymentState::Fail => DeploymentState::Failed,
        wire::LegacyDeploymentState::Cancelled => DeploymentState::Cancelled,
        wire::LegacyDeploymentState::Ok => DeploymentState::Succeeded,
        other => DeploymentState::other(other.as_str()),
    }
}
