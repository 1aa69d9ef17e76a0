//! The one error of the SDK.

pub(crate) mod body;
mod context;
pub(crate) mod line;

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, HeaderName, Method, StatusCode};
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::operation::OperationInfo;
use crate::redact::Redactor;

pub use context::{ErrorContext, FieldContext};
use line::{CODE, Line, MESSAGE};

/// How much of the body of an answer an error keeps, in bytes.
const KEPT_BODY: usize = 64 * 1024;

/// A cause from anywhere.
pub type BoxError = Box<dyn std::error::Error + Send + Sync + 'static>;

/// The result of anything in the SDK that can fail.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What kind of failure it is. [`Error::code`] gives the finer name that the platform, or the official client, uses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The platform answered with an error status.
    Refused,
    /// The platform answered success, and the body is not what the spec promises.
    Undecodable,
    /// The answer is larger than allowed ([`CallOptions::body_limit`](crate::CallOptions::body_limit)). The platform
    /// answered success.
    TooLarge,
    /// No answer came: name look-up, connection, TLS, or a connection lost on the way.
    Unreachable,
    /// No complete answer came in the time that the caller gave.
    TimedOut,
    /// The call was given up before it ended.
    Aborted,
    /// The base URL, or a URL made from it, is not one that a request can be sent to.
    InvalidUrl,
    /// The caller's input cannot be sent. Nothing was sent.
    InvalidInput,
    /// Nothing of the caller's has this id: its owner, or its other id, is not known.
    CannotResolveResource,
    /// No product fits what was asked for.
    CannotResolveProduct,
    /// No credentials could be had.
    Credentials,
    /// What was waited for did not come before the deadline. The change itself may still happen.
    DeadlineExceeded,
    /// A stream was asked for something that its state does not allow.
    StreamState,
    /// A stream's answer is no event stream.
    StreamContentType,
    /// The server ended a stream, or sent on it what it should not.
    StreamServer,
    /// A stream was silent for longer than its heartbeat allows.
    StreamHealth,
    /// The reader of a stream failed.
    StreamClient,
    /// Events of a stream may be missing; it goes on.
    StreamGap,
    /// Whether it was done cannot be known: the request left, and no answer told. The [`source`](std::error::Error::source)
    /// says what happened instead.
    Indeterminate,
    /// A store (ids, answers) failed.
    Store,
    /// What should not happen.
    Unexpected,
}

impl ErrorKind {
    /// The name of this kind among the error codes of the official JavaScript client, or in their manner what it does not have.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Refused => "unknown_error",
            Self::TooLarge => "RESPONSE_TOO_LARGE",
            Self::Unreachable => "NETWORK_ERROR",
            Self::TimedOut | Self::DeadlineExceeded => "TIMEOUT_EXCEEDED",
            Self::Aborted => "ABORTED",
            Self::InvalidUrl => "INVALID_URL",
            Self::InvalidInput => "INVALID_INPUT",
            Self::CannotResolveResource => "CANNOT_RESOLVE_RESOURCE_ID",
            Self::CannotResolveProduct => "CANNOT_RESOLVE_PRODUCT",
            Self::Credentials => "CREDENTIALS_ERROR",
            Self::StreamState => "SSE_INVALID_STATE_ERROR",
            Self::StreamContentType => "SSE_INVALID_CONTENT_TYPE",
            Self::StreamServer => "SSE_SERVER_ERROR",
            Self::StreamHealth => "SSE_HEALTH_ERROR",
            Self::StreamClient => "SSE_CLIENT_ERROR",
            Self::StreamGap => "SSE_GAP",
            Self::Indeterminate => "INDETERMINATE",
            Self::Undecodable | Self::Store | Self::Unexpected => "UNEXPECTED_ERROR",
        }
    }

    fn words(self) -> &'static str {
        match self {
            Self::Refused => "the platform refused",
            Self::Undecodable => "the answer does not decode",
            Self::TooLarge => "the answer is too large",
            Self::Unreachable => "no answer came",
            Self::TimedOut => "no complete answer came in time",
            Self::Aborted => "the call was given up",
            Self::InvalidUrl => "the URL is not valid",
            Self::InvalidInput => "the input is not valid",
            Self::CannotResolveResource => "nothing of yours has this id",
            Self::CannotResolveProduct => "no product fits",
            Self::Credentials => "no credentials could be had",
            Self::DeadlineExceeded => "it did not come before the deadline",
            Self::StreamState => "the stream is in no state for this",
            Self::StreamContentType => "the answer is no event stream",
            Self::StreamServer => "the server broke the stream off",
            Self::StreamHealth => "the stream went silent",
            Self::StreamClient => "the reader of the stream failed",
            Self::StreamGap => "the stream has a gap",
            Self::Indeterminate => "it may have been done or not",
            Self::Store => "the store failed",
            Self::Unexpected => "something unexpected happened",
        }
    }
}

/// Why a call failed: what was asked for, what came back, and the cause.
///
/// `Display` is one line without the cause, which [`source`](std::error::Error::source) keeps; neither shows a secret.
/// It is the size of a pointer and cheap to clone: callers that shared one request share its failure.
#[derive(Clone)]
pub struct Error(Arc<Inner>);

#[derive(Clone)]
struct Inner {
    kind: ErrorKind,
    operation: Option<&'static OperationInfo>,
    command: Option<&'static str>,
    method: Option<Method>,
    url: Option<String>,
    status: Option<StatusCode>,
    code: Option<String>,
    message: Option<String>,
    context: Option<ErrorContext>,
    sozu_id: Option<String>,
    request_id: Option<String>,
    headers: HeaderMap,
    body: Option<Bytes>,
    attempts: u32,
    retry_after: Option<Duration>,
    not_sent: bool,
    effect: Option<Cow<'static, str>>,
    source: Option<Arc<dyn std::error::Error + Send + Sync>>,
}

impl Error {
    /// An error of this kind, of which nothing else is known yet.
    #[must_use]
    pub fn new(kind: ErrorKind) -> Self {
        Self(Arc::new(Inner {
            kind,
            operation: None,
            command: None,
            method: None,
            url: None,
            status: None,
            code: None,
            message: None,
            context: None,
            sozu_id: None,
            request_id: None,
            headers: HeaderMap::new(),
            body: None,
            attempts: 0,
            retry_after: None,
            not_sent: false,
            effect: None,
            source: None,
        }))
    }

    /// The failure that an answer with an error status means. The body may be JSON of either API or of the usual frameworks,
    /// problem+json, XML, a form, text or HTML, in UTF-8, UTF-16, Latin-1 or Windows-1252: each gives a message of one line.
    /// [`body`](Self::body) is in UTF-8.
    #[must_use]
    pub fn from_answer(status: StatusCode, headers: &HeaderMap, body: &[u8]) -> Self {
        let body = body::decoded(headers, body);
        let mut error =
            Self::new(ErrorKind::Refused).with_status(status).with_headers(headers).with_body(&body);
        let read = body::read(headers, &body);
        let inner = error.inner_mut();
        inner.code = read.code;
        inner.message = read.message;
        inner.context = read.context;
        inner.request_id = read.request_id;
        error
    }

    /// The same, without what the call sent as a secret. The body is read after that, so that nothing is cut within a secret.
    pub(crate) fn from_answer_without(
        status: StatusCode,
        headers: &HeaderMap,
        body: &[u8],
        secrets: &Redactor,
    ) -> Self {
        // In another charset, a secret would not be found.
        let body = body::decoded(headers, body);
        Self::from_answer(status, headers, &without_secrets(&body, secrets)).redacted(secrets)
    }

    /// An error of ours as it is; any other as the cause of one of this kind.
    pub(crate) fn from_foreign(error: BoxError, kind: ErrorKind) -> Self {
        match error.downcast::<Self>() {
            Ok(error) => *error,
            Err(cause) => Self::new(kind).with_source(cause),
        }
    }

    fn inner_mut(&mut self) -> &mut Inner {
        Arc::make_mut(&mut self.0)
    }

    fn with(mut self, set: impl FnOnce(&mut Inner)) -> Self {
        set(self.inner_mut());
        self
    }

    /// Names the operation, when none is named yet.
    #[must_use]
    pub fn with_operation(self, operation: &'static OperationInfo) -> Self {
        if self.0.operation.is_some() {
            return self;
        }
        self.with(|inner| {
            inner.operation = Some(operation);
            inner.method.get_or_insert_with(|| operation.method.clone());
        })
    }

    /// Names the command that was run.
    #[must_use]
    pub fn with_command(self, command: &'static str) -> Self {
        self.with(|inner| inner.command = Some(command))
    }

    /// Says what was asked of where. `url` must hold no secret: credentials and the query are left out by the transport.
    #[must_use]
    pub fn with_request(self, method: &Method, url: impl Into<String>) -> Self {
        self.with(|inner| {
            inner.method = Some(method.clone());
            inner.url = Some(url.into());
        })
    }

    /// Says which status came.
    #[must_use]
    pub fn with_status(self, status: StatusCode) -> Self {
        self.with(|inner| inner.status = Some(status))
    }

    /// Keeps the headers of an answer, and reads `Sozu-Id` and `Retry-After` in them.
    #[must_use]
    pub fn with_headers(self, headers: &HeaderMap) -> Self {
        self.with(|inner| {
            inner.sozu_id = headers.get("sozu-id").and_then(|id| id.to_str().ok()).map(str::to_owned);
            inner.retry_after = cc_retry_after::retry_after(headers);
            inner.headers = headers.clone();
        })
    }

    /// Keeps the first 64 KiB of the body of an answer.
    #[must_use]
    pub(crate) fn with_body(self, body: &[u8]) -> Self {
        self.with(|inner| inner.body = Some(Bytes::copy_from_slice(&body[..body.len().min(KEPT_BODY)])))
    }

    /// Says how many times the request was sent.
    #[must_use]
    pub fn with_attempts(self, attempts: u32) -> Self {
        self.with(|inner| inner.attempts = attempts)
    }

    /// Gives the code by which the platform, or this SDK, names the failure.
    #[must_use]
    pub fn with_code(self, code: impl Into<String>) -> Self {
        self.with(|inner| inner.code = Some(code.into()))
    }

    /// Says in one line what happened. It must hold no secret.
    #[must_use]
    pub fn with_message(self, message: impl Into<String>) -> Self {
        self.with(|inner| inner.message = Some(message.into()))
    }

    /// Adds what to do to what is said.
    pub(crate) fn with_hint(self, hint: String) -> Self {
        let message = match self.message().or(self.0.status.and_then(|status| status.canonical_reason())) {
            Some(message) => format!("{message} ({hint})"),
            None => hint,
        };
        self.with_message(message)
    }

    /// Says that nothing left this machine.
    #[must_use]
    pub fn not_sent(self) -> Self {
        self.with(|inner| inner.not_sent = true)
    }

    /// Says that the change was made, although the call fails: [`may_be_done`](Self::may_be_done) is then `true`.
    #[must_use]
    pub fn applied(self) -> Self {
        self.with_effect("the change was made")
    }

    /// Says which change was made before the call failed, such as `the branch was changed`: [`may_be_done`](Self::may_be_done)
    /// is then `true`.
    #[must_use]
    pub fn with_effect(self, effect: impl Into<Cow<'static, str>>) -> Self {
        self.with(|inner| inner.effect = Some(effect.into()))
    }

    /// Says that something left this machine.
    pub(crate) fn was_sent(self) -> Self {
        self.with(|inner| inner.not_sent = false)
    }

    /// The same error without what the call sent as a secret, wherever a server or a layer repeats it, causes included.
    pub(crate) fn redacted(self, secrets: &Redactor) -> Self {
        let cause = self.0.source.as_deref().and_then(|source| secrets.hide_cause(source));
        self.with(|inner| {
            let texts = [
                &mut inner.code,
                &mut inner.message,
                &mut inner.sozu_id,
                &mut inner.request_id,
                &mut inner.url,
            ];
            texts.into_iter().flatten().for_each(|text| secrets.hide_in(text));
            if let Some(context) = &mut inner.context {
                context.hide(secrets);
            }
            secrets.hide_headers(&mut inner.headers);
            if let Some(body) = &mut inner.body {
                *body = Bytes::from(without_secrets(body, secrets).into_owned());
            }
            if let Some(cause) = cause {
                inner.source = Some(cause);
            }
        })
    }

    /// The same failure as [`ErrorKind::Indeterminate`], for what must not be guessed: what was asked for may have been
    /// done. This error becomes the cause.
    #[must_use]
    pub fn indeterminate(self) -> Self {
        let cause = self.clone();
        self.with(|inner| {
            inner.kind = ErrorKind::Indeterminate;
            (inner.code, inner.message, inner.context) = (None, None, None);
        })
        .with_source(cause)
    }

    /// Keeps the cause.
    #[must_use]
    pub fn with_source(self, source: impl Into<BoxError>) -> Self {
        let source: Arc<dyn std::error::Error + Send + Sync> = Arc::from(source.into());
        self.with(|inner| inner.source = Some(source))
    }

    /// What kind of failure it is.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// The operation of the API, such as `get_zone`.
    #[must_use]
    pub fn operation(&self) -> Option<&'static str> {
        self.0.operation.map(|operation| operation.id)
    }

    /// The command that was run, such as `GetZone`.
    #[must_use]
    pub fn command(&self) -> Option<&'static str> {
        self.0.command
    }

    /// The HTTP method of the request.
    #[must_use]
    pub fn method(&self) -> Option<&Method> {
        self.0.method.as_ref()
    }

    /// The URL of the request, without its query.
    #[must_use]
    pub fn url(&self) -> Option<&str> {
        self.0.url.as_deref()
    }

    /// The HTTP status of the answer, when one came.
    #[must_use]
    pub fn status(&self) -> Option<StatusCode> {
        self.0.status
    }

    /// The platform's own code of the failure (`code`, else `id`, of the body), else the kind's.
    #[must_use]
    pub fn code(&self) -> &str {
        self.0.code.as_deref().unwrap_or_else(|| self.0.kind.code())
    }

    /// What happened, in one line: the platform's own words when it gave some.
    #[must_use]
    pub fn message(&self) -> Option<&str> {
        self.0.message.as_deref()
    }

    /// What the failure is about, such as a field, when the platform said so.
    #[must_use]
    pub fn context(&self) -> Option<&ErrorContext> {
        self.0.context.as_ref()
    }

    /// The headers of the answer, without what the call sent as a secret; empty when no answer came.
    #[must_use]
    pub fn headers(&self) -> &HeaderMap {
        &self.0.headers
    }

    /// The first 64 KiB of the body of the answer, without what the call sent as a secret (each occurrence is `***`); `None`
    /// when no answer came. `Debug` shows its length alone.
    #[must_use]
    pub fn body(&self) -> Option<&Bytes> {
        self.0.body.as_ref()
    }

    /// Reads the [body](Self::body) as JSON.
    ///
    /// # Errors
    /// [`ErrorKind::Undecodable`] when no answer came, or its body is of another shape or was cut.
    pub fn body_json<T: DeserializeOwned>(&self) -> Result<T> {
        let body = self.0.body.as_deref().unwrap_or_default();
        crate::lenient::from_json(body).map_err(|(cause, _)| {
            Self::new(ErrorKind::Undecodable)
                .with_message("the body of the error is not the JSON that was asked for")
                .with_source(crate::decode_error::DecodeError::new(&cause))
        })
    }

    /// The platform's id of the request, where its body has one (`apiRequestId`).
    #[must_use]
    pub fn api_request_id(&self) -> Option<&str> {
        self.0.request_id.as_deref()
    }

    /// The platform's id of the exchange: what its support asks for.
    #[must_use]
    pub fn sozu_id(&self) -> Option<&str> {
        self.0.sozu_id.as_deref()
    }

    /// How many times the request was sent.
    #[must_use]
    pub fn attempts(&self) -> u32 {
        self.0.attempts
    }

    /// How long the platform asks to wait before the next try.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        self.0.retry_after
    }

    /// Whether it is certain that the platform did not see the request.
    #[must_use]
    pub fn is_not_sent(&self) -> bool {
        self.0.not_sent
            || matches!(self.0.kind, ErrorKind::InvalidInput | ErrorKind::InvalidUrl | ErrorKind::Credentials)
    }

    /// Whether something that was asked for once may have been done all the same: the request left, and what came back, if
    /// anything, does not tell. [`indeterminate`](Self::indeterminate) says so.
    #[must_use]
    pub fn may_be_done(&self) -> bool {
        if self.0.effect.is_some() {
            return true;
        }
        match self.0.kind {
            // A change that was answered with a success was made, whatever the body says.
            ErrorKind::Undecodable => self.0.method.as_ref().is_some_and(|method| !method.is_safe()),
            ErrorKind::Unreachable | ErrorKind::TimedOut => self.0.attempts > 0 && !self.is_not_sent(),
            // A gateway gave up on what it may have passed on.
            ErrorKind::Refused if self.0.not_sent => false,
            ErrorKind::Refused => {
                self.0.status.is_some_and(|status| status.is_server_error() || status.as_u16() == 408)
            }
            ErrorKind::Indeterminate => true,
            _ => false,
        }
    }

    /// Whether the same call may succeed later: 408, 429, 500, 502, 503, 504, and answers that did not come (in time).
    #[must_use]
    pub fn is_retryable(&self) -> bool {
        match self.0.kind {
            ErrorKind::Unreachable | ErrorKind::TimedOut => true,
            ErrorKind::Refused => {
                matches!(self.0.status.map(|status| status.as_u16()), Some(408 | 429 | 500 | 502 | 503 | 504))
            }
            _ => false,
        }
    }

    /// Whether there is no such thing: status 404, or an id that nothing of the caller's has.
    #[must_use]
    pub fn is_not_found(&self) -> bool {
        self.0.kind == ErrorKind::CannotResolveResource || self.has_status(404)
    }

    /// Whether the credentials are missing or not accepted: status 401.
    #[must_use]
    pub fn is_unauthorized(&self) -> bool {
        self.has_status(401)
    }

    /// Whether the caller may not do this: status 403.
    #[must_use]
    pub fn is_forbidden(&self) -> bool {
        self.has_status(403)
    }

    /// Whether it does not fit what is there: status 409.
    #[must_use]
    pub fn is_conflict(&self) -> bool {
        self.has_status(409)
    }

    /// Whether there were too many requests: status 429.
    #[must_use]
    pub fn is_rate_limited(&self) -> bool {
        self.has_status(429)
    }

    /// Returns `true` if the platform asks for fewer requests: status 429, or status 503 with a `Retry-After` or with a code or
    /// message that names throttling (`SlowDown`, `throttled`, `too many requests`, `rate limit`).
    #[must_use]
    pub fn is_throttled(&self) -> bool {
        let names_it = |text: Option<&str>| {
            let text: String =
                text.unwrap_or_default().chars().filter(|c| c.is_ascii_alphanumeric()).collect();
            let text = text.to_ascii_lowercase();
            ["throttl", "slowdown", "toomanyrequests", "ratelimit", "rateexceeded"]
                .iter()
                .any(|word| text.contains(word))
        };
        self.is_rate_limited()
            || self.has_status(503)
                && (self.0.retry_after.is_some()
                    || names_it(self.0.code.as_deref())
                    || names_it(self.message()))
    }

    /// Whether it took too long: the call itself, or what was waited for.
    #[must_use]
    pub fn is_timeout(&self) -> bool {
        matches!(self.0.kind, ErrorKind::TimedOut | ErrorKind::DeadlineExceeded)
    }

    fn has_status(&self, status: u16) -> bool {
        self.0.kind == ErrorKind::Refused && self.0.status.is_some_and(|is| is.as_u16() == status)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let inner = &*self.0;
        if let Some(name) = inner.command.or(inner.operation.map(|operation| operation.id)) {
            write!(f, "{name}: ")?;
        }
        f.write_str(inner.kind.words())?;
        if let (ErrorKind::Refused, Some(status)) = (inner.kind, inner.status) {
            write!(f, " with {}", status.as_u16())?;
        }
        if let Some(message) = &inner.message {
            write!(f, ": {}", Line(message, MESSAGE))?;
        } else if let Some(reason) = inner.status.filter(|_| inner.kind == ErrorKind::Refused) {
            write!(f, " {}", reason.canonical_reason().unwrap_or("(no reason given)"))?;
        }
        let mut details = Vec::new();
        if let Some(code) = &inner.code {
            details.push(format!("code {}", Line(code, CODE)));
        }
        if let Some(effect) = &inner.effect {
            details.push(Line(effect, MESSAGE).to_string());
        }
        if inner.attempts > 1 {
            details.push(format!("{} attempts", inner.attempts));
        }
        if let Some(id) = &inner.sozu_id {
            details.push(format!("Sozu-Id {}", Line(id, CODE)));
        }
        if !details.is_empty() {
            write!(f, " ({})", details.join(", "))?;
        }
        Ok(())
    }
}

/// A body without the secrets: as JSON where it is some, since there a secret may be escaped in many ways.
fn without_secrets<'a>(body: &'a [u8], secrets: &Redactor) -> Cow<'a, [u8]> {
    if let Ok(mut json) = crate::lenient::from_json::<Value>(body) {
        return if secrets.hide_json(&mut json) {
            Cow::Owned(json.to_string().into_bytes())
        } else {
            Cow::Borrowed(body)
        };
    }
    let text = String::from_utf8_lossy(body);
    let hidden = secrets.hide_cut(&text);
    if hidden == text { Cow::Borrowed(body) } else { Cow::Owned(hidden.into_owned().into_bytes()) }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let inner = &*self.0;
        f.debug_struct("Error")
            .field("kind", &inner.kind)
            .field("command", &inner.command)
            .field("operation", &self.operation())
            .field("method", &inner.method)
            .field("url", &inner.url)
            .field("status", &inner.status)
            .field("code", &inner.code)
            .field("message", &inner.message)
            .field("context", &inner.context)
            .field("sozu_id", &inner.sozu_id)
            .field("api_request_id", &inner.request_id)
            .field("headers", &inner.headers.keys().map(HeaderName::as_str).collect::<Vec<_>>())
            .field("body_bytes", &inner.body.as_ref().map(Bytes::len))
            .field("attempts", &inner.attempts)
            .field("retry_after", &inner.retry_after)
            .field("source", &inner.source)
            .finish()
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.0.source.as_deref().map(|source| source as _)
    }
}

#[cfg(test)]
mod tests {
    use std::error::Error as _;

    use super::*;

    fn assert_send_sync<T: Send + Sync + 'static>() {}

    #[test]
    fn an_error_is_small_and_may_go_anywhere() {
        assert_send_sync::<Error>();
        assert!(size_of::<Error>() <= 16);
        assert!(size_of::<Result<()>>() <= 16);
    }

    #[test]
    fn the_line_says_each_thing_once_and_leaves_the_cause_to_the_chain() {
        let error = Error::new(ErrorKind::Unreachable).with_source("connection reset").with_attempts(3);
        assert_eq!(error.to_string(), "no answer came (3 attempts)");
        assert_eq!(error.source().unwrap().to_string(), "connection reset");
        assert_eq!(error.code(), "NETWORK_ERROR");
    }

    #[test]
    fn what_may_have_been_done_keeps_what_is_known_and_is_not_tried_again() {
        let error = Error::new(ErrorKind::Unreachable).with_source("connection reset").with_attempts(2);
        let error = error.indeterminate();
        assert_eq!(
            (error.kind(), error.code(), error.attempts()),
            (ErrorKind::Indeterminate, "INDETERMINATE", 2)
        );
        assert!(!error.is_retryable() && !error.is_not_sent());
        assert_eq!(error.to_string(), "it may have been done or not (2 attempts)");
        assert_eq!(error.source().unwrap().to_string(), "no answer came (2 attempts)");
    }

    #[test]
    fn what_left_and_was_not_answered_may_be_done() {
        let lost = Error::new(ErrorKind::Unreachable).with_attempts(1);
        assert!(lost.may_be_done() && lost.clone().indeterminate().may_be_done());
        assert!(!lost.not_sent().may_be_done() && !Error::new(ErrorKind::TimedOut).may_be_done());
        let refused = |status| Error::from_answer(status, &HeaderMap::new(), &[]).may_be_done();
        assert!(refused(StatusCode::BAD_GATEWAY) && refused(StatusCode::REQUEST_TIMEOUT));
        assert!(!refused(StatusCode::CONFLICT) && !refused(StatusCode::TOO_MANY_REQUESTS));
    }

    #[test]
    fn a_secret_that_the_platform_repeats_is_taken_out() {
        let body =
            br#"{"message":"no route to redis://:hunter2@h","code":"hunter2","apiRequestId":"r-hunter2",
            "context":{"field":"url","value":"hunter2"}}"#;
        let mut headers = HeaderMap::new();
        headers.insert("sozu-id", "01-hunter2".parse().unwrap());
        let mut secrets = crate::redact::Secrets::default();
        secrets.add("hunter2");
        let error = Error::from_answer_without(StatusCode::BAD_GATEWAY, &headers, body, &secrets.redactor());
        assert_eq!((error.message(), error.code()), (Some("no route to redis://:***@h"), "***"));
        assert_eq!((error.sozu_id(), error.api_request_id()), (Some("01-***"), Some("r-***")));
        assert_eq!(error.context().unwrap().value(), Some("***"));
        assert_eq!(error.headers()["sozu-id"], "01-***");
        assert_eq!(error.body_json::<Value>().unwrap()["code"], "***");
        assert!(!format!("{error:?} {:?} {:?}", error.body(), error.headers()).contains("hunter2"));
    }

    #[test]
    fn a_secret_at_the_place_where_a_text_is_cut_leaves_no_part_of_itself() {
        let mut secrets = crate::redact::Secrets::default();
        secrets.add("hunter2hunter2");
        let secrets = secrets.redactor();
        for body in [format!("{}hunter2hunter2", "x ".repeat(146)), "x hunter2hun".to_owned()] {
            let error = Error::from_answer_without(
                StatusCode::BAD_GATEWAY,
                &HeaderMap::new(),
                body.as_bytes(),
                &secrets,
            );
            assert!(!error.to_string().contains("hun"), "{error}");
            assert!(!String::from_utf8_lossy(error.body().unwrap()).contains("hun"), "{error}");
        }
    }

    #[test]
    fn the_line_is_one_whatever_code_message_and_id_hold() {
        let error = Error::new(ErrorKind::Refused)
            .with_code(format!("a\nb{}", "x".repeat(60_000)))
            .with_message(format!("c\u{1b}[2Jd{}", "y".repeat(60_000)));
        let line = error.to_string();
        assert!(line.chars().count() < 3_000 && !line.contains(char::is_control), "{line}");
        assert!(line.contains("a\\nb") && line.contains("c\\u{1b}[2Jd"), "{line}");
    }

    #[test]
    fn a_refusal_tells_status_message_code_and_exchange() {
        let mut headers = HeaderMap::new();
        headers.insert("sozu-id", "01H".parse().unwrap());
        headers.insert("retry-after", "3".parse().unwrap());
        headers.insert("content-type", "application/json".parse().unwrap());
        let error = Error::from_answer(
            StatusCode::TOO_MANY_REQUESTS,
            &headers,
            br#"{"code":"clever.rate","error":"slow down"}"#,
        );
        assert_eq!(
            error.to_string(),
            "the platform refused with 429: slow down (code clever.rate, Sozu-Id 01H)"
        );
        assert!(error.is_retryable() && error.is_rate_limited());
        assert_eq!(error.retry_after(), Some(Duration::from_secs(3)));
    }
}
