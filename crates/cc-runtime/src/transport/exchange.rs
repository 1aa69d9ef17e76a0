//! The exchange that passes through the layers: a request, the settings of its call, and its history.

use std::borrow::Cow;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex, OnceLock};
use std::time::Duration;

use http::HeaderValue;

use crate::credentials::Credentials;
use crate::endpoint::Endpoint;
use crate::error::body::media_type;
use crate::error::{Error, ErrorKind, Result};
use crate::lock::lock;
use crate::operation_info::OperationInfo;
use crate::redact::{Redactor, Secrets};
use crate::request::Request;
use crate::secret::Secret;
use crate::tasks::Instant;
use crate::transport::identify::Signers;
use crate::transport::{CacheMode, CachePolicy, CallOptions, HttpRequest, RetryPolicy};

/// One call on its way.
#[derive(Debug)]
pub(crate) struct Exchange {
    /// The request without the parts that each attempt adds. Each attempt sends a copy.
    pub(crate) request: HttpRequest,
    pub(crate) info: &'static OperationInfo,
    /// The identity that the call began with.
    pub(crate) identity: Arc<str>,
    /// The identities that its attempts were signed for, where a provider gives the credentials.
    signers: Option<Arc<Signers>>,
    pub(crate) settings: CallSettings,
    deadline: Mutex<Option<Instant>>,
    attempts: AtomicU32,
    /// Number of HTTP requests, redirects included.
    requests: AtomicU32,
    /// An attempt whose outcome is unknown may have been applied.
    maybe_done: AtomicBool,
    last_failure: Mutex<Option<Error>>,
    /// The refusal that shows that an earlier attempt to delete something succeeded.
    found_gone: Mutex<Option<Error>>,
    /// Secrets of the request besides its sensitive headers.
    secrets: Vec<Secret>,
    /// The headers by which attempts were signed, where they differ from one to the next.
    signed: Mutex<Vec<HeaderValue>>,
    /// The call whose answer this one waits for, unless it sends its own request.
    joined: Mutex<Option<Arc<Exchange>>>,
    /// The number under which its answer is noted, where the command notes them.
    pub(crate) heard_as: OnceLock<usize>,
}

/// Ways of reading the body of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reading {
    /// As a whole, within the attempt.
    Whole,
    /// Chunk by chunk, by the caller.
    Chunks,
    /// As a stream, which its reader reopens after an interruption.
    Stream,
}

/// Settings of a call.
#[derive(Debug, Clone)]
pub(crate) struct CallSettings {
    pub(crate) reading: Reading,
    /// The most bytes that a whole body may have.
    pub(crate) body_limit: Option<usize>,
    pub(crate) attempt_timeout: Option<Duration>,
    pub(crate) retry: RetryPolicy,
    pub(crate) cache: CachePolicy,
    pub(crate) debug: bool,
    timeout: Option<Duration>,
    deadline: Option<Instant>,
}

impl CallSettings {
    /// Settings of a call that starts now, from `options` and then from `defaults`.
    pub(crate) fn new(options: &CallOptions, defaults: &CallOptions, reading: Reading) -> Self {
        let mut cache = options.cache.or(defaults.cache).unwrap_or_else(CachePolicy::off);
        if options.reload {
            cache.mode = CacheMode::Reload;
        }
        let end = if options.has_limit() { options } else { defaults };
        Self {
            reading,
            body_limit: options.body_limit.or(defaults.body_limit).flatten(),
            attempt_timeout: options.attempt_timeout.or(defaults.attempt_timeout).flatten(),
            retry: options.retry_policy(defaults),
            cache,
            debug: options.debug.or(defaults.debug).unwrap_or_default(),
            timeout: end.timeout.flatten(),
            deadline: end.ends_at(),
        }
    }
}

impl Exchange {
    /// # Errors
    /// [`ErrorKind::InvalidUrl`] when the path and the query of the request make no URL.
    pub(crate) fn new(
        endpoint: &Endpoint,
        request: Request,
        identity: Arc<str>,
        signers: Option<Arc<Signers>>,
        settings: CallSettings,
    ) -> Result<Arc<Self>> {
        let uri = endpoint.uri(&request.path, &request.query)?;
        let mut http = HttpRequest::new(request.body);
        *http.method_mut() = request.info.method.clone();
        *http.uri_mut() = uri;
        *http.headers_mut() = request.headers;
        if let Some(signers) = &signers {
            http.extensions_mut().insert(signers.clone());
        }
        Ok(Arc::new(Self {
            request: http,
            info: request.info,
            identity,
            signers,
            deadline: Mutex::new(settings.deadline),
            settings,
            attempts: AtomicU32::new(0),
            requests: AtomicU32::new(0),
            maybe_done: AtomicBool::new(false),
            last_failure: Mutex::new(None),
            found_gone: Mutex::new(None),
            joined: Mutex::new(None),
            heard_as: OnceLock::new(),
            secrets: request.secrets,
            signed: Mutex::default(),
        }))
    }

    /// The request as its operation made it.
    pub(crate) fn to_request(&self, endpoint: &Endpoint) -> Request {
        Request {
            info: self.info,
            path: endpoint.below(self.path()).to_owned(),
            query: self.request.uri().query().unwrap_or_default().to_owned(),
            headers: self.request.headers().clone(),
            body: self.request.body().clone(),
            secrets: self.secrets.clone(),
        }
    }

    /// The path of the URL.
    pub(crate) fn path(&self) -> &str {
        self.request.uri().path()
    }

    /// Returns `true` if its answer may be given to others too: a plain GET.
    pub(crate) fn is_shareable(&self) -> bool {
        self.info.method == http::Method::GET
            && !self.info.one_shot
            && self.settings.reading == Reading::Whole
    }

    /// Deadline of the call.
    pub(crate) fn deadline(&self) -> Option<Instant> {
        *lock(&self.deadline)
    }

    /// Waits for the answer to another call, which goes on as long as one of the two has time.
    pub(crate) fn join(&self, leader: &Arc<Self>) {
        let mine = self.deadline();
        let mut deadline = lock(&leader.deadline);
        *deadline = deadline.zip(mine).map(|(theirs, mine)| theirs.max(mine));
        drop(deadline);
        *lock(&self.joined) = Some(leader.clone());
    }

    /// Asks by itself from now on.
    pub(crate) fn part(&self) {
        *lock(&self.joined) = None;
    }

    /// Reads from the call that is sent for this one: another one, or itself.
    fn leader<T>(&self, read: impl FnOnce(&Self) -> T) -> T {
        let Some(mut leader) = lock(&self.joined).clone() else { return read(self) };
        // A call that hooks changed is joined by the original, and may itself have joined another.
        while let Some(next) = { lock(&leader.joined).clone() } {
            leader = next;
        }
        read(&leader)
    }

    /// Number of attempts.
    pub(crate) fn attempts(&self) -> u32 {
        self.leader(|leader| leader.attempts.load(Ordering::Relaxed))
    }

    /// Counts an attempt.
    pub(crate) fn begin_attempt(&self) {
        self.attempts.fetch_add(1, Ordering::Relaxed);
    }

    /// Counts an HTTP request, and returns the number of those before it.
    pub(crate) fn begin_request(&self) -> u32 {
        self.requests.fetch_add(1, Ordering::Relaxed)
    }

    /// Identities, other than that of the call, that its request may have been signed for.
    pub(crate) fn other_signers(&self) -> Vec<String> {
        self.signers().map_or_else(Vec::new, |signers| signers.others())
    }

    pub(crate) fn signers(&self) -> Option<Arc<Signers>> {
        self.leader(|leader| leader.signers.clone())
    }

    /// Records that an attempt, after which the request is sent again, may have been applied.
    pub(crate) fn note_maybe_done(&self) {
        self.maybe_done.store(true, Ordering::Relaxed);
    }

    /// Returns `true` if an attempt may have been applied and the request was sent again.
    pub(crate) fn is_maybe_done(&self) -> bool {
        self.maybe_done.load(Ordering::Relaxed)
    }

    /// Remembers why the request is sent again.
    pub(crate) fn note_failure(&self, failure: Error) {
        *lock(&self.last_failure) = Some(failure);
    }

    /// Records that the resource to delete is already gone, because an attempt whose answer was lost deleted
    /// it.
    pub(crate) fn note_gone(&self, refusal: Error) {
        *lock(&self.found_gone) = Some(refusal);
    }

    /// The refusal in which a repeated request found that it had succeeded before.
    pub(crate) fn found_gone(&self) -> Option<Error> {
        self.leader(|leader| lock(&leader.found_gone).clone())
    }

    /// The failure of a call whose time is over.
    pub(crate) fn timed_out(&self) -> Error {
        let message = match self.settings.timeout {
            Some(timeout) => format!("the limit for the call is {timeout:?}"),
            None => "the deadline of the call has passed".to_owned(),
        };
        let error = Error::new(ErrorKind::TimedOut).with_message(message);
        match self.leader(|leader| lock(&leader.last_failure).clone()) {
            Some(last) => error.with_source(last),
            None => error,
        }
    }

    /// Remembers by which header an attempt was signed.
    pub(crate) fn note_signed(&self, authorization: HeaderValue) {
        lock(&self.signed).push(authorization);
    }

    /// Everything that the call sent as a secret. It is put together when it is needed: nearly all calls succeed.
    pub(crate) fn redactor(&self, credentials: &Credentials) -> Redactor {
        let mut secrets = Secrets::default();
        credentials.add_to(&mut secrets);
        // Additions of a hook are in the call that is sent for this one.
        let mut joined: Option<Arc<Self>> = None;
        loop {
            let this = joined.as_deref().unwrap_or(self);
            secrets.add_all(&this.secrets);
            let request = &this.request;
            secrets.add_headers(request.headers());
            secrets.add_pairs(request.uri().query().unwrap_or_default());
            match serde_json::from_slice(request.body()) {
                Ok(json) => secrets.add_json(&json),
                Err(_) if media_type(request.headers()).contains("urlencoded") => {
                    secrets.add_pairs(&String::from_utf8_lossy(request.body()));
                }
                Err(_) => {}
            }
            lock(&this.signed).iter().for_each(|header| secrets.add_authorization(header));
            let Some(next) = ({ lock(&this.joined).clone() }) else { break };
            joined = Some(next);
        }
        secrets.redactor()
    }

    /// The path as stores of other processes may see it.
    pub(crate) fn public_path(&self) -> Cow<'_, str> {
        let path = self.path();
        if self.info.secret_path.is_empty() {
            return Cow::Borrowed(path);
        }
        let length = self.info.route.split('/').skip(1).count();
        let at = path.rmatch_indices('/').nth(length.saturating_sub(1)).map_or(0, |(at, _)| at);
        Cow::Owned(format!("{}{}", &path[..at], self.info.shown_path(&path[at..])))
    }

    /// Adds the method and the URL to an error, removes the secrets of the call from it, and decides whether its outcome is known.
    pub(crate) fn explain(&self, error: Error, endpoint: &Endpoint, credentials: &Credentials) -> Error {
        let path = self.info.shown_path(endpoint.below(self.path()));
        let url = format!("{}{path}", endpoint.as_str());
        let error = error.redacted(&self.redactor(credentials));
        let error = match endpoint.repeated_by(self.info.route).filter(|_| error.is_not_found()) {
            Some(repeated) => error.with_hint(format!(
                "the base URL `{}` ends with `{repeated}`, which is part of the route: remove it from the base URL",
                endpoint.as_str()
            )),
            None => error,
        };
        let error = match credentials {
            Credentials::None if error.is_unauthorized() => error.with_next_step(
                "this client has no credentials: create it with an API token or with OAuth 1 credentials",
            ),
            _ => error,
        };
        let attempts = self.attempts();
        let error = if attempts == 0 { error.not_sent() } else { error };
        let error =
            error.with_operation(self.info).with_request(&self.info.method, url).with_attempts(attempts);
        if !self.info.is_change() {
            return error;
        }
        let error = if self.is_maybe_done() { error.after_lost_attempt() } else { error };
        error.settled()
    }
}
