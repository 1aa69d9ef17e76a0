//! Snapshots of the requests and outputs of each command of the bridge.

use std::fmt::Write;

use cc_bridge::commands::{CreateApiToken, DeleteApiToken, ListApiToken, UpdateApiToken};
use cc_bridge::{Command, Context, Credentials, Timestamp};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::support::{Bridge, oauth1};

/// Compares what a command asks and gives with its snapshot, once with its required inputs alone, and once with all of them.
/// Each goes through its JSON first.
async fn check<C>(credentials: Credentials, status: u16, answer: Value, commands: impl IntoIterator<Item = C>)
where
    C: Command<Context = Context, Output: Serialize> + Serialize + DeserializeOwned,
{
    let mut told = String::new();
    for (title, command) in ["required inputs", "all inputs"].into_iter().zip(commands) {
        let input = cc_runtime::expose_secrets(|| serde_json::to_string(&command)).unwrap();
        let bridge =
            Bridge::always(status, if answer.is_null() { String::new() } else { answer.to_string() });
        let client = bridge.client(credentials.clone());
        let output = client.send(serde_json::from_str::<C>(&input).unwrap()).await.unwrap();
        let output = cc_runtime::expose_secrets(|| serde_json::to_string_pretty(&output)).unwrap();
        let _ =
            write!(told, "# {title}\n{} {input}\n\n{}\n\n{output}\n\n", C::NAME, bridge.asked().join("\n"));
    }
    // The values of secrets are those of a test, and no one else's.
    let told = told.replace("hunter2", "(password)").replace("123456", "(code)").replace("t0ken", "(token)");
    insta::with_settings!({ prepend_module_to_snapshot => false, omit_expression => true }, {
        insta::assert_snapshot!(C::NAME, told.trim_end());
    });
}

fn token() -> Value {
    json!({
        "apiTokenId": "api_token_1",
        "creationDate": "2026-01-01T00:00:00Z",
        "expirationDate": "2026-06-01T00:00:00.000Z",
        "name": "laptop",
        "description": "mine",
        "state": "SUSPENDED",
    })
}

#[tokio::test]
async fn create() {
    let mut answer = token();
    answer["apiToken"] = "t0ken".into();
    let expires: Timestamp = "2026-06-01T00:00:00Z".parse().unwrap();
    let required = CreateApiToken::new("ada@example.com", "hunter2", "laptop", expires);
    let all = required.clone().mfa_code("123456").description("mine");
    check(Credentials::None, 200, answer, [required, all]).await;
}

#[tokio::test]
async fn list() {
    let mut answer = token();
    answer["userId"] = "user_1".into();
    answer["ip"] = "192.0.2.1".into();
    check(oauth1(), 200, json!([answer]), [ListApiToken::new()]).await;
}

#[tokio::test]
async fn update() {
    let required = UpdateApiToken::new("api_token_1", "desktop");
    let all = required.clone().description("new");
    check(oauth1(), 204, Value::Null, [required, all]).await;
}

#[tokio::test]
async fn delete() {
    check(oauth1(), 204, Value::Null, [DeleteApiToken::new("api/token 1")]).await;
}
