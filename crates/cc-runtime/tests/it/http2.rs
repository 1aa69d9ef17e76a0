//! HTTP/2 against a server on this machine.

use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use bytes::Bytes;
use cc_runtime::transport::HttpResponse;
use cc_runtime::{CallOptions, ErrorKind, Transport, TransportBuilder};
use futures_util::stream::{self, BoxStream};
use futures_util::{StreamExt, TryStreamExt, future};
use http::Version;
use http_body_util::StreamBody;
use hyper::body::Frame;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::io::{AsyncWriteExt, copy};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

use crate::support::*;

/// A server that counts its connections.
struct Server {
    url: String,
    connections: Arc<AtomicUsize>,
}

/// The body of an answer: a flood without end, silence after the first byte, or a short text.
fn body(path: &str) -> BoxStream<'static, Result<Frame<Bytes>, Infallible>> {
    let chunk = |bytes: Bytes| Ok(Frame::data(bytes));
    match path {
        "/v2/things/flood" => stream::repeat_with(move || chunk(vec![b'.'; 16 * 1024].into())).boxed(),
        "/v2/things/silent" => {
            stream::iter([chunk(Bytes::from_static(b"."))]).chain(stream::pending()).boxed()
        }
        "/v2/things/large" => stream::iter([chunk(vec![b'1'; 500_000].into())]).boxed(),
        _ => stream::iter([chunk(Bytes::from_static(b"1"))]).boxed(),
    }
}

impl Server {
    /// A server of one version of HTTP.
    async fn start(version: Version) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let connections = Arc::new(AtomicUsize::new(0));
        let counted = connections.clone();
        tokio::spawn(async move {
            loop {
                let (socket, _) = listener.accept().await.unwrap();
                counted.fetch_add(1, Ordering::Relaxed);
                let service = service_fn(|request: hyper::Request<hyper::body::Incoming>| {
                    let body = StreamBody::new(body(request.uri().path()));
                    future::ready(Ok::<_, Infallible>(hyper::Response::new(body)))
                });
                let io = TokioIo::new(socket);
                if version == Version::HTTP_2 {
                    let server = hyper::server::conn::http2::Builder::new(TokioExecutor::new());
                    tokio::spawn(server.serve_connection(io, service));
                } else {
                    tokio::spawn(hyper::server::conn::http1::Builder::new().serve_connection(io, service));
                }
            }
        });
        Self { url, connections }
    }

    fn builder(&self) -> TransportBuilder {
        Transport::builder().endpoint(&self.url).http2_prior_knowledge(true)
    }

    fn connections(&self) -> usize {
        self.connections.load(Ordering::Relaxed)
    }
}

async fn open(transport: &Transport, id: &str) -> HttpResponse {
    transport.open_request(about(&GET, id), &CallOptions::new()).await.unwrap()
}

#[tokio::test]
async fn streams_and_calls_share_one_connection_of_http_2() {
    let server = Server::start(Version::HTTP_2).await;
    let transport = server.builder().build().unwrap();
    // The connection is there before anything else asks for one.
    assert_eq!(text(&transport, request(&GET), &once()).await, "1");
    let streams = future::join_all((0..120).map(|_| open(&transport, "silent"))).await;
    assert!(streams.iter().all(|answer| answer.version() == Version::HTTP_2));
    assert_eq!(text(&transport, request(&GET), &once()).await, "1");
    assert_eq!(server.connections(), 1);
}

#[tokio::test]
async fn http_1_is_used_where_the_server_is_not_known_to_speak_http_2() {
    let server = Server::start(Version::HTTP_11).await;
    let transport = server.builder().http2_prior_knowledge(false).build().unwrap();
    let streams = future::join_all((0..3).map(|_| open(&transport, "silent"))).await;
    assert!(streams.iter().all(|answer| answer.version() == Version::HTTP_11));
    assert_eq!((text(&transport, request(&GET), &once()).await.as_str(), server.connections()), ("1", 4));
}

/// Unread bytes of these streams are more than the window of a connection has by default, 5 MiB.
#[tokio::test]
async fn a_stream_that_nobody_reads_does_not_stop_the_others() {
    let server = Server::start(Version::HTTP_2).await;
    let transport = server.builder().build().unwrap();
    assert_eq!(text(&transport, request(&GET), &once()).await, "1");
    let unread = future::join_all((0..20).map(|_| open(&transport, "flood"))).await;
    for _ in 0..20 {
        assert_eq!(text(&transport, about(&GET, "large"), &once()).await.len(), 500_000);
    }
    assert_eq!((server.connections(), unread.len()), (1, 20));
}

/// Forwards one connection to a server until it is told to fall silent.
async fn relay(to: String) -> (String, watch::Sender<bool>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let (silence, silent) = watch::channel(false);
    tokio::spawn(async move {
        let (client, _) = listener.accept().await.unwrap();
        let server = TcpStream::connect(to.strip_prefix("http://").unwrap()).await.unwrap();
        let (mut client_in, mut client_out) = client.into_split();
        let (mut server_in, mut server_out) = server.into_split();
        let both = future::join(copy(&mut client_in, &mut server_out), copy(&mut server_in, &mut client_out));
        let mut silent = silent;
        tokio::select! {
            _ = both => {}
            _ = silent.wait_for(|silent| *silent) => {}
        }
        // Both connections stay open, and nothing passes.
        future::pending::<()>().await;
        let _ = (client_out.shutdown().await, server_out.shutdown().await);
    });
    (url, silence)
}

#[tokio::test]
async fn a_connection_that_answers_no_ping_fails_its_streams() {
    let server = Server::start(Version::HTTP_2).await;
    let (url, silence) = relay(server.url.clone()).await;
    let builder = server.builder().endpoint(url).http2_ping_interval(Duration::from_millis(100));
    let transport = builder.build().unwrap();
    let mut body = open(&transport, "silent").await.into_body();
    assert_eq!(body.try_next().await.unwrap().unwrap(), ".");
    silence.send(true).unwrap();
    let error = body.try_next().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unreachable, "{error}");
}
