//! Meaning of one row in the list of deployments.

#[cfg(feature = "stream")]
use cc_runtime::Timestamp;

use super::super::model::{Deployment, DeploymentAction, DeploymentOutcome, DeploymentState};

/// Meaning of a state.
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

/// Returns `true` if a state is decisive without the other rows.
pub(in super::super) fn decides(state: &DeploymentState) -> bool {
    !matches!(phase(state), Phase::Unknown | Phase::Ended(DeploymentOutcome::Cancelled))
}

/// Effect of a row on the earlier deployments.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Effect {
    /// The row starts a deployment in their place.
    Replaces,
    /// The row stops them.
    Stops,
    /// The row changes the number or size of instances.
    None,
}

pub(super) fn effect(row: &Deployment) -> Effect {
    let Some(origin) = &row.origin else { return Effect::Replaces };
    match DeploymentAction::other(origin.action.as_str().trim().to_ascii_uppercase()) {
        DeploymentAction::Deploy => Effect::Replaces,
        DeploymentAction::Undeploy | DeploymentAction::Cancel => Effect::Stops,
        _ => Effect::None,
    }
}

/// Returns `true` for the row of a deployment, and not of a stop, a cancellation or a scaling.
pub(in super::super) fn is_deployment(row: &Deployment) -> bool {
    effect(row) == Effect::Replaces
}

/// Returns `true` if the row is of a deployment that has not ended.
pub(in super::super) fn is_open(row: &Deployment) -> bool {
    phase(&row.state) == Phase::UnderWay
}

pub(super) fn is_queued(row: &Deployment) -> bool {
    row.state.as_str().trim().eq_ignore_ascii_case(DeploymentState::Queued.as_str())
}

/// End of the deployment according to its row.
#[cfg(feature = "stream")]
pub(in super::super) fn end_date(row: &Deployment) -> Option<Timestamp> {
    let ends = |state: &DeploymentState| matches!(phase(state), Phase::Ended(_));
    row.steps.iter().rev().find(|step| ends(&step.state))?.date
}
