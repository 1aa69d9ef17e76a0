//! Any Redis command, as its words or as a line for `redis-cli`.

use cc_runtime::input::IntoOption;
use std::fmt;

use cc_api_redis_http as api;
use cc_runtime::{Result, Secret};
use serde::{Deserialize, Serialize};

use crate::command::{Access, Keys, RedisCommand};
use crate::effect::Effect;
use crate::line;

/// Runs one Redis command.
///
/// It is sent again only when it [may be repeated](Effect); one that needs a connection of its own, such as `MULTI` or
/// `SUBSCRIBE`, is refused before it is sent.
///
/// In Rust, `Debug` shows no arguments: they may hold a password.
///
/// Operation: `send_command` (`POST /command`).
#[doc(alias = "CmdSendCommand")]
#[doc(alias = "clever kv")]
#[doc(alias = "/command")]
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "catalog", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[non_exhaustive]
#[must_use = "a command does nothing until it is sent"]
pub struct CmdSend {
    /// Name of the command, such as `GET`.
    pub command: String,
    /// Arguments of the command.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub args: Vec<String>,
    /// URL of the database, credentials included. Default: that of the client.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub backend_url: Option<Secret>,
}

impl CmdSend {
    /// Creates the command from its required inputs.
    pub fn new(command: impl Into<String>) -> Self {
        Self { command: command.into(), args: Vec::new(), backend_url: None }
    }

    /// Adds an argument.
    pub fn arg(mut self, arg: impl Into<String>) -> Self {
        self.args.push(arg.into());
        self
    }

    /// Adds several arguments.
    pub fn args(mut self, args: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.args.extend(args.into_iter().map(Into::into));
        self
    }

    /// URL of the database, credentials included. Default: that of the client.
    pub fn backend_url<Kind>(mut self, backend_url: impl IntoOption<Secret, Kind>) -> Self {
        self.backend_url = backend_url.into_option();
        self
    }
}

impl RedisCommand for CmdSend {
    type Operation = api::SendCommand;

    fn backend_url(&self) -> Option<&Secret> {
        self.backend_url.as_ref()
    }

    fn access(&self) -> Result<Access> {
        Effect::of(&self.command, &self.args)
    }

    fn operation(self, backend_url: Secret) -> Self::Operation {
        let mut body = api::types::SendCommandBody::new(self.command, backend_url);
        body.args = (!self.args.is_empty()).then_some(self.args);
        api::SendCommand::new(body)
    }
}

impl fmt::Debug for CmdSend {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CmdSend")
            .field("command", &self.command)
            .field("args", &self.args.len())
            .field("backend_url", &self.backend_url)
            .finish()
    }
}

/// Runs a command line as `redis-cli` would, and gives the lines that it would print.
///
/// What Redis refuses is an answer with `success: false`, not an error. It is sent again, or refused, as [`CmdSend`] is.
///
/// In Rust, `Debug` shows the first word alone.
///
/// Operation: `send_command_line` (`POST /command/cli`).
#[doc(alias = "CmdCliSendCommand")]
#[doc(alias = "clever kv")]
#[doc(alias = "/command/cli")]
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "catalog", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[non_exhaustive]
#[must_use = "a command does nothing until it is sent"]
pub struct CmdCliSend {
    /// The command and its arguments, quoted as for `redis-cli`.
    pub command_line: String,
    /// URL of the database, credentials included. Default: that of the client.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub backend_url: Option<Secret>,
}

impl CmdCliSend {
    /// Creates the command from its required inputs.
    pub fn new(command_line: impl Into<String>) -> Self {
        Self { command_line: command_line.into(), backend_url: None }
    }

    /// URL of the database, credentials included. Default: that of the client.
    pub fn backend_url<Kind>(mut self, backend_url: impl IntoOption<Secret, Kind>) -> Self {
        self.backend_url = backend_url.into_option();
        self
    }
}

impl RedisCommand for CmdCliSend {
    type Operation = api::SendCommandLine;

    fn backend_url(&self) -> Option<&Secret> {
        self.backend_url.as_ref()
    }

    fn access(&self) -> Result<Access> {
        match line::words(&self.command_line).as_deref() {
            Some([command, args @ ..]) => Effect::of(command, args),
            // The proxy reports the error.
            _ => Ok(Access::new(Effect::Once, Keys::All)),
        }
    }

    fn operation(self, backend_url: Secret) -> Self::Operation {
        api::SendCommandLine::new(api::types::SendCommandLineBody::new(self.command_line, backend_url))
    }
}

impl fmt::Debug for CmdCliSend {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let command = self.command_line.split_whitespace().next().unwrap_or_default();
        f.debug_struct("CmdCliSend")
            .field("command", &command)
            .field("backend_url", &self.backend_url)
            .finish_non_exhaustive()
    }
}
