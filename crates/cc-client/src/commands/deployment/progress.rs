//! Progress of a deployment, to resume waiting for it later.

use std::fmt;

use cc_runtime::{ApplicationId, DeploymentId, Error, OwnerId, Timestamp};
use serde::{Deserialize, Serialize};

/// Progress of a deployment. It can be serialised, so that another process can
/// [resume](super::DeployAndWait::resume): the log then continues right after the last delivered line.
///
/// In Rust, an error that ends the wait for a deployment carries it too: see [`of`](Self::of).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "catalog", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct DeploymentProgress {
    /// The application.
    pub application_id: ApplicationId,
    /// The owner, when it was given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner_id: Option<OwnerId>,
    /// The deployment.
    pub deployment_id: DeploymentId,
    /// Time of the request, by the clock of the platform; `None` if unknown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asked_at: Option<Timestamp>,
    /// Start of the deployment, by the clock of the platform; `None` until it was read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub start_date: Option<Timestamp>,
    /// `true` if the platform did not answer the request, and this is the deployment that began since then.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_adopted: bool,
    /// `true` if a line about the end was delivered.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub told_end: bool,
    /// The place of the last line that was given; none before the first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg(feature = "stream")]
    #[cfg_attr(feature = "catalog", schemars(with = "Option<serde_json::Map<String, serde_json::Value>>"))]
    pub log: Option<cc_stream::Cursor>,
}

impl DeploymentProgress {
    /// Creates the progress of a deployment of which only the id is known.
    #[must_use]
    pub fn new(application_id: impl Into<ApplicationId>, deployment_id: impl Into<DeploymentId>) -> Self {
        Self {
            application_id: application_id.into(),
            owner_id: None,
            deployment_id: deployment_id.into(),
            asked_at: None,
            start_date: None,
            is_adopted: false,
            told_end: false,
            #[cfg(feature = "stream")]
            log: None,
        }
    }

    /// Returns the progress from an error that ended the wait for a deployment: the deployment may still be
    /// in progress, and [`DeployAndWait::resume`](super::DeployAndWait::resume) continues the wait. `None`
    /// for any other error.
    #[must_use]
    pub fn of(error: &Error) -> Option<&Self> {
        let mut source = std::error::Error::source(error);
        while let Some(cause) = source {
            if let Some(unfinished) = cause.downcast_ref::<Unfinished>() {
                return Some(&unfinished.progress);
            }
            source = cause.source();
        }
        None
    }

    /// Adds this progress to an error of a request that would have cancelled the deployment.
    #[cfg(feature = "stream")]
    pub(super) fn into_error_of_cancel(self, error: Error) -> Error {
        let why = reason(&error);
        let unfinished = Unfinished { progress: self, cause: error.clone() };
        let message = format!("{unfinished}: it could not be cancelled ({why}); try CancelDeployment");
        error.indeterminate().with_message(message).with_source(unfinished)
    }

    /// Adds this progress to an error. If the command `requested` the deployment, its outcome is unknown.
    pub(super) fn into_error(self, error: Error, requested: bool) -> Error {
        let why = reason(&error);
        let unfinished = Unfinished { progress: self, cause: error.clone() };
        if !requested {
            return error.with_source(unfinished);
        }
        let message = format!("{unfinished}: its state could not be read ({why})");
        error.indeterminate().with_message(message).with_next_step(LOOK).with_source(unfinished)
    }
}

/// Advice where a deployment may be running.
const LOOK: &str = "check with GetDeployment before you deploy again";

/// The answer that an error is about, in short.
fn reason(error: &Error) -> String {
    match (error.status(), error.message()) {
        (Some(status), Some(message)) => format!("{}: {message}", status.as_u16()),
        (Some(status), None) => status.to_string(),
        (None, Some(message)) => message.to_owned(),
        (None, None) => error.to_string(),
    }
}

/// A deployment whose end is not known, and why.
#[derive(Debug)]
struct Unfinished {
    progress: DeploymentProgress,
    cause: Error,
}

impl fmt::Display for Unfinished {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "may be running: deployment `{}` of `{}`",
            self.progress.deployment_id, self.progress.application_id
        )
    }
}

impl std::error::Error for Unfinished {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.cause)
    }
}
