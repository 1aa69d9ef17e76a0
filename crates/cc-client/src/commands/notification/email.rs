//! Notifications by e-mail.

use cc_api_notification::types::EmailNotificationCreation;
use cc_runtime::{Answer, Error, ErrorKind, Result};

use super::model::EmailNotification;
use super::{CreateEmailNotification, ListEmailNotification};
use crate::command::Run;
use crate::context::Context;
use crate::lists::each;

impl Run for CreateEmailNotification {
    async fn run(self, cx: &Context) -> Result<Self::Output> {
        let targets: Vec<_> = self
            .targets
            .into_iter()
            .map(|target| {
                let kind = target.tag().to_owned();
                target.into_wire().ok_or_else(|| {
                    Error::new(ErrorKind::InvalidInput)
                        .with_message(format!("unknown target `{kind}`: use email, organisation or user"))
                })
            })
            .collect::<Result<_>>()?;
        let mut body = EmailNotificationCreation::new(self.name, targets);
        (body.events, body.scope) = (self.events, self.scope);
        let (owner, name) = (self.owner_id, body.name.clone());
        let created = cx.call(cc_api_notification::CreateEmailNotification::new(&owner, body)).await?;
        let read = cx.reloading();
        let list = async {
            let list = read.call(cc_api_notification::ListEmailNotifications::new(owner));
            list.await.map(Answer::into_inner)
        };
        let is = |found: &cc_api_notification::types::EmailNotification| found.name.as_ref() == Some(&name);
        Ok(cx.created(created, "the notification", list, is).await?.into())
    }
}

impl Run for ListEmailNotification {
    async fn run(self, cx: &Context) -> Result<Self::Output> {
        let mut list: Vec<EmailNotification> =
            match cx.call(cc_api_notification::ListEmailNotifications::new(self.owner_id)).await {
                Ok(answer) => each(answer.into_inner()),
                Err(error) if error.is_not_found() => return Ok(Vec::new()),
                Err(error) => return Err(error),
            };
        list.sort_by(|a, b| (&a.name, a.created_at).cmp(&(&b.name, b.created_at)));
        Ok(list)
    }
}
