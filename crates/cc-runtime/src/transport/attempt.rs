//! One attempt: from its turn to the end of the body.

use std::mem::take;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, Method, header};

use crate::error::{Error, ErrorKind, Result};
use crate::tasks;
use crate::transport::body::too_large;
use crate::transport::exchange::{Exchange, Reading};
use crate::transport::flight::Flight;
use crate::transport::identify::Signed;
use crate::transport::observe::{WaitReason, WaitWatch};
use crate::transport::stack::Stack;
use crate::transport::trace::Watch;
use crate::transport::{Body, HttpResponse, held};

/// Limits for reading the body of an error.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ErrorBody {
    /// The part of it that is read.
    pub(crate) bytes: usize,
    /// Time limit.
    pub(crate) time: Duration,
}

impl Stack {
    /// Waits for a permit, hands a request to the layers of the program, in the time that an attempt may take, and reads the
    /// body.
    pub(crate) async fn attempt(&self, exchange: &Arc<Exchange>, flight: &Flight) -> Result<HttpResponse> {
        let waiting = || WaitWatch::start(self.observer.as_ref(), exchange.info, WaitReason::Limit);
        let _permit = self.limit.permit(flight, waiting).await;
        let watch = Watch::begin(self, exchange);
        let mut http = self.http.clone();
        let settings = &exchange.settings;
        let before = exchange.attempts();
        let started = tasks::Instant::now();
        let deadline = settings.attempt_timeout.and_then(|timeout| started.checked_add(timeout));
        let answer = pin!(async {
            exchange.begin_attempt();
            let mut answer = http.send(exchange, watch.as_ref()).await?;
            if let Some(Signed(header)) = answer.extensions().get() {
                exchange.note_signed(header.clone());
            }
            let body = take(answer.body_mut());
            *answer.body_mut() = if !answer.status().is_success() {
                // An error may be kept for long.
                *answer.headers_mut() = held::headers(answer.headers());
                // The status is decisive, even without the message.
                let end = [deadline, exchange.deadline()].into_iter().filter_map(just_before);
                let end = end.chain(tasks::after(self.error_body.time)).min();
                let words = tasks::until(end, body.read(Some(self.error_body.bytes))).await;
                held::body(&words.and_then(Result::ok).unwrap_or_default()).into()
            } else if settings.reading != Reading::Whole {
                body
            } else {
                let whole = whole(body, exchange, answer.headers()).await;
                whole
                    .map_err(|error| error.with_status(answer.status()).with_headers(answer.headers()))?
                    .into()
            };
            Ok(answer)
        });
        let in_time = tasks::until(deadline, answer);
        let in_time = match &watch {
            Some(watch) => watch.run(in_time).await,
            None => in_time.await,
        };
        let outcome = in_time.unwrap_or_else(|| {
            let timeout = settings.attempt_timeout.unwrap_or_default();
            let error = Error::new(ErrorKind::TimedOut);
            Err(if exchange.attempts() == before {
                error
                    .with_message(format!("the limit for an attempt is {timeout:?}: nothing was sent"))
                    .not_sent()
            } else {
                error.with_message(format!("the limit for an attempt is {timeout:?}"))
            })
        });
        if let Some(watch) = &watch {
            watch.end(&outcome);
        }
        outcome
    }
}

/// Reads a body within its limit: not at all when the server says beforehand that it is larger.
async fn whole(body: Body, exchange: &Exchange, headers: &HeaderMap) -> Result<Bytes> {
    let Some(limit) = exchange.settings.body_limit else { return body.read(None).await };
    let told =
        headers.get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse::<u64>().ok());
    // The answer to HEAD tells the length of a body that does not come.
    if exchange.info.method != Method::HEAD && told.is_some_and(|told| told > limit as u64) {
        return Err(too_large(limit));
    }
    body.read_within(limit).await
}

/// Early enough for what has come to be told.
fn just_before(deadline: Option<tasks::Instant>) -> Option<tasks::Instant> {
    deadline?.checked_sub(Duration::from_millis(10))
}
