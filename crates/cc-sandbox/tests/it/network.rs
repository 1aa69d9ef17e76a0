//! Network groups and redirections.

use std::time::Duration;

use cc_sandbox::{Pace, Sandbox};
use serde_json::{Value, json};

use crate::client::Client;

const SOON: Duration = Duration::from_secs(5);

fn member(id: &str, kind: &str) -> Value {
    json!({"id": id, "domainName": format!("{id}.m.ng_1.cc-ng.cloud"), "kind": kind})
}

#[tokio::test]
async fn a_network_group_and_what_is_in_it_come_and_go_after_a_while() {
    let sandbox = Sandbox::builder().pace(Pace::Manual).start().await.unwrap();
    let client = Client::new(&sandbox);
    let ids = sandbox.ids();
    let all = format!("/v4/networkgroups/organisations/{}/networkgroups", ids.organisation);
    let one = format!("{all}/ng_1");
    let body =
        json!({"id": "ng_1", "label": "Private", "members": [member(&ids.application, "APPLICATION")]});
    assert_eq!(client.send("POST", &all, body.clone()).await.status, 201);
    assert_eq!(client.get(&one).await.status, 404, "not yet");
    sandbox.advance(SOON);
    let group = client.get(&one).await.json();
    assert_eq!(group["networkIp"], "10.101.0.0/16");
    assert_eq!(group["peers"][0]["parentMember"], ids.application);
    assert_eq!(client.send("POST", &all, body).await.status, 400);

    let (members, peers) = (format!("{one}/members"), format!("{one}/external-peers"));
    for (id, kind) in [(ids.real_addon.as_str(), "ADDON"), ("external_1", "EXTERNAL")] {
        assert_eq!(client.send("POST", &members, member(id, kind)).await.status, 202);
    }
    for (id, kind) in [("addon_nowhere", "ADDON"), ("app_nowhere", "APPLICATION"), ("external_2", "ADDON")] {
        assert_eq!(client.send("POST", &members, member(id, kind)).await.status, 400, "{id}");
    }
    let mut laptop =
        json!({"label": "laptop", "peerRole": "CLIENT", "publicKey": "key=", "parentMember": "external_1"});
    assert_eq!(client.send("POST", &peers, laptop.clone()).await.status, 400, "its member is not there yet");
    sandbox.advance(SOON);
    laptop["parentMember"] = "external_1".into();
    let peer = client.send("POST", &peers, laptop).await.json()["peerId"].as_str().unwrap().to_owned();
    let peer = format!("{one}/peers/{peer}");
    assert_eq!(client.get(&peer).await.status, 404, "not yet");
    sandbox.advance(SOON);
    assert_eq!(client.get(&peer).await.json()["endpoint"]["ngIp"], "10.101.0.3");
    let configuration = client.get(&format!("{peer}/wireguard/configuration")).await.text;
    assert_eq!(configuration.matches("[Peer]").count(), 2, "{configuration}");
    assert!(configuration.contains("Address = 10.101.0.3/16"), "{configuration}");
    let url = client.get(&format!("{peer}/wireguard/configuration/presigned-url")).await.json();
    assert!(url["url"].as_str().unwrap().contains("signature="));

    let found = client.get(&format!("{all}/search?query=LAPTOP")).await.json();
    assert_eq!((found.as_array().unwrap().len(), &found[0]["type"]), (1, &json!("ExternalPeer")));
    let external = format!("{members}/external_1");
    assert_eq!(client.send("DELETE", &external, Value::Null).await.status, 204);
    assert_eq!(client.get(&external).await.status, 200, "still there");
    sandbox.advance(SOON);
    assert_eq!((client.get(&external).await.status, client.get(&peer).await.status), (404, 404));
    let application = format!("/v2/organisations/{}/applications/{}", ids.organisation, ids.application);
    client.send("DELETE", &application, Value::Null).await;
    assert_eq!(client.get(&members).await.json().as_array().unwrap().len(), 1, "the add-on");
    assert_eq!(client.send("DELETE", &one, Value::Null).await.status, 204);
    sandbox.advance(SOON);
    assert_eq!(client.get(&one).await.status, 404);
    assert_eq!(client.send("DELETE", &one, Value::Null).await.status, 404);
}

#[tokio::test]
async fn ports_are_given_away_once_in_each_namespace_and_protocol() {
    let sandbox = Sandbox::start().await;
    let client = Client::new(&sandbox);
    let ids = sandbox.ids();
    let application = format!("/v2/organisations/{}/applications/{}", ids.organisation, ids.application);
    let (tcp, udp) = (format!("{application}/tcpRedirs"), format!("{application}/udpRedirs"));
    let port = async |path: &str, namespace: &str| {
        client.send("POST", path, json!({"namespace": namespace})).await.json()["port"].as_i64().unwrap()
    };
    assert_eq!(port(&tcp, "default").await, 4000);
    assert_eq!(port(&tcp, "default").await, 4001);
    assert_eq!(port(&tcp, "cleverapps").await, 4000);
    assert_eq!(port(&udp, "default").await, 4000);
    let narrow = json!({"namespace": "default", "minPort": 4000, "maxPort": 4001});
    assert_eq!(client.send("POST", &tcp, narrow).await.status, 400);
    assert_eq!(client.send("POST", &tcp, json!({"namespace": "nowhere"})).await.status, 400);
    assert_eq!(client.get(&tcp).await.json().as_array().unwrap().len(), 3);
    let one = format!("{tcp}/4001?namespace=default");
    assert_eq!(client.send("DELETE", &one, Value::Null).await.status, 200);
    assert_eq!(client.send("DELETE", &one, Value::Null).await.status, 404);
    assert_eq!(client.get(&udp).await.json(), json!([{"namespace": "default", "port": 4000}]));
    let namespaces = client.get(&format!("/v2/organisations/{}/namespaces", ids.organisation)).await.json();
    assert_eq!(namespaces[1]["namespace"], "cleverapps");
}
