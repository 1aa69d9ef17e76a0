//! Hooks that run around every call.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use http::{HeaderMap, StatusCode};

use crate::drift::DriftReport;
use crate::error::{Error, ErrorKind, Result};
use crate::operation_info::OperationInfo;
use crate::redact::is_secret_header;
use crate::request::Request;
use crate::transport::HttpResponse;
use crate::transport::exchange::Exchange;
use crate::transport::stack::Stack;
use crate::transport::would_be_read;

/// The future of a hook.
pub type HookFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// Hooks that take part in every call: they may change it, end it, or await something. Each hook runs at most once per call,
/// regardless of retries. To measure calls and attempts, use an [`Observer`](super::observe::Observer).
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a set of hooks",
    label = "`Hooks` is not implemented",
    note = "implement `cc_runtime::transport::Hooks`: each method has a default, so `impl Hooks for MyHooks {{}}` compiles",
    note = "hooks are also `Debug`, `Send`, `Sync` and `'static`"
)]
pub trait Hooks: Send + Sync + fmt::Debug + 'static {
    /// Before anything is sent or looked up: the place to add headers and query parameters. Credentials are added later,
    /// at each attempt, and win over an `authorization` header that is set here. Its operation and path must stay.
    ///
    /// An error ends the call.
    fn on_request<'a>(&'a self, request: &'a mut Request) -> HookFuture<'a, Result<()>> {
        let _ = request;
        Box::pin(std::future::ready(Ok(())))
    }

    /// Called for each answer, whatever its status and source.
    fn on_response<'a>(&'a self, response: ResponseHead<'a>) -> HookFuture<'a, ()> {
        let _ = response;
        Box::pin(std::future::ready(()))
    }

    /// Called once for each place where the answers to an operation, or the events of a stream, differ from the spec: once for all
    /// clones of a transport, and those that share its hooks. Later answers with the same difference are counted only:
    /// [`Transport::drift`](super::Transport::drift) returns the counts. With the feature `drift`, it also reports what decoding
    /// ignores: see [`drift`](crate::drift).
    ///
    /// [`Answer::drift`](crate::Answer::drift) lists the values of one answer that its result lacks.
    ///
    /// Default: does nothing.
    fn on_drift<'a>(&'a self, report: &'a DriftReport) -> HookFuture<'a, ()> {
        let _ = report;
        Box::pin(std::future::ready(()))
    }

    /// Called if the call fails. The caller receives the error in any case, even if the hook panics.
    fn on_error<'a>(&'a self, error: &'a Error) -> HookFuture<'a, ()> {
        let _ = error;
        Box::pin(std::future::ready(()))
    }
}

/// Argument of [`Hooks::on_response`].
#[derive(Clone, Copy)]
#[non_exhaustive]
pub struct ResponseHead<'a> {
    /// The operation that was called.
    pub info: &'static OperationInfo,
    /// The path that was asked for, without the base URL and the query.
    pub path: &'a str,
    /// The status.
    pub status: StatusCode,
    /// The headers of the answer.
    pub headers: &'a HeaderMap,
    /// Number of attempts; 0 if the answer came from the cache.
    pub attempts: u32,
}

impl fmt::Debug for ResponseHead<'_> {
    /// Shows neither the path, which may hold a key, nor header values.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ResponseHead")
            .field("operation", &self.info.id)
            .field("status", &self.status)
            .field("attempts", &self.attempts)
            .finish_non_exhaustive()
    }
}

impl Stack {
    /// Runs the hooks around a call.
    pub(crate) async fn hooked(self: &Arc<Self>, exchange: Arc<Exchange>) -> Result<HttpResponse> {
        match &self.hooks {
            None => self.logged(exchange).await,
            Some(hooks) => Box::pin(self.with_hooks(&**hooks, exchange)).await,
        }
    }

    async fn with_hooks(
        self: &Arc<Self>,
        hooks: &dyn Hooks,
        exchange: Arc<Exchange>,
    ) -> Result<HttpResponse> {
        let mut request = exchange.to_request(&self.endpoint);
        hooks.on_request(&mut request).await?;
        let changed = Exchange::new(
            &self.endpoint,
            request,
            exchange.identity.clone(),
            exchange.signers(),
            exchange.settings.clone(),
        )?;
        if changed.path() != exchange.path() || !std::ptr::eq(changed.info, exchange.info) {
            return Err(Error::new(ErrorKind::InvalidInput)
                .with_message("a hook changed the operation or the path of a request"));
        }
        if self.is_open {
            let (before, after) = (exchange.request.headers(), changed.request.headers());
            let mut added = after.iter().filter(|(name, value)| before.get(*name) != Some(value));
            if let Some((name, _)) = added.find(|(name, value)| is_secret_header(name, value)) {
                return Err(would_be_read(&format!("the header `{name}`"), &self.endpoint));
            }
        }
        exchange.join(&changed);
        let response = self.logged(changed).await?;
        let head = ResponseHead {
            info: exchange.info,
            path: self.endpoint.below(exchange.path()),
            status: response.status(),
            headers: response.headers(),
            attempts: exchange.attempts(),
        };
        hooks.on_response(head).await;
        Ok(response)
    }
}
