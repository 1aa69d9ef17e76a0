//! What the commands of deployments give back.

use cc_api_deployment::types as wire;
use cc_runtime::{ApplicationId, DeploymentId, Timestamp};
use serde::{Deserialize, Serialize};

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
    /// Its id.
    pub id: DeploymentId,
    /// The application.
    pub application_id: ApplicationId,
    /// Its number among the deployments of the application.
    pub index: i64,
    /// When it started.
    pub date: Option<Timestamp>,
    /// How far it is.
    pub state: DeploymentState,
    /// What it does.
    pub action: DeploymentAction,
    /// Commit that is deployed.
    pub commit: Option<String>,
    /// Why, to show to a person.
    pub cause: String,
    /// Number of instances.
    pub instances: i64,
    /// Who asked for it.
    pub author: Option<DeploymentAuthor>,
}

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

/// What v2 calls otherwise; a state that neither knows keeps its name.
fn in_words_of_v4(state: wire::LegacyDeploymentState) -> DeploymentState {
    match state {
        wire::LegacyDeploymentState::TaskRunning => DeploymentState::TaskInProgress,
        wire::LegacyDeploymentState::Wip => DeploymentState::WorkInProgress,
        wire::LegacyDeploymentState::Fail => DeploymentState::Failed,
        wire::LegacyDeploymentState::Cancelled => DeploymentState::Cancelled,
        wire::LegacyDeploymentState::Ok => DeploymentState::Succeeded,
        other => other.as_str().into(),
    }
}

/// How a wait for a deployment ended.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "catalog", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct DeploymentVerdict {
    /// How it ended.
    pub outcome: DeploymentOutcome,
    /// The deployment as it was seen last; none when it was never seen.
    pub deployment: Option<Deployment>,
}

/// How a wait for a deployment can end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "catalog", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum DeploymentOutcome {
    /// It succeeded: what it deploys is live.
    Succeeded,
    /// It failed: what was live before still is.
    Failed,
    /// It was cancelled, or the application was stopped.
    Cancelled,
    /// It was cancelled or is gone, and a later deployment of the application took its place.
    Superseded,
    /// It was still under way, or had not shown up yet, at the deadline of the wait. It goes on.
    DeadlineExceeded,
    /// Its state is one that this version does not know ([`Deployment::state`]), and other facts say that it is over, or the
    /// deadline of the wait has passed. Whether it succeeded is not known.
    UnknownState,
}

impl std::fmt::Display for DeploymentOutcome {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Succeeded => "succeeded",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
            Self::Superseded => "superseded",
            Self::DeadlineExceeded => "deadline-exceeded",
            Self::UnknownState => "unknown-state",
        })
    }
}
