//! Deploying an application and waiting for the end of it.

use std::time::Duration;

use std::future::poll_fn;

use cc_runtime::Result;
use cc_runtime::tasks::{self, Instant};

use super::DeployAndWait;
use super::ask::{Wish, ask};
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

    /// Asks for the deployment, once.
    pub(super) async fn start(&self, cx: &Context, deadline: Option<Instant>) -> Result<DeploymentProgress> {
        let wish = Wish {
            application_id: &self.application_id,
            owner_id: self.owner_id.as_ref(),
            commit: self.commit.as_deref(),
            use_cache: self.use_cache,
        };
        let accepted = ask(cx, &wish, deadline).await?;
        let mut progress = DeploymentProgress::new(&self.application_id, accepted.deployment_id);
        progress.owner_id.clone_from(&self.owner_id);
        progress.asked_at = accepted.date;
        Ok(progress)
    }

    /// The wait for a deployment that the platform has accepted, just now if it is new.
    pub(super) fn watch(
        &self,
        cx: &Context,
        progress: &DeploymentProgress,
        deadline: Option<Instant>,
        is_new: bool,
    ) -> Watch {
        let target = Target { application_id: self.application_id.clone(), owner_id: self.owner_id.clone() };
        let id = progress.deployment_id.clone();
        let mut watch = Watch::new(cx, target, Some(id), self.every, deadline, true);
        watch.judge().expect(Instant::now(), progress.asked_at, is_new);
        if is_new {
            // The request of the deployment, and of its owner.
            watch.pace().sent(Instant::now(), 1 + usize::from(self.owner_id.is_none()));
        }
        watch
    }
}

impl Run for DeployAndWait {
    async fn run(self, cx: &Context) -> Result<Self::Output> {
        let deadline = tasks::after(self.deadline);
        let (progress, is_new) = match &self.progress {
            Some(progress) => (progress.clone(), false),
            None => (self.start(cx, deadline).await?, true),
        };
        let mut watch = self.watch(cx, &progress, deadline, is_new);
        poll_fn(|cx| watch.poll(cx)).await.map_err(|error| progress.into_error(error, true))
    }
}
