//! The result of a successful call.

use std::collections::BTreeMap;
use std::fmt;
use std::ops::Deref;

use bytes::Bytes;
use http::{HeaderMap, HeaderName, StatusCode};
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::de::{self, Drift, Fault};
use crate::decode_error::DecodeError;
use crate::error::{Error, ErrorKind, Result, body};
use crate::json_path;
use crate::lenient;
use crate::time::Timestamp;

/// The value of a successful answer, with its status and headers.
///
/// It derefs to the value; [`into_inner`](Self::into_inner) returns it.
#[derive(Clone)]
pub struct Answer<T> {
    value: T,
    status: StatusCode,
    headers: HeaderMap,
    attempts: u32,
    drift: Vec<Drift>,
    /// Receives what a decode of the body ignores.
    #[cfg(feature = "drift")]
    watch: Option<Watch>,
}

/// The registry of a transport, and the operation that was answered.
#[cfg(feature = "drift")]
type Watch = (std::sync::Arc<crate::drift::Registry>, &'static crate::OperationInfo);

impl<T> Answer<T> {
    /// Puts an answer together.
    pub fn new(value: T, status: StatusCode, headers: HeaderMap, attempts: u32) -> Self {
        Self {
            value,
            status,
            headers,
            attempts,
            drift: Vec::new(),
            #[cfg(feature = "drift")]
            watch: None,
        }
    }

    /// The value alone.
    pub fn into_inner(self) -> T {
        self.value
    }

    /// HTTP status: a success, or 404 or 410 for a DELETE that was retried after its answer was lost and then
    /// found the resource already deleted ([`attempts`](Self::attempts) is then 2 or more).
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// The headers of the answer.
    pub fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// Returns the platform's id of this exchange, which its support asks for.
    pub fn sozu_id(&self) -> Option<&str> {
        self.headers.get("sozu-id")?.to_str().ok()
    }

    /// Time of the answer by the platform's clock, in whole seconds. `None` if the answer has no `Date`
    /// header.
    pub fn date(&self) -> Option<Timestamp> {
        let date = httpdate::parse_http_date(self.headers.get(http::header::DATE)?.to_str().ok()?).ok()?;
        let since = date.duration_since(std::time::UNIX_EPOCH).ok()?;
        Timestamp::from_millis(i64::try_from(since.as_millis()).ok()?)
    }

    /// Number of attempts, retries included; 0 if the answer came from the cache.
    pub fn attempts(&self) -> u32 {
        self.attempts
    }

    /// Differences between the body and the spec, and how they were handled: converted scalars, and
    /// unreadable fields and list elements, which are missing in the value. Empty if the body matches the
    /// spec.
    ///
    /// It is also passed to [`Hooks::on_drift`](crate::transport::Hooks::on_drift), and logged by `tracing`.
    pub fn drift(&self) -> &[Drift] {
        &self.drift
    }

    /// Returns the answer with these differences of its body from the spec.
    pub(crate) fn with_drift(self, drift: Vec<Drift>) -> Self {
        Self { drift, ..self }
    }

    /// Returns the answer with another value.
    pub fn map<U>(self, f: impl FnOnce(T) -> U) -> Answer<U> {
        let Self { value, status, headers, attempts, drift, .. } = self;
        Answer { drift, ..Answer::new(f(value), status, headers, attempts) }
    }
}

impl<T> Answer<Option<T>> {
    /// Returns the answer of a change with its value, for callers that need one. `what` names the value in
    /// the error, with its article: `the token`.
    ///
    /// # Errors
    /// [`ErrorKind::Undecodable`] if the platform answered with an empty body. The change was made:
    /// [`Error::may_be_done`] returns `true`, and reading the resource again shows the result.
    pub fn required(self, what: &str) -> Result<Answer<T>> {
        let Self { value, status, headers, attempts, drift, .. } = self;
        match value {
            Some(value) => Ok(Answer { drift, ..Answer::new(value, status, headers, attempts) }),
            None => Err(Error::new(ErrorKind::Undecodable)
                .with_status(status)
                .with_headers(&headers)
                .with_attempts(attempts)
                .with_message(format!(
                    "the body is empty and lacks {what}: read it with a get or list command"
                ))
                .applied()),
        }
    }
}

impl<T> Deref for Answer<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.value
    }
}

/// `true` if `serde_json` reads an answer before the reader of trees does. What the feature `drift` reports, it reports of both.
const PLAIN_FIRST: bool = cfg!(any(not(target_family = "wasm"), feature = "drift"));

/// Reads a tree that plain decoding rejected.
type Leniently<T> = fn(&Value, &[u8], de::Watcher<'_>) -> std::result::Result<(T, Vec<Drift>), Fault>;

impl Answer<Bytes> {
    /// Decodes a JSON body, leniently where it differs from the spec: see [`drift`](Self::drift). A byte-order mark before it is
    /// skipped; surrogates that stand alone, and bytes that are not UTF-8, are read as U+FFFD.
    ///
    /// # Errors
    /// [`ErrorKind::Undecodable`], which keeps the status and names the place in the body: the body is not JSON, or a value is
    /// bad that nothing can stand for.
    pub fn json<T: DeserializeOwned>(self) -> Result<Answer<T>> {
        self.decode(de::leniently)
    }

    /// Decodes a JSON list. An element that cannot be read does not cost the others: it is missing in the list, and
    /// [`drift`](Self::drift) names its index and the reason. Null elements are left out; null, and status 204 without a body, are
    /// the empty list.
    ///
    /// # Errors
    /// [`ErrorKind::Undecodable`] if the body is not a list, or if it has elements and none of them is
    /// readable.
    pub fn list<T: DeserializeOwned>(self) -> Result<Answer<Vec<T>>> {
        if self.has_no_content() {
            return Ok(self.map(|_| Vec::new()));
        }
        self.decode(de::list_leniently)
    }

    /// Sets the receiver of what a decode ignores.
    #[cfg(feature = "drift")]
    pub(crate) fn watched(
        mut self,
        registry: std::sync::Arc<crate::drift::Registry>,
        info: &'static crate::OperationInfo,
    ) -> Self {
        self.watch = Some((registry, info));
        self
    }

    #[cfg(feature = "drift")]
    fn decode<T: DeserializeOwned>(mut self, leniently: Leniently<T>) -> Result<Answer<T>> {
        match self.watch.take() {
            Some((registry, info)) => {
                let sink = de::Sink::new(&registry, info);
                self.read(leniently, de::Watcher::of(&sink))
            }
            None => self.read(leniently, de::Watcher::default()),
        }
    }

    #[cfg(not(feature = "drift"))]
    fn decode<T: DeserializeOwned>(self, leniently: Leniently<T>) -> Result<Answer<T>> {
        self.read(leniently, de::Watcher::default())
    }

    /// Plain `serde_json` first: it is fast, and nearly always enough. A page reads every answer with the reader of trees: a second
    /// reader of each type would add 30 KB to what it downloads.
    fn read<T: DeserializeOwned>(
        self,
        leniently: Leniently<T>,
        watcher: de::Watcher<'_>,
    ) -> Result<Answer<T>> {
        if !PLAIN_FIRST {
            return self.read_tree(leniently, watcher);
        }
        // An operation of which nothing is known to be answered may answer nothing.
        let text: &[u8] = if self.value.is_empty() { b"null" } else { &self.value };
        let (error, text) = match lenient::from_json(text, watcher) {
            Ok(value) => return Ok(self.map(|_| value)),
            Err(failure) => failure,
        };
        // An absent body differs from the null that represents an empty list.
        if self.value.is_empty() {
            return Err(self.undecodable(&error, &text));
        }
        self.read_tree(leniently, watcher)
    }

    /// Reads the tree of the body with the reader that copes with differences.
    fn read_tree<T: DeserializeOwned>(
        self,
        leniently: Leniently<T>,
        watcher: de::Watcher<'_>,
    ) -> Result<Answer<T>> {
        let (tree, text) = match lenient::tree(&self.value) {
            Ok(tree) => tree,
            Err((error, text)) => {
                // An operation of which nothing is known to be answered may answer nothing.
                if self.value.is_empty()
                    && let Ok(value) = de::plainly(&Value::Null)
                {
                    return Ok(self.map(|_| value));
                }
                // No JSON at all: that says more than which type the reader expected where it stopped.
                return Err(self.undecodable(&error, &text));
            }
        };
        match leniently(&tree, &text, watcher) {
            Ok((value, drift)) => Ok(Answer { drift, ..self.map(|_| value) }),
            Err(fault) => {
                watcher.note_failure(fault.cause());
                Err(self.unreadable(&fault))
            }
        }
    }

    /// Decodes a JSON object whose keys are data. Status 204 is an empty map.
    ///
    /// # Errors
    /// Like [`json`](Self::json).
    pub fn entries<T: DeserializeOwned>(self) -> Result<Answer<BTreeMap<String, T>>> {
        if self.has_no_content() { Ok(self.map(|_| BTreeMap::new())) } else { self.json() }
    }

    /// Decodes the JSON body of a change, which the platform may leave out: `None` if the body is empty.
    ///
    /// # Errors
    /// Like [`json`](Self::json).
    pub fn change<T: DeserializeOwned>(self) -> Result<Answer<Option<T>>> {
        self.json()
    }

    /// Decodes the JSON list of a change like [`list`](Self::list): `None` if the body is empty.
    ///
    /// # Errors
    /// Like [`list`](Self::list).
    pub fn change_list<T: DeserializeOwned>(self) -> Result<Answer<Option<Vec<T>>>> {
        if self.value.is_empty() { Ok(self.map(|_| None)) } else { Ok(self.list()?.map(Some)) }
    }

    /// Returns `true` if the status is 204 and the body is empty.
    fn has_no_content(&self) -> bool {
        self.status == StatusCode::NO_CONTENT && self.value.is_empty()
    }

    /// Returns the body as text. Invalid UTF-8 is replaced.
    ///
    /// # Errors
    /// None; the signature is that of its siblings.
    pub fn text(self) -> Result<Answer<String>> {
        Ok(self.map(|body| String::from_utf8_lossy(&body).into_owned()))
    }

    /// Returns the body unchanged.
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
    fn undecodable(&self, cause: &serde_json::Error, text: &[u8]) -> Error {
        let place = json_path::at(text, cause.line(), cause.column());
        let cause = DecodeError::new(cause);
        let message = if self.value.is_empty() {
            "expected JSON, found an empty body".to_owned()
        } else if let Some(found) = self.other_than_json() {
            format!("expected JSON, found {found}")
        } else if place.is_empty() {
            format!("the body does not match the spec: {cause}")
        } else {
            format!("the body does not match the spec at `{place}`: {cause}")
        };
        self.failure(message).with_source(cause)
    }

    #[cold]
    fn unreadable(&self, fault: &Fault) -> Error {
        self.failure(match (self.other_than_json(), fault.path()) {
            (Some(found), _) => format!("expected JSON, found {found}"),
            (None, "") => format!("the body does not match the spec: {}", fault.what()),
            (None, path) => format!("the body does not match the spec at `{path}`: {}", fault.what()),
        })
    }

    /// The error of an answer without a body, where that means that nothing is there.
    #[cold]
    pub(crate) fn nothing(&self) -> Error {
        self.failure("nothing is there".to_owned()).of_nothing()
    }

    fn failure(&self, message: String) -> Error {
        Error::new(ErrorKind::Undecodable)
            .with_status(self.status)
            .with_headers(&self.headers)
            .with_body(&self.value)
            .with_attempts(self.attempts)
            .with_message(message)
    }

    /// Description of a body that is not JSON according to its content type: the content type, and the title
    /// of a page.
    fn other_than_json(&self) -> Option<String> {
        let media = body::media_type(&self.headers);
        let media = media.split(';').next().unwrap_or_default().trim();
        let text = String::from_utf8_lossy(lenient::without_mark(&self.value));
        let page = text.trim_start().starts_with('<').then(|| body::markup(&text)).flatten();
        match (media, page) {
            ("", Some(page)) => Some(page),
            (media, Some(page)) => Some(format!("`{media}`: {page}")),
            ("", None) => None,
            (media, None) => (!media.contains("json")).then(|| format!("`{media}`")),
        }
    }
}

impl<T: fmt::Debug> fmt::Debug for Answer<T> {
    /// Shows the names of the headers alone: a value may be a secret, such as that of `Set-Cookie`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Answer")
            .field("value", &self.value)
            .field("status", &self.status)
            .field("headers", &self.headers.keys().map(HeaderName::as_str).collect::<Vec<_>>())
            .field("attempts", &self.attempts)
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_that_does_not_decode_keeps_the_status_and_names_the_field() {
        let body = Bytes::from_static(br#"{"first":{"id":"a"},"second":{"id":[1]}}"#);
        let mut headers = HeaderMap::new();
        headers.insert("Sozu-Id", "S1".parse().unwrap());
        let answer = Answer::new(body, StatusCode::CREATED, headers, 1);
        #[derive(Debug, serde::Deserialize)]
        #[allow(dead_code)]
        struct Thing {
            id: String,
        }
        #[derive(Debug, serde::Deserialize)]
        #[allow(dead_code)]
        struct Pair {
            first: Thing,
            second: Thing,
        }
        let error = answer.json::<Pair>().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Undecodable);
        assert_eq!(error.status(), Some(StatusCode::CREATED));
        assert_eq!(error.sozu_id(), Some("S1"));
        assert!(error.message().unwrap().contains("`second.id`: invalid type: array"), "{error}");
    }

    #[test]
    fn a_body_that_is_cut_short_is_said_to_be_so_and_not_to_be_of_another_type() {
        let failure = |body: &'static str| {
            let body = Bytes::from_static(body.as_bytes());
            let answer = || Answer::new(body.clone(), StatusCode::OK, HeaderMap::new(), 1);
            let errors = [answer().list::<u8>().unwrap_err(), answer().json::<Vec<u8>>().unwrap_err()];
            errors.map(|error| error.message().unwrap_or_default().to_owned())
        };
        for (body, reason) in [
            ("{\"", ": EOF while parsing a string at line 1 column 2"),
            ("[", " at `[0]`: EOF while parsing a list at line 1 column 1"),
            ("[1, {\"a\": {\"b\": 1", " at `[1].a.b`: EOF while parsing an object at line 1 column 17"),
            ("{\"malformed\": x}", " at `malformed`: expected value at line 1 column 15"),
        ] {
            let message = format!("the body does not match the spec{reason}");
            assert_eq!(failure(body), [message.clone(), message], "{body}");
        }
    }

    #[test]
    fn debug_shows_no_value_of_a_header() {
        let mut headers = HeaderMap::new();
        headers.insert("set-cookie", "session=hunter2".parse().unwrap());
        let shown = format!("{:?}", Answer::new(7, StatusCode::OK, headers, 1));
        assert!(shown.contains("set-cookie") && !shown.contains("hunter2"), "{shown}");
    }

    fn of_type(media: &'static str, body: &'static [u8]) -> Answer<Bytes> {
        let mut headers = HeaderMap::new();
        headers.insert("content-type", media.parse().unwrap());
        Answer::new(Bytes::from_static(body), StatusCode::OK, headers, 1)
    }

    #[test]
    fn marks_and_broken_text_do_not_fail_a_body() {
        for (body, text) in [
            (&b"\xef\xbb\xbf\"a\""[..], "a"),
            (br#""a\ud83d""#, "a\u{fffd}"),
            (b"\xef\xbb\xbf\"a\xff\"", "a\u{fffd}"),
        ] {
            assert_eq!(*of_type("application/json", body).json::<String>().unwrap(), text);
        }
    }

    #[test]
    fn a_page_in_the_place_of_json_is_named_by_its_type_and_title() {
        let page = b"<!doctype html><title>Down for\n maintenance</title>";
        for (media, message) in [
            (
                "text/html; charset=utf-8",
                "expected JSON, found `text/html`: an HTML page titled `Down for maintenance`",
            ),
            (
                "application/json",
                "expected JSON, found `application/json`: an HTML page titled `Down for maintenance`",
            ),
        ] {
            let error = of_type(media, page).json::<Vec<u8>>().unwrap_err();
            assert_eq!(error.message(), Some(message));
            assert_eq!(error.body().unwrap(), &page[..]);
            assert_eq!(error.headers()["content-type"], media);
        }
        let marked = b"\xef\xbb\xbf<!doctype html><title>Down for\n maintenance</title>";
        let error = of_type("text/html", marked).json::<Vec<u8>>().unwrap_err();
        assert!(error.message().unwrap().ends_with("an HTML page titled `Down for maintenance`"), "{error}");
        let error = of_type("text/plain", b"all is well").json::<Vec<u8>>().unwrap_err();
        assert_eq!(error.message(), Some("expected JSON, found `text/plain`"));
    }

    #[test]
    fn a_list_gives_its_good_elements_and_the_index_of_a_bad_one() {
        let answer = |body: &'static str| Answer::new(Bytes::from(body), StatusCode::OK, HeaderMap::new(), 1);
        let read = answer(r#"["a",{},5,null]"#).list::<String>().unwrap();
        let told: Vec<String> = read.drift().iter().map(ToString::to_string).collect();
        assert_eq!(*read, ["a", "5"]);
        assert_eq!(
            told,
            [
                "element left out: `[1]`: invalid type: object, expected a string",
                "converted: `[2]`: expected a string, found integer",
            ]
        );
        assert_eq!(read.map(|list| list.len()).drift().len(), 2);
        assert!(answer(r#"["a"]"#).list::<String>().unwrap().drift().is_empty());
        assert!(answer("").list::<String>().is_err() && answer("null").list::<String>().unwrap().is_empty());
        assert!(answer("[{}]").list::<String>().is_err());
    }

    fn empty(status: StatusCode) -> Answer<Bytes> {
        Answer::new(Bytes::new(), status, HeaderMap::new(), 1)
    }

    #[test]
    fn status_204_is_an_empty_list_and_an_empty_map() {
        assert_eq!(empty(StatusCode::NO_CONTENT).list::<String>().unwrap().into_inner(), [""; 0]);
        assert!(empty(StatusCode::NO_CONTENT).entries::<String>().unwrap().is_empty());
        // A body that was promised and is missing is a fault.
        assert_eq!(empty(StatusCode::OK).list::<String>().unwrap_err().kind(), ErrorKind::Undecodable);
    }

    #[test]
    fn an_empty_answer_of_a_change_is_none_and_an_error_only_for_callers_that_need_it() {
        for status in [StatusCode::OK, StatusCode::CREATED, StatusCode::ACCEPTED, StatusCode::NO_CONTENT] {
            let answer = empty(status).change::<String>().unwrap();
            assert_eq!(answer.as_ref(), None, "{status}");
            let error = answer.required("the thing").unwrap_err();
            assert_eq!((error.kind(), error.status()), (ErrorKind::Undecodable, Some(status)));
            assert!(error.may_be_done() && !error.is_retryable(), "{error}");
            assert!(error.to_string().contains("the change was made"), "{error}");
            assert!(error.to_string().contains("lacks the thing"), "{error}");
        }
    }
}
