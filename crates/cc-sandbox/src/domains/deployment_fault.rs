//! The oddities of the platform's table of deployments, on demand.

use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::deployment::{record, step};
use crate::engine::clock::after;
use crate::world::{State, World};

/// Something odd about the rows of the table of deployments: see [`Fault::deployments`](crate::Fault::deployments).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case", rename_all_fields = "camelCase", deny_unknown_fields)]
#[non_exhaustive]
pub enum DeploymentFault {
    /// The answer misses the row of the latest deployment, as that of a replica that is behind does. It concerns `get_deployment`,
    /// which answers 404, and `list_deployments`.
    Missed,
    /// Rows show up late. It concerns `get_deployment` and `list_deployments`.
    Late {
        /// Delay before a new row is listed, in sandbox time.
        #[serde(rename = "byMs", with = "crate::stream::fault::millis")]
        by: Duration,
    },
    /// A deployment that is cancelled loses its row, and one of the action `CANCEL` shows up under another id; one that ends
    /// because the application is stopped loses its row to that of the action `UNDEPLOY`. Its log is kept. It concerns
    /// `cancel_deployment` and `undeploy_application`.
    Replaced,
}

impl DeploymentFault {
    /// One of each kind, with moderate values.
    pub fn all() -> Vec<Self> {
        vec![Self::Missed, Self::Late { by: Duration::from_secs(9) }, Self::Replaced]
    }

    /// The operations that it concerns.
    pub(crate) fn operations(self) -> [&'static str; 2] {
        match self {
            Self::Missed | Self::Late { .. } => ["get_deployment", "list_deployments"],
            Self::Replaced => ["cancel_deployment", "undeploy_application"],
        }
    }

    /// Returns `true` if an answer shows this row of v4.
    pub(crate) fn shows(self, row: &Value, is_latest: bool, now: Timestamp) -> bool {
        match self {
            Self::Missed => !is_latest,
            Self::Late { by } => {
                let started = row["startDate"].as_str().and_then(|date| date.parse::<Timestamp>().ok());
                started.is_none_or(|started| after(started, by) <= now)
            }
            Self::Replaced => true,
        }
    }
}

/// Removes the row of the deployment that a request has just cancelled, or of those that it has stopped.
pub(crate) fn replace(world: &mut World, path: &str) {
    let part = |name: &str| path.split('/').skip_while(|part| *part != name).nth(1).map(str::to_owned);
    let Some(id) = part("applications") else { return };
    let cancelled = part("deployments");
    let now = world.now;
    let Ok(application) = world.application_mut(&id) else { return };
    let mut author = None;
    for own in application.deployments.values_mut() {
        let ended = own.steps.last().is_some_and(|(state, at)| *state == State::Cancelled && *at == now);
        if ended && cancelled.as_ref().is_none_or(|cancelled| *cancelled == own.id) {
            own.is_replaced = true;
            author = Some(own.author.clone());
        }
    }
    // What stops an application has a row of its own.
    if let (Some(author), Some(_)) = (author, cancelled)
        && let Ok(row) = record(world, &id, "CANCEL", "", &author)
    {
        step(world, &id, &row, State::Succeeded);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_goes_through_its_json() {
        for fault in DeploymentFault::all() {
            let json = serde_json::to_string(&fault).unwrap();
            assert_eq!(serde_json::from_str::<DeploymentFault>(&json).unwrap(), fault, "{json}");
        }
    }
}
