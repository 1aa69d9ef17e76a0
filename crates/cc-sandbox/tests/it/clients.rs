//! What the official clients send, and what they read without asking whether it is there.

use cc_sandbox::Sandbox;
use serde_json::{Value, json};

use crate::client::Client;

/// Places that the JavaScript client, the command line or the Rust SDK read, by route. `clients/run.mjs` runs the clients
/// themselves.
const READ: [(&str, &[&str]); 13] = [
    (
        "/v2/products/instances",
        &[
            "/0/flavors/0/disk",
            "/0/flavors/0/cpuFactor",
            "/0/defaultFlavor/memFactor",
            "/0/buildFlavor/price_id",
        ],
    ),
    (
        "/v2/products/addonproviders",
        &["/0/supportEmail", "/0/googlePlusName", "/0/twitterName", "/0/analyticsId", "/0/longDesc"],
    ),
    ("/v2/organisations/{orga}/addons/{addon}", &["/provider/supportEmail", "/provider/longDesc"]),
    (
        "/v2/organisations/{orga}/applications/{app}",
        &["/deployment/httpUrl", "/deployment/url", "/commitId", "/appliance"],
    ),
    (
        "/v2/organisations/{orga}/addonproviders",
        &["/0/website", "/0/supportEmail", "/0/shortDesc", "/0/longDesc", "/0/logoUrl"],
    ),
    ("/v2/organisations/{orga}", &["/company", "/VAT", "/avatar", "/emergencyNumber", "/customerFullName"]),
    ("/v2/organisations/{orga}/members", &["/0/member/avatar", "/0/job"]),
    ("/v2/self", &["/partnerId", "/partnerName", "/partnerConsoleUrl"]),
    ("/v2/self/tokens", &["/0/consumer/key", "/0/consumer/rights/almighty", "/0/rights/manage_ssh_keys"]),
    ("/v2/summary", &["/organisations/0/emergencyNumber", "/organisations/0/consumers/0/picture"]),
    (
        "/v4/billing/organisations/{orga}/invoices/{invoice}",
        &[
            "/credit_balance_at_emission/amount",
            "/total_pending_upfront_before_emission/amount",
            "/upfront_credit_amount/amount",
            "/kpi_compute_months",
        ],
    ),
    (
        "/v4/billing/organisations/{orga}/price-system?zone_id=par",
        &["/runtime/0/slug_id", "/countable/0/data_quantity_for_price/secability"],
    ),
    (
        "/v4/drains/organisations/{orga}/applications/{app}/drains",
        &["/0/status/authorId", "/0/execution/lastError"],
    ),
];

fn filled(path: &str, sandbox: &Sandbox) -> String {
    let ids = sandbox.ids();
    let known = [
        ("{orga}", &ids.organisation),
        ("{app}", &ids.application),
        ("{addon}", &ids.addon),
        ("{invoice}", &ids.invoice),
    ];
    known.iter().fold(path.to_owned(), |path, (name, id)| path.replace(name, id))
}

#[tokio::test]
async fn what_official_clients_read_is_in_the_answers() {
    let sandbox = Sandbox::start().await;
    let client = Client::new(&sandbox);
    for (path, places) in READ {
        let answer = client.get(&filled(path, &sandbox)).await.json();
        for place in places {
            assert!(answer.pointer(place).is_some(), "{path} has no {place}: {answer}");
        }
    }
}

#[tokio::test]
async fn what_has_no_value_is_null_where_the_spec_says_so_and_absent_elsewhere() {
    let sandbox = Sandbox::start().await;
    let client = Client::new(&sandbox);
    let summary = client.get("/v2/summary").await.json();
    assert_eq!(summary.pointer("/organisations/0/emergencyNumber"), Some(&Value::Null), "{summary}");
    let path = filled("/v4/networkgroups/organisations/{orga}/networkgroups", &sandbox);
    let group =
        json!({ "id": "ng_1", "ownerId": sandbox.ids().organisation, "label": "group", "description": null });
    assert_eq!(client.send("POST", &path, group).await.status, 201);
    sandbox.advance(std::time::Duration::from_secs(60));
    let group = client.get(&format!("{path}/ng_1")).await.json();
    assert_eq!(group["label"], "group");
    assert_eq!(group.get("description"), None, "{group}");
}

#[tokio::test]
async fn a_body_whose_fields_are_all_optional_may_be_absent() {
    let sandbox = Sandbox::start().await;
    let client = Client::new(&sandbox);
    let added = client.send("PUT", "/v2/self/emails/ada%40example.com", Value::Null).await;
    assert_eq!(added.status, 200, "{added:?}");
    let addresses = client.get("/v2/self/emails").await.json();
    assert!(addresses.as_array().unwrap().contains(&json!("ada@example.com")), "{addresses}");

    let needed = client.send("PUT", "/v2/self/keys/laptop", Value::Null).await;
    assert_eq!(needed.status, 400, "{needed:?}");
    assert_eq!(sandbox.violations().len(), 1);
}

#[tokio::test]
async fn the_personal_routes_find_what_belongs_to_an_organisation_of_the_caller() {
    let sandbox = Sandbox::builder().organisation("Acme", [("alice", "ADMIN")]).start().await.unwrap();
    let client = Client::new(&sandbox);
    let ids = sandbox.ids();
    for id in [&ids.application, &ids.personal_application] {
        let found = client.get(&format!("/v2/self/applications/{id}")).await.json();
        assert_eq!(found["id"], **id);
    }
    let listed = client.get("/v2/self/applications").await.json();
    assert_eq!(listed.as_array().unwrap().len(), 1, "the list is that of the personal space: {listed}");

    let stranger = sandbox.identity("alice").credentials.api_token;
    let path = format!("/v2/self/applications/{}", ids.application);
    let answer = client.bare(reqwest::Method::GET, &path).bearer_auth(stranger).send().await.unwrap();
    assert_eq!(answer.status(), 404);
}

#[tokio::test]
async fn an_application_without_a_primary_domain_has_an_error_of_its_own() {
    let sandbox = Sandbox::start().await;
    let client = Client::new(&sandbox);
    let path = filled("/v2/organisations/{orga}/applications/{app}/vhosts/favourite", &sandbox);
    let answer = client.get(&path).await;
    assert_eq!((answer.status, answer.json()["id"].as_i64()), (404, Some(4021)));
}

#[tokio::test]
async fn each_plan_tells_whether_it_is_shared() {
    let sandbox = Sandbox::start().await;
    let client = Client::new(&sandbox);
    let providers = client.get("/v2/products/addonproviders").await.json();
    for plan in
        providers.as_array().unwrap().iter().flat_map(|provider| provider["plans"].as_array().unwrap())
    {
        let kind =
            plan["features"].as_array().unwrap().iter().find(|feature| feature["name"] == "Type").unwrap();
        let value = kind["value"].as_str().unwrap();
        assert!(["Shared", "Dedicated"].contains(&value), "{plan}");
    }
}

#[tokio::test]
async fn a_failed_creation_leaves_no_addon_behind() {
    let sandbox = Sandbox::start().await;
    let client = Client::new(&sandbox);
    let path = filled("/v2/organisations/{orga}/addons", &sandbox);
    let before = client.get(&path).await;
    let provider = client.get("/v2/products/addonproviders/redis-addon").await.json();
    let body = json!({
        "name": "cache", "providerId": "redis-addon", "plan": provider["plans"][0]["id"], "region": "par",
        "linkedApp": "app_that_is_not_there",
    });
    assert_eq!(client.send("POST", &path, body).await.status, 404);
    assert_eq!(client.get(&path).await, before);
}

#[tokio::test]
async fn a_path_of_v2_may_end_with_a_slash() {
    let sandbox = Sandbox::start().await;
    let client = Client::new(&sandbox);
    assert_eq!(client.send("DELETE", "/v2/self/tokens/", Value::Null).await.status, 200);
    assert_eq!(client.get("/v2/self/tokens").await.json(), json!([]));
    assert_eq!(client.get("/v4/products/zones/").await.status, 404);
    assert_eq!(sandbox.violations().len(), 1, "v4 takes no such path");
}
