//! What a command is, and a command that is about to be sent.

use std::fmt;
use std::future::{Future, IntoFuture};
use std::pin::Pin;

use cc_runtime::{CallOptions, CommandAnswer, Error, ErrorKind, Request, Result, tasks};

use crate::client::Client;
use crate::context::Context;

/// Something the platform can be asked to do, in one request or in several. A command is a value with all its inputs.
///
/// ```
/// use cc_client::{Command, Context, Result};
///
/// /// Who owns an application.
/// struct GetOwner(cc_runtime::ApplicationId);
///
/// impl Command for GetOwner {
///     const NAME: &'static str = "GetOwner";
///     type Output = cc_runtime::OwnerId;
///
///     async fn run(self, cx: &Context) -> Result<cc_runtime::OwnerId> {
///         cx.resolver().owner_of(&self.0).await
///     }
/// }
/// ```
pub trait Command: Send + Sync + Sized + 'static {
    /// Its name in the catalogue, such as `GetZone`.
    const NAME: &'static str;

    /// What it gives back.
    type Output: Send + 'static;

    /// Does it. Callers go through [`Client::send`], commands made of commands through [`Context::send`].
    ///
    /// # Errors
    /// Whatever keeps the command from its end.
    fn run(self, cx: &Context) -> impl Future<Output = Result<Self::Output>> + Send;
}

/// The logic of a command that is written by hand. The spec declares the rest of it.
#[allow(dead_code)] // Which domains are on decides whether there is such a command.
pub(crate) trait Run: Command {
    /// Runs the command.
    ///
    /// # Errors
    /// Those that the declaration of the command lists.
    fn run(self, cx: &Context) -> impl Future<Output = Result<Self::Output>> + Send;
}

/// The logic of a command that builds a URL.
#[allow(dead_code)] // Which domains are on decides whether there is such a command.
pub(crate) trait Locate: UrlCommand {
    /// Builds the request whose URL is wanted.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidInput`] when an id is empty, `.` or `..`.
    fn locate(&self) -> Result<Request>;
}

/// Something a browser can be sent to: a URL that is built without a request.
pub trait UrlCommand: Send + Sync + Sized + 'static {
    /// Its name, such as `GetInvoiceUrl`.
    const NAME: &'static str;

    /// The request whose URL is wanted.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidInput`] when an id is empty, `.` or `..`.
    fn request(&self) -> Result<Request>;
}

/// A command that is sent when it is awaited, and takes options before. They hold for each of its requests, except that
/// its time is one for all of them.
///
/// Dropping the future ends the command: nothing more is sent or read.
#[must_use = "a command does nothing until it is awaited"]
pub struct CommandCall<C> {
    client: Client,
    command: C,
    options: CallOptions,
}

impl<C: Command> CommandCall<C> {
    pub(crate) fn new(client: Client, command: C) -> Self {
        Self::with_options(client, command, CallOptions::default())
    }

    pub(crate) fn with_options(client: Client, command: C, options: CallOptions) -> Self {
        Self { client, command, options }
    }

    cc_runtime::__call_setters!();

    /// Gives, beside the value, what the answers to its requests said: status, headers, `Sozu-Id` and attempts.
    ///
    /// ```
    /// # use cc_client::{Client, Command, Result};
    /// # async fn example<C: Command>(client: Client, command: C) -> Result<()> {
    /// let answer = client.send(command).with_answer().await?;
    /// println!("{:?} {:?}", answer.status(), answer.sozu_id());
    /// # Ok(()) }
    /// ```
    pub fn with_answer(self) -> cc_runtime::CommandCall<CommandAnswer<C::Output>> {
        self.into_call().with_answer()
    }

    fn into_call(self) -> cc_runtime::CommandCall<C::Output> {
        let Self { client, command, options } = self;
        let transport = client.transport().clone();
        let run = move |options| async move {
            let cx = Context::new(client, options);
            // Calls end at the deadline by themselves, and know more of what happened: this one is for what waits otherwise.
            let done = tasks::until(cx.deadline(), command.run(&cx)).await;
            done.unwrap_or_else(|| Err(timed_out()))
        };
        cc_runtime::CommandCall::new(transport, C::NAME, run).options(options)
    }
}

impl<C: Command> IntoFuture for CommandCall<C> {
    type Output = Result<C::Output>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output> + Send>>;

    fn into_future(self) -> Self::IntoFuture {
        self.into_call().into_future()
    }
}

fn timed_out() -> Error {
    Error::new(ErrorKind::TimedOut).with_message("the time of the command is over")
}

impl<C: Command> fmt::Debug for CommandCall<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CommandCall").field("command", &C::NAME).field("options", &self.options).finish()
    }
}
