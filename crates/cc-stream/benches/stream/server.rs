//! A server on this machine, and what `reqwest` alone costs with it.

use std::hint::black_box;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener};
use std::thread;
use std::time::Duration;

use cc_stream::{Format, Settings};
use futures::StreamExt;
use tokio::runtime::Runtime;

/// Settings that watch the heartbeats of a server which sends one every two seconds.
pub(crate) fn watched() -> Settings {
    let mut settings = Settings::default();
    settings.heartbeat = Some(Duration::from_millis(2_500));
    settings.connect_timeout = Some(Duration::from_secs(5));
    settings
}

/// A format with the names that this server gives to heartbeats and to the end of a stream.
pub(crate) fn signs<T>(format: Format<T>) -> Format<T> {
    format.heartbeat("HEARTBEAT").end("END_OF_STREAM", |_| None)
}

/// Streams these chunks on each connection, each as an HTTP chunk of its own, and ends the stream.
pub(crate) fn serve<'a>(chunks: impl Iterator<Item = &'a [u8]>) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address");
    let mut answer =
        b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n".to_vec();
    let end: &[u8] = b"event: END_OF_STREAM\ndata: {}\n\n";
    for chunk in chunks.chain([end, b""]) {
        answer.extend_from_slice(format!("{:x}\r\n", chunk.len()).as_bytes());
        answer.extend_from_slice(chunk);
        answer.extend_from_slice(b"\r\n");
    }
    thread::spawn(move || {
        for socket in listener.incoming() {
            let Ok(mut socket) = socket else { return };
            let mut head = Vec::new();
            let mut byte = [0];
            while !head.ends_with(b"\r\n\r\n") && socket.read(&mut byte).is_ok_and(|read| read == 1) {
                head.push(byte[0]);
            }
            // A client that has seen enough leaves.
            let _ = socket.write_all(&answer);
        }
    });
    address
}

/// Receives all chunks without reading them: the lower bound for every user of `reqwest`.
pub(crate) fn receive(runtime: &Runtime, address: SocketAddr) {
    let client = reqwest::Client::builder().no_proxy().build().expect("a client");
    runtime.block_on(async {
        let answer = client.get(format!("http://{address}/")).send().await.expect("an answer");
        let mut chunks = answer.bytes_stream();
        while let Some(chunk) = chunks.next().await {
            black_box(chunk.expect("the server is sound"));
        }
    });
}
