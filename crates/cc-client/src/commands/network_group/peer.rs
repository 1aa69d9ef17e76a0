//! Machines of the owner in network groups: coming and going.

use cc_api_network_group::types::{ExternalPeerCreation, Peer};
use cc_runtime::{Discard, Result};

use super::GetNetworkGroupPeer;
use super::wait::{AT_MOST, EVERY, until_gone, until_there};
use super::{CreateNetworkGroupExternalPeer, DeleteNetworkGroupExternalPeer};
use crate::command::Run;
use crate::context::Context;

impl Run for CreateNetworkGroupExternalPeer {
    async fn run(self, cx: &Context) -> Result<Self::Output> {
        let (owner, group, key) = (self.owner_id, self.network_group_id, self.public_key.clone());
        let mut body =
            ExternalPeerCreation::new(self.label, self.peer_role, self.public_key, self.parent_member);
        (body.ip, body.port, body.hostname) = (self.ip, self.port, self.hostname);
        body.parent_event = self.parent_event;
        let created = cx.call(cc_api_network_group::CreateExternalPeer::new(&owner, &group, body)).await?;
        let read = cx.reloading();
        // It is there a little later.
        let list = read.poll(EVERY, AT_MOST, || async {
            let peers = read.call(cc_api_network_group::ListNetworkGroupPeers::new(&owner, &group)).await?;
            let ids = peers.into_inner().into_iter().filter_map(|peer| match peer {
                Peer::ExternalPeer(peer) if peer.public_key == key => Some(peer.id),
                _ => None,
            });
            let ids: Vec<String> = ids.collect();
            Ok((!ids.is_empty()).then_some(ids))
        });
        let created = created.map(|created| created.map(|created| created.peer_id));
        let id = cx.created(created, "the id of the peer", list, |_| true).await?;
        let what = format!("the peer `{id}` of the network group `{group}`");
        until_there(cx, &what, GetNetworkGroupPeer::new(owner, group, id)).await
    }
}

impl Run for DeleteNetworkGroupExternalPeer {
    async fn run(self, cx: &Context) -> Result<Self::Output> {
        let Self { owner_id, network_group_id: group, external_peer_id: id } = self;
        cc_runtime::__private::check_path("peerId", "externalPeerId", &id)?;
        cx.call(Discard(Discard(cc_api_network_group::DeleteExternalPeer::new(&owner_id, &group, &id))))
            .await?;
        let what = format!("the peer `{id}` of the network group `{group}`");
        until_gone(cx, &what, GetNetworkGroupPeer::new(owner_id, group, id)).await
    }
}
