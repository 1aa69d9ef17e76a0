//! Machines of the owner in network groups: coming and going.

use cc_api_network_group::types::ExternalPeerCreation;
use cc_core::{Discard, NetworkGroupId, OwnerId, Result};
use serde::{Deserialize, Serialize};

use super::GetNetworkGroupPeer;
use super::model::{NetworkGroupPeer, PeerRole};
use super::wait::{until_gone, until_there};
use crate::command::Command;
use crate::context::Context;
use crate::model::setters;

/// Adds a machine of the owner to a network group, and waits for at most 30 s until it is in. Its member, which is external,
/// must be in already.
///
/// Operations: `create_external_peer`, then `get_network_group_peer` each second.
///
/// # Errors
/// [`DeadlineExceeded`](cc_core::ErrorKind::DeadlineExceeded) when it takes longer: it may still come. An error of a look ends
/// the wait.
///
/// # Example
/// ```
/// # cc_examples::run(async |client, ids| {
/// use cc_client::commands::network_group::{CreateNetworkGroup, CreateNetworkGroupExternalPeer, NetworkGroupMemberInput};
/// use cc_client::util::network_group::new_external_member_id;
///
/// let external = new_external_member_id();
/// let members = [NetworkGroupMemberInput::new(&external)];
/// let group = client.send(CreateNetworkGroup::new(&ids.organisation).members(members)).await?;
/// let command = CreateNetworkGroupExternalPeer::new(
///     ids.organisation, group.id, "laptop", "CLIENT", "the public key of the laptop", external,
/// );
/// let peer = client.send(command).await?;
/// # Ok(()) });
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "catalog", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[must_use = "a command does nothing until it is sent"]
pub struct CreateNetworkGroupExternalPeer {
    /// The owner.
    pub owner_id: OwnerId,
    /// The network group.
    pub network_group_id: NetworkGroupId,
    /// Name to show to a person, 128 characters at most.
    pub label: String,
    /// Whether others connect to it.
    pub peer_role: PeerRole,
    /// Public key of WireGuard.
    pub public_key: String,
    /// External member that it belongs to.
    pub parent_member: String,
    /// Address on the Internet, of a server.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ip: Option<String>,
    /// Port on the Internet, of a server.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub port: Option<i64>,
    /// Its host name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hostname: Option<String>,
    /// Event that brought it about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent_event: Option<String>,
}

impl CreateNetworkGroupExternalPeer {
    /// With what is required.
    pub fn new(
        owner_id: impl Into<OwnerId>,
        network_group_id: impl Into<NetworkGroupId>,
        label: impl Into<String>,
        peer_role: impl Into<PeerRole>,
        public_key: impl Into<String>,
        parent_member: impl Into<String>,
    ) -> Self {
        Self {
            owner_id: owner_id.into(),
            network_group_id: network_group_id.into(),
            label: label.into(),
            peer_role: peer_role.into(),
            public_key: public_key.into(),
            parent_member: parent_member.into(),
            ip: None,
            port: None,
            hostname: None,
            parent_event: None,
        }
    }

    setters! {
        /// Address on the Internet, of a server.
        ip: String,
        /// Port on the Internet, of a server.
        port: i64,
        /// Its host name.
        hostname: String,
        /// Event that brought it about.
        parent_event: String,
    }
}

impl Command for CreateNetworkGroupExternalPeer {
    const NAME: &'static str = "CreateNetworkGroupExternalPeer";
    type Output = NetworkGroupPeer;

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

/// Takes a machine of the owner out of a network group, and waits for at most 30 s until it is out.
///
/// Operations: `delete_external_peer`, then `get_network_group_peer` each second.
///
/// # Errors
/// [`DeadlineExceeded`](cc_core::ErrorKind::DeadlineExceeded) when it takes longer: it may still happen. An error of a look
/// ends the wait. 404 when there is none.
///
/// # Example
/// ```
/// # cc_examples::run(async |client, ids| {
/// use cc_client::commands::network_group::model::NetworkGroupPeer;
/// use cc_client::commands::network_group::{CreateNetworkGroup, CreateNetworkGroupExternalPeer, DeleteNetworkGroupExternalPeer, NetworkGroupMemberInput};
/// use cc_client::util::network_group::new_external_member_id;
///
/// # let external = new_external_member_id();
/// # let members = [NetworkGroupMemberInput::new(&external)];
/// # let group = client.send(CreateNetworkGroup::new(&ids.organisation).members(members)).await?;
/// # let command = CreateNetworkGroupExternalPeer::new(&ids.organisation, &group.id, "laptop", "CLIENT", "key", external);
/// let peer = client.send(command).await?;
/// if let NetworkGroupPeer::ExternalPeer(peer) = peer {
///     client.send(DeleteNetworkGroupExternalPeer::new(ids.organisation, group.id, peer.id)).await?;
/// }
/// # Ok(()) });
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "catalog", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[must_use = "a command does nothing until it is sent"]
pub struct DeleteNetworkGroupExternalPeer {
    /// The owner.
    pub owner_id: OwnerId,
    /// The network group.
    pub network_group_id: NetworkGroupId,
    /// The peer.
    pub external_peer_id: String,
}

impl DeleteNetworkGroupExternalPeer {
    /// With what is required.
    pub fn new(
        owner_id: impl Into<OwnerId>,
        network_group_id: impl Into<NetworkGroupId>,
        external_peer_id: impl Into<String>,
    ) -> Self {
        Self {
            owner_id: owner_id.into(),
            network_group_id: network_group_id.into(),
            external_peer_id: external_peer_id.into(),
        }
    }
}

impl Command for DeleteNetworkGroupExternalPeer {
    const NAME: &'static str = "DeleteNetworkGroupExternalPeer";
    type Output = ();

    async fn run(self, cx: &Context) -> Result<Self::Output> {
        let Self { owner_id, network_group_id: group, external_peer_id: id } = self;
        cx.call(Discard(Discard(cc_api_network_group::DeleteExternalPeer::new(&owner_id, &group, &id))))
            .await?;
        let what = format!("the peer `{id}` of the network group `{group}`");
        until_gone(cx, &what, GetNetworkGroupPeer::new(owner_id, group, id)).await
    }
}
