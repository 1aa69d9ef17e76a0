//! Life cycles of the items of collections: which states follow which action, and after how long.

use std::time::Duration;

use jiff::Timestamp;

use crate::engine::clock::after;
use crate::world::{Row, Turn, World};

/// States that an item passes through after an action.
struct Cycle {
    collection: &'static str,
    /// Last segment of the path of the action, or `create` or `change`.
    on: &'static str,
    field: &'static str,
    /// States, each with the seconds after the action. The first begins at once.
    states: &'static [(&'static str, u64)],
}

const CLUSTERS: &str = "kubernetes/clusters";
const NODE_GROUPS: &str = "kubernetes/clusters/node-groups";
const NODES: &str = "kubernetes/clusters/nodes";
const FUNCTION_DEPLOYMENTS: &str = "functions/functions/deployments";

/// All life cycles. The states are those of the schemas, the times are the sandbox's own.
const CYCLES: &[Cycle] = &[
    Cycle {
        collection: CLUSTERS,
        on: "create",
        field: "status",
        states: &[("TO_DEPLOY", 0), ("DEPLOYING", 5), ("ACTIVE", 120)],
    },
    Cycle {
        collection: CLUSTERS,
        on: "redeploy",
        field: "status",
        states: &[("TO_REDEPLOY", 0), ("REDEPLOYING", 5), ("ACTIVE", 90)],
    },
    Cycle {
        collection: CLUSTERS,
        on: "resume",
        field: "status",
        states: &[("REDEPLOYING", 0), ("ACTIVE", 60)],
    },
    Cycle {
        collection: CLUSTERS,
        on: "update",
        field: "status",
        states: &[("TO_UPGRADE", 0), ("UPDATING", 5), ("ACTIVE", 120)],
    },
    Cycle {
        collection: NODE_GROUPS,
        on: "create",
        field: "status",
        states: &[("PENDING", 0), ("DEPLOYING", 5), ("DEPLOYED", 60)],
    },
    Cycle {
        collection: NODE_GROUPS,
        on: "change",
        field: "status",
        states: &[("TO_RESIZE", 0), ("RESIZING", 5), ("DEPLOYED", 45)],
    },
    Cycle {
        collection: NODE_GROUPS,
        on: "resume",
        field: "status",
        states: &[("DEPLOYING", 0), ("DEPLOYED", 45)],
    },
    Cycle { collection: NODES, on: "create", field: "status", states: &[("DEPLOYING", 0), ("READY", 60)] },
    Cycle {
        collection: FUNCTION_DEPLOYMENTS,
        on: "create",
        field: "status",
        states: &[("WAITING_FOR_UPLOAD", 0)],
    },
    Cycle {
        collection: FUNCTION_DEPLOYMENTS,
        on: "trigger",
        field: "status",
        states: &[("PACKAGING", 0), ("DEPLOYING", 10), ("READY", 20)],
    },
    Cycle { collection: "tenants/tokens", on: "refresh", field: "status", states: &[("ACTIVE", 0)] },
    Cycle { collection: "tenants/products", on: "publish", field: "visibility", states: &[("PUBLIC", 0)] },
    Cycle { collection: "tenants/products/keys", on: "rotate", field: "status", states: &[("ACTIVE", 0)] },
];

/// Starts the life cycle that an action begins, if it begins one.
pub(crate) fn begin(collection: &str, on: &str, row: &mut Row, now: Timestamp) {
    for cycle in CYCLES.iter().filter(|cycle| cycle.collection == collection && cycle.on == on) {
        row.changes.retain(|change| change.field != cycle.field);
        for (state, seconds) in cycle.states {
            if *seconds == 0 {
                row.value.insert(cycle.field.to_owned(), (*state).into());
            } else {
                let at = after(now, Duration::from_secs(*seconds)).as_millisecond();
                row.changes.push(Turn { at, field: cycle.field.to_owned(), value: (*state).into() });
            }
        }
    }
    row.changes.sort_by_key(|change| change.at);
}

/// Returns `true` if an action gives an item new secrets.
pub(crate) fn renews(verb: &str) -> bool {
    ["renew", "rotate", "refresh", "revert", "token", "secret"].iter().any(|word| verb.contains(word))
}

/// A new id for an item of a collection, in the form that the platform gives it.
pub(crate) fn id(world: &mut World, collection: &str) -> String {
    let prefix = match collection {
        CLUSTERS => "kubernetes",
        NODE_GROUPS => "nodegroup",
        NODES => "node",
        "functions/functions" => "function",
        FUNCTION_DEPLOYMENTS => "deployment",
        "loadbalancers/loadbalancers" => "loadbalancer",
        "tenants" => "tenant",
        "tardis" => "tardis",
        _ => return world.uuid(collection),
    };
    world.id(prefix)
}
