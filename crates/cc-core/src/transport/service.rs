//! The innermost part of the stack as one service, whatever it is made of: layers of the program around a sender.

use std::fmt;
use std::task::{Context, Poll};

use bytes::Bytes;
use tower::util::{BoxCloneSyncService, MapErr};
use tower::{Layer, Service, ServiceExt};

use crate::error::{BoxError, Error, ErrorKind};
use crate::transport::Body;

/// A request as layers see it: an absolute URL, headers, and the whole body.
pub type HttpRequest = http::Request<Bytes>;

/// An answer as layers see it: its head, and a body that may still be on its way.
pub type HttpResponse = http::Response<Body>;

type Future = <BoxCloneSyncService<HttpRequest, HttpResponse, Error> as Service<HttpRequest>>::Future;

/// Sends one HTTP request: what a layer given to [`TransportBuilder::layer`](crate::TransportBuilder::layer) wraps.
///
/// One call of it is one attempt. Authentication lies inside: a layer sees no credentials of the transport.
#[derive(Clone)]
pub struct HttpService(BoxCloneSyncService<HttpRequest, HttpResponse, Error>);

impl HttpService {
    /// Takes any service. An error that is not one of the SDK becomes one of this kind.
    pub(crate) fn new<S>(service: S, kind: ErrorKind) -> Self
    where
        S: Service<HttpRequest, Response = HttpResponse> + Clone + Send + Sync + 'static,
        S::Error: Into<BoxError>,
        S::Future: Send + 'static,
    {
        let service: MapErr<S, _> =
            service.map_err(move |error: S::Error| Error::from_foreign(error.into(), kind));
        Self(BoxCloneSyncService::new(service))
    }
}

impl Service<HttpRequest> for HttpService {
    type Response = HttpResponse;
    type Error = Error;
    type Future = Future;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Error>> {
        self.0.poll_ready(cx)
    }

    fn call(&mut self, request: HttpRequest) -> Future {
        self.0.call(request)
    }
}

impl fmt::Debug for HttpService {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("HttpService")
    }
}

/// What sends the requests.
#[derive(Debug, Default)]
pub(crate) enum Sender {
    /// A client that the transport makes.
    #[default]
    Own,
    /// A client that the transport finishes.
    Builder(Box<reqwest::ClientBuilder>),
    /// A client of the program.
    Client(reqwest::Client),
    /// Anything else.
    Service(HttpService),
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
    Box::new(move |inner| HttpService::new(layer.layer(inner), ErrorKind::Unexpected))
}
