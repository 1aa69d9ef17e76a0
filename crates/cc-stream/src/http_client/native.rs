//! The client of servers and programs.

use http::header::{
    ACCEPT, ACCEPT_ENCODING, ACCEPT_LANGUAGE, AUTHORIZATION, CACHE_CONTROL, CONTENT_LENGTH, CONTENT_TYPE,
    COOKIE, HeaderName, LOCATION, PRAGMA, PROXY_AUTHORIZATION, USER_AGENT,
};
use http::{HeaderMap, Method, StatusCode};

use super::{redirect, response};
use crate::connect::{Connect, LAST_EVENT_ID, Response};
use crate::error::{Result, StreamError};

/// Maximum number of consecutive redirects.
const MAX_HOPS: usize = 10;

/// Headers that a plain client may take anywhere: they say nothing secret.
const STANDARD: [HeaderName; 9] = [
    ACCEPT,
    ACCEPT_ENCODING,
    ACCEPT_LANGUAGE,
    CACHE_CONTROL,
    CONTENT_LENGTH,
    CONTENT_TYPE,
    LAST_EVENT_ID,
    PRAGMA,
    USER_AGENT,
];

/// Headers that `reqwest` does not send to another origin.
const KEPT: [HeaderName; 3] = [AUTHORIZATION, COOKIE, PROXY_AUTHORIZATION];

/// A `reqwest` client that follows redirects within one origin, and refuses the others: no header, of the request or of the
/// client, reaches an origin that it was not meant for.
///
/// ```
/// # fn example() -> Result<(), cc_stream::StreamError> {
/// let client = cc_stream::HttpClient::new()?;
/// let proxied = cc_stream::HttpClient::build(reqwest::Client::builder().no_proxy())?;
/// # Ok(()) }
/// ```
#[derive(Debug, Clone)]
pub struct HttpClient(reqwest::Client);

impl HttpClient {
    /// Creates a client with the defaults of `reqwest`.
    ///
    /// # Errors
    /// [`ErrorKind::Request`](crate::ErrorKind::Request) if the client cannot be set up, for example because there is no TLS.
    pub fn new() -> Result<Self> {
        Self::build(reqwest::Client::builder())
    }

    /// Finishes a builder. Its redirect policy is replaced, and it sends no `Referer`.
    ///
    /// # Errors
    /// [`ErrorKind::Request`](crate::ErrorKind::Request) when the client cannot be set up.
    pub fn build(builder: reqwest::ClientBuilder) -> Result<Self> {
        let builder = builder.redirect(reqwest::redirect::Policy::none()).referer(false);
        builder.build().map(Self).map_err(StreamError::from)
    }
}

impl Connect for HttpClient {
    type Request = reqwest::Request;

    fn headers<'a>(&self, request: &'a mut Self::Request) -> &'a mut HeaderMap {
        request.headers_mut()
    }

    async fn connect(&self, mut request: Self::Request) -> Result<Response> {
        for _ in 0..=MAX_HOPS {
            let again = request.try_clone();
            let (from, method) = (request.url().clone(), request.method().clone());
            let answer = self.0.execute(request).await?;
            let location = answer.headers().get(LOCATION).filter(|_| is_redirect(answer.status()));
            let Some(location) = location else { return Ok(response(answer)) };
            let to = std::str::from_utf8(location.as_bytes()).ok().and_then(|to| from.join(to).ok());
            let to = to.ok_or_else(|| redirect("its `Location` is not a URL"))?;
            if to.origin() != from.origin() || !to.username().is_empty() || to.password().is_some() {
                return Err(redirect("it leads to another origin"));
            }
            let is_read = method == Method::GET || method == Method::HEAD;
            request = again.ok_or_else(|| redirect("the body of the request cannot be sent again"))?;
            match answer.status() {
                StatusCode::SEE_OTHER if !is_read => {
                    *request.method_mut() = Method::GET;
                    *request.body_mut() = None;
                    for name in [CONTENT_TYPE, CONTENT_LENGTH] {
                        request.headers_mut().remove(name);
                    }
                }
                StatusCode::MOVED_PERMANENTLY | StatusCode::FOUND if !is_read => {
                    return Err(redirect("its status does not say whether to send the body again"));
                }
                _ => {}
            }
            *request.url_mut() = to;
        }
        Err(redirect("more than ten redirects in a row"))
    }
}

/// A plain client follows redirects by its own policy, with every header but three and with the URL as `Referer`. It
/// therefore sends no request that has headers of the program's own, and reads no stream that a redirect to another origin
/// led to. Default headers of the client itself have reached that origin by then: use [`HttpClient`].
impl Connect for reqwest::Client {
    type Request = reqwest::Request;

    fn headers<'a>(&self, request: &'a mut Self::Request) -> &'a mut HeaderMap {
        request.headers_mut()
    }

    async fn connect(&self, request: Self::Request) -> Result<Response> {
        let may_leak = |name: &&HeaderName| !STANDARD.contains(name) && !KEPT.contains(name);
        if let Some(name) = request.headers().keys().find(may_leak) {
            return Err(StreamError::request(format!(
                "header `{name}` would follow a redirect to another origin: use `cc_stream::HttpClient` in place of \
                 `reqwest::Client`"
            )));
        }
        let from = request.url().origin();
        let answer = self.execute(request).await?;
        if answer.url().origin() != from {
            return Err(redirect("it leads to another origin"));
        }
        Ok(response(answer))
    }
}

fn is_redirect(status: StatusCode) -> bool {
    matches!(status.as_u16(), 301 | 302 | 303 | 307 | 308)
}
