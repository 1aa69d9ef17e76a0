//! Creating a notification only once.

use cc_runtime::Result;
use cc_runtime::ensure::{Differences, Ensure, NaturalKey};

use super::model::{EmailNotification, EmailNotificationTarget, WebhookNotification};
use super::{
    CreateEmailNotification, CreateWebhookNotification, ListEmailNotification, ListWebhookNotification,
};
use crate::context::Context;

fn sorted<T: Clone>(list: &[T], text: impl Fn(&T) -> String) -> Vec<String> {
    let mut list: Vec<String> = list.iter().map(text).collect();
    list.sort();
    list
}

/// Targets in an order of their own, with all addresses in one: the platform keeps no order.
fn targets(list: &[EmailNotificationTarget]) -> Vec<EmailNotificationTarget> {
    let mut addresses = Vec::new();
    let mut targets = Vec::new();
    for target in list {
        match target {
            EmailNotificationTarget::Email(email) => addresses.extend(email.email_addresses.iter().cloned()),
            other => targets.push(other.clone()),
        }
    }
    if !addresses.is_empty() {
        addresses.sort();
        addresses.dedup();
        targets.push(EmailNotificationTarget::addresses(addresses));
    }
    targets.sort_by(|a, b| a.tag().cmp(b.tag()));
    targets
}

/// One notification by e-mail for owner and name. Targets, events and scope are compared; no request changes them.
impl Ensure for CreateEmailNotification {
    type Thing = EmailNotification;

    fn key(&self) -> Result<NaturalKey> {
        Ok(NaturalKey::new("e-mail notification")
            .with("ownerId", self.owner_id.as_str())
            .with("name", &self.name))
    }

    async fn look(&self, cx: &Context) -> Result<Vec<EmailNotification>> {
        let mut list = cx.send(ListEmailNotification::new(&self.owner_id)).await?;
        list.retain(|found| found.name.as_ref() == Some(&self.name));
        Ok(list)
    }

    fn id(found: &EmailNotification) -> String {
        found.id.clone()
    }

    async fn create(self, cx: &Context) -> Result<EmailNotification> {
        cx.send(self).await
    }

    fn compare(&self, found: &EmailNotification) -> Differences {
        let events = self.events.as_deref().map(|events| sorted(events, ToString::to_string));
        let scope = self.scope.as_deref().map(|scope| sorted(scope, String::clone));
        let (is, wanted) = (targets(&found.targets), targets(&self.targets));
        Differences::new()
            .fixed("targets", &is, Some(&wanted))
            .fixed("events", &sorted(&found.events, ToString::to_string), events.as_ref())
            .fixed("scope", &sorted(&found.scope, String::clone), scope.as_ref())
    }
}

/// One web hook for owner and name. Addresses, events and scope are compared; no request changes them. Addresses may hold
/// secrets and are not shown.
impl Ensure for CreateWebhookNotification {
    type Thing = WebhookNotification;

    fn key(&self) -> Result<NaturalKey> {
        Ok(NaturalKey::new("web hook").with("ownerId", self.owner_id.as_str()).with("name", &self.name))
    }

    async fn look(&self, cx: &Context) -> Result<Vec<WebhookNotification>> {
        let mut list = cx.send(ListWebhookNotification::new(&self.owner_id)).await?;
        list.retain(|found| found.name.as_ref() == Some(&self.name));
        Ok(list)
    }

    fn id(found: &WebhookNotification) -> String {
        found.id.clone()
    }

    async fn create(self, cx: &Context) -> Result<WebhookNotification> {
        cx.send(self).await
    }

    fn compare(&self, found: &WebhookNotification) -> Differences {
        let events = self.events.as_deref().map(|events| sorted(events, ToString::to_string));
        let scope = self.scope.as_deref().map(|scope| sorted(scope, String::clone));
        Differences::new()
            .secret("urls", found.urls != self.urls, false)
            .fixed("events", &sorted(&found.events, ToString::to_string), events.as_ref())
            .fixed("scope", &sorted(&found.scope, String::clone), scope.as_ref())
    }
}
