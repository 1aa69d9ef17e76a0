//! Finds the collections of the API: which operations list, create, read, change and delete the items of one.
//!
//! The shape of the routes says most of it: `X` and `X/{id}` are a collection and its items, a `GET` beside a `PUT` is a
//! document. `x-collection` says the rest. The sandbox keeps the state of all of them with one engine.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use crate::spec::model::{Operation, Spec};

/// Types of path parameters that name a resource which is no item of a collection: each has a life of its own.
const RESOURCES: [&str; 8] = [
    "OwnerId",
    "ApplicationId",
    "AddonId",
    "RealAddonId",
    "ResourceId",
    "InvoiceNumber",
    "AddonProviderId",
    "UserId",
];

/// Segments that only say whose collection it is: the same items are reached with and without them.
const SCOPES: [&str; 3] = ["organisations", "regions", "resources"];

/// Roles of an operation in its collection, as `x-collection` and the route table name them.
pub const ROLES: [&str; 9] = ["list", "create", "put", "read", "replace", "change", "delete", "clear", "act"];

/// Collections, and the operations that belong to them.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Collections {
    /// By the id of the operation: the name of the collection, and the role.
    parts: BTreeMap<String, (String, &'static str)>,
    /// By the name of the collection: the path parameter of its items, if it has items, and the collection of its
    /// parents.
    all: BTreeMap<String, (Option<String>, Option<String>)>,
}

impl Collections {
    /// The entry of an operation in the route table; null if it belongs to no collection.
    pub fn part(&self, operation: &str) -> Value {
        self.parts.get(operation).map_or(Value::Null, |(name, role)| json!({ "name": name, "role": role }))
    }

    /// The collections by their names, each as one line of the route table.
    pub fn lines(&self) -> Vec<String> {
        let line = |(name, (key, parent)): (&String, &(Option<String>, Option<String>))| {
            format!("{}: {}", json!(name), json!({ "key": key, "parent": parent }))
        };
        self.all.iter().map(line).collect()
    }
}

/// Infers the collections of all domains.
pub fn infer(spec: &Spec) -> Collections {
    let operations: Vec<&Operation> = spec.domains.iter().flat_map(|domain| &domain.operations).collect();
    of(&operations)
}

/// Returns the ids of operations whose `x-collection` changes nothing, because their routes, and the hints that remain without
/// these, say the same.
pub fn useless_hints(spec: &Spec) -> BTreeSet<&str> {
    let operations: Vec<&Operation> = spec.domains.iter().flat_map(|domain| &domain.operations).collect();
    let hinted = (0..operations.len()).filter(|index| operations[*index].collection.is_some());
    let without: Vec<(usize, Operation)> =
        hinted.map(|index| (index, Operation { collection: None, ..operations[index].clone() })).collect();
    let known = of(&operations);
    let mut remaining = operations.clone();
    let mut useless = BTreeSet::new();
    for (index, without) in &without {
        remaining[*index] = without;
        if of(&remaining) == known {
            useless.insert(operations[*index].id.as_str());
        } else {
            remaining[*index] = operations[*index];
        }
    }
    useless
}

fn of(operations: &[&Operation]) -> Collections {
    // A wildcard route reaches those of the others, and a stream keeps no state.
    let operations: Vec<&Operation> = operations
        .iter()
        .copied()
        .filter(|operation| !operation.wildcard && !operation.is_stream())
        .collect();
    let mut found = Collections::default();
    hinted(&operations, &mut found);
    items(&operations, &mut found);
    documents(&operations, &mut found);
    actions(&operations, &mut found);
    parents(&operations, &mut found);
    found
}

/// What `x-collection` says comes first.
fn hinted(operations: &[&Operation], found: &mut Collections) {
    for operation in operations {
        let Some((role, name)) = operation.collection.as_deref().and_then(|hint| hint.split_once(' ')) else {
            continue;
        };
        let Some(role) = ROLES.into_iter().find(|known| *known == role) else { continue };
        found.parts.insert(operation.id.clone(), (name.to_owned(), role));
        let entry = found.all.entry(name.to_owned()).or_default();
        if matches!(role, "read" | "replace" | "change" | "delete" | "put") && entry.0.is_none() {
            entry.0 = last_parameter(&operation.path).map(str::to_owned);
        }
    }
}

/// `X/{id}` and `X`, if items can be made and looked at.
fn items(operations: &[&Operation], found: &mut Collections) {
    let mut kept: BTreeMap<String, Vec<(&Operation, &'static str)>> = BTreeMap::new();
    let mut keys: BTreeMap<String, &str> = BTreeMap::new();
    for operation in operations {
        if let Some((parent, key)) = item(operation) {
            keys.insert(skeleton(parent), key);
        }
    }
    for operation in operations.iter().filter(|operation| operation.collection.is_none()) {
        let (name, role) = if let Some((parent, _)) = item(operation) {
            let creates = operations.iter().any(|other| {
                other.method == "POST"
                    && other.path.ends_with(last(parent))
                    && skeleton(&other.path) == skeleton(parent)
            });
            let role = match operation.method.as_str() {
                "GET" if answers_json(operation) => "read",
                "GET" => continue,
                "PATCH" => "change",
                "DELETE" => "delete",
                "PUT" if creates => "replace",
                "POST" if creates => "change",
                _ => "put",
            };
            (skeleton(parent), role)
        } else if !last(&operation.path).contains('{') && keys.contains_key(&skeleton(&operation.path)) {
            let role = match operation.method.as_str() {
                "GET" if answers_json(operation) => "list",
                "POST" => "create",
                "DELETE" => "clear",
                _ => continue,
            };
            (skeleton(&operation.path), role)
        } else {
            continue;
        };
        kept.entry(name).or_default().push((*operation, role));
    }
    for (name, parts) in kept {
        let is_known = found.all.contains_key(&name);
        let has = |roles: &[&str]| parts.iter().any(|(_, role)| roles.contains(role));
        if !(is_known || has(&["create", "put"]) && has(&["list", "read"])) {
            continue;
        }
        let entry = found.all.entry(name.clone()).or_default();
        if let Some(key) = keys.get(&name) {
            entry.0 = Some((*key).to_owned());
        }
        for (operation, role) in parts {
            found.parts.insert(operation.id.clone(), (name.clone(), role));
        }
    }
}

/// One document: a `GET` of JSON beside other methods of the same path.
fn documents(operations: &[&Operation], found: &mut Collections) {
    for read in operations.iter().filter(|operation| operation.method == "GET" && answers_json(operation)) {
        let beside: Vec<&&Operation> = operations.iter().filter(|other| other.path == read.path).collect();
        let is_free = |operation: &&&Operation| {
            !found.parts.contains_key(&operation.id) && operation.collection.is_none()
        };
        // A list that can only be added to is no document.
        let writes = beside.iter().any(|other| !matches!(other.method.as_str(), "GET" | "DELETE"));
        let is_list = answer_type(read) == "array" && beside.iter().any(|other| other.method == "POST");
        if is_list
            || !writes
            || last(&read.path).contains('{')
            || beside.len() < 2
            || !beside.iter().all(is_free)
        {
            continue;
        }
        let name = skeleton(&read.path);
        found.all.insert(name.clone(), (None, None));
        for operation in beside {
            let role = match operation.method.as_str() {
                "GET" => "read",
                "PATCH" => "change",
                "DELETE" => "delete",
                _ => "put",
            };
            found.parts.insert(operation.id.clone(), (name.clone(), role));
        }
    }
}

/// What is done to an item: a verb after it.
fn actions(operations: &[&Operation], found: &mut Collections) {
    for operation in operations {
        if operation.method == "GET"
            || operation.collection.is_some()
            || found.parts.contains_key(&operation.id)
            || last(&operation.path).contains('{')
        {
            continue;
        }
        let Some((before, _)) = operation.path.rsplit_once('}') else { continue };
        let item_path = format!("{before}}}");
        let of_item = |(name, (key, _)): &(&String, &(Option<String>, Option<String>))| {
            key.as_deref() == last_parameter(&item_path)
                && item_path.rsplit_once('/').is_some_and(|(parent, _)| skeleton(parent) == **name)
        };
        if let Some((name, _)) = found.all.iter().find(of_item) {
            found.parts.insert(operation.id.clone(), (name.clone(), "act"));
        }
    }
}

/// The nearest collection whose items the paths of another name.
fn parents(operations: &[&Operation], found: &mut Collections) {
    let keys: Vec<(String, String)> =
        found.all.iter().filter_map(|(name, (key, _))| Some((name.clone(), key.clone()?))).collect();
    for (name, (own, parent)) in &mut found.all {
        let paths = operations
            .iter()
            .filter(|operation| found.parts.get(&operation.id).is_some_and(|(part, _)| part == name))
            .map(|operation| operation.path.as_str());
        for path in paths {
            let nearest =
                path.split('/').rev().filter_map(parameter).filter(|key| Some(*key) != own.as_deref());
            let named = |key: &str| {
                let of_key = keys.iter().filter(|(other, other_key)| other_key == key && other != name);
                let mut near = of_key.filter(|(other, _)| first(other) == first(name));
                near.next().map(|(other, _)| other.clone())
            };
            if let Some(nearest) = nearest.into_iter().find_map(named)
                && parent.as_ref().is_none_or(|known| known.len() < nearest.len())
            {
                *parent = Some(nearest);
            }
        }
    }
}

/// The path of the collection of an item, and the parameter of the item.
fn item(operation: &Operation) -> Option<(&str, &str)> {
    let (parent, segment) = operation.path.rsplit_once('/')?;
    let key = parameter(segment)?;
    let own = operation.parameters.iter().find(|own| own.name == key && own.place == "path")?;
    let kind = own.schema["$ref"].as_str().and_then(|target| target.rsplit('/').next()).unwrap_or_default();
    (!RESOURCES.contains(&kind) && !last(parent).contains('{')).then_some((parent, key))
}

fn answer_type(operation: &Operation) -> &str {
    operation.success.schema.as_ref().and_then(|schema| schema["type"].as_str()).unwrap_or_default()
}

fn answers_json(operation: &Operation) -> bool {
    operation.success.media.as_deref() == Some("application/json")
}

/// The text of a path without version, scopes and parameters: `kubernetes/clusters/node-groups`.
fn skeleton(path: &str) -> String {
    let segments: Vec<&str> = path.split('/').filter(|segment| !segment.is_empty()).collect();
    let is_version = |segment: &str| matches!(segment, "v2" | "v4");
    let scopes = |index: usize| {
        SCOPES.contains(&segments[index])
            && index + 1 < segments.len()
            && segments[index + 1].starts_with('{')
            && index + 2 < segments.len()
    };
    let text = (0..segments.len())
        .filter(|index| {
            !(scopes(*index) || segments[*index].starts_with('{') || *index == 0 && is_version(segments[0]))
        })
        .map(|index| segments[index]);
    text.collect::<Vec<_>>().join("/")
}

fn parameter(segment: &str) -> Option<&str> {
    segment.strip_prefix('{')?.strip_suffix('}')
}

fn last_parameter(path: &str) -> Option<&str> {
    path.split('/').rev().find_map(parameter)
}

fn last(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or_default()
}

fn first(name: &str) -> &str {
    name.split('/').next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_collection_is_named_by_its_path_without_scopes() {
        for (path, name) in [
            (
                "/v4/kubernetes/organisations/{ownerId}/clusters/{clusterId}/node-groups",
                "kubernetes/clusters/node-groups",
            ),
            (
                "/v4/loadbalancers/organisations/{ownerId}/regions/{regionId}/loadbalancers",
                "loadbalancers/loadbalancers",
            ),
            ("/v4/tenants/{tenantId}/resources", "tenants/resources"),
            ("/v4/emails", "emails"),
        ] {
            assert_eq!(skeleton(path), name);
        }
    }
}
