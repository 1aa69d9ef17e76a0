//! A call that is about to be sent.

use std::future::{Future, IntoFuture};
use std::pin::Pin;
use std::time::Duration;

use crate::answer::Answer;
use crate::error::Result;
use crate::operation::Operation;
use crate::transport::{CallOptions, Transport};

/// A call of one operation: it is sent when it is awaited, and takes options before.
#[derive(Debug)]
#[must_use = "a call does nothing until it is awaited"]
pub struct Call<O> {
    transport: Transport,
    operation: O,
    options: CallOptions,
}

impl<O: Operation> Call<O> {
    pub(crate) fn new(transport: Transport, operation: O) -> Self {
        Self { transport, operation, options: CallOptions::default() }
    }

    /// Longest time of the whole call, retries and reading the body included. Default: none.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.options.timeout = Some(timeout);
        self
    }
}

impl<O: Operation + 'static> IntoFuture for Call<O> {
    type Output = Result<Answer<O::Output>>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output> + Send>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move {
            let answer = self.transport.execute(self.operation.request()?, &self.options).await?;
            O::decode(answer).map_err(|error| error.with_operation(O::INFO))
        })
    }
}
