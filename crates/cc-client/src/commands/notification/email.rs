//! Notifications by e-mail.

use cc_api_notification::types::EmailNotificationCreation;
use cc_core::{Error, ErrorKind, OwnerId, Result};
use serde::{Deserialize, Serialize};

use super::model::{EmailNotification, EmailNotificationTarget, NotificationEvent};
use crate::command::Command;
use crate::context::Context;
use crate::model::{each, setters};

/// Creates a notification by e-mail.
///
/// Operation: `create_email_notification`.
///
/// # Errors
/// [`InvalidInput`](cc_core::ErrorKind::InvalidInput) when a target is none that this version knows.
///
/// # Example
/// ```
/// # cc_examples::run(async |client, ids| {
/// use cc_client::commands::notification::CreateEmailNotification;
/// use cc_client::commands::notification::model::EmailNotificationTarget;
///
/// let targets = [EmailNotificationTarget::addresses(["ada@example.org"]), EmailNotificationTarget::organisation()];
/// let command = CreateEmailNotification::new(ids.organisation, "failures", targets).events(["DEPLOYMENT_FAIL"]);
/// let notification = client.send(command).await?;
/// # Ok(()) });
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "catalog", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[must_use = "a command does nothing until it is sent"]
pub struct CreateEmailNotification {
    /// The owner.
    pub owner_id: OwnerId,
    /// Its name.
    pub name: String,
    /// Who gets the e-mails.
    pub targets: Vec<EmailNotificationTarget>,
    /// What it is about. Default: everything.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub events: Option<Vec<NotificationEvent>>,
    /// Ids of the resources that it is about. Default: all of the owner.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scope: Option<Vec<String>>,
}

impl CreateEmailNotification {
    /// With what is required.
    pub fn new(
        owner_id: impl Into<OwnerId>,
        name: impl Into<String>,
        targets: impl IntoIterator<Item = EmailNotificationTarget>,
    ) -> Self {
        Self {
            owner_id: owner_id.into(),
            name: name.into(),
            targets: targets.into_iter().collect(),
            events: None,
            scope: None,
        }
    }

    setters! {
        /// What it is about. Default: everything.
        events: Vec<NotificationEvent>,
        /// Ids of the resources that it is about. Default: all of the owner.
        scope: Vec<String>,
    }
}

impl Command for CreateEmailNotification {
    const NAME: &'static str = "CreateEmailNotification";
    type Output = EmailNotification;

    async fn run(self, cx: &Context) -> Result<Self::Output> {
        let targets: Vec<_> = self
            .targets
            .into_iter()
            .map(|target| {
                let kind = target.tag().to_owned();
                target.into_wire().ok_or_else(|| {
                    Error::new(ErrorKind::InvalidInput)
                        .with_message(format!("`{kind}` is no target: give email, organisation or user"))
                })
            })
            .collect::<Result<_>>()?;
        let mut body = EmailNotificationCreation::new(self.name, targets);
        (body.events, body.scope) = (self.events, self.scope);
        let created = cx.call(cc_api_notification::CreateEmailNotification::new(self.owner_id, body)).await?;
        Ok(created.required()?.into_inner().into())
    }
}

/// Lists the notifications by e-mail of an owner, by name and then by date. Empty when there are none.
///
/// Operation: `list_email_notifications`.
///
/// # Example
/// ```
/// # cc_examples::run(async |client, ids| {
/// use cc_client::commands::notification::ListEmailNotification;
///
/// let notifications = client.send(ListEmailNotification::new(ids.organisation)).await?;
/// # Ok(()) });
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "catalog", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[must_use = "a command does nothing until it is sent"]
pub struct ListEmailNotification {
    /// The owner.
    pub owner_id: OwnerId,
}

impl ListEmailNotification {
    /// With what is required.
    pub fn new(owner_id: impl Into<OwnerId>) -> Self {
        Self { owner_id: owner_id.into() }
    }
}

impl Command for ListEmailNotification {
    const NAME: &'static str = "ListEmailNotification";
    type Output = Vec<EmailNotification>;

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
