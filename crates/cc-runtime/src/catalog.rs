//! Commands as data: for command lines, pages and tests that run all commands without code for each.
//!
//! Each client has a [`Catalog`] of its own; `cc_client::catalog`, `cc_bridge::catalog` and `cc_redis_http::catalog` look
//! alike.

mod effect;
mod output;

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::OnceLock;
use std::task::{Context, Poll};

use futures_util::{Stream, StreamExt};
use schemars::{JsonSchema, Schema, schema_for};
use serde::de::DeserializeOwned;
use serde_json::Value;

pub use self::effect::Effect;
use self::output::Layout;
pub use self::output::{Secrets, write_output};

use crate::de;
use crate::error::{Error, ErrorKind, Result};
use crate::near;
use crate::schema;
use crate::stage::Stage;
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
    effect: Effect,
    input_schema: fn() -> Schema,
    output_schema: fn() -> Schema,
    /// Made of the schema of the output at the first call.
    layout: OnceLock<Layout>,
    run: Run<C>,
}

/// Ways in which a command runs.
pub enum Run<C> {
    /// One output.
    Once(fn(C, CallOptions, Secrets, &Value) -> Result<Dispatched>),
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
        effect: Effect,
        run: Run<C>,
    ) -> Self {
        let (input_schema, output_schema) = (|| schema::of_input(schema_for!(I)), schema::of_output::<O>);
        let layout = OnceLock::new();
        Self { name, domain, summary, operations, effect, input_schema, output_schema, layout, run }
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

    /// Returns the description: the summary, more about the command, and its errors, in prose without links and code.
    #[must_use]
    pub fn description(&self) -> String {
        let schema = self.input_schema();
        schema.get("description").and_then(Value::as_str).unwrap_or(self.summary).to_owned()
    }

    /// Returns the effect that a call may have on the platform.
    #[must_use]
    pub fn effect(&self) -> Effect {
        self.effect
    }

    /// Returns `true` if a call changes nothing.
    #[must_use]
    pub fn is_read_only(&self) -> bool {
        self.effect.is_read_only()
    }

    /// Returns `true` if a call may delete, replace or interrupt something that exists.
    #[must_use]
    pub fn is_destructive(&self) -> bool {
        self.effect.is_destructive()
    }

    /// Returns `true` if a second call with the same inputs has no further effect.
    #[must_use]
    pub fn is_idempotent(&self) -> bool {
        self.effect.is_idempotent()
    }

    /// The JSON Schema of its inputs: an object.
    #[must_use]
    pub fn input_schema(&self) -> Schema {
        (self.input_schema)()
    }

    /// JSON Schema of the output, or of each item of a stream: an object.
    ///
    /// An output that is another value, such as a list or nothing found, is the property `result` of the object.
    #[must_use]
    pub fn output_schema(&self) -> Schema {
        let schema = (self.output_schema)();
        self.layout.get_or_init(|| Layout::of(&schema)).schema(schema)
    }

    /// JSON Schema of the output as the command gives it, or of each item of a stream, which need not be an object:
    /// [`bare`](Self::bare) gives such outputs.
    #[must_use]
    pub fn bare_output_schema(&self) -> Schema {
        (self.output_schema)()
    }

    /// Takes an output, or an item of a stream, out of the object into which the catalogue puts lists and other values. Nothing is
    /// `null`.
    #[must_use]
    pub fn bare(&self, output: Value) -> Value {
        self.layout().bare(output)
    }

    fn layout(&self) -> Layout {
        *self.layout.get_or_init(|| Layout::of(&(self.output_schema)()))
    }

    /// Puts an output into an object, as its schema says.
    fn object(&self, output: Value) -> Value {
        self.layout().object(output)
    }
}

impl<C> CommandInfo<C> {
    /// The stream of this command with these inputs. Nothing is sent until it is polled. Each item is an object, in which secrets are
    /// `***`.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidInput`] if the command is not a stream, or if the input does not match it.
    pub fn stream(&'static self, client: &C, input: &Value) -> Result<Streamed> {
        let Run::Stream(run) = self.run else {
            let message = format!("`{}` is not a stream: run it with `dispatch`", self.name);
            return Err(Error::new(ErrorKind::InvalidInput).with_message(message).with_command(self.name));
        };
        let items = run(client, &arguments(input)).map_err(|error| error.with_command(self.name))?;
        Ok(Box::pin(items.map(|delivered| match delivered {
            Ok(Delivered::Item(item)) => Ok(Delivered::Item(self.object(item))),
            other => other,
        })))
    }
}

impl<C: Clone> CommandInfo<C> {
    /// A call of this command with these inputs.
    pub fn dispatch(&'static self, client: &C, input: Value) -> Dispatch<C> {
        Dispatch::new(client, Ok(self), input)
    }
}

impl<C> Clone for CommandInfo<C> {
    fn clone(&self) -> Self {
        Self { layout: self.layout.clone(), ..*self }
    }
}

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
            .field("effect", &self.effect)
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

    /// The stream of this name. Nothing is sent until it is polled. Each item is an object, in which secrets are `***`.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidInput`] if the command does not exist or is not a stream, or if the input does not
    /// match the command.
    pub fn stream(&'static self, client: &C, name: &str, input: &Value) -> Result<Streamed> {
        self.get(name).ok_or_else(|| self.unknown(name))?.stream(client, input)
    }

    #[cold]
    fn unknown(&self, name: &str) -> Error {
        unknown(name, self.commands.iter().map(CommandInfo::name))
    }
}

/// The error for a name that none of these commands has. It suggests those that are near.
#[must_use]
pub fn unknown(name: &str, commands: impl IntoIterator<Item = &'static str>) -> Error {
    let near = near::nearest(name, commands.into_iter(), 3);
    let message = if near.is_empty() {
        format!("unknown command `{}`", de::shown(name))
    } else {
        format!("unknown command `{}`: did you mean `{}`?", de::shown(name), near.join("` or `"))
    };
    Error::new(ErrorKind::InvalidInput).with_message(message)
}

impl<C: Clone> Catalog<C> {
    /// A call of the command of this name.
    pub fn dispatch(&'static self, client: &C, name: &str, input: Value) -> Dispatch<C> {
        let command = self.get(name).ok_or_else(|| self.unknown(name));
        Dispatch::new(client, command, input)
    }
}

/// A command, by name and with JSON, that is sent when it is awaited.
///
/// `null` as the input means no arguments. The output is an object, in which secrets are `***` unless
/// [`expose_secrets`](Self::expose_secrets) is called.
///
/// It fails with [`ErrorKind::InvalidInput`] if the command is unknown (the message suggests similar names)
/// or the input does not match it (the message names the field), and with the errors of the command.
///
/// It is a future: options have an effect until it is first polled.
#[must_use = "a command does nothing until it is awaited"]
pub struct Dispatch<C: 'static> {
    options: CallOptions,
    secrets: Secrets,
    stage: Stage<Parts<C>, Dispatched>,
}

#[derive(Debug)]
struct Parts<C: 'static> {
    client: C,
    command: Result<&'static CommandInfo<C>>,
    input: Value,
}

/// Nothing is pinned but the future on the heap.
impl<C> Unpin for Dispatch<C> {}

impl<C> Dispatch<C> {
    crate::__call_setters!();

    /// Writes passwords, tokens and other secrets into the output, which has `***` in their place by default.
    pub fn expose_secrets(mut self) -> Self {
        self.secrets = Secrets::Exposed;
        self
    }
}

impl<C: Clone> Dispatch<C> {
    fn new(client: &C, command: Result<&'static CommandInfo<C>>, input: Value) -> Self {
        let (options, secrets) = (CallOptions::default(), Secrets::Redacted);
        Self { options, secrets, stage: Stage::Ready(Parts { client: client.clone(), command, input }) }
    }
}

/// The arguments of a command: `null` means none.
fn arguments(input: &Value) -> std::borrow::Cow<'_, Value> {
    use std::borrow::Cow;
    if input.is_null() { Cow::Owned(Value::Object(serde_json::Map::new())) } else { Cow::Borrowed(input) }
}

impl<C: Send + 'static> Future for Dispatch<C> {
    type Output = Result<Value>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let Self { options, secrets, stage } = self.get_mut();
        let secrets = *secrets;
        stage.poll(cx, |Parts { client, command, input }| {
            let options = std::mem::take(options);
            Box::pin(async move {
                let command = command?;
                let Run::Once(run) = command.run else {
                    let name = command.name;
                    return Err(Error::new(ErrorKind::InvalidInput)
                        .with_message(format!("`{name}` is a stream: run it with `stream`"))
                        .with_command(name));
                };
                let run = run(client, options, secrets, &arguments(&input));
                let output = run.map_err(|error| error.with_command(command.name))?.await?;
                Ok(command.object(output))
            })
        })
    }
}

impl<C: std::fmt::Debug> std::fmt::Debug for Dispatch<C> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Dispatch")
            .field("command", &self.stage.ready())
            .field("options", &self.options)
            .finish_non_exhaustive()
    }
}

/// Reads a value from JSON: a command, or another value that is selected by name.
///
/// # Errors
/// [`ErrorKind::InvalidInput`], which names the field that does not fit.
pub fn read_input<T: DeserializeOwned>(input: &Value) -> Result<T> {
    de::strictly(input).map_err(|fault| Error::new(ErrorKind::InvalidInput).with_message(fault.to_string()))
}
