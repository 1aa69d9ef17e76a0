//! Says who asks, at each attempt: credentials and `User-Agent`.

use std::sync::Arc;
use std::task::{Context, Poll};

use http::{HeaderValue, Uri, header};
use tower::Service;

use crate::credentials::Credentials;
use crate::endpoint::Endpoint;
use crate::error::Error;
use crate::transport::redirect::Foreign;
use crate::transport::stack::Reply;
use crate::transport::{HttpRequest, HttpResponse};

/// Adds the header `Authorization`, to requests for the origin of the endpoint only.
#[derive(Debug, Clone)]
pub(crate) struct Identify<S> {
    who: Arc<Who>,
    inner: S,
}

#[derive(Debug)]
struct Who {
    credentials: Credentials,
    origin: Origin,
    user_agent: HeaderValue,
}

impl<S> Identify<S> {
    pub(crate) fn new(
        credentials: Credentials,
        endpoint: &Endpoint,
        user_agent: HeaderValue,
        inner: S,
    ) -> Self {
        Self { who: Arc::new(Who { credentials, origin: Origin::of_endpoint(endpoint), user_agent }), inner }
    }
}

impl<S> Service<HttpRequest> for Identify<S>
where
    S: Service<HttpRequest, Response = HttpResponse, Error = Error> + Clone + Send + 'static,
    S::Future: Send,
{
    type Response = HttpResponse;
    type Error = Error;
    type Future = Reply;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, mut request: HttpRequest) -> Reply {
        let (who, mut inner) = (self.who.clone(), self.inner.clone());
        Box::pin(async move {
            if !request.headers().contains_key(header::USER_AGENT) {
                request.headers_mut().insert(header::USER_AGENT, who.user_agent.clone());
            }
            let at_home = request.extensions().get::<Foreign>().is_none() && who.origin.holds(request.uri());
            if at_home && let Some(value) = who.credentials.authorization().await? {
                request.headers_mut().insert(header::AUTHORIZATION, value);
            }
            inner.call(request).await
        })
    }
}

/// Scheme, host and port.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Origin {
    scheme: String,
    host: String,
    port: u16,
}

impl Origin {
    fn of_endpoint(endpoint: &Endpoint) -> Self {
        let url = endpoint.url();
        Self {
            scheme: url.scheme().to_owned(),
            host: url.host_str().unwrap_or_default().to_owned(),
            port: url.port_or_known_default().unwrap_or_default(),
        }
    }

    /// Whether this URL lies within.
    pub(crate) fn holds(&self, uri: &Uri) -> bool {
        uri.scheme_str() == Some(&self.scheme)
            && uri.host().is_some_and(|host| host.eq_ignore_ascii_case(&self.host))
            && uri.port_u16().unwrap_or(if self.scheme == "https" { 443 } else { 80 }) == self.port
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_is_scheme_host_and_port() {
        let origin = Origin::of_endpoint(&Endpoint::parse("https://Api.host/base").unwrap());
        let holds = |uri: &str| origin.holds(&uri.parse().unwrap());
        assert!(holds("https://api.host/x") && holds("https://API.host:443/"));
        for other in ["http://api.host/", "https://api.host:444/", "https://host/", "https://api.host.evil/"]
        {
            assert!(!holds(other), "{other}");
        }
        let origin = Origin::of_endpoint(&Endpoint::parse("http://[::1]:81").unwrap());
        assert!(origin.holds(&"http://[::1]:81/".parse().unwrap()));
    }
}
