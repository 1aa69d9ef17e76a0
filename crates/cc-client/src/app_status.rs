//! State of an application, from outside.

use serde::{Deserialize, Serialize};

/// Current state of an application.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "catalog", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum AppStatus {
    /// The application is stopped, as intended.
    Stopped,
    /// The first instances are starting.
    Starting,
    /// The first instances failed to start.
    StartFailed,
    /// The application is running.
    Running,
    /// A new version is being started while the old one runs.
    Restarting,
    /// A new version is being started, and the old one does not run any more.
    RestartingWithDowntime,
    /// A new version could not be started, and the old one runs.
    RestartFailed,
    /// The known facts are inconsistent.
    Unknown,
}

impl AppStatus {
    /// The state of an application.
    ///
    /// - `state`: the application's state, such as `SHOULD_BE_UP`;
    /// - `homogeneous`: whether it never runs two versions at once;
    /// - `last_deployment`: the state of its newest deployment, such as `WIP`;
    /// - `is_up`: whether one of its instances is `UP`.
    #[must_use]
    pub fn of(state: &str, homogeneous: bool, last_deployment: Option<&str>, is_up: bool) -> Self {
        match (state, last_deployment) {
            ("SHOULD_BE_DOWN", _) => Self::Stopped,
            ("WANTS_TO_BE_UP", Some("WIP")) => Self::Starting,
            ("WANTS_TO_BE_UP", Some("FAIL")) => Self::StartFailed,
            ("SHOULD_BE_UP", Some("WIP")) if homogeneous => Self::RestartingWithDowntime,
            ("SHOULD_BE_UP", Some("WIP")) if is_up => Self::Restarting,
            ("SHOULD_BE_UP", Some("WIP")) => Self::Unknown,
            ("SHOULD_BE_UP", Some("FAIL")) if is_up => Self::RestartFailed,
            ("SHOULD_BE_UP", _) if is_up => Self::Running,
            _ => Self::Unknown,
        }
    }

    /// Returns the name of the state, such as `start-failed`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Stopped => "stopped",
            Self::Starting => "starting",
            Self::StartFailed => "start-failed",
            Self::Running => "running",
            Self::Restarting => "restarting",
            Self::RestartingWithDowntime => "restarting-with-downtime",
            Self::RestartFailed => "restart-failed",
            Self::Unknown => "unknown",
        }
    }
}

crate::declare::worded!(AppStatus);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_state_the_last_deployment_and_the_instances_make_the_status() {
        for (state, homogeneous, deployment, is_up, status) in [
            ("SHOULD_BE_DOWN", false, Some("WIP"), true, "stopped"),
            ("WANTS_TO_BE_UP", false, Some("WIP"), false, "starting"),
            ("WANTS_TO_BE_UP", true, Some("FAIL"), false, "start-failed"),
            ("WANTS_TO_BE_UP", false, Some("OK"), true, "unknown"),
            ("SHOULD_BE_UP", true, Some("WIP"), false, "restarting-with-downtime"),
            ("SHOULD_BE_UP", false, Some("WIP"), true, "restarting"),
            ("SHOULD_BE_UP", false, Some("WIP"), false, "unknown"),
            ("SHOULD_BE_UP", false, Some("FAIL"), true, "restart-failed"),
            ("SHOULD_BE_UP", false, Some("FAIL"), false, "unknown"),
            ("SHOULD_BE_UP", false, Some("OK"), true, "running"),
            ("SHOULD_BE_UP", false, Some("CANCELLED"), true, "running"),
            ("SHOULD_BE_UP", false, None, true, "running"),
            ("SHOULD_BE_UP", false, None, false, "unknown"),
            ("MODERATED", false, None, true, "unknown"),
        ] {
            let is = AppStatus::of(state, homogeneous, deployment, is_up);
            assert_eq!(is.to_string(), status, "{state} {homogeneous} {deployment:?} {is_up}");
            assert_eq!(serde_json::to_value(is).unwrap(), status);
        }
    }
}
