//! Networks: groups of members, and ports that lead to applications.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::Shelf;

/// A network group.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct NetworkGroup {
    pub(crate) id: String,
    pub(crate) owner: String,
    pub(crate) label: String,
    /// A text or null.
    pub(crate) description: Value,
    pub(crate) tags: Value,
    /// Number of the address range `10.{number}.…`.
    pub(crate) number: u8,
    /// Number of allocated addresses.
    pub(crate) allocated: u16,
    /// Members in the format of the API.
    #[serde(with = "indexmap::map::serde_seq")]
    pub(crate) members: Shelf<Value>,
    /// Peers in the format of the API, with their type.
    #[serde(with = "indexmap::map::serde_seq")]
    pub(crate) peers: Shelf<Value>,
    pub(crate) version: i64,
}

impl NetworkGroup {
    /// The next address.
    pub(crate) fn allocate(&mut self) -> String {
        self.allocated = self.allocated.wrapping_add(1);
        self.last_ip()
    }

    /// The address that was given away last; that of the network itself when none was.
    pub(crate) fn last_ip(&self) -> String {
        let [high, low] = self.allocated.to_be_bytes();
        format!("10.{}.{high}.{low}", self.number)
    }
}

/// A port of the platform that leads to an application.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Redirection {
    pub(crate) application: String,
    pub(crate) namespace: String,
    pub(crate) port: i64,
    /// `true` for UDP, `false` for TCP.
    pub(crate) udp: bool,
}

impl Redirection {
    /// Returns `true` if the redirection has this port.
    pub(crate) fn is(&self, udp: bool, namespace: &str, port: i64) -> bool {
        self.udp == udp && self.namespace == namespace && self.port == port
    }
}
