//! Reading one Jenkins.

use cc_runtime::{Answer, OrNothing, Result};
use http::StatusCode;

use super::GetJenkinsInfo;
use super::model::JenkinsInfo;
use crate::command::Run;
use crate::context::Context;
use crate::resolve::Ids;

impl Run for GetJenkinsInfo {
    async fn run(self, cx: &Context) -> Result<Self::Output> {
        let read = cx.resolved_with_part(
            Ids::new().real_addon(&self.addon_id),
            |ids| cc_api_database::GetJenkins::new(ids.real_addon_id()),
            |ids| OrNothing(cc_api_database::GetJenkinsUpdates::new(ids.real_addon_id())),
        );
        let (jenkins, updates) = match read.await {
            Ok((jenkins, updates)) => (jenkins.into_inner(), updates.and_then(Answer::into_inner)),
            Err(error) if error.status() == Some(StatusCode::NOT_FOUND) => return Ok(None),
            Err(error) => return Err(error),
        };
        Ok(Some(JenkinsInfo::new(jenkins, updates)))
    }
}
