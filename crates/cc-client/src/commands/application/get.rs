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
        let answer = cx
            .resolved(ids, |ids| {
                cc_api_application::GetApplication::new(ids.owner_id(), &self.application_id)
            })
            .await;
        let application = match answer {
            Ok(answer) => Application::from(answer.into_inner()),
            Err(error) if error.is_not_found() => return Ok(None),
            Err(error) => return Err(error),
        };
        if self.with_branches != Some(true) {
            return Ok(Some(application));
        }
        with_branches(cx, application).await.map(Some)
    }
}
