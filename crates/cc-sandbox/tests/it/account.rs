//! The user, organisations, and API tokens.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use cc_sandbox::{Pace, Sandbox};
use reqwest::Method;
use serde_json::{Value, json};
use std::time::Duration;

use crate::client::{Client, read};

#[tokio::test]
async fn the_summary_knows_every_id_of_the_world() {
    let sandbox = Sandbox::start().await;
    let client = Client::new(&sandbox);
    let ids = sandbox.ids();
    let summary = client.get("/v2/summary").await.json();
    assert_eq!(summary["user"]["id"], ids.user);
    assert_eq!(summary["user"]["applications"][0]["id"], ids.personal_application);
    let organisations = summary["organisations"].as_array().unwrap();
    assert_eq!(organisations.len(), 1, "neither the personal space nor what is foreign");
    let organisation = &organisations[0];
    assert_eq!(organisation["id"], ids.organisation);
    assert_eq!(organisation["applications"][0]["id"], ids.application);
    let addon =
        organisation["addons"].as_array().unwrap().iter().find(|addon| addon["id"] == ids.addon).unwrap();
    assert_eq!(addon["realId"], ids.real_addon);
    assert_eq!(organisation["consumers"][0]["key"], ids.consumer);
    assert_eq!(organisation["providers"][0]["id"], ids.provider);
}

#[tokio::test]
async fn a_profile_and_its_addresses_keep_what_they_are_given() {
    let sandbox = Sandbox::start().await;
    let client = Client::new(&sandbox);
    assert_eq!(client.send("PUT", "/v2/self", json!({"name": "Someone"})).await.json()["name"], "Someone");
    let add = async |address: &str, primary: bool| {
        let path = format!("/v2/self/emails/{}", address.replace('@', "%40"));
        let answer = client.send("PUT", &path, json!({ "make_primary": primary })).await;
        (answer.status, answer.json()["id"].as_i64().unwrap_or_default())
    };
    assert_eq!(add("new@sandbox.example", false).await, (200, 0));
    assert_eq!(add("new@sandbox.example", false).await, (409, 101));
    assert_eq!(add("nothing", false).await, (400, 550));
    assert_eq!(add("taken@sandbox.example", false).await, (409, 1004));
    assert_eq!(add("new@sandbox.example", true).await, (200, 0));
    assert_eq!(client.get("/v2/self").await.json()["email"], "new@sandbox.example");
    assert_eq!(
        client.get("/v2/self/emails").await.json(),
        json!(["other@sandbox.example", "user@sandbox.example"])
    );
}

#[tokio::test]
async fn a_second_factor_is_set_up_with_the_password() {
    let sandbox = Sandbox::start().await;
    let client = Client::new(&sandbox);
    let send = async |method: Method, path: &str, password: &str, body: Option<Value>| {
        let mut request = client.request(method, path).header("x-clever-password", STANDARD.encode(password));
        if let Some(body) = body {
            request = request.header("content-type", "application/json").body(body.to_string());
        }
        read(request).await.unwrap().status
    };
    let (path, right) = ("/v2/self/mfa/TOTP", "sandbox-password");
    let (codes, confirmation) = (format!("{path}/backupcodes"), format!("{path}/confirmation"));
    assert_eq!(send(Method::POST, path, "wrong", None).await, 403);
    assert_eq!(send(Method::POST, path, right, None).await, 200);
    assert_eq!(send(Method::GET, &codes, right, None).await, 404);
    assert_eq!(send(Method::POST, &confirmation, right, Some(json!({"code": "123456"}))).await, 400);
    assert_eq!(send(Method::POST, &confirmation, right, Some(json!({"code": "000000"}))).await, 200);
    assert_eq!(send(Method::GET, &codes, right, None).await, 200);
    let mut token = json!({
        "email": "user@sandbox.example", "password": right, "name": "ci", "expirationDate": "2026-01-02T00:00:00Z",
    });
    assert_eq!(client.send("POST", "/api-tokens", token.clone()).await.json()["code"], "invalid-mfa-code");
    token["mfaCode"] = "000000".into();
    assert_eq!(client.send("POST", "/api-tokens", token).await.status, 200);
    assert!(
        !format!("{:?}", sandbox.exchanges()).contains(&STANDARD.encode(right)),
        "the header is redacted"
    );
}

#[tokio::test]
async fn settings_and_keys_are_kept_by_name() {
    let sandbox = Sandbox::start().await;
    let client = Client::new(&sandbox);
    let path = "/v4/console/settings/theme?env=production";
    let request = client.request(Method::PUT, path).header("content-type", "text/plain").body("dark");
    assert_eq!(read(request).await.unwrap().status, 204);
    assert_eq!(client.get(path).await.json(), json!({"name": "theme", "value": "dark"}));
    assert_eq!(client.get("/v4/console/settings/theme").await.status, 404);
    assert_eq!(client.send("PUT", "/v2/self/keys/desk", json!("ssh-ed25519 AAAA")).await.status, 200);
    assert_eq!(client.send("PUT", "/v2/self/keys/bad", json!("nothing")).await.status, 400);
    assert_eq!(client.get("/v2/self/keys").await.json()[1]["key"], "ssh-ed25519 AAAA");
    assert_eq!(client.send("DELETE", "/v2/self/keys/desk", Value::Null).await.status, 200);
}

#[tokio::test]
async fn an_organisation_can_be_made_filled_and_deleted_once_it_is_empty() {
    let sandbox = Sandbox::start().await;
    let client = Client::new(&sandbox);
    let body = json!({"name": "New", "description": "", "address": "", "city": "", "zipcode": "", "customerFullName": ""});
    let id = client.send("POST", "/v2/organisations", body).await.json()["id"].as_str().unwrap().to_owned();
    let path = format!("/v2/organisations/{id}");
    let members = format!("{path}/members");
    let invitation = json!({"email": "friend@sandbox.example", "role": "DEVELOPER"});
    assert_eq!(client.send("POST", &members, invitation.clone()).await.status, 200);
    assert_eq!(client.send("POST", &members, invitation).await.status, 409);
    let roles = client.get(&members).await.json();
    assert_eq!(
        (&roles[0]["member"]["id"], &roles[1]["role"]),
        (&json!(sandbox.ids().user), &json!("DEVELOPER"))
    );
    let application = sandbox.add_application(&id, "app");
    assert_eq!(client.send("DELETE", &path, Value::Null).await.status, 409);
    client.send("DELETE", &format!("{path}/applications/{application}"), Value::Null).await;
    assert_eq!(client.send("DELETE", &path, Value::Null).await.status, 200);
    assert_eq!(client.get(&path).await.status, 404);
    assert_eq!(
        client.send("DELETE", &format!("/v2/organisations/{}", sandbox.ids().user), Value::Null).await.status,
        403
    );
}

#[tokio::test]
async fn an_api_token_made_here_works_until_it_expires() {
    let sandbox = Sandbox::builder().pace(Pace::Manual).start().await.unwrap();
    let client = Client::new(&sandbox);
    let mut body = json!({
        "email": "user@sandbox.example", "password": "wrong", "name": "ci", "expirationDate": "2026-01-02T00:00:00Z",
    });
    let create = async |body: &Value| {
        let request = client.bare(Method::POST, "/api-tokens").header("content-type", "application/json");
        read(request.body(body.to_string())).await.unwrap()
    };
    assert_eq!(create(&body).await.json()["code"], "invalid-credential");
    body["password"] = "sandbox-password".into();
    let token = create(&body).await.json();
    let with_token = async || {
        let request = client.bare(Method::GET, "/v2/self").bearer_auth(token["apiToken"].as_str().unwrap());
        read(request).await.unwrap().status
    };
    assert_eq!(with_token().await, 200);
    sandbox.advance(Duration::from_secs(86_400));
    assert_eq!(with_token().await, 401);
    assert_eq!(client.get("/api-tokens").await.json()[0]["state"], "EXPIRED");
}
