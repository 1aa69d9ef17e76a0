//! Calls and streams without async, wherever they are waited for.

mod line;
mod places;
#[cfg(unix)]
mod processes;
mod shared;
mod still;
mod streams;

use std::future::Future;
use std::sync::Arc;
use std::sync::mpsc::channel;
use std::thread;
use std::time::Duration;

use cc_runtime::blocking::{IntoBlocking, Next, Wait, block_on};
use cc_runtime::{CallOptions, CommandCall, Error, ErrorKind, Result, Transport};
use tokio::runtime::{Builder, Runtime};

use crate::support::*;

/// A platform that answers after a moment, so that a wait has to wait.
fn platform() -> Platform {
    Platform::slow(|count, _| after(Duration::from_millis(2), answer(200, &count.to_string())))
}

/// One wait for a call.
fn number(transport: &Transport) -> u32 {
    transport.call(GetNumber).wait().unwrap().into_inner()
}

/// Polls a future once, which leaves it under way.
fn begin<F: Future + Unpin>(future: &mut F) {
    assert!(futures_util::FutureExt::now_or_never(future).is_none(), "it is over at once");
}

/// Calls `noted` as soon as the future waits for something.
async fn noting<F: Future>(future: F, noted: impl FnOnce()) -> F::Output {
    let (mut future, mut noted) = (std::pin::pin!(future), Some(noted));
    std::future::poll_fn(|cx| {
        let polled = future.as_mut().poll(cx);
        if let Some(noted) = noted.take() {
            noted();
        }
        polled
    })
    .await
}

fn one_thread() -> Runtime {
    Builder::new_current_thread().enable_all().build().unwrap()
}

fn workers(number: usize) -> Runtime {
    Builder::new_multi_thread().worker_threads(number).enable_all().build().unwrap()
}

/// Runs a test on a thread of its own, so that a deadlock is a failure.
fn in_time<T: Send + 'static>(test: impl FnOnce() -> T + Send + 'static) -> T {
    let (done, result) = channel();
    let test = thread::Builder::new().name("test".to_owned()).spawn(move || drop(done.send(test()))).unwrap();
    match result.recv_timeout(Duration::from_secs(30)) {
        Ok(value) => value,
        Err(_) if test.is_finished() => std::panic::resume_unwind(test.join().unwrap_err()),
        Err(_) => panic!("a deadlock"),
    }
}

/// A server that answers each request with a number.
fn server() -> String {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    thread::spawn(move || {
        for socket in listener.incoming() {
            thread::spawn(move || {
                use std::io::{Read, Write};
                let mut socket = socket.unwrap();
                while socket.read(&mut [0; 4096]).is_ok_and(|length| length > 0) {
                    socket.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 1\r\n\r\n1").unwrap();
                }
            });
        }
    });
    format!("http://{address}")
}

#[test]
fn a_call_is_waited_for_and_gives_what_await_gives() {
    let platform = Platform::slow(|count, _| {
        after(Duration::from_millis(2), if count == 0 { answer(200, "7") } else { answer(404, "{}") })
    });
    let transport = platform.transport();
    let answer = transport.call(GetNumber).wait().unwrap();
    assert_eq!((answer.status().as_u16(), answer.into_inner()), (200, 7));
    assert_eq!(transport.call(GetNumber).wait().unwrap_err().status().unwrap(), 404);
    assert!(transport.call(GetNumber).optional().wait().unwrap().is_none());
    let answer = async { transport.execute(request(&GET), &CallOptions::new()).await }.wait();
    assert_eq!(answer.unwrap_err().status().unwrap(), 404);
    assert_eq!(platform.count(), 4);
}

#[test]
fn the_time_limit_of_a_call_ends_a_wait() {
    let platform = Platform::slow(|_, _| Box::pin(std::future::pending()));
    let error = platform.transport().call(GetNumber).timeout(Duration::from_millis(10)).wait().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::TimedOut);
}

#[test]
fn the_time_limit_of_a_command_ends_a_wait_on_the_thread_of_a_runtime() {
    in_time(|| {
        let transport = platform().transport();
        one_thread().block_on(async {
            let command =
                CommandCall::new(transport, "Wait", |_| async { std::future::pending::<Result<()>>().await });
            let error = command.timeout(Duration::from_millis(10)).wait().unwrap_err();
            assert_eq!(error.kind(), ErrorKind::TimedOut);
        });
    });
}

#[test]
fn an_error_of_the_program_and_any_other_future_can_be_waited_for() {
    fn boxed(transport: &Transport) -> Result<u32, Box<dyn std::error::Error>> {
        let call =
            async { Ok::<_, Box<dyn std::error::Error>>(transport.call(GetNumber).await?.into_inner()) };
        call.wait()
    }
    let transport = platform().transport();
    assert_eq!(boxed(&transport).unwrap(), 0);
    let both = block_on(futures_util::future::join(async { 1 }, transport.call(GetNumber))).unwrap();
    assert_eq!((both.0, both.1.unwrap().into_inner()), (1, 1));
}

#[test]
fn a_future_that_cannot_go_to_another_thread_can_be_waited_for() {
    let transport = platform().transport();
    let seen = std::rc::Rc::new(std::cell::Cell::new(0));
    let future = async {
        let kept = seen.clone();
        tokio::time::sleep(Duration::from_millis(1)).await;
        kept.set(transport.call(GetNumber).await?.into_inner() + 1);
        Ok::<_, Error>(thread::current().id())
    };
    assert_eq!(future.wait().unwrap(), thread::current().id(), "the caller polls it");
    assert_eq!(seen.get(), 1);
}

#[test]
fn a_panic_of_the_future_is_that_of_the_caller_and_later_waits_work() {
    let transport = platform().transport();
    let waited = std::panic::AssertUnwindSafe(|| {
        async {
            tokio::time::sleep(Duration::from_millis(1)).await;
            if number(&transport) == 0 {
                panic!("on purpose");
            }
            Ok::<_, Error>(())
        }
        .wait()
    });
    let panic = std::panic::catch_unwind(waited).unwrap_err();
    assert_eq!(*panic.downcast_ref::<&str>().unwrap(), "on purpose");
    assert_eq!(number(&transport), 1);
}

#[test]
fn a_token_that_the_program_gave_its_thread_is_still_there_after_a_wait() {
    in_time(|| {
        thread::current().unpark();
        number(&platform().transport());
        // Blocks for ever if the wait took it.
        thread::park();
    });
}

#[test]
fn waits_of_all_threads_share_the_background_threads() {
    let transport = Arc::new(platform().transport());
    let on = || {
        let call = CommandCall::new(transport.as_ref().clone(), "Where", |_| async {
            let spawned = tokio::spawn(async { thread::current().name().map(str::to_owned) });
            Ok((tokio::runtime::Handle::current().id(), spawned.await.unwrap()))
        });
        call.wait().unwrap()
    };
    let here = on();
    assert_eq!(here.1.as_deref(), Some("cc-blocking"));
    thread::scope(|scope| {
        let others: Vec<_> = (0..8).map(|_| scope.spawn(on)).collect();
        assert!(others.into_iter().all(|other| other.join().unwrap() == here));
    });
    #[cfg(target_os = "linux")]
    {
        let tasks = std::fs::read_dir("/proc/self/task").unwrap();
        let name = |task: std::fs::DirEntry| std::fs::read_to_string(task.path().join("comm"));
        let names = tasks.filter_map(|task| name(task.unwrap()).ok());
        assert_eq!(names.filter(|name| name.trim() == "cc-connections").count(), 1);
    }
}
