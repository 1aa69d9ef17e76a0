//! The engine against the whole route table.

mod senseless;
mod transcript;

use std::collections::BTreeMap;

use bytes::Bytes;
use http_body_util::BodyExt;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};

use super::sample::Sampler;
use super::table::{Operation, Place, Table};
use super::validate::Side;
use crate::engine::clock::Pace;
use crate::sandbox::Sandbox;

/// A request that the spec takes, with every required parameter, or with every parameter.
fn request(sandbox: &Sandbox, operation: &Operation, whole: bool) -> http::Request<Bytes> {
    let ids = sandbox.ids();
    let mut known = BTreeMap::new();
    for (definition, id) in [
        ("shared.OwnerId", &ids.organisation),
        ("shared.UserId", &ids.user),
        ("shared.ApplicationId", &ids.application),
        ("shared.AddonId", &ids.addon),
        ("shared.RealAddonId", &ids.real_addon),
        ("shared.ResourceId", &ids.application),
    ] {
        known.insert(definition.to_owned(), id.as_str().into());
    }
    let table = sandbox.table();
    let sampler = Sampler { table, seed: 0, start: sandbox.now(), in_millis: false, known, variant: 0 };
    let mut target = operation.path.clone();
    let mut query = form_urlencoded::Serializer::new(String::new());
    let mut request = http::Request::builder().method(operation.method.as_str());
    request = request.header("authorization", format!("Bearer {}", sandbox.api_token()));
    for parameter in operation.parameters.iter().filter(|parameter| whole || parameter.required) {
        let value = match sampler.sample(&parameter.schema, &parameter.name) {
            Value::String(text) => text,
            other => other.to_string(),
        };
        match parameter.place {
            Place::Path => {
                let encoded = utf8_percent_encode(&value, NON_ALPHANUMERIC).to_string();
                target = target.replace(&format!("{{{}}}", parameter.name), &encoded);
            }
            Place::Query => _ = query.append_pair(&parameter.name, &value),
            Place::Header => request = request.header(&parameter.name, value),
            Place::Cookie => {}
        }
    }
    let query = query.finish();
    if !query.is_empty() {
        target = format!("{target}?{query}");
    }
    let mut body = String::new();
    if let Some(expected) = &operation.request {
        request = request.header("content-type", &expected.content_type);
        let value = sampler.sample(&expected.schema, &operation.id);
        body = match (expected.content_type.as_str(), &value) {
            ("application/x-www-form-urlencoded", Value::Object(fields)) => {
                let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
                let pairs = fields.iter().map(|(name, value)| (name, text(value)));
                form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish()
            }
            ("application/json", value) => value.to_string(),
            (_, value) => value.as_str().unwrap_or("text").to_owned(),
        };
    }
    request.uri(target).body(body.into()).unwrap()
}

#[tokio::test]
async fn every_operation_of_the_spec_is_served_within_the_spec() {
    for operation in &Sandbox::builder().in_memory().table().operations {
        // A world of its own for each: one operation may delete what another reads.
        let sandbox = Sandbox::builder().pace(Pace::Manual).in_memory();
        for whole in [false, true] {
            let answer = sandbox.handle(request(&sandbox, operation, whole)).await.unwrap();
            let status = answer.status().as_u16();
            let endless = operation.streams() && sandbox.engine.keeps_state(operation) && status == 200;
            let body =
                if endless { Bytes::new() } else { answer.into_body().collect().await.unwrap().to_bytes() };
            let text = String::from_utf8_lossy(&body);
            let violations: Vec<String> = sandbox.violations().iter().map(ToString::to_string).collect();
            assert_eq!(violations, [""; 0], "{text}");
            let hosts = text.split("://").skip(1).map(|rest| {
                rest.split(|letter: char| !letter.is_alphanumeric() && !"-._".contains(letter))
                    .next()
                    .unwrap_or_default()
            });
            let of_platform: Vec<&str> = hosts
                .filter(|host| {
                    let names = [
                        "clever-cloud.com",
                        "clever-cloud.io",
                        "cleverapps.io",
                        "clvrcld.net",
                        "cc-ng.cloud",
                    ];
                    names.iter().any(|name| host.ends_with(name))
                })
                .collect();
            assert_eq!(of_platform, [""; 0], "{} leads to the platform: {text}", operation.id);
            if status != operation.success.status {
                // A handler may refuse generated input with the errors of the spec.
                assert!(sandbox.engine.keeps_state(operation), "{} answers {status} {text}", operation.id);
            }
        }
    }
}

#[test]
fn the_readme_states_how_many_operations_keep_state() {
    let routes = Sandbox::builder().in_memory().routes();
    let stateful = routes.iter().filter(|route| route.is_stateful).count();
    let figure = format!("{stateful} of {} operations keep state", routes.len());
    assert!(include_str!("../../README.md").contains(&figure), "{figure}");
}

#[tokio::test]
async fn an_answer_from_the_schema_alone_is_marked_as_a_sample() {
    for operation in &Sandbox::builder().in_memory().table().operations {
        let sandbox = Sandbox::builder().pace(Pace::Manual).in_memory();
        let answer = sandbox.handle(request(&sandbox, operation, false)).await.unwrap();
        let marked = answer.headers().get("x-sandbox").is_some_and(|mark| mark == "sample");
        assert_eq!(marked, !sandbox.engine.keeps_state(operation), "{}", operation.id);
    }
}

#[test]
fn every_handler_is_for_an_operation_of_the_spec() {
    let sandbox = Sandbox::builder().in_memory();
    let known: Vec<&str> = sandbox.table().operations.iter().map(|operation| operation.id.as_str()).collect();
    let unknown: Vec<&str> =
        crate::domains::handlers().into_keys().filter(|id| !known.contains(id)).collect();
    assert_eq!(unknown, [""; 0]);
}

fn table_with(operation: Value) -> Table {
    serde_json::from_value(json!({
        "$defs": {
            "shared.OwnerId": { "type": "string" },
            "pet.Pet": {
                "type": "object",
                "required": ["id", "ownerId", "kind", "toys"],
                "properties": {
                    "id": { "type": "string" },
                    "ownerId": { "$ref": "#/$defs/shared.OwnerId" },
                    "kind": { "type": "string", "examples": ["CAT", "DOG"] },
                    "name": { "anyOf": [{ "type": "string" }, { "type": "null" }] },
                    "toys": { "type": "array", "items": { "type": "string" } },
                },
            },
        },
        "operations": [operation],
    }))
    .unwrap()
}

fn pet_operation() -> Value {
    json!({
        "id": "create_pet",
        "method": "POST",
        "path": "/v4/owners/{ownerId}/pets",
        "aliases": ["POST /v2/self/pets"],
        "parameters": [
            { "name": "ownerId", "in": "path", "required": true, "schema": { "$ref": "#/$defs/shared.OwnerId" } },
            { "name": "count", "in": "query", "schema": { "type": "integer", "maximum": 3 } },
        ],
        "request": {
            "required": true,
            "contentType": "application/json",
            "schema": {
                "type": "object",
                "required": ["name"],
                "properties": { "name": { "type": "string" } },
                "additionalProperties": false,
            },
        },
        "success": { "status": 201, "contentType": "application/json", "schema": { "$ref": "#/$defs/pet.Pet" } },
        "errors": ["401"],
    })
}

async fn post(sandbox: &Sandbox, target: &str, body: &str) -> (u16, Value) {
    let request = http::Request::post(target)
        .header("authorization", "Bearer sandbox-token")
        .header("content-type", "application/json")
        .body(Bytes::from(body.to_owned()))
        .unwrap();
    let answer = sandbox.handle(request).await.unwrap();
    let status = answer.status().as_u16();
    let body = answer.into_body().collect().await.unwrap().to_bytes();
    (status, serde_json::from_slice(&body).unwrap())
}

#[tokio::test]
async fn an_operation_that_no_code_knows_is_served_from_its_schema() {
    let sandbox = Sandbox::builder().table(table_with(pet_operation())).in_memory();
    let target = format!("/v4/owners/{}/pets", sandbox.ids().organisation);
    let (status, pet) = post(&sandbox, &target, r#"{"name": "Rex"}"#).await;
    assert_eq!((status, &pet["name"]), (201, &json!("Rex")));
    assert_eq!(pet["ownerId"], sandbox.ids().organisation);
    assert!(pet["kind"] == "CAT" || pet["kind"] == "DOG");
    assert_eq!(
        post(&sandbox, &target, r#"{"name": "Rex"}"#).await.1,
        pet,
        "the same request has the same answer"
    );
}

#[tokio::test]
async fn an_alias_is_its_operation_for_the_caller_himself() {
    let sandbox = Sandbox::builder().table(table_with(pet_operation())).in_memory();
    let (_, pet) = post(&sandbox, "/v2/self/pets", r#"{"name": "Rex"}"#).await;
    assert_eq!(pet["ownerId"], sandbox.ids().user);
}

#[tokio::test]
async fn a_request_outside_the_spec_is_a_400_and_a_violation() {
    let sandbox = Sandbox::builder().table(table_with(pet_operation())).in_memory();
    let owner = sandbox.ids().organisation;
    for (query, body, message) in [
        ("?colour=red", r#"{"name": "Rex"}"#, "unknown query parameter `colour`"),
        ("?count=many", r#"{"name": "Rex"}"#, "parameter `count`: value is not of type \"integer\""),
        ("?count=4", r#"{"name": "Rex"}"#, "parameter `count`: value is greater than the maximum of 3"),
        ("?count=1&count=2", r#"{"name": "Rex"}"#, "parameter `count` occurs 2 times"),
        ("", "", "the body is missing"),
        ("", r#"{}"#, "\"name\" is a required property"),
        ("", r#"{"name": 1}"#, "/name: value is not of type \"string\""),
        ("", r#"{"name": "Rex", "age": 3}"#, "Additional properties are not allowed ('age' was unexpected)"),
    ] {
        let (status, error) = post(&sandbox, &format!("/v4/owners/{owner}/pets{query}"), body).await;
        assert_eq!(
            (status, error["code"].as_str()),
            (400, Some("clever.core.bad-request")),
            "{query} {body}"
        );
        let violations = sandbox.violations();
        assert_eq!(violations.len(), 1, "{query} {body}");
        assert_eq!((violations[0].side, violations[0].message.as_str()), (Side::Client, message));
    }
}

#[tokio::test]
async fn a_lenient_sandbox_takes_a_request_with_more_than_the_spec_knows_and_warns() {
    let sandbox = Sandbox::builder().table(table_with(pet_operation())).lenient(true).in_memory();
    let target = format!("/v4/owners/{}/pets", sandbox.ids().organisation);
    let body = r#"{"name": "Rex", "age": 3}"#;
    let (status, pet) = post(&sandbox, &format!("{target}?colour=red"), body).await;
    assert_eq!((status, &pet["name"], &pet["age"]), (201, &json!("Rex"), &Value::Null));
    let warnings = sandbox.violations();
    assert!(warnings.iter().all(|warning| warning.is_warning && warning.side == Side::Client));
    let messages: Vec<&str> = warnings.iter().map(|warning| warning.message.as_str()).collect();
    assert_eq!(messages, ["unknown query parameter `colour`", "unknown property `/age`"]);
    // The rest is still checked.
    assert_eq!(post(&sandbox, &target, r#"{"name": 1, "age": 3}"#).await.0, 400);
    assert_eq!(sandbox.violations().iter().map(|own| own.is_warning).collect::<Vec<_>>(), [true, false]);
    // Warnings fail no test.
    assert_eq!(post(&sandbox, &target, body).await.0, 201);
}

#[tokio::test]
#[should_panic(
    expected = "requests or answers broke the spec:\n- GET /v4/nowhere (the spec has no such operation)"
)]
async fn dropping_a_strict_sandbox_fails_the_test_that_broke_the_spec() {
    let sandbox = Sandbox::builder().in_memory();
    let request = http::Request::get("/v4/nowhere").body(Bytes::new()).unwrap();
    assert_eq!(sandbox.handle(request).await.unwrap().status(), 404);
}
