//! The oddities of the platform's table of deployments, on demand.

use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::clock::after;

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
