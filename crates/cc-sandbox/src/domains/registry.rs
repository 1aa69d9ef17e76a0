//! Container registries: the tokens that are made with a registry.

use serde_json::{Value, json};

use super::rules::Rule;
use crate::engine::reply::Refusal;
use crate::engine::request::Request;
use crate::world::{Row, World};

pub(super) const RULES: &[(&str, Rule)] =
    &[("create_container_registry", Rule { before: |_, _| Ok(()), after: created })];

const TOKENS: &str = "tenants/container-registry/tokens";

/// Milliseconds of a day.
const DAY: i64 = 86_400_000;

/// Each token of the body is a token of the registry. The answer alone shows its value.
fn created(world: &mut World, request: &Request<'_>, row: &mut Row) -> Result<(), Refusal> {
    let mut shown = Vec::new();
    for wanted in request.body["tokens"].as_array().into_iter().flatten() {
        let id = world.uuid("registry-token");
        let asked = &wanted["token"];
        let mut token = json!({
            "id": id,
            "rights": asked["rights"],
            "isActive": true,
            "creationDate": world.now.to_string(),
        });
        if let Some(days) = asked["expiresInDays"].as_i64() {
            let end = world.now.as_millisecond().saturating_add(days.saturating_mul(DAY));
            let end = jiff::Timestamp::from_millisecond(end).unwrap_or(jiff::Timestamp::MAX);
            token["expiresAt"] = end.to_string().into();
        }
        if !asked["scope"].is_null() {
            token["scope"] = asked["scope"].clone();
        }
        let mut keys = row.keys.clone();
        keys.insert("tokenId".to_owned(), id.clone());
        let value = token.as_object().cloned().unwrap_or_default();
        world.collections.add(TOKENS, Row { keys, value, changes: Vec::new() });
        let secret = format!("sandbox-secret-{}", world.uuid("registry-secret"));
        shown.push(json!({ "biscuitToken": secret, "token": token, "index": wanted["index"] }));
    }
    row.value.insert("tokens".to_owned(), shown.into());
    row.value.insert("errors".to_owned(), Value::Array(Vec::new()));
    Ok(())
}
