//! Machines of the owner in network groups: coming and going.

use cc_api_network_group::types::ExternalPeerCreation;
use cc_runtime::{Discard, Result};

use super::GetNetworkGroupPeer;
use super::wait::{until_gone, until_there};
use super::{CreateNetworkGroupExternalPeer, DeleteNetworkGroupExternalPeer};
use crate::command::Run;
use crate::context::Context;

impl Run for CreateNetworkGroupExternalPeer {
    async fn run(self, cx: &Context) -> Result<Self::Output> {
        let (owner, group) = (self.owner_id, self.network_group_id);
        let mut body =
            ExternalPeerCreation::new(self.label, self.peer_role, self.public_key, self.parent_member);
        (body.ip, body.port, body.hostname) = (self.ip, self.port, self.hostname);
        body.parent_event = self.parent_event;
        let created = cx.call(cc_api_network_group::CreateExternalPeer::new(&owner, &group, body)).await?;
        let id = created.required()?.into_inner().peer_id;
        let what = format!("the peer `{id}` of the network group `{group}`");
        until_there(cx, &what, GetNetworkGroupPeer::new(owner, group, id)).await
    }
}

impl Run for DeleteNetworkGroupExternalPeer {
    async fn run(self, cx: &Context) -> Result<Self::Output> {
        let Self { owner_id, network_group_id: group, external_peer_id: id } = self;
        cc_runtime::__private::check_path_input("externalPeerId", &id)?;
        cx.call(Discard(Discard(cc_api_network_group::DeleteExternalPeer::new(&owner_id, &group, &id))))
            .await?;
        let what = format!("the peer `{id}` of the network group `{group}`");
        until_gone(cx, &what, GetNetworkGroupPeer::new(owner_id, group, id)).await
    }
}
