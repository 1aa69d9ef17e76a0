//! Waiting for the end of a deployment.

use std::future::poll_fn;

use cc_runtime::{Result, tasks};

use super::WaitForDeployment;
use super::look::Target;
use super::progress::DeploymentProgress;
use super::watch::Watch;
use crate::command::Run;
use crate::context::Context;

impl Run for WaitForDeployment {
    async fn run(self, cx: &Context) -> Result<Self::Output> {
        let Self { application_id, deadline, deployment_id, owner_id, every } = self;
        let deadline = tasks::after(deadline);
        let target = Target { application_id: application_id.clone(), owner_id: owner_id.clone() };
        let mut watch = Watch::new(cx, target, deployment_id, every, deadline, false);
        let ended = poll_fn(|cx| watch.poll(cx)).await;
        ended.map_err(|error| match watch.id() {
            Some(id) => {
                let mut progress = DeploymentProgress::new(application_id, id);
                progress.owner_id = owner_id;
                progress.into_error(error, false)
            }
            None => error,
        })
    }
}
