//! Changing drains that are there, and trying them.

use std::convert::identity;

use cc_runtime::{Discard, Result};

use super::model::DrainState;
use super::wait::{Resource, read, wait};
use super::{DeleteLogDrain, DisableLogDrain, EnableLogDrain, GetLogDrainTestCommand, ResetLogDrainCursor};
use crate::command::Run;
use crate::context::Context;

/// The drain that a command is about.
macro_rules! about_one_drain {
    ($($command:ident),+ $(,)?) => {
        $(impl $command {
            fn resource(&self) -> Resource<'_> {
                Resource { owner: &self.owner_id, application: &self.application_id, addon: &self.addon_id }
            }
        })+
    };
}

about_one_drain!(
    DeleteLogDrain,
    EnableLogDrain,
    DisableLogDrain,
    GetLogDrainTestCommand,
    ResetLogDrainCursor
);

/// Sends the one request of a command about one drain. `$as` is `Discard` for a request whose answer is not used.
macro_rules! request {
    ($self:ident, $cx:ident, $as:ident, $operation:ident) => {{
        let target = $self.resource().target()?;
        $cx.resolved(target.drain_ids(&$self.owner_id), |ids| {
            $as(cc_api_drain::$operation::new(ids.owner_id(), target.resource_id(ids), &$self.drain_id))
        })
        .await?
    }};
}

impl Run for DeleteLogDrain {
    async fn run(self, cx: &Context) -> Result<Self::Output> {
        request!(self, cx, Discard, DeleteDrain);
        Ok(())
    }
}

impl Run for EnableLogDrain {
    async fn run(self, cx: &Context) -> Result<Self::Output> {
        request!(self, cx, Discard, EnableDrain);
        wait(cx, self.resource(), &self.drain_id, &DrainState::Enabled).await
    }
}

impl Run for DisableLogDrain {
    async fn run(self, cx: &Context) -> Result<Self::Output> {
        request!(self, cx, Discard, DisableDrain);
        wait(cx, self.resource(), &self.drain_id, &DrainState::Disabled).await
    }
}

impl Run for GetLogDrainTestCommand {
    async fn run(self, cx: &Context) -> Result<Self::Output> {
        Ok(request!(self, cx, identity, GetDrainTestCommand).into_inner())
    }
}

impl Run for ResetLogDrainCursor {
    async fn run(self, cx: &Context) -> Result<Self::Output> {
        let answer = request!(self, cx, identity, ResetDrainCursor);
        let reloading = cx.reloading();
        cx.changed(answer, read(&reloading, self.resource(), &self.drain_id)).await
    }
}
