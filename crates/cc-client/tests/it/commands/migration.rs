//! The commands of migrations.

use cc_client::commands::addon::{
    CancelMigration, GetMigration, ListMigration, ListMigrationPreorder, StartMigration,
};
use serde_json::{Value, json};

use super::harness::{Routes, check_fully};

const MIGRATIONS: &str = "/v2/organisations/orga_1/addons/addon_1/migrations";

fn migration(id: &str, date: i64) -> Value {
    json!({
        "migrationId": id, "requestDate": date, "status": "RUNNING",
        "steps": [
            {"value": "RETRIEVE_ADDON", "status": "OK", "startDate": date, "endDate": date + 1000},
            {"value": "A_STEP_OF_TOMORROW", "status": "RUNNING", "startDate": date + 1000, "message": "Soon"}
        ]
    })
}

#[tokio::test]
async fn migrations_are_listed_the_latest_first() {
    let route = format!("GET {MIGRATIONS}");
    let list = json!([migration("m1", 1_600_000_000_000), migration("m2", 1_700_000_000_000), {"migrationId": "m0"}]);
    let routes = Routes::new().json(&route, list);
    let commands = [
        ("required inputs", ListMigration::new("postgresql_1")),
        ("an add-on that nobody knows", ListMigration::new("postgresql_9")),
        ("all inputs", ListMigration::new("addon_1").owner_id("orga_1")),
    ];
    check_fully(&routes, &route, commands).await;
}

#[tokio::test]
async fn a_migration_is_read() {
    let route = format!("GET {MIGRATIONS}/m1");
    let routes = Routes::new().json(&route, migration("m1", 1_600_000_000_000));
    let required = GetMigration::new("postgresql_1", "m1");
    let all = GetMigration::new("addon_1", "m1").owner_id("orga_1");
    let unknown = GetMigration::new("postgresql_9", "m1");
    let commands =
        [("required inputs", required), ("an add-on that nobody knows", unknown), ("all inputs", all)];
    check_fully(&routes, &route, commands).await;
}

#[tokio::test]
async fn a_migration_is_started() {
    let route = format!("POST {MIGRATIONS}");
    let routes = Routes::new().json(&route, migration("m1", 1_600_000_000_000));
    let required = StartMigration::new("postgresql_1", "plan_s", "par", "15");
    let all = required.clone().owner_id("orga_1");
    check_fully(&routes, &route, [("required inputs", required), ("all inputs", all)]).await;
}

#[tokio::test]
async fn a_migration_is_cancelled_by_its_own_address() {
    let route = format!("DELETE {MIGRATIONS}/m1");
    let routes = Routes::new().json(&route, json!({}));
    let required = CancelMigration::new("postgresql_1", "m1");
    let all = CancelMigration::new("addon_1", "m1").owner_id("orga_1");
    check_fully(&routes, &route, [("required inputs", required), ("all inputs", all)]).await;
}

#[tokio::test]
async fn what_a_migration_would_cost_keeps_its_discount() {
    let route = format!("GET {MIGRATIONS}/preorders");
    let line = |total: f64, discount: Value| {
        json!({
            "type": "Credits", "description": "A plan", "quantity": 1.0, "tva": 20.0, "price_unit_ht": total,
            "price_total_ht": total, "pack": "p", "dropQuantity": 0.0, "coupon": 0.0, "discount": discount
        })
    };
    let preorder = json!({
        "ownerId": "orga_1", "target": "Engines", "emissionDate": 1_700_000_000_000_i64, "name": "Ada",
        "company": "Engines", "VAT": "FR87524172699", "type": "ADDON_PREORDER",
        "lines": [line(12.5, json!(2.5)), line(3.0, Value::Null)]
    });
    let routes = Routes::new().json(&route, preorder);
    let required = ListMigrationPreorder::new("postgresql_1", "plan_s");
    let all = ListMigrationPreorder::new("addon_1", "plan_s").owner_id("orga_1");
    check_fully(&routes, &route, [("required inputs", required), ("all inputs", all)]).await;
}
