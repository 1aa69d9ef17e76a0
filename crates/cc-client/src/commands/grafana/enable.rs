//! Creating the Grafana organisation of an owner.

use cc_api_metrics::types::GrafanaOrganisation;
use cc_core::{Discard, Error, OwnerId, Result};
use serde::{Deserialize, Serialize};

use super::GetGrafana;
use crate::command::Command;
use crate::context::Context;

/// Creates the Grafana organisation of an owner, and reads it. `None` when it cannot be read yet.
///
/// Operations: `create_grafana`, then `get_grafana`, which passes by the response cache.
///
/// # Errors
/// 409 when there is one already.
///
/// # Example
/// ```
/// # cc_examples::try_out("EnableGrafana", async |client, input| {
/// # let owner_id: cc_client::core::OwnerId = input.get("ownerId");
/// use cc_client::commands::grafana::EnableGrafana;
///
/// let grafana = client.send(EnableGrafana::new(owner_id)).await?;
/// # Ok(()) });
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "catalog", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[must_use = "a command does nothing until it is sent"]
pub struct EnableGrafana {
    /// The owner.
    pub owner_id: OwnerId,
}

impl EnableGrafana {
    /// With what is required.
    pub fn new(owner_id: impl Into<OwnerId>) -> Self {
        Self { owner_id: owner_id.into() }
    }
}

impl Command for EnableGrafana {
    const NAME: &'static str = "EnableGrafana";
    type Output = Option<GrafanaOrganisation>;

    async fn run(self, cx: &Context) -> Result<Self::Output> {
        cx.call(Discard(cc_api_metrics::CreateGrafana::new(&self.owner_id))).await?;
        cx.reloading().send(GetGrafana::new(self.owner_id)).await.map_err(Error::applied)
    }
}
