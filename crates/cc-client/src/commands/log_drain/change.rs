//! Changing drains that are there, and trying them.

use std::convert::identity;

use cc_core::{AnyAddonId, ApplicationId, Discard, DrainId, OwnerId, Result, Secret};
use serde::{Deserialize, Serialize};

use super::model::{DrainState, LogDrain};
use super::wait::{Resource, read, wait};
use crate::command::Command;
use crate::context::Context;
use crate::model::setters;

/// A command about one drain.
macro_rules! drain_command {
    ($(#[$doc:meta])* pub struct $name:ident;) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
        #[cfg_attr(feature = "catalog", derive(schemars::JsonSchema))]
        #[serde(rename_all = "camelCase", deny_unknown_fields)]
        #[must_use = "a command does nothing until it is sent"]
        pub struct $name {
            /// The application.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            pub application_id: Option<ApplicationId>,
            /// The add-on, by either id.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            pub addon_id: Option<AnyAddonId>,
            /// The drain.
            pub drain_id: DrainId,
            /// The owner. Default: resolved.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            pub owner_id: Option<OwnerId>,
        }

        impl $name {
            /// Of an application.
            pub fn of_application(
                application_id: impl Into<ApplicationId>,
                drain_id: impl Into<DrainId>,
            ) -> Self {
                Self {
                    application_id: Some(application_id.into()),
                    addon_id: None,
                    drain_id: drain_id.into(),
                    owner_id: None,
                }
            }

            /// Of an add-on, by either id.
            pub fn of_addon(addon_id: impl Into<AnyAddonId>, drain_id: impl Into<DrainId>) -> Self {
                Self {
                    application_id: None,
                    addon_id: Some(addon_id.into()),
                    drain_id: drain_id.into(),
                    owner_id: None,
                }
            }

            setters! {
                /// The owner. Default: resolved.
                owner_id: OwnerId,
            }

            fn resource(&self) -> Resource<'_> {
                Resource { owner: &self.owner_id, application: &self.application_id, addon: &self.addon_id }
            }
        }
    };
}

drain_command! {
    /// Deletes a drain of an application or an add-on.
    ///
    /// Operation: `delete_drain`.
    ///
    /// # Errors
    /// 404 when there is none.
    ///
    /// # Example
    /// ```
    /// # cc_examples::run(async |client, ids| {
    /// use cc_client::commands::log_drain::DeleteLogDrain;
    ///
    /// client.send(DeleteLogDrain::of_application(ids.application, ids.drain)).await?;
    /// # Ok(()) });
    /// ```
    pub struct DeleteLogDrain;
}

drain_command! {
    /// Enables a drain, and waits for at most 30 s until it is.
    ///
    /// Operations: `enable_drain`, then `get_drain` each second.
    ///
    /// # Errors
    /// [`DeadlineExceeded`](cc_core::ErrorKind::DeadlineExceeded) when it takes longer: it may still happen. An error of a look
    /// ends the wait.
    ///
    /// # Example
    /// ```
    /// # cc_examples::run(async |client, ids| {
    /// use cc_client::commands::log_drain::EnableLogDrain;
    ///
    /// client.send(EnableLogDrain::of_application(ids.application, ids.drain)).await?;
    /// # Ok(()) });
    /// ```
    pub struct EnableLogDrain;
}

drain_command! {
    /// Disables a drain, and waits for at most 30 s until it is.
    ///
    /// Operations: `disable_drain`, then `get_drain` each second.
    ///
    /// # Errors
    /// [`DeadlineExceeded`](cc_core::ErrorKind::DeadlineExceeded) when it takes longer: it may still happen. An error of a look
    /// ends the wait.
    ///
    /// # Example
    /// ```
    /// # cc_examples::run(async |client, ids| {
    /// use cc_client::commands::log_drain::DisableLogDrain;
    ///
    /// client.send(DisableLogDrain::of_application(ids.application, ids.drain)).await?;
    /// # Ok(()) });
    /// ```
    pub struct DisableLogDrain;
}

drain_command! {
    /// Gives a shell command (`curl`) that tries the target of a drain. It may hold the credentials of the target.
    ///
    /// Operation: `get_drain_test_command`.
    ///
    /// # Errors
    /// 404 when there is none.
    ///
    /// # Example
    /// ```
    /// # cc_examples::run(async |client, ids| {
    /// use cc_client::commands::log_drain::GetLogDrainTestCommand;
    ///
    /// let command = client.send(GetLogDrainTestCommand::of_application(ids.application, ids.drain)).await?;
    /// assert!(command.expose().starts_with("curl "));
    /// # Ok(()) });
    /// ```
    pub struct GetLogDrainTestCommand;
}

drain_command! {
    /// Makes a drain go on from the latest log line: the lines that it has not sent yet are given up.
    ///
    /// Operation: `reset_drain_cursor`, then `get_drain` where that is answered with an empty body.
    ///
    /// # Errors
    /// 404 when there is none.
    ///
    /// # Example
    /// ```
    /// # cc_examples::run(async |client, ids| {
    /// use cc_client::commands::log_drain::ResetLogDrainCursor;
    ///
    /// let drain = client.send(ResetLogDrainCursor::of_application(ids.application, ids.drain)).await?;
    /// # Ok(()) });
    /// ```
    pub struct ResetLogDrainCursor;
}

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

impl Command for DeleteLogDrain {
    const NAME: &'static str = "DeleteLogDrain";
    type Output = ();

    async fn run(self, cx: &Context) -> Result<Self::Output> {
        request!(self, cx, Discard, DeleteDrain);
        Ok(())
    }
}

impl Command for EnableLogDrain {
    const NAME: &'static str = "EnableLogDrain";
    type Output = LogDrain;

    async fn run(self, cx: &Context) -> Result<Self::Output> {
        request!(self, cx, Discard, EnableDrain);
        wait(cx, self.resource(), &self.drain_id, &DrainState::Enabled).await
    }
}

impl Command for DisableLogDrain {
    const NAME: &'static str = "DisableLogDrain";
    type Output = LogDrain;

    async fn run(self, cx: &Context) -> Result<Self::Output> {
        request!(self, cx, Discard, DisableDrain);
        wait(cx, self.resource(), &self.drain_id, &DrainState::Disabled).await
    }
}

impl Command for GetLogDrainTestCommand {
    const NAME: &'static str = "GetLogDrainTestCommand";
    type Output = Secret;

    async fn run(self, cx: &Context) -> Result<Self::Output> {
        Ok(request!(self, cx, identity, GetDrainTestCommand).into_inner())
    }
}

impl Command for ResetLogDrainCursor {
    const NAME: &'static str = "ResetLogDrainCursor";
    type Output = LogDrain;

    async fn run(self, cx: &Context) -> Result<Self::Output> {
        let answer = request!(self, cx, identity, ResetDrainCursor);
        let reloading = cx.reloading();
        cx.changed(answer, read(&reloading, self.resource(), &self.drain_id)).await
    }
}
