//! Deploying an application and waiting for the end of it.

use std::time::Duration;

use std::future::poll_fn;

use cc_runtime::Result;
use cc_runtime::tasks::{self, Instant};

use super::DeployAndWait;
use super::begin::{Beginning, Begun};
use super::look::Target;
use super::progress::DeploymentProgress;
use super::watch::Watch;
use crate::command::Run;
use crate::context::Context;

impl DeployAndWait {
    /// Goes on with a deployment that was asked for before, in another process too, for this long at most.
    pub fn resume(progress: DeploymentProgress, deadline: Duration) -> Self {
        let mut command = Self::new(&progress.application_id, deadline);
        command.owner_id.clone_from(&progress.owner_id);
        command.progress = Some(progress);
        command
    }

    /// The wait for a deployment that has an id.
    pub(super) fn watch(&self, cx: &Context, begun: &Begun, deadline: Option<Instant>) -> Watch {
        let progress = &begun.progress;
        let target = Target { application_id: self.application_id.clone(), owner_id: self.owner_id.clone() };
        let id = progress.deployment_id.clone();
        let mut watch = Watch::new(cx, target, Some(id), self.every, deadline, true);
        watch.judge().expect(Instant::now(), progress.asked_at, begun.is_new());
        begun.requests.iter().for_each(|at| watch.pace().sent(*at, 1));
        watch
    }
}

impl Run for DeployAndWait {
    async fn run(self, cx: &Context) -> Result<Self::Output> {
        let deadline = tasks::after(self.deadline);
        let begun = match &self.progress {
            Some(progress) => Begun::before(progress.clone()),
            None => {
                let mut beginning = Beginning::new(cx.clone(), &self, deadline);
                poll_fn(|cx| beginning.poll(cx)).await?
            }
        };
        let mut watch = self.watch(cx, &begun, deadline);
        poll_fn(|cx| watch.poll(cx)).await.map_err(|error| begun.progress.into_error(error, true))
    }
}
