//! What happens to resources over several requests, one story a test.

use std::time::Duration;

use cc_sandbox::{Pace, Sandbox};
use serde_json::{Value, json};

use crate::client::{Client, read};

async fn sandbox() -> Sandbox {
    Sandbox::builder().pace(Pace::Manual).start().await.unwrap()
}

fn count(list: &Value) -> usize {
    list.as_array().unwrap_or_else(|| panic!("no list: {list}")).len()
}

#[tokio::test]
async fn a_github_account_is_linked_and_a_push_deploys_its_branch() {
    let sandbox = sandbox().await;
    let (client, ids) = (Client::new(&sandbox), sandbox.ids());
    let unlinked = client.get("/v2/github/keys").await;
    assert_eq!((unlinked.status, &unlinked.json()["id"]), (404, &json!(7301)));
    let begun = client.get("/v2/github").await.json();
    let address = begun["redirectUri"].as_str().unwrap();
    assert!(address.starts_with(&sandbox.url()), "{address}");
    assert_eq!(reqwest::get(address).await.unwrap().status(), 200);
    assert_eq!(reqwest::get(address).await.unwrap().status(), 400, "a link is made once");
    assert_eq!(client.get("/v2/self").await.json()["oauthApps"], json!(["github"]));
    assert_eq!(client.get("/v2/github/username").await.json(), "sandbox-user");
    let repositories = client.get("/v2/github/applications").await.json();
    let repository = repositories[0]["id"].as_str().unwrap();
    let body = json!({
        "name": "from-github", "deploy": "git", "oauthService": "github", "oauthAppId": repository, "branch": "main",
        "instanceType": "node", "instanceVersion": "20260101", "instanceVariant": "node", "zone": "par",
        "minInstances": 1, "maxInstances": 1, "minFlavor": "XS", "maxFlavor": "XS",
    });
    let applications = format!("/v2/organisations/{}/applications", ids.organisation);
    let made = client.send("POST", &applications, body).await;
    assert!(made.status < 300, "{made:?}");
    let own = format!("{applications}/{}", made.json()["id"].as_str().unwrap());
    let push = async |branch: &str| {
        let body = json!({ "ref": format!("refs/heads/{branch}"), "after": "c0ffee", "repository": { "id": repository } });
        let request = client.bare("POST".parse().unwrap(), "/v2/github/redeploy");
        read(request.header("content-type", "application/json").body(body.to_string())).await.unwrap().status
    };
    assert_eq!((push("other").await, push("main").await), (404, 200));
    let deployments = client.get(&format!("{own}/deployments")).await.json();
    assert_eq!(deployments[0]["commit"], "c0ffee", "{deployments}");
    let secret =
        async || client.send("POST", &format!("{own}/github-webhook/secret"), Value::Null).await.json();
    assert_ne!(secret().await, secret().await);
    assert_eq!(client.send("DELETE", "/v2/github/link", Value::Null).await.status, 200);
    assert_eq!(client.get("/v2/github/applications").await.status, 404);
}

#[tokio::test]
async fn a_load_balancer_keeps_an_audit_its_networks_and_the_versions_of_its_configuration() {
    let sandbox = sandbox().await;
    let (client, ids) = (Client::new(&sandbox), sandbox.ids());
    let root = format!("/v4/loadbalancers/organisations/{}", ids.organisation);
    let made = client
        .send("POST", &format!("{root}/regions/par/loadbalancers"), json!({ "flavor": "XS-duo" }))
        .await;
    let balancer = made.json();
    let id = balancer["id"].as_str().unwrap_or_else(|| panic!("{made:?}")).to_owned();
    let own = format!("{root}/regions/par/loadbalancers/{id}");
    let listeners = format!("{root}/loadbalancers/{id}/listeners");
    let direct = json!({ "type": "Direct", "direct": { "clusterId": "web" } });
    let transport = json!({ "type": "Udp", "udp": { "transport": direct } });
    for name in ["http", "https"] {
        let listener = json!([{ "id": name, "port": 80, "transport": transport }]);
        let added = client.send("POST", &listeners, listener).await;
        assert!(added.status < 300, "{added:?}");
    }
    let configuration = client.get(&format!("{own}/configuration")).await.json();
    assert_eq!(count(&configuration["listeners"]), 2, "{configuration}");
    assert_eq!(client.get(&own).await.json()["appliedConfigVersion"], 3);
    let roll_back = async |version: u32| {
        client.send("POST", &format!("{own}/configuration/rollback/{version}"), Value::Null).await
    };
    assert_eq!(roll_back(9).await.status, 404);
    let rolled = roll_back(2).await.json();
    assert_eq!((&rolled["version"], count(&rolled["listeners"])), (&json!(4), 1), "{rolled}");
    assert_eq!(count(&client.get(&listeners).await.json()), 1);
    let group = json!({ "id": "ng_00000000-0000-4000-8000-000000000001", "label": "private", "tags": [], "members": [] });
    let groups = format!("/v4/networkgroups/organisations/{}/networkgroups", ids.organisation);
    let made = client.send("POST", &groups, group).await;
    assert!(made.status < 300, "{made:?}");
    sandbox.advance(Duration::from_secs(10));
    let network = client.get(&groups).await.json()[0]["id"].as_str().unwrap().to_owned();
    let networks = async || count(&client.get(&format!("{own}/networks")).await.json());
    let turn =
        async |verb: &str| client.send("POST", &format!("{own}/{verb}/{network}"), Value::Null).await.status;
    assert_eq!((networks().await, turn("detach").await), (0, 404));
    assert_eq!((turn("attach").await, networks().await), (204, 1));
    assert_eq!((turn("detach").await, networks().await), (204, 0));
    let consumed = format!("/v4/loadbalancer/organisations/{}/loadbalancer/consumptions", ids.organisation);
    sandbox.advance(Duration::from_secs(7_200));
    let consumed = client.get(&consumed).await.json();
    let hours = consumed[0]["consumptions"][0]["quantity"].as_f64().unwrap();
    assert!((2.0..2.1).contains(&hours) && consumed[0]["resourceId"] == id.as_str(), "{consumed}");
    client.send("DELETE", &own, Value::Null).await;
    let audits = client.get(&format!("{root}/audit/{id}")).await.json();
    let kinds: Vec<&str> =
        audits.as_array().unwrap().iter().map(|own| own["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["CREATE", "UPDATE", "UPDATE", "UPDATE", "REGISTER", "UNREGISTER", "DELETE"]);
    assert_eq!(client.get(&format!("{root}/audit")).await.json(), audits);
}

#[tokio::test]
async fn a_drain_of_v2_is_a_drain_of_v4() {
    let sandbox = sandbox().await;
    let (client, ids) = (Client::new(&sandbox), sandbox.ids());
    let old = format!("/v2/logs/{}/drains", ids.application);
    let new = format!("/v4/drains/organisations/{}/resources/{}/drains", ids.organisation, ids.application);
    let before = count(&client.get(&old).await.json());
    assert_eq!(before, count(&client.get(&new).await.json()));
    assert_eq!(client.send("POST", &old, json!({ "type": "HTTP" })).await.status, 400);
    let body = json!({ "url": "udp://127.0.0.1:9", "type": "UDPSyslog" });
    let made = client.send("POST", &old, body).await.json();
    let id = made["id"].as_str().unwrap();
    let drain = client.get(&format!("{new}/{id}")).await.json();
    assert_eq!(drain["recipient"]["type"], "SYSLOG_UDP");
    assert_eq!(client.send("POST", &format!("{new}/{id}/check"), Value::Null).await.status, 200);
    assert_eq!(client.send("POST", &format!("{new}/drain_x/check"), Value::Null).await.status, 404);
    let state = json!({ "state": "DISABLED" });
    let turned = client.send("PUT", &format!("{old}/{id}/state"), state).await.json();
    assert_eq!(turned["state"], "DISABLED");
    sandbox.advance(Duration::from_secs(20));
    assert_eq!(client.get(&format!("{new}/{id}")).await.json()["status"]["status"], "DISABLED");
    assert_eq!(client.send("DELETE", &format!("{old}/{id}"), Value::Null).await.status, 200);
    assert_eq!(count(&client.get(&new).await.json()), before);
}

#[tokio::test]
async fn a_pulsar_is_an_add_on_from_its_creation_to_its_deletion() {
    let sandbox = sandbox().await;
    let (client, ids) = (Client::new(&sandbox), sandbox.ids());
    let root = "/v4/addon-providers/addon-pulsar/addons";
    let body =
        json!({ "ownerId": ids.organisation, "clusterId": "cluster", "plan": "BETA", "tenant": "news" });
    let made = client.send("POST", root, body.clone()).await.json();
    let id = made["id"].as_str().unwrap().to_owned();
    let addons = format!("/v2/organisations/{}/addons", ids.organisation);
    let listed = client.get(&addons).await.json();
    let own = listed.as_array().unwrap().iter().find(|addon| addon["realId"] == id.as_str()).unwrap().clone();
    assert_eq!(own["name"], "news");
    let addon = format!("{addons}/{}", own["id"].as_str().unwrap());
    let renewed = client.send("PATCH", &format!("{root}/{id}/renew-biscuit"), Value::Null).await.json();
    assert_ne!(renewed["token"], made["token"]);
    let environment = client.get(&format!("{addon}/env")).await.text;
    assert!(environment.contains(renewed["token"].as_str().unwrap()), "{environment}");
    client.send("DELETE", &format!("{root}/{id}/delete-tenant-and-namespace"), Value::Null).await;
    assert_eq!(client.get(&format!("{root}/{id}")).await.json()["status"], "NAMESPACE_DELETED");
    let opened = client.send("POST", &format!("{root}/{id}/create-tenant-and-namespace"), Value::Null).await;
    assert_eq!(opened.json()["status"], "ACTIVE");
    let consumed =
        format!("/v4/pulsar/organisations/{}/pulsar/consumptions?resourceId={id}", ids.organisation);
    assert_eq!(count(&client.get(&consumed).await.json()), 1);
    assert_eq!(
        client.send("DELETE", &format!("{root}/{id}"), Value::Null).await.json()["status"],
        "TO_DELETE"
    );
    assert_eq!(client.get(&addon).await.status, 404);
    let foreign =
        json!({ "ownerId": ids.foreign_organisation, "clusterId": "c", "plan": "BETA", "tenant": "t" });
    assert_eq!(client.send("POST", root, foreign).await.status, 403);
}

#[tokio::test]
async fn a_peer_joins_a_network_group_and_leaves_it() {
    let sandbox = sandbox().await;
    let (client, ids) = (Client::new(&sandbox), sandbox.ids());
    let groups = format!("/v4/networkgroups/organisations/{}/networkgroups", ids.organisation);
    let group = "ng_00000000-0000-4000-8000-000000000002";
    let member = json!({ "id": ids.application, "kind": "APPLICATION", "domainName": "app.m.cc-ng.example" });
    let made =
        client.send("POST", &groups, json!({ "id": group, "label": "private", "members": [member] })).await;
    assert!(made.status < 300, "{made:?}");
    sandbox.advance(Duration::from_secs(10));
    let peers = format!("{groups}/{group}/peers");
    let before = count(&client.get(&peers).await.json());
    let peer = json!({
        "id": "peer_1", "peerKind": "CLEVER", "peerRole": "CLIENT", "parentMember": ids.application,
        "publicKey": "key-1", "hostname": "host-1", "hv": "hv-1",
    });
    assert_eq!(client.send("POST", &peers, peer).await.json(), json!({ "peerId": "peer_1" }));
    sandbox.advance(Duration::from_secs(10));
    let joined = client.get(&format!("{peers}/peer_1")).await.json();
    assert_eq!((&joined["type"], &joined["publicKey"]), (&json!("CleverPeer"), &json!("key-1")), "{joined}");
    assert_eq!(count(&client.get(&peers).await.json()), before + 1);
    let unknown =
        json!({ "id": "peer_2", "peerKind": "CLEVER", "peerRole": "CLIENT", "parentMember": "app_x" });
    assert_eq!(client.send("POST", &peers, unknown).await.status, 400);
    client.send("DELETE", &format!("{peers}/peer_1"), Value::Null).await;
    sandbox.advance(Duration::from_secs(10));
    assert_eq!(client.get(&format!("{peers}/peer_1")).await.status, 404);
}

#[tokio::test]
async fn a_cluster_is_made_with_its_node_groups_and_a_registry_with_its_tokens() {
    let sandbox = sandbox().await;
    let (client, ids) = (Client::new(&sandbox), sandbox.ids());
    let clusters = format!("/v4/kubernetes/organisations/{}/clusters", ids.organisation);
    let group = |count: u32| json!({ "name": "web", "flavor": "S", "targetNodeCount": count });
    let made =
        client.send("POST", &clusters, json!({ "name": "shop", "nodeGroups": [group(2)] })).await.json();
    let own = format!("{clusters}/{}", made["id"].as_str().unwrap());
    let groups = client.get(&format!("{own}/node-groups")).await.json();
    assert_eq!((count(&groups), &groups[0]["status"]), (1, &json!("PENDING")), "{groups}");
    let group_path = format!("{own}/node-groups/{}", groups[0]["id"].as_str().unwrap());
    sandbox.advance(Duration::from_secs(120));
    assert_eq!(client.get(&group_path).await.json()["status"], "DEPLOYED");
    let refused =
        client.send("POST", &clusters, json!({ "name": "huge", "nodeGroups": [group(1_000)] })).await;
    assert_eq!(refused.status, 400);
    assert_eq!(count(&client.get(&clusters).await.json()), 1, "what is refused is not made");
    let consumed = format!("/v4/kubernetes/organisations/{}/kubernetes/consumptions", ids.organisation);
    assert_eq!(count(&client.get(&consumed).await.json()), 1);

    let registries = format!("/v4/tenants/{}/container-registry", ids.organisation);
    let token = json!({ "index": 0, "token": { "rights": "READ", "expiresInDays": 1 } });
    let made = client.send("POST", &registries, json!({ "tokens": [token] })).await.json();
    let tokens = format!("{registries}/{}/tokens", made["registry"]["id"].as_str().unwrap());
    let listed = client.get(&tokens).await.json();
    assert_eq!((count(&listed), &listed[0]["id"]), (1, &made["tokens"][0]["token"]["id"]), "{made} {listed}");
}
