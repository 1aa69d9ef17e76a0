//! The command of backups.

use cc_client::commands::addon::ListBackup;
use serde_json::{Value, json};

use super::harness::{Routes, check_fully, compare};

const BACKUPS: &str = "GET /v2/backups/orga_1/postgresql_1";
const ADDON: &str = "GET /v2/organisations/orga_1/addons/addon_1";

fn backup(id: &str, date: &str) -> Value {
    json!({
        "backup_id": id, "entity_id": "postgresql_1", "status": "DONE", "creation_date": date,
        "delete_at": "2030-01-01T00:00:00Z", "link": "https://example.org/link", "delete_command": format!("rm {id}")
    })
}

fn list() -> Value {
    json!([
        backup("b1", "2024-01-01T00:00:00.123456Z"),
        backup("b3", "2024-03-01T00:00:00Z"),
        {
            "backup_id": "b2", "entity_id": "postgresql_1", "status": "DONE", "creation_date": "2024-02-01T00:00:00Z",
            "download_url": "https://example.org/download", "link": "https://example.org/link"
        }
    ])
}

fn addon(provider: &str) -> Value {
    json!({
        "id": "addon_1", "realId": "postgresql_1", "name": "db", "region": "par", "configKeys": [],
        "provider": {"id": provider, "name": provider}, "plan": {"id": "plan_s", "name": "S"}
    })
}

fn connection() -> Value {
    json!({
        "id": "postgresql_1", "host": "db.example.org", "port": 5432, "user": "ada", "password": "s3cret",
        "database": "engine"
    })
}

fn with_provider(provider: &str) -> Routes {
    let route = format!("GET /v4/addon-providers/{provider}/addons/addon_1");
    Routes::new().json(BACKUPS, list()).json(ADDON, addon(provider)).json(&route, connection())
}

#[tokio::test]
async fn backups_are_listed_the_latest_first() {
    let commands = [
        ("required inputs", ListBackup::new("addon_1")),
        ("an add-on that nobody knows", ListBackup::new("postgresql_9")),
        ("all inputs", ListBackup::new("postgresql_1").with_commands(true).owner_id("orga_1")),
    ];
    check_fully(&with_provider("postgresql-addon"), BACKUPS, commands).await;
}

#[tokio::test]
async fn backups_have_the_commands_of_their_provider_or_their_own() {
    let command = || ListBackup::new("addon_1").with_commands(true);
    let mut told = String::new();
    for provider in ["mysql-addon", "mongodb-addon", "redis-addon"] {
        told += &with_provider(provider).tell([(provider, command())]).await;
    }
    let mut own = list();
    for backup in own.as_array_mut().unwrap() {
        backup["restore_command"] = json!("restore it");
    }
    let routes = with_provider("postgresql-addon").without(BACKUPS).json(BACKUPS, own.clone());
    told += &routes.tell([("commands of their own", command())]).await;
    own[1]["restore_command"] = Value::Null;
    let routes = with_provider("postgresql-addon").without(BACKUPS).json(BACKUPS, own);
    told += &routes.tell([("one has none of its own", command())]).await;
    let routes = with_provider("postgresql-addon").without(BACKUPS).json(BACKUPS, json!([]));
    told += &routes.tell([("no backup", command())]).await;
    compare("ListBackup.commands", &told);
}

#[tokio::test]
async fn backups_without_an_add_on_to_read_are_listed_without_commands() {
    let routes = with_provider("postgresql-addon").without(ADDON);
    let mut told = routes.tell([("no add-on", ListBackup::new("addon_1").with_commands(true))]).await;
    let routes = with_provider("postgresql-addon").without(ADDON).refuse(ADDON, 500);
    told += &routes.tell([("an add-on that fails", ListBackup::new("addon_1").with_commands(true))]).await;
    compare("ListBackup.bare", &told);
}
