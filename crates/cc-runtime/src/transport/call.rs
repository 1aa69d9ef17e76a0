//! A call that is about to be sent.

use std::future::{Future, IntoFuture};
use std::panic::Location;
use std::pin::Pin;

use crate::answer::Answer;
use crate::error::Result;
use crate::operation::Operation;
use crate::transport::{Body, CallOptions, Transport};

/// A call of one operation: it is sent when it is awaited, and takes options before.
///
/// Dropping the future ends the call: nothing more is sent or read.
#[derive(Debug)]
#[must_use = "a call does nothing until it is awaited"]
pub struct Call<O> {
    transport: Transport,
    operation: O,
    options: CallOptions,
    sent_at: &'static Location<'static>,
}

impl<O: Operation> Call<O> {
    #[track_caller]
    pub(crate) fn new(transport: Transport, operation: O) -> Self {
        Self { transport, operation, options: CallOptions::default(), sent_at: Location::caller() }
    }

    crate::__call_setters!();

    /// Sends the call and gives its answer chunk by chunk, however large it is: [`Transport::download`].
    ///
    /// ```no_run
    /// # async fn example<O: cc_runtime::Operation>(call: cc_runtime::transport::Call<O>) -> cc_runtime::Result<()> {
    /// use futures_util::StreamExt;
    ///
    /// let mut document = call.download().await?.into_inner();
    /// let mut length = 0;
    /// while let Some(chunk) = document.next().await {
    ///     length += chunk?.len();
    /// }
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// Those of [`Transport::download`].
    pub async fn download(self) -> Result<Answer<Body>> {
        let answer = match self.operation.request() {
            Ok(request) => self.transport.download(request, &self.options).await,
            Err(error) => self.transport.failed(O::INFO, error, &self.options).await,
        };
        answer.map_err(|error| error.with_sent_at(self.sent_at))
    }
}

impl<O: Operation + 'static> IntoFuture for Call<O> {
    type Output = Result<Answer<O::Output>>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output> + Send>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move {
            let answer = self.transport.send(&self.operation, &self.options).await;
            answer.map_err(|error| error.with_sent_at(self.sent_at))
        })
    }
}
