//! Calls and the runtimes they are polled on.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use cc_runtime::{CallOptions, CommandCall, Error, ErrorKind, RetryPolicy, Transport};
use futures_util::{FutureExt, StreamExt};
use tokio::runtime::Builder;

use crate::support::*;

/// Answers any number of requests on each connection, and reports each one first.
struct Server {
    address: SocketAddr,
    seen: Arc<Mutex<Vec<String>>>,
}

impl Server {
    fn start(before_answer: impl Fn(&str) + Clone + Send + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let seen = Arc::<Mutex<Vec<String>>>::default();
        let requests = seen.clone();
        std::thread::spawn(move || {
            for socket in listener.incoming() {
                let (requests, before_answer) = (requests.clone(), before_answer.clone());
                std::thread::spawn(move || serve(socket.unwrap(), &requests, before_answer));
            }
        });
        Self { address, seen }
    }

    fn transport(&self) -> Transport {
        Transport::builder().endpoint(format!("http://{}", self.address)).build().unwrap()
    }

    fn count(&self, method: &str) -> usize {
        self.seen.lock().unwrap().iter().filter(|seen| *seen == method).count()
    }
}

fn serve(mut socket: TcpStream, requests: &Mutex<Vec<String>>, before_answer: impl Fn(&str)) {
    let (mut request, mut length) = ([0; 4096], 0);
    while let Ok(more @ 1..) = socket.read(&mut request[length..]) {
        length += more;
        if !request[..length].windows(4).any(|end| end == b"\r\n\r\n") {
            continue;
        }
        let method = String::from_utf8_lossy(&request[..length]).split(' ').next().unwrap().to_owned();
        requests.lock().unwrap().push(method.clone());
        before_answer(&method);
        length = 0;
        if socket.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok").is_err() {
            return;
        }
    }
}

#[test]
fn a_connection_does_not_end_with_the_runtime_of_another_call() {
    let (asked, is_asked): (Sender<()>, Receiver<()>) = channel();
    let (go, may_go): (Sender<()>, Receiver<()>) = channel();
    let may_go = Arc::new(Mutex::new(may_go));
    let server = Server::start(move |method| {
        if method == "POST" {
            asked.send(()).unwrap();
            may_go.lock().unwrap().recv().unwrap();
        }
    });
    let transport = server.transport();
    let first = Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    first.block_on(transport.execute(request(&GET), &CallOptions::new())).unwrap();
    let second = Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let post = second.spawn({
        let transport = transport.clone();
        async move { transport.execute(request(&POST), &CallOptions::new()).await }
    });
    is_asked.recv().unwrap();
    // The connection that the first call left open lived here.
    drop(first);
    go.send(()).unwrap();
    second.block_on(post).unwrap().unwrap();
    assert_eq!((server.count("GET"), server.count("POST")), (1, 1));
}

#[test]
fn many_short_lived_runtimes_share_a_client_and_no_write_is_lost_or_doubled() {
    const THREADS: usize = 4;
    const RUNTIMES: usize = 25;
    let server = Server::start(|_| {});
    let transport = server.transport();
    let threads: Vec<_> = (0..THREADS)
        .map(|_| {
            let transport = transport.clone();
            std::thread::spawn(move || {
                for _ in 0..RUNTIMES {
                    let runtime = Builder::new_current_thread().enable_all().build().unwrap();
                    for info in [&POST, &GET, &POST] {
                        runtime.block_on(transport.execute(request(info), &once())).unwrap();
                    }
                }
            })
        })
        .collect();
    threads.into_iter().for_each(|thread| thread.join().unwrap());
    assert_eq!(server.count("POST"), THREADS * RUNTIMES * 2);
}

fn assert_unusable(error: &Error) {
    assert_eq!(error.kind(), ErrorKind::Unexpected, "{error:?}");
    assert!(error.to_string().contains("tokio runtime") && !error.may_be_done(), "{error}");
}

#[test]
fn without_a_runtime_a_call_is_an_error() {
    let platform = Platform::new(|_, _| answer(200, "1"));
    let reqwest = Transport::builder().endpoint("http://127.0.0.1:1").build().unwrap();
    for transport in [platform.transport(), reqwest] {
        for options in [CallOptions::new(), CallOptions::new().timeout(SECOND), once().attempt_timeout(None)]
        {
            for info in [&GET, &POST] {
                let error = transport.execute(request(info), &options).now_or_never().unwrap().unwrap_err();
                assert_unusable(&error);
                assert!(error.is_not_sent() && error.attempts() == 0);
            }
            assert_unusable(
                &transport.open_request(request(&GET), &options).now_or_never().unwrap().unwrap_err(),
            );
        }
        assert_unusable(&transport.call(GetNumber).now_or_never().unwrap().unwrap_err());
    }
    assert_eq!(platform.count(), 0);
}

#[test]
fn a_runtime_without_its_timer_or_its_io_is_an_error() {
    let server = Server::start(|_| {});
    let bare = || Builder::new_current_thread().build().unwrap();
    let timer = || Builder::new_current_thread().enable_time().build().unwrap();
    let io = || Builder::new_current_thread().enable_io().build().unwrap();
    for runtime in [bare(), timer(), io()] {
        let transport = server.transport();
        let error = runtime.block_on(transport.execute(request(&POST), &CallOptions::new())).unwrap_err();
        assert_unusable(&error);
        let error = runtime.block_on(transport.open_request(request(&GET), &CallOptions::new())).unwrap_err();
        assert_unusable(&error);
    }
    let command = CommandCall::new(server.transport(), "Wait", |_| async {
        cc_runtime::tasks::sleep(SECOND).await;
        Ok(())
    });
    assert_unusable(&bare().block_on(command).unwrap_err());
    assert_eq!(server.count("POST"), 0);
}

#[test]
fn the_body_of_a_download_that_is_read_without_a_runtime_or_its_timer_is_an_error() {
    let server = Server::start(|_| {});
    let all = Builder::new_current_thread().enable_all().build().unwrap();
    let download = || {
        let transport = server.transport();
        let answer = async { transport.download(request(&GET), &CallOptions::new()).await.unwrap() };
        all.block_on(answer).into_inner()
    };
    let error = download().next().now_or_never().unwrap().unwrap().unwrap_err();
    assert!(error.to_string().contains("tokio runtime") && !error.is_not_sent(), "{error}");
    let bare = Builder::new_current_thread().build().unwrap();
    let mut body = download();
    let error = bare.block_on(async { body.next().await.unwrap().unwrap_err() });
    assert!(error.to_string().contains("tokio runtime"), "{error}");
}

#[tokio::test(start_paused = true)]
async fn an_attempt_that_has_no_time_sends_nothing_and_says_so() {
    let platform = Platform::new(|_, _| answer(200, "1"));
    for info in [&GET, &POST] {
        let options = CallOptions::new().attempt_timeout(Duration::ZERO);
        let error = platform.transport().execute(request(info), &options).await.unwrap_err();
        assert_eq!((error.kind(), error.attempts()), (ErrorKind::TimedOut, 0));
        assert!(error.is_not_sent() && !error.may_be_done());
        assert!(error.message().unwrap().contains("nothing was sent"), "{error}");
    }
    assert_eq!(platform.count(), 0);
}

#[tokio::test(start_paused = true)]
async fn no_backoff_makes_a_retry_panic() {
    let platform = Platform::new(|_, _| unreachable());
    for (base, cap) in
        [(Duration::MAX, Duration::MAX), (Duration::ZERO, Duration::MAX), (SECOND, Duration::ZERO)]
    {
        let policy = RetryPolicy::default().backoff(base, cap);
        let options = CallOptions::new().retry(policy).timeout(SECOND);
        assert!(platform.transport().execute(request(&GET), &options).await.is_err());
    }
}
