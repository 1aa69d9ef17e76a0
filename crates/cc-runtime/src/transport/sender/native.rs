//! Sends a request with reqwest.

use std::future::{Future, ready};
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{self, Context, Poll};
use std::time::Duration;

use futures_util::TryStreamExt;
use tokio::runtime::{EnterGuard, Handle};
use tower::Service;
use url::Url;

#[cfg(feature = "blocking")]
use crate::blocking::OnLine;
use crate::endpoint::Endpoint;
use crate::error::{Error, ErrorKind, Result};
use crate::lock::lock;
use crate::tasks::{Home, Id};
use crate::transport::service::Boxed;
use crate::transport::stack::Reply;
use crate::transport::{Body, HttpRequest, HttpResponse, tls};

/// HTTP sender chosen by the program.
#[derive(Debug, Default)]
pub(crate) enum Choice {
    /// A client that the transport makes.
    #[default]
    Own,
    /// A client that the transport finishes.
    Builder(Box<reqwest::ClientBuilder>),
    /// A client of the program.
    Client(reqwest::Client),
    /// Anything else.
    Service(Boxed),
}

impl Choice {
    pub(crate) fn client(client: reqwest::Client) -> Self {
        Self::Client(client)
    }

    pub(crate) fn builder(builder: reqwest::ClientBuilder) -> Self {
        Self::Builder(Box::new(builder))
    }
}

/// The innermost service.
#[derive(Debug, Clone)]
pub(crate) struct Sender {
    by: By,
    endpoint: Arc<Endpoint>,
}

/// HTTP sender for any endpoint.
#[derive(Debug, Clone)]
pub(crate) enum By {
    Own(Arc<Own>),
    Client(Arc<Given>),
    Service(Boxed),
}

/// Settings of HTTP/2, which the feature `http2` switches on.
#[derive(Debug, Clone, Copy)]
#[cfg_attr(not(feature = "http2"), derive(Default))]
pub(crate) struct Http2 {
    #[cfg(feature = "http2")]
    pub(crate) prior_knowledge: bool,
    #[cfg(feature = "http2")]
    pub(crate) ping_interval: Option<Duration>,
}

#[cfg(feature = "http2")]
impl Default for Http2 {
    fn default() -> Self {
        Self { prior_knowledge: false, ping_interval: Some(Duration::from_secs(20)) }
    }
}

impl Http2 {
    /// Longest time within which a ping must be answered.
    #[cfg(feature = "http2")]
    const PING_TIMEOUT: Duration = Duration::from_secs(10);

    /// Bytes that a server may send on one stream before they are read: what an unread stream can hold in memory.
    #[cfg(feature = "http2")]
    const STREAM_WINDOW: u32 = 1 << 20;

    /// Bytes that a server may send on all streams before they are read. Unread streams share it: it holds the full windows of 1,024
    /// of them, so that none stops the others.
    #[cfg(feature = "http2")]
    const CONNECTION_WINDOW: u32 = 1 << 30;

    #[cfg(feature = "http2")]
    fn equip(self, builder: reqwest::ClientBuilder) -> reqwest::ClientBuilder {
        let builder = builder
            .http2_initial_stream_window_size(Self::STREAM_WINDOW)
            .http2_initial_connection_window_size(Self::CONNECTION_WINDOW)
            .http2_keep_alive_interval(self.ping_interval)
            .http2_keep_alive_timeout(self.ping_interval.unwrap_or_default().min(Self::PING_TIMEOUT))
            .http2_keep_alive_while_idle(true);
        if self.prior_knowledge { builder.http2_prior_knowledge() } else { builder }
    }

    #[cfg(not(feature = "http2"))]
    fn equip(self, builder: reqwest::ClientBuilder) -> reqwest::ClientBuilder {
        builder
    }
}

/// Maximum number of runtimes with a client of their own: the most recently used ones.
const RUNTIMES: usize = 16;

/// The HTTP clients of the transport, one for each runtime that sends requests, created by its first request.
/// A connection belongs to the runtime that opened it, and ends with it: requests of other runtimes on it
/// would be lost.
#[derive(Debug)]
pub(crate) struct Own {
    connect_timeout: Option<Duration>,
    http2: Http2,
    /// The last one used stands last.
    clients: Mutex<Vec<(Id, reqwest::Client)>>,
}

impl Own {
    fn new(connect_timeout: Option<Duration>, http2: Http2) -> Self {
        Self { connect_timeout, http2, clients: Mutex::default() }
    }

    fn client(&self) -> Result<(reqwest::Client, Option<Away>)> {
        let home = Home::current()?.id();
        let line = line_of(home);
        let id = line.as_ref().map_or(home, |line| line.runtime.id());
        let mut clients = lock(&self.clients);
        if let Some(at) = clients.iter().rposition(|(of, _)| *of == id) {
            let last = clients.len() - 1;
            clients[at..].rotate_left(1);
            return Ok((clients[last].1.clone(), line));
        }
        let builder = tls::equip(reqwest::Client::builder().referer(false))?;
        let builder = self.http2.equip(builder);
        let made = finish(builder, self.connect_timeout)?;
        if clients.len() == RUNTIMES {
            clients.remove(0);
        }
        clients.push((id, made.clone()));
        Ok((made, line))
    }
}

/// An HTTP client of the program. All runtimes share its connections.
#[derive(Debug)]
pub(crate) struct Given {
    client: reqwest::Client,
    /// Runtimes that a blocking wait can stop, and that may have opened a connection: the most recently used ones.
    homes: Mutex<Vec<Home>>,
}

impl Given {
    fn new(client: reqwest::Client) -> Arc<Self> {
        Arc::new(Self { client, homes: Mutex::default() })
    }

    /// The client, and the runtime to which its connections go if not to the current one.
    ///
    /// # Errors
    /// [`ErrorKind::Unexpected`] outside of a tokio runtime, or if the request may get a connection that stands still until the
    /// request has its answer.
    fn client(&self) -> Result<(reqwest::Client, Option<Away>)> {
        let home = Home::current()?;
        if let Some(runtime) = background().filter(|_| home.may_stop()) {
            return Ok((self.client.clone(), Some(Away { runtime, _line: None })));
        }
        let mut homes = lock(&self.homes);
        if homes.iter().any(Home::is_stopped_here) {
            return Err(Error::new(ErrorKind::Unexpected)
                .with_message(
                    "the HTTP client of the program may have connections of the runtime whose thread waits: wait within \
                     `spawn_blocking`, or let the transport make its client",
                )
                .not_sent());
        }
        if home.may_stop() && !homes.iter().any(|known| known.id() == home.id()) {
            if homes.len() == RUNTIMES {
                homes.remove(0);
            }
            homes.push(home);
        }
        Ok((self.client.clone(), None))
    }
}

/// Runtime of the connection of a request, if it is not the current one.
pub(crate) struct Away {
    runtime: &'static Handle,
    /// Has the connection go on.
    _line: Option<OnLine>,
}

/// The runtime of the connections of calls without async, if they begin in this runtime.
#[cfg(feature = "blocking")]
fn line_of(home: Id) -> Option<Away> {
    crate::blocking::line_of(home).map(|line| Away { runtime: line.runtime, _line: Some(line) })
}

/// Without waits, there is none.
#[cfg(not(feature = "blocking"))]
type OnLine = std::convert::Infallible;

#[cfg(not(feature = "blocking"))]
fn line_of(_: Id) -> Option<Away> {
    None
}

/// The runtime of calls without async, once there is one: connections there go on while a wait holds up another runtime.
fn background() -> Option<&'static Handle> {
    #[cfg(feature = "blocking")]
    return crate::blocking::started();
    #[cfg(not(feature = "blocking"))]
    None
}

impl Away {
    fn enter(&self) -> EnterGuard<'static> {
        self.runtime.enter()
    }
}

impl By {
    pub(crate) fn new(choice: Choice, connect_timeout: Option<Duration>, http2: Http2) -> Result<Self> {
        Ok(match choice {
            Choice::Own => Self::Own(Arc::new(Own::new(connect_timeout, http2))),
            Choice::Builder(builder) => {
                tls::provide();
                Self::Client(Given::new(finish(*builder, connect_timeout)?))
            }
            Choice::Client(client) => Self::Client(Given::new(client)),
            Choice::Service(service) => Self::Service(service),
        })
    }
}

/// Redirects are followed by the transport. Bodies come as they were sent, whichever features of reqwest other crates of the
/// program switch on: a body that grows when it is read passes no limit unseen, and the same program reads the same bytes
/// everywhere.
fn finish(builder: reqwest::ClientBuilder, connect_timeout: Option<Duration>) -> Result<reqwest::Client> {
    let mut builder = builder.redirect(reqwest::redirect::Policy::none());
    builder = builder.no_gzip().no_brotli().no_zstd().no_deflate();
    if let Some(timeout) = connect_timeout {
        builder = builder.connect_timeout(timeout);
    }
    builder.build().map_err(|cause| {
        Error::new(ErrorKind::Unexpected)
            .with_message("could not set up the HTTP client")
            .with_source(cause)
            .not_sent()
    })
}

impl Sender {
    pub(crate) fn new(by: By, endpoint: Arc<Endpoint>) -> Self {
        Self { by, endpoint }
    }
}

impl Service<HttpRequest> for Sender {
    type Response = HttpResponse;
    type Error = Error;
    type Future = Sending;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<()>> {
        match &mut self.by {
            By::Own(_) | By::Client(_) => Poll::Ready(Ok(())),
            By::Service(service) => service.poll_ready(cx),
        }
    }

    fn call(&mut self, request: HttpRequest) -> Sending {
        let client = match &mut self.by {
            By::Own(own) => own.client(),
            By::Client(given) => given.client(),
            By::Service(service) => return Sending::Service(service.call(request)),
        };
        let sent = client.and_then(|client| Ok((client, convert(request, &self.endpoint)?)));
        match sent {
            Ok(((mut client, away), request)) => {
                let _entered = away.as_ref().map(Away::enter);
                Sending::Client(client.call(request), away)
            }
            Err(error) => Sending::Service(Box::pin(ready(Err(error)))),
        }
    }
}

/// An answer that is on its way.
pub(crate) enum Sending {
    /// The future of the client, and the runtime in which it is polled if not in the current one.
    Client(<reqwest::Client as Service<reqwest::Request>>::Future, Option<Away>),
    Service(Reply),
}

impl Future for Sending {
    type Output = Result<HttpResponse>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        match &mut *self {
            Self::Service(reply) => reply.as_mut().poll(cx),
            Self::Client(pending, away) => {
                let _entered = away.as_ref().map(Away::enter);
                let outcome = task::ready!(Pin::new(pending).poll(cx));
                Poll::Ready(outcome.map(answer).map_err(failure))
            }
        }
    }
}

/// Converts the answer for the layers.
fn answer(mut response: reqwest::Response) -> HttpResponse {
    let (status, version) = (response.status(), response.version());
    let headers = std::mem::take(response.headers_mut());
    let body = response.bytes_stream().map_err(failure);
    let mut answer = HttpResponse::new(Body::from_chunks(body));
    (*answer.status_mut(), *answer.version_mut(), *answer.headers_mut()) = (status, version, headers);
    answer
}

/// Converts the request for reqwest.
fn convert(request: HttpRequest, endpoint: &Endpoint) -> Result<reqwest::Request> {
    let (parts, body) = request.into_parts();
    let url = match endpoint.to_url(&parts.uri) {
        Some(url) => url,
        None => Url::parse(&parts.uri.to_string()).map_err(|cause| {
            Error::new(ErrorKind::InvalidUrl).with_message("could not build the request").with_source(cause)
        })?,
    };
    let mut request = reqwest::Request::new(parts.method, url);
    *request.headers_mut() = parts.headers;
    *request.body_mut() = Some(body.into());
    Ok(request)
}

/// Reads what an error of reqwest means from nothing but the error: which TLS there is depends on the features and the
/// clients of the whole program. Its URL goes, because the query may hold a secret.
fn failure(error: reqwest::Error) -> Error {
    let error = error.without_url();
    let (kind, message) = if error.is_builder() {
        (ErrorKind::InvalidUrl, "could not build the request")
    } else if error.is_connect() && says(&error, "scheme is not http") {
        (
            ErrorKind::InvalidUrl,
            "the HTTP client has no TLS for https: enable the feature `rustls` or `native-tls` of cc-runtime",
        )
    } else if error.is_timeout() && error.is_connect() {
        (ErrorKind::TimedOut, "could not connect within the connect timeout")
    } else if error.is_timeout() {
        (ErrorKind::TimedOut, "the timeout of the HTTP client passed")
    } else if error.is_connect() {
        (ErrorKind::Unreachable, no_connection(&error))
    } else if error.is_body() || error.is_decode() {
        (ErrorKind::Unreachable, "the connection was lost while reading the body")
    } else if of_hyper(&error, hyper::Error::is_parse) {
        (
            ErrorKind::Unreachable,
            "the head of the answer is not HTTP: check the port and whether the server expects https",
        )
    } else {
        (ErrorKind::Unreachable, "the connection was lost")
    };
    // A request that hyper cancels was not begun: its connection ended while it waited for its turn.
    let not_sent = error.is_connect() || of_hyper(&error, hyper::Error::is_canceled);
    let error = Error::new(kind).with_message(message).with_source(error);
    if not_sent { error.not_sent() } else { error }
}

/// Reason why there is no connection. The full text of the operating system or of the TLS library is a cause.
fn no_connection(error: &reqwest::Error) -> &'static str {
    let causes = || std::iter::successors(std::error::Error::source(error), |cause| cause.source());
    let has = |kind| {
        causes().filter_map(|cause| cause.downcast_ref::<std::io::Error>()).any(|cause| cause.kind() == kind)
    };
    if says(error, "dns error") {
        "could not connect: the host name was not found"
    } else if has(std::io::ErrorKind::ConnectionRefused) {
        "could not connect: the connection was refused"
    } else if ["certificate", "tls", "ssl", "handshake"].iter().any(|word| says_in_any_case(error, word)) {
        "could not connect: TLS failed"
    } else {
        "could not connect"
    }
}

/// Like [`says`], for lower-case words in any case.
fn says_in_any_case(error: &reqwest::Error, words: &str) -> bool {
    let mut causes = std::iter::successors(std::error::Error::source(error), |cause| cause.source());
    causes.any(|cause| cause.to_string().to_ascii_lowercase().contains(words))
}

/// Returns `true` if a cause is an error of hyper of this kind.
fn of_hyper(error: &reqwest::Error, is: fn(&hyper::Error) -> bool) -> bool {
    let causes = std::iter::successors(std::error::Error::source(error), |cause| cause.source());
    causes.filter_map(|cause| cause.downcast_ref::<hyper::Error>()).any(is)
}

/// Returns `true` if a cause has this message. Only the messages of hyper-util distinguish some failures, for
/// which it has no type.
fn says(error: &reqwest::Error, words: &str) -> bool {
    let mut causes = std::iter::successors(std::error::Error::source(error), |cause| cause.source());
    causes.any(|cause| cause.to_string().contains(words))
}
