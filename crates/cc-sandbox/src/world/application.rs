//! An application and what belongs to it.

use std::collections::{BTreeMap, VecDeque};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::named::named;
use super::{Shelf, Subject, Visit, stored};

/// An application.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Application {
    pub(crate) id: String,
    pub(crate) owner: String,
    /// Name, zone, runtime and the like, as the v2 API sends them.
    #[serde(deserialize_with = "stored::settings")]
    pub(crate) settings: Value,
    pub(crate) environment: BTreeMap<String, String>,
    /// Variables that applications which depend on this one get.
    pub(crate) exposed: BTreeMap<String, String>,
    pub(crate) domains: Vec<String>,
    pub(crate) primary_domain: Option<String>,
    pub(crate) tags: Vec<String>,
    /// Ids of linked add-ons: `addon_…`.
    pub(crate) addons: Vec<String>,
    /// Ids of applications that this one depends on.
    pub(crate) dependencies: Vec<String>,
    pub(crate) is_up: bool,
    pub(crate) wants_up: bool,
    /// The oldest first.
    #[serde(with = "indexmap::map::serde_seq")]
    pub(crate) deployments: Shelf<Deployment>,
    /// The oldest first.
    #[serde(with = "indexmap::map::serde_seq")]
    pub(crate) instances: Shelf<Instance>,
    /// `true` if the next deployment will fail.
    pub(crate) fails_next: bool,
    /// Commit that was pushed last to its repository.
    #[serde(default)]
    pub(crate) pushed: Option<String>,
    /// Requests to its domains, the oldest first.
    #[serde(default, skip_serializing_if = "VecDeque::is_empty")]
    pub(crate) visits: VecDeque<Visit>,
    /// `true` if the platform has blocked the application.
    #[serde(default)]
    pub(crate) is_moderated: bool,
}

impl Subject for Application {
    /// Its id, and its owner: the places of origin of requests are followed by owner.
    fn topics(&self) -> impl Iterator<Item = &str> {
        [self.id.as_str(), self.owner.as_str()].into_iter()
    }
}

impl Application {
    /// The application as the v2 API sends it.
    pub(crate) fn wire(&self) -> Value {
        let mut wire = self.settings.clone();
        wire["env"] = variables(&self.environment);
        wire["vhosts"] = self.domains.iter().map(|domain| json!({ "fqdn": domain })).collect();
        wire["state"] = match (self.is_up, self.wants_up) {
            (true, _) => "SHOULD_BE_UP",
            (false, true) => "WANTS_TO_BE_UP",
            (false, false) => "SHOULD_BE_DOWN",
        }
        .into();
        wire["last_deploy"] = self.deployments.len().into();
        if let Some(deployment) =
            self.deployments.values().rfind(|deployment| deployment.state == State::Succeeded)
        {
            wire["commitId"] = deployment.commit.as_str().into();
        }
        wire
    }

    /// Returns a text setting; empty if there is none.
    pub(crate) fn text(&self, name: &str) -> &str {
        self.settings[name].as_str().unwrap_or_default()
    }
}

/// A deployment of an application.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Deployment {
    pub(crate) id: String,
    /// Number of the deployment in the application, from 1.
    pub(crate) number: usize,
    pub(crate) state: State,
    pub(crate) action: Action,
    /// Another row took the place of this one, which is not shown any more. Its log is kept.
    pub(crate) is_replaced: bool,
    pub(crate) commit: String,
    #[serde(default)]
    pub(crate) origin: Origin,
    pub(crate) author: String,
    #[serde(with = "stored::date")]
    pub(crate) started: Timestamp,
    /// The states it went through, and when it came to each.
    #[serde(with = "stored::dated")]
    pub(crate) steps: Vec<(State, Timestamp)>,
}

named! {
    /// What a row of the table of deployments did.
    Action {
        Deploy = "DEPLOY",
        Undeploy = "UNDEPLOY",
        Cancel = "CANCEL",
    }
}

/// Cause of a deployment.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Origin {
    /// A request asked for it.
    #[default]
    Api,
    /// A push with git.
    Git,
}

/// The state of a deployment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum State {
    Queued,
    WorkInProgress,
    Succeeded,
    Failed,
    Cancelled,
}

impl State {
    /// Name in the v4 API.
    pub(crate) fn v4(self) -> &'static str {
        match self {
            Self::Queued => "QUEUED",
            Self::WorkInProgress => "WORK_IN_PROGRESS",
            Self::Succeeded => "SUCCEEDED",
            Self::Failed => "FAILED",
            Self::Cancelled => "CANCELLED",
        }
    }

    /// Name in the v2 API, which has none for the queue.
    pub(crate) fn v2(self) -> &'static str {
        match self {
            Self::Queued | Self::WorkInProgress => "WIP",
            Self::Succeeded => "OK",
            Self::Failed => "FAIL",
            Self::Cancelled => "CANCELLED",
        }
    }

    /// Returns `true` if the deployment has not ended.
    pub(crate) fn is_open(self) -> bool {
        matches!(self, Self::Queued | Self::WorkInProgress)
    }
}

/// An instance: a virtual machine of an application.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Instance {
    pub(crate) id: String,
    pub(crate) deployment: String,
    pub(crate) index: usize,
    pub(crate) state: InstanceState,
    #[serde(with = "stored::date")]
    pub(crate) created: Timestamp,
    #[serde(with = "stored::maybe_date")]
    pub(crate) deleted: Option<Timestamp>,
    pub(crate) is_build: bool,
}

named! {
    /// State of an instance, with its name in the v4 API.
    InstanceState {
        Booting = "BOOTING",
        Deploying = "DEPLOYING",
        Building = "BUILDING",
        Starting = "STARTING",
        Ready = "READY",
        Up = "UP",
        Stopping = "STOPPING",
        Deleted = "DELETED",
    }
}

/// Environment variables as the platform lists them.
pub(crate) fn variables(variables: &BTreeMap<String, String>) -> Value {
    variables.iter().map(|(name, value)| json!({ "name": name, "value": value })).collect()
}
