//! Inputs and outputs of the commands of network groups.

use cc_api_network_group::types as wire;
use cc_runtime::{NetworkGroupId, OwnerId};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::declare::model;
use crate::lists::each;

pub use wire::{NetworkGroupMemberKind, NetworkGroupOwnership, PeerRole, PresignedUrl};

model! {
    /// A private network.
    pub struct NetworkGroup: |wire: wire::NetworkGroup| {
        /// Id of the network group.
        id: NetworkGroupId = wire.id,
        /// Owner of the network group.
        owner_id: OwnerId = wire.owner_id,
        /// Name to show to a person.
        label: String = wire.label,
        /// Description of the network group.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        description: Option<String> = wire.description,
        /// Range of its addresses, such as `10.102.0.0/16`.
        network_ip: String = wire.network_ip,
        /// Address that was given away last.
        last_allocated_ip: String = wire.last_allocated_ip,
        /// Manager of the network group.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        ownership: Option<NetworkGroupOwnership> = wire.ownership,
        /// Tags of the network group.
        tags: Vec<String> = wire.tags,
        /// Members of the network group.
        members: Vec<NetworkGroupMember> = each(wire.members),
        /// The machines of its members.
        peers: Vec<NetworkGroupPeer> = each(wire.peers),
        /// Number of changes of the configuration.
        version: i64 = wire.version,
    }
}

crate::declare::ids_of! { NetworkGroup { id => NetworkGroupId } }

model! {
    /// An application, an add-on or an external member of a network group.
    pub struct NetworkGroupMember: |wire: wire::NetworkGroupMember| {
        /// Id of the member: `app_…`, the real id of an add-on, or `external_…`.
        id: String = wire.id,
        /// Name to show to a person.
        label: String = wire.label,
        /// Name that leads to its peers within the network.
        domain_name: String = wire.domain_name,
        /// Kind of the member.
        kind: NetworkGroupMemberKind = NetworkGroupMemberKind::other(wire.kind.as_str().to_uppercase()),
    }
}

cc_runtime::open_union! {
    /// A machine in a network group.
    #[tag = "type"]
    pub enum NetworkGroupPeer {
        /// A machine of the platform: an instance of an application, or an add-on.
        CleverPeer(CleverPeer) = "CleverPeer",
        /// A machine of the owner.
        ExternalPeer(ExternalPeer) = "ExternalPeer",
    }
}

impl From<wire::Peer> for NetworkGroupPeer {
    fn from(peer: wire::Peer) -> Self {
        match peer {
            wire::Peer::CleverPeer(peer) => Self::CleverPeer(peer.into()),
            wire::Peer::ExternalPeer(peer) => Self::ExternalPeer(peer.into()),
            wire::Peer::Unknown(unknown) => Self::Unknown(unknown),
            other => Self::Unknown(unknown(&other)),
        }
    }
}

model! {
    /// A machine of the platform: an instance of an application, or an add-on.
    pub struct CleverPeer: |wire: wire::CleverPeer| {
        /// Id of the peer.
        id: String = wire.id,
        /// Name to show to a person.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        label: Option<String> = wire.label,
        /// Public key of WireGuard.
        public_key: String = wire.public_key,
        /// Endpoint of the peer. Empty if the platform does not send it in a readable form.
        #[serde(default, skip_serializing_if = "cc_runtime::de::is_default")]
        endpoint: PeerEndpoint = wire.endpoint.into(),
        /// Host name of the peer.
        hostname: String = wire.hostname,
        /// Member that it belongs to.
        parent_member: String = wire.parent_member,
        /// Event that brought it about.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        parent_event: Option<String> = wire.parent_event,
        /// Hypervisor that it runs on.
        hv: String = wire.hv,
    }
}

model! {
    /// A machine of the owner.
    pub struct ExternalPeer: |wire: wire::ExternalPeer| {
        /// Id of the peer.
        id: String = wire.id,
        /// Name to show to a person.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        label: Option<String> = wire.label,
        /// Public key of WireGuard.
        public_key: String = wire.public_key,
        /// Endpoint of the peer. Empty if the platform does not send it in a readable form.
        #[serde(default, skip_serializing_if = "cc_runtime::de::is_default")]
        endpoint: PeerEndpoint = wire.endpoint.into(),
        /// Host name of the peer.
        hostname: String = wire.hostname,
        /// Member that it belongs to.
        parent_member: String = wire.parent_member,
        /// Event that brought it about.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        parent_event: Option<String> = wire.parent_event,
    }
}

cc_runtime::open_union! {
    /// Endpoint of a peer.
    #[tag = "type"]
    pub enum PeerEndpoint {
        /// Others connect to it.
        ServerEndpoint(ServerEndpoint) = "ServerEndpoint",
        /// The peer only connects to others.
        ClientEndpoint(ClientEndpoint) = "ClientEndpoint",
    }
}

impl From<wire::WireguardEndpoint> for PeerEndpoint {
    fn from(endpoint: wire::WireguardEndpoint) -> Self {
        match endpoint {
            wire::WireguardEndpoint::ServerEndpoint(server) => Self::ServerEndpoint(server.into()),
            wire::WireguardEndpoint::ClientEndpoint(client) => Self::ClientEndpoint(client.into()),
            wire::WireguardEndpoint::Unknown(unknown) => Self::Unknown(unknown),
            other => Self::Unknown(unknown(&other)),
        }
    }
}

/// A variant that the wire type has and the model has not.
fn unknown(variant: &impl Serialize) -> cc_runtime::UnknownVariant {
    let json = cc_runtime::expose_secrets(|| serde_json::to_value(variant));
    cc_runtime::UnknownVariant::new(json.unwrap_or_default())
}

model! {
    /// Addresses to which others connect. An address in an unknown format is absent.
    pub struct ServerEndpoint: |wire: wire::ServerEndpoint| {
        /// Address within the network.
        ng_term: Option<Address> = wire.ng_term.as_ref().and_then(Address::read),
        /// Address on the Internet.
        public_term: Option<Address> = wire.public_term.as_ref().and_then(Address::read),
    }
}

model! {
    /// A peer that only connects to others.
    pub struct ClientEndpoint: |wire: wire::ClientEndpoint| {
        /// Address within the network.
        ng_ip: String = wire.ng_ip,
    }
}

/// A host and a port.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "catalog", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Address {
    /// The host: a name or an address.
    pub host: String,
    /// The port.
    pub port: u16,
}

impl Address {
    /// Parses `{"host": …, "port": …}` or `host:port`.
    fn read(value: &Value) -> Option<Self> {
        match value {
            Value::String(text) => {
                let (host, port) = text.rsplit_once(':')?;
                Some(Self { host: host.to_owned(), port: port.parse().ok()? })
            }
            other => Self::deserialize(other).ok(),
        }
    }
}

cc_runtime::open_union! {
    /// A network group, or something in one.
    #[tag = "type"]
    pub enum NetworkGroupComponent {
        /// A network group.
        NetworkGroup(NetworkGroup) = "NetworkGroup",
        /// A member.
        Member(NetworkGroupMember) = "Member",
        /// A machine of the platform.
        CleverPeer(CleverPeer) = "CleverPeer",
        /// A machine of the owner.
        ExternalPeer(ExternalPeer) = "ExternalPeer",
    }
}

impl From<wire::NetworkGroupComponent> for NetworkGroupComponent {
    fn from(component: wire::NetworkGroupComponent) -> Self {
        match component {
            wire::NetworkGroupComponent::NetworkGroup(group) => Self::NetworkGroup(group.into()),
            wire::NetworkGroupComponent::Member(member) => Self::Member(member.into()),
            wire::NetworkGroupComponent::CleverPeer(peer) => Self::CleverPeer(peer.into()),
            wire::NetworkGroupComponent::ExternalPeer(peer) => Self::ExternalPeer(peer.into()),
            wire::NetworkGroupComponent::Unknown(unknown) => Self::Unknown(unknown),
            other => Self::Unknown(unknown(&other)),
        }
    }
}

cc_runtime::open_enum! {
    /// Type of a search result.
    pub enum NetworkGroupComponentType {
        /// Network groups.
        NetworkGroup = "NetworkGroup",
        /// Members.
        Member = "Member",
        /// Machines of the platform.
        CleverPeer = "CleverPeer",
        /// Machines of the owner.
        ExternalPeer = "ExternalPeer",
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_address_is_an_object_or_a_text() {
        let address = Some(Address { host: "10.0.0.1".to_owned(), port: 51_820 });
        assert_eq!(Address::read(&json!({ "host": "10.0.0.1", "port": 51_820 })), address);
        assert_eq!(Address::read(&json!("10.0.0.1:51820")), address);
        let v6 = Address { host: "[2001:db8::1]".to_owned(), port: 1 };
        assert_eq!(Address::read(&json!("[2001:db8::1]:1")), Some(v6));
        for other in [json!(null), json!("10.0.0.1"), json!("a:b"), json!({ "host": "h", "port": 70_000 })] {
            assert_eq!(Address::read(&other), None, "{other}");
        }
    }
}
