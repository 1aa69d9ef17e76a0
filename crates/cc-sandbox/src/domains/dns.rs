//! DNS records by their name and type, and the audit of their changes.

use serde_json::{Value, json};

use super::Handler;
use super::rules::Rule;
use crate::engine::reply::{Outcome, Refusal, done, json_of};
use crate::engine::request::Request;
use crate::world::{Keys, Row, World};

pub(super) const HANDLERS: &[(&str, Handler)] = &[
    ("list_dns_records_by_name", by_name),
    ("delete_dns_records_by_name", delete_by_name),
    ("list_owner_dns_audits", audits),
    ("list_resource_dns_audits", audits),
    ("list_dns_record_audits", audits),
];

pub(super) const RULES: &[(&str, Rule)] = &[
    ("create_dns_records", Rule { before: |_, _| Ok(()), after: created }),
    ("delete_dns_record", Rule { before: |_, _| Ok(()), after: deleted }),
    ("delete_resource_dns_records", Rule { before: |_, _| Ok(()), after: deleted }),
    ("delete_owner_dns_records", Rule { before: |_, _| Ok(()), after: deleted }),
];

const RECORDS: &str = "dns/records";
/// Rows of changes of records. They outlive the records.
const AUDITS: &str = "dns/audits";

fn created(world: &mut World, request: &Request<'_>, row: &mut Row) -> Result<(), Refusal> {
    audit(world, request, row, "CREATE");
    Ok(())
}

fn deleted(world: &mut World, request: &Request<'_>, row: &mut Row) -> Result<(), Refusal> {
    audit(world, request, row, "DELETE");
    Ok(())
}

fn audit(world: &mut World, request: &Request<'_>, row: &Row, kind: &str) {
    let field = |name: &str| row.value.get(name).cloned().unwrap_or_default();
    let value = json!({
        "recordId": field("id"),
        "kind": kind,
        "name": field("name"),
        "recordType": field("type"),
        "content": field("content"),
        "ttl": field("ttl"),
        "ownerId": field("ownerId"),
        "resourceId": field("resourceId"),
        "userId": request.caller,
        "createdAt": world.now.to_string(),
        "context": {},
    });
    let value = value.as_object().cloned().unwrap_or_default();
    world.collections.add(AUDITS, Row { keys: row.keys.clone(), value, changes: Vec::new() });
}

fn audits(world: &mut World, request: &Request<'_>) -> Outcome {
    let now = world.now;
    let rows = world.collections.rows(AUDITS, &request.path, now);
    json_of(rows.iter().map(|row| Value::Object(row.value.clone())).collect::<Value>())
}

/// Path parameters of the records with the name and the type of the path.
fn named(world: &mut World, request: &Request<'_>) -> Vec<Keys> {
    let is = |row: &Row, field: &str, wanted: &str| row.value.get(field).is_some_and(|own| own == wanted);
    let (name, kind) = (request.param("recordName"), request.param("recordType"));
    let now = world.now;
    let rows = world.collections.rows(RECORDS, &request.path, now);
    rows.iter()
        .filter(|row| is(row, "name", name) && is(row, "type", kind))
        .map(|row| row.keys.clone())
        .collect()
}

fn by_name(world: &mut World, request: &Request<'_>) -> Outcome {
    let found = named(world, request);
    let value = |keys: &Keys| Some(Value::Object(world.collections.find(RECORDS, keys)?.value.clone()));
    json_of(found.iter().filter_map(value).collect::<Value>())
}

fn delete_by_name(world: &mut World, request: &Request<'_>) -> Outcome {
    for keys in named(world, request) {
        for row in world.collections.remove(RECORDS, &keys) {
            audit(world, request, &row, "DELETE");
        }
    }
    done()
}
