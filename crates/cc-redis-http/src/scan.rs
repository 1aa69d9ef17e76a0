//! Scans that page by themselves.

use std::collections::VecDeque;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Poll, ready};

use cc_runtime::{CallOptions, Command, CommandCall, Error, ErrorKind, Result};
use futures_core::Stream;

use crate::client::RedisHttpClient;
use crate::command::Context;

/// A command that gives one part of what there is, and where the next part starts.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a scan",
    label = "expected `ScanKey`, `ScanHashKey`, `ScanListKey` or `ScanSetKey`",
    note = "send other commands with `client.send(…)`"
)]
pub trait Scan: Command<Context = Context> + Clone + Unpin {
    /// Item of the scan.
    type Item: Send + Unpin;

    /// Start of this command's batch; 0 for the start of the scan.
    fn cursor(&self) -> i64;

    /// Returns the command with another start.
    fn starting_at(self, cursor: i64) -> Self;

    /// Returns the start of the next batch, which is 0 after the last one, and the items of this one.
    fn part(output: Self::Output) -> (i64, Vec<Self::Item>);
}

/// A stream of all that a scan finds. It asks for a part when it is polled and the part before is used up, so one that is
/// not read asks for nothing, and one that is dropped stops.
///
/// As Redis does, it gives everything that is there from the start to the end, what comes or goes meanwhile perhaps, and
/// some things perhaps twice. It ends after a failure: [`cursor`](Self::cursor) is where another scan can go on.
#[must_use = "a scan does nothing until it is polled"]
pub struct Scanning<C: Scan> {
    client: RedisHttpClient,
    /// The next part to ask for; `None` at the end.
    next: Option<C>,
    options: CallOptions,
    asked: Option<CommandCall<C::Output>>,
    found: VecDeque<C::Item>,
    failed: bool,
}

impl<C: Scan> Scanning<C> {
    pub(crate) fn new(client: RedisHttpClient, command: C) -> Self {
        let options = CallOptions::default();
        Self { client, next: Some(command), options, asked: None, found: VecDeque::new(), failed: false }
    }

    /// Returns the start of the next batch. A scan that resumes there reads the items of the current batch
    /// again. `None` if there is no next batch.
    #[must_use]
    pub fn cursor(&self) -> Option<i64> {
        self.next.as_ref().map(C::cursor)
    }

    /// Options of the request for each part.
    pub fn options(mut self, options: CallOptions) -> Self {
        self.options = options.or(&self.options);
        self
    }

    /// Stores the items of a batch.
    fn take(&mut self, output: C::Output) -> Result<()> {
        let (cursor, items) = C::part(output);
        let asked = self.cursor();
        if cursor != 0 && Some(cursor) == asked {
            return Err(Error::new(ErrorKind::Undecodable)
                .with_message(format!(
                    "the server returned the cursor {cursor} again, so the scan would never end"
                ))
                .with_command(C::NAME));
        }
        self.next = self.next.take().filter(|_| cursor != 0).map(|command| command.starting_at(cursor));
        self.found = items.into();
        Ok(())
    }
}

impl<C: Scan> Stream for Scanning<C> {
    type Item = Result<C::Item>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut std::task::Context<'_>) -> Poll<Option<Self::Item>> {
        let this = &mut *self;
        loop {
            if let Some(item) = this.found.pop_front() {
                return Poll::Ready(Some(Ok(item)));
            }
            if this.failed {
                return Poll::Ready(None);
            }
            let asked = match (&mut this.asked, &this.next) {
                (Some(asked), _) => asked,
                (None, None) => return Poll::Ready(None),
                (none, Some(command)) => {
                    let call = this.client.send(command.clone()).options(this.options.clone());
                    none.insert(call)
                }
            };
            let outcome = ready!(Pin::new(asked).poll(cx));
            this.asked = None;
            if let Err(error) = outcome.and_then(|output| this.take(output)) {
                this.failed = true;
                return Poll::Ready(Some(Err(error)));
            }
        }
    }
}

impl<C: Scan> fmt::Debug for Scanning<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Scanning")
            .field("command", &C::NAME)
            .field("cursor", &self.cursor())
            .finish_non_exhaustive()
    }
}
