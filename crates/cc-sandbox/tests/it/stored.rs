//! Parameters of lists: stored log lines, zones, invoices.

use cc_sandbox::Sandbox;

use crate::client::Client;

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
