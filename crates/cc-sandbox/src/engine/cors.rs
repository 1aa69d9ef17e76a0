//! Requests of pages of other origins: every answer may be read by them, as on the platform.

use bytes::Bytes;
use http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
    ACCESS_CONTROL_EXPOSE_HEADERS, ORIGIN,
};
use http::request::Parts;
use http::{HeaderValue, Response, StatusCode};

use super::body::{self, Body};

/// Headers that a page may send, besides those that every page may send everywhere.
const ALLOWED: &str = "Authorization, Content-Type, Accept, Last-Event-ID, X-Clever-Password";

/// Headers of answers that a page may read, besides those that it may read everywhere.
const EXPOSED: &str = "Sozu-Id, Retry-After, X-Sandbox, X-Sandbox-Refusal";

/// Answer to a browser that asks whether a page may send a request.
pub(super) fn preflight() -> Response<Body> {
    let mut answer = Response::new(body::whole(Bytes::new()));
    *answer.status_mut() = StatusCode::NO_CONTENT;
    for (name, value) in [
        (ACCESS_CONTROL_ALLOW_ORIGIN, "*"),
        (ACCESS_CONTROL_ALLOW_METHODS, "GET, HEAD, POST, PUT, PATCH, DELETE"),
        (ACCESS_CONTROL_ALLOW_HEADERS, ALLOWED),
    ] {
        answer.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    answer
}

/// The answer, which the page that asked may read.
pub(super) fn opened(mut answer: Response<Body>, parts: &Parts) -> Response<Body> {
    if parts.headers.contains_key(ORIGIN) {
        answer.headers_mut().insert(ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
        answer.headers_mut().insert(ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static(EXPOSED));
    }
    answer
}
