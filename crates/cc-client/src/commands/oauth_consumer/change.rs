//! Registering programs.

use cc_api_oauth::types::OauthConsumerInput;
use cc_core::{ConsumerKey, Error, ErrorKind, OwnerId, Result};
use serde::{Deserialize, Serialize};

use super::GetOauthConsumer;
use super::model::{OauthConsumer, OauthConsumerRightsInput};
use crate::command::Command;
use crate::context::Context;
use crate::model::setters;
use crate::resolve::Ids;

/// Registers a program as an OAuth consumer. The platform gives it its key; its secret is read apart.
///
/// Operation: `create_oauth_consumer`.
///
/// # Example
/// ```
/// # cc_examples::run(async |client, ids| {
/// use cc_client::commands::oauth_consumer::CreateOauthConsumer;
/// use cc_client::commands::oauth_consumer::model::OauthConsumerRightsInput;
///
/// let command = CreateOauthConsumer {
///     owner_id: ids.organisation.into(),
///     name: "Deploy bot".to_owned(),
///     description: "Deploys what is merged".to_owned(),
///     url: "https://bot.example.org".to_owned(),
///     picture: "https://bot.example.org/logo.svg".to_owned(),
///     base_url: "https://bot.example.org/callback".to_owned(),
///     rights: OauthConsumerRightsInput { access_organisations: true, ..Default::default() },
/// };
/// let consumer = client.send(command).await?;
/// # Ok(()) });
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "catalog", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[must_use = "a command does nothing until it is sent"]
pub struct CreateOauthConsumer {
    /// The owner.
    pub owner_id: OwnerId,
    /// Name to show to a person.
    pub name: String,
    /// What it does.
    pub description: String,
    /// Its home page.
    pub url: String,
    /// Address of its logo.
    pub picture: String,
    /// Address that its callbacks start with.
    pub base_url: String,
    /// What it may ask users for.
    pub rights: OauthConsumerRightsInput,
}

impl Command for CreateOauthConsumer {
    const NAME: &'static str = "CreateOauthConsumer";
    type Output = OauthConsumer;

    async fn run(self, cx: &Context) -> Result<Self::Output> {
        let body = OauthConsumerInput::new(
            self.name,
            self.description,
            self.url,
            self.picture,
            self.base_url,
            self.rights,
        );
        let created = cx.call(cc_api_oauth::CreateOauthConsumer::new(&self.owner_id, body)).await?;
        let created = created.required()?.into_inner().into();
        cx.learn(&self.owner_id, [&created]);
        Ok(created)
    }
}

/// Replaces what is registered of an OAuth consumer: a right that is not given anew is taken away.
///
/// Operation: `update_oauth_consumer`. The owner, when it is not given, is resolved from the key.
///
/// # Example
/// ```
/// # cc_examples::run(async |client, ids| {
/// use cc_client::commands::oauth_consumer::UpdateOauthConsumer;
/// use cc_client::commands::oauth_consumer::model::OauthConsumerRightsInput;
///
/// let command = UpdateOauthConsumer {
///     oauth_consumer_key: ids.consumer.into(),
///     name: "Deploy bot".to_owned(),
///     description: "Deploys what is merged".to_owned(),
///     url: "https://bot.example.org".to_owned(),
///     picture: "https://bot.example.org/logo.svg".to_owned(),
///     base_url: "https://bot.example.org/callback".to_owned(),
///     rights: OauthConsumerRightsInput { access_organisations: true, ..Default::default() },
///     owner_id: None,
/// };
/// let consumer = client.send(command).await?;
/// # Ok(()) });
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "catalog", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[must_use = "a command does nothing until it is sent"]
pub struct UpdateOauthConsumer {
    /// The consumer.
    pub oauth_consumer_key: ConsumerKey,
    /// Name to show to a person.
    pub name: String,
    /// What it does.
    pub description: String,
    /// Its home page.
    pub url: String,
    /// Address of its logo.
    pub picture: String,
    /// Address that its callbacks start with.
    pub base_url: String,
    /// What it may ask users for.
    pub rights: OauthConsumerRightsInput,
    /// The owner. Default: resolved.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner_id: Option<OwnerId>,
}

impl UpdateOauthConsumer {
    setters! {
        /// The owner. Default: resolved.
        owner_id: OwnerId,
    }
}

impl Command for UpdateOauthConsumer {
    const NAME: &'static str = "UpdateOauthConsumer";
    type Output = OauthConsumer;

    async fn run(self, cx: &Context) -> Result<Self::Output> {
        let body = OauthConsumerInput::new(
            self.name,
            self.description,
            self.url,
            self.picture,
            self.base_url,
            self.rights,
        );
        let key = &self.oauth_consumer_key;
        let updated = cx
            .resolved(Ids::new().owner(self.owner_id, key), |ids| {
                cc_api_oauth::UpdateOauthConsumer::new(ids.owner_id(), key, body.clone())
            })
            .await?;
        cx.changed(updated, async {
            let found = cx.reloading().send(GetOauthConsumer::new(key)).await?;
            found.ok_or_else(|| Error::new(ErrorKind::CannotResolveResource))
        })
        .await
    }
}
