//! Asks the platform for a summary, and reads it while it comes.

use std::time::Duration;

use cc_core::runtime::{self, Instant};
use cc_core::{CallOptions, Error, ErrorKind, Operation, Result, Timestamp, Transport};
use futures_util::StreamExt;

use super::index::Index;
use super::scan::{ScanError, Scanner};
use super::summary::GetSummary;

/// How long nothing may come of a summary that has begun.
const SILENCE: Duration = Duration::from_secs(30);

/// The index that the platform has now.
///
/// It is read as a stream, which a transport opens once: when that fails in a way that may pass, it is asked for as any
/// answer is. Both together are as many attempts as the transport's policy allows: what one of several callers who wait
/// wants does not bind the others.
pub(super) async fn fetch(transport: &Transport) -> Result<Index> {
    // Each caller that waits has its own time, so the request has none; and each tells its own failure.
    let options = CallOptions::new().timeout(None).reload().report_errors(false);
    let error = match stream(transport, &options).await {
        Err(error) if error.is_retryable() => error,
        done => return done,
    };
    let policy = transport.retry_policy(&options);
    let Some(pause) = policy.wait(1, &error, 1.0) else { return Err(error) };
    tracing::debug!(%error, "the summary is asked for once more");
    runtime::sleep(pause).await;
    match transport.call(GetSummary).options(options.retry(policy.after(1))).await {
        Ok(answer) => Ok(answer.into_inner()),
        Err(error) => {
            let attempts = error.attempts() + 1;
            Err(error.with_attempts(attempts))
        }
    }
}

async fn stream(transport: &Transport, options: &CallOptions) -> Result<Index> {
    let answer = transport.open_request(GetSummary.request()?, options).await?;
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
    read.await.map_err(|error: Error| error.with_operation(GetSummary::INFO).with_attempts(1))
}

async fn next(body: &mut cc_core::Body) -> Result<Option<bytes::Bytes>> {
    let silent = || Error::new(ErrorKind::TimedOut).with_message(format!("nothing came for {SILENCE:?}"));
    let deadline = Some(Instant::now() + SILENCE);
    runtime::until(deadline, body.next()).await.ok_or_else(silent)?.transpose()
}
