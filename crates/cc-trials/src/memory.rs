//! A client whose platform is a sandbox without a socket.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use cc_client::runtime::transport::{Body, HttpRequest, HttpResponse};
use cc_client::{Client, ClientBuilder, Error, ErrorKind, Result, RetryPolicy};
use cc_sandbox::Sandbox;
use futures_util::StreamExt;
use http_body_util::BodyStream;

/// A client of this sandbox that asks once.
///
/// # Panics
/// Never: there is nothing that could keep it from being built.
pub fn client(sandbox: &Sandbox) -> Client {
    builder(sandbox)
        .build()
        .expect("the endpoint of a sandbox in memory is valid, and nothing is read from the system")
}

/// The builder of such a client.
pub fn builder(sandbox: &Sandbox) -> ClientBuilder {
    let builder = sandbox.client_builder(&sandbox.identity("sandbox"));
    builder.configure(|transport| transport.retry(RetryPolicy::none()))
}

/// The HTTP service of such a client, for tests that change requests and answers.
#[derive(Debug, Clone)]
pub struct Memory(pub Arc<Sandbox>);

impl tower::Service<HttpRequest> for Memory {
    type Response = HttpResponse;
    type Error = Error;
    type Future = Pin<Box<dyn Future<Output = Result<HttpResponse>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: HttpRequest) -> Self::Future {
        answer(Arc::clone(&self.0), request)
    }
}

/// The answer of a sandbox to one request.
pub fn answer(
    sandbox: Arc<Sandbox>,
    request: HttpRequest,
) -> Pin<Box<dyn Future<Output = Result<HttpResponse>> + Send>> {
    Box::pin(async move {
        let lost = |cause| Error::new(ErrorKind::Unreachable).with_source(cause);
        let (parts, body) = sandbox.handle(request).await.map_err(lost)?.into_parts();
        let body = Body::from_stream(
            BodyStream::new(body)
                .filter_map(|frame| async { frame.map(|frame| frame.into_data().ok()).transpose() }),
        );
        Ok(HttpResponse::from_parts(parts, body))
    })
}
