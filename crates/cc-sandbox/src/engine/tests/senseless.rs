//! Snapshots that were changed by hand, handlers that panic, and requests that are refused.

use http_body_util::BodyExt;
use serde_json::{Value, json};

use super::{request, table_with};
use crate::engine::random::mix;
use crate::engine::validate::Side;
use crate::{Pace, Sandbox, Snapshot};

/// Places of all values in a document that are not objects or arrays.
fn leaves(value: &Value, place: String, found: &mut Vec<String>) {
    match value {
        Value::Object(fields) => {
            for (name, value) in fields {
                leaves(value, format!("{place}/{}", name.replace('~', "~0").replace('/', "~1")), found);
            }
        }
        Value::Array(items) => {
            for (at, value) in items.iter().enumerate() {
                leaves(value, format!("{place}/{at}"), found);
            }
        }
        _ => found.push(place),
    }
}

#[tokio::test]
async fn a_senseless_snapshot_is_refused_or_every_request_gets_its_answer() {
    let sandbox = Sandbox::builder().pace(Pace::Manual).strict(false).in_memory();
    let whole: Value = serde_json::from_str(&sandbox.snapshot().to_json()).unwrap();
    let mut places = Vec::new();
    leaves(&whole["world"], "/world".to_owned(), &mut places);
    let values = [json!(null), json!(-1), json!(i64::MAX), json!("text"), json!([]), json!({}), json!(true)];
    let mut taken = 0;
    for number in 0..60 {
        let drawn = mix(0, &["senseless", &number.to_string()]) as usize;
        let place = &places[drawn % places.len()];
        let mut changed = whole.clone();
        *changed.pointer_mut(place).unwrap() = values[drawn / places.len() % values.len()].clone();
        let Ok(snapshot) = Snapshot::from_json(changed.to_string()) else { continue };
        sandbox.restore(&snapshot);
        taken += 1;
        for operation in sandbox.table().operations.iter().filter(|operation| operation.method == "GET") {
            if operation.streams() {
                continue;
            }
            let answer = sandbox.handle(request(&sandbox, operation, false)).await.unwrap();
            assert_ne!(answer.status(), 500, "{place}: {}", operation.id);
        }
    }
    assert!(taken > 5, "{taken} of 60 were taken");
    sandbox.violations();
}

#[tokio::test]
async fn a_panic_is_an_answer_with_500_and_a_violation_and_the_next_request_is_answered() {
    let operation = json!({
        "id": "list_zones", "method": "GET", "path": "/v2/zones", "success": { "status": 200 }, "errors": [],
    });
    let mut sandbox = Sandbox::builder().table(table_with(operation)).in_memory();
    let engine = std::sync::Arc::get_mut(&mut sandbox.engine).unwrap();
    engine.handlers.insert("list_zones", |world, _| {
        world.uuid("zone");
        panic!("out of paint")
    });
    for _ in 0..2 {
        let request = http::Request::get("/v2/zones").body(bytes::Bytes::new()).unwrap();
        let answer = sandbox.handle(request).await.unwrap();
        assert_eq!(
            (answer.status().as_u16(), &answer.headers()["x-sandbox-refusal"]),
            (500, &"internal-error".parse().unwrap())
        );
        let body: Value =
            serde_json::from_slice(&answer.into_body().collect().await.unwrap().to_bytes()).unwrap();
        assert_eq!(
            body,
            json!({ "id": 500, "message": "The sandbox failed: out of paint", "type": "error" })
        );
    }
    assert_eq!(sandbox.exchanges().iter().filter(|exchange| exchange.status == Some(500)).count(), 2);
    let violations = sandbox.violations();
    assert_eq!(violations.len(), 2);
    assert_eq!((violations[0].side, violations[0].operation.as_deref()), (Side::Sandbox, Some("list_zones")));
    assert_eq!(violations[0].message, "the sandbox panicked: out of paint");
}

#[tokio::test]
async fn a_refused_request_changes_nothing_whatever_the_operation() {
    let sandbox = Sandbox::builder().pace(Pace::Manual).strict(false).user("eve").in_memory();
    let eve = sandbox.identity("eve").credentials.api_token;
    let state = || {
        let whole = sandbox.snapshot().to_json();
        let (before, rest) = whole.split_once(r#""requests":"#).unwrap();
        format!("{before}{}", rest.trim_start_matches(|digit: char| digit.is_ascii_digit()))
    };
    let mut refused = 0;
    let mut before = state();
    for operation in sandbox.table().operations.iter().filter(|operation| operation.method != "GET") {
        // By somebody else, without a body, and with a body that names what does not exist.
        let [mut foreign, mut empty, sampled] =
            [true, false, true].map(|whole| request(&sandbox, operation, whole));
        foreign.headers_mut().insert("authorization", format!("Bearer {eve}").parse().unwrap());
        *empty.body_mut() = bytes::Bytes::from_static(b"{}");
        for request in [foreign, empty, sampled] {
            let answer = sandbox.handle(request).await.unwrap();
            let after = state();
            if answer.status().is_client_error() {
                refused += 1;
                assert!(after == before, "{} changed something with {}", operation.id, answer.status());
            }
            before = after;
        }
    }
    assert!(refused > 300, "{refused}");
    sandbox.violations();
}
