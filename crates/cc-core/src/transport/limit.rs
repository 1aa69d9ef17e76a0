//! Bounds how many requests are in flight.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use futures_util::future::Either;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tower::Service;

use crate::error::{Error, ErrorKind, Result};
use crate::transport::HttpResponse;
use crate::transport::exchange::Exchange;
use crate::transport::stack::Reply;

/// Lets as many attempts through as there are permits; one is held until the body is there, of a stream until its head.
#[derive(Debug, Clone)]
pub(crate) struct Limit<S> {
    permits: Arc<Semaphore>,
    inner: S,
}

impl<S> Limit<S> {
    pub(crate) fn new(requests: usize, inner: S) -> Self {
        Self { permits: Arc::new(Semaphore::new(requests.clamp(1, Semaphore::MAX_PERMITS))), inner }
    }
}

impl<S> Service<Arc<Exchange>> for Limit<S>
where
    S: Service<Arc<Exchange>, Response = HttpResponse, Error = Error> + Clone + Send + 'static,
    S::Future: Send + Unpin,
{
    type Response = HttpResponse;
    type Error = Error;
    type Future = Either<Reply, WithPermit<S::Future>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<()>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, exchange: Arc<Exchange>) -> Self::Future {
        if let Ok(permit) = self.permits.clone().try_acquire_owned() {
            return Either::Right(WithPermit { reply: self.inner.call(exchange), permit: Some(permit) });
        }
        let (permits, mut inner) = (self.permits.clone(), self.inner.clone());
        Either::Left(Box::pin(async move {
            // It is never closed.
            let _permit = permits.acquire().await.map_err(|_| Error::new(ErrorKind::Aborted))?;
            inner.call(exchange).await
        }))
    }
}

/// A future that gives its permit back when it is ready.
pub(crate) struct WithPermit<F> {
    reply: F,
    permit: Option<OwnedSemaphorePermit>,
}

impl<F: Future + Unpin> Future for WithPermit<F> {
    type Output = F::Output;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        let outcome = ready!(Pin::new(&mut self.reply).poll(cx));
        self.permit = None;
        Poll::Ready(outcome)
    }
}
