//! Every command by its name, with JSON.

use cc_bridge::ErrorKind;
use cc_bridge::catalog::{self, CommandInfo};
use serde_json::json;

use crate::support::{Bridge, InMemory, oauth1};

#[test]
fn all_commands_are_there_with_their_schemas() {
    let names: Vec<_> = catalog::commands().iter().map(CommandInfo::name).collect();
    assert_eq!(
        names,
        ["CreateApiToken", "DeleteApiToken", "ListApiToken", "RotateApiToken", "UpdateApiToken"]
    );
    for command in catalog::commands() {
        assert_eq!(
            command.input_schema().as_value()["additionalProperties"],
            json!(false),
            "{}",
            command.name()
        );
        assert_eq!(command.output_schema().as_value()["type"], "object", "{command:?}");
        assert_eq!(command.is_read_only(), command.name() == "ListApiToken", "{command:?}");
    }
}

#[tokio::test]
async fn commands_are_sent_by_name_with_json_and_give_json() {
    let sandbox = InMemory::new();
    let client = sandbox.client();
    let input = json!({
        "email": "user@sandbox.example", "password": "sandbox-password", "name": "ci",
        "expirationDate": sandbox.0.now().as_millisecond() + 86_400_000,
    });
    let token = catalog::dispatch(&client, "CreateApiToken", input).await.unwrap();
    assert_eq!(token["apiToken"], "***");
    let id = json!({ "apiTokenId": token["apiTokenId"] });
    assert_eq!(catalog::dispatch(&client, "DeleteApiToken", id).await.unwrap(), json!({}));
    assert_eq!(
        catalog::dispatch(&client, "ListApiToken", json!(null)).await.unwrap(),
        json!({ "result": [] })
    );
}

#[tokio::test]
async fn input_that_does_not_fit_is_refused_with_the_name_of_the_field_and_no_value() {
    let bridge = Bridge::always(200, "{}");
    let client = bridge.client(oauth1());
    let input =
        json!({ "email": "a@example.com", "password": "hunter2", "name": "ci", "expirationDate": "soon" });
    let error = catalog::dispatch(&client, "CreateApiToken", input).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidInput);
    assert!(error.message().unwrap().starts_with("`expirationDate`: `soon` is neither a date"), "{error}");
    assert!(!format!("{error:?}").contains("hunter2") && bridge.asked().is_empty());
}
