//! The transport: how a request becomes an answer, and how each attempt gets its request.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use bytes::Bytes;
use futures_core::Stream;
use http::header::{ACCEPT, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};

use crate::error::{BoxError, Result};
use crate::local::{call, local};

pub(crate) const EVENT_STREAM: &str = "text/event-stream";
pub(crate) const LAST_EVENT_ID: HeaderName = HeaderName::from_static("last-event-id");

/// `Send`, except in a browser, where nothing has to be.
#[cfg(not(target_family = "wasm"))]
#[diagnostic::on_unimplemented(message = "`{Self}` cannot move to another thread", label = "not `Send`")]
pub trait MaybeSend: Send {}
#[cfg(not(target_family = "wasm"))]
impl<T: Send + ?Sized> MaybeSend for T {}
/// `Send`, except in a browser, where nothing has to be.
#[cfg(target_family = "wasm")]
pub trait MaybeSend {}
#[cfg(target_family = "wasm")]
impl<T: ?Sized> MaybeSend for T {}

/// `Sync`, except in a browser, where nothing has to be.
#[cfg(not(target_family = "wasm"))]
#[diagnostic::on_unimplemented(message = "`{Self}` cannot be shared by threads", label = "not `Sync`")]
pub trait MaybeSync: Sync {}
#[cfg(not(target_family = "wasm"))]
impl<T: Sync + ?Sized> MaybeSync for T {}
/// `Sync`, except in a browser, where nothing has to be.
#[cfg(target_family = "wasm")]
pub trait MaybeSync {}
#[cfg(target_family = "wasm")]
impl<T: ?Sized> MaybeSync for T {}

/// The bytes of an answer.
pub type Body = Pin<Box<dyn Stream<Item = Result<Bytes, BoxError>> + Send>>;

pub(crate) type Opening = Pin<Box<dyn Future<Output = Result<Response>> + Send>>;
pub(crate) type Opener = Box<dyn FnMut(Attempt) -> Opening + Send>;

/// Sends a request, and gives the head of the answer and its bytes.
///
/// With the feature `reqwest`, `HttpClient` is one, and so is `reqwest::Client` for requests without headers of their own;
/// [`connect_fn`] makes one of a function.
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not open connections",
    label = "`Connect` is not implemented",
    note = "make one of a function with `connect_fn`, use `HttpClient`, or implement `cc_stream::Connect`"
)]
pub trait Connect: MaybeSend + MaybeSync + 'static {
    /// The request type of the transport.
    type Request: MaybeSend + 'static;

    /// The headers of a request. The stream asks there for an event stream, and sets the id to go on from.
    fn headers<'a>(&self, request: &'a mut Self::Request) -> &'a mut HeaderMap;

    /// Sends the request. The future is done with the head of the answer; dropping it, or the body, closes the
    /// connection.
    ///
    /// # Errors
    /// [`StreamError::unreachable`](crate::StreamError::unreachable) for transient failures, and
    /// [`StreamError::request`](crate::StreamError::request) for permanent ones.
    fn connect(&self, request: Self::Request) -> impl Future<Output = Result<Response>> + MaybeSend;
}

/// An answer: its head, and its bytes to come.
pub struct Response {
    /// The status.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    /// The bytes.
    pub body: Body,
}

impl Response {
    /// An answer of this status, without headers.
    pub fn new<E: Into<BoxError> + 'static>(
        status: StatusCode,
        body: impl Stream<Item = Result<Bytes, E>> + MaybeSend + 'static,
    ) -> Self {
        use futures_util::TryStreamExt;
        Self { status, headers: HeaderMap::new(), body: Box::pin(local(body.map_err(Into::into))) }
    }

    /// An answer that opens a stream.
    pub fn event_stream<E: Into<BoxError> + 'static>(
        body: impl Stream<Item = Result<Bytes, E>> + MaybeSend + 'static,
    ) -> Self {
        Self::new(StatusCode::OK, body).with_header(CONTENT_TYPE, HeaderValue::from_static(EVENT_STREAM))
    }

    /// Adds a header to the answer.
    #[must_use]
    pub fn with_header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.append(name, value);
        self
    }

    /// Content encoding of the body, if the reader has to decode it.
    pub(crate) fn encoding(&self) -> Option<String> {
        let found = self.headers.get(CONTENT_ENCODING)?.as_bytes().trim_ascii();
        let is_plain = found.is_empty() || found.eq_ignore_ascii_case(b"identity");
        (!is_plain).then(|| String::from_utf8_lossy(found).into_owned())
    }

    /// Content type, if it is not an event stream.
    pub(crate) fn other_content_type(&self) -> Option<Option<String>> {
        let Some(found) = self.headers.get(CONTENT_TYPE) else { return Some(None) };
        let essence = found.as_bytes().split(|&byte| byte == b';').next().unwrap_or_default();
        if essence.trim_ascii().eq_ignore_ascii_case(EVENT_STREAM.as_bytes()) {
            return None;
        }
        Some(Some(String::from_utf8_lossy(found.as_bytes()).into_owned()))
    }
}

impl fmt::Debug for Response {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Response").field("status", &self.status).finish_non_exhaustive()
    }
}

/// Inputs for the request of an attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Attempt {
    /// Number of the attempt, from 1, counted over the life of the stream.
    pub number: u64,
    /// The id the server will be asked to go on from. The stream sets the header; a query may need it too.
    pub last_event_id: Option<Arc<str>>,
    /// The [mark](crate::Format::mark) of the last item that has one: the position to request if there is no
    /// `last_event_id`, because no id is reliable. Include events with this mark, because other items may
    /// have it too.
    pub mark: Option<i64>,
    /// Number of events to request from the server, if the stream has a limit: the rest of the limit, and the
    /// events that the server is asked to repeat. Never 0.
    pub remaining: Option<u64>,
}

/// Builds the request of each attempt: see [`EventStream::open`](crate::EventStream::open).
pub(crate) fn opener<C, F, Fut>(transport: C, mut factory: F) -> Opener
where
    C: Connect,
    F: FnMut(Attempt) -> Fut + MaybeSend + 'static,
    Fut: Future<Output = Result<C::Request>> + MaybeSend + 'static,
{
    let transport = Arc::new(transport);
    let mut open = local(move |attempt: Attempt| {
        let transport = Arc::clone(&transport);
        let last_event_id = attempt.last_event_id.clone();
        let request = factory(attempt);
        let opening = local(async move {
            let mut request = request.await?;
            ask_for_events(transport.headers(&mut request), last_event_id.as_deref());
            transport.connect(request).await
        });
        Box::pin(opening) as Opening
    });
    Box::new(move |attempt| call(&mut open, attempt))
}

/// The headers of a browser's `EventSource`. Those that the program sets itself stay.
fn ask_for_events(headers: &mut HeaderMap, last_event_id: Option<&str>) {
    headers.entry(ACCEPT).or_insert(HeaderValue::from_static(EVENT_STREAM));
    headers.entry(CACHE_CONTROL).or_insert(HeaderValue::from_static("no-cache"));
    // Only ids that fit a header are asked for.
    if let Some(id) = last_event_id.and_then(|id| HeaderValue::from_bytes(id.as_bytes()).ok()) {
        headers.insert(LAST_EVENT_ID, id);
    }
}

/// A transport made of a function, for tests and for transports that are one.
///
/// ```
/// use bytes::Bytes;
/// use cc_stream::{Response, connect_fn};
/// use futures_util::stream;
///
/// let _transport = connect_fn(|_request: http::Request<()>| async {
///     Ok(Response::event_stream(stream::iter([Ok::<_, std::io::Error>(Bytes::from("data: hello\n\n"))])))
/// });
/// ```
pub fn connect_fn<F, Fut>(function: F) -> ConnectFn<F>
where
    F: Fn(http::Request<()>) -> Fut + MaybeSend + MaybeSync + 'static,
    Fut: Future<Output = Result<Response>> + MaybeSend + 'static,
{
    ConnectFn(function)
}

/// See [`connect_fn`].
#[derive(Clone, Copy)]
pub struct ConnectFn<F>(F);

impl<F> fmt::Debug for ConnectFn<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ConnectFn")
    }
}

impl<F, Fut> Connect for ConnectFn<F>
where
    F: Fn(http::Request<()>) -> Fut + MaybeSend + MaybeSync + 'static,
    Fut: Future<Output = Result<Response>> + MaybeSend + 'static,
{
    type Request = http::Request<()>;

    fn headers<'a>(&self, request: &'a mut Self::Request) -> &'a mut HeaderMap {
        request.headers_mut()
    }

    fn connect(&self, request: Self::Request) -> impl Future<Output = Result<Response>> + MaybeSend {
        (self.0)(request)
    }
}
