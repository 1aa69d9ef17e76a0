//! Web hooks.

use cc_core::{OwnerId, Result};
use serde::{Deserialize, Serialize};

use super::model::WebhookNotification;
use crate::command::Command;
use crate::context::Context;
use crate::model::each;

/// Lists the web hooks of an owner, by name and then by date. Empty when there are none.
///
/// Operation: `list_webhooks`.
///
/// # Example
/// ```
/// # cc_examples::run(async |client, ids| {
/// use cc_client::commands::notification::ListWebhookNotification;
///
/// let webhooks = client.send(ListWebhookNotification::new(ids.organisation)).await?;
/// # Ok(()) });
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "catalog", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[must_use = "a command does nothing until it is sent"]
pub struct ListWebhookNotification {
    /// The owner.
    pub owner_id: OwnerId,
}

impl ListWebhookNotification {
    /// With what is required.
    pub fn new(owner_id: impl Into<OwnerId>) -> Self {
        Self { owner_id: owner_id.into() }
    }
}

impl Command for ListWebhookNotification {
    const NAME: &'static str = "ListWebhookNotification";
    type Output = Vec<WebhookNotification>;

    async fn run(self, cx: &Context) -> Result<Self::Output> {
        let mut list: Vec<WebhookNotification> =
            match cx.call(cc_api_notification::ListWebhooks::new(self.owner_id)).await {
                Ok(answer) => each(answer.into_inner()),
                Err(error) if error.is_not_found() => return Ok(Vec::new()),
                Err(error) => return Err(error),
            };
        list.sort_by(|a, b| (&a.name, a.created_at).cmp(&(&b.name, b.created_at)));
        Ok(list)
    }
}
