//! Reading one Jenkins.

use cc_runtime::{Answer, OrNotFound, Result};

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
            |ids| OrNotFound(cc_api_database::GetJenkinsUpdates::new(ids.real_addon_id())),
        );
        let (jenkins, updates) = read.await?;
        Ok(JenkinsInfo::new(jenkins.into_inner(), updates.map(Answer::into_inner)))
    }
}
