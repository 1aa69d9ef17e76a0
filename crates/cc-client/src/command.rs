//! The logic of commands that is written by hand, and commands that build a URL.

use std::future::Future;

use cc_runtime::{Command, Request, Result};

use crate::context::Context;

/// The logic of a command that is written by hand. The spec declares the rest of it.
#[allow(dead_code)] // Which domains are on decides whether there is such a command.
pub(crate) trait Run: Command<Context = Context> {
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
    /// [`ErrorKind::InvalidInput`](cc_runtime::ErrorKind::InvalidInput) when an id is empty, `.` or `..`.
    fn locate(&self) -> Result<Request>;
}

/// Something a browser can be sent to: a URL that is built without a request.
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not make a URL",
    label = "expected a command that makes a URL",
    note = "send other commands with `client.send(…)`"
)]
pub trait UrlCommand: Send + Sync + Sized + 'static {
    /// Name of the command, such as `GetInvoiceUrl`.
    const NAME: &'static str;

    /// The request whose URL is wanted.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidInput`](cc_runtime::ErrorKind::InvalidInput) when an id is empty, `.` or `..`.
    fn request(&self) -> Result<Request>;
}
