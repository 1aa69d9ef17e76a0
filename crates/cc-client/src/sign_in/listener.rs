//! Waits for the user's browser, on a port of this machine.

use std::time::Duration;

use cc_runtime::tasks::{self, Instant};
use cc_runtime::{Error, ErrorKind, Result};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use super::{Pending, Visit};

/// The path that the browser comes to.
const PATH: &str = "/callback";

/// Maximum number of bytes of a request to read, which include its first line.
const MOST: usize = 16 * 1024;

/// Time limit for one browser to send its request.
const PATIENCE: Duration = Duration::from_secs(5);

/// Waits for the user's browser on a port that only this machine reaches.
#[derive(Debug)]
pub struct Listener {
    listener: TcpListener,
    url: String,
}

impl Listener {
    /// Listens on this port, or on any free port for 0. The consumer's base URL must have the domain
    /// `localhost`, and this port if it names one.
    ///
    /// # Errors
    /// [`ErrorKind::Unexpected`] when the port is not free, or outside of a tokio runtime with I/O.
    pub async fn bind(port: u16) -> Result<Self> {
        let failed = |cause| {
            let message = format!("could not listen on port {port} of this machine");
            Error::new(ErrorKind::Unexpected).with_message(message).with_source(cause)
        };
        let bound = async { TcpListener::bind(("127.0.0.1", port)).await.map_err(failed) };
        let listener = tasks::guarded(bound).await?;
        let port = listener.local_addr().map_err(failed)?.port();
        Ok(Self { listener, url: format!("http://localhost:{port}{PATH}") })
    }

    /// The callback.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Waits for the browser to return with the user's agreement. Other requests to the port are answered
    /// with an error and ignored: only the browser that was sent to [`Pending::authorize_url`] has the right
    /// state.
    ///
    /// # Errors
    /// [`ErrorKind::DeadlineExceeded`] when it does not come in time, [`ErrorKind::Credentials`] when it comes without
    /// the agreement.
    pub async fn wait(&self, pending: &Pending, timeout: Duration) -> Result<Visit> {
        let late = || {
            let message = format!("the browser did not return within {timeout:?}");
            Err(Error::new(ErrorKind::DeadlineExceeded).with_message(message))
        };
        let visit = tasks::until(tasks::after(timeout), self.visits(pending));
        tasks::guarded(async { visit.await.unwrap_or_else(late) }).await
    }

    async fn visits(&self, pending: &Pending) -> Result<Visit> {
        // Browsers open connections that they never use: none keeps another waiting.
        let mut open = futures_util::stream::FuturesUnordered::new();
        loop {
            tokio::select! {
                accepted = self.listener.accept() => {
                    if let Ok((socket, _)) = accepted {
                        open.push(serve(socket, pending));
                    }
                }
                Some(outcome) = futures_util::StreamExt::next(&mut open), if !open.is_empty() => {
                    if let Some(outcome) = outcome {
                        return outcome;
                    }
                }
            }
        }
    }
}

/// Answers one request. `None` when it is not the browser that is waited for.
async fn serve(mut socket: TcpStream, pending: &Pending) -> Option<Result<Visit>> {
    let target = tasks::until(Some(Instant::now() + PATIENCE), target(&mut socket)).await??;
    let (path, query) = target.split_once('?').unwrap_or((&target, ""));
    let (status, words, outcome) = if path != PATH || !query.contains("state=") {
        ("404 Not Found", "There is nothing here.", None)
    } else {
        match pending.visit(&target) {
            Ok(visit) => ("200 OK", "You are signed in. You may close this window.", Some(Ok(visit))),
            Err(error) if pending.is_mine(&target) => {
                ("403 Forbidden", "You did not agree, and are not signed in.", Some(Err(error)))
            }
            Err(_) => ("400 Bad Request", "This does not belong to a sign-in of this program.", None),
        }
    };
    let page = format!("<!doctype html>\n<meta charset=utf-8>\n<title>Clever Cloud</title>\n<p>{words}\n");
    let answer = format!(
        "HTTP/1.1 {status}\r\ncontent-type: text/html\r\ncontent-length: {}\r\ncache-control: no-store\r\n\
         referrer-policy: no-referrer\r\nconnection: close\r\n\r\n{page}",
        page.len()
    );
    // Whether the page arrives or not, the visit counts.
    let _ = tasks::until(Some(Instant::now() + PATIENCE), async {
        socket.write_all(answer.as_bytes()).await?;
        socket.shutdown().await
    })
    .await;
    outcome
}

/// Path of a GET request. The whole head is read, so that the browser receives its answer.
async fn target(socket: &mut TcpStream) -> Option<String> {
    let mut head = Vec::new();
    while !head.windows(4).any(|end| end == b"\r\n\r\n") {
        if head.len() > MOST || socket.read_buf(&mut head).await.ok()? == 0 {
            return None;
        }
    }
    let line = head.split(|byte| *byte == b'\r').next()?;
    let mut words = std::str::from_utf8(line).ok()?.split(' ');
    (words.next()? == "GET").then_some(())?;
    words.next().map(str::to_owned)
}
