//! Verdicts on deployments.

use std::fmt;
use std::process::{ExitCode, Termination};

use cc_runtime::DeploymentId;
use serde::{Deserialize, Serialize};

use super::Deployment;

/// Result of a wait for a deployment.
///
/// In Rust, `Display` is a sentence such as `deployment deployment_1 succeeded`, and a `main` can return it: the program then ends with
/// [`exit_code`](Self::exit_code).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "catalog", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct DeploymentVerdict {
    /// Outcome of the deployment.
    pub outcome: DeploymentOutcome,
    /// Id of the deployment, also when it was never seen; none when no deployment was requested.
    #[serde(default)]
    pub deployment_id: Option<DeploymentId>,
    /// The deployment as it was seen last; none when it was never seen.
    pub deployment: Option<Deployment>,
}

impl DeploymentVerdict {
    /// Returns `true` if the deployment succeeded and is live.
    #[must_use]
    pub fn is_success(&self) -> bool {
        self.outcome.is_success()
    }

    /// Returns the exit code of the [outcome](DeploymentOutcome::exit_code).
    #[must_use]
    pub fn exit_code(&self) -> u8 {
        self.outcome.exit_code()
    }
}

impl fmt::Display for DeploymentVerdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(id) = &self.deployment_id else {
            return match self.outcome {
                DeploymentOutcome::Cancelled => f.write_str("cancelled before the deployment was requested"),
                outcome => write!(f, "the deployment {}", outcome.words()),
            };
        };
        write!(f, "deployment {id} {}", self.outcome.words())
    }
}

impl Termination for DeploymentVerdict {
    fn report(self) -> ExitCode {
        self.exit_code().into()
    }
}

/// Outcomes of a wait for a deployment.
///
/// In Rust, `Display` is one word, as in JSON, and a `main` can return it: the program then ends with [`exit_code`](Self::exit_code).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "catalog", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum DeploymentOutcome {
    /// The deployment succeeded and is live.
    Succeeded,
    /// The deployment failed: the previous one is still live.
    Failed,
    /// The deployment was cancelled, or the application was stopped.
    Cancelled,
    /// The deployment was cancelled or is gone, and a later deployment of the application replaced it.
    Superseded,
    /// The deployment was still in progress, or had not appeared yet, at the deadline of the wait. It
    /// continues.
    DeadlineExceeded,
    /// The state of the deployment is unknown to this version ([`Deployment::state`]), and other facts show
    /// that it is over, or the deadline has passed. It may or may not have succeeded.
    UnknownState,
}

impl DeploymentOutcome {
    /// Returns `true` if the deployment succeeded and is live.
    #[must_use]
    pub fn is_success(self) -> bool {
        self == Self::Succeeded
    }

    /// Returns `true` if the deployment may still be in progress: [`DeadlineExceeded`](Self::DeadlineExceeded) and
    /// [`UnknownState`](Self::UnknownState).
    #[must_use]
    pub fn may_be_running(self) -> bool {
        matches!(self, Self::DeadlineExceeded | Self::UnknownState)
    }

    /// Returns the exit code for a program that deploys. The numbers do not change:
    ///
    /// | code | outcome |
    /// |---|---|
    /// | 0 | [`Succeeded`](Self::Succeeded) |
    /// | 1 | [`Failed`](Self::Failed) |
    /// | 3 | [`Cancelled`](Self::Cancelled) |
    /// | 4 | [`Superseded`](Self::Superseded) |
    /// | 5 | [`DeadlineExceeded`](Self::DeadlineExceeded) |
    /// | 6 | [`UnknownState`](Self::UnknownState) |
    ///
    /// 2 is left to wrong arguments. With 5 and 6, the deployment may still be in progress.
    #[must_use]
    pub fn exit_code(self) -> u8 {
        match self {
            Self::Succeeded => 0,
            Self::Failed => 1,
            Self::Cancelled => 3,
            Self::Superseded => 4,
            Self::DeadlineExceeded => 5,
            Self::UnknownState => 6,
        }
    }

    /// The rest of a sentence about a deployment.
    fn words(self) -> &'static str {
        match self {
            Self::Succeeded => "succeeded",
            Self::Failed => "failed: the previous one is still live",
            Self::Cancelled => "was cancelled",
            Self::Superseded => "was replaced by a later one",
            Self::DeadlineExceeded => "may be running: the deadline passed before it ended",
            Self::UnknownState => "may be running: its state is unknown to this version",
        }
    }
}

crate::declare::worded!(DeploymentOutcome);

impl Termination for DeploymentOutcome {
    fn report(self) -> ExitCode {
        self.exit_code().into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [DeploymentOutcome; 6] = [
        DeploymentOutcome::Succeeded,
        DeploymentOutcome::Failed,
        DeploymentOutcome::Cancelled,
        DeploymentOutcome::Superseded,
        DeploymentOutcome::DeadlineExceeded,
        DeploymentOutcome::UnknownState,
    ];

    #[test]
    fn only_a_deployment_that_succeeded_is_a_success() {
        assert_eq!(ALL.map(DeploymentOutcome::exit_code), [0, 1, 3, 4, 5, 6]);
        assert_eq!(ALL.map(DeploymentOutcome::is_success), [true, false, false, false, false, false]);
        assert_eq!(ALL.map(DeploymentOutcome::may_be_running), [false, false, false, false, true, true]);
    }

    #[test]
    fn a_verdict_is_shown_as_a_sentence_and_an_outcome_as_a_word() {
        for outcome in ALL {
            let json = serde_json::to_value(outcome).unwrap();
            assert_eq!(json, outcome.to_string());
            let id = Some("deployment_1".into());
            let verdict = DeploymentVerdict { outcome, deployment_id: id, deployment: None };
            let sentence = verdict.to_string();
            assert!(sentence.starts_with("deployment deployment_1 "), "{sentence}");
            assert_eq!(sentence.contains("may be running"), outcome.may_be_running());
        }
        let nothing = DeploymentVerdict {
            outcome: DeploymentOutcome::Cancelled,
            deployment_id: None,
            deployment: None,
        };
        assert_eq!(nothing.to_string(), "cancelled before the deployment was requested");
    }
}
