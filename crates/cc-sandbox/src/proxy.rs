//! The program as a proxy: it passes requests on to the platform, and records them.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use cc_sandbox::Recorder;
use http::header::{ACCEPT_ENCODING, CONNECTION, CONTENT_TYPE, HOST};
use http::uri::{Authority, PathAndQuery, Scheme};
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, Response, StatusCode, Uri};
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt, Full, LengthLimitError, Limited};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::client::legacy::Client;
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tower_layer::Layer;
use tower_service::Service;

/// Largest body of a request.
const BODY: usize = 256 << 20;

/// Headers of one connection, which are not passed on. Source: RFC 9110, section 7.6.1.
const HOP_BY_HOP: &[&str] = &[
    "connection",
    "keep-alive",
    "proxy-authorization",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
];

type Body = UnsyncBoxBody<Bytes, hyper::Error>;

/// The server whose answers are recorded.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Upstream {
    scheme: Scheme,
    authority: Authority,
}

impl std::str::FromStr for Upstream {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong =
            || format!("invalid upstream `{text}`: expected a URL such as https://api.clever-cloud.com");
        let parts = text.parse::<Uri>().map_err(|_| wrong())?.into_parts();
        let (Some(scheme), Some(authority)) = (parts.scheme, parts.authority) else { return Err(wrong()) };
        let is_bare =
            parts.path_and_query.is_none_or(|path| path == "/") && !authority.as_str().contains('@');
        match scheme.as_str() {
            "http" => {}
            "https" if cfg!(feature = "https") => {}
            "https" => {
                return Err(format!(
                    "`{text}` needs TLS, which this build lacks: install it with `cargo install cc-sandbox --features https`"
                ));
            }
            _ => return Err(wrong()),
        }
        if is_bare { Ok(Self { scheme, authority }) } else { Err(wrong()) }
    }
}

impl Upstream {
    fn is_local(&self) -> bool {
        let host = self.authority.host().trim_start_matches('[').trim_end_matches(']');
        host == "localhost" || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
    }
}

impl std::fmt::Display for Upstream {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}://{}", self.scheme, self.authority)
    }
}

/// A proxy that listens, and serves nobody yet.
pub(crate) struct Proxy {
    listener: TcpListener,
    upstream: Upstream,
    recorder: Recorder,
    forward: Forward,
}

impl Proxy {
    pub(crate) async fn bind(
        address: SocketAddr,
        upstream: Upstream,
        recorder: Recorder,
    ) -> io::Result<Self> {
        let listener = TcpListener::bind(address).await?;
        let client = Client::builder(TokioExecutor::new()).build(connector()?);
        Ok(Self { listener, upstream, recorder, forward: Forward(client) })
    }

    pub(crate) fn address(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }

    /// Serves until a future is ready, and then cuts the connections, so that open streams are recorded as far as they came.
    pub(crate) async fn serve_until(self, stop: impl Future<Output = ()>) {
        let mut connections = JoinSet::new();
        let mut stop = std::pin::pin!(stop);
        loop {
            let accepted = tokio::select! {
                () = &mut stop => break,
                accepted = self.listener.accept() => accepted,
            };
            // A connection that is gone before it is accepted is the client's affair.
            let Ok((stream, _)) = accepted else {
                tokio::task::yield_now().await;
                continue;
            };
            let connection = Connection {
                upstream: self.upstream.clone(),
                recorder: self.recorder.clone(),
                forward: self.forward.clone(),
            };
            connections.spawn(connection.serve(stream));
            while connections.try_join_next().is_some() {}
        }
        connections.shutdown().await;
    }
}

struct Connection {
    upstream: Upstream,
    recorder: Recorder,
    forward: Forward,
}

impl Connection {
    async fn serve(self, stream: TcpStream) {
        // Small answers, often in pieces: they are not to wait for each other. A failure costs only time.
        stream.set_nodelay(true).ok();
        let service = service_fn(|request| self.answer(request));
        // A client that goes away is its own affair.
        http1::Builder::new().serve_connection(TokioIo::new(stream), service).await.ok();
    }

    async fn answer(&self, request: Request<Incoming>) -> Result<Response<Body>, hyper::Error> {
        let (mut parts, body) = request.into_parts();
        if parts.method == Method::CONNECT {
            let message = "the recorder takes no CONNECT: give its URL to the client as that of the API";
            return Ok(refused(StatusCode::NOT_IMPLEMENTED, "/", message));
        }
        let target = parts.uri.path_and_query().cloned().unwrap_or(PathAndQuery::from_static("/"));
        let path = target.path().to_owned();
        let body = match Limited::new(body, BODY).collect().await {
            Ok(body) => body.to_bytes(),
            Err(error) if error.is::<LengthLimitError>() => {
                let message = format!("the body is larger than {BODY} bytes");
                return Ok(refused(StatusCode::PAYLOAD_TOO_LARGE, &path, &message));
            }
            Err(error) => return Ok(refused(StatusCode::BAD_REQUEST, &path, &error.to_string())),
        };
        let mut uri = http::uri::Parts::default();
        uri.scheme = Some(self.upstream.scheme.clone());
        uri.authority = Some(self.upstream.authority.clone());
        uri.path_and_query = Some(target);
        match Uri::from_parts(uri) {
            Ok(uri) => parts.uri = uri,
            Err(error) => return Ok(refused(StatusCode::BAD_REQUEST, &path, &error.to_string())),
        }
        remove_hop_by_hop(&mut parts.headers);
        parts.version = http::Version::HTTP_11;
        // An answer that is compressed could not be recorded.
        parts.headers.remove(ACCEPT_ENCODING);
        // A server of this machine sees the host that the client meant, which an OAuth signature covers.
        if !self.upstream.is_local() || !parts.headers.contains_key(HOST) {
            match HeaderValue::from_str(self.upstream.authority.as_str()) {
                Ok(host) => _ = parts.headers.insert(HOST, host),
                Err(error) => return Ok(refused(StatusCode::BAD_REQUEST, &path, &error.to_string())),
            }
        }
        let request = Request::from_parts(parts, body);
        // The control of a sandbox is no part of the API.
        let answer = match path.starts_with("/_sandbox") {
            true => self.forward.clone().call(request).await,
            false => self.recorder.layer(self.forward.clone()).call(request).await,
        };
        match answer {
            Ok(mut answer) => {
                remove_hop_by_hop(answer.headers_mut());
                Ok(answer)
            }
            Err(error) => {
                let message = format!("could not reach {}: {}", self.upstream, causes(&error));
                Ok(refused(StatusCode::BAD_GATEWAY, &path, &message))
            }
        }
    }
}

/// An error with its causes, on one line.
fn causes(error: &dyn std::error::Error) -> String {
    std::iter::successors(Some(error), |error| error.source())
        .map(ToString::to_string)
        .collect::<Vec<_>>()
        .join(": ")
}

fn remove_hop_by_hop(headers: &mut HeaderMap) {
    let named: Vec<HeaderName> = headers
        .get_all(CONNECTION)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .filter_map(|name| name.trim().parse().ok())
        .collect();
    for name in named {
        headers.remove(name);
    }
    for name in HOP_BY_HOP {
        headers.remove(*name);
    }
}

/// An answer of the proxy itself, in the shape that the platform's clients read.
fn refused(status: StatusCode, path: &str, message: &str) -> Response<Body> {
    let body = match path.starts_with("/v2/") {
        true => serde_json::json!({ "id": status.as_u16(), "message": message, "type": "error" }),
        false => serde_json::json!({ "code": "clever.sandbox.recorder", "error": message }),
    };
    let body = Full::from(body.to_string()).map_err(|never| match never {}).boxed_unsync();
    let mut answer = Response::new(body);
    *answer.status_mut() = status;
    answer.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    answer
}

/// The client of the upstream server, as a service.
#[derive(Clone)]
struct Forward(Client<Connector, Full<Bytes>>);

impl Service<Request<Bytes>> for Forward {
    type Response = Response<Body>;
    type Error = hyper_util::client::legacy::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Response<Body>, Self::Error>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<Bytes>) -> Self::Future {
        let answer = self.0.request(request.map(Full::new));
        Box::pin(async { Ok(answer.await?.map(BodyExt::boxed_unsync)) })
    }
}

#[cfg(not(feature = "https"))]
type Connector = hyper_util::client::legacy::connect::HttpConnector;

#[cfg(not(feature = "https"))]
fn connector() -> io::Result<Connector> {
    Ok(Connector::new())
}

#[cfg(feature = "https")]
type Connector = hyper_rustls::HttpsConnector<hyper_util::client::legacy::connect::HttpConnector>;

/// TLS with the certificates of the system.
#[cfg(feature = "https")]
fn connector() -> io::Result<Connector> {
    use rustls_platform_verifier::BuilderVerifierExt;
    let provider = std::sync::Arc::new(tls::crypto::aws_lc_rs::default_provider());
    let config = tls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .and_then(|config| config.with_platform_verifier())
        .map_err(io::Error::other)?
        .with_no_client_auth();
    let builder = hyper_rustls::HttpsConnectorBuilder::new().with_tls_config(config);
    Ok(builder.https_or_http().enable_http1().build())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_upstream_is_a_server_without_a_path() {
        let read = |text: &str| text.parse::<Upstream>().map(|upstream| upstream.to_string());
        assert_eq!(read("http://127.0.0.1:8080").as_deref(), Ok("http://127.0.0.1:8080"));
        assert_eq!(read("http://localhost/").as_deref(), Ok("http://localhost"));
        for text in ["api.clever-cloud.com", "ftp://x", "http://x/v2", "http://me:secret@x", ""] {
            let message =
                format!("invalid upstream `{text}`: expected a URL such as https://api.clever-cloud.com");
            assert_eq!(read(text), Err(message));
        }
    }

    #[test]
    fn headers_of_a_connection_are_not_passed_on() {
        let mut headers = HeaderMap::new();
        for (name, value) in [
            ("connection", "close, x-own"),
            ("x-own", "1"),
            ("te", "trailers"),
            ("authorization", "OAuth oauth_signature=\"a%26b\""),
        ] {
            headers.insert(name, HeaderValue::from_static(value));
        }
        remove_hop_by_hop(&mut headers);
        let left: Vec<&str> = headers.keys().map(HeaderName::as_str).collect();
        assert_eq!(left, ["authorization"]);
    }
}
