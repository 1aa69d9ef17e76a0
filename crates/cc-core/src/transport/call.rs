//! A call that is about to be sent.

use std::future::{Future, IntoFuture};
use std::pin::Pin;

use crate::answer::Answer;
use crate::error::Result;
use crate::operation::Operation;
use crate::transport::{CallOptions, Transport};

/// A call of one operation: it is sent when it is awaited, and takes options before.
///
/// Dropping the future ends the call: nothing more is sent or read.
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

    crate::__call_setters!();
}

impl<O: Operation + 'static> IntoFuture for Call<O> {
    type Output = Result<Answer<O::Output>>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output> + Send>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move { self.transport.send(&self.operation, &self.options).await })
    }
}
