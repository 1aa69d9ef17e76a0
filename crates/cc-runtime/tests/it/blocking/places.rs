//! Places where a wait is called.

use std::cell::RefCell;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};

use futures_util::StreamExt;
use tokio::runtime::Handle;
use tokio::task::LocalSet;

use super::*;

#[test]
fn a_wait_is_allowed_in_every_kind_of_runtime() {
    in_time(|| {
        let transport = platform().transport();
        for runtime in [one_thread(), workers(1), workers(2)] {
            runtime.block_on(async { number(&transport) });
            let (in_task, in_thread) = (transport.clone(), transport.clone());
            runtime.block_on(async { tokio::spawn(async move { number(&in_task) }).await.unwrap() });
            runtime
                .block_on(async { tokio::task::spawn_blocking(move || number(&in_thread)).await.unwrap() });
            LocalSet::new().block_on(&runtime, async {
                let transport = transport.clone();
                tokio::task::spawn_local(async move { number(&transport) }).await.unwrap()
            });
            let _entered = runtime.enter();
            number(&transport);
        }
        // Without a timer and I/O.
        Builder::new_current_thread().build().unwrap().block_on(async { number(&transport) });
    });
}

#[test]
fn a_wait_is_allowed_where_one_runtime_is_entered_on_the_thread_of_another() {
    in_time(|| {
        let (transport, other) = (platform().transport(), workers(1));
        for runtime in [one_thread(), workers(1)] {
            runtime.block_on(async {
                let _entered = other.enter();
                number(&transport)
            });
        }
        let runtime = workers(1);
        let handle = other.handle().clone();
        runtime.block_on(async {
            let waits = async move {
                let _entered = handle.enter();
                number(&transport)
            };
            tokio::spawn(async move { futures_util::FutureExt::now_or_never(waits) }).await.unwrap().unwrap()
        });
    });
}

#[test]
fn a_wait_is_allowed_in_another_executor() {
    let transport = platform().transport();
    assert_eq!(futures::executor::block_on(async { number(&transport) }), 0);
    let mut pool = futures::executor::LocalPool::new();
    assert_eq!(pool.run_until(async { number(&transport) }), 1);
}

#[test]
fn tasks_of_a_worker_go_on_while_it_waits() {
    in_time(|| {
        // The answer comes from a task of the only worker, which waits for it.
        let platform = Platform::slow(|_, _| {
            Box::pin(async {
                let runtime = SERVER.lock().unwrap().clone().unwrap();
                runtime.spawn(async { answer(200, "5") }).await.unwrap()
            })
        });
        static SERVER: std::sync::Mutex<Option<Handle>> = std::sync::Mutex::new(None);
        let runtime = workers(1);
        *SERVER.lock().unwrap() = Some(runtime.handle().clone());
        let transport = platform.transport();
        let task = async move { tokio::spawn(async move { number(&transport) }).await.unwrap() };
        assert_eq!(runtime.block_on(task), 5);
    });
}

#[test]
fn tasks_of_a_worker_go_on_while_a_wait_within_the_first_step_of_another_one_waits() {
    in_time(|| {
        let (asked, asks) = tokio::sync::mpsc::unbounded_channel();
        let runtime = workers(1);
        // The only worker answers, too.
        runtime.spawn(async move {
            let mut asks: tokio::sync::mpsc::UnboundedReceiver<tokio::sync::oneshot::Sender<u32>> = asks;
            while let Some(ask) = asks.recv().await {
                ask.send(5).unwrap();
            }
        });
        let ask = move || {
            let (sender, receiver) = tokio::sync::oneshot::channel();
            asked.send(sender).unwrap();
            block_on(receiver).unwrap().unwrap()
        };
        let task = async move {
            tokio::spawn(async move {
                // Nothing in the outer futures waits before the inner one does.
                let nested = block_on(async { block_on(async { ask() }).unwrap() }).unwrap();
                // Nor in the stream, nor in its destructor.
                struct Asks<F: Fn() -> u32>(F);
                impl<F: Fn() -> u32> Drop for Asks<F> {
                    fn drop(&mut self) {
                        (self.0)();
                    }
                }
                let asks = Asks(ask);
                let mut items = futures_util::stream::iter([1]).map(move |_| (asks.0)()).blocking().unwrap();
                (nested, items.next())
            })
            .await
            .unwrap()
        };
        assert_eq!(runtime.block_on(task), (5, Some(5)));
    });
}

#[test]
fn a_future_that_yields_goes_on_in_every_kind_of_runtime() {
    in_time(|| {
        let yields = || {
            block_on(async {
                tokio::task::yield_now().await;
                // Within a wait, too.
                block_on(async { tokio::task::yield_now().await }).unwrap();
                tokio::task::yield_now().await;
            })
            .unwrap();
            let items = futures_util::stream::iter(0..3).then(|item| async move {
                tokio::task::yield_now().await;
                item
            });
            assert_eq!(Box::pin(items).blocking().unwrap().count(), 3);
        };
        yields();
        for runtime in [one_thread(), workers(1)] {
            runtime.block_on(async { yields() });
            runtime.block_on(async { tokio::spawn(async move { yields() }).await.unwrap() });
            LocalSet::new().block_on(&runtime, async { yields() });
        }
    });
}

#[test]
fn a_worker_without_budget_waits_and_does_not_spin() {
    in_time(|| {
        let polls = Arc::new(AtomicUsize::new(0));
        let counted = polls.clone();
        for runtime in [one_thread(), workers(1)] {
            let polls = counted.clone();
            runtime.block_on(async move {
                tokio::spawn(async move {
                    // Uses up the budget of this task.
                    let (sender, mut receiver) = tokio::sync::mpsc::unbounded_channel();
                    (0..1_000).for_each(|number| sender.send(number).unwrap());
                    while futures_util::FutureExt::now_or_never(receiver.recv()).flatten().is_some() {}
                    let sleep = tokio::time::Duration::from_millis(20);
                    async {
                        let mut sleep = std::pin::pin!(async {
                            tokio::time::sleep(sleep).await;
                        });
                        std::future::poll_fn(|cx| {
                            polls.fetch_add(1, SeqCst);
                            sleep.as_mut().poll(cx)
                        })
                        .await;
                        Ok::<_, Error>(())
                    }
                    .wait()
                    .unwrap();
                })
                .await
                .unwrap();
            });
        }
        // The thread of a current-thread runtime polls again after 1, 2, 4, 8 and 16 ms.
        assert!(polls.load(SeqCst) <= 12, "{polls:?} polls");
    });
}

#[test]
fn a_wait_within_a_wait_works_at_any_depth_and_on_the_background_thread() {
    fn nested(transport: &Transport, depth: usize) -> u32 {
        let call = async {
            tokio::time::sleep(Duration::from_millis(1)).await;
            if depth > 0 {
                nested(transport, depth - 1);
            }
            Ok::<_, Error>(transport.call(GetNumber).await?.into_inner())
        };
        call.wait().unwrap()
    }
    in_time(|| {
        let transport = platform().transport();
        assert_eq!(nested(&transport, 4), 4);
        for runtime in [one_thread(), workers(1)] {
            let transport = transport.clone();
            runtime
                .block_on(async move { tokio::spawn(async move { nested(&transport, 3) }).await.unwrap() });
        }
        // More waits at once than the background runtime has threads.
        let in_tasks = async {
            let waits = (0..8).map(|_| {
                let transport = transport.clone();
                tokio::spawn(async move { nested(&transport, 2) })
            });
            Ok::<_, Error>(futures_util::future::try_join_all(waits).await.unwrap())
        };
        in_tasks.wait().unwrap();
        let runtime_within = async {
            let within = one_thread();
            Ok::<_, Error>(std::thread::scope(|scope| {
                scope.spawn(|| within.block_on(async { nested(&transport, 1) })).join().unwrap()
            }))
        };
        runtime_within.wait().unwrap();
    });
}

#[test]
fn a_callback_may_wait_for_a_thread_that_waits() {
    in_time(|| {
        let transport = platform().transport();
        let call = async {
            tokio::time::sleep(Duration::from_millis(1)).await;
            let other = transport.clone();
            thread::spawn(move || number(&other)).join().unwrap();
            Ok::<_, Error>(())
        };
        call.wait().unwrap();
    });
}

#[test]
fn a_wait_in_a_destructor_is_allowed_even_while_a_panic_unwinds() {
    struct Waits(Transport, Arc<AtomicUsize>);
    impl Drop for Waits {
        fn drop(&mut self) {
            number(&self.0);
            self.1.fetch_add(1, SeqCst);
        }
    }
    in_time(|| {
        let (transport, done) = (platform().transport(), Arc::new(AtomicUsize::new(0)));
        let waits = || Waits(transport.clone(), done.clone());
        drop(waits());
        one_thread().block_on(async { drop(waits()) });
        let runtime = workers(1);
        runtime.block_on(tokio::task::unconstrained(async {
            tokio::spawn({
                let waits = waits();
                async move {
                    let _waits = waits;
                    panic!("on purpose");
                }
            })
            .await
            .unwrap_err()
        }));
        // A future that is dropped in the middle of a wait.
        let dropped = async {
            let _waits = waits();
            tokio::time::sleep(SECOND).await;
        };
        let dropped = tokio::time::Duration::from_millis(5)
            .min(SECOND)
            .checked_add(Duration::ZERO)
            .map(|time| (time, dropped));
        let (time, dropped) = dropped.unwrap();
        async { Ok::<_, Error>(tokio::time::timeout(time, dropped).await.is_err()) }.wait().unwrap();
        // The task of a runtime that is dropped.
        let runtime = one_thread();
        let last = waits();
        runtime.spawn(async move {
            let _last = last;
            std::future::pending::<()>().await;
        });
        runtime.block_on(tokio::task::yield_now());
        drop(runtime);
        assert_eq!(done.load(SeqCst), 5);
    });
}

#[test]
fn a_wait_while_the_thread_ends_is_an_error_or_works_and_never_a_panic() {
    struct Waits(Transport, std::sync::mpsc::Sender<Result<u32>>);
    impl Drop for Waits {
        fn drop(&mut self) {
            let waited = self.0.call(GetNumber).wait();
            self.1.send(waited.map(cc_runtime::Answer::into_inner)).unwrap();
        }
    }
    thread_local!(static LAST: RefCell<Option<Waits>> = const { RefCell::new(None) });
    in_time(|| {
        let transport = platform().transport();
        for waits_before in [false, true] {
            let (sender, results) = channel();
            let transport = transport.clone();
            let thread = thread::spawn(move || {
                LAST.with(|last| *last.borrow_mut() = Some(Waits(transport.clone(), sender)));
                if waits_before {
                    // The thread-locals of tokio are made after ours, and end before.
                    number(&transport);
                }
            });
            let result = results.recv().unwrap();
            thread.join().unwrap();
            if let Err(error) = result {
                assert!(error.is_not_sent() && error.to_string().contains("thread"), "{error}");
            }
        }
    });
}

#[test]
fn a_wait_is_allowed_within_block_in_place_and_another_runtime_within_a_wait() {
    in_time(|| {
        let transport = platform().transport();
        let blocks = |transport: &Transport| {
            let number = || tokio::task::block_in_place(|| number(transport));
            block_on(async { number() }).unwrap();
            // The future of a wait is outside of any runtime but those in which the wait is.
            number();
        };
        let _entered = workers(1);
        _entered.block_on(async { blocks(&transport) });
        let within = transport.clone();
        let task = async move { tokio::spawn(async move { blocks(&within) }).await.unwrap() };
        workers(1).block_on(task);
        let runtime = one_thread();
        let nested = block_on(async { runtime.block_on(async { number(&transport) }) }).unwrap();
        assert!(nested > 0);
        let handle = workers(1);
        block_on(async { handle.block_on(async { transport.call(GetNumber).await }) }).unwrap().unwrap();
    });
}
