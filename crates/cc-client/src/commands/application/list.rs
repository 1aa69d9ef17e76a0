//! Listing the applications of an owner.

use cc_runtime::Result;

use super::ListApplication;
use super::branches::with_branches;
use super::model::Application;
use crate::command::Run;
use crate::context::Context;
use crate::fan_out;

impl Run for ListApplication {
    async fn run(self, cx: &Context) -> Result<Self::Output> {
        let answer = cx.call(cc_api_application::ListApplications::new(&self.owner_id)).await?;
        let applications: Vec<Application> = answer.into_inner().into_iter().map(Into::into).collect();
        cx.learn(&self.owner_id, &applications);
        if self.with_branches != Some(true) {
            return Ok(applications);
        }
        let read = fan_out::for_each(applications, fan_out::AT_ONCE, |application| async {
            let bare = application.clone();
            (bare, with_branches(cx, application).await)
        });
        Ok(read.await.into_iter().map(|(bare, read)| read.unwrap_or(bare)).collect())
    }
}
