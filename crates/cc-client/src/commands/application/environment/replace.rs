//! Replacing environments as a whole.

use std::collections::BTreeMap;

use cc_runtime::{Discard, Result};

use super::get::changed;
use crate::command::Run;
use crate::commands::application::{UpdateEnvironment, UpdateExposedEnvironment};
use crate::context::Context;
use crate::resolve::Ids;

impl Run for UpdateEnvironment {
    async fn run(self, cx: &Context) -> Result<Self::Output> {
        self.environment.check()?;
        let body = BTreeMap::from(self.environment);
        let answer = cx.resolved(Ids::new().owner(self.owner_id.clone(), &self.application_id), |ids| {
            cc_api_application::UpdateEnvironment::new(ids.owner_id(), &self.application_id, body.clone())
        });
        changed(cx, answer.await?, &self.application_id, &self.owner_id).await
    }
}

impl Run for UpdateExposedEnvironment {
    async fn run(self, cx: &Context) -> Result<Self::Output> {
        self.environment.check()?;
        let body = BTreeMap::from(self.environment);
        let answer = cx.resolved(Ids::new().owner(self.owner_id, &self.application_id), |ids| {
            Discard(cc_api_application::UpdateExposedEnvironment::new(
                ids.owner_id(),
                &self.application_id,
                body.clone(),
            ))
        });
        answer.await?;
        Ok(())
    }
}
