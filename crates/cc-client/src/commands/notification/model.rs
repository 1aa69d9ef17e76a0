//! Inputs and outputs of the commands of notifications.

use std::collections::BTreeMap;

use cc_api_notification::types as wire;
use cc_runtime::{OwnerId, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::declare::model;
use crate::lists::each;

pub use wire::{NotificationEvent, WebhookFailure, WebhookFormat, WebhookState, WebhookUrl};

/// Formats and events available for notifications.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "catalog", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct NotificationInfo {
    /// Formats of web hooks.
    pub formats: Vec<WebhookFormat>,
    /// Events available for notifications.
    pub events: Vec<NotificationEvent>,
    /// By the name of an event that is several in one, such as `META_CREDITS`: these events.
    pub meta_events: BTreeMap<String, Vec<NotificationEvent>>,
}

model! {
    /// A notification by e-mail.
    pub struct EmailNotification: |wire: wire::EmailNotification| {
        /// Id of the notification.
        id: String = wire.id,
        /// Owner of the notification.
        owner_id: OwnerId = wire.owner_id,
        /// Name that its owner gave it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        name: Option<String> = wire.name,
        /// Recipients of the e-mails, sorted by type.
        targets: Vec<EmailNotificationTarget> = targets(wire.notified),
        /// Events of the notification, sorted. Empty: all.
        events: Vec<NotificationEvent> = sorted(wire.events, |a, b| a.as_str().cmp(b.as_str())),
        /// Ids of the resources that it is about, sorted. Empty: all of the owner.
        scope: Vec<String> = sorted(wire.scope, String::cmp),
        /// Creation date.
        created_at: Option<Timestamp> = wire.created_at,
    }
}

cc_runtime::open_union! {
    /// Recipient of the e-mails of a notification.
    #[tag = "type"]
    pub enum EmailNotificationTarget {
        /// These addresses.
        Email(EmailAddresses) = "email",
        /// Everybody in the organisation.
        Organisation(Everybody) = "organisation",
        /// The user that created the notification.
        User(Creator) = "user",
    }
}

impl EmailNotificationTarget {
    /// These addresses.
    pub fn addresses(addresses: impl IntoIterator<Item = impl Into<String>>) -> Self {
        Self::Email(EmailAddresses { email_addresses: addresses.into_iter().map(Into::into).collect() })
    }

    /// Everybody in the organisation.
    #[must_use]
    pub fn organisation() -> Self {
        Self::Organisation(Everybody {})
    }

    /// The user that creates the notification.
    #[must_use]
    pub fn user() -> Self {
        Self::User(Creator {})
    }

    /// Converts the recipient to the wire format; `None` for a kind unknown to this version.
    pub(super) fn into_wire(self) -> Option<wire::EmailNotificationTargetCreation> {
        use wire::EmailNotificationTargetKind as Kind;
        let (kind, target) = match self {
            Self::Email(email) => (Kind::Email, Some(email.email_addresses.join(","))),
            Self::Organisation(_) => (Kind::Organisation, None),
            Self::User(_) => (Kind::Userid, None),
            Self::Unknown(_) => return None,
        };
        let mut creation = wire::EmailNotificationTargetCreation::new(kind);
        creation.target = target;
        Some(creation)
    }
}

impl From<wire::EmailNotificationTarget> for EmailNotificationTarget {
    fn from(wire: wire::EmailNotificationTarget) -> Self {
        use wire::EmailNotificationTargetKind as Kind;
        match &wire.type_ {
            Kind::Email => Self::addresses(addresses(wire.target.as_ref())),
            Kind::Organisation => Self::organisation(),
            Kind::Userid => Self::user(),
            _ => {
                Self::Unknown(cc_runtime::UnknownVariant::new(serde_json::to_value(wire).unwrap_or_default()))
            }
        }
    }
}

/// Some e-mail addresses.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "catalog", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct EmailAddresses {
    /// The addresses.
    pub email_addresses: Vec<String>,
}

/// Everybody in an organisation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "catalog", derive(schemars::JsonSchema))]
pub struct Everybody {}

/// Creator of a notification.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "catalog", derive(schemars::JsonSchema))]
pub struct Creator {}

/// Addresses with commas between them, or a list of them.
fn addresses(target: Option<&Value>) -> Vec<String> {
    let texts: Vec<&str> = match target {
        Some(Value::String(text)) => text.split(',').collect(),
        Some(Value::Array(list)) => list.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    };
    texts.into_iter().map(str::trim).filter(|address| !address.is_empty()).map(str::to_owned).collect()
}

/// The targets that say what they are.
fn targets(mut list: Vec<wire::EmailNotificationTarget>) -> Vec<EmailNotificationTarget> {
    list.retain(|target| !target.type_.as_str().is_empty());
    sorted(each(list), |a: &EmailNotificationTarget, b| a.tag().cmp(b.tag()))
}

fn sorted<T>(mut list: Vec<T>, by: impl FnMut(&T, &T) -> std::cmp::Ordering) -> Vec<T> {
    list.sort_by(by);
    list
}

model! {
    /// A web hook: a request that tells what happens.
    pub struct WebhookNotification: |wire: wire::Webhook| {
        /// Id of the notification.
        id: String = wire.id,
        /// Owner of the notification.
        owner_id: OwnerId = wire.owner_id,
        /// Name that its owner gave it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        name: Option<String> = wire.name,
        /// Target addresses.
        urls: Vec<WebhookUrl> = wire.urls,
        /// Events of the notification. Empty: all.
        events: Vec<NotificationEvent> = wire.events,
        /// Ids of the resources that it is about. Empty: all of the owner.
        scope: Vec<String> = wire.scope,
        /// Creation date.
        created_at: Option<Timestamp> = wire.created_at,
        /// Recent failures.
        failures: Vec<WebhookFailure> = wire.failures,
        /// State of the webhook.
        state: WebhookState = wire.state,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn addresses_are_one_text_or_a_list() {
        assert_eq!(addresses(Some(&json!("a@b.c, d@e.f,"))), ["a@b.c", "d@e.f"]);
        assert_eq!(addresses(Some(&json!(["a@b.c", 4, "d@e.f"]))), ["a@b.c", "d@e.f"]);
        assert_eq!(addresses(None), [""; 0]);
    }
}
