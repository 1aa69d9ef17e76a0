//! Reads registered programs.

use cc_runtime::Result;

use super::GetOauthConsumerSecret;
use super::model::OauthConsumer;
use super::{GetOauthConsumer, ListOauthConsumer};
use crate::command::Run;
use crate::context::Context;
use crate::lists::each;
use crate::resolve::Ids;

impl Run for GetOauthConsumer {
    async fn run(self, cx: &Context) -> Result<Self::Output> {
        let Self { oauth_consumer_key: key, with_secret, owner_id } = self;
        let consumer = cx.resolved(Ids::new().owner(owner_id.clone(), &key), |ids| {
            cc_api_oauth::GetOauthConsumer::new(ids.owner_id(), &key)
        });
        let secret = async {
            let mut command = GetOauthConsumerSecret::new(&key);
            command.owner_id = owner_id.clone();
            if with_secret == Some(true) { cx.send_optional(command).await } else { Ok(None) }
        };
        let (consumer, secret) = futures_util::future::join(consumer, secret).await;
        let mut consumer = OauthConsumer::from(consumer?.into_inner());
        consumer.secret = secret?.map(|answer| answer.secret);
        Ok(consumer)
    }
}

impl Run for ListOauthConsumer {
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
                cx.send_optional(GetOauthConsumerSecret::new(&consumer.key).owner_id(owner))
            });
            let secrets = secrets.await;
            for (consumer, secret) in consumers.iter_mut().zip(secrets) {
                consumer.secret = secret?.map(|answer| answer.secret);
            }
        }
        Ok(consumers)
    }
}
