//! Reading one Pulsar.

use cc_runtime::{Error, Result};

use super::GetPulsarInfo;
use super::model::PulsarInfo;
use crate::command::Run;
use crate::context::Context;
use crate::resolve::Ids;

impl Run for GetPulsarInfo {
    async fn run(self, cx: &Context) -> Result<Self::Output> {
        let ids = Ids::new().real_addon(&self.addon_id);
        let pulsar = cx.resolved(ids, |ids| cc_api_pulsar::GetPulsar::new(ids.real_addon_id()));
        let pulsar = pulsar.await?.into_inner();
        // A missing cluster does not mean that the Pulsar is missing.
        let cluster = cx.call(cc_api_pulsar::GetPulsarCluster::new(&pulsar.cluster_id)).await;
        let cluster = cluster.map_err(Error::of_part)?.into_inner();
        Ok(PulsarInfo::new(pulsar, cluster.into()))
    }
}
