//! The commands of notifications.

use cc_client::ErrorKind;
use cc_client::commands::notification::model::{EmailNotificationTarget, WebhookUrl};
use cc_client::commands::notification::model::{NotificationEvent, WebhookFormat};
use cc_client::commands::notification::{
    CreateEmailNotification, CreateWebhookNotification, DeleteEmailNotification, DeleteWebhookNotification,
    GetNotificationInfo, ListEmailNotification, ListWebhookNotification,
};
use serde_json::{Value, json};

use super::harness::{Routes, check, check_one};
use crate::support::Platform;

const EMAILS: &str = "/v2/notifications/emailhooks/orga_1";
const HOOKS: &str = "/v2/notifications/webhooks/orga_1";

fn email(name: &str, created: i64) -> Value {
    json!({
        "id": "hook_1", "ownerId": "orga_1", "name": name,
        "notified": [
            {"type": "userid", "target": "user_1"}, {"type": "organisation"}, {"type": "pigeon", "target": "loft"},
            {"type": "email", "target": "a@b.test,c@d.test"}
        ],
        "events": ["META_CREDITS", "GIT_PUSH"], "scope": ["app_2", "app_1"], "createdAt": created
    })
}

fn hook(name: &str) -> Value {
    json!({
        "id": "hook_2", "ownerId": "orga_1", "name": name, "createdAt": "2024-03-01T00:00:00Z", "state": "ENABLED",
        "urls": [{"format": "slack", "url": "https://hooks.test/t0k"}],
        "failures": [{"url": "https://hooks.test/t0k", "status": 500, "partialBody": "no"}]
    })
}

#[tokio::test]
async fn formats_and_events_are_read_together() {
    let routes = Routes::new()
        .json("GET /v2/notifications/info/webhookformats", json!(["raw", "slack", "pigeon"]))
        .json(
            "GET /v2/notifications/info/events",
            json!({"events": ["GIT_PUSH"], "meta_events": {"META_CREDITS": ["CREDITS_ADDED"], "META_NEW": []}}),
        );
    check_one(&routes, GetNotificationInfo::new()).await;
}

#[tokio::test]
async fn notifications_are_listed_by_name_and_date() {
    let mut nameless = hook("a");
    nameless["name"] = Value::Null;
    let routes = Routes::new()
        .json(&format!("GET {EMAILS}"), json!([email("b", 1), email("a", 3), email("a", 2)]))
        .json(&format!("GET {HOOKS}"), json!([hook("b"), nameless]));
    check_one(&routes, ListEmailNotification::new("orga_1")).await;
    check_one(&routes, ListWebhookNotification::new("orga_1")).await;
}

#[tokio::test]
async fn notifications_are_created_and_deleted() {
    let routes = Routes::new()
        .json(&format!("POST {EMAILS}"), email("a", 1))
        .json(&format!("DELETE {EMAILS}/hook_1"), json!({}))
        .json(&format!("POST {HOOKS}"), hook("a"))
        .json(&format!("DELETE {HOOKS}/hook_2"), json!({}));
    let targets = [
        EmailNotificationTarget::addresses(["a@b.test", "c@d.test"]),
        EmailNotificationTarget::organisation(),
        EmailNotificationTarget::user(),
    ];
    let create = CreateEmailNotification::new("orga_1", "a", targets);
    check(&routes, create.clone(), create.events([NotificationEvent::GitPush]).scope(["app_1"])).await;
    check_one(&routes, DeleteEmailNotification::new("orga_1", "hook_1")).await;
    let create = CreateWebhookNotification::new(
        "orga_1",
        "a",
        [WebhookUrl::new(WebhookFormat::Slack, "https://hooks.test/t0k")],
    );
    check(&routes, create.clone(), create.events([NotificationEvent::GitPush]).scope(["app_1"])).await;
    check_one(&routes, DeleteWebhookNotification::new("orga_1", "hook_2")).await;
}

#[tokio::test]
async fn a_target_that_is_not_known_is_refused_before_anything_is_asked() {
    let platform = Platform::new(|_, _| (200, "{}".to_owned()));
    let pigeon: EmailNotificationTarget = serde_json::from_value(json!({"type": "pigeon"})).unwrap();
    let error =
        platform.client().send(CreateEmailNotification::new("orga_1", "a", [pigeon])).await.unwrap_err();
    assert_eq!((error.kind(), platform.journal().len()), (ErrorKind::InvalidInput, 0));
    assert!(error.to_string().contains("`pigeon`"), "{error}");
}
