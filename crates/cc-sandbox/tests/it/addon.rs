//! Add-ons, operators, Pulsar and invoices.

use std::time::Duration;

use cc_sandbox::{Pace, Sandbox};
use reqwest::Method;
use serde_json::{Value, json};

use crate::client::Client;

#[tokio::test]
async fn an_addon_is_created_renamed_moved_to_another_plan_and_deleted() {
    let sandbox = Sandbox::start().await;
    let client = Client::new(&sandbox);
    let provider = client.get("/v2/products/addonproviders/postgresql-addon").await.json();
    let plan = |index: usize| provider["plans"][index]["id"].clone();
    let all = format!("/v2/organisations/{}/addons", sandbox.ids().user);
    let mut body = json!({"name": "db", "providerId": "postgresql-addon", "plan": plan(0), "region": "par"});
    let addon = client.send("POST", &all, body.clone()).await.json();
    assert!(addon["realId"].as_str().unwrap().starts_with("postgresql_"));
    let id = addon["id"].as_str().unwrap();
    let one = format!("{all}/{id}");
    assert_eq!(client.send("PUT", &one, json!({"name": "data"})).await.json()["name"], "data");
    let changed = client.send("PUT", &format!("/v2/self/addons/{id}/plan"), json!({"planId": plan(1)})).await;
    assert_eq!(changed.json()["plan"]["slug"], "xs_sml");
    assert_eq!(client.get(&format!("{one}/env")).await.json().as_array().unwrap().len(), 5);
    assert_eq!(client.get(&format!("{one}/sso")).await.json()["id"], addon["realId"]);
    assert_eq!(client.send("DELETE", &one, Value::Null).await.status, 200);
    assert_eq!(client.get(&one).await.status, 404);
    body["plan"] = "plan_nowhere".into();
    assert_eq!(client.send("POST", &all, body.clone()).await.status, 400);
    body["providerId"] = "nobody".into();
    assert_eq!(client.send("POST", &all, body).await.status, 404);
}

#[tokio::test]
async fn an_operator_is_reached_by_its_real_id_only() {
    let sandbox = Sandbox::start().await;
    let client = Client::new(&sandbox);
    let ids = sandbox.ids();
    for kind in ["keycloak", "matomo", "metabase", "otoroshi"] {
        let path = |id: &str| format!("/v4/addon-providers/addon-{kind}/addons/{id}");
        let operator = client.get(&path(&ids.real_addons[kind])).await.json();
        assert_eq!(operator["addonId"], ids.addons[kind], "{operator}");
        assert_eq!(client.get(&path(&ids.addons[kind])).await.status, 404);
        assert_eq!(client.get(&path(&ids.real_addon)).await.status, 404);
        let reboot = format!("{}/reboot", path(&ids.real_addons[kind]));
        assert_eq!(client.send("POST", &reboot, Value::Null).await.status, 204);
    }
}

#[tokio::test]
async fn an_operator_changes_its_version_and_its_network_group() {
    let sandbox = Sandbox::start().await;
    let client = Client::new(&sandbox);
    let path = format!("/v4/addon-providers/addon-otoroshi/addons/{}", sandbox.ids().real_addons["otoroshi"]);
    let check = client.get(&format!("{path}/version/check")).await.json();
    assert_eq!(check["needUpdate"], true);
    let update = format!("{path}/version/update");
    assert_eq!(client.send("POST", &update, json!({"targetVersion": "9.9.9"})).await.status, 400);
    let updated = client.send("POST", &update, json!({"targetVersion": check["latest"]})).await.json();
    assert_eq!(updated["version"], check["latest"]);
    assert_eq!(client.get(&format!("{path}/version/check")).await.json()["needUpdate"], false);
    let group = format!("{path}/networkgroup");
    let joined = client.send("POST", &group, Value::Null).await;
    assert_eq!(joined.status, 202);
    assert!(joined.json()["features"]["networkGroup"]["id"].as_str().unwrap().starts_with("ng_"));
    assert_eq!(client.send("DELETE", &group, Value::Null).await.status, 204);
    assert_eq!(client.get(&path).await.json()["features"], json!({"networkGroup": null}));
    let config = client.request(Method::GET, &format!("{path}/config.yaml")).send().await.unwrap();
    assert_eq!(config.headers()["content-type"], "application/yaml");
}

#[tokio::test]
async fn a_threshold_of_pulsar_is_kept_set_or_taken_away() {
    let sandbox = Sandbox::start().await;
    let client = Client::new(&sandbox);
    let path = format!("/v4/addon-providers/addon-pulsar/addons/{}", sandbox.ids().real_addons["pulsar"]);
    let cluster = client.get(&path).await.json()["cluster_id"].as_str().unwrap().to_owned();
    let cluster = client.get(&format!("/v4/addon-providers/addon-pulsar/clusters/{cluster}")).await;
    assert_eq!(cluster.json()["zone"], "PAR");
    let policies = format!("{path}/storage-policies");
    let set = json!({"retentionPolicies": {"sizeInBytes": 1024, "durationInMinutes": 60}});
    assert_eq!(client.send("PATCH", &policies, set).await.status, 200);
    let body =
        json!({"retentionPolicies": {"sizeInBytes": null}, "offloadPolicies": {"durationInMinutes": -1}});
    client.send("PATCH", &policies, body).await;
    assert_eq!(
        client.get(&policies).await.json(),
        json!({
            "retentionPolicies": {"sizeInBytes": null, "durationInMinutes": 60},
            "offloadPolicies": {"sizeInBytes": null, "durationInMinutes": -1},
        })
    );
}

#[tokio::test]
async fn invoices_are_filtered_read_in_three_forms_and_paid() {
    let sandbox = Sandbox::start().await;
    let client = Client::new(&sandbox);
    let ids = sandbox.ids();
    let all = format!("/v4/billing/organisations/{}/invoices", ids.organisation);
    let count =
        async |query: &str| client.get(&format!("{all}{query}")).await.json().as_array().unwrap().len();
    assert_eq!(count("").await, 12);
    assert_eq!(count("?limit=5").await, 5);
    assert_eq!(count("?since=2025-07-01T00:00:00Z&until=2025-09-30T00:00:00Z").await, 3);
    assert_eq!(client.get(&format!("{all}?since=yesterday")).await.status, 400);
    let one = format!("{all}/{}", ids.invoice);
    assert_eq!(client.get(&format!("{all}/unpaid")).await.json()[0]["invoice_number"], ids.invoice);
    assert_eq!(client.get(&one).await.json()["status"], "PENDING");
    assert!(client.get(&format!("{one}.html")).await.text.contains(&ids.invoice));
    let pdf = client.request(Method::GET, &format!("{one}.pdf")).send().await.unwrap();
    assert_eq!(pdf.headers()["content-type"], "application/pdf");
    let pdf = pdf.bytes().await.unwrap();
    assert!(pdf.starts_with(b"%PDF-") && std::str::from_utf8(&pdf).is_err(), "bytes that are no text");
    assert_eq!(
        client.send("PUT", &format!("{one}/payments/stripe/pi_1"), Value::Null).await.json()["status"],
        "PAID"
    );
    assert_eq!(client.get(&format!("{all}/unpaid")).await.json(), json!([]));
    assert_eq!(client.get(&format!("{all}/F000")).await.status, 404);
}

#[tokio::test]
async fn a_coupon_is_good_once() {
    let sandbox = Sandbox::start().await;
    let client = Client::new(&sandbox);
    let path = format!("/v4/billing/organisations/{}/applied-coupons", sandbox.ids().organisation);
    let mut codes = Vec::new();
    for name in ["NOTHING", "SANDBOX", "SANDBOX"] {
        let answer = client.send("POST", &path, json!({ "name": name })).await;
        codes.push((answer.status, answer.json()["code"].as_str().unwrap_or_default().to_owned()));
    }
    assert_eq!(codes, [(404, "10001".into()), (200, String::new()), (409, "10011".into())]);
}

#[tokio::test]
async fn an_owner_has_add_on_providers_of_its_own() {
    let sandbox = Sandbox::start().await;
    let client = Client::new(&sandbox);
    let ids = sandbox.ids();
    let path = format!("/v2/organisations/{}/addonproviders/{}", ids.organisation, ids.provider);
    let feature = json!({"name": "disk", "type": "BYTES"});
    assert_eq!(client.send("POST", &format!("{path}/features"), feature).await.status, 200);
    assert_eq!(client.get(&format!("{path}/features")).await.json()[0]["name"], "disk");
    // The name of a feature travels in base64.
    assert_eq!(
        client.send("DELETE", &format!("{path}/features/ZGlzaw%3D%3D"), Value::Null).await.status,
        200
    );
    assert_eq!(client.get(&format!("{path}/features")).await.json(), json!([]));
    assert_eq!(client.get(&path).await.json()["id"], ids.provider);
}

#[tokio::test]
async fn a_migration_moves_the_addon_once_it_is_over() {
    let sandbox = Sandbox::builder().pace(Pace::Manual).start().await.unwrap();
    let client = Client::new(&sandbox);
    let addon = format!("/v2/organisations/{}/addons/{}", sandbox.ids().organisation, sandbox.ids().addon);
    let body = json!({"planId": "xs_sml", "region": "rbx", "version": "17"});
    let mut states = Vec::new();
    for cancelled in [true, false] {
        let id =
            client.send("POST", &format!("{addon}/migrations"), body.clone()).await.json()["migrationId"]
                .clone();
        let one = format!("{addon}/migrations/{}", id.as_str().unwrap());
        assert_eq!(client.send("POST", &format!("{addon}/migrations"), body.clone()).await.status, 400);
        if cancelled {
            assert_eq!(client.send("DELETE", &one, Value::Null).await.status, 200);
        }
        sandbox.advance(Duration::from_secs(60));
        let status = client.get(&one).await.json()["status"].clone();
        states.push(format!("{status} {}", client.get(&addon).await.json()["plan"]["slug"]));
    }
    assert_eq!(states, [r#""ABORTED" "dev""#, r#""OK" "xs_sml""#]);
}

#[tokio::test]
async fn grafana_and_payment_methods_are_there_once_they_are_asked_for() {
    let sandbox = Sandbox::start().await;
    let client = Client::new(&sandbox);
    let owner = sandbox.ids().organisation;
    let grafana = format!("/v4/saas/grafana/{owner}");
    let methods = format!("/v4/billing/organisations/{owner}/payments/methods");
    assert_eq!(client.get(&grafana).await.status, 404);
    assert_eq!(client.send("POST", &grafana, Value::Null).await.status, 200);
    assert_eq!(client.get(&grafana).await.status, 200);
    assert_eq!(client.send("POST", &methods, json!({"id": "pm_1"})).await.json()["isDefault"], true);
    assert_eq!(client.send("POST", &methods, json!({"id": "pm_2"})).await.json()["isDefault"], false);
    assert_eq!(client.send("PUT", &format!("{methods}/default"), json!({"id": "pm_2"})).await.status, 200);
    assert_eq!(client.get(&methods).await.json()[0]["isDefault"], false);
    assert_eq!(client.send("DELETE", &format!("{methods}/pm_1"), Value::Null).await.status, 200);
}

#[tokio::test]
async fn an_invented_answer_names_the_addon_of_its_path() {
    let sandbox = Sandbox::start().await;
    let client = Client::new(&sandbox);
    let ids = sandbox.ids();
    let elastic = client.get(&format!("/v2/providers/es-addon/{}", ids.addons["elasticsearch"])).await.json();
    assert_eq!(elastic["id"], ids.real_addons["elasticsearch"]);
    assert_eq!(
        (&elastic["app_id"], &elastic["owner_id"]),
        (&json!(ids.addons["elasticsearch"]), &json!(ids.organisation))
    );
    let path =
        format!("/v4/materia/organisations/{}/materia/databases/{}", ids.organisation, ids.real_addons["kv"]);
    assert_eq!(client.get(&path).await.json()["id"], ids.real_addons["kv"]);
}
