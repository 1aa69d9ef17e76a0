//! Every collection of the route table: create, read, list, change and delete, each proven on a world of its own.

use std::collections::BTreeMap;

use bytes::Bytes;
use http_body_util::BodyExt;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;

use crate::domains::{addon, provider};
use crate::engine::clock::Pace;
use crate::engine::generic;
use crate::engine::request::Request;
use crate::engine::table::{Operation, Place, Role};
use crate::sandbox::Sandbox;
use crate::world::Keys;

/// Providers of the add-ons that collections are in, by a segment of their paths.
const ADDONS: [(&str, &str); 5] = [
    ("postgresql", "postgresql-addon"),
    ("cellar", "cellar-addon"),
    ("addon-pulsar", "addon-pulsar"),
    ("materia-db-kv", "kv"),
    ("ai", "addon-ai"),
];

/// Values of bodies that a rule asks for, where a sample is refused.
fn accepted() -> [(&'static str, Value); 5] {
    [
        ("targetVersion", "1.34".into()),
        ("version", "1.34".into()),
        ("targetNodeCount", 2.into()),
        ("minNodeCount", 1.into()),
        ("maxNodeCount", 3.into()),
    ]
}

struct Proof<'a> {
    sandbox: &'a Sandbox,
    /// Path parameters that are known so far.
    keys: Keys,
}

impl Proof<'_> {
    fn operation(&self, collection: &str, roles: &[Role]) -> Vec<&Operation> {
        let parts = self.sandbox.table().operations.iter().filter(|operation| {
            operation
                .collection
                .as_ref()
                .is_some_and(|part| part.name == collection && roles.contains(&part.role))
        });
        parts.collect()
    }

    fn known(&self, operation: &Operation, name: &str, kind: Option<&str>) -> Option<String> {
        let ids = self.sandbox.ids();
        if let Some(known) = self.keys.get(name) {
            return Some(known.clone());
        }
        let addon = || {
            let segment = |kind: &str| operation.path.split('/').any(|segment| segment == kind);
            let (_, id) = ADDONS.into_iter().find(|(kind, _)| segment(kind))?;
            let mut world = self.sandbox.engine.world();
            let provider = provider::find(id)?;
            let id = addon::make(&mut world, &ids.organisation, provider, provider.plans[0], "proof", "par");
            let addon = world.addon(&id).ok()?;
            Some(if kind == Some("shared.RealAddonId") { addon.real_id.clone() } else { id })
        };
        match kind? {
            "shared.OwnerId" => Some(ids.organisation.clone()),
            "shared.ApplicationId" | "shared.ResourceId" => Some(ids.application.clone()),
            "shared.RealAddonId" | "shared.AddonId" => addon(),
            _ => None,
        }
    }

    /// Sends a request with sample values for what is not known. Returns status, body text, and the body that was sent.
    async fn send(&mut self, operation: &Operation, extra: &str) -> (u16, String, Value) {
        let table = self.sandbox.table();
        let nowhere = Request {
            operation,
            raw_path: "",
            path: BTreeMap::new(),
            query: Vec::new(),
            headers: &http::HeaderMap::new(),
            body: Value::Null,
            bytes: &Bytes::new(),
            caller: String::new(),
            clock: self.sandbox.engine.clock.clone(),
        };
        let sampler = generic::sampler(table, &self.sandbox.engine.world(), &nowhere);
        let mut target = operation.path.clone();
        let mut query = String::new();
        for parameter in operation.parameters.iter().filter(|parameter| parameter.required) {
            let kind = table.resolve(&parameter.schema).0;
            let sample = || match sampler.sample(&parameter.schema, &parameter.name) {
                Value::String(text) => text,
                other => other.to_string(),
            };
            let value = self.known(operation, &parameter.name, kind).unwrap_or_else(sample);
            let encoded = utf8_percent_encode(&value, NON_ALPHANUMERIC).to_string();
            match parameter.place {
                Place::Path => {
                    target = target.replace(&format!("{{{}}}", parameter.name), &encoded);
                    self.keys.insert(parameter.name.clone(), value);
                }
                Place::Query => query += &format!("&{}={encoded}", parameter.name),
                _ => {}
            }
        }
        if !query.is_empty() {
            target = format!("{target}?{}", &query[1..]);
        }
        let mut request = http::Request::builder()
            .method(operation.method.as_str())
            .uri(target)
            .header("authorization", format!("Bearer {}", self.sandbox.api_token()));
        let mut sent = Value::Null;
        if let Some(expected) = &operation.request {
            request = request.header("content-type", &expected.content_type);
            sent = sampler.sample(&expected.schema, &format!("{}{extra}", operation.id));
        }
        for (name, value) in accepted() {
            if let Some(field) = sent.get_mut(name) {
                *field = value;
            }
        }
        let text = if sent.is_null() { String::new() } else { sent.to_string() };
        let answer = self.sandbox.handle(request.body(Bytes::from(text)).unwrap()).await.unwrap();
        let status = answer.status().as_u16();
        let body = answer.into_body().collect().await.unwrap().to_bytes();
        (status, String::from_utf8_lossy(&body).into_owned(), sent)
    }

    /// Makes an item, and those that it is in. Keeps their ids.
    async fn make(&mut self, collection: &str) -> Result<(), String> {
        let mut chain = vec![collection.to_owned()];
        while let Some(parent) =
            chain.last().and_then(|name| self.sandbox.table().collections[name].parent.clone())
        {
            chain.push(parent);
        }
        for name in chain.into_iter().rev() {
            // A collection whose items nobody makes has some from the start.
            let made = [[Role::Create, Role::Put], [Role::List, Role::List]];
            let made = made.iter().find_map(|roles| Some(self.operation(&name, roles).first()?.id.clone()));
            let made = made.ok_or_else(|| format!("nothing makes an item of {name}"))?;
            let operation =
                self.sandbox.table().operations.iter().find(|operation| operation.id == made).unwrap();
            let (status, text, _) = self.send(operation, "").await;
            if status >= 300 {
                return Err(format!("{made} answers {status} {text}"));
            }
            let mut world = self.sandbox.engine.world();
            let now = world.now;
            let row = world.collections.rows(&name, &Keys::new(), now).pop();
            let row = row.ok_or_else(|| format!("{made} keeps nothing"))?;
            self.keys.extend(row.keys.clone());
        }
        Ok(())
    }

    async fn expect(&mut self, operation: &Operation, wanted: u16) -> Result<(String, Value), String> {
        let (status, text, sent) = self.send(operation, "/again").await;
        let class = if wanted == 200 { status < 300 } else { status == wanted };
        if class { Ok((text, sent)) } else { Err(format!("{} answers {status} {text}", operation.id)) }
    }
}

/// Create, read, list, change, delete. Returns how many of these steps the collection has.
async fn prove(sandbox: &Sandbox, name: &str) -> Result<usize, String> {
    let mut proof = Proof { sandbox, keys: Keys::new() };
    proof.make(name).await?;
    let table = sandbox.table();
    let key = table.collections[name].key.as_deref();
    let id = key.and_then(|key| proof.keys.get(key)).cloned();
    let each = |roles: &'static [Role]| -> Vec<&Operation> {
        let own = table.operations.iter().filter(|operation| {
            operation.collection.as_ref().is_some_and(|part| part.name == name && roles.contains(&part.role))
        });
        own.filter(|operation| !sandbox.engine.handlers.contains_key(operation.id.as_str())).collect()
    };
    let mut steps = 1;
    for read in each(&[Role::Read]) {
        proof.expect(read, 200).await?;
        steps += 1;
    }
    for list in each(&[Role::List]) {
        let (text, _) = proof.expect(list, 200).await?;
        if let Some(id) = &id
            && !text.contains(id.as_str())
        {
            return Err(format!("{} does not list {id}: {text}", list.id));
        }
        steps += 1;
    }
    for change in each(&[Role::Change, Role::Replace, Role::Act]) {
        let (_, sent) = proof.expect(change, 200).await?;
        let mut world = sandbox.engine.world();
        let now = world.now;
        let row = world.collections.row(name, &proof.keys, now).ok_or("a change removes the item")?;
        for field in ["name", "description", "label", "tag"] {
            if let (Some(kept), Some(said)) = (row.value.get(field), sent.get(field))
                && kept != said
            {
                return Err(format!("{} does not keep `{field}`: {kept}", change.id));
            }
        }
        steps += 1;
    }
    for delete in each(&[Role::Delete, Role::Clear]) {
        proof.keys.clear();
        proof.make(name).await?;
        proof.expect(delete, 200).await?;
        let mut world = sandbox.engine.world();
        let now = world.now;
        if world.collections.row(name, &proof.keys, now).is_some() {
            return Err(format!("{} deletes nothing", delete.id));
        }
        drop(world);
        for read in each(&[Role::Read]) {
            proof.expect(read, 404).await?;
        }
        steps += 1;
    }
    Ok(steps)
}

#[tokio::test]
async fn a_new_cluster_becomes_active_as_time_passes() {
    let sandbox = Sandbox::builder().pace(Pace::Manual).in_memory();
    let mut proof = Proof { sandbox: &sandbox, keys: Keys::new() };
    proof.make("kubernetes/clusters").await.unwrap();
    let read = sandbox.table().operations.iter().find(|operation| operation.id == "get_cluster").unwrap();
    let events =
        sandbox.table().operations.iter().find(|operation| operation.id == "list_cluster_events").unwrap();
    for (seconds, status, happened) in [(0, "TO_DEPLOY", 2), (10, "DEPLOYING", 2), (120, "ACTIVE", 4)] {
        sandbox.advance(std::time::Duration::from_secs(seconds));
        let (_, cluster, _) = proof.send(read, "").await;
        let cluster: Value = serde_json::from_str(&cluster).unwrap();
        assert_eq!(cluster["status"], status);
        let (_, events, _) = proof.send(events, "").await;
        let events: Value = serde_json::from_str(&events).unwrap();
        assert_eq!(events.as_array().map(Vec::len), Some(happened), "{events}");
    }
}

#[tokio::test]
async fn a_change_within_an_item_answers_the_item_with_what_is_in_it() {
    let sandbox = Sandbox::builder().pace(Pace::Manual).in_memory();
    let mut proof = Proof { sandbox: &sandbox, keys: Keys::new() };
    proof.make("loadbalancers/loadbalancers/listeners").await.unwrap();
    let operation =
        |id: &str| sandbox.table().operations.iter().find(|operation| operation.id == id).unwrap();
    let id = proof.keys["loadBalancerId"].clone();
    for operation in [operation("set_load_balancer_timeouts"), operation("get_load_balancer")] {
        let (_, text, _) = proof.send(operation, "").await;
        let shown: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(shown["id"], id.as_str());
        let listeners = shown["listeners"].as_array().unwrap();
        assert!(listeners.iter().any(|own| own["id"] == proof.keys["listenerId"].as_str()), "{text}");
    }
}

#[tokio::test]
async fn every_collection_is_created_read_listed_changed_and_deleted() {
    let names: Vec<String> = Sandbox::builder().in_memory().engine.kept.iter().cloned().collect();
    let (mut wrong, mut steps) = (Vec::new(), 0);
    for name in &names {
        let sandbox = Sandbox::builder().pace(Pace::Manual).strict(false).in_memory();
        match prove(&sandbox, name).await {
            Ok(taken) => steps += taken,
            Err(problem) => wrong.push(format!("{name}: {problem}")),
        }
        wrong.extend(sandbox.violations().iter().map(|violation| format!("{name}: {violation}")));
    }
    assert!(wrong.is_empty(), "{} of {} collections:\n{}", wrong.len(), names.len(), wrong.join("\n"));
    assert!(steps > 100, "{} collections, {steps} steps", names.len());
}
