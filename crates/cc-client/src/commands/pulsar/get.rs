//! Reading one Pulsar.

use cc_core::{AnyAddonId, OwnerId, Result};
use http::StatusCode;
use serde::{Deserialize, Serialize};

use super::model::PulsarInfo;
use crate::command::Command;
use crate::context::Context;
use crate::model::setters;
use crate::resolve::Ids;

/// Reads one Pulsar and the cluster it is on. `None` when there is none, or none the caller may see.
///
/// Operations: `get_pulsar`, then `get_pulsar_cluster`. The add-on is named by either id; the owner is not needed.
///
/// # Errors
/// - [`CannotResolveResource`](cc_core::ErrorKind::CannotResolveResource) when nobody knows the add-on.
/// - 404 when the Pulsar is there and its cluster is not.
///
/// # Example
/// ```
/// # cc_examples::try_out("GetPulsarInfo", async |client, input| {
/// # let addon_id: cc_client::core::AnyAddonId = input.get("addonId");
/// use cc_client::commands::pulsar::GetPulsarInfo;
///
/// let pulsar_info = client.send(GetPulsarInfo::new(addon_id)).await?;
/// # Ok(()) });
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "catalog", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[must_use = "a command does nothing until it is sent"]
pub struct GetPulsarInfo {
    /// The add-on, by either id.
    pub addon_id: AnyAddonId,
    /// The owner. No route needs it: it is taken so that callers of the official client need not change.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner_id: Option<OwnerId>,
}

impl GetPulsarInfo {
    /// With what is required.
    pub fn new(addon_id: impl Into<AnyAddonId>) -> Self {
        Self { addon_id: addon_id.into(), owner_id: None }
    }

    setters! {
        /// The owner, which no route needs.
        owner_id: OwnerId,
    }
}

impl Command for GetPulsarInfo {
    const NAME: &'static str = "GetPulsarInfo";
    type Output = Option<PulsarInfo>;

    async fn run(self, cx: &Context) -> Result<Self::Output> {
        let ids = Ids::new().real_addon(&self.addon_id);
        let pulsar = match cx.resolved(ids, |ids| cc_api_pulsar::GetPulsar::new(ids.real_addon_id())).await {
            Ok(pulsar) => pulsar.into_inner(),
            Err(error) if error.status() == Some(StatusCode::NOT_FOUND) => return Ok(None),
            Err(error) => return Err(error),
        };
        let cluster = cx.call(cc_api_pulsar::GetPulsarCluster::new(&pulsar.cluster_id)).await?.into_inner();
        Ok(Some(PulsarInfo::new(pulsar, cluster.into())))
    }
}
