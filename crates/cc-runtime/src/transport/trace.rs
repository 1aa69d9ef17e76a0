//! Tracing: a span per command and per attempt, and the whole exchange in debug mode.
//!
//! Names are those of OpenTelemetry's semantic conventions for HTTP clients; others begin with `cc.`.

mod attempt;
mod redact;

use std::sync::Arc;

use http::Method;
use tracing::Span;
use tracing::field::Empty;

use crate::error::{Error, Result};
use crate::tasks::Instant;
use crate::transport::HttpResponse;
use crate::transport::exchange::Exchange;
use crate::transport::observe::error_type;
use crate::transport::stack::Stack;

pub(crate) use attempt::{Propagate, Watch};

/// Returns the span of a command, of kind `internal`, for commands that are not a [`CommandCall`](crate::CommandCall): those have one.
/// The attempts made within it are its children. Its target is `cc_runtime::command`.
#[must_use]
pub fn command_span(name: &'static str) -> Span {
    tracing::info_span!(
        target: "cc_runtime::command",
        "command",
        otel.name = name,
        otel.kind = "internal",
        otel.status_code = Empty,
        cc.command = name,
        error.type = Empty,
    )
}

/// Records in the span of a command that the command failed with this error: its type, not its text.
pub fn record_error(span: &Span, error: &Error) {
    if span.is_disabled() {
        return;
    }
    span.record("error.type", &*error_type(error));
    span.record("otel.status_code", "ERROR");
}

/// The method as the conventions write it: `_OTHER` for one that no standard defines.
pub(crate) fn known_method(method: &Method) -> &str {
    match *method {
        Method::GET
        | Method::HEAD
        | Method::POST
        | Method::PUT
        | Method::DELETE
        | Method::CONNECT
        | Method::OPTIONS
        | Method::TRACE
        | Method::PATCH => method.as_str(),
        _ => "_OTHER",
    }
}

impl Stack {
    /// Writes an exchange to the log, where the call asks for that.
    pub(crate) async fn logged(self: &Arc<Self>, exchange: Arc<Exchange>) -> Result<HttpResponse> {
        if !exchange.settings.debug {
            return self.cached(exchange).await;
        }
        Box::pin(self.with_log(exchange)).await
    }

    async fn with_log(self: &Arc<Self>, exchange: Arc<Exchange>) -> Result<HttpResponse> {
        let started = Instant::now();
        let request = redact::request(&exchange, &self.endpoint);
        let outcome = self.cached(exchange.clone()).await;
        // Names are shown, and may repeat a secret from elsewhere.
        let secrets = exchange.redactor(&self.credentials);
        let (request, answer) = (secrets.hide(&request), redact::answer(&outcome));
        let answer = secrets.hide(&answer);
        tracing::info!(
            target: "cc_runtime::exchange",
            {
                cc.operation = exchange.info.id,
                attempts = exchange.attempts(),
                duration = started.elapsed().as_secs_f64(),
                request = %request,
                answer = %answer,
            },
            "exchange"
        );
        outcome
    }
}
