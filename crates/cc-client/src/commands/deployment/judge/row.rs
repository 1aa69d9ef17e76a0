//! What one row of the table of deployments says.

#[cfg(all(feature = "log", feature = "stream"))]
use cc_runtime::Timestamp;

use super::super::model::{Deployment, DeploymentAction, DeploymentOutcome, DeploymentState};

/// What a state says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Phase {
    UnderWay,
    Ended(DeploymentOutcome),
    Unknown,
}

/// Reads a state, whichever version of the API it is of and however it is written.
pub(super) fn phase(state: &DeploymentState) -> Phase {
    let word = state.as_str().trim().to_ascii_uppercase().replace(['-', ' '], "_");
    match word.as_str() {
        "" | "QUEUED" | "WORK_IN_PROGRESS" | "WIP" | "TASK_IN_PROGRESS" | "TASK_RUNNING" => Phase::UnderWay,
        "SUCCEEDED" | "OK" => Phase::Ended(DeploymentOutcome::Succeeded),
        "FAILED" | "FAIL" => Phase::Ended(DeploymentOutcome::Failed),
        "CANCELLED" | "CANCELED" => Phase::Ended(DeploymentOutcome::Cancelled),
        _ => Phase::Unknown,
    }
}

/// Whether a state tells enough without the other rows.
pub(in super::super) fn decides(state: &DeploymentState) -> bool {
    !matches!(phase(state), Phase::Unknown | Phase::Ended(DeploymentOutcome::Cancelled))
}

/// What a row does to the deployments before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Effect {
    /// It runs something in their place.
    Replaces,
    /// It stops them.
    Stops,
    /// It changes the number or size of instances.
    None,
}

pub(super) fn effect(row: &Deployment) -> Effect {
    let Some(origin) = &row.origin else { return Effect::Replaces };
    match DeploymentAction::from(origin.action.as_str().trim().to_ascii_uppercase()) {
        DeploymentAction::Deploy => Effect::Replaces,
        DeploymentAction::Undeploy | DeploymentAction::Cancel => Effect::Stops,
        _ => Effect::None,
    }
}

pub(super) fn is_queued(row: &Deployment) -> bool {
    row.state.as_str().trim().eq_ignore_ascii_case(DeploymentState::Queued.as_str())
}

/// When a row says that its deployment ended.
#[cfg(all(feature = "log", feature = "stream"))]
pub(in super::super) fn end_date(row: &Deployment) -> Option<Timestamp> {
    let ends = |state: &DeploymentState| matches!(phase(state), Phase::Ended(_));
    row.steps.iter().rev().find(|step| ends(&step.state))?.date
}
