//! Real HTTP on a socket, around the engine.

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use http_body_util::BodyExt;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

use super::Engine;
use super::body::ConnectionReset;

/// Time limit for open answers when the server stops.
const GRACE: Duration = Duration::from_secs(1);

/// A server that stops when this is dropped.
#[derive(Debug)]
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    /// Closed when the server is dropped, which is what stops its tasks.
    _running: watch::Sender<()>,
}

impl Server {
    /// Binds the address and serves on it, in tasks of the current runtime.
    pub(crate) async fn start(engine: Arc<Engine>, address: SocketAddr) -> io::Result<Self> {
        // Checked here, because tokio panics.
        tokio::runtime::Handle::try_current().map_err(io::Error::other)?;
        let listener = TcpListener::bind(address).await?;
        let address = listener.local_addr()?;
        let (running, stopped) = watch::channel(());
        tokio::spawn(accept(listener, engine, stopped));
        Ok(Self { address, _running: running })
    }
}

async fn accept(listener: TcpListener, engine: Arc<Engine>, mut stopped: watch::Receiver<()>) {
    loop {
        tokio::select! {
            _ = stopped.changed() => return,
            accepted = listener.accept() => {
                // A connection that is gone before it is accepted is the client's affair.
                if let Ok((stream, _)) = accepted {
                    tokio::spawn(serve(stream, Arc::clone(&engine), stopped.clone()));
                }
            }
        }
    }
}

async fn serve(stream: TcpStream, engine: Arc<Engine>, mut stopped: watch::Receiver<()>) {
    // Small answers, often in pieces: they are not to wait for each other. A failure costs only time.
    stream.set_nodelay(true).ok();
    let reset = AtomicBool::new(false);
    let service = service_fn(|request: http::Request<hyper::body::Incoming>| {
        let (engine, reset) = (&engine, &reset);
        async move {
            let (parts, body) = request.into_parts();
            let bytes = body.collect().await.map_err(|_| ConnectionReset)?.to_bytes();
            let answer = engine.serve(http::Request::from_parts(parts, bytes)).await;
            reset.store(answer.is_err(), Ordering::Relaxed);
            answer
        }
    });
    let mut builder = http1::Builder::new();
    // The time of the sandbox is not the time of the machine: no date is better than a wrong one.
    builder.auto_date_header(false).half_close(false);
    let mut connection = builder.serve_connection(TokioIo::new(stream), service);
    let stopped = tokio::select! {
        _ = &mut connection => false,
        _ = stopped.changed() => true,
    };
    if stopped {
        Pin::new(&mut connection).graceful_shutdown();
        tokio::time::timeout(GRACE, &mut connection).await.ok();
    }
    if reset.load(Ordering::Relaxed) {
        // A cut connection is cut hard: the peer is to see a reset, not an end.
        connection.into_parts().io.inner().set_zero_linger().ok();
    }
}
