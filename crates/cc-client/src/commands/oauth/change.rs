//! Registering programs.

use cc_api_oauth::types::OauthConsumerInput;
use cc_runtime::{Answer, Result};

use super::GetOauthConsumer;
use super::{CreateOauthConsumer, UpdateOauthConsumer};
use crate::command::Run;
use crate::context::Context;
use crate::resolve::Ids;

impl Run for CreateOauthConsumer {
    async fn run(self, cx: &Context) -> Result<Self::Output> {
        let body = OauthConsumerInput::new(
            self.name,
            self.description,
            self.url,
            self.picture,
            self.base_url,
            self.rights,
        );
        let name = body.name.clone();
        let created = cx.call(cc_api_oauth::CreateOauthConsumer::new(&self.owner_id, body)).await?;
        let read = cx.reloading();
        let list = async {
            read.call(cc_api_oauth::ListOauthConsumers::new(&self.owner_id)).await.map(Answer::into_inner)
        };
        let created =
            cx.created(created, "the OAuth consumer", list, |found| found.name == name).await?.into();
        cx.learn(&self.owner_id, [&created]);
        Ok(created)
    }
}

impl Run for UpdateOauthConsumer {
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
        cx.changed(updated, cx.reloading().send(GetOauthConsumer::new(key))).await
    }
}
