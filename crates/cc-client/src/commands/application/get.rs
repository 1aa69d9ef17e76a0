//! Reading one application.

use cc_runtime::Result;

use super::GetApplication;
use super::branches::with_branches;
use super::model::Application;
use crate::command::Run;
use crate::context::Context;
use crate::resolve::Ids;

impl Run for GetApplication {
    async fn run(self, cx: &Context) -> Result<Self::Output> {
        let ids = Ids::new().owner(self.owner_id.clone(), &self.application_id);
        let answer = cx.resolved(ids, |ids| {
            cc_api_application::GetApplication::new(ids.owner_id(), &self.application_id)
        });
        let application = Application::from(answer.await?.into_inner());
        if self.with_branches != Some(true) {
            return Ok(application);
        }
        with_branches(cx, application).await
    }
}
