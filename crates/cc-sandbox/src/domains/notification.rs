//! Notifications by e-mail and web hooks. Nothing is sent.

use serde_json::{Value, json};

use super::{Handler, message};
use crate::engine::reply::{Outcome, Refusal, json_of};
use crate::engine::request::Request;
use crate::world::{Owned, Shelf, World};

pub(super) const HANDLERS: &[(&str, Handler)] = &[
    ("list_notification_events", list_events),
    ("list_webhook_formats", list_formats),
    ("list_email_notifications", list),
    ("create_email_notification", create),
    ("update_email_notification", update),
    ("delete_email_notification", delete),
    ("list_webhooks", list),
    ("create_webhook", create),
    ("update_webhook", update),
    ("delete_webhook", delete),
];

/// The events of one meta event after the other.
const EVENTS: [(&str, &[&str]); 4] = [
    (
        "META_SERVICE_LIFECYCLE",
        &["APPLICATION_STOP", "APPLICATION_REDEPLOY", "DEPLOYMENT_ACTION_BEGIN", "DEPLOYMENT_ACTION_END"],
    ),
    ("META_DEPLOYMENT_RESULT", &["DEPLOYMENT_SUCCESS", "DEPLOYMENT_FAIL"]),
    (
        "META_SERVICE_MANAGEMENT",
        &[
            "APPLICATION_CREATION",
            "APPLICATION_DELETION",
            "APPLICATION_EDITION",
            "ADDON_CREATION",
            "ADDON_DELETION",
        ],
    ),
    ("META_CREDITS", &["CREDITS_ADDED"]),
];

/// Events that belong to no meta event.
const OTHER_EVENTS: [&str; 3] = ["ACCOUNT_CREATION", "GIT_PUSH", "ORGANISATION_USER_ADDITION"];

fn list_events(_: &mut World, _: &Request<'_>) -> Outcome {
    let all = EVENTS.iter().flat_map(|(_, events)| events.iter()).chain(&OTHER_EVENTS);
    let meta: Value = EVENTS.iter().map(|(name, events)| ((*name).to_owned(), json!(events))).collect();
    json_of(json!({ "events": all.collect::<Vec<_>>(), "meta_events": meta }))
}

fn list_formats(_: &mut World, _: &Request<'_>) -> Outcome {
    json_of(json!(["raw", "slack", "flowdock", "gitter"]))
}

/// The notifications that the operation is about, and what its path calls one of them.
fn shelf<'a>(world: &'a mut World, request: &Request<'_>) -> (&'a mut Shelf<Owned>, &'static str) {
    if request.operation.id.contains("webhook") {
        (&mut world.webhooks, "webhookId")
    } else {
        (&mut world.email_notifications, "emailNotificationId")
    }
}

fn list(world: &mut World, request: &Request<'_>) -> Outcome {
    let (shelf, _) = shelf(world, request);
    let own = shelf.values().filter(|notification| notification.owner == request.owner());
    json_of(own.map(|notification| notification.wire.clone()).collect::<Value>())
}

fn create(world: &mut World, request: &Request<'_>) -> Outcome {
    let id = world.id("notification");
    let mut wire = request.body.clone();
    wire["id"] = id.as_str().into();
    wire["ownerId"] = request.owner().into();
    wire["createdAt"] = world.now.to_string().into();
    for name in ["events", "scope"] {
        if wire[name].is_null() {
            wire[name] = json!([]);
        }
    }
    if request.operation.id == "create_webhook" {
        wire["state"] = "ENABLED".into();
        wire["failures"] = json!([]);
    }
    let notification = Owned { owner: request.owner().to_owned(), wire: wire.clone() };
    shelf(world, request).0.insert(id, notification);
    json_of(wire)
}

fn update(world: &mut World, request: &Request<'_>) -> Outcome {
    let (shelf, name) = shelf(world, request);
    let id = request.param(name);
    let found = shelf.get_mut(id).filter(|notification| notification.owner == request.owner());
    let notification = found.ok_or_else(|| Refusal::not_found("Notification", id))?;
    for name in ["name", "notified", "urls", "events", "scope"] {
        if let Some(value) = request.body.get(name) {
            notification.wire[name] = value.clone();
        }
    }
    json_of(notification.wire.clone())
}

fn delete(world: &mut World, request: &Request<'_>) -> Outcome {
    let (shelf, name) = shelf(world, request);
    let id = request.param(name);
    if shelf.get(id).is_none_or(|notification| notification.owner != request.owner()) {
        return Err(Refusal::not_found("Notification", id));
    }
    shelf.shift_remove(id);
    message("The notification has been removed")
}
