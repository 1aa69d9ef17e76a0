//! Reading what notifications can be.

use cc_runtime::Result;

use super::GetNotificationInfo;
use super::model::NotificationInfo;
use crate::command::Run;
use crate::context::Context;

impl Run for GetNotificationInfo {
    async fn run(self, cx: &Context) -> Result<Self::Output> {
        let formats = cx.call(cc_api_notification::ListWebhookFormats::new());
        let events = cx.call(cc_api_notification::ListNotificationEvents::new());
        let (formats, events) = futures_util::future::try_join(formats, events).await?;
        let events = events.into_inner();
        Ok(NotificationInfo {
            formats: formats.into_inner(),
            events: events.events,
            meta_events: events.meta_events,
        })
    }
}
