//! Tracing: a span per call, and the whole exchange in debug mode.

mod redact;

use std::sync::Arc;

use tracing::field::Empty;
use tracing::{Instrument, Span};

use crate::endpoint::Endpoint;
use crate::error::Result;
use crate::tasks::Instant;
use crate::transport::HttpResponse;
use crate::transport::exchange::Exchange;
use crate::transport::stack::Stack;

impl Stack {
    /// Runs a call in a span with the names of OpenTelemetry's conventions for HTTP clients. The span
    /// contains no secrets: it shows the route instead of the path, and no query.
    pub(crate) async fn traced(self: &Arc<Self>, exchange: Arc<Exchange>) -> Result<HttpResponse> {
        let span = span(&self.endpoint, &exchange);
        if span.is_disabled() && !exchange.settings.debug {
            return self.cached(exchange).await;
        }
        Box::pin(self.in_span(exchange).instrument(span)).await
    }

    async fn in_span(self: &Arc<Self>, exchange: Arc<Exchange>) -> Result<HttpResponse> {
        let started = Instant::now();
        let request = exchange.settings.debug.then(|| redact::request(&exchange, &self.endpoint));
        let outcome = self.cached(exchange.clone()).await;
        let duration = started.elapsed();
        record(&Span::current(), &outcome, duration.as_secs_f64(), exchange.attempts());
        if let Some(request) = request {
            // Names are shown, and may repeat a secret from elsewhere.
            let secrets = exchange.redactor(&self.credentials);
            let (request, answer) = (secrets.hide(&request), redact::answer(&outcome));
            let answer = secrets.hide(&answer);
            tracing::info!(
                target: "cc_runtime::exchange",
                operation = exchange.info.id,
                attempts = exchange.attempts(),
                duration = duration.as_secs_f64(),
                %request,
                %answer,
                "exchange"
            );
        }
        outcome
    }
}

fn span(endpoint: &Endpoint, exchange: &Exchange) -> Span {
    let (info, url) = (exchange.info, endpoint.url());
    tracing::info_span!(
        "http_request",
        otel.name = %format_args!("{} {}", info.method, info.route),
        otel.kind = "client",
        otel.status_code = Empty,
        operation = info.id,
        http.request.method = info.method.as_str(),
        url.template = info.route,
        server.address = url.host_str(),
        server.port = url.port_or_known_default(),
        http.response.status_code = Empty,
        http.request.resend_count = Empty,
        http.client.request.duration = Empty,
        error.type = Empty,
    )
}

fn record(span: &Span, outcome: &Result<HttpResponse>, duration: f64, attempts: u32) {
    span.record("http.client.request.duration", duration);
    span.record("http.request.resend_count", attempts.saturating_sub(1));
    match outcome {
        Ok(answer) => {
            let status = answer.status();
            span.record("http.response.status_code", status.as_u16());
            if !status.is_success() {
                span.record("error.type", status.as_str());
                span.record("otel.status_code", "ERROR");
            }
        }
        Err(error) => {
            span.record("error.type", error.kind().code());
            span.record("otel.status_code", "ERROR");
        }
    }
}
