//! Every command as data: what a command line, a page or a test needs to drive all of them without code for each.
//!
//! ```no_run
//! # async fn example(client: cc_client::Client) -> cc_client::Result<()> {
//! for command in cc_client::catalog::find("zone") {
//!     println!("{}: {}", command.name(), command.summary());
//! }
//! let zone = cc_client::catalog::dispatch(&client, "GetZone", serde_json::json!({ "zoneName": "par" })).await?;
//! # Ok(()) }
//! ```

mod near;
#[cfg(feature = "stream")]
mod stream;

use std::fmt;
use std::future::{Future, IntoFuture};
use std::pin::Pin;
use std::sync::LazyLock;

use cc_core::{CallOptions, Error, ErrorKind, Result};
use schemars::{JsonSchema, Schema, schema_for};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

#[cfg(feature = "stream")]
#[allow(unused_imports)] // Which domains are on decides who needs it.
pub(crate) use stream::stream_entry;
#[cfg(feature = "stream")]
pub use stream::{Streamed, stream};

use crate::client::Client;
use crate::command::{Command, CommandCall, UrlCommand};

type Dispatched = Pin<Box<dyn Future<Output = Result<Value>> + Send>>;

/// A command as data.
#[derive(Clone, Copy)]
pub struct CommandInfo {
    name: &'static str,
    domain: &'static str,
    summary: &'static str,
    operations: &'static [&'static str],
    input_schema: fn() -> Schema,
    output_schema: fn() -> Schema,
    run: Run,
}

/// How a command is run.
#[derive(Clone, Copy)]
enum Run {
    Once(fn(Client, CallOptions, &Value) -> Result<Dispatched>),
    #[cfg(feature = "stream")]
    Stream(fn(&Client, &Value) -> Result<Streamed>),
}

/// What a command gives back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum CommandKind {
    /// One output: [`dispatch`] runs it.
    Once,
    /// One thing after another: [`stream()`] runs it.
    Stream,
}

impl CommandInfo {
    /// What it gives back.
    #[must_use]
    pub fn kind(&self) -> CommandKind {
        match self.run {
            Run::Once(_) => CommandKind::Once,
            #[cfg(feature = "stream")]
            Run::Stream(_) => CommandKind::Stream,
        }
    }

    /// Its name, such as `GetZone`.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// The domain it is found under, such as `zone`.
    #[must_use]
    pub fn domain(&self) -> &'static str {
        self.domain
    }

    /// What it does, in one sentence.
    #[must_use]
    pub fn summary(&self) -> &'static str {
        self.summary
    }

    /// The operations of the spec that it may call.
    #[must_use]
    pub fn operations(&self) -> &'static [&'static str] {
        self.operations
    }

    /// The JSON Schema of its inputs.
    #[must_use]
    pub fn input_schema(&self) -> Schema {
        (self.input_schema)()
    }

    /// The JSON Schema of what it gives back.
    #[must_use]
    pub fn output_schema(&self) -> Schema {
        (self.output_schema)()
    }

    /// A call of this command with these inputs.
    pub fn dispatch(&'static self, client: &Client, input: Value) -> Dispatch {
        Dispatch { client: client.clone(), options: CallOptions::default(), command: Ok(self), input }
    }
}

impl fmt::Debug for CommandInfo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CommandInfo")
            .field("name", &self.name)
            .field("domain", &self.domain)
            .field("summary", &self.summary)
            .field("operations", &self.operations)
            .finish_non_exhaustive()
    }
}

/// The entry of one command. Only what depends on its types is compiled for each.
#[allow(dead_code)]
pub(crate) fn entry<C>(
    domain: &'static str,
    summary: &'static str,
    operations: &'static [&'static str],
) -> CommandInfo
where
    C: Command<Output: Serialize + JsonSchema> + DeserializeOwned + JsonSchema,
{
    CommandInfo {
        name: C::NAME,
        domain,
        summary,
        operations,
        input_schema: || schema_for!(C),
        output_schema: || schema_for!(C::Output),
        run: Run::Once(|client, options, input| {
            let call = CommandCall::<C>::with_options(client, read_input(input)?, options);
            Ok(Box::pin(async move { serde_json::to_value(call.await?).map_err(bad_output) }))
        }),
    }
}

/// The entry of a command that builds a URL: its output is the URL as a text, credentials included.
#[allow(dead_code)]
pub(crate) fn url_entry<C>(
    domain: &'static str,
    summary: &'static str,
    operations: &'static [&'static str],
) -> CommandInfo
where
    C: UrlCommand + DeserializeOwned + JsonSchema,
{
    CommandInfo {
        name: C::NAME,
        domain,
        summary,
        operations,
        input_schema: || schema_for!(C),
        output_schema: || schema_for!(String),
        run: Run::Once(|client, _, input| {
            let command: C = read_input(input)?;
            Ok(Box::pin(async move { Ok(Value::from(client.url(command).await?.expose())) }))
        }),
    }
}

/// The value that this JSON describes: a command, or whatever else is driven by name.
pub(crate) fn read_input<T: DeserializeOwned>(input: &Value) -> Result<T> {
    // Only a text has the places by which an error names a field.
    let text = input.to_string();
    serde_json::from_str(&text).map_err(|cause| bad_input(&text, &cause))
}

#[cold]
fn bad_input(text: &str, cause: &serde_json::Error) -> Error {
    let place = cc_core::__private::json_path_at(text.as_bytes(), cause.line(), cause.column());
    let cause = cause.to_string();
    let cause = cause.rsplit_once(" at line ").map_or(cause.as_str(), |(cause, _)| cause);
    let message = if place.is_empty() { cause.to_owned() } else { format!("`{place}`: {cause}") };
    Error::new(ErrorKind::InvalidInput).with_message(message)
}

#[cold]
fn bad_output(cause: serde_json::Error) -> Error {
    Error::new(ErrorKind::Unexpected).with_message("the output does not encode as JSON").with_source(cause)
}

/// All commands, by name.
#[must_use]
pub fn commands() -> &'static [CommandInfo] {
    static COMMANDS: LazyLock<Vec<CommandInfo>> = LazyLock::new(|| {
        let mut commands = crate::generated::catalog::entries();
        commands.sort_by_key(CommandInfo::name);
        commands
    });
    &COMMANDS
}

/// The command of this name.
#[must_use]
pub fn get(name: &str) -> Option<&'static CommandInfo> {
    let commands = commands();
    commands.binary_search_by(|command| command.name.cmp(name)).ok().map(|at| &commands[at])
}

/// The commands whose name, domain or summary holds every one of these words, in any case. Nothing asked for is all.
pub fn find(words: &str) -> impl Iterator<Item = &'static CommandInfo> {
    let words: Vec<String> = words.split_whitespace().map(str::to_lowercase).collect();
    commands().iter().filter(move |command| {
        let text = format!("{} {} {}", command.name, command.domain, command.summary).to_lowercase();
        words.iter().all(|word| text.contains(word.as_str()))
    })
}

/// A call of the command of this name: `dispatch(&client, "GetZone", json!({"zoneName": "par"})).await`.
pub fn dispatch(client: &Client, name: &str, input: Value) -> Dispatch {
    let command = get(name).ok_or_else(|| unknown(name));
    Dispatch { client: client.clone(), options: CallOptions::default(), command, input }
}

#[cold]
fn is_a_stream(name: &'static str) -> Error {
    Error::new(ErrorKind::InvalidInput)
        .with_message(format!("`{name}` gives one thing after another: run it with `catalog::stream`"))
        .with_command(name)
}

#[cold]
fn unknown(name: &str) -> Error {
    let names = commands().iter().map(CommandInfo::name);
    let near = near::nearest(name, names, 3);
    let message = if near.is_empty() {
        format!("there is no command `{name}`")
    } else {
        format!("there is no command `{name}`: is `{}` meant?", near.join("` or `"))
    };
    Error::new(ErrorKind::InvalidInput).with_message(message)
}

/// A command, by name and with JSON, that is sent when it is awaited.
///
/// It fails with [`ErrorKind::InvalidInput`] when there is no such command (the message tells near names), or the input is
/// not what it takes (the message names the field); and as the command does.
#[derive(Debug)]
#[must_use = "a command does nothing until it is awaited"]
pub struct Dispatch {
    client: Client,
    options: CallOptions,
    command: Result<&'static CommandInfo>,
    input: Value,
}

impl Dispatch {
    cc_core::__call_setters!();
}

impl IntoFuture for Dispatch {
    type Output = Result<Value>;
    type IntoFuture = Dispatched;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move {
            let command = self.command?;
            #[cfg_attr(not(feature = "stream"), allow(irrefutable_let_patterns))]
            let Run::Once(run) = command.run else { return Err(is_a_stream(command.name)) };
            let run = run(self.client, self.options, &self.input);
            run.map_err(|error| error.with_command(command.name))?.await
        })
    }
}

#[cfg(test)]
mod tests;
