//! Web hooks.

use cc_runtime::Result;

use super::ListWebhookNotification;
use super::model::WebhookNotification;
use crate::command::Run;
use crate::context::Context;
use crate::lists::each;

impl Run for ListWebhookNotification {
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
