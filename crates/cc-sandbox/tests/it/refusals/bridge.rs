//! Requests that are refused by billing, by the HTTP proxy of Redis, and by collections.

use serde_json::{Value, json};

use super::stage::{Call, Stage};

pub(super) async fn provoke(refusal: &str, operation: &str, stage: &Stage) -> Option<Call> {
    let ids = stage.sandbox.ids();
    let paid = async || {
        let pay = stage.call("authorize_stripe_payment").path("intentId", "pi_1");
        stage.ok(&pay).await;
        ids.invoice.clone()
    };
    let proxy = |operation: &str, body: Value| {
        let mut whole = json!({ "backendUrl": stage.sandbox.kv_url() });
        whole.as_object_mut().unwrap().extend(body.as_object().unwrap().clone());
        stage.call(operation).json(whole)
    };
    let command = |words: &[&str]| proxy("send_command", json!({ "command": words[0], "args": words[1..] }));
    Some(match refusal {
        "already-exists" => {
            let cellar = &ids.real_addons["cellar"];
            let bucket = stage.call("create_cellar_bucket").path("addonId", cellar).path("cellarId", cellar);
            let bucket = bucket.json(json!({ "name": "files", "versioning": false }));
            stage.ok(&bucket).await;
            bucket
        }
        "unknown-coupon" => stage.call(operation).json(json!({ "name": "NOBODY" })),
        "coupon-used" => {
            let coupon = stage.call(operation).json(json!({ "name": "SANDBOX" }));
            stage.ok(&coupon).await;
            coupon
        }
        "not-payable" => {
            let invoice = paid().await;
            let call = stage.call(operation).path("invoiceNumber", &invoice);
            match operation {
                "end_legacy_stripe_payment"
                | "authorize_legacy_paypal_transaction"
                | "update_legacy_stripe_payment" => call.json(json!({})),
                _ => call.path("intentId", "pi_1").path("transactionId", "t_1"),
            }
        }
        "order-done" => stage.call(operation).path("invoiceNumber", &paid().await),
        "not-a-price" => stage.call(operation).path("price", "cheap"),
        "backend-url" => command(&["PING"]).json(json!({ "backendUrl": "words", "command": "PING" })),
        "command-format" => proxy(operation, json!({ "commandLine": "GET \"a" })),
        "unknown-command" if operation == "send_command" => command(&["DANCE"]),
        "unknown-command" => proxy(operation, json!({ "commandLine": "DANCE" })),
        "command-error" => {
            stage.ok(&command(&["SET", "a", "b"])).await;
            command(&["LPUSH", "a", "b"])
        }
        "out-of-memory" => {
            for number in 0..3 {
                stage.ok(&command(&["SET", &number.to_string(), &"x".repeat(30_000)])).await;
            }
            command(&["SET", "3", &"x".repeat(30_000)])
        }
        "too-many-key-spaces" => {
            let of = |number: usize| {
                let url = format!("{}/{number}", stage.sandbox.kv_url());
                proxy("send_command", json!({ "backendUrl": url, "command": "SET", "args": ["a", "b"] }))
            };
            for number in 0..3 {
                stage.ok(&of(number)).await;
            }
            of(3)
        }
        "key-not-found" => proxy("get_string_key", json!({ "key": "a" })),
        "key-exists" => {
            stage.ok(&command(&["SET", "a", "b"])).await;
            let elements = match operation {
                "create_hash_key" => json!({ "key": "a", "elements": [{ "field": "f", "value": "v" }] }),
                "create_string_key" => json!({ "key": "a", "value": "b" }),
                _ => json!({ "key": "a", "elements": ["b"] }),
            };
            proxy(operation, elements)
        }
        "element-not-found" => {
            stage.ok(&command(&["RPUSH", "a", "b"])).await;
            let body = json!({ "key": "a", "index": 7 });
            let update = json!({ "key": "a", "index": 7, "value": "c" });
            proxy(operation, if operation == "update_list_key_element" { update } else { body })
        }
        "unreachable" => {
            command(&["PING"]).json(json!({ "backendUrl": "redis://127.0.0.1:1", "command": "PING" }))
        }
        _ => return None,
    })
}
