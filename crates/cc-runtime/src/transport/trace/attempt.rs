//! One attempt as its observers see it: a span of kind `client` for each HTTP request, and events for the observer.

use std::fmt::{self, Write};
use std::future::{Future, poll_fn};
use std::pin::pin;
use std::sync::{Arc, Mutex};

use http::{HeaderMap, Method, StatusCode, Uri, Version};
use tracing::Span;
use tracing::field::Empty;

use super::known_method;
use crate::endpoint::Endpoint;
use crate::error::Result;
use crate::lock::lock;
use crate::tasks::Instant;
use crate::transport::exchange::Exchange;
use crate::transport::observe::{
    AttemptEnd, AttemptStart, CANCELLED, Observer, error_type, is_error, protocol_version, tell,
};
use crate::transport::stack::Stack;
use crate::transport::{HttpRequest, HttpResponse};

/// Adds the headers that carry the context of a trace.
pub(crate) type Propagate = Arc<dyn Fn(&Span, &mut HeaderMap) + Send + Sync>;

/// Text in place of a value of a URL that may be secret, as the conventions write it.
const REDACTED: &str = "REDACTED";

/// An attempt under observation. Redirects give it one request after another.
pub(crate) struct Watch {
    exchange: Arc<Exchange>,
    endpoint: Arc<Endpoint>,
    observer: Option<Arc<dyn Observer>>,
    propagate: Option<Propagate>,
    /// The span of the caller, or of its command.
    parent: Span,
    sent: Mutex<Option<Sent>>,
}

/// One HTTP request.
struct Sent {
    span: Span,
    method: Method,
    uri: Uri,
    /// `None` after a redirect.
    template: Option<&'static str>,
    resends: u32,
    bytes: usize,
    started: Instant,
}

/// The end of a request.
#[derive(Default)]
struct End<'a> {
    status: Option<StatusCode>,
    error_type: Option<&'a str>,
    version: Option<Version>,
    bytes: Option<usize>,
}

impl Watch {
    /// Begins to watch an attempt, unless neither a subscriber nor an observer is interested.
    pub(crate) fn begin(stack: &Stack, exchange: &Arc<Exchange>) -> Option<Arc<Self>> {
        let request = &exchange.request;
        let parent = Span::current();
        let template = Some(exchange.info.route);
        let resends = exchange.begin_request();
        let span = span(&parent, exchange, &stack.endpoint, request, template, resends);
        if span.is_disabled() && stack.observer.is_none() && stack.propagate.is_none() {
            return None;
        }
        let watch = Self {
            exchange: exchange.clone(),
            endpoint: stack.endpoint.clone(),
            observer: stack.observer.clone(),
            propagate: stack.propagate.clone(),
            parent,
            sent: Mutex::new(None),
        };
        watch.start(request, template, resends, span);
        Some(Arc::new(watch))
    }

    fn start(&self, request: &HttpRequest, template: Option<&'static str>, resends: u32, span: Span) {
        let (method, uri) = (request.method().clone(), request.uri().clone());
        let bytes = request.body().len();
        if let Some(observer) = &self.observer {
            let (server_address, server_port) = server(&uri);
            let info = self.exchange.info;
            let start =
                AttemptStart { info, method: &method, server_address, server_port, resend_count: resends };
            tell(&**observer, |observer| observer.on_attempt_start(&start));
        }
        let started = Instant::now();
        *lock(&self.sent) = Some(Sent { span, method, uri, template, resends, bytes, started });
    }

    /// Ends the request that was answered with a redirect, and begins the next one.
    pub(crate) fn redirect(&self, status: StatusCode, version: Version, request: &HttpRequest) {
        self.end_with(End { status: Some(status), version: Some(version), ..End::default() });
        let resends = self.exchange.begin_request();
        let span = span(&self.parent, &self.exchange, &self.endpoint, request, None, resends);
        self.start(request, None, resends, span);
    }

    /// Adds the headers of the trace to a request.
    pub(crate) fn propagate(&self, headers: &mut HeaderMap) {
        let Some(propagate) = &self.propagate else { return };
        let span = self.span();
        // Where the level filters the span out, the trace goes on from its parent.
        propagate(if span.is_disabled() { &self.parent } else { &span }, headers);
    }

    /// Runs the attempt within the span of the request that is on its way.
    pub(crate) async fn run<F: Future>(&self, future: F) -> F::Output {
        let mut future = pin!(future);
        poll_fn(|cx| self.span().in_scope(|| future.as_mut().poll(cx))).await
    }

    /// Ends the last request of the attempt.
    pub(crate) fn end(&self, outcome: &Result<HttpResponse>) {
        match outcome {
            Ok(answer) => {
                let status = answer.status();
                self.end_with(End {
                    status: Some(status),
                    error_type: is_error(status).then(|| status.as_str()),
                    version: Some(answer.version()),
                    bytes: answer.body().whole().map(bytes::Bytes::len),
                });
            }
            Err(error) => {
                let (status, error_type) = (error.status(), error_type(error));
                self.end_with(End { status, error_type: Some(&error_type), ..End::default() });
            }
        }
    }

    fn end_with(&self, end: End<'_>) {
        let Some(sent) = lock(&self.sent).take() else { return };
        let span = &sent.span;
        if !span.is_disabled() {
            if let Some(status) = end.status {
                span.record("http.response.status_code", status.as_u16());
            }
            if let Some(version) = end.version.and_then(protocol_version) {
                span.record("network.protocol.version", version);
            }
            if let Some(error) = end.error_type {
                span.record("error.type", error);
                span.record("otel.status_code", "ERROR");
            }
        }
        let Some(observer) = &self.observer else { return };
        let (server_address, server_port) = server(&sent.uri);
        let end = AttemptEnd {
            info: self.exchange.info,
            method: &sent.method,
            url_template: sent.template,
            server_address,
            server_port,
            resend_count: sent.resends,
            duration: sent.started.elapsed(),
            status: end.status,
            error_type: end.error_type,
            version: end.version,
            request_bytes: sent.bytes,
            response_bytes: end.bytes,
        };
        tell(&**observer, |observer| observer.on_attempt_end(&end));
    }

    fn span(&self) -> Span {
        lock(&self.sent).as_ref().map_or_else(Span::none, |sent| sent.span.clone())
    }
}

/// An attempt without an end was dropped: by its caller, or because the time of its call was over.
impl Drop for Watch {
    fn drop(&mut self) {
        let late = self.exchange.deadline().is_some_and(|deadline| deadline <= Instant::now());
        let error = if late { crate::error::ErrorKind::TimedOut.code() } else { CANCELLED };
        self.end_with(End { error_type: Some(error), ..End::default() });
    }
}

impl fmt::Debug for Watch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Watch").field("operation", &self.exchange.info.id).finish_non_exhaustive()
    }
}

fn span(
    parent: &Span,
    exchange: &Exchange,
    endpoint: &Endpoint,
    request: &HttpRequest,
    template: Option<&'static str>,
    resends: u32,
) -> Span {
    let (method, uri) = (request.method(), request.uri());
    let known = known_method(method);
    let (address, port) = server(uri);
    let name = if known == "_OTHER" { "HTTP" } else { known };
    tracing::info_span!(
        target: "cc_runtime::attempt",
        parent: parent,
        "http_request",
        otel.name = %match template {
            Some(template) => format!("{name} {template}"),
            None => name.to_owned(),
        },
        otel.kind = "client",
        otel.status_code = Empty,
        cc.operation = exchange.info.id,
        http.request.method = known,
        http.request.method_original = (known == "_OTHER").then_some(method.as_str()),
        url.full = %match template {
            Some(_) => url_of(exchange, endpoint, uri),
            None => url_of_redirect(uri),
        },
        url.template = template,
        server.address = address,
        server.port = port,
        http.request.resend_count = (resends > 0).then_some(resends),
        http.response.status_code = Empty,
        network.protocol.version = Empty,
        error.type = Empty,
    )
}

/// Host and port of a URL.
fn server(uri: &Uri) -> (&str, u16) {
    let port = || if uri.scheme() == Some(&http::uri::Scheme::HTTP) { 80 } else { 443 };
    // An address of IPv6 stands in brackets in a URL only.
    let host = uri.host().unwrap_or_default().trim_matches(['[', ']']);
    (host, uri.port_u16().unwrap_or_else(port))
}

/// The URL of an operation, without secret parameters of its path. No value of the query is shown: any may be secret.
fn url_of(exchange: &Exchange, endpoint: &Endpoint, uri: &Uri) -> String {
    let path = exchange.info.path_with(endpoint.below(uri.path()), REDACTED);
    let mut url = format!("{}{path}", endpoint.as_str());
    let pairs = uri.query().into_iter().flat_map(|query| query.split('&'));
    for (at, pair) in pairs.enumerate() {
        url.push(if at == 0 { '?' } else { '&' });
        if let Some((name, _)) = pair.split_once('=') {
            let _ = write!(url, "{name}=");
        }
        url.push_str(REDACTED);
    }
    url
}

/// The URL of a redirect: path and query may prove the right to read.
fn url_of_redirect(uri: &Uri) -> String {
    let (scheme, host) = (uri.scheme_str().unwrap_or_default(), uri.host().unwrap_or_default());
    format!("{scheme}://{host}:{}/{REDACTED}", server(uri).1)
}
