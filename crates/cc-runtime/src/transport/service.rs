//! The innermost part of the stack as one service: layers of the program around a sender.

use std::fmt;
use std::future::poll_fn;
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Bytes;
use tower::util::BoxCloneSyncService;
use tower::{Layer, Service, ServiceExt};

use crate::error::{BoxError, Error, ErrorKind, Result};
use crate::request::HttpRequest;
use crate::transport::Body;
use crate::transport::exchange::Exchange;
use crate::transport::identify::Identify;
use crate::transport::redirect::Redirect;
use crate::transport::sender::Sender;
use crate::transport::stack::Reply;
use crate::transport::trace::Watch;

/// An answer as layers see it: its head, and a body that may still be on its way.
pub type HttpResponse = http::Response<Body>;

/// Sends one HTTP request: the service that a layer given to
/// [`TransportBuilder::layer`](crate::TransportBuilder::layer) wraps.
///
/// One call of it is one attempt. Authentication lies inside: a layer sees no credentials of the transport.
#[derive(Clone)]
pub struct HttpService(Kind);

#[derive(Clone)]
enum Kind {
    /// No layers of the program, so nothing to box.
    Bare(Redirect<Identify<Sender>>),
    Layered(Boxed),
}

pub(crate) type Boxed = BoxCloneSyncService<HttpRequest, HttpResponse, Error>;

/// Forgets the type of a service and of its bodies. An error that is not one of the SDK becomes one of this kind.
pub(crate) fn boxed<S, B>(service: S, kind: ErrorKind) -> Boxed
where
    S: Service<HttpRequest, Response = http::Response<B>> + Clone + Send + Sync + 'static,
    S::Error: Into<BoxError>,
    S::Future: Send + 'static,
    B: http_body::Body<Data = Bytes> + Send + 'static,
    B::Error: Into<BoxError>,
{
    let service = service.map_response(|response: http::Response<B>| response.map(Body::from_http));
    Boxed::new(service.map_err(move |error: S::Error| Error::from_foreign(error.into(), kind)))
}

impl HttpService {
    pub(crate) fn bare(service: Redirect<Identify<Sender>>) -> Self {
        Self(Kind::Bare(service))
    }

    /// Sends a copy of the request. Layers of the program find its operation among its extensions.
    pub(crate) async fn send(
        &mut self,
        exchange: &Exchange,
        watch: Option<&Arc<Watch>>,
    ) -> Result<HttpResponse> {
        poll_fn(|cx| self.poll_ready(cx)).await?;
        match &mut self.0 {
            Kind::Bare(service) => service.send(&exchange.request, watch).await,
            Kind::Layered(service) => {
                let mut request = exchange.request.clone();
                request.extensions_mut().insert(exchange.info);
                if let Some(watch) = watch {
                    request.extensions_mut().insert(watch.clone());
                }
                service.call(request).await
            }
        }
    }
}

impl Service<HttpRequest> for HttpService {
    type Response = HttpResponse;
    type Error = Error;
    type Future = Reply;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<()>> {
        match &mut self.0 {
            Kind::Bare(service) => service.poll_ready(cx),
            Kind::Layered(service) => service.poll_ready(cx),
        }
    }

    fn call(&mut self, request: HttpRequest) -> Reply {
        match &mut self.0 {
            Kind::Bare(service) => service.call(request),
            Kind::Layered(service) => service.call(request),
        }
    }
}

impl fmt::Debug for HttpService {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("HttpService")
    }
}

/// A layer of the program, without its type.
pub(crate) type UserLayer = Box<dyn Fn(HttpService) -> HttpService + Send + Sync>;

/// Forgets the type of a layer.
pub(crate) fn erase<L>(layer: L) -> UserLayer
where
    L: Layer<HttpService> + Send + Sync + 'static,
    L::Service: Service<HttpRequest, Response = HttpResponse> + Clone + Send + Sync + 'static,
    <L::Service as Service<HttpRequest>>::Error: Into<BoxError>,
    <L::Service as Service<HttpRequest>>::Future: Send + 'static,
{
    Box::new(move |inner| HttpService(Kind::Layered(boxed(layer.layer(inner), ErrorKind::Unexpected))))
}
