//! Reading what is registered of programs.

use cc_core::{ConsumerKey, OwnerId, Result};
use http::StatusCode;
use serde::{Deserialize, Serialize};

use super::GetOauthConsumerSecret;
use super::model::OauthConsumer;
use crate::command::Command;
use crate::context::Context;
use crate::model::{each, setters};
use crate::resolve::Ids;

/// Reads one OAuth consumer, with its secret when asked for. `None` when there is none.
///
/// Operations: `get_oauth_consumer`, and `get_oauth_consumer_secret` when the secret is asked for, both at once. The owner,
/// when it is not given, is resolved from the key.
///
/// # Errors
/// [`CannotResolveResource`](cc_core::ErrorKind::CannotResolveResource) when nobody knows the key.
///
/// # Example
/// ```
/// # cc_examples::run(async |client, ids| {
/// use cc_client::commands::oauth_consumer::GetOauthConsumer;
///
/// let consumer = client.send(GetOauthConsumer::new(ids.consumer).with_secret(true)).await?;
/// # Ok(()) });
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "catalog", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[must_use = "a command does nothing until it is sent"]
pub struct GetOauthConsumer {
    /// The consumer.
    pub oauth_consumer_key: ConsumerKey,
    /// Whether to read the secret too. Default: no.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub with_secret: Option<bool>,
    /// The owner. Default: resolved.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner_id: Option<OwnerId>,
}

impl GetOauthConsumer {
    /// With what is required.
    pub fn new(oauth_consumer_key: impl Into<ConsumerKey>) -> Self {
        Self { oauth_consumer_key: oauth_consumer_key.into(), with_secret: None, owner_id: None }
    }

    setters! {
        /// Whether to read the secret too. Default: no.
        with_secret: bool,
        /// The owner. Default: resolved.
        owner_id: OwnerId,
    }
}

impl Command for GetOauthConsumer {
    const NAME: &'static str = "GetOauthConsumer";
    type Output = Option<OauthConsumer>;

    async fn run(self, cx: &Context) -> Result<Self::Output> {
        let Self { oauth_consumer_key: key, with_secret, owner_id } = self;
        let consumer = cx.resolved(Ids::new().owner(owner_id.clone(), &key), |ids| {
            cc_api_oauth::GetOauthConsumer::new(ids.owner_id(), &key)
        });
        let secret = async {
            let mut command = GetOauthConsumerSecret::new(&key);
            command.owner_id = owner_id.clone();
            if with_secret == Some(true) { cx.send(command).await } else { Ok(None) }
        };
        let (consumer, secret) = futures_util::future::join(consumer, secret).await;
        let consumer = match consumer {
            Ok(consumer) => consumer.into_inner(),
            Err(error) if error.status() == Some(StatusCode::NOT_FOUND) => return Ok(None),
            Err(error) => return Err(error),
        };
        let mut consumer = OauthConsumer::from(consumer);
        consumer.secret = secret?.map(|answer| answer.secret);
        Ok(Some(consumer))
    }
}

/// Lists the OAuth consumers of an owner by name, with their secrets when asked for. Empty when there are none.
///
/// Operations: `list_oauth_consumers`, and `get_oauth_consumer_secret` for each when the secrets are asked for, a few at once.
/// A consumer whose secret is gone by then is listed without it.
///
/// # Example
/// ```
/// # cc_examples::run(async |client, ids| {
/// use cc_client::commands::oauth_consumer::ListOauthConsumer;
///
/// let consumers = client.send(ListOauthConsumer::new(ids.organisation)).await?;
/// # Ok(()) });
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "catalog", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[must_use = "a command does nothing until it is sent"]
pub struct ListOauthConsumer {
    /// The owner.
    pub owner_id: OwnerId,
    /// Whether to read the secrets too. Default: no.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub with_secret: Option<bool>,
}

impl ListOauthConsumer {
    /// With what is required.
    pub fn new(owner_id: impl Into<OwnerId>) -> Self {
        Self { owner_id: owner_id.into(), with_secret: None }
    }

    setters! {
        /// Whether to read the secrets too. Default: no.
        with_secret: bool,
    }
}

impl Command for ListOauthConsumer {
    const NAME: &'static str = "ListOauthConsumer";
    type Output = Vec<OauthConsumer>;

    async fn run(self, cx: &Context) -> Result<Self::Output> {
        let mut consumers: Vec<OauthConsumer> =
            match cx.call(cc_api_oauth::ListOauthConsumers::new(&self.owner_id)).await {
                Ok(answer) => each(answer.into_inner()),
                Err(error) if error.is_not_found() => return Ok(Vec::new()),
                Err(error) => return Err(error),
            };
        cx.learn(&self.owner_id, &consumers);
        consumers.sort_by(|a, b| a.name.cmp(&b.name));
        if self.with_secret == Some(true) {
            let owner = &self.owner_id;
            let secrets = cx.for_each(&consumers, |consumer| {
                cx.send(GetOauthConsumerSecret::new(&consumer.key).owner_id(owner))
            });
            let secrets = secrets.await;
            for (consumer, secret) in consumers.iter_mut().zip(secrets) {
                consumer.secret = secret?.map(|answer| answer.secret);
            }
        }
        Ok(consumers)
    }
}
