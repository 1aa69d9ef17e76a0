//! What a command is, and a command that is about to be sent.

use std::fmt;
use std::future::{Future, IntoFuture};
use std::pin::Pin;

use cc_core::{CallOptions, Request, Result};

use crate::client::Client;
use crate::context::Context;

/// Something the platform can be asked to do, in one request or in several. A command is a value with all its inputs.
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

/// Something a browser can be sent to: a URL that is built without a request.
pub trait UrlCommand: Send + Sync + Sized + 'static {
    /// Its name, such as `GetInvoiceUrl`.
    const NAME: &'static str;

    /// The request whose URL is wanted.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidInput`](cc_core::ErrorKind::InvalidInput) when an id is empty, `.` or `..`.
    fn request(&self) -> Result<Request>;
}

/// A command that is sent when it is awaited, and takes options before.
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
}

impl<C: Command> IntoFuture for CommandCall<C> {
    type Output = Result<C::Output>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output> + Send>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move {
            let context = Context::new(self.client, self.options);
            self.command.run(&context).await.map_err(|error| error.with_command(C::NAME))
        })
    }
}

impl<C: Command> fmt::Debug for CommandCall<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CommandCall").field("command", &C::NAME).field("options", &self.options).finish()
    }
}
