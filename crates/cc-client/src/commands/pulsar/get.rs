//! Reading one Pulsar.

use cc_runtime::Result;
use http::StatusCode;

use super::GetPulsarInfo;
use super::model::PulsarInfo;
use crate::command::Run;
use crate::context::Context;
use crate::resolve::Ids;

impl Run for GetPulsarInfo {
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
