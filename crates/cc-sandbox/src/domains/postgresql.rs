//! PostgreSQL add-ons from within: databases, users, and what users may do.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::Handler;
use super::rules::Rule;
use crate::engine::random::mix;
use crate::engine::reply::{Outcome, Refusal, json_of};
use crate::engine::request::Request;
use crate::world::{Keys, Row, World};

pub(super) const HANDLERS: &[(&str, Handler)] = &[
    ("list_postgresql_oids", oids),
    ("list_postgresql_database_oids", oids),
    ("list_postgresql_schema_oids", oids),
    ("list_postgresql_table_oids", oids),
    ("list_postgresql_database_privileges", privileges),
    ("list_postgresql_schema_privileges", privileges),
    ("list_postgresql_table_privileges", privileges),
    ("update_postgresql_database_privileges", grant),
    ("update_postgresql_schema_privileges", grant),
    ("update_postgresql_table_privileges", grant),
];

pub(super) const RULES: &[(&str, Rule)] = &[
    ("list_postgresql_databases", Rule { before: with_database, after: |_, _, _| Ok(()) }),
    ("get_postgresql_database", Rule { before: with_database, after: |_, _, _| Ok(()) }),
    ("update_postgresql_database", Rule { before: with_database, after: |_, _, _| Ok(()) }),
];

const DATABASES: &str = "postgresql/postgresql/databases";
const USERS: &str = "postgresql/postgresql/users";
/// Rows of what users may do, by user, database, schema and table.
const PRIVILEGES: &str = "postgresql/privileges";

/// Tables of a new database.
const TABLES: [&str; 2] = ["orders", "customers"];

fn place(world: &World, request: &Request<'_>) -> Result<Keys, Refusal> {
    let addon = world.addon(request.param("addonId"))?;
    if !addon.real_id.starts_with("postgresql_") {
        return Err(Refusal::not_found("PostgreSQL add-on", request.param("addonId")));
    }
    let owner = ("ownerId".to_owned(), addon.owner.clone());
    Ok(BTreeMap::from([owner, ("addonId".to_owned(), addon.real_id.clone())]))
}

/// An add-on has one database from the start, named as in its environment.
fn with_database(world: &mut World, request: &Request<'_>) -> Result<(), Refusal> {
    let mut keys = place(world, request)?;
    let now = world.now;
    if world.collections.row(DATABASES, &keys, now).is_some() {
        return Ok(());
    }
    let addon = world.addon(request.param("addonId"))?;
    let name = addon.environment.get("POSTGRESQL_ADDON_DB").cloned().unwrap_or_default();
    let created = addon.wire["creationDate"].as_i64().unwrap_or_default();
    let id = world.fixed_uuid(&["database", &addon.real_id]);
    let value = json!({
        "id": id,
        "name": name,
        "addonId": addon.id,
        "realAddonId": addon.real_id,
        "ownerId": addon.owner,
        "mode": "WRITABLE",
        "locale": "en_GB",
        "creationDate": jiff::Timestamp::from_millisecond(created).unwrap_or(now).to_string(),
    });
    let Value::Object(value) = value else { return Ok(()) };
    keys.insert("databaseId".to_owned(), id);
    world.collections.add(DATABASES, Row { keys, value, changes: Vec::new() });
    Ok(())
}

/// An object id: the same for the same thing.
fn oid(world: &World, name: &[&str]) -> i64 {
    16_384 + i64::try_from(mix(world.seed, name) % 40_000).unwrap_or_default()
}

/// Databases, schemas and tables, each with its object id.
struct Oids {
    databases: Vec<Value>,
    schemas: Vec<Value>,
    tables: Vec<Value>,
}

fn known(world: &mut World, request: &Request<'_>) -> Result<Oids, Refusal> {
    with_database(world, request)?;
    let keys = place(world, request)?;
    let now = world.now;
    let rows = world.collections.rows(DATABASES, &keys, now);
    let names: Vec<String> =
        rows.iter().filter_map(|row| Some(row.value.get("name")?.as_str()?.to_owned())).collect();
    let addon = &keys["addonId"];
    let mut oids = Oids { databases: Vec::new(), schemas: Vec::new(), tables: Vec::new() };
    for name in &names {
        oids.databases.push(json!({ "oid": oid(world, &["oid", addon, name]), "name": name }));
        let schema = oid(world, &["oid", addon, name, "public"]);
        oids.schemas.push(json!({ "oid": schema, "name": "public", "database": name }));
        for table in TABLES {
            let oid = oid(world, &["oid", addon, name, "public", table]);
            oids.tables.push(json!({ "oid": oid, "name": table, "schema": "public", "database": name }));
        }
    }
    Ok(oids)
}

fn oids(world: &mut World, request: &Request<'_>) -> Outcome {
    let Oids { databases, schemas, tables } = known(world, request)?;
    let asked = |items: Vec<Value>| -> Value {
        let fits = |item: &Value| {
            request.query.iter().all(|(name, wanted)| {
                let own = &item[name.as_str()];
                own.is_null() || own.as_str().map_or_else(|| own.to_string(), str::to_owned) == *wanted
            })
        };
        items.into_iter().filter(fits).collect()
    };
    json_of(match request.operation.id.as_str() {
        "list_postgresql_database_oids" => asked(databases),
        "list_postgresql_schema_oids" => asked(schemas),
        "list_postgresql_table_oids" => asked(tables),
        _ => json!({ "databases": databases, "schemas": schemas, "tables": tables }),
    })
}

/// What a privilege is about, from the operation: a database, a schema or a table.
fn level(request: &Request<'_>) -> &'static str {
    let id = request.operation.id.as_str();
    ["table", "schema"].into_iter().find(|level| id.contains(*level)).unwrap_or("database")
}

fn privileges(world: &mut World, request: &Request<'_>) -> Outcome {
    let mut keys = place(world, request)?;
    keys.insert("level".to_owned(), level(request).to_owned());
    for (query, key) in
        [("userId", "databaseUserId"), ("databaseOId", "databaseOid"), ("schemaOId", "schemaOid")]
    {
        if let Some(wanted) = request.query(query) {
            keys.insert(key.to_owned(), wanted.to_owned());
        }
    }
    let now = world.now;
    let rows = world.collections.rows(PRIVILEGES, &keys, now);
    json_of(rows.iter().map(|row| Value::Object(row.value.clone())).collect::<Value>())
}

fn grant(world: &mut World, request: &Request<'_>) -> Outcome {
    let oids = known(world, request)?;
    let mut keys = place(world, request)?;
    let now = world.now;
    let level = level(request);
    let user = request.param("databaseUserId");
    keys.insert("databaseUserId".to_owned(), user.to_owned());
    if world.collections.row(USERS, &keys, now).is_none() {
        return Err(Refusal::not_found("User", user));
    }
    for (name, known) in
        [("databaseOid", oids.databases), ("schemaOid", oids.schemas), ("tableOid", oids.tables)]
    {
        let Some(oid) = request.path.get(name) else { continue };
        if !known.iter().any(|own| own["oid"].as_i64() == oid.parse().ok()) {
            return Err(Refusal::not_found(name.trim_end_matches("Oid"), oid));
        }
        keys.insert(name.to_owned(), oid.clone());
    }
    keys.insert("level".to_owned(), level.to_owned());
    if world.collections.row(PRIVILEGES, &keys, now).is_none() {
        let number = |name: &str| request.param(name).parse::<i64>().unwrap_or_default();
        let nothing = json!({ "read": false, "write": false });
        let mut value = json!({
            "id": world.uuid("postgresql-privileges"),
            "userId": user,
            "oid": number(&format!("{level}Oid")),
            "privileges": nothing,
        });
        if level != "database" {
            value["databaseOId"] = number("databaseOid").into();
        }
        match level {
            "schema" => value["privilegesAllTables"] = nothing,
            "table" => value["schemaOId"] = number("schemaOid").into(),
            _ => {}
        }
        let Value::Object(value) = value else { return json_of(Value::Null) };
        world.collections.add(PRIVILEGES, Row { keys: keys.clone(), value, changes: Vec::new() });
    }
    let Some(row) = world.collections.row(PRIVILEGES, &keys, now) else {
        return Err(Refusal::not_found("User", user));
    };
    merge(&mut row.value, &request.body);
    json_of(Value::Object(row.value.clone()))
}

/// Takes over what the body grants, at its top or in the objects of its levels.
fn merge(value: &mut Map<String, Value>, body: &Value) {
    for (name, said) in body.as_object().into_iter().flatten() {
        if let (Some(Value::Object(own)), Some(said)) = (value.get_mut(name), said.as_object()) {
            own.extend(
                said.iter()
                    .filter(|(_, said)| said.is_boolean())
                    .map(|(name, said)| (name.clone(), said.clone())),
            );
        } else if said.is_boolean() && matches!(name.as_str(), "read" | "write") {
            value["privileges"][name.as_str()] = said.clone();
        }
    }
}
