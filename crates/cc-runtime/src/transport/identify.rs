//! Adds credentials and `User-Agent` to each attempt.

use std::future::{Future, ready};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};
use std::time::{Duration, SystemTime};

use futures_util::future::Either;
use http::header::{self, Entry, HeaderValue};
use tower::Service;

use crate::credentials::{Credentials, Provider};
use crate::endpoint::Endpoint;
use crate::error::{Error, ErrorKind, Result};
use crate::line::one_line;
use crate::lock::lock;
use crate::redact::{Secrets, sounds_secret};
use crate::time::Timestamp;
use crate::transport::clock;
use crate::transport::redirect::Foreign;
use crate::transport::stack::Reply;
use crate::transport::trace::Watch;
use crate::transport::{HttpRequest, HttpResponse, would_be_read};

/// Adds the header `Authorization`, to requests for the origin of the endpoint only.
#[derive(Debug, Clone)]
pub(crate) struct Identify<S> {
    who: Arc<Who>,
    inner: S,
}

#[derive(Debug)]
struct Who {
    credentials: Signature,
    endpoint: Arc<Endpoint>,
    user_agent: HeaderValue,
    /// Secrets are not sent to the endpoint: everybody on the way could read them.
    is_open: bool,
}

/// The value of the header.
#[derive(Debug)]
enum Signature {
    /// The same for every request.
    Fixed(Option<HeaderValue>),
    /// Created for each attempt.
    Fresh(Credentials),
    /// Requested from a provider at each attempt.
    Provided(Provider),
}

/// The identity that a call began with, and those that its attempts were signed for instead.
#[derive(Debug)]
pub(crate) struct Signers {
    call: Arc<str>,
    others: Mutex<Vec<String>>,
}

impl Signers {
    pub(crate) fn new(call: Arc<str>) -> Arc<Self> {
        Arc::new(Self { call, others: Mutex::default() })
    }

    /// Notes the identity that a provider has before or after it is asked.
    fn note(&self, identity: String) {
        let mut others = lock(&self.others);
        if *identity != *self.call && !others.contains(&identity) {
            others.push(identity);
        }
    }

    /// The identities that are not that of the call.
    pub(crate) fn others(&self) -> Vec<String> {
        lock(&self.others).clone()
    }
}

impl<S> Identify<S> {
    pub(crate) fn new(
        credentials: Credentials,
        endpoint: Arc<Endpoint>,
        user_agent: HeaderValue,
        is_open: bool,
        inner: S,
    ) -> Result<Self> {
        let credentials = match credentials {
            Credentials::Provider(provider) => Signature::Provided(provider),
            fresh if fresh.signs_each_request() => Signature::Fresh(fresh),
            fixed => Signature::Fixed(fixed.header(&HttpRequest::default())?),
        };
        let who = Who { credentials, endpoint, user_agent, is_open };
        Ok(Self { who: Arc::new(who), inner })
    }
}

impl<S> Service<HttpRequest> for Identify<S>
where
    S: Service<HttpRequest, Response = HttpResponse, Error = Error> + Clone + Send + 'static,
    S::Future: Send,
{
    type Response = HttpResponse;
    type Error = Error;
    type Future = Either<Reply, S::Future>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<()>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, mut request: HttpRequest) -> Self::Future {
        let who = &*self.who;
        if let Entry::Vacant(entry) = request.headers_mut().entry(header::USER_AGENT) {
            entry.insert(who.user_agent.clone());
        }
        let home =
            request.extensions().get::<Foreign>().is_none() && who.endpoint.is_origin_of(request.uri());
        if home && let Some(watch) = request.extensions_mut().remove::<Arc<Watch>>() {
            watch.propagate(request.headers_mut());
        }
        // Those of the request and its options were looked at before; this is for what hooks and layers add.
        if who.is_open
            && let Some(name) = request.headers().keys().find(|name| sounds_secret(name.as_str()))
        {
            let error = would_be_read(&format!("the header `{name}`"), &who.endpoint);
            return Either::Left(Box::pin(ready(Err(error))));
        }
        match &who.credentials {
            Signature::Fixed(Some(value)) if home => {
                request.headers_mut().insert(header::AUTHORIZATION, value.clone());
            }
            Signature::Fresh(credentials) if home => match credentials.header(&request) {
                Ok(Some(value)) => {
                    request.headers_mut().insert(header::AUTHORIZATION, value.clone());
                    let answer = with_clock(self.inner.call(request));
                    return Either::Left(Box::pin(async move { noted(answer.await, value) }));
                }
                Ok(None) => {}
                Err(error) => return Either::Left(Box::pin(ready(Err(error)))),
            },
            Signature::Provided(provider) if home => {
                let (provider, mut inner) = (provider.clone(), self.inner.clone());
                // The one that is ready, not its copy.
                std::mem::swap(&mut inner, &mut self.inner);
                return Either::Left(Box::pin(async move {
                    // The identity is that of the credentials if it is the same before and after.
                    let before = provider.identity();
                    let credentials = provider.provide().await?;
                    if let Some(signers) = request.extensions().get::<Arc<Signers>>() {
                        signers.note(before);
                        signers.note(provider.identity());
                    }
                    let Some(value) = credentials.header(&request)? else {
                        return inner.call(request).await;
                    };
                    request.headers_mut().insert(header::AUTHORIZATION, value.clone());
                    let answer = inner.call(request);
                    let answer =
                        if clock::carries_time(&value) { with_clock(answer).await } else { answer.await };
                    noted(answer, value)
                }));
            }
            _ => {}
        }
        Either::Right(self.inner.call(request))
    }
}

/// The answer to a signature that carries the time of this machine.
async fn with_clock(answer: impl Future<Output = Result<HttpResponse>>) -> Result<HttpResponse> {
    let mut answer = answer.await?;
    let now = Duration::from_millis(Timestamp::now().as_millis().try_into().unwrap_or_default());
    clock::note(&mut answer, SystemTime::UNIX_EPOCH + now);
    Ok(answer)
}

/// The header with the signature of the request, if it differs between attempts: a secret that the answer may
/// repeat.
#[derive(Debug, Clone)]
pub(crate) struct Signed(pub(crate) HeaderValue);

fn noted(outcome: Result<HttpResponse>, value: HeaderValue) -> Result<HttpResponse> {
    match outcome {
        Ok(mut answer) => {
            answer.extensions_mut().insert(Signed(value));
            Ok(answer)
        }
        Err(error) => {
            let mut secrets = Secrets::default();
            secrets.add_authorization(&value);
            Err(error.redacted(&secrets.redactor()))
        }
    }
}

/// The value of the header `User-Agent`: the products of the program, those that the SDK's crates add, and this crate.
pub(crate) fn user_agent(products: &[String], sdk: Option<&str>) -> Result<HeaderValue> {
    let own = concat!("cc-runtime/", env!("CARGO_PKG_VERSION"));
    let invalid = |reason: &str| {
        Err(Error::new(ErrorKind::InvalidInput).with_message(format!("invalid user agent: {reason}")))
    };
    if let Some(product) = products.iter().find(|product| product.chars().any(char::is_control)) {
        return invalid(&format!("`{}` contains a control character", one_line(product, PRODUCT)));
    }
    if products.iter().any(|product| product.trim().is_empty()) {
        return invalid("it is empty");
    }
    let all: Vec<&str> =
        products.iter().rev().map(|product| product.trim()).chain(sdk).chain([own]).collect();
    match HeaderValue::try_from(all.join(" ")) {
        Ok(value) => Ok(value),
        Err(_) => invalid("a header cannot contain it"),
    }
}

/// Maximum length of a product in an error, in characters.
const PRODUCT: usize = 100;
