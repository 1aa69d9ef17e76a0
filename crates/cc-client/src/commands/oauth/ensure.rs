//! Registering a program only once.

use cc_runtime::Result;
use cc_runtime::ensure::{Differences, Ensure, NaturalKey};

use super::model::OauthConsumer;
use super::{CreateOauthConsumer, ListOauthConsumer, UpdateOauthConsumer};
use crate::context::Context;

/// One OAuth consumer for owner and name. All else is compared and can be changed.
impl Ensure for CreateOauthConsumer {
    type Thing = OauthConsumer;

    fn key(&self) -> Result<NaturalKey> {
        Ok(NaturalKey::new("OAuth consumer").with("ownerId", self.owner_id.as_str()).with("name", &self.name))
    }

    async fn look(&self, cx: &Context) -> Result<Vec<OauthConsumer>> {
        let mut consumers = cx.send(ListOauthConsumer::new(&self.owner_id)).await?;
        consumers.retain(|consumer| consumer.name == self.name);
        Ok(consumers)
    }

    fn id(consumer: &OauthConsumer) -> String {
        consumer.key.as_str().to_owned()
    }

    async fn create(self, cx: &Context) -> Result<OauthConsumer> {
        cx.send(self).await
    }

    fn compare(&self, found: &OauthConsumer) -> Differences {
        let mut is = serde_json::to_value(found.rights).unwrap_or_default();
        if let Some(rights) = is.as_object_mut() {
            // No caller can ask for it.
            rights.remove("almighty");
        }
        let wanted = serde_json::to_value(self.rights).unwrap_or_default();
        Differences::new()
            .changeable("description", &found.description, Some(&self.description))
            .changeable("url", &found.url, Some(&self.url))
            .changeable("picture", &found.picture, Some(&self.picture))
            .changeable("baseUrl", &found.base_url, Some(&self.base_url))
            .changeable("rights", &is, Some(&wanted))
    }

    async fn update(self, found: OauthConsumer, _: &Differences, cx: &Context) -> Result<OauthConsumer> {
        let Self { owner_id, name, description, url, picture, base_url, rights } = self;
        let update = UpdateOauthConsumer::new(&found.key, name, description, url, picture, base_url, rights);
        cx.send(update.owner_id(owner_id)).await
    }
}
