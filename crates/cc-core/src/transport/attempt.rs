//! One attempt: from its turn to the end of the body.

use std::mem::take;
use std::pin::pin;
use std::time::Duration;

use crate::error::{Error, ErrorKind, Result};
use crate::runtime;
use crate::transport::HttpResponse;
use crate::transport::exchange::Exchange;
use crate::transport::flight::Flight;
use crate::transport::stack::Stack;

/// How much of the body of an error is read: the platform's own are a few hundred bytes.
const ERROR_BODY: usize = 64 * 1024;

/// How long it is waited for.
const ERROR_BODY_TIME: Duration = Duration::from_secs(2);

impl Stack {
    /// Waits for a permit, hands a request to the layers of the program, in the time that an attempt may take, and reads the
    /// body.
    pub(crate) async fn attempt(&self, exchange: &Exchange, flight: &Flight) -> Result<HttpResponse> {
        let _permit = self.limit.permit(flight).await?;
        let mut http = self.http.clone();
        let limits = &exchange.limits;
        let resend_count = exchange.begin_attempt();
        let started = runtime::Instant::now();
        let deadline = limits.attempt_timeout.and_then(|timeout| started.checked_add(timeout));
        let answer = pin!(async {
            let mut answer = http.send(exchange).await?;
            let body = take(answer.body_mut());
            *answer.body_mut() = if !answer.status().is_success() {
                // The status says what is wrong, whatever became of the words.
                let end = [deadline, exchange.deadline()].into_iter().filter_map(just_before);
                let end = end.chain(runtime::after(ERROR_BODY_TIME)).min();
                let words = runtime::until(end, body.read(Some(ERROR_BODY))).await;
                words.and_then(Result::ok).unwrap_or_default().into()
            } else if limits.stream {
                body
            } else {
                let whole = body.read(None).await;
                whole
                    .map_err(|error| error.with_status(answer.status()).with_headers(answer.headers()))?
                    .into()
            };
            Ok(answer)
        });
        let outcome = runtime::until(deadline, answer).await.unwrap_or_else(|| {
            let timeout = limits.attempt_timeout.unwrap_or_default();
            Err(Error::new(ErrorKind::TimedOut).with_message(format!("an attempt may take {timeout:?}")))
        });
        tracing::debug!(
            http.request.resend_count = resend_count,
            http.response.status_code = outcome.as_ref().ok().map(|answer| answer.status().as_u16()),
            error.type = outcome.as_ref().err().map(|error| error.kind().code()),
            duration = started.elapsed().as_secs_f64(),
            "attempt"
        );
        outcome
    }
}

/// Early enough for what has come to be told.
fn just_before(deadline: Option<runtime::Instant>) -> Option<runtime::Instant> {
    deadline?.checked_sub(Duration::from_millis(10))
}
