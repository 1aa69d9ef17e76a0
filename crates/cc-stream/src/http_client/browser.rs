//! The client of pages.

use http::HeaderMap;

use super::{redirect, response};
use crate::connect::{Connect, Response};
use crate::error::{Result, StreamError};

/// A client that follows no redirect: a browser does not show where one leads, so that no header reaches an origin that it was not meant
/// for.
///
/// One that is [built](Self::build) with a builder of `reqwest` follows them as browsers do: to another origin they take every header but
/// `Authorization`. It reads no stream there.
#[derive(Debug, Clone)]
pub struct HttpClient(Option<reqwest::Client>);

impl HttpClient {
    /// Creates a client over `fetch`.
    ///
    /// # Errors
    /// None: elsewhere, the client may lack TLS.
    pub fn new() -> Result<Self> {
        Ok(Self(None))
    }

    /// Finishes a builder.
    ///
    /// # Errors
    /// [`ErrorKind::Request`](crate::ErrorKind::Request) when the client cannot be set up.
    pub fn build(builder: reqwest::ClientBuilder) -> Result<Self> {
        builder.build().map(|client| Self(Some(client))).map_err(StreamError::from)
    }
}

impl Connect for HttpClient {
    type Request = reqwest::Request;

    fn headers<'a>(&self, request: &'a mut Self::Request) -> &'a mut HeaderMap {
        request.headers_mut()
    }

    async fn connect(&self, request: Self::Request) -> Result<Response> {
        match &self.0 {
            Some(client) => client.connect(request).await,
            None => fetch(request).await,
        }
    }
}

async fn fetch(mut request: reqwest::Request) -> Result<Response> {
    use cc_browser::fetch::Error;

    let headers = std::mem::take(request.headers_mut());
    let body = request.body().and_then(reqwest::Body::as_bytes).unwrap_or_default();
    let mut sent = http::Request::new(bytes::Bytes::copy_from_slice(body));
    *sent.uri_mut() =
        http::Uri::try_from(request.url().as_str()).map_err(|cause| StreamError::request(cause))?;
    (*sent.method_mut(), *sent.headers_mut()) = (request.method().clone(), headers);
    let answer = cc_browser::fetch(sent).await.map_err(|error| match error {
        Error::Request(_) => StreamError::request(error),
        Error::Redirect => redirect("a browser does not show where it leads"),
        _ => StreamError::unreachable(error),
    })?;
    let (head, body) = answer.into_parts();
    let mut response = Response::new(head.status, body);
    response.headers = head.headers;
    Ok(response)
}

/// A plain client follows redirects by itself, with every header but `Authorization`, and reads no stream that a redirect to another
/// origin led to. [`HttpClient`] follows none.
impl Connect for reqwest::Client {
    type Request = reqwest::Request;

    fn headers<'a>(&self, request: &'a mut Self::Request) -> &'a mut HeaderMap {
        request.headers_mut()
    }

    async fn connect(&self, request: Self::Request) -> Result<Response> {
        let from = request.url().origin();
        let answer = self.execute(request).await?;
        if answer.url().origin() != from {
            return Err(redirect("it leads to another origin"));
        }
        Ok(response(answer))
    }
}
