//! Builds errors and adds the context of a failure.

use std::borrow::Cow;
use std::panic::Location;
use std::sync::Arc;

use bytes::Bytes;
use http::{HeaderMap, Method, StatusCode};
use serde_json::Value;

use super::{BoxError, Error, ErrorKind, Inner, body};
use crate::decimal::ParseDecimalError;
use crate::line::{CODE, MESSAGE, kept};
use crate::money::ParseMoneyError;
use crate::operation_info::OperationInfo;
use crate::redact::Redactor;
use crate::time::ParseTimestampError;

/// Maximum size of an answer's body that an error keeps, in bytes.
const KEPT_BODY: usize = 64 * 1024;

/// Lets `text.parse()?` stand where an [`Error`] is returned.
macro_rules! from_parse_errors {
    ($($from:ty),+) => {$(
        impl From<$from> for Error {
            /// An [`ErrorKind::InvalidInput`] with the text of the cause.
            fn from(error: $from) -> Self {
                Self::new(ErrorKind::InvalidInput).with_message(error.to_string())
            }
        }
    )+};
}

from_parse_errors!(ParseTimestampError, ParseDecimalError, ParseMoneyError);

impl Error {
    /// Creates an error of this kind, without further details.
    #[must_use]
    pub fn new(kind: ErrorKind) -> Self {
        Self(Arc::new(Inner {
            kind,
            operation: None,
            command: None,
            sent_at: None,
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
            not_applied: false,
            nothing: false,
            of_part: false,
            effect: None,
            before: None,
            earlier: false,
            next_step: None,
            source: None,
        }))
    }

    /// Creates the error for an answer with an error status. The body may be JSON of either API or of the usual frameworks,
    /// problem+json, XML, a form, text or HTML, in UTF-8, UTF-16, Latin-1 or Windows-1252: each gives a message of one line.
    /// [`body`](Self::body) is in UTF-8.
    #[must_use]
    pub fn from_answer(status: StatusCode, headers: &HeaderMap, body: &[u8]) -> Self {
        let body = body::decoded(headers, body);
        let mut error =
            Self::new(ErrorKind::Refused).with_status(status).with_headers(headers).with_body(&body);
        let read = body::read(headers, &body);
        let inner = error.inner_mut();
        inner.code = read.code.map(|code| kept(code, CODE));
        inner.message = read.message.map(|message| kept(message, MESSAGE));
        inner.context = read.context;
        inner.request_id = read.request_id.map(|id| kept(id, CODE));
        error
    }

    /// Like `from_answer`, with the secrets of the call removed. Secrets are removed before the body is read,
    /// so that no cut falls within a secret.
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

    /// Sets the operation, if none is set yet.
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

    /// Sets the name of the command.
    #[must_use]
    pub fn with_command(self, command: &'static str) -> Self {
        self.with(|inner| inner.command = Some(command))
    }

    /// Adds the source location of the call.
    #[must_use]
    pub(crate) fn with_sent_at(self, location: &'static Location<'static>) -> Self {
        self.with(|inner| inner.sent_at = Some(location))
    }

    /// Adds the method and the URL. `url` must hold no secret: the transport removes credentials and query.
    #[must_use]
    pub fn with_request(self, method: &Method, url: impl Into<String>) -> Self {
        self.with(|inner| {
            inner.method = Some(method.clone());
            inner.url = Some(kept(url.into(), usize::MAX));
        })
    }

    /// Sets the status of the answer.
    #[must_use]
    pub fn with_status(self, status: StatusCode) -> Self {
        self.with(|inner| inner.status = Some(status))
    }

    /// Keeps the headers of an answer, and reads `Sozu-Id` and `Retry-After` in them.
    #[must_use]
    pub fn with_headers(self, headers: &HeaderMap) -> Self {
        self.with(|inner| {
            inner.sozu_id = headers
                .get("sozu-id")
                .and_then(|id| id.to_str().ok())
                .map(|id| kept(id.to_owned(), usize::MAX));
            inner.retry_after = cc_retry_after::retry_after(headers);
            inner.headers = headers.clone();
        })
    }

    /// Keeps the first 64 KiB of the body of an answer.
    #[must_use]
    pub(crate) fn with_body(self, body: &[u8]) -> Self {
        self.with(|inner| inner.body = Some(Bytes::copy_from_slice(&body[..body.len().min(KEPT_BODY)])))
    }

    /// Sets how many times the request was sent.
    #[must_use]
    pub fn with_attempts(self, attempts: u32) -> Self {
        self.with(|inner| inner.attempts = attempts)
    }

    /// Sets the code of the failure, from the platform or this SDK. Control characters are escaped.
    #[must_use]
    pub fn with_code(self, code: impl Into<String>) -> Self {
        self.with(|inner| inner.code = Some(kept(code.into(), usize::MAX)))
    }

    /// Sets the message: one line that says what happened. It must not contain a secret. Control characters are escaped.
    #[must_use]
    pub fn with_message(self, message: impl Into<String>) -> Self {
        self.with(|inner| inner.message = Some(kept(message.into(), usize::MAX)))
    }

    /// Appends a hint to the message.
    pub(crate) fn with_hint(self, hint: String) -> Self {
        let message = match self.message().or(self.0.status.and_then(|status| status.canonical_reason())) {
            Some(message) => format!("{message} ({hint})"),
            None => hint,
        };
        self.with_message(message)
    }

    /// Marks the request as not sent.
    #[must_use]
    pub fn not_sent(self) -> Self {
        self.with(|inner| inner.not_sent = true)
    }

    /// Marks the change as made, although the call fails: [`may_be_done`](Self::may_be_done) is then `true`.
    #[must_use]
    pub fn applied(self) -> Self {
        self.with_effect("the change was made")
    }

    /// Sets which change was made before the call failed, such as `the branch was changed`: [`may_be_done`](Self::may_be_done)
    /// is then `true`.
    #[must_use]
    pub fn with_effect(self, effect: impl Into<Cow<'static, str>>) -> Self {
        self.with(|inner| inner.effect = Some(kept(effect.into().into_owned(), usize::MAX).into()))
    }

    /// Marks the request as sent.
    pub(crate) fn was_sent(self) -> Self {
        self.with(|inner| inner.not_sent = false)
    }

    /// Removes the secrets of the call from the error and its causes, wherever a server or a layer repeats
    /// them.
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

    /// Converts the error to [`ErrorKind::Indeterminate`]: the change may have been made. Everything else stays: the status,
    /// message and headers of the answer, and the cause.
    ///
    /// The transport does this for every operation that changes something, so that a lost answer has the same kind in all crates.
    #[must_use]
    pub fn indeterminate(self) -> Self {
        if self.0.kind == ErrorKind::Indeterminate {
            return self;
        }
        self.with(|inner| {
            inner.before = Some(inner.kind);
            inner.kind = ErrorKind::Indeterminate;
        })
    }

    /// Takes [`indeterminate`](Self::indeterminate) back, for an answer that says that nothing was changed.
    #[must_use]
    pub fn not_applied(self) -> Self {
        self.with(|inner| {
            inner.kind = inner.before.take().unwrap_or(inner.kind);
            inner.earlier = false;
            inner.not_applied = true;
        })
    }

    /// Notes that the answer is a success without a body, which means that nothing is there.
    pub(crate) fn of_nothing(self) -> Self {
        self.with(|inner| inner.nothing = true)
    }

    /// Notes that the failure is about a part of the resource that was asked for: [`is_not_found`](Self::is_not_found) is then
    /// `false`, as the resource itself is there.
    #[must_use]
    pub fn of_part(self) -> Self {
        self.with(|inner| inner.of_part = true)
    }

    /// Notes that the change may have been made, whatever the last answer says: by an earlier attempt, or before a redirect.
    pub(crate) fn after_lost_attempt(self) -> Self {
        self.with(|inner| inner.earlier = true)
    }

    /// Gives the failure of a change its final kind: [`ErrorKind::Indeterminate`] if the last attempt does not tell.
    pub(crate) fn settled(self) -> Self {
        let is_open = match self.0.kind {
            ErrorKind::Unreachable | ErrorKind::TimedOut => true,
            ErrorKind::Refused => self.is_open_answer(),
            _ => false,
        };
        if is_open && self.may_be_done() { self.indeterminate() } else { self }
    }

    /// Sets the advice at the end of the line, such as `check with GetDeployment`. Default: by kind and status
    /// ([`next_step`](Self::next_step)).
    #[must_use]
    pub fn with_next_step(self, advice: impl Into<Cow<'static, str>>) -> Self {
        self.with(|inner| inner.next_step = Some(kept(advice.into().into_owned(), usize::MAX).into()))
    }

    /// Sets the base URL as the URL of an error that belongs to no single request, unless it has one.
    #[must_use]
    pub fn with_base_url(self, url: &str) -> Self {
        if self.0.url.is_some() {
            return self;
        }
        self.with(|inner| inner.url = Some(kept(url.to_owned(), usize::MAX)))
    }

    /// Sets the cause.
    #[must_use]
    pub fn with_source(self, source: impl Into<BoxError>) -> Self {
        let source: Arc<dyn std::error::Error + Send + Sync> = Arc::from(source.into());
        self.with(|inner| inner.source = Some(source))
    }
}

/// A body without the secrets: as JSON where it is some, since there a secret may be escaped in many ways.
fn without_secrets<'a>(body: &'a [u8], secrets: &Redactor) -> Cow<'a, [u8]> {
    if let Ok(mut json) = crate::lenient::from_json::<Value>(body, crate::de::Watcher::default()) {
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
