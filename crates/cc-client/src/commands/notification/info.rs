//! Reading what notifications can be.

use cc_core::Result;
use serde::{Deserialize, Serialize};

use super::model::NotificationInfo;
use crate::command::Command;
use crate::context::Context;

/// Lists the formats of web hooks, and the events that notifications can be about.
///
/// Operations: `list_webhook_formats` and `list_notification_events`, both at once.
///
/// # Example
/// ```
/// # cc_examples::run(async |client, ids| {
/// use cc_client::commands::notification::GetNotificationInfo;
///
/// let info = client.send(GetNotificationInfo::new()).await?;
/// # Ok(()) });
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "catalog", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[must_use = "a command does nothing until it is sent"]
pub struct GetNotificationInfo {}

impl GetNotificationInfo {
    /// Without inputs.
    pub fn new() -> Self {
        Self {}
    }
}

impl Command for GetNotificationInfo {
    const NAME: &'static str = "GetNotificationInfo";
    type Output = NotificationInfo;

    async fn run(self, cx: &Context) -> Result<Self::Output> {
        let formats = cx.call(cc_api_notification::ListWebhookFormats::new()).into_future();
        let events = cx.call(cc_api_notification::ListNotificationEvents::new()).into_future();
        let (formats, events) = futures_util::future::try_join(formats, events).await?;
        let events = events.into_inner();
        Ok(NotificationInfo {
            formats: formats.into_inner(),
            events: events.events,
            meta_events: events.meta_events,
        })
    }
}
