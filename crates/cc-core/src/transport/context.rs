//! What travels with a request through the layers.

use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use http::{HeaderValue, header};

use crate::endpoint::Endpoint;
use crate::error::{Error, ErrorKind, Result};
use crate::operation::OperationInfo;
use crate::request::Request;
use crate::runtime::Instant;
use crate::transport::key::Key;
use crate::transport::{CacheMode, CachePolicy, CallOptions, HttpRequest, RetryPolicy};

/// One request on its way through the layers.
#[derive(Debug)]
pub(crate) struct Job {
    /// As it will be sent, but for what each attempt adds. It is copied when it is sent, for the next attempt to have it.
    pub(crate) request: Arc<HttpRequest>,
    pub(crate) cx: Arc<Context>,
}

impl Job {
    pub(crate) fn new(endpoint: &Endpoint, request: Request, cx: Arc<Context>) -> Result<Self> {
        let uri = endpoint.uri(&request.path, &request.query)?;
        let mut http = HttpRequest::new(request.body);
        *http.method_mut() = request.info.method.clone();
        *http.uri_mut() = uri;
        *http.headers_mut() = request.headers;
        Ok(Self { request: Arc::new(http), cx })
    }

    /// The same request, to be sent once more.
    pub(crate) fn again(&self) -> Self {
        Self { request: self.request.clone(), cx: self.cx.clone() }
    }

    /// What tells it from other requests.
    pub(crate) fn key(&self) -> Key {
        Key::new(&self.cx.identity, &self.request)
    }

    /// Whether its answer may be given to others too: a plain GET.
    pub(crate) fn is_shareable(&self) -> bool {
        let info = self.cx.info;
        info.method == http::Method::GET && !info.one_shot && !self.cx.stream
    }
}

/// What is known of a call beside its request, and what happened to it so far.
#[derive(Debug)]
pub(crate) struct Context {
    pub(crate) info: &'static OperationInfo,
    pub(crate) identity: Arc<str>,
    /// The path that was asked for, without base path and query.
    pub(crate) path: String,
    pub(crate) stream: bool,
    pub(crate) attempt_timeout: Option<Duration>,
    pub(crate) retry: RetryPolicy,
    pub(crate) cache: CachePolicy,
    pub(crate) debug: bool,
    pub(crate) timeout: Option<Duration>,
    deadline: Mutex<Option<Instant>>,
    attempts: AtomicU32,
    overtaken: AtomicBool,
    last_failure: Mutex<Option<Error>>,
    /// The call whose answer this one waits for, when it does not ask by itself.
    joined: OnceLock<Arc<Context>>,
}

impl Context {
    /// What `options` say of a call, and `defaults` of what they leave open.
    pub(crate) fn new(
        request: &Request,
        identity: Arc<str>,
        options: &CallOptions,
        defaults: &CallOptions,
        stream: bool,
    ) -> Self {
        let mut cache = options.cache.or(defaults.cache).unwrap_or_else(CachePolicy::off);
        if options.reload {
            cache.mode = CacheMode::Reload;
        }
        let limits = if options.has_limit() { options } else { defaults };
        Self {
            info: request.info,
            identity,
            path: request.path.clone(),
            stream,
            attempt_timeout: options.attempt_timeout.or(defaults.attempt_timeout).flatten(),
            retry: options.retry.as_ref().or(defaults.retry.as_ref()).cloned().unwrap_or_default(),
            cache,
            debug: options.debug.or(defaults.debug).unwrap_or_default(),
            timeout: limits.timeout.flatten(),
            deadline: Mutex::new(limits.ends_at()),
            attempts: AtomicU32::new(0),
            overtaken: AtomicBool::new(false),
            last_failure: Mutex::new(None),
            joined: OnceLock::new(),
        }
    }

    /// Whether a write to what this call reads was under way since it began.
    pub(crate) fn is_overtaken(&self) -> bool {
        self.overtaken.load(Ordering::Acquire)
    }

    pub(crate) fn overtake(&self) {
        self.overtaken.store(true, Ordering::Release);
    }

    /// When nobody waits for the answer any more.
    pub(crate) fn deadline(&self) -> Option<Instant> {
        *lock(&self.deadline)
    }

    /// Waits for the answer to another call, which goes on as long as one of the two has time.
    pub(crate) fn join(&self, leader: &Arc<Self>) {
        let mine = self.deadline();
        let mut deadline = lock(&leader.deadline);
        *deadline = deadline.zip(mine).map(|(theirs, mine)| theirs.max(mine));
        // A call joins once: the layer that joins is passed once.
        let _ = self.joined.set(leader.clone());
    }

    /// How many times the request was sent.
    pub(crate) fn attempts(&self) -> u32 {
        self.joined.get().map_or_else(|| self.attempts.load(Ordering::Relaxed), |leader| leader.attempts())
    }

    /// Counts an attempt, and gives how many there were before.
    pub(crate) fn begin_attempt(&self) -> u32 {
        self.attempts.fetch_add(1, Ordering::Relaxed)
    }

    /// Remembers why the request is sent again.
    pub(crate) fn note_failure(&self, failure: Error) {
        *lock(&self.last_failure) = Some(failure);
    }

    /// The failure of a call whose time is over.
    pub(crate) fn timed_out(&self) -> Error {
        let message = match self.timeout {
            Some(timeout) => format!("the call may take {timeout:?}"),
            None => "the deadline of the call has passed".to_owned(),
        };
        let error = Error::new(ErrorKind::TimedOut).with_message(message);
        let last = lock(&self.joined.get().map_or(self, |leader| leader).last_failure).clone();
        match last {
            Some(last) => error.with_source(last),
            None => error,
        }
    }

    /// Says in an error what was asked of where.
    pub(crate) fn explain(&self, error: Error, endpoint: &Endpoint) -> Error {
        let url = format!("{}{}", endpoint.as_str(), shown_path(self.info.route, &self.path));
        error.with_operation(self.info).with_request(&self.info.method, url).with_attempts(self.attempts())
    }
}

/// A lock that a panic elsewhere does not spoil: what it guards is whole after each statement.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The path without what may be a secret in it: the parameters of the route that are called key, token, code or the like.
pub(crate) fn shown_path(route: &str, path: &str) -> String {
    let secret = |declared: &str| {
        let name = declared.to_ascii_lowercase();
        name.starts_with('{')
            && ["key", "token", "code", "secret", "password"].iter().any(|word| name.contains(word))
    };
    let mut declared = route.split('/');
    let shown: Vec<&str> = path
        .split('/')
        .map(|segment| if declared.next().is_some_and(secret) { "***" } else { segment })
        .collect();
    shown.join("/")
}

/// The value of the header `User-Agent`.
pub(crate) fn user_agent(product: Option<&str>) -> Result<HeaderValue> {
    let own = concat!("cc-sdk-rust/", env!("CARGO_PKG_VERSION"));
    let Some(product) = product else { return Ok(HeaderValue::from_static(own)) };
    HeaderValue::try_from(format!("{own} {product}")).map_err(|cause| {
        Error::new(ErrorKind::InvalidInput)
            .with_message(format!("the `{}` holds a character that no header may hold", header::USER_AGENT))
            .with_source(cause)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_may_be_a_secret_in_a_path_is_not_shown() {
        let route = "/v2/password_forgotten/{key}";
        assert_eq!(shown_path(route, "/v2/password_forgotten/hunter2"), "/v2/password_forgotten/***");
        assert_eq!(shown_path("/v2/self/tokens/{token}", "/v2/self/tokens/hunter2"), "/v2/self/tokens/***");
        let route = "/v2/organisations/{ownerId}/applications";
        assert_eq!(shown_path(route, "/v2/organisations/o/applications"), "/v2/organisations/o/applications");
    }
}
