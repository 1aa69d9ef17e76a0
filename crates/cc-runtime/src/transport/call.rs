//! A call that is about to be sent.

use std::fmt;
use std::future::Future;
use std::panic::Location;
use std::pin::Pin;
use std::task::{Context, Poll};

use crate::answer::Answer;
use crate::error::outcome::found;
use crate::error::{Error, ErrorKind, Result};
use crate::operation::Operation;
use crate::stage::{Boxed, Stage};
use crate::transport::{Body, CallOptions, Transport};

/// The future of a call that is sent.
type Sent<O> = Boxed<Result<Answer<<O as Operation>::Output>>>;

/// A call of one operation: it is sent when it is awaited, and takes options before.
///
/// It is a future: options have an effect until it is first polled. Dropping it ends the call: nothing more is sent or read.
#[must_use = "a call does nothing until it is awaited"]
pub struct Call<O: Operation> {
    options: CallOptions,
    sent_at: &'static Location<'static>,
    stage: Stage<(Transport, O), Sent<O>>,
}

/// Nothing is pinned but the future on the heap.
impl<O: Operation> Unpin for Call<O> {}

impl<O: Operation> Call<O> {
    #[track_caller]
    pub(crate) fn new(transport: Transport, operation: O) -> Self {
        let stage = Stage::Ready((transport, operation));
        Self { options: CallOptions::default(), sent_at: Location::caller(), stage }
    }

    crate::__call_setters!();

    /// Makes "not there" a value: a call that is answered 404 gives `None`. All other errors stay errors. The
    /// [hooks](crate::transport::Hooks) do not receive an error that becomes `None`.
    ///
    /// ```
    /// # async fn example<O: cc_runtime::Operation<Output = String> + 'static>(call: cc_runtime::transport::Call<O>) -> cc_runtime::Result<()> {
    /// let name: Option<String> = call.optional().await?.map(cc_runtime::Answer::into_inner);
    /// # Ok(()) }
    /// ```
    pub fn optional(self) -> OptionalCall<O> {
        OptionalCall(Stage::Ready(self))
    }

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
    /// Those of [`Transport::download`], and [`ErrorKind::InvalidInput`] if the call was polled before.
    pub async fn download(self) -> Result<Answer<Body>> {
        let Self { options, sent_at, stage } = self;
        let Stage::Ready((transport, operation)) = stage else {
            let error = Error::new(ErrorKind::InvalidInput).with_message("the call was sent already");
            return Err(error.with_operation(O::INFO).with_sent_at(sent_at));
        };
        let answer = match operation.request() {
            Ok(request) => transport.download(request, &options).await,
            Err(error) => transport.failed(O::INFO, error, &options).await,
        };
        answer.map_err(|error| error.with_sent_at(sent_at))
    }
}

/// A call of one operation that gives `None` if the platform answers 404: see [`Call::optional`].
#[must_use = "a call does nothing until it is awaited"]
pub struct OptionalCall<O: Operation>(Stage<Call<O>, Found<O>>);

/// A running call that gives `None` for a 404.
type Found<O> = Boxed<Result<Option<Answer<<O as Operation>::Output>>>>;

/// Nothing is pinned but the future on the heap.
impl<O: Operation> Unpin for OptionalCall<O> {}

impl<O: Operation + 'static> Future for OptionalCall<O> {
    type Output = Result<Option<Answer<O::Output>>>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        self.get_mut().0.poll(cx, |call| {
            Box::pin(async move {
                let Call { options, sent_at, stage } = call;
                let (transport, operation) = match stage {
                    Stage::Ready(parts) => parts,
                    stage => return found(Call { options, sent_at, stage }.await),
                };
                // The hooks hear an error only after it is known not to become `None`.
                let quiet = options.clone().report_errors(false);
                let outcome = found(transport.send(&operation, &quiet).await);
                if let (Err(error), false) = (&outcome, options.quiet) {
                    transport.report(error).await;
                }
                outcome.map_err(|error| error.with_sent_at(sent_at))
            })
        })
    }
}

impl<O: Operation + fmt::Debug> fmt::Debug for OptionalCall<O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("OptionalCall").field(&self.0.ready()).finish()
    }
}

impl<O: Operation + 'static> Future for Call<O> {
    type Output = Result<Answer<O::Output>>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let Self { options, sent_at, stage } = self.get_mut();
        let sent_at = *sent_at;
        stage.poll(cx, |(transport, operation)| {
            let options = std::mem::take(options);
            Box::pin(async move {
                let answer = transport.send(&operation, &options).await;
                answer.map_err(|error| error.with_sent_at(sent_at))
            })
        })
    }
}

impl<O: Operation + fmt::Debug> fmt::Debug for Call<O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Call")
            .field("operation", &self.stage.ready().map(|(_, operation)| operation))
            .field("options", &self.options)
            .finish_non_exhaustive()
    }
}
