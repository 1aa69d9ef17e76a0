//! Commands as data: for command lines, pages and tests that run all commands without code for each.
//!
//! Each client has a [`Catalog`] of its own; `cc_client::catalog`, `cc_bridge::catalog` and `cc_redis_http::catalog` look
//! alike.

mod near;

use std::fmt;
use std::future::{Future, IntoFuture};
use std::pin::Pin;

use futures_util::Stream;
use schemars::{JsonSchema, Schema, schema_for};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::de;
use crate::error::{Error, ErrorKind, Result};
use crate::schema;
use crate::transport::CallOptions;

/// The output of a command that is on its way.
pub type Dispatched = Pin<Box<dyn Future<Output = Result<Value>> + Send>>;

/// Items of a stream. An `Err` is the failure that ends it.
pub type Streamed = Pin<Box<dyn Stream<Item = Result<Delivered>> + Send>>;

/// One thing that a stream gives. The stream goes on after it.
#[derive(Debug)]
pub enum Delivered {
    /// The output of one thing as JSON.
    Item(Value),
    /// Items may be missing at this point ([`ErrorKind::StreamGap`]), or one of them could not be read.
    Notice(Error),
}

/// A command of the client `C` as data.
pub struct CommandInfo<C: 'static> {
    name: &'static str,
    domain: &'static str,
    summary: &'static str,
    operations: &'static [&'static str],
    input_schema: fn() -> Schema,
    output_schema: fn() -> Schema,
    run: Run<C>,
}

/// Ways in which a command runs.
pub enum Run<C> {
    /// One output.
    Once(fn(C, CallOptions, &Value) -> Result<Dispatched>),
    /// One thing after another.
    Stream(fn(&C, &Value) -> Result<Streamed>),
}

/// Output of a command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum CommandKind {
    /// One output: `dispatch` runs it.
    Once,
    /// One thing after another: `stream` runs it.
    Stream,
}

impl<C> CommandInfo<C> {
    /// A command with inputs of the type `I` that gives an output, or many things, of the type `O`.
    #[must_use]
    pub fn new<I: JsonSchema, O: JsonSchema>(
        name: &'static str,
        domain: &'static str,
        summary: &'static str,
        operations: &'static [&'static str],
        run: Run<C>,
    ) -> Self {
        let (input_schema, output_schema) =
            (|| schema::of_input(schema_for!(I)), || schema::of_output(schema_for!(O)));
        Self { name, domain, summary, operations, input_schema, output_schema, run }
    }

    /// Returns the kind and the type of the output.
    #[must_use]
    pub fn kind(&self) -> CommandKind {
        match self.run {
            Run::Once(_) => CommandKind::Once,
            Run::Stream(_) => CommandKind::Stream,
        }
    }

    /// Returns the name, such as `GetZone`.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// The domain it is found under, such as `zone`.
    #[must_use]
    pub fn domain(&self) -> &'static str {
        self.domain
    }

    /// Returns the summary: one sentence.
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

    /// JSON Schema of the output.
    #[must_use]
    pub fn output_schema(&self) -> Schema {
        (self.output_schema)()
    }
}

impl<C: Clone> CommandInfo<C> {
    /// A call of this command with these inputs.
    pub fn dispatch(&'static self, client: &C, input: Value) -> Dispatch<C> {
        Dispatch { client: client.clone(), options: CallOptions::default(), command: Ok(self), input }
    }
}

impl<C> Clone for CommandInfo<C> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<C> Copy for CommandInfo<C> {}

impl<C> Clone for Run<C> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<C> Copy for Run<C> {}

impl<C> fmt::Debug for CommandInfo<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CommandInfo")
            .field("name", &self.name)
            .field("domain", &self.domain)
            .field("summary", &self.summary)
            .field("operations", &self.operations)
            .finish_non_exhaustive()
    }
}

impl<C> fmt::Debug for Run<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Once(_) => "Once",
            Self::Stream(_) => "Stream",
        })
    }
}

/// All commands of the client `C`.
#[derive(Debug)]
pub struct Catalog<C: 'static> {
    commands: Vec<CommandInfo<C>>,
}

impl<C> Catalog<C> {
    /// A catalogue of these commands.
    #[must_use]
    pub fn new(mut commands: Vec<CommandInfo<C>>) -> Self {
        commands.sort_by_key(CommandInfo::name);
        Self { commands }
    }

    /// All commands, by name.
    #[must_use]
    pub fn commands(&self) -> &[CommandInfo<C>] {
        &self.commands
    }

    /// The command of this name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&CommandInfo<C>> {
        let commands = &self.commands;
        commands.binary_search_by(|command| command.name.cmp(name)).ok().map(|at| &commands[at])
    }

    /// Returns the commands whose name, domain or summary contains every one of these words, ignoring case.
    /// An empty search returns all.
    pub fn find(&self, words: &str) -> impl Iterator<Item = &CommandInfo<C>> + use<'_, C> {
        let words: Vec<String> = words.split_whitespace().map(str::to_lowercase).collect();
        self.commands.iter().filter(move |command| {
            let text = format!("{} {} {}", command.name, command.domain, command.summary).to_lowercase();
            words.iter().all(|word| text.contains(word.as_str()))
        })
    }

    /// The stream of this name. Nothing is sent until it is polled.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidInput`] if the command does not exist or is not a stream, or if the input does not
    /// match the command.
    pub fn stream(&self, client: &C, name: &str, input: &Value) -> Result<Streamed> {
        let command = self.get(name).ok_or_else(|| self.unknown(name))?;
        match command.run {
            Run::Stream(run) => run(client, input).map_err(|error| error.with_command(command.name)),
            Run::Once(_) => Err(Error::new(ErrorKind::InvalidInput)
                .with_message(format!("`{name}` is not a stream: run it with `catalog::dispatch`"))
                .with_command(command.name)),
        }
    }

    #[cold]
    fn unknown(&self, name: &str) -> Error {
        let near = near::nearest(name, self.commands.iter().map(CommandInfo::name), 3);
        let message = if near.is_empty() {
            format!("unknown command `{}`", de::shown(name))
        } else {
            format!("unknown command `{}`: did you mean `{}`?", de::shown(name), near.join("` or `"))
        };
        Error::new(ErrorKind::InvalidInput).with_message(message)
    }
}

impl<C: Clone> Catalog<C> {
    /// A call of the command of this name.
    pub fn dispatch(&'static self, client: &C, name: &str, input: Value) -> Dispatch<C> {
        let command = self.get(name).ok_or_else(|| self.unknown(name));
        Dispatch { client: client.clone(), options: CallOptions::default(), command, input }
    }
}

/// A command, by name and with JSON, that is sent when it is awaited.
///
/// It fails with [`ErrorKind::InvalidInput`] if the command is unknown (the message suggests similar names)
/// or the input does not match it (the message names the field), and with the errors of the command.
#[derive(Debug)]
#[must_use = "a command does nothing until it is awaited"]
pub struct Dispatch<C: 'static> {
    client: C,
    options: CallOptions,
    command: Result<&'static CommandInfo<C>>,
    input: Value,
}

impl<C> Dispatch<C> {
    crate::__call_setters!();
}

impl<C: Send + 'static> IntoFuture for Dispatch<C> {
    type Output = Result<Value>;
    type IntoFuture = Dispatched;

    fn into_future(self) -> Dispatched {
        Box::pin(async move {
            let command = self.command?;
            let Run::Once(run) = command.run else {
                let name = command.name;
                return Err(Error::new(ErrorKind::InvalidInput)
                    .with_message(format!("`{name}` is a stream: run it with `catalog::stream`"))
                    .with_command(name));
            };
            let run = run(self.client, self.options, &self.input);
            run.map_err(|error| error.with_command(command.name))?.await
        })
    }
}

/// Reads a value from JSON: a command, or another value that is selected by name.
///
/// # Errors
/// [`ErrorKind::InvalidInput`], which names the field that does not fit.
pub fn read_input<T: DeserializeOwned>(input: &Value) -> Result<T> {
    de::strictly(input).map_err(|fault| Error::new(ErrorKind::InvalidInput).with_message(fault.to_string()))
}

/// An output as JSON.
///
/// # Errors
/// [`ErrorKind::Unexpected`] when it has none.
pub fn write_output<T: Serialize>(output: T) -> Result<Value> {
    serde_json::to_value(output).map_err(|cause| {
        Error::new(ErrorKind::Unexpected)
            .with_message("could not encode the output as JSON")
            .with_source(cause)
    })
}
