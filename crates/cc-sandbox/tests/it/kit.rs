//! The sandbox as a test kit: clients, users, the service of tower, and exchanges as JSON.

use std::time::Duration;

use cc_client::commands::account::GetProfile;
use cc_client::commands::application::{ListApplication, UpdateEnvironment};
use cc_client::commands::drain::CreateLogDrain;
use cc_client::commands::organisation::ListOrganisationMember;
use cc_client::commands::zone::GetZone;
use cc_client::{Client, Credentials, Result};
use cc_sandbox::{Fault, Pace, Sandbox};
use http_body_util::{BodyExt, Full};
use tower::ServiceExt;

fn sandbox() -> Sandbox {
    let members = [("alice", "ADMIN"), ("bob", "DEVELOPER"), ("sandbox", "MANAGER")];
    Sandbox::builder().pace(Pace::Manual).user("eve").organisation("Acme", members).in_memory()
}

#[tokio::test(start_paused = true)]
async fn a_client_of_a_sandbox_needs_no_socket_and_no_real_time() {
    let sandbox = sandbox();
    sandbox.faults().add(Fault::latency(Duration::from_secs(20)).on("get_zone").times(1));
    sandbox.faults().add(Fault::unavailable().on("get_zone").times(1));
    let answer = sandbox.client().send(GetZone::new("par")).with_answer().await.unwrap();
    assert_eq!((answer.attempts(), sandbox.journal().lines().count()), (2, 2));
}

#[tokio::test]
async fn a_client_of_a_sandbox_with_a_socket_uses_it() {
    let sandbox = Sandbox::start().await;
    sandbox.client().send(GetZone::new("par")).await.unwrap();
    let headers = &sandbox.exchanges()[0].headers;
    let host = headers.iter().find(|(name, _)| name == "host").unwrap();
    assert_eq!(format!("http://{}", host.1), sandbox.url());
}

#[tokio::test(start_paused = true)]
async fn each_user_sees_its_own_account_and_its_organisations() {
    let sandbox = sandbox();
    let acme = &sandbox.ids().organisations["Acme"];
    for name in ["sandbox", "alice", "bob", "eve"] {
        let identity = sandbox.identity(name);
        let client = sandbox.client_of(&identity);
        let profile = client.send(GetProfile::new()).await.unwrap();
        assert_eq!((profile.id.as_str(), &profile.email), (identity.user_id.as_str(), &identity.email));
        let seen = client.send(ListApplication::new(acme)).await;
        assert_eq!(seen.is_ok(), name != "eve", "{name}: {seen:?}");
        let own = client.send(ListApplication::new(sandbox.ids().organisation)).await;
        assert_eq!(own.is_ok(), name == "sandbox", "{name}");
    }
    let members = sandbox.client().send(ListOrganisationMember::new(acme)).await.unwrap();
    let mut members: Vec<String> =
        members.iter().map(|member| format!("{} {}", member.email, member.role)).collect();
    members.sort();
    assert_eq!(
        members,
        ["alice@sandbox.example ADMIN", "bob@sandbox.example DEVELOPER", "user@sandbox.example MANAGER"]
    );
}

#[tokio::test(start_paused = true)]
async fn oauth_credentials_and_made_tokens_stand_for_their_user() {
    let sandbox = sandbox();
    let alice = sandbox.identity("alice");
    let fake = &alice.credentials;
    let oauth = Credentials::oauth1(
        fake.consumer_key.as_str(),
        fake.consumer_secret.as_str(),
        fake.token.as_str(),
        fake.token_secret.as_str(),
    );
    let client = sandbox.client_builder(&alice).credentials(oauth).build().unwrap();
    assert_eq!(client.send(GetProfile::new()).await.unwrap().id.as_str(), alice.user_id);

    let token = sandbox.add_api_token(&alice, "ci", Duration::from_secs(60));
    let client: Client = sandbox.client_of(&alice.clone().with_api_token(token));
    assert_eq!(client.send(GetProfile::new()).await.unwrap().id.as_str(), alice.user_id);
    sandbox.advance(Duration::from_secs(61));
    let refused: Result<_> = client.send(GetProfile::new()).await;
    assert_eq!(refused.unwrap_err().status().map(|status| status.as_u16()), Some(401));
}

#[tokio::test]
#[should_panic(expected = "the sandbox has no user `mallory`: its users are sandbox, eve, alice, bob")]
async fn an_unknown_user_is_named_with_those_that_are_there() {
    sandbox().identity("mallory");
}

#[tokio::test]
async fn the_service_takes_bodies_of_any_kind() {
    let sandbox = Sandbox::builder().in_memory();
    let path = format!("/v2/organisations/{}", sandbox.ids().organisation);
    let request =
        || http::Request::get(&path).header("authorization", format!("Bearer {}", sandbox.api_token()));
    let service = sandbox.service();
    let answers = [
        service.clone().oneshot(request().body("").unwrap()).await,
        service.clone().oneshot(request().body(()).unwrap()).await,
        service.clone().oneshot(request().body(bytes::Bytes::new()).unwrap()).await,
        service.clone().oneshot(request().body(Full::from("")).unwrap()).await,
        service.oneshot(request().body(Full::from("").boxed_unsync()).unwrap()).await,
    ];
    for answer in answers {
        let body = answer.unwrap().into_body().collect().await.unwrap().to_bytes();
        assert!(String::from_utf8_lossy(&body).contains("Sandbox Organisation"));
    }
}

#[tokio::test(start_paused = true)]
async fn exchanges_are_json_without_secrets() {
    let sandbox = Sandbox::builder().in_memory();
    let client = sandbox.client();
    let ids = sandbox.ids();
    let environment = serde_json::json!({
        "applicationId": ids.application, "environment": { "TOKEN": "hunter2" },
    });
    let environment: UpdateEnvironment = serde_json::from_value(environment).unwrap();
    client.send(environment).await.unwrap();
    let drain = serde_json::json!({
        "applicationId": ids.application, "kind": "LOG", "target": {
            "type": "RAW_HTTP", "url": "https://me:hunter2@logs.example?key=hunter2",
            "credentials": { "username": "me", "password": "hunter2" },
        },
    });
    let drain: CreateLogDrain = serde_json::from_value(drain).unwrap();
    client.send(drain).await.unwrap();
    let exchanges = sandbox.exchanges();
    let written: Vec<_> = exchanges.iter().filter(|exchange| exchange.method != "GET").cloned().collect();
    let text = serde_json::to_string(&exchanges).unwrap();
    assert!(!text.contains("hunter2") && !text.contains(sandbox.api_token()), "{text}");
    insta::assert_json_snapshot!(written, {
        "[].headers[\"user-agent\"]" => "[user agent]",
    });
}
