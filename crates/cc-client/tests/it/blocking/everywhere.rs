//! Waits of many threads, tasks and kinds of runtimes at once.

use std::future::{Future, IntoFuture};
use std::io::Write;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::pin::Pin;
use std::sync::mpsc::channel;

use cc_client::sign_in::{Listener, SignIn};
use cc_client::{Client, Error, catalog};
use futures_util::FutureExt;
use futures_util::future::{Either, join_all, maybe_done, select, try_join_all};
use serde_json::json;
use tokio::runtime::{Builder, Runtime};
use tokio::task::LocalSet;

use super::*;
use crate::support::Platform;

/// Runs a test on a thread of its own, so that a deadlock is a failure.
fn in_time<T: Send + 'static>(test: impl FnOnce() -> T + Send + 'static) -> T {
    let (done, result) = channel();
    let test = thread::spawn(move || drop(done.send(test())));
    match result.recv_timeout(Duration::from_secs(60)) {
        Ok(value) => value,
        Err(_) if test.is_finished() => resume_unwind(test.join().unwrap_err()),
        Err(_) => panic!("a deadlock"),
    }
}

fn one_thread() -> Runtime {
    Builder::new_current_thread().enable_all().build().unwrap()
}

fn one_worker() -> Runtime {
    Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap()
}

/// A sandbox in a runtime of its own.
fn elsewhere() -> (Runtime, Sandbox) {
    let runtime = one_worker();
    let sandbox = runtime.block_on(Sandbox::start());
    (runtime, sandbox)
}

fn zones(client: &Client) -> usize {
    client.send(ListZone::new()).reload().wait().unwrap().len()
}

#[test]
fn the_first_waits_of_128_threads_begin_at_once() {
    in_time(|| {
        let (_runtime, sandbox) = elsewhere();
        let start = std::sync::Barrier::new(128);
        thread::scope(|scope| {
            for _ in 0..128 {
                scope.spawn(|| {
                    let client = sandbox.client();
                    start.wait();
                    zones(&client);
                });
            }
        });
    });
}

#[test]
fn tasks_wait_on_the_only_worker_which_serves_them_too() {
    in_time(|| {
        one_worker().block_on(async {
            let sandbox = Sandbox::start().await;
            let client = sandbox.client();
            let tasks = (0..100).map(|_| {
                let client = client.clone();
                tokio::spawn(async move {
                    let awaited = client.send(ListZone::new()).reload().await.unwrap().len();
                    assert_eq!(zones(&client), awaited);
                })
            });
            try_join_all(tasks).await.unwrap();
        });
    });
}

#[test]
fn a_thousand_tasks_and_blocking_threads_wait_at_once() {
    in_time(|| {
        let (_runtime, sandbox) = elsewhere();
        let client = sandbox.client();
        for runtime in [one_worker(), one_thread()] {
            runtime.block_on(async {
                let (in_tasks, in_threads) = (client.clone(), client.clone());
                let tasks = (0..1_000).map(|_| {
                    let client = in_tasks.clone();
                    tokio::spawn(async move { zones(&client) })
                });
                let threads = (0..1_000).map(|_| {
                    let client = in_threads.clone();
                    tokio::task::spawn_blocking(move || zones(&client))
                });
                let all: Vec<_> = tasks.chain(threads).collect();
                try_join_all(all).await.unwrap();
            });
        }
    });
}

#[test]
fn more_tasks_of_the_background_runtime_wait_than_a_runtime_has_blocking_threads() {
    in_time(|| {
        let (_runtime, sandbox) = elsewhere();
        let client = sandbox.client();
        // All of them wait before one goes on.
        let start = std::sync::Arc::new(tokio::sync::Barrier::new(600));
        let tasks = (0..600).map(|_| {
            let (client, start) = (client.clone(), start.clone());
            tokio::spawn(async move {
                block_on(start.wait()).unwrap();
                zones(&client)
            })
        });
        block_on(async { try_join_all(tasks.collect::<Vec<_>>()).await.unwrap() }).unwrap();
    });
}

#[test]
fn a_chain_of_tasks_that_wait_for_each_other_is_as_long_as_it_likes() {
    fn chain(client: Client, length: usize) -> Pin<Box<dyn Future<Output = usize> + Send>> {
        Box::pin(async move {
            if length == 0 {
                return zones(&client);
            }
            block_on(tokio::spawn(chain(client, length - 1))).unwrap().unwrap()
        })
    }
    in_time(|| {
        let (_runtime, sandbox) = elsewhere();
        assert!(block_on(chain(sandbox.client(), 600)).unwrap() > 0);
    });
}

#[test]
fn a_local_set_waits_for_what_it_awaits() {
    in_time(|| {
        let (_runtime, sandbox) = elsewhere();
        let (client, application) = (sandbox.client(), sandbox.ids().application);
        for runtime in [one_thread(), one_worker()] {
            LocalSet::new().block_on(&runtime, async {
                let mut awaited = client.send(GetApplication::new(&application)).into_future();
                assert!((&mut awaited).now_or_never().is_none());
                client.send(GetApplication::new(&application)).wait().unwrap();
                let local = {
                    let (client, application) = (client.clone(), application.clone());
                    tokio::task::spawn_local(async move {
                        client.send(GetApplication::new(application)).wait().map(drop)
                    })
                };
                local.await.unwrap().unwrap();
                awaited.await.unwrap();
            });
            client.resolver().forget();
        }
    });
}

#[test]
fn a_paused_clock_stops_no_wait() {
    in_time(|| {
        let (_runtime, sandbox) = elsewhere();
        let client = sandbox.client();
        let runtime = Builder::new_current_thread().enable_all().start_paused(true).build().unwrap();
        runtime.block_on(async {
            zones(&client);
            let call = client.send(GetApplication::new(sandbox.ids().application));
            call.timeout(Duration::from_secs(20)).wait().unwrap();
        });
    });
}

#[test]
fn a_callback_that_panics_ends_the_wait_and_one_that_waits_does_not() {
    in_time(|| {
        let (_runtime, sandbox) = elsewhere();
        let (client, application) = (sandbox.client(), sandbox.ids().application);
        let command = || DeployAndWait::new(&application, Duration::from_secs(60)).every(FAST);
        let panics = || client.deploy_and_wait(command()).lines(|_| panic!("on purpose")).wait().map(drop);
        let panic = catch_unwind(AssertUnwindSafe(panics)).unwrap_err();
        assert_eq!(*panic.downcast_ref::<&str>().unwrap(), "on purpose");
        for runtime in [one_thread(), one_worker()] {
            let (client, command) = (client.clone(), command());
            let waits = async move {
                let mut lines = 0;
                let call = client.deploy_and_wait(command).lines(|_| {
                    lines += 1;
                    zones(&client);
                });
                call.wait().unwrap();
                lines
            };
            assert!(runtime.block_on(async { tokio::spawn(waits).await.unwrap() }) > 0);
        }
    });
}

#[test]
fn an_iterator_goes_from_thread_to_thread_and_ends_in_any_runtime() {
    in_time(|| {
        let (_runtime, sandbox) = elsewhere();
        let client = sandbox.client();
        let open = || {
            let command = StreamApplicationRuntimeLog::new(sandbox.ids().application);
            client.stream(command).open().items().blocking().unwrap()
        };
        let mut lines = open();
        assert!(lines.next().is_some());
        let lines = one_thread().block_on(async move {
            assert!(lines.next().is_some());
            lines
        });
        let lines = one_worker().block_on(async {
            let next = tokio::spawn(async move {
                let mut lines = lines;
                assert!(matches!(lines.next_within(Duration::from_secs(60)), Next::Item(_)));
                lines
            });
            next.await.unwrap()
        });
        thread::spawn(move || drop(lines)).join().unwrap();
        for runtime in [one_thread(), one_worker()] {
            let lines = open();
            runtime.block_on(async move { tokio::spawn(async move { drop(lines) }).await.unwrap() });
            let mut lines = open();
            runtime.block_on(async move {
                lines.next();
                drop(lines);
            });
        }
    });
}

#[test]
fn commands_and_streams_by_name_are_waited_for() {
    in_time(|| {
        let (_runtime, sandbox) = elsewhere();
        let client = sandbox.client();
        one_thread().block_on(async {
            let zone = catalog::dispatch(&client, "GetZone", json!({"zoneName": "par"})).wait().unwrap();
            assert_eq!(zone["city"], "Paris");
            assert!(catalog::dispatch(&client, "GetZon", json!({})).wait().is_err());
            let input = json!({"applicationId": sandbox.ids().application});
            let mut lines =
                catalog::stream(&client, "StreamApplicationRuntimeLog", &input).unwrap().blocking().unwrap();
            assert!(lines.next().unwrap().is_ok());
        });
    });
}

#[test]
fn a_user_signs_in_without_async() {
    in_time(|| {
        let platform = Platform::new(|_, path| {
            let body = match path {
                "/v2/oauth/request_token" => {
                    "oauth_token=asked&oauth_token_secret=secret&oauth_callback_confirmed=true"
                }
                _ => "oauth_token=users&oauth_token_secret=hunter2&expiration_date=2030-01-01T00%3A00%3A00Z",
            };
            (200, body.to_owned())
        });
        let sign_in = SignIn::new("key", "secret").transport(&platform.transport());
        let within = || {
            let listener = Listener::bind(0).wait().unwrap();
            let pending = sign_in.start(listener.url()).wait().unwrap();
            let form = platform.bodies().pop().unwrap();
            let state = form.split("state%3D").nth(1).unwrap().split('&').next().unwrap().to_owned();
            let (_, address) = listener.url().split_once("//").unwrap();
            let port = address.split([':', '/']).nth(1).unwrap().to_owned();
            let browser = thread::spawn(move || {
                let mut socket = std::net::TcpStream::connect(format!("127.0.0.1:{port}")).unwrap();
                let target = format!("/callback?state={state}&oauth_token=asked&oauth_verifier=yes");
                write!(socket, "GET {target} HTTP/1.1\r\nhost: localhost\r\n\r\n").unwrap();
                std::io::read_to_string(socket).unwrap()
            });
            let visit = listener.wait(&pending, Duration::from_secs(30)).wait().unwrap();
            assert!(browser.join().unwrap().starts_with("HTTP/1.1 200 "));
            assert_eq!(pending.finish(visit).wait().unwrap().oauth1().token, "users");
        };
        within();
        one_thread().block_on(async { within() });
    });
}

/// Marks the process that a test starts.
#[cfg(unix)]
const STARTED: &str = "CC_CLIENT_TEST_WAITS";

#[cfg(unix)]
#[test]
#[ignore = "a process that another test starts and interrupts"]
#[allow(clippy::print_stdout)] // The process that started this one reads it.
fn handles_ctrl_c() {
    if std::env::var_os(STARTED).is_none() {
        return;
    }
    let platform = Platform::slow(|_, _| Box::pin(std::future::pending()));
    let client = platform.client();
    let is_interrupted = async {
        let kind = tokio::signal::unix::SignalKind::interrupt();
        let mut signal = tokio::signal::unix::signal(kind).unwrap();
        println!("waits");
        let call = client.send(ListZone::new()).timeout(None).into_future();
        matches!(select(call, Box::pin(signal.recv())).await, Either::Right(_))
    };
    assert!(block_on(is_interrupted).unwrap());
}

#[cfg(unix)]
#[test]
fn a_program_with_a_handler_of_its_own_for_ctrl_c_ends_its_wait() {
    use std::io::{BufRead, BufReader};
    use std::process::{Command, Stdio};
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "blocking::everywhere::handles_ctrl_c", "--ignored", "--nocapture"])
        .env(STARTED, "1")
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut output = BufReader::new(child.stdout.take().unwrap()).lines();
    assert!(output.any(|line| line.unwrap().contains("waits")));
    assert!(Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap().success());
    // Kept open: the process prints that the test is over.
    output.for_each(drop);
    assert!(child.wait().unwrap().success());
}

#[test]
fn destructors_wait_while_a_panic_unwinds_and_while_a_thread_ends() {
    struct Waits(Client, std::sync::mpsc::Sender<Result<usize, Error>>);
    impl Drop for Waits {
        fn drop(&mut self) {
            let zones = self.0.send(ListZone::new()).reload().wait();
            self.1.send(zones.map(|zones| zones.len())).unwrap();
        }
    }
    thread_local! {
        static LAST: std::cell::RefCell<Option<Waits>> = const { std::cell::RefCell::new(None) };
    }
    in_time(|| {
        let (_runtime, sandbox) = elsewhere();
        let (sender, waited) = channel();
        let waits = || Waits(sandbox.client(), sender.clone());
        let last = waits();
        thread::spawn(move || LAST.set(Some(last))).join().unwrap();
        let panics = waits();
        thread::spawn(move || {
            let _panics = panics;
            panic!("on purpose");
        })
        .join()
        .unwrap_err();
        let panics = waits();
        let task = async { tokio::spawn(async move { drop(panics) }).await };
        one_thread().block_on(task).unwrap();
        drop(sender);
        let waited: Vec<_> = waited.iter().map(|waited| waited.is_ok()).collect();
        assert_eq!(waited.len(), 3);
        assert!(waited[1] && waited[2]);
    });
}

#[test]
fn one_thread_awaits_and_waits_in_turn() {
    in_time(|| {
        let (_runtime, sandbox) = elsewhere();
        let (client, application) = (sandbox.client(), sandbox.ids().application);
        let runtime = one_thread();
        runtime.block_on(async {
            for _ in 0..5 {
                let awaited = (0..40).map(|_| client.send(ListZone::new()).reload().into_future());
                let mut awaited: Vec<_> = awaited.map(maybe_done).collect();
                for call in &mut awaited {
                    let _ = call.now_or_never();
                }
                zones(&client);
                client.send(GetApplication::new(&application)).wait().unwrap();
                join_all(&mut awaited).await;
                assert!(awaited.iter_mut().all(|call| Pin::new(call).take_output().unwrap().is_ok()));
            }
        });
        drop(runtime);
        zones(&client);
    });
}
