//! The transport on real sockets.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use cc_runtime::{CallOptions, Credentials, ErrorKind, RetryPolicy, Transport, TransportBuilder};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use crate::support::*;

/// A server that answers each connection with the next of these texts, as they are, and closes it.
struct Server {
    address: SocketAddr,
    seen: Arc<Mutex<Vec<String>>>,
}

impl Server {
    async fn start(answers: Vec<String>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let seen = Arc::<Mutex<Vec<String>>>::default();
        let requests = seen.clone();
        tokio::spawn(async move {
            for answer in answers {
                let (mut socket, _) = listener.accept().await.unwrap();
                let mut request = vec![0; 64 * 1024];
                let length = socket.read(&mut request).await.unwrap();
                requests.lock().unwrap().push(String::from_utf8_lossy(&request[..length]).into_owned());
                socket.write_all(answer.as_bytes()).await.unwrap();
            }
        });
        Self { address, seen }
    }

    fn builder(&self) -> TransportBuilder {
        Transport::builder().endpoint(format!("http://{}", self.address))
    }

    fn seen(&self) -> Vec<String> {
        self.seen.lock().unwrap().clone()
    }
}

fn quickly() -> CallOptions {
    CallOptions::new().retry(RetryPolicy::default().backoff(SECOND / 1_000, SECOND / 1_000))
}

fn whole(body: &str) -> String {
    format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}", body.len())
}

fn redirect(to: &str) -> String {
    format!("HTTP/1.1 302 Found\r\nlocation: {to}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n")
}

#[tokio::test]
async fn a_request_is_sent_with_credentials_and_its_answer_read() {
    let server = Server::start(vec![whole("hello")]).await;
    let transport = server.builder().credentials(Credentials::api_token("t")).build().unwrap();
    let answer = transport.execute(with_body(&PUT, "{}"), &CallOptions::new()).await.unwrap();
    assert_eq!((&**answer, answer.headers()["content-length"].to_str().unwrap()), (&b"hello"[..], "5"));
    let seen = server.seen().remove(0);
    assert!(seen.starts_with("PUT /v2/things/1 HTTP/1.1\r\n") && seen.ends_with("\r\n\r\n{}"), "{seen}");
    for line in
        ["authorization: Bearer t\r\n", "content-type: application/json\r\n", "user-agent: cc-runtime/"]
    {
        assert!(seen.contains(line), "{seen}");
    }
}

#[tokio::test]
async fn a_body_that_is_cut_short_is_asked_for_again() {
    for cut in [
        "HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhel".to_owned(),
        "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhel".to_owned(),
        String::new(),
    ] {
        let server = Server::start(vec![cut.clone(), whole("hello")]).await;
        let answer = server.builder().build().unwrap().execute(request(&GET), &quickly()).await.unwrap();
        assert_eq!((&**answer, answer.attempts()), (&b"hello"[..], 2));
        let server = Server::start(vec![cut]).await;
        let error = server.builder().build().unwrap().execute(request(&POST), &quickly()).await.unwrap_err();
        assert_eq!(
            (error.kind(), error.attempts(), error.is_not_sent()),
            (ErrorKind::Indeterminate, 1, false)
        );
    }
}

#[tokio::test]
async fn a_connection_that_is_refused_sent_nothing() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let transport = Transport::builder().endpoint(format!("http://{address}")).build().unwrap();
    let mut request = request(&POST);
    request.append_query("token", &"hunter2");
    let error = transport.execute(request, &quickly()).await.unwrap_err();
    assert_eq!((error.kind(), error.code()), (ErrorKind::Unreachable, "NETWORK_ERROR"));
    assert!(error.is_not_sent() && error.attempts() == 3, "{error:?}");
    assert!(!format!("{error:?}").contains("hunter2"), "{error:?}");
    let text = error.to_string();
    let reason = format!("no answer from {address}: could not connect: the connection was refused");
    assert!(text.contains(&reason) && text.contains("certainly not done"), "{text}");
}

#[tokio::test]
async fn credentials_go_over_https_or_to_this_machine_unless_it_is_allowed() {
    let oauth = Credentials::oauth1("key", "hunter2", "token", "hunter3");
    for credentials in [Credentials::api_token("hunter2"), oauth] {
        let build = |base: &str| Transport::builder().endpoint(base).credentials(credentials.clone());
        let error = build("http://api.test").build().unwrap_err();
        assert_eq!((error.kind(), error.is_not_sent()), (ErrorKind::Credentials, true));
        assert!(
            error.to_string().contains("`api.test`") && error.to_string().contains("over plain http"),
            "{error}"
        );
        assert!(!format!("{error:?}").contains("hunter"), "{error:?}");
        for base in ["https://api.test", "http://localhost:1", "http://127.0.0.1:1", "http://[::1]:1"] {
            build(base).build().unwrap();
        }
        let allowed = build("http://api.test").allow_credentials_over_plain_http(true).build().unwrap();
        allowed.with_credentials(credentials.clone()).unwrap();
        let none = Transport::builder().endpoint("http://api.test").build().unwrap();
        assert!(
            none.with_credentials(credentials.clone()).is_err() && none.check_secrets_may_travel().is_err()
        );
    }
}

#[tokio::test]
async fn a_host_that_has_no_address_is_unreachable() {
    let transport = Transport::builder().endpoint("http://nowhere.invalid").build().unwrap();
    let error = transport.execute(request(&GET), &once()).await.unwrap_err();
    assert_eq!((error.kind(), error.is_not_sent()), (ErrorKind::Unreachable, true));
    assert!(
        error.to_string().contains("nowhere.invalid: could not connect: the host name was not found"),
        "{error}"
    );
}

#[tokio::test]
async fn redirects_are_followed_by_the_transport_and_not_by_reqwest() {
    let there = Server::start(vec![whole("there")]).await;
    let server = Server::start(vec![redirect(&format!("http://{}/file", there.address))]).await;
    let mut request = request(&GET);
    request.headers.insert("x-clever-password", "hunter2".parse().unwrap());
    let builder = server.builder().credentials(Credentials::api_token("hunter2"));
    let answer = builder.build().unwrap().execute(request, &CallOptions::new()).await.unwrap();
    assert_eq!(&**answer, b"there");
    assert!(server.seen()[0].contains("hunter2"));
    assert!(!there.seen()[0].contains("hunter2"), "{}", there.seen()[0]);
}

#[tokio::test]
async fn a_client_builder_is_finished_without_redirects() {
    let there = Server::start(vec![whole("there")]).await;
    let server = Server::start(vec![redirect(&format!("http://{}/file", there.address))]).await;
    let mut request = request(&GET);
    request.headers.insert("x-clever-password", "hunter2".parse().unwrap());
    let transport = server.builder().reqwest_builder(reqwest::Client::builder()).build().unwrap();
    transport.execute(request, &CallOptions::new()).await.unwrap();
    assert!(!there.seen()[0].contains("hunter2"), "{}", there.seen()[0]);
}

#[tokio::test]
async fn head_and_empty_answers_have_empty_bodies() {
    static HEAD: cc_runtime::OperationInfo =
        cc_runtime::OperationInfo::new("head", "test", http::Method::HEAD, "/v2/things", "");
    let head = "HTTP/1.1 200 OK\r\ncontent-length: 99\r\nconnection: close\r\n\r\n".to_owned();
    let none = "HTTP/1.1 204 No Content\r\nconnection: close\r\n\r\n".to_owned();
    let server = Server::start(vec![head, none]).await;
    let transport = server.builder().build().unwrap();
    for (info, status) in [(&HEAD, 200), (&DELETE, 204)] {
        let answer = transport.execute(request(info), &CallOptions::new()).await.unwrap();
        assert_eq!((answer.len(), answer.status().as_u16()), (0, status));
    }
}

/// For every TLS backend, whether it comes from a feature of this crate or from the program.
#[cfg(any(feature = "rustls", feature = "rustls-ring", feature = "native-tls"))]
#[tokio::test]
async fn an_https_connection_that_is_refused_is_unreachable_and_tried_again() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("https://{}", listener.local_addr().unwrap());
    drop(listener);
    let own = Transport::builder().endpoint(&*base);
    let given = Transport::builder().endpoint(&*base).reqwest_client(reqwest::Client::new());
    let finished = Transport::builder().endpoint(&*base).reqwest_builder(reqwest::Client::builder());
    for builder in [own, given, finished] {
        let error = builder.build().unwrap().execute(request(&POST), &quickly()).await.unwrap_err();
        assert_eq!((error.kind(), error.attempts()), (ErrorKind::Unreachable, 3), "{error:?}");
        assert!(error.is_not_sent(), "{error:?}");
    }
}

/// A server that does not speak TLS: the failure is reported, independently of the system's certificates.
#[cfg(any(feature = "rustls", feature = "rustls-ring", feature = "native-tls"))]
#[tokio::test]
async fn a_handshake_that_fails_is_unreachable() {
    let server = Server::start(vec![whole("plain")]).await;
    let transport = Transport::builder().endpoint(format!("https://{}", server.address)).build().unwrap();
    let error = transport.execute(request(&POST), &once()).await.unwrap_err();
    assert_eq!((error.kind(), error.is_not_sent()), (ErrorKind::Unreachable, true), "{error:?}");
}

#[cfg(not(any(
    feature = "rustls",
    feature = "rustls-ring",
    feature = "rustls-no-provider",
    feature = "native-tls"
)))]
#[tokio::test]
async fn https_without_tls_says_what_is_missing() {
    let error = Transport::builder().build().unwrap().execute(request(&GET), &once()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidUrl);
    assert!(error.to_string().contains("`rustls` or `native-tls`"), "{error}");
}

#[cfg(all(
    feature = "rustls-no-provider",
    not(any(feature = "rustls", feature = "rustls-ring", feature = "native-tls"))
))]
#[tokio::test]
async fn tls_without_a_provider_says_how_to_install_one() {
    let error = Transport::builder().build().unwrap().execute(request(&GET), &once()).await.unwrap_err();
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::Unexpected, 1));
    assert!(error.is_not_sent() && error.to_string().contains("install_default"), "{error}");
}

#[tokio::test]
async fn a_body_comes_as_it_was_sent_whatever_is_switched_on() {
    let body =
        "HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: 5\r\nconnection: close\r\n\r\nbytes";
    for builder in [None, Some(reqwest::Client::builder())] {
        let server = Server::start(vec![body.to_owned()]).await;
        let transport = match builder {
            Some(builder) => server.builder().reqwest_builder(builder),
            None => server.builder(),
        };
        let answer = transport.build().unwrap().execute(request(&GET), &once()).await.unwrap();
        assert_eq!(&**answer, b"bytes");
        assert!(!server.seen()[0].to_lowercase().contains("accept-encoding"), "{}", server.seen()[0]);
    }
}
