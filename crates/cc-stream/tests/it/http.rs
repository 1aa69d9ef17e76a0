//! Over real sockets, with `reqwest`.

use cc_stream::{EndReason, ErrorKind, EventStream, Format, HttpClient, Settings, StreamEvent};
use futures::{FutureExt, StreamExt};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use crate::support::memory::{next, settings, text, words};

const HEAD: &str = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\n";

/// A stream to a server on this machine, and the listener of that server.
async fn connected(settings: Settings) -> (EventStream<String>, TcpListener) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/logs?token=secret", listener.local_addr().unwrap());
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let requests = client.clone();
    let factory = move |_| {
        let request = requests.get(&url).build();
        async move { Ok(request?) }
    };
    (EventStream::open(client, factory, text(), settings), listener)
}

/// Accepts a connection and reads the head of its request.
async fn accept(listener: &TcpListener) -> (TcpStream, String) {
    let (mut socket, _) = listener.accept().await.unwrap();
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(socket.read_u8().await.unwrap());
    }
    (socket, String::from_utf8(head).unwrap())
}

#[tokio::test]
async fn a_stream_reconnects_with_its_last_id() {
    let (mut stream, listener) = connected(settings()).await;
    let server = async {
        let (mut socket, head) = accept(&listener).await;
        assert!(head.contains("accept: text/event-stream") && !head.contains("last-event-id"), "{head}");
        socket.write_all(HEAD.as_bytes()).await.unwrap();
        socket.write_all(b"retry: 1\nid: 1\ndata: a\n\n").await.unwrap();
        drop(socket);
        let (mut socket, head) = accept(&listener).await;
        assert!(head.contains("last-event-id: 1"), "{head}");
        socket.write_all(HEAD.as_bytes()).await.unwrap();
        socket.write_all(b"id: 2\ndata: b\n\nevent: END\ndata: done\n\n").await.unwrap();
        socket
    };
    let (told, _socket) = futures::join!(words(&mut stream), server);
    assert_eq!(
        told,
        ["open", "a", "retry 1: the connection was lost", "open", "b", "end Server(Some(\"done\"))"]
    );
}

/// Answers with this status and these headers.
async fn answer(listener: &TcpListener, head: &str) -> String {
    let (mut socket, request) = accept(listener).await;
    socket
        .write_all(format!("HTTP/1.1 {head}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n").as_bytes())
        .await
        .unwrap();
    request
}

/// A stream over `HttpClient` with a header of the program's own, from this server.
fn keyed(listener: &TcpListener) -> EventStream<String> {
    let url = format!("http://{}/logs?token=secret", listener.local_addr().unwrap());
    let mut defaults = reqwest::header::HeaderMap::new();
    defaults.insert("x-default-key", "secret".parse().unwrap());
    let builder = reqwest::Client::builder().no_proxy().default_headers(defaults);
    let factory = move |_| {
        let request = reqwest::Client::new().get(&url).header("x-api-key", "secret").build();
        async move { Ok(request?) }
    };
    EventStream::open(HttpClient::build(builder).unwrap(), factory, text(), settings())
}

async fn listen() -> TcpListener {
    TcpListener::bind("127.0.0.1:0").await.unwrap()
}

#[tokio::test]
async fn the_headers_are_those_of_an_event_source() {
    let (mut stream, listener) = connected(settings()).await;
    let (request, _) = futures::join!(answer(&listener, "204 No Content"), words(&mut stream));
    for header in ["accept: text/event-stream\r\n", "cache-control: no-cache\r\n"] {
        assert!(request.contains(header), "{request}");
    }
}

#[tokio::test]
async fn only_200_opens_a_stream_and_204_ends_it() {
    for (head, expected) in [
        ("204 No Content", "end NoContent"),
        ("205 Reset Content", "error: the server answered 205 Reset Content"),
        (
            "206 Partial Content\r\ncontent-type: text/event-stream",
            "error: the server answered 206 Partial Content",
        ),
    ] {
        let (mut stream, listener) = connected(settings()).await;
        let (_, told) = futures::join!(answer(&listener, head), words(&mut stream));
        assert_eq!(told[0], expected);
    }
}

#[tokio::test]
async fn no_credentials_reach_another_origin_on_a_redirect() {
    for status in [
        "301 Moved Permanently",
        "302 Found",
        "303 See Other",
        "307 Temporary Redirect",
        "308 Permanent Redirect",
    ] {
        let (home, abroad) = (listen().await, listen().await);
        let head = format!("{status}\r\nlocation: http://{}/logs", abroad.local_addr().unwrap());
        let mut stream = keyed(&home);
        let (request, told) = futures::join!(answer(&home, &head), words(&mut stream));
        assert!(
            request.contains("x-api-key: secret") && request.contains("x-default-key: secret"),
            "{request}"
        );
        assert_eq!(
            told,
            ["error: the server redirected the stream, and the redirect was not followed", "end Failed"]
        );
        assert!(abroad.accept().now_or_never().is_none(), "nothing is sent there");
    }
}

#[tokio::test]
async fn a_redirect_within_the_origin_is_followed_with_all_headers() {
    let home = listen().await;
    let mut stream = keyed(&home);
    let server = async {
        answer(&home, "307 Temporary Redirect\r\nlocation: /elsewhere").await;
        let (mut socket, request) = accept(&home).await;
        socket.write_all(HEAD.as_bytes()).await.unwrap();
        socket.write_all(b"data: a\n\nevent: END\ndata: done\n\n").await.unwrap();
        (socket, request)
    };
    let ((_socket, request), told) = futures::join!(server, words(&mut stream));
    assert!(request.starts_with("GET /elsewhere ") && request.contains("x-api-key: secret"), "{request}");
    assert!(!request.contains("referer"), "{request}");
    assert_eq!(told, ["open", "a", "end Server(Some(\"done\"))"]);
}

#[tokio::test]
async fn a_redirect_loop_is_the_fault_of_the_server() {
    async fn turn(listener: &TcpListener) {
        for _ in 0..11 {
            answer(listener, "302 Found\r\nlocation: /logs").await;
        }
    }
    let home = listen().await;
    let ((), failed) = futures::join!(turn(&home), keyed(&home).run());
    let error = failed.unwrap_err();
    assert_eq!((error.kind(), error.is_transient()), (&ErrorKind::Redirect, false));
    assert_eq!(std::error::Error::source(&error).unwrap().to_string(), "more than ten redirects in a row");
    let (stream, listener) = connected(settings()).await;
    let ((), failed) = futures::join!(turn(&listener), stream.run());
    assert_eq!(failed.unwrap_err().kind(), &ErrorKind::Redirect);
}

/// The client would send the header to another origin on a redirect.
#[tokio::test]
async fn a_plain_client_sends_no_header_that_it_cannot_keep() {
    let listener = listen().await;
    let url = format!("http://{}/", listener.local_addr().unwrap());
    let factory = move |_| {
        let request = reqwest::Client::new().get(&url).header("x-api-key", "secret").build();
        async move { Ok(request?) }
    };
    let error =
        EventStream::open(reqwest::Client::new(), factory, text(), settings()).run().await.unwrap_err();
    let source = std::error::Error::source(&error).unwrap().to_string();
    assert!(
        error.kind() == &ErrorKind::Request && source.contains("`x-api-key`") && !source.contains("secret")
    );
    assert!(listener.accept().now_or_never().is_none(), "nothing is sent");
}

#[tokio::test]
async fn a_plain_client_reads_no_stream_of_another_origin() {
    let (home, abroad) = (listen().await, listen().await);
    let url = format!("http://{}/", home.local_addr().unwrap());
    let factory = move |_| {
        let request = reqwest::Client::new().get(&url).build();
        async move { Ok(request?) }
    };
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let mut stream = EventStream::open(client, factory, text(), settings());
    let head = format!("307 Temporary Redirect\r\nlocation: http://{}/logs", abroad.local_addr().unwrap());
    let server = async {
        answer(&home, &head).await;
        let (mut socket, _) = accept(&abroad).await;
        socket.write_all(HEAD.as_bytes()).await.unwrap();
        socket
    };
    let (_socket, told) = futures::join!(server, words(&mut stream));
    assert_eq!(
        told,
        ["error: the server redirected the stream, and the redirect was not followed", "end Failed"]
    );
}

#[tokio::test]
async fn dropping_the_stream_closes_its_socket() {
    let (mut stream, listener) = connected(settings()).await;
    let serve = async {
        let (mut socket, _) = accept(&listener).await;
        socket.write_all(HEAD.as_bytes()).await.unwrap();
        socket.write_all(b"data: a\n\n").await.unwrap();
        socket
    };
    let (told, mut socket) = futures::join!(next(&mut stream), serve);
    assert_eq!((told.as_str(), next(&mut stream).await.as_str()), ("open", "a"));
    drop(stream);
    // The end of the connection, or its reset: no byte comes any more.
    assert_eq!(socket.read(&mut [0; 16]).await.unwrap_or(0), 0);
}

#[tokio::test]
async fn closing_by_hand_closes_the_socket_of_a_stream_that_waits() {
    let (mut stream, listener) = connected(settings()).await;
    let handle = stream.handle();
    let reading = tokio::spawn(async move {
        let told = words(&mut stream).await;
        (told, stream)
    });
    let (mut socket, _) = accept(&listener).await;
    socket.write_all(HEAD.as_bytes()).await.unwrap();
    handle.close();
    assert_eq!(socket.read(&mut [0; 16]).await.unwrap_or(0), 0);
    let (told, _stream) = reading.await.unwrap();
    assert_eq!(told.last().unwrap(), "end Closed");
}

#[tokio::test]
async fn back_pressure_reaches_the_socket_of_the_server() {
    let (mut stream, listener) = connected(settings()).await;
    let serve = async {
        let (mut socket, _) = accept(&listener).await;
        socket.write_all(HEAD.as_bytes()).await.unwrap();
        socket.write_all(b"data: first\n\n").await.unwrap();
        socket
    };
    let (told, socket) = futures::join!(next(&mut stream), serve);
    assert_eq!((told.as_str(), next(&mut stream).await.as_str()), ("open", "first"));
    // The client stops reading: the server can write only as much as the buffers hold, however long it tries.
    let flood = b"data: more of it\n\n".repeat(4_096);
    let (mut written, mut refused) = (0, 0);
    while refused < 2_000 {
        match socket.try_write(&flood) {
            Ok(bytes) => (written, refused) = (written + bytes, 0),
            Err(_) => refused += 1,
        }
        assert!(written < 256 << 20, "{written} bytes were taken");
        tokio::task::yield_now().await;
    }
    assert_eq!(next(&mut stream).await, "more of it");
}

#[tokio::test]
async fn an_unreachable_server_is_retried_and_its_url_is_not_told() {
    let (mut stream, listener) = connected(settings()).await;
    drop(listener);
    let Some(Ok(StreamEvent::Retry(retrying))) = stream.next().await else { panic!("a retry") };
    assert_eq!(retrying.error.kind(), &ErrorKind::Unreachable);
    assert!(!format!("{:?}", retrying.error).contains("secret"));
}

#[tokio::test]
async fn a_url_that_cannot_be_is_final() {
    let client = reqwest::Client::new();
    let requests = client.clone();
    let factory = move |_| {
        let request = requests.get("not a url").build();
        async move { Ok(request?) }
    };
    let stream = EventStream::open(client, factory, text(), settings());
    assert_eq!(stream.run().await.unwrap_err().kind(), &ErrorKind::Request);
}

#[tokio::test]
async fn a_refusal_keeps_its_status_and_body() {
    let (stream, listener) = connected(settings()).await;
    let server = async {
        let (mut socket, _) = accept(&listener).await;
        let body = "{\"id\":2001,\"message\":\"no\"}";
        let head = "HTTP/1.1 403 Forbidden\r\ncontent-type: application/problem+json\r\ncontent-length:";
        socket.write_all(format!("{head} {}\r\n\r\n{body}", body.len()).as_bytes()).await.unwrap();
        socket
    };
    let (ended, _socket) = futures::join!(stream.run(), server);
    let error = ended.unwrap_err();
    let ErrorKind::Refused { status, body, .. } = error.kind() else { panic!("{error}") };
    assert_eq!((status.as_u16(), &body[..]), (403, &b"{\"id\":2001,\"message\":\"no\"}"[..]));
}

#[tokio::test]
async fn a_stream_can_move_to_another_task() {
    fn assert_send<T: Send>(value: T) -> T {
        value
    }
    let client = reqwest::Client::new();
    let factory = |_| async { Err(cc_stream::StreamError::request("never")) };
    let stream = EventStream::open(client, factory, Format::<u64>::json(), settings());
    let mut stream = assert_send(stream);
    assert!(stream.next().now_or_never().is_some());
    let end = tokio::spawn(async move { stream.next().await }).await.unwrap();
    assert!(matches!(end, Some(Ok(StreamEvent::End(EndReason::Failed)))));
}
