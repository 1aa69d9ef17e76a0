//! Real HTTP on a socket, around the engine.

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use http::header::EXPECT;
use http_body::Body as _;
use http_body_util::BodyExt;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};

use super::Engine;
use super::body::{self, Body, ConnectionReset};
use super::reply::Refusal;
use crate::kv::socket;
use crate::refusals;

/// Time limit for open answers when the server stops.
const GRACE: Duration = Duration::from_secs(1);
/// Wait after an error of accepting a connection.
const AFTER_AN_ERROR: Duration = Duration::from_millis(10);
/// Time for which the rest of a body that is too large is read.
const DRAINED_FOR: Duration = Duration::from_secs(5);

/// Protocol of a server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Protocol {
    /// HTTP, and Redis for connections that begin with a command of it.
    Http,
    Redis,
}

impl Protocol {
    async fn serve(self, stream: TcpStream, engine: Arc<Engine>, stopped: watch::Receiver<()>) {
        match self {
            Self::Http => match first_byte(&stream, &engine, stopped.clone()).await {
                // Clients of Redis send arrays, which no request of HTTP begins with.
                Some(b'*') => socket::serve(stream, engine, stopped).await,
                Some(_) => serve(stream, engine, stopped).await,
                None => {}
            },
            Self::Redis => socket::serve(stream, engine, stopped).await,
        }
    }

    /// Answers a connection that is one too many.
    async fn turn_away(self, stream: TcpStream) {
        match self {
            Self::Http => close_with(stream, &bare("503 Service Unavailable")).await,
            Self::Redis => close_with(stream, "-ERR max number of clients reached\r\n").await,
        }
    }
}

/// A server that stops when this is dropped.
#[derive(Debug)]
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    /// Closed when the server is dropped, which is what stops its tasks.
    _running: watch::Sender<()>,
}

impl Server {
    /// Binds the address and serves on it, in tasks of the current runtime.
    pub(crate) async fn start(
        engine: Arc<Engine>,
        address: SocketAddr,
        protocol: Protocol,
    ) -> io::Result<Self> {
        // Checked here, because tokio panics.
        tokio::runtime::Handle::try_current().map_err(io::Error::other)?;
        let listener = TcpListener::bind(address).await.map_err(|error| {
            io::Error::new(error.kind(), format!("could not listen on {address}: {error}"))
        })?;
        let address = listener.local_addr()?;
        let (running, stopped) = watch::channel(());
        tokio::spawn(accept(listener, engine, protocol, stopped));
        Ok(Self { address, _running: running })
    }
}

async fn accept(
    listener: TcpListener,
    engine: Arc<Engine>,
    protocol: Protocol,
    mut stopped: watch::Receiver<()>,
) {
    let places = Arc::new(Semaphore::new(engine.limits.connections.min(Semaphore::MAX_PERMITS)));
    loop {
        let accepted = tokio::select! {
            _ = stopped.changed() => return,
            accepted = listener.accept() => accepted,
        };
        match accepted {
            Ok((stream, _)) => match Arc::clone(&places).try_acquire_owned() {
                Ok(place) => {
                    let (engine, stopped) = (Arc::clone(&engine), stopped.clone());
                    tokio::spawn(async move {
                        protocol.serve(stream, engine, stopped).await;
                        drop(place);
                    });
                }
                Err(_) => _ = tokio::spawn(protocol.turn_away(stream)),
            },
            // A connection that is gone before it is accepted is the client's affair. Without a free file descriptor, it is
            // tried again when others may have been closed.
            Err(_) => tokio::time::sleep(AFTER_AN_ERROR).await,
        }
    }
}

async fn serve(stream: TcpStream, engine: Arc<Engine>, mut stopped: watch::Receiver<()>) {
    // Small answers, often in pieces: they are not to wait for each other. A failure costs only time.
    stream.set_nodelay(true).ok();
    let reset = AtomicBool::new(false);
    let service = service_fn(|request: http::Request<Incoming>| {
        let (engine, reset) = (&engine, &reset);
        async move {
            let answer = answer(engine, request).await;
            reset.store(answer.is_err(), Ordering::Relaxed);
            answer
        }
    });
    let mut builder = http1::Builder::new();
    // The time of the sandbox is not the time of the machine: no date is better than a wrong one.
    builder.auto_date_header(false).half_close(false);
    builder.timer(TokioTimer::new()).header_read_timeout(engine.limits.head_time);
    let mut connection = builder.serve_connection(TokioIo::new(stream), service);
    let ended = tokio::select! {
        ended = &mut connection => Some(ended),
        _ = stopped.changed() => None,
    };
    if ended.is_none() {
        Pin::new(&mut connection).graceful_shutdown();
        tokio::time::timeout(GRACE, &mut connection).await.ok();
    }
    let parts = connection.into_parts();
    if reset.load(Ordering::Relaxed) {
        // A cut connection is cut hard: the peer is to see a reset, not an end.
        parts.io.inner().set_zero_linger().ok();
    } else if ended.is_some_and(|ended| ended.is_err_and(|error| error.is_timeout()))
        && !parts.read_buf.is_empty()
    {
        close_with(parts.io.into_inner(), &bare("408 Request Timeout")).await;
    }
}

/// Waits for the first byte of a connection, and leaves it there. `None` if none comes in time, or the server stops.
async fn first_byte(stream: &TcpStream, engine: &Engine, mut stopped: watch::Receiver<()>) -> Option<u8> {
    let mut first = [0];
    tokio::select! {
        peeked = tokio::time::timeout(engine.limits.head_time, stream.peek(&mut first)) => {
            matches!(peeked, Ok(Ok(1))).then_some(first[0])
        }
        _ = stopped.changed() => None,
    }
}

/// Answers a request whose body is not read yet.
async fn answer(
    engine: &Arc<Engine>,
    request: http::Request<Incoming>,
) -> Result<http::Response<Body>, ConnectionReset> {
    let (parts, mut body) = request.into_parts();
    let most = engine.limits.body_of(parts.uri.path());
    let too_large = body.size_hint().lower() > most as u64;
    if too_large && parts.headers.contains_key(EXPECT) {
        // The client waits for this answer before it sends the body.
        return Ok(engine.turn_away(&parts, &Refusal::too_large(most)));
    }
    let read = async {
        let bytes = body::read(&mut body, most).await?;
        if bytes.len() > most {
            // Most clients read no answer before they have sent everything.
            tokio::time::timeout(DRAINED_FOR, drain(&mut body, most)).await.ok();
        }
        Ok(bytes)
    };
    match tokio::time::timeout(engine.limits.body_time, read).await {
        Ok(Ok(bytes)) => engine.serve(http::Request::from_parts(parts, bytes)).await,
        Ok(Err(error)) if is_malformed(&error) => {
            Ok(engine.turn_away(&parts, &refusals::MALFORMED_BODY.with([])))
        }
        // It was cut by the client.
        Ok(Err(_)) => Err(ConnectionReset),
        Err(_) => Ok(engine.turn_away(&parts, &refusals::SLOW_BODY.with([]))),
    }
}

/// Reads what is left of a body, up to four times its limit, and forgets it.
async fn drain(body: &mut Incoming, most: usize) {
    let mut left = most.saturating_mul(4);
    while let Some(Ok(frame)) = body.frame().await {
        let length = frame.data_ref().map_or(0, |data| data.len());
        match left.checked_sub(length) {
            Some(rest) => left = rest,
            None => return,
        }
    }
}

/// Returns `true` if a body could not be read because its chunks are malformed, and `false` if it ended early.
fn is_malformed(error: &hyper::Error) -> bool {
    let mut cause = std::error::Error::source(error);
    while let Some(error) = cause {
        if let Some(error) = error.downcast_ref::<io::Error>() {
            return matches!(error.kind(), io::ErrorKind::InvalidInput | io::ErrorKind::InvalidData);
        }
        cause = error.source();
    }
    false
}

/// An answer without a body.
fn bare(status: &str) -> String {
    format!("HTTP/1.1 {status}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n")
}

/// Answers a connection without a request, and closes it.
async fn close_with(mut stream: TcpStream, answer: &str) {
    // The client may be gone.
    let close = async {
        stream.write_all(answer.as_bytes()).await?;
        stream.shutdown().await?;
        // What the client still sends is read: unread bytes would turn the end into a reset, which loses the answer.
        let mut unread = [0; 1_024];
        while stream.read(&mut unread).await? > 0 {}
        io::Result::Ok(())
    };
    tokio::time::timeout(GRACE, close).await.ok();
}
