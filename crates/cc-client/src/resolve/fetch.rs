//! Asks the platform for a summary, and reads it while it comes.

use std::time::Duration;

use cc_runtime::tasks::{self, Instant};
use cc_runtime::{CallOptions, Error, ErrorKind, Operation, Result, Timestamp, Transport};
use futures_util::StreamExt;

use super::index::Index;
use super::scan::{ScanError, Scanner};
use super::summary::GetSummary;

/// The longest time without a byte of a summary that has begun.
const SILENCE: Duration = Duration::from_secs(30);

/// Reads the index from the platform, as often as the transport's retry policy allows.
///
/// The body is read while it comes, in bounded memory, and each attempt ends at the transport's attempt timeout however
/// slowly the body comes. What one of several callers who wait asks for does not bind the others.
pub(super) async fn fetch(transport: &Transport) -> Result<Index> {
    // Each caller that waits has its own time, so the request has none; and each reports its own failure.
    let options = CallOptions::new().timeout(None).reload().report_errors(false);
    let policy = transport.retry_policy(&options);
    let (mut attempts, mut sent) = (0, 0);
    loop {
        let error = match read(transport, &options).await {
            Ok(index) => return Ok(index),
            Err(error) => error,
        };
        attempts += 1;
        sent += error.attempts();
        let error = error.with_attempts(sent);
        if !error.is_retryable() {
            return Err(error);
        }
        let Some(pause) = policy.wait(attempts, &error, 1.0) else { return Err(error) };
        tracing::debug!(%error, "requesting the summary again");
        tasks::sleep(pause).await;
    }
}

/// One attempt.
async fn read(transport: &Transport, options: &CallOptions) -> Result<Index> {
    let request = GetSummary.request()?;
    let path = request.path.clone();
    let answer = transport.open_request(request, options).await?;
    let (head, mut body) = answer.into_parts();
    let undecodable = |cause: ScanError| {
        Error::new(ErrorKind::Undecodable)
            .with_status(head.status)
            .with_headers(&head.headers)
            .with_source(cause)
    };
    let read = async {
        let mut scanner = Scanner::new();
        while let Some(piece) = next(&mut body).await? {
            scanner.feed(&piece).map_err(undecodable)?;
        }
        scanner.finish(Timestamp::now()).map_err(undecodable)
    };
    // The transport's own attempt timeout ends at the head of a stream.
    let timeout = transport.attempt_timeout(options);
    let read = match tasks::until(timeout.and_then(tasks::after), read).await {
        Some(read) => read,
        None => {
            let message = format!("the body was not complete within {:?}", timeout.unwrap_or_default());
            Err(Error::new(ErrorKind::TimedOut).with_message(message))
        }
    };
    read.map_err(|error| {
        let url = format!("{}{path}", transport.endpoint().as_str());
        error.with_operation(GetSummary::INFO).with_request(&GetSummary::INFO.method, url).with_attempts(1)
    })
}

async fn next(body: &mut cc_runtime::Body) -> Result<Option<bytes::Bytes>> {
    let silent = || {
        Error::new(ErrorKind::TimedOut)
            .with_message(format!("no part of the body arrived within {SILENCE:?}"))
    };
    let deadline = Some(Instant::now() + SILENCE);
    tasks::until(deadline, body.next()).await.ok_or_else(silent)?.transpose()
}
