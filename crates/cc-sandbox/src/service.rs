//! The sandbox as a service of tower: requests without a socket.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Bytes;
use http_body_util::combinators::{BoxBody, UnsyncBoxBody};
use http_body_util::{Empty, Full};
use tower_service::Service;

use crate::engine::Engine;
use crate::engine::body::{self, Body, ConnectionReset};

/// A sandbox as a [`Service`] of tower, made by [`Sandbox::service`](crate::Sandbox::service): it answers requests without a
/// socket, and waits only for the time of tokio, which a test may pause. All clones are the same sandbox.
///
/// A fault that cuts the connection is the error [`ConnectionReset`].
#[derive(Debug, Clone)]
pub struct SandboxService(Arc<Engine>);

impl SandboxService {
    pub(crate) fn new(engine: Arc<Engine>) -> Self {
        Self(engine)
    }
}

type Answer<T> = Pin<Box<dyn Future<Output = Result<T, ConnectionReset>> + Send>>;

/// The body of a request to a [`SandboxService`]: bytes or text, or a body of the crates `http-body-util` and `hyper`.
///
/// A body of another crate becomes one with `http_body_util::BodyExt::boxed_unsync`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a body that the sandbox reads",
    note = "make it one with `http_body_util::BodyExt::boxed_unsync`"
)]
pub trait RequestBody: Send + 'static {
    /// Reads the whole body, or more than `most` bytes of it if it is larger.
    ///
    /// # Errors
    /// [`ConnectionReset`] if the body ends early.
    fn read(self, most: usize) -> impl Future<Output = Result<Bytes, ConnectionReset>> + Send;
}

macro_rules! bytes {
    ($($body:ty),+) => {$(
        impl RequestBody for $body {
            async fn read(self, _: usize) -> Result<Bytes, ConnectionReset> {
                Ok(Bytes::from(self))
            }
        }
    )+};
}

bytes!(Bytes, String, Vec<u8>, &'static str, &'static [u8]);

impl RequestBody for () {
    async fn read(self, _: usize) -> Result<Bytes, ConnectionReset> {
        Ok(Bytes::new())
    }
}

macro_rules! bodies {
    ($(($($generic:ident)?) $body:ty),+) => {$(
        impl$(<$generic: Send + 'static>)? RequestBody for $body {
            async fn read(self, most: usize) -> Result<Bytes, ConnectionReset> {
                body::read(self, most).await.map_err(|_| ConnectionReset)
            }
        }
    )+};
}

bodies!(
    () Full<Bytes>,
    () Empty<Bytes>,
    () hyper::body::Incoming,
    (E) BoxBody<Bytes, E>,
    (E) UnsyncBoxBody<Bytes, E>
);

impl<B: RequestBody> Service<http::Request<B>> for SandboxService {
    type Response = http::Response<Body>;
    type Error = ConnectionReset;
    type Future = Answer<http::Response<Body>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), ConnectionReset>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: http::Request<B>) -> Self::Future {
        let engine = Arc::clone(&self.0);
        Box::pin(async move {
            let (parts, body) = request.into_parts();
            let bytes = body.read(engine.limits.body_of(parts.uri.path())).await?;
            engine.serve(http::Request::from_parts(parts, bytes)).await
        })
    }
}
