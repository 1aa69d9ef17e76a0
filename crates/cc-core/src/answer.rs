//! What a successful call gives back.

use std::ops::Deref;

use bytes::Bytes;
use http::{HeaderMap, StatusCode};
use serde::de::DeserializeOwned;

use crate::decode_error::DecodeError;
use crate::error::{Error, ErrorKind, Result};
use crate::json_path;
use crate::time::Timestamp;

/// The value of a successful answer, with its status and headers.
///
/// It derefs to the value; [`into_inner`](Self::into_inner) gives it away.
#[derive(Debug, Clone)]
pub struct Answer<T> {
    value: T,
    status: StatusCode,
    headers: HeaderMap,
    attempts: u32,
}

impl<T> Answer<T> {
    /// Puts an answer together.
    pub fn new(value: T, status: StatusCode, headers: HeaderMap, attempts: u32) -> Self {
        Self { value, status, headers, attempts }
    }

    /// The value alone.
    pub fn into_inner(self) -> T {
        self.value
    }

    /// The HTTP status: a success, or 404 or 410 for a DELETE that was repeated after its answer was lost, and that found
    /// what it had deleted gone ([`attempts`](Self::attempts) is then 2 or more).
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// The headers of the answer.
    pub fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// The platform's id of this exchange: what its support asks for.
    pub fn sozu_id(&self) -> Option<&str> {
        self.headers.get("sozu-id")?.to_str().ok()
    }

    /// When the platform answered, by its own clock, in whole seconds. None where it does not say.
    pub fn date(&self) -> Option<Timestamp> {
        let date = httpdate::parse_http_date(self.headers.get(http::header::DATE)?.to_str().ok()?).ok()?;
        let since = date.duration_since(std::time::UNIX_EPOCH).ok()?;
        Timestamp::from_millis(i64::try_from(since.as_millis()).ok()?)
    }

    /// How many times the request was sent, retries included; 0 when the answer came from the cache.
    pub fn attempts(&self) -> u32 {
        self.attempts
    }

    /// The same answer with another value.
    pub fn map<U>(self, f: impl FnOnce(T) -> U) -> Answer<U> {
        Answer { value: f(self.value), status: self.status, headers: self.headers, attempts: self.attempts }
    }
}

impl<T> Deref for Answer<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.value
    }
}

impl Answer<Bytes> {
    /// Decodes a JSON body.
    ///
    /// # Errors
    /// [`ErrorKind::Undecodable`], which keeps the status and names the place in the body.
    pub fn json<T: DeserializeOwned>(self) -> Result<Answer<T>> {
        // An operation of which nothing is known to be answered may answer nothing.
        let text: &[u8] = if self.value.is_empty() { b"null" } else { &self.value };
        match serde_json::from_slice(text) {
            Ok(value) => Ok(self.map(|_| value)),
            Err(error) => Err(self.undecodable(&error)),
        }
    }

    /// Takes the body as text; what is not UTF-8 is replaced.
    ///
    /// # Errors
    /// None; the signature is that of its siblings.
    pub fn text(self) -> Result<Answer<String>> {
        Ok(self.map(|body| String::from_utf8_lossy(&body).into_owned()))
    }

    /// Takes the body as it is.
    ///
    /// # Errors
    /// None; the signature is that of its siblings.
    pub fn bytes(self) -> Result<Answer<Bytes>> {
        Ok(self)
    }

    /// Ignores the body.
    ///
    /// # Errors
    /// None; the signature is that of its siblings.
    pub fn empty(self) -> Result<Answer<()>> {
        Ok(self.map(drop))
    }

    #[cold]
    fn undecodable(&self, cause: &serde_json::Error) -> Error {
        let place = json_path::at(&self.value, cause.line(), cause.column());
        let cause = DecodeError::new(cause);
        let message = if self.value.is_empty() {
            "the body is empty where JSON was expected".to_owned()
        } else if place.is_empty() {
            format!("the body is not what the spec promises: {cause}")
        } else {
            format!("the body is not what the spec promises, at `{place}`: {cause}")
        };
        Error::new(ErrorKind::Undecodable)
            .with_status(self.status)
            .with_headers(&self.headers)
            .with_attempts(self.attempts)
            .with_message(message)
            .with_source(cause)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_that_does_not_decode_keeps_the_status_and_names_the_field() {
        let body = Bytes::from_static(br#"[{"id":"a"},{"id":[1]}]"#);
        let mut headers = HeaderMap::new();
        headers.insert("Sozu-Id", "S1".parse().unwrap());
        let answer = Answer::new(body, StatusCode::CREATED, headers, 1);
        #[derive(Debug, serde::Deserialize)]
        #[allow(dead_code)]
        struct Thing {
            id: String,
        }
        let error = answer.json::<Vec<Thing>>().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Undecodable);
        assert_eq!(error.status(), Some(StatusCode::CREATED));
        assert_eq!(error.sozu_id(), Some("S1"));
        assert!(error.message().unwrap().contains("[1].id"), "{error}");
    }
}
