//! Changes that happen later. They are data, so that a world with everything that is still to happen can be stored.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{DrainStatus, InstanceState, NetworkGroup};

/// A change of the world that happens at its time. [`apply`](Self::apply) makes it.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase", deny_unknown_fields)]
pub(crate) enum Change {
    /// The work on a queued deployment begins.
    BeginDeployment { application: String, deployment: String },
    /// The instances of a deployment come to a phase; without one, the deployment ends.
    MoveDeployment { application: String, deployment: String, to: Option<InstanceState> },
    /// An application has stopped.
    EndUndeployment { application: String, deployment: String },
    /// Instances that were stopping are gone.
    DeleteInstances { application: String, instances: Vec<String> },
    /// A drain goes from one status to another, unless it was moved in between.
    TurnDrain { drain: String, from: DrainStatus, to: DrainStatus },
    /// A network group comes into being, with members.
    CreateNetworkGroup { group: Box<NetworkGroup>, members: Vec<Value> },
    /// A network group changes.
    UpdateNetworkGroup { group: String, change: NetworkChange },
    /// A migration ends: the add-on has moved.
    EndMigration { addon: String, migration: String, plan: Value, region: String },
}

/// A change of a network group.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase", deny_unknown_fields)]
pub(crate) enum NetworkChange {
    /// The group is deleted.
    Delete,
    /// A member joins.
    Join { member: Value },
    /// A member leaves, with its peers.
    Leave { member: String },
    /// An external peer is added, from the body of its request.
    AddPeer { peer: String, body: Value },
    /// A peer is removed.
    RemovePeer { peer: String },
}
