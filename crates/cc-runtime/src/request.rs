//! Builds a request from the inputs of an operation, and rejects inputs that would reach another route.

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::fmt::{self, Display};

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, header};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Serialize;

use crate::de;
use crate::error::{Error, ErrorKind, Result};
use crate::id::{self, MAX_ID_BYTES};
use crate::operation_info::OperationInfo;
use crate::secret::{MASK_REFUSED, Secret, collect};

/// A request as layers see it: an absolute URL, headers, and the whole body.
pub type HttpRequest = http::Request<Bytes>;

/// Characters that a path segment keeps unencoded: the unreserved characters of RFC 3986 and the marks that
/// are safe there.
const SEGMENT: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'!')
    .remove(b'~')
    .remove(b'*')
    .remove(b'\'')
    .remove(b'(')
    .remove(b')');

/// Characters that a query keeps unencoded: the unreserved characters of RFC 3986.
const QUERY: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

/// The longest value of a path parameter that is not an id, in bytes, such as the key of an object.
const MAX_SEGMENT_BYTES: usize = 4_096;

/// Returns `true` if a parameter of this name holds an id. Parameters are known here by their names and texts alone.
fn is_id(name: &str) -> bool {
    name == "id"
        || name.ends_with("Id")
        || name.ends_with("_id")
        || matches!(name, "consumerKey" | "oauth_key" | "invoiceNumber" | "owner" | "for")
}

/// A request that is ready for the transport: no host, no credentials yet.
#[derive(Clone)]
pub struct Request {
    /// The operation it is made for.
    pub info: &'static OperationInfo,
    /// The path, encoded, from its first `/`.
    pub path: String,
    /// Encoded query without `?`; empty if there is none.
    pub query: String,
    /// The headers, credentials not included.
    pub headers: HeaderMap,
    /// Body; empty if there is none.
    pub body: Bytes,
    /// The secrets in it: no error and no log shows them, also where the answer repeats them.
    pub(crate) secrets: Vec<Secret>,
}

impl Request {
    /// Adds `name=value` to the query.
    pub fn append_query(&mut self, name: &str, value: &dyn Display) {
        if !self.query.is_empty() {
            self.query.push('&');
        }
        self.query.extend(utf8_percent_encode(name, QUERY));
        self.query.push('=');
        self.query.extend(utf8_percent_encode(&value.to_string(), QUERY));
    }

    /// Marks a text in the query, the headers or the body as a secret: errors and logs of the call do not
    /// show it, even where the answer repeats it. Parameters and properties of the type [`Secret`] are marked
    /// automatically; [`OperationInfo::secret_path`] marks parameters of the route.
    pub fn hide(&mut self, secret: impl Into<Secret>) {
        self.secrets.push(secret.into());
    }

    /// The path without the parameters that are secret.
    pub(crate) fn shown_path(&self) -> String {
        self.info.shown_path(&self.path)
    }
}

impl fmt::Debug for Request {
    /// Shows neither secret parameters, header values nor the body.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Request")
            .field("operation", &self.info.id)
            .field("method", &self.info.method)
            .field("path", &self.shown_path())
            .field("headers", &self.headers.keys().map(HeaderName::as_str).collect::<Vec<_>>())
            .field("body_bytes", &self.body.len())
            .finish_non_exhaustive()
    }
}

/// Builds a [`Request`]. The first thing that is wrong is kept, and [`build`](Self::build) returns it.
#[derive(Debug)]
pub struct RequestBuilder {
    request: Request,
    /// Rest of the route that is not written to the path yet.
    rest: &'static str,
    error: Option<Error>,
}

impl RequestBuilder {
    /// A request of this operation, without inputs.
    #[must_use]
    pub fn new(info: &'static OperationInfo) -> Self {
        let mut headers = HeaderMap::new();
        if !info.accept.is_empty() {
            headers.insert(header::ACCEPT, HeaderValue::from_static(info.accept));
        }
        let request = Request {
            info,
            path: String::with_capacity(info.route.len() + 64),
            query: String::new(),
            headers,
            body: Bytes::new(),
            secrets: Vec::new(),
        };
        Self { request, rest: info.route, error: None }
    }

    /// Fills the next parameter of the route, which is called `name`.
    #[must_use]
    pub fn path(mut self, name: &str, value: &dyn Display) -> Self {
        let value = value.to_string();
        if let Err(error) = check_path(name, name, &value) {
            self.error.get_or_insert(error.with_operation(self.request.info));
            return self;
        }
        match self.rest.split_once('{').and_then(|(before, rest)| Some((before, rest.split_once('}')?))) {
            Some((before, (declared, rest))) if declared == name => {
                self.request.path.push_str(before);
                self.request.path.extend(utf8_percent_encode(&value, SEGMENT));
                self.rest = rest;
            }
            _ => self.fail(format!("the route `{}` has no parameter `{name}` here", self.request.info.route)),
        }
        self
    }

    /// Fills the next parameter of the route, which is called `name`, with a value that is never shown.
    #[must_use]
    pub fn secret_path(mut self, name: &str, value: &Secret) -> Self {
        self.secret(name, value);
        self.path(name, &value.expose())
    }

    /// Fills the last parameter of the route, which is called `name` and takes the rest of the path: its slashes stay.
    /// One slash before it makes no difference.
    #[must_use]
    pub fn path_rest(mut self, name: &str, value: &str) -> Self {
        let value = value.strip_prefix('/').unwrap_or(value);
        if let Some(reason) = id::too_long(value, MAX_SEGMENT_BYTES) {
            self.fail(format!("`{name}`: {reason}"));
            return self;
        }
        if value.split('/').any(|segment| matches!(segment, "" | "." | "..")) {
            self.fail(format!(
                "`{name}`: `{}` has an empty, `.` or `..` segment, which would change the route of the request",
                de::shown(value)
            ));
        }
        match self.rest.split_once('{') {
            Some((before, declared)) if declared.strip_suffix('}') == Some(name) => {
                self.request.path.push_str(before);
                for (index, segment) in value.split('/').enumerate() {
                    self.request.path.push_str(if index == 0 { "" } else { "/" });
                    self.request.path.extend(utf8_percent_encode(segment, SEGMENT));
                }
                self.rest = "";
            }
            _ => self.fail(format!("the route `{}` does not end with `{name}`", self.request.info.route)),
        }
        self
    }

    /// Adds `name=value` to the query, when there is a value.
    #[must_use]
    pub fn query<T: Display>(mut self, name: &str, value: &Option<T>) -> Self {
        if let Some(value) = value {
            self.push_query(name, value);
        }
        self
    }

    /// Adds `name=value` to the query, when there is a value, which is never shown.
    #[must_use]
    pub fn secret_query(mut self, name: &str, value: Option<&Secret>) -> Self {
        if let Some(value) = value {
            self.secret(name, value);
            self.request.append_query(name, &value.expose());
        }
        self
    }

    /// Adds each pair to the query.
    #[must_use]
    pub fn query_map<T: Display>(mut self, pairs: &BTreeMap<String, T>) -> Self {
        for (name, value) in pairs {
            self.push_query(name, value);
        }
        self
    }

    /// Adds `name=value` to the query for each value.
    #[must_use]
    pub fn query_each<T: Display>(mut self, name: &str, values: &[T]) -> Self {
        for value in values {
            self.push_query(name, value);
        }
        self
    }

    /// Sets a header, when there is a value.
    #[must_use]
    pub fn header<T: Display>(self, name: &'static str, value: &Option<T>) -> Self {
        match value {
            Some(value) => self.push_header(name, &value.to_string(), false),
            None => self,
        }
    }

    /// Sets a header that is never shown, when there is a value.
    #[must_use]
    pub fn secret_header(mut self, name: &'static str, value: Option<&Secret>) -> Self {
        match value {
            Some(value) => {
                self.secret(name, value);
                self.push_header(name, value.expose(), true)
            }
            None => self,
        }
    }

    /// Sends this value as JSON.
    #[must_use]
    pub fn json<T: Serialize + ?Sized>(mut self, body: &T) -> Self {
        let (encoded, secrets) = collect::collecting(|| serde_json::to_vec(body));
        self.request.secrets.extend(secrets);
        self.encoded("application/json", body, encoded)
    }

    /// Sends this value as a form (`application/x-www-form-urlencoded`): an object of texts, numbers and booleans.
    #[must_use]
    pub fn form<T: Serialize + ?Sized>(mut self, body: &T) -> Self {
        let (encoded, secrets) = collect::collecting(|| serde_json::to_value(body));
        let encoded = encoded.map(|value| form(&value).into_bytes());
        self.request.secrets.extend(secrets);
        self.encoded("application/x-www-form-urlencoded", body, encoded)
    }

    /// Sends a text that is never shown.
    #[must_use]
    pub fn secret_body(mut self, content_type: &str, body: &Secret) -> Self {
        self.secret("body", body);
        self.body(content_type, body.expose().to_owned())
    }

    /// Sends these bytes as they are.
    #[must_use]
    pub fn body(mut self, content_type: &str, body: impl Into<Bytes>) -> Self {
        self.request.body = body.into();
        match HeaderValue::from_str(content_type) {
            Ok(value) => {
                self.request.headers.insert(header::CONTENT_TYPE, value);
            }
            Err(_) => self.fail(format!("invalid content type `{content_type}`")),
        }
        self
    }

    /// The request.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidInput`] for the first input that does not fit.
    pub fn build(mut self) -> Result<Request> {
        if let Some((_, (missing, _))) =
            self.rest.split_once('{').and_then(|(before, rest)| Some((before, rest.split_once('}')?)))
        {
            self.fail(format!("the route `{}` lacks its parameter `{missing}`", self.request.info.route));
        }
        if let Some(error) = self.error {
            return Err(error);
        }
        self.request.path.push_str(self.rest);
        Ok(self.request)
    }

    /// Marks a secret of the request, and refuses its mask.
    fn secret(&mut self, name: &str, value: &Secret) {
        if value.is_mask() {
            self.fail(format!("`{name}`: {MASK_REFUSED}"));
        }
        self.request.hide(value.clone());
    }

    fn push_query(&mut self, name: &str, value: &dyn Display) {
        let value = value.to_string();
        if let Err(error) = check_query(name, name, &value) {
            self.error.get_or_insert(error.with_operation(self.request.info));
        }
        self.request.append_query(name, &value);
    }

    fn push_header(mut self, name: &'static str, value: &str, secret: bool) -> Self {
        match (HeaderName::from_bytes(name.as_bytes()), HeaderValue::from_str(value)) {
            (Ok(name), Ok(mut value)) => {
                value.set_sensitive(secret);
                self.request.headers.insert(name, value);
            }
            _ => self.fail(format!("invalid value for header `{name}`")),
        }
        self
    }

    fn encoded(
        mut self,
        content_type: &'static str,
        body: &(impl Serialize + ?Sized),
        encoded: serde_json::Result<Vec<u8>>,
    ) -> Self {
        match encoded {
            Ok(encoded) => self.body(content_type, encoded),
            Err(cause) => {
                // Encoded once more, to find out where: nearly no body fails.
                let (at, _) = collect::collecting(|| {
                    let mut track = serde_path_to_error::Track::new();
                    let mut json = serde_json::Serializer::new(std::io::sink());
                    let outcome = body.serialize(serde_path_to_error::Serializer::new(&mut json, &mut track));
                    outcome.err().map(|_| track.path().to_string())
                });
                self.fail(match at.filter(|at| at != ".") {
                    Some(at) => format!("`{at}`: {cause}"),
                    None => format!("could not encode the body: {cause}"),
                });
                self
            }
        }
    }

    fn fail(&mut self, message: String) {
        let error = self.invalid(message);
        self.error.get_or_insert(error);
    }

    fn invalid(&self, message: String) -> Error {
        Error::new(ErrorKind::InvalidInput).with_operation(self.request.info).with_message(message)
    }
}

/// Refuses a value that the parameter of a route called `parameter` cannot hold: the URL would name another route, or it is too
/// long. The error calls it `input`, as the caller does.
///
/// # Errors
/// [`ErrorKind::InvalidInput`], which names the input.
#[doc(hidden)]
pub fn check_path(parameter: &str, input: &str, value: &(impl Display + ?Sized)) -> Result<()> {
    id::check(input, &value.to_string(), if is_id(parameter) { MAX_ID_BYTES } else { MAX_SEGMENT_BYTES })
}

/// Like [`check_path`], for the query parameter `parameter`: only ids are checked.
///
/// # Errors
/// Like [`check_path`].
#[doc(hidden)]
pub fn check_query(parameter: &str, input: &str, value: &(impl Display + ?Sized)) -> Result<()> {
    if is_id(parameter) { id::check_id(input, &value.to_string()) } else { Ok(()) }
}

/// The members of an object as `key=value` pairs; null members are left out, arrays repeat their key.
fn form(value: &serde_json::Value) -> String {
    use serde_json::Value;
    let text = |value: &Value| match value {
        Value::Null => None,
        Value::String(text) => Some(text.clone()),
        other => Some(other.to_string()),
    };
    let mut pairs = String::new();
    for (key, value) in value.as_object().into_iter().flatten() {
        let values = match value {
            Value::Array(values) => values.as_slice(),
            value => std::slice::from_ref(value),
        };
        for value in values.iter().filter_map(text) {
            if !pairs.is_empty() {
                pairs.push('&');
            }
            pairs.extend(utf8_percent_encode(key, QUERY));
            pairs.push('=');
            pairs.extend(utf8_percent_encode(&value, QUERY));
        }
    }
    pairs
}
