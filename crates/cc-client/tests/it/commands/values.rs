//! Values of the platform arrive as documented: nothing is dropped or invented.

use cc_client::commands::application::model::{Application, Link};
use cc_client::commands::application::{GetApplication, ListLink};
use serde_json::{Value, json};

use crate::support::{Platform, SUMMARY};

/// A platform that answers everything but the index of ids with this.
fn answering(body: &Value) -> Platform {
    let body = body.to_string();
    Platform::new(move |_, path| (200, if path == "/v2/summary" { SUMMARY.to_owned() } else { body.clone() }))
}

async fn application(body: &Value) -> Application {
    answering(body).client().send(GetApplication::new("app_1")).await.unwrap()
}

fn flavor() -> Value {
    json!({
        "name": "M", "mem": 4096, "cpus": 4, "price": 2.0, "price_id": "Apps.M",
        "memory": {"unit": "B", "value": 4_294_967_296_i64, "formatted": "4096 MiB"}
    })
}

#[tokio::test]
async fn the_memory_of_a_size_is_given() {
    let body = json!({"id": "app_1", "ownerId": "orga_1", "instance": {"minFlavor": flavor()}});
    let size = application(&body).await.instance.unwrap().min_flavor.unwrap();
    assert_eq!((size.mem, &*size.memory.unwrap().formatted), (4096, "4096 MiB"));
}

#[tokio::test]
async fn the_size_of_a_build_is_given_as_any_other_size() {
    let body = json!({
        "id": "app_1", "ownerId": "orga_1", "buildFlavor": flavor(), "instance": {"maxFlavor": flavor()}
    });
    let application = application(&body).await;
    let size = application.build_flavor.unwrap();
    assert_eq!(size.price_id.as_deref(), Some("apps.m"));
    assert_eq!(Some(size), application.instance.unwrap().max_flavor);
}

#[tokio::test]
async fn the_provider_of_a_linked_add_on_is_given_as_that_of_any_other() {
    let provider = json!({
        "id": "postgresql-addon", "name": "PostgreSQL", "status": "RELEASE", "regions": ["par"], "openInNewTab": true,
        "canUpgrade": true, "supportEmail": "help@example.org"
    });
    let addon = json!({
        "id": "addon_1", "realId": "postgresql_1", "region": "par", "configKeys": [], "provider": provider
    });
    let platform = Platform::new(move |_, path| match path {
        "/v2/summary" => (200, SUMMARY.to_owned()),
        path if path.ends_with("/addons") => (200, json!([addon]).to_string()),
        _ => (200, "[]".to_owned()),
    });
    let links = platform.client().send(ListLink::of_application("app_1")).await.unwrap();
    let [Link::Addon { addon }] = &links[..] else { panic!("{links:?}") };
    let provider = addon.provider.as_ref().unwrap();
    assert_eq!(provider.zones, ["par"]);
    assert_eq!(provider.support_email.as_deref(), Some("help@example.org"));
}

#[tokio::test]
async fn an_application_may_lack_all_but_its_ids() {
    let application = application(&json!({"id": "app_1", "ownerId": "orga_1"})).await;
    assert_eq!((application.domains.len(), application.environment.len()), (0, 0));
    assert!(application.instance.is_none() && application.build_flavor.is_none());
}

#[tokio::test]
async fn a_state_of_tomorrow_keeps_its_name() {
    let body = json!({"id": "app_1", "ownerId": "orga_1", "state": "SHOULD_BE_DREAMING"});
    assert_eq!(application(&body).await.state.as_str(), "SHOULD_BE_DREAMING");
}

#[cfg(feature = "billing")]
#[tokio::test]
async fn dates_of_invoices_are_dates_however_they_are_written() {
    use cc_client::Timestamp;
    use cc_client::commands::billing::{GetInvoice, ListInvoice};

    let date = |text: &str| text.parse::<Timestamp>().ok();
    let summary = json!({"invoice_number": "F1", "emission_date": "2024-03-01T00:00:00.123456Z[UTC]"});
    let list = answering(&json!([summary])).client().send(ListInvoice::new("orga_1")).await.unwrap();
    assert_eq!(list[0].emission_date, date("2024-03-01T00:00:00.123456Z"));

    let unusable = json!({
        "item_id": "item_1", "start_date": "2024-02-03T04:05:06Z[UTC]", "end_date": 1_706_936_706_000_i64
    });
    let invoice = json!({"invoice_number": "F1", "unusable": [unusable]});
    let invoice = answering(&invoice).client().send(GetInvoice::new("orga_1", "F1")).await.unwrap();
    let time = &invoice.unusable[0];
    assert_eq!(time.consumption_start_date, date("2024-02-03T04:05:06Z"));
    assert_eq!(time.consumption_end_date, date("2024-02-03T05:05:06Z"));
}

#[cfg(all(feature = "addon-provider", feature = "database"))]
#[tokio::test]
async fn the_features_of_a_cluster_are_those_that_the_platform_lists() {
    use cc_client::commands::addon_provider::GetProductAddonVersions;

    let features = json!([{"name": "wal", "enabled": true}, {"name": "encryption", "enabled": false}]);
    let clusters =
        json!([{"id": "cluster_1", "label": "par-a", "zone": "par", "version": "15", "features": features}]);
    let body = json!({"clusters": clusters, "dedicated": {}, "defaultDedicatedVersion": "15"});
    let command = GetProductAddonVersions::new("postgresql-addon");
    let versions = answering(&body).client().send(command).await.unwrap();
    let features: Vec<_> =
        versions.clusters[0].features.iter().map(|one| (&*one.name, one.enabled)).collect();
    assert_eq!(features, [("encryption", false), ("wal", true)]);
}
