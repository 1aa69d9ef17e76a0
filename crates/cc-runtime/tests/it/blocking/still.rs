//! Waits that need something which calls hold that stand still meanwhile: their runtime has one thread, which waits.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};

use cc_runtime::Credentials;
use cc_runtime::credentials::{CredentialsProvider, ProvideFuture};
use futures_util::future::{join, join_all, maybe_done};
use tokio::sync::oneshot;

use super::*;

fn limited(platform: &Platform, requests: usize) -> Transport {
    platform.builder().concurrency(requests).build().unwrap()
}

/// A platform whose first answer comes after this sender has sent.
fn held() -> (Platform, oneshot::Sender<()>) {
    let (release, held) = oneshot::channel::<()>();
    let held = Mutex::new(Some(held));
    let platform = Platform::slow(move |count, _| {
        let held = held.lock().unwrap().take();
        Box::pin(async move {
            if let Some(held) = held {
                held.await.unwrap();
            }
            answer(200, &count.to_string())
        })
    });
    (platform, release)
}

#[test]
fn a_wait_takes_the_permit_of_a_call_that_stands_still() {
    in_time(|| {
        let (platform, options) = (platform(), CallOptions::new());
        for permits in [1, 2] {
            let transport = limited(&platform, permits);
            one_thread().block_on(async {
                let post = || Box::pin(transport.execute(request(&POST), &options));
                // The last ones wait for a permit.
                let mut awaited: Vec<_> = (0..permits + 3).map(|_| post()).collect();
                awaited.iter_mut().for_each(begin);
                for _ in 0..3 {
                    number(&transport);
                    let tasks = (0..2 * permits).map(|_| transport.call(GetNumber));
                    assert!(block_on(join_all(tasks)).unwrap().iter().all(Result::is_ok));
                }
                // They go on afterwards.
                assert!(join_all(awaited).await.iter().all(Result::is_ok));
            });
        }
    });
}

#[test]
fn a_permit_that_becomes_free_goes_to_a_wait_before_a_call_that_stands_still() {
    in_time(|| {
        let (platform, release) = held();
        let (transport, options) = (limited(&platform, 1), CallOptions::new());
        let holds = thread::spawn({
            let transport = transport.clone();
            move || number(&transport)
        });
        while platform.count() == 0 {
            thread::yield_now();
        }
        one_thread().block_on(async {
            let mut awaited = Box::pin(transport.execute(request(&POST), &options));
            begin(&mut awaited);
            let waits = transport.execute(request(&POST), &options);
            let (waited, ()) = block_on(join(waits, async { release.send(()).unwrap() })).unwrap();
            waited.unwrap();
            // The permit became free while it stood still.
            awaited.await.unwrap();
        });
        holds.join().unwrap();
        assert_eq!(platform.count(), 3);
    });
}

/// Lets another thread wait for a call, and then holds up the runtime until that thread has its answer.
fn wait_for_the_wait_of_another_thread(
    transport: &Transport,
    call: impl FnOnce(Transport) -> Result<()> + Send,
    noted: std::sync::mpsc::Receiver<()>,
) {
    thread::scope(|scope| {
        let (done, is_done) = oneshot::channel();
        let transport = transport.clone();
        scope.spawn(move || done.send(call(transport)).unwrap());
        noted.recv().unwrap();
        block_on(is_done).unwrap().unwrap().unwrap();
    });
}

#[test]
fn another_thread_takes_the_permit_of_a_call_that_begins_to_stand_still() {
    in_time(|| {
        let (platform, options) = (platform(), CallOptions::new());
        let transport = limited(&platform, 1);
        one_thread().block_on(async {
            let mut awaited = Box::pin(transport.execute(request(&POST), &options));
            begin(&mut awaited);
            let (note, noted) = channel();
            let waits = |transport: Transport| {
                let call = noting(async { transport.call(GetNumber).await }, || note.send(()).unwrap());
                call.wait().map(drop)
            };
            wait_for_the_wait_of_another_thread(&transport, waits, noted);
            awaited.await.unwrap();
        });
    });
}

#[test]
fn another_thread_asks_again_when_the_request_that_it_waits_for_begins_to_stand_still() {
    in_time(|| {
        let platform = platform();
        let transport = platform.transport();
        one_thread().block_on(async {
            let mut awaited = transport.call(GetNumber);
            begin(&mut awaited);
            let (note, noted) = channel();
            let waits = |transport: Transport| {
                let call = noting(async { transport.call(GetNumber).await }, || note.send(()).unwrap());
                call.wait().map(drop)
            };
            wait_for_the_wait_of_another_thread(&transport, waits, noted);
            awaited.await.unwrap();
        });
        assert_eq!(platform.count(), 2);
    });
}

#[test]
fn a_queue_of_waits_and_calls_on_many_runtimes_empties_whatever_stands_still() {
    in_time(|| {
        let platform = Platform::slow(|_, _| after(Duration::from_micros(50), answer(200, "1")));
        let (transport, done) = (limited(&platform, 2), AtomicUsize::new(0));
        let post = |transport: Transport| async move {
            transport.execute(request(&POST), &CallOptions::new()).await.unwrap();
        };
        thread::scope(|scope| {
            for kind in 0..6 {
                let (transport, done) = (transport.clone(), &done);
                scope.spawn(move || {
                    let runtime = if kind < 4 { one_thread() } else { workers(1) };
                    runtime.block_on(async {
                        for _ in 0..50 {
                            // They may be over at once.
                            let post = || maybe_done(Box::pin(post(transport.clone())));
                            let mut awaited: Vec<_> = (0..4).map(|_| post()).collect();
                            for call in &mut awaited {
                                let _ = futures_util::FutureExt::now_or_never(call);
                                if kind % 2 == 0 {
                                    block_on(post()).unwrap();
                                } else {
                                    number(&transport);
                                }
                                done.fetch_add(1, SeqCst);
                            }
                            // Some are dropped while they wait or hold a permit.
                            awaited.truncate(2);
                            join_all(awaited).await;
                        }
                    });
                });
            }
        });
        assert_eq!(done.load(SeqCst), 6 * 50 * 4);
    });
}

/// Asks another server without async, the first time.
#[derive(Debug)]
struct Asks {
    other: Transport,
    first: Mutex<Option<(std::sync::mpsc::Sender<()>, std::sync::mpsc::Receiver<()>)>>,
}

impl CredentialsProvider for Asks {
    fn provide(&self) -> ProvideFuture<'_> {
        Box::pin(async {
            let first = self.first.lock().unwrap().take();
            if let Some((inside, go)) = first {
                inside.send(()).unwrap();
                go.recv().unwrap();
                number(&self.other);
            }
            Ok(Credentials::api_token("token"))
        })
    }
}

#[test]
fn a_provider_that_waits_within_a_call_blocks_nobody_who_joins_the_call() {
    in_time(|| {
        for of_runtime in [false, true] {
            let platform = platform();
            let ((inside, is_inside), (go, goes)) = (channel(), channel());
            let first = Mutex::new(Some((inside, goes)));
            let provider = Asks { other: self::platform().transport(), first };
            let credentials = Credentials::provider(provider);
            let transport = platform.builder().credentials(credentials).build().unwrap();
            thread::scope(|scope| {
                let call = || {
                    if of_runtime {
                        one_thread().block_on(transport.call(GetNumber)).unwrap().into_inner()
                    } else {
                        number(&transport)
                    }
                };
                scope.spawn(call);
                is_inside.recv().unwrap();
                // It joins on the background thread, which the wait of the provider needs.
                let joins = transport.clone();
                let joined = block_on(async move {
                    let join =
                        async move { noting(joins.call(GetNumber), move || go.send(()).unwrap()).await };
                    tokio::spawn(join).await.unwrap()
                });
                joined.unwrap().unwrap();
            });
        }
    });
}

/// A transport with a client of the program.
pub(super) fn given() -> Transport {
    Transport::builder().endpoint(server()).reqwest_client(reqwest::Client::new()).build().unwrap()
}

#[test]
fn connections_of_a_client_of_the_program_go_on_while_a_runtime_stands_still() {
    in_time(|| {
        let (transport, options) = (given(), CallOptions::new());
        number(&transport);
        one_thread().block_on(async {
            for _ in 0..3 {
                let calls = (0..3).map(|_| transport.execute(request(&POST), &options));
                assert!(join_all(calls).await.iter().all(Result::is_ok));
                number(&transport);
            }
        });
        number(&transport);
    });
}
