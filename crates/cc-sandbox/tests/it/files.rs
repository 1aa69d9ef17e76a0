//! Downloads and uploads: the addresses in the answers lead to the sandbox itself.

use std::time::Duration;

use bytes::Bytes;
use cc_sandbox::{Pace, Sandbox};
use http_body_util::BodyExt;
use serde_json::{Value, json};

use crate::client::{Client, read};

/// A sandbox with a socket, whose time stands still.
async fn sandbox() -> Sandbox {
    Sandbox::builder().pace(Pace::Manual).start().await.unwrap()
}

/// Uses an address as anyone can: without credentials.
async fn fetch(method: &str, url: &str, body: &str) -> (u16, String) {
    let request = reqwest::Client::new().request(method.parse().unwrap(), url).body(body.to_owned());
    let answer = read(request).await.unwrap();
    (answer.status, answer.text)
}

fn url<'a>(sandbox: &Sandbox, answer: &'a Value, field: &str) -> &'a str {
    let url = answer[field].as_str().unwrap_or_else(|| panic!("no {field} in {answer}"));
    assert!(url.starts_with(&sandbox.url()), "{url}");
    url
}

#[tokio::test]
async fn a_backup_is_downloaded_until_its_address_expires() {
    let sandbox = sandbox().await;
    let (client, ids) = (Client::new(&sandbox), sandbox.ids());
    let backups = client.get(&format!("/v2/backups/{}/{}", ids.organisation, ids.real_addon)).await.json();
    let url = url(&sandbox, &backups[0], "download_url");
    let (status, text) = fetch("GET", url, "").await;
    assert!(status == 200 && text.contains(&ids.real_addon), "{status} {text}");
    // RFC 3986: the same address with other letters encoded. Clients may rewrite one as the other.
    assert!(!url.contains("%2D") && url.contains("postgresql_"), "{url}");
    let encoded = url.replacen("postgresql_", "p%6Fstgresql%5F", 1);
    assert_eq!(fetch("GET", &encoded, "").await, (200, text));
    assert_eq!(fetch("PUT", url, "x").await.0, 403);
    assert_eq!(fetch("GET", &url.replace("signature=", "signature=0"), "").await.0, 403);
    sandbox.advance(Duration::from_secs(3_601));
    assert_eq!(fetch("GET", url, "").await, (403, "this address has expired\n".to_owned()));
}

#[tokio::test]
async fn an_object_is_uploaded_and_downloaded_without_credentials() {
    let sandbox = sandbox().await;
    let (client, ids) = (Client::new(&sandbox), sandbox.ids());
    let cellar =
        format!("/v4/cellar/organisations/{}/cellar/{}/buckets", ids.organisation, ids.real_addons["cellar"]);
    client.send("POST", &cellar, json!({ "name": "photos", "versioning": false })).await;
    let bucket = format!("{cellar}/photos");
    let ask = async |verb: &str, key: &str, seconds: u64| {
        let body = json!({ "objectKey": key, "expiresIn": seconds });
        client.send("POST", &format!("{bucket}/objects/{verb}-url"), body).await
    };
    assert_eq!(ask("download", "2026/a b.txt", 60).await.status, 404);
    let upload = ask("upload", "2026/a b.txt", 60).await.json();
    assert_eq!(fetch("PUT", url(&sandbox, &upload, "url"), "hello").await.0, 200);
    let download = ask("download", "2026/a b.txt", 60).await.json();
    let download = url(&sandbox, &download, "url").to_owned();
    assert_eq!(fetch("GET", &download, "").await, (200, "hello".to_owned()));
    let object = client.get(&format!("{bucket}/objects/2026%2Fa%20b.txt")).await.json();
    assert_eq!((&object["contentLength"], &object["name"]), (&json!(5), &json!("a b.txt")));
    let shown = client.get(&bucket).await.json();
    assert_eq!((&shown["objectsCount"], &shown["sizeInBytes"]), (&json!(1), &json!(5)));
    // Through the API.
    let raw = client.request("POST".parse().unwrap(), &format!("{bucket}/objects/upload/b.bin"));
    let sent = raw.header("content-type", "application/octet-stream").header("x-amz-meta-Colour", "red");
    let sent = read(sent.body(vec![0_u8, 255, 1])).await.unwrap();
    assert_eq!((sent.status, &sent.json()["contentLength"]), (200, &json!(3)));
    let listed = client.get(&format!("{bucket}/objects")).await.json();
    assert_eq!(listed["content"].as_array().unwrap().len(), 2);
    let object = client.get(&format!("{bucket}/objects/b.bin")).await.json();
    assert_eq!(object["metadata"], json!({ "colour": "red" }));
    // What is uploaded survives a snapshot.
    sandbox.restore(&sandbox.snapshot());
    assert_eq!(fetch("GET", &download, "").await.1, "hello");
    client.send("DELETE", &format!("{bucket}/objects/b.bin"), Value::Null).await;
    assert_eq!(client.get(&bucket).await.json()["objectsCount"], 1);
    client.send("DELETE", &bucket, Value::Null).await;
    assert_eq!(fetch("GET", &download, "").await.0, 404);
    sandbox.advance(Duration::from_secs(61));
    assert_eq!(fetch("GET", &download, "").await.0, 403);
}

#[tokio::test]
async fn contents_are_bounded() {
    let sandbox = sandbox().await;
    let (client, ids) = (Client::new(&sandbox), sandbox.ids());
    let cellar =
        format!("/v4/cellar/organisations/{}/cellar/{}/buckets", ids.organisation, ids.real_addons["cellar"]);
    client.send("POST", &cellar, json!({ "name": "many", "versioning": false })).await;
    let mut answers = Vec::new();
    for number in 0..5 {
        let body = json!({ "objectKey": format!("{number}") });
        let upload = client.send("POST", &format!("{cellar}/many/objects/upload-url"), body).await.json();
        let request = reqwest::Client::new().put(upload["url"].as_str().unwrap()).body(vec![0; 15 << 20]);
        answers.push(read(request).await.unwrap().status);
    }
    assert_eq!(answers, [200, 200, 200, 200, 507]);
}

#[tokio::test]
async fn the_code_of_a_function_is_uploaded_and_its_deployment_goes_on() {
    let sandbox = sandbox().await;
    let (client, ids) = (Client::new(&sandbox), sandbox.ids());
    let functions = format!("/v4/functions/organisations/{}/functions", ids.organisation);
    let body = json!({ "name": "greet", "environment": {}, "maxMemory": 64 << 20, "maxInstances": 1 });
    let function = client.send("POST", &functions, body).await.json();
    let deployments = format!("{functions}/{}/deployments", function["id"].as_str().unwrap());
    let made = client.send("POST", &deployments, json!({ "platform": "RUST" })).await.json();
    let deployment = format!("{deployments}/{}", made["id"].as_str().unwrap());
    let upload = url(&sandbox, &made, "uploadUrl");
    let status = async || client.get(&deployment).await.json()["status"].as_str().unwrap().to_owned();
    assert_eq!(status().await, "WAITING_FOR_UPLOAD");
    // Without code there is nothing to deploy.
    client.send("POST", &format!("{deployment}/trigger"), Value::Null).await;
    let failed = client.get(&deployment).await.json();
    assert_eq!((&failed["status"], failed["url"].is_null()), (&json!("ERROR"), true));
    assert!(failed["errorReason"].as_str().unwrap().contains("no code"));
    assert_eq!(fetch("PUT", upload, "").await.0, 400);
    assert_eq!(fetch("PUT", upload, "\0asm").await.0, 200);
    assert_eq!(status().await, "PACKAGING");
    client.send("POST", &format!("{deployment}/trigger"), Value::Null).await;
    sandbox.advance(Duration::from_secs(15));
    assert_eq!(status().await, "DEPLOYING");
    sandbox.advance(Duration::from_secs(15));
    let ready = client.get(&deployment).await.json();
    assert_eq!((&ready["status"], ready["errorReason"].is_null()), (&json!("READY"), true));
    let (status, text) = fetch("GET", url(&sandbox, &ready, "url"), "").await;
    assert!(status == 501 && text.contains("runs no code") && text.contains("4 bytes"), "{status} {text}");
}

#[tokio::test]
async fn a_kubeconfig_leads_to_the_nodes_of_its_cluster() {
    let sandbox = sandbox().await;
    let (client, ids) = (Client::new(&sandbox), sandbox.ids());
    let clusters = format!("/v4/kubernetes/organisations/{}/clusters", ids.organisation);
    let cluster = client.send("POST", &clusters, json!({ "name": "shop" })).await.json();
    let own = format!("{clusters}/{}", cluster["id"].as_str().unwrap());
    let group = json!({ "name": "web", "flavor": "XS", "targetNodeCount": 2 });
    let made = client.send("POST", &format!("{own}/node-groups"), group).await;
    assert!(made.status < 300, "{made:?}");
    let signed = client.get(&format!("{own}/kubeconfig/presigned-url")).await.json();
    let (_, file) = fetch("GET", url(&sandbox, &signed, "url"), "").await;
    let direct = client.get(&format!("{own}/kubeconfig.yaml")).await.text;
    let value = |file: &str, name: &str| {
        let line = file.lines().find_map(|line| line.trim().strip_prefix(name)).unwrap();
        line.trim_start_matches(':').trim().to_owned()
    };
    assert!(value(&direct, "server").starts_with(&sandbox.url()), "{direct}");
    assert_eq!(value(&file, "token"), value(&direct, "token"));
    assert_eq!(value(&file, "server"), value(&direct, "server"));
    let nodes = async |token: &str| {
        let request = reqwest::Client::new().get(format!("{}/api/v1/nodes", value(&direct, "server")));
        read(request.bearer_auth(token)).await.unwrap()
    };
    let token = value(&direct, "token");
    assert_eq!(nodes("wrong").await.status, 401);
    assert_eq!(nodes(&token).await.status, 503);
    sandbox.advance(Duration::from_secs(180));
    let nodes = nodes(&token).await.json();
    let names: Vec<&str> = nodes["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|node| node["metadata"]["name"].as_str().unwrap())
        .collect();
    assert_eq!(names, ["web-0", "web-1"]);
}

#[tokio::test]
async fn a_new_cluster_and_its_node_groups_have_plausible_numbers() {
    let sandbox = sandbox().await;
    let (client, ids) = (Client::new(&sandbox), sandbox.ids());
    let clusters = format!("/v4/kubernetes/organisations/{}/clusters", ids.organisation);
    let cluster = client.send("POST", &clusters, json!({ "name": "shop" })).await.json();
    let topology = json!({ "topology": "ALL_IN_ONE", "flavor": "M", "replicationFactor": 1 });
    assert_eq!((&cluster["topologyConfig"], &cluster["storageUsageBytes"]), (&topology, &json!(0)));
    let groups = format!("{clusters}/{}/node-groups", cluster["id"].as_str().unwrap());
    let wanted = json!({ "name": "web", "flavor": "XS", "targetNodeCount": 2 });
    let group = client.send("POST", &groups, wanted.clone()).await.json();
    let counts =
        ["targetNodeCount", "currentNodeCount", "minNodeCount", "maxNodeCount"].map(|name| &group[name]);
    assert_eq!(counts, [&json!(2); 4]);
    assert_eq!((&group["labels"], &group["autoscalingEnabled"]), (&json!({}), &json!(false)));
    // A group may use the cores that it has already: 128 cores are 64 nodes of 2.
    let own = format!("{groups}/{}", group["id"].as_str().unwrap());
    let resize = async |count: i64| {
        let body = json!({ "name": "web", "targetNodeCount": count });
        client.send("PATCH", &own, body).await.status
    };
    assert_eq!((resize(64).await, resize(63).await, resize(65).await), (200, 200, 400));
}

#[tokio::test]
async fn an_avatar_is_shown_as_it_was_uploaded() {
    let sandbox = sandbox().await;
    let (client, ids) = (Client::new(&sandbox), sandbox.ids());
    for path in ["/v2/self/avatar".to_owned(), format!("/v2/organisations/{}/avatar", ids.organisation)] {
        let request = client.request("PUT".parse().unwrap(), &path).header("content-type", "image/svg+xml");
        let answer = read(request.body("<svg/>")).await.unwrap().json();
        assert_eq!(fetch("GET", url(&sandbox, &answer, "url"), "").await, (200, "<svg/>".to_owned()));
    }
}

#[tokio::test]
async fn an_address_names_the_host_that_the_request_named() {
    let sandbox = Sandbox::builder().pace(Pace::Manual).in_memory();
    let ids = sandbox.ids();
    let request = http::Request::get(format!("/v2/backups/{}/{}", ids.organisation, ids.real_addon))
        .header("host", "sandbox.local:8080")
        .header("authorization", format!("Bearer {}", sandbox.api_token()));
    let answer = sandbox.handle(request.body(Bytes::new()).unwrap()).await.unwrap();
    let body = answer.into_body().collect().await.unwrap().to_bytes();
    let backups: Value = serde_json::from_slice(&body).unwrap();
    let url = backups[0]["download_url"].as_str().unwrap();
    assert!(url.starts_with("http://sandbox.local:8080/_sandbox/files/backups/"), "{url}");
}
