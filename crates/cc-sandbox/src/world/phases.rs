//! Phases of an instance that a deployment starts.

use std::time::Duration;

use super::InstanceState;

/// Phases of an instance after the work has started, with their lengths.
pub(crate) const PHASES: [(InstanceState, Duration); 4] = [
    (InstanceState::Booting, Duration::from_secs(8)),
    (InstanceState::Deploying, Duration::from_secs(15)),
    (InstanceState::Starting, Duration::from_secs(7)),
    (InstanceState::Ready, Duration::from_secs(5)),
];

/// Time from the start of the work to a phase of an instance.
pub(crate) fn phase_begins(phase: InstanceState) -> Duration {
    PHASES.iter().take_while(|(own, _)| *own != phase).map(|(_, lasts)| *lasts).sum()
}
