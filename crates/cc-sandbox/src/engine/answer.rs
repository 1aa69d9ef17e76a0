//! Answers on their way to the client: heads, pages and refusals.

use bytes::Bytes;
use http::header::{CONTENT_TYPE, HOST};
use http::request::Parts;
use http::{HeaderName, HeaderValue, Response, StatusCode};

use super::body::{self, Body};
use super::reply::{Refusal, Reply};
use crate::domains::file;
use crate::stream::Live;

/// An answer made from the schema alone, and marked so.
pub(super) fn sample() -> Reply {
    let mark = (HeaderName::from_static("x-sandbox"), HeaderValue::from_static("sample"));
    Reply { headers: vec![mark], ..Reply::default() }
}

/// Content of an answer, before it is a stream of bytes.
#[derive(Debug)]
pub(super) enum Sent {
    Bytes(Bytes),
    Stream(Body),
    Events(Box<Live>),
}

pub(super) fn sent(status: StatusCode, content_type: Option<&str>, content: Sent) -> Response<Sent> {
    let mut answer = Response::new(content);
    *answer.status_mut() = status;
    if let Some(value) = content_type.and_then(|media| HeaderValue::from_str(media).ok()) {
        answer.headers_mut().insert(CONTENT_TYPE, value);
    }
    answer
}

pub(super) fn refusal(refusal: &Refusal, path: &str) -> Response<Sent> {
    let body = Sent::Bytes(refusal.body(path).to_string().into());
    let mut answer = sent(refusal.status, Some("application/json"), body);
    if let Some(row) = refusal.row {
        answer.headers_mut().insert("x-sandbox-refusal", HeaderValue::from_static(row.id));
    }
    answer
}

/// Address of the server as a request names it, without a final slash.
pub(super) fn base(parts: &Parts) -> String {
    let header = parts.headers.get(HOST).and_then(|host| host.to_str().ok());
    let host = header.or_else(|| Some(parts.uri.authority()?.as_str()));
    format!("http://{}", host.unwrap_or("sandbox.invalid"))
}

/// A text whose links to the sandbox lead to where the request came to.
pub(super) fn here(text: String, parts: &Parts) -> String {
    match text.contains(file::SERVER) {
        true => text.replace(file::SERVER, &base(parts)),
        false => text,
    }
}

/// A page of the load balancers.
pub(super) fn page_of(status: StatusCode, text: &str) -> String {
    format!("<!doctype html>\n<title>{}</title>\n<h1>{text}</h1>\n", status.as_u16())
}

pub(super) fn status_of(status: u16) -> StatusCode {
    StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}

pub(super) fn finished(answer: Response<Sent>, sozu_id: &str) -> Response<Body> {
    let mut answer = answer.map(|content| match content {
        Sent::Bytes(bytes) => body::whole(bytes),
        Sent::Stream(body) => body,
        Sent::Events(live) => live.into_body(),
    });
    if let Ok(value) = HeaderValue::from_str(sozu_id) {
        answer.headers_mut().insert("sozu-id", value);
    }
    answer
}
