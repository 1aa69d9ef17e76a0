//! Phases of an instance that a deployment starts.

use std::time::Duration;

/// Phases of an instance after the work has started, with their lengths.
pub(crate) const PHASES: [(&str, Duration); 4] = [
    ("BOOTING", Duration::from_secs(8)),
    ("DEPLOYING", Duration::from_secs(15)),
    ("STARTING", Duration::from_secs(7)),
    ("READY", Duration::from_secs(5)),
];

/// Time from the start of the work to a phase of an instance.
pub(crate) fn phase_begins(phase: &str) -> Duration {
    PHASES.iter().take_while(|(name, _)| *name != phase).map(|(_, lasts)| *lasts).sum()
}
