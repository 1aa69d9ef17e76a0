//! Accessors of an error.

use std::panic::Location;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, Method, StatusCode};
use serde::de::DeserializeOwned;

use super::{Error, ErrorContext, ErrorKind, Result};

impl Error {
    /// Returns the kind of the failure.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// Returns the operation of the API, such as `get_zone`.
    #[must_use]
    pub fn operation(&self) -> Option<&'static str> {
        self.0.operation.map(|operation| operation.id)
    }

    /// Returns the command, such as `GetZone`.
    #[must_use]
    pub fn command(&self) -> Option<&'static str> {
        self.0.command
    }

    /// Returns the line of the program that sent the command or the operation: the one that called `send` or
    /// [`Transport::call`](crate::Transport::call). `None` for all other errors.
    ///
    /// `{error:#}` and `{error:?}` show it as `sent at src/main.rs:42`; `{error}` does not, as users may read it.
    #[must_use]
    pub fn sent_at(&self) -> Option<&'static Location<'static>> {
        self.0.sent_at
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

    /// Returns the platform's code of the failure (`code`, else `id`, of the body), else that of the kind.
    #[must_use]
    pub fn code(&self) -> &str {
        self.0.code.as_deref().unwrap_or_else(|| self.0.kind.code())
    }

    /// Returns what happened, in one line: the platform's message if the answer had one.
    #[must_use]
    pub fn message(&self) -> Option<&str> {
        self.0.message.as_deref()
    }

    /// Returns the subject of the failure, such as a field, if the platform named it.
    #[must_use]
    pub fn context(&self) -> Option<&ErrorContext> {
        self.0.context.as_ref()
    }

    /// Returns the headers of the answer, without secrets of the call; empty if no answer arrived.
    #[must_use]
    pub fn headers(&self) -> &HeaderMap {
        &self.0.headers
    }

    /// Returns the first 64 KiB of the body of the answer, with each secret of the call replaced by `***`;
    /// `None` if no answer arrived. `Debug` shows only its length.
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
        crate::lenient::from_json(body, crate::de::Watcher::default()).map_err(|(cause, _)| {
            Self::new(ErrorKind::Undecodable)
                .with_message("the body of the error does not decode as this type")
                .with_source(crate::decode_error::DecodeError::new(&cause))
        })
    }

    /// The platform's id of the request, where its body has one (`apiRequestId`).
    #[must_use]
    pub fn api_request_id(&self) -> Option<&str> {
        self.0.request_id.as_deref()
    }

    /// Returns the platform's id of the exchange. The platform's support asks for it.
    #[must_use]
    pub fn sozu_id(&self) -> Option<&str> {
        self.0.sozu_id.as_deref()
    }

    /// Returns how many times the request was sent.
    #[must_use]
    pub fn attempts(&self) -> u32 {
        self.0.attempts
    }

    /// Returns how long the platform asks to wait before the next attempt.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        self.0.retry_after
    }
}
