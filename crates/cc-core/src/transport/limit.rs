//! Bounds how many requests are in flight.

use std::sync::Arc;
use std::task::{Context, Poll};

use tokio::sync::Semaphore;
use tower::Service;

use crate::error::{Error, ErrorKind};
use crate::transport::HttpResponse;
use crate::transport::context::Job;
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

impl<S> Service<Job> for Limit<S>
where
    S: Service<Job, Response = HttpResponse, Error = Error> + Clone + Send + 'static,
    S::Future: Send,
{
    type Response = HttpResponse;
    type Error = Error;
    type Future = Reply;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, job: Job) -> Reply {
        let (permits, mut inner) = (self.permits.clone(), self.inner.clone());
        Box::pin(async move {
            // Closed never: the semaphore lives in this future.
            let _permit = permits.acquire().await.map_err(|_| Error::new(ErrorKind::Aborted))?;
            inner.call(job).await
        })
    }
}
