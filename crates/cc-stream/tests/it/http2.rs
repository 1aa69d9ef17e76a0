//! Several streams on one connection of HTTP/2.

use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use bytes::Bytes;
use cc_stream::{ErrorKind, EventStream, StreamEvent};
use futures::stream::{self, BoxStream};
use futures::{StreamExt, future};
use http_body_util::StreamBody;
use hyper::body::{Frame, Incoming};
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::net::TcpListener;

use crate::support::memory::{settings, text};

/// Events that come without end, or one event and then silence.
fn body(path: &str) -> BoxStream<'static, Result<Frame<Bytes>, Infallible>> {
    let event = || Ok(Frame::data(Bytes::from_static(b"data: a\n\n")));
    if path == "/silent" {
        return stream::iter([event()]).chain(stream::pending()).boxed();
    }
    let pause = || tokio::time::sleep(Duration::from_millis(5));
    stream::repeat_with(event)
        .then(move |event| async move {
            pause().await;
            event
        })
        .boxed()
}

#[tokio::test]
async fn a_stream_that_stalls_is_noticed_while_others_on_its_connection_run() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let origin = format!("http://{}", listener.local_addr().unwrap());
    let connections = Arc::new(AtomicUsize::new(0));
    let counted = connections.clone();
    tokio::spawn(async move {
        loop {
            let (socket, _) = listener.accept().await.unwrap();
            counted.fetch_add(1, Ordering::Relaxed);
            let service = service_fn(|request: hyper::Request<Incoming>| {
                let answer = hyper::Response::builder().header("content-type", "text/event-stream");
                let answer = answer.body(StreamBody::new(body(request.uri().path())));
                future::ready(answer)
            });
            let server = hyper::server::conn::http2::Builder::new(TokioExecutor::new());
            tokio::spawn(server.serve_connection(TokioIo::new(socket), service));
        }
    });
    let client = reqwest::Client::builder().no_proxy().http2_prior_knowledge().build().unwrap();
    let open = |path: &str, heartbeat| {
        let (requests, url) = (client.clone(), format!("{origin}{path}"));
        let factory = move |_| {
            let request = requests.get(&url).build();
            async move { Ok(request?) }
        };
        let mut settings = settings();
        settings.heartbeat = heartbeat;
        EventStream::open(client.clone(), factory, text(), settings)
    };
    let mut busy = open("/busy", None);
    assert!(matches!(busy.next().await, Some(Ok(StreamEvent::Open(_)))));
    let mut silent = open("/silent", Some(Duration::from_millis(50)));
    let stalled = async {
        loop {
            if let Some(Ok(StreamEvent::Retry(retrying))) = silent.next().await {
                return retrying.error;
            }
        }
    };
    let mut items = 0;
    let running = async {
        while let Some(Ok(StreamEvent::Item(_))) = busy.next().await {
            items += 1;
        }
    };
    let error = tokio::select! {
        error = stalled => error,
        () = running => panic!("the busy stream ended"),
    };
    assert!(matches!(error.kind(), ErrorKind::Silent { .. }), "{error}");
    assert!(items > 0);
    assert!(matches!(busy.next().await, Some(Ok(StreamEvent::Item(_)))));
    assert_eq!(connections.load(Ordering::Relaxed), 1);
}
