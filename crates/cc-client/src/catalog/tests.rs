//! Tests with a command that sends no request.

use cc_runtime::{Error, ErrorKind, Result, Secret, Transport};
use serde::Deserialize;
use serde_json::json;

use super::*;
use crate::context::Context;

/// Returns its input.
#[derive(Debug, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Echo {
    zone_name: String,
    #[serde(default)]
    sizes: Vec<Size>,
    #[serde(default)]
    password: Secret,
}

#[derive(Debug, Deserialize, Serialize, JsonSchema)]
struct Size {
    count: i64,
}

impl Command for Echo {
    const NAME: &'static str = "Echo";
    type Output = Self;
    type Context = Context;

    async fn run(self, _: &Context) -> Result<Self> {
        if self.zone_name == "none" {
            return Err(Error::new(ErrorKind::CannotResolveProduct));
        }
        Ok(self)
    }
}

fn dispatch(input: Value) -> Dispatch {
    static ECHO: LazyLock<CommandInfo> =
        LazyLock::new(|| entry::<Echo>("test", "Tells.", &["echo"], Effect::READ_ONLY));
    ECHO.dispatch(&Client::new(Transport::builder().build().unwrap()), input)
}

#[tokio::test]
async fn a_command_is_sent_by_name_with_json_and_gives_json() {
    let mut input = json!({ "zoneName": "par", "sizes": [{ "count": 2 }], "password": "p" });
    assert_eq!(dispatch(input.clone()).expose_secrets().await.unwrap(), input);
    let output = dispatch(input.clone()).await.unwrap();
    input["password"] = json!("***");
    assert_eq!(output, input);
}

#[tokio::test]
async fn the_error_of_a_command_keeps_its_name() {
    let error = dispatch(json!({ "zoneName": "none" })).await.unwrap_err();
    assert_eq!((error.kind(), error.command()), (ErrorKind::CannotResolveProduct, Some("Echo")));
}

#[tokio::test]
async fn input_that_does_not_fit_is_refused_with_the_name_of_the_field() {
    for (input, told) in [
        (json!({}), "missing field `zoneName`"),
        (json!({ "zoneName": 1 }), "`zoneName`: invalid type"),
        (json!({ "zoneName": "par", "zone": 1 }), "unknown field `zone`"),
        (
            json!({ "zoneName": "par", "sizes": [{ "count": 1 }, { "count": "x" }] }),
            "`sizes[1].count`: invalid type",
        ),
        (json!({ "zoneName": "par", "sizes": [{}] }), "missing field `count`"),
        (json!([]), "invalid"),
        (json!(null), "missing field `zoneName`"),
    ] {
        let error = dispatch(input.clone()).await.unwrap_err();
        assert_eq!((error.kind(), error.command()), (ErrorKind::InvalidInput, Some("Echo")));
        let message = error.message().unwrap();
        assert!(message.contains(told) && !message.contains(" at line "), "{input}: {message}");
    }
}

#[test]
fn descriptions_are_prose_without_examples_links_and_headings() {
    for command in commands() {
        let schemas = [command.input_schema(), command.output_schema()];
        let text = schemas.map(|schema| schema.to_value().to_string()).concat();
        for sign in ["```", "](", "[`", "# Ex", "# Err", "cc_trials::", "crate::", "cc_runtime::"] {
            assert!(!text.contains(sign), "{}: {sign} in {text}", command.name());
        }
        assert!(command.description().starts_with(command.summary()), "{}", command.description());
    }
}

/// A new command belongs into one of these groups: the snapshot shows which, and is read in a review.
#[cfg(feature = "all-domains")]
#[test]
fn every_command_says_its_effect() {
    let told: String = commands()
        .iter()
        .map(|command| {
            let again = if command.is_idempotent() { ", idempotent" } else { "" };
            format!("{:<42} {}{again}\n", command.name(), command.effect())
        })
        .collect();
    insta::assert_snapshot!(told);
}

#[test]
fn schemas_tell_the_fields() {
    let echo = entry::<Echo>("test", "Tells.", &["echo"], Effect::READ_ONLY);
    let schema = echo.input_schema();
    let schema = schema.as_value();
    assert_eq!(schema["required"], json!(["zoneName"]));
    assert_eq!(schema["additionalProperties"], json!(false));
    assert_eq!(echo.output_schema().as_value()["title"], json!("Echo"));
    assert!(!format!("{echo:?}").is_empty());
}

/// An object without its union: the output has none either, and satisfies its schema.
#[cfg(all(feature = "drain", feature = "network-group", feature = "notification"))]
#[test]
fn outputs_without_a_union_match_their_schemas() {
    let lacks = |name: &str, json: serde_json::Value, field: &str| {
        assert_eq!(json.get(field), None, "{json}");
        let schema = get(name).unwrap().output_schema().to_value().to_string();
        assert!(!schema.contains(r#""default":{}"#), "{schema}");
    };
    let drain: cc_api_drain::types::Drain = serde_json::from_value(json!({"id": "drain_1"})).unwrap();
    let drain = crate::commands::drain::model::LogDrain::from(drain);
    lacks("GetLogDrain", serde_json::to_value(drain).unwrap(), "target");
    let peer: cc_api_network_group::types::Peer =
        serde_json::from_value(json!({"type": "ExternalPeer", "id": "peer_1"})).unwrap();
    let peer = crate::commands::network_group::model::NetworkGroupPeer::from(peer);
    lacks("GetNetworkGroupPeer", serde_json::to_value(peer).unwrap(), "endpoint");
    let notification =
        json!({"id": "1", "ownerId": "orga_1", "notified": [{}, {"type": ""}, {"type": "new"}]});
    let notification: cc_api_notification::types::EmailNotification =
        serde_json::from_value(notification).unwrap();
    let notification = crate::commands::notification::model::EmailNotification::from(notification);
    assert_eq!(serde_json::to_value(notification).unwrap()["targets"], json!([{"type": "new"}]));
}
