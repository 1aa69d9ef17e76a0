//! Parameters of lists: stored log lines, zones, invoices.

use cc_sandbox::Sandbox;
use serde_json::{Value, json};

use crate::client::{Client, read};

#[tokio::test]
async fn a_search_in_all_stored_lines_ends_and_never_gives_more_than_it_is_asked_for() {
    let sandbox = Sandbox::start().await;
    let client = Client::new(&sandbox);
    let ids = sandbox.ids();
    let stored = async |resource: &str, query: &str| {
        let lines =
            client.get(&format!("/v2/logs/{resource}?after=1970-01-01T00:00:00Z{query}")).await.json();
        lines.as_array().unwrap().len()
    };
    assert_eq!(stored(&ids.application, "&filter=no+line+says+this").await, 0);
    for resource in [&ids.application, &ids.addon] {
        assert_eq!(stored(resource, "").await, 100);
        assert_eq!(stored(resource, "&limit=3&order=ASC").await, 3);
        assert_eq!(stored(resource, "&limit=3&order=DESC").await, 3);
    }
    assert_eq!(stored(&ids.addon, "&limit=1000000000").await, 10_000);
}

#[tokio::test]
async fn a_zone_is_given_only_with_the_tag_and_to_the_owner_that_are_asked_for() {
    let sandbox = Sandbox::start().await;
    let client = Client::new(&sandbox);
    let ids = sandbox.ids();
    let status = async |query: &str| client.get(&format!("/v4/products/zones/{query}")).await.status;
    assert_eq!(status("par").await, 200);
    assert_eq!(status("par?tag=infra:clever-cloud").await, 200);
    assert_eq!(status("par?tag=infra:ovh").await, 404);
    assert_eq!(status(&format!("par?ownerId={}", ids.user)).await, 200);
    assert_eq!(status("par?ownerId=orga_unknown").await, 404);
    assert_eq!(status(&format!("parhds?ownerId={}", ids.user)).await, 404);
    assert_eq!(status(&format!("parhds?ownerId={}", ids.organisation)).await, 200);
    let count = async |query: &str| {
        let zones = client.get(&format!("/v4/products/zones{query}")).await.json();
        zones.as_array().unwrap().len()
    };
    assert_eq!(count("").await, 5);
    assert_eq!(count(&format!("?ownerId={}", ids.organisation)).await, 5);
    assert_eq!(count(&format!("?ownerId={}", ids.user)).await, 4);
    assert_eq!(count(&format!("?ownerId={}&tag=certification:hds", ids.user)).await, 0);
    assert_eq!(count("?ownerId=orga_unknown").await, 0);
}

#[tokio::test]
async fn the_address_of_an_invoice_has_the_references_of_the_customer() {
    let sandbox = Sandbox::start().await;
    let client = Client::new(&sandbox);
    let ids = sandbox.ids();
    let invoices =
        client.get(&format!("/v4/billing/organisations/{}/invoices", ids.organisation)).await.json();
    let address = &invoices[0]["address"];
    assert!(
        address["customer_cost_center"].is_string() && address["customer_purchase_order"].is_string(),
        "{address}"
    );
}

#[tokio::test]
async fn the_pages_of_a_list_are_those_that_the_specification_describes() {
    let sandbox = Sandbox::start().await;
    let (client, ids) = (Client::new(&sandbox), sandbox.ids());
    let iam = format!("/v4/iam/organisations/{}/iam", ids.organisation);
    let make = format!("{iam}/materia-db-kv/{}/tokens", ids.real_addons["kv"]);
    for name in ["a", "b", "c"] {
        let body = json!({ "name": name, "description": "" });
        assert_eq!(client.send("POST", &make, body).await.status, 200);
    }
    let texts = |list: &Value, field: &str| -> Vec<String> {
        list.as_array().unwrap().iter().map(|item| item[field].as_str().unwrap().to_owned()).collect()
    };
    // The number of a page, from 1.
    for (query, page) in
        [("from=1&size=2", &["a", "b"][..]), ("from=2&size=2", &["c"]), ("from=3&size=2", &[])]
    {
        let list = client.get(&format!("{iam}/tokens?{query}")).await.json();
        assert_eq!(texts(&list, "name"), page, "{query}");
    }
    let buckets =
        format!("/v4/cellar/organisations/{}/cellar/{}/buckets", ids.organisation, ids.real_addons["cellar"]);
    client.send("POST", &buckets, json!({ "name": "photos", "versioning": false })).await;
    let objects = format!("{buckets}/photos/objects");
    for key in ["2025/a", "2026/a", "2026/b"] {
        let link =
            client.send("POST", &format!("{objects}/upload-url"), json!({ "objectKey": key })).await.json();
        let upload = reqwest::Client::new().put(link["url"].as_str().unwrap()).body("x");
        assert_eq!(read(upload).await.unwrap().status, 200);
    }
    let first = client.get(&format!("{objects}?prefix=2026%2F&count=1")).await.json();
    assert_eq!(texts(&first["content"], "key"), ["2026/a"]);
    let next = format!("{objects}?prefix=2026%2F&count=1&cursor={}", first["cursor"].as_str().unwrap());
    let last = client.get(&next).await.json();
    assert_eq!((texts(&last["content"], "key"), &last["cursor"]), (vec!["2026/b".to_owned()], &Value::Null));
}
