//! Keys that hold a text.

use cc_api_redis_http as api;
use cc_runtime::{Result, Secret};

use super::{CreateStringKey, GetStringKey, UpdateStringKey};
use crate::command::{Access, RedisCommand};
use crate::effect::Effect;

impl RedisCommand for GetStringKey {
    type Operation = api::GetStringKey;

    fn backend_url(&self) -> Option<&Secret> {
        self.backend_url.as_ref()
    }

    fn access(&self) -> Result<Access> {
        Access::of(Effect::Read, &self.key)
    }

    fn operation(self, backend_url: Secret) -> Self::Operation {
        api::GetStringKey::new(api::types::GetStringKeyBody::new(self.key, backend_url))
    }
}

impl RedisCommand for CreateStringKey {
    type Operation = api::CreateStringKey;

    fn backend_url(&self) -> Option<&Secret> {
        self.backend_url.as_ref()
    }

    fn access(&self) -> Result<Access> {
        Access::of(Effect::Once, &self.key)
    }

    fn operation(self, backend_url: Secret) -> Self::Operation {
        api::CreateStringKey::new(api::types::CreateStringKeyBody::new(self.key, self.value, backend_url))
    }
}

impl RedisCommand for UpdateStringKey {
    type Operation = api::UpdateStringKey;

    fn backend_url(&self) -> Option<&Secret> {
        self.backend_url.as_ref()
    }

    fn access(&self) -> Result<Access> {
        Access::of(Effect::Idempotent, &self.key)
    }

    fn operation(self, backend_url: Secret) -> Self::Operation {
        api::UpdateStringKey::new(api::types::UpdateStringKeyBody::new(self.key, self.value, backend_url))
    }
}
