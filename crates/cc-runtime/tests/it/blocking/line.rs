//! Connections, which threads that wait read and write themselves.

use futures_util::{StreamExt, stream};

use super::*;

fn transport() -> Transport {
    Transport::builder().endpoint(server()).build().unwrap()
}

#[test]
fn threads_that_may_and_that_may_not_drive_connections_wait_at_once() {
    in_time(|| {
        let transport = transport();
        thread::scope(|scope| {
            for kind in 0..8 {
                let transport = transport.clone();
                let calls = move |transport: &Transport| {
                    for round in 0..200 {
                        assert_eq!(number(transport), 1);
                        match round % 40 {
                            // The thread of the connections takes over.
                            0 => block_on(async { tokio::time::sleep(Duration::from_millis(45)).await })
                                .unwrap(),
                            5 => {
                                let call = async { transport.call(GetNumber).await };
                                let mut items = Box::pin(stream::once(call)).blocking().unwrap();
                                while matches!(items.next_within(Duration::from_micros(100)), Next::Quiet) {}
                            }
                            10 => drop(block_on(async { number(transport) })),
                            15 => {
                                let timeout = Duration::from_micros(round * 5);
                                drop(transport.call(GetNumber).timeout(timeout).wait());
                            }
                            _ => {}
                        }
                    }
                };
                scope.spawn(move || match kind {
                    0 => one_thread().block_on(async { calls(&transport) }),
                    1 => workers(1)
                        .block_on(async { tokio::spawn(async move { calls(&transport) }).await.unwrap() }),
                    2 => workers(1).block_on(async { calls(&transport) }),
                    3 => block_on(async { tokio::spawn(async move { calls(&transport) }).await.unwrap() })
                        .unwrap(),
                    _ => calls(&transport),
                });
            }
        });
    });
}

#[test]
fn a_callback_that_blocks_holds_up_no_connection() {
    in_time(|| {
        let transport = transport();
        let ((inside, is_inside), (go, goes)) = (channel::<()>(), channel::<()>());
        thread::scope(|scope| {
            let blocks = transport.clone();
            scope.spawn(move || {
                let call = async {
                    blocks.call(GetNumber).await?;
                    inside.send(()).unwrap();
                    goes.recv().unwrap();
                    blocks.call(GetNumber).await
                };
                call.wait().unwrap();
            });
            is_inside.recv().unwrap();
            // On a thread that may drive, on one that may not, and in a task that nothing waits for.
            number(&transport);
            one_thread().block_on(async { number(&transport) });
            let (done, is_done) = channel();
            let within = transport.clone();
            let task = async { drop(tokio::spawn(async move { done.send(within.call(GetNumber).await) })) };
            block_on(task).unwrap();
            is_done.recv().unwrap().unwrap();
            go.send(()).unwrap();
        });
    });
}

#[test]
fn connections_go_on_between_the_items_of_a_stream_and_on_other_threads() {
    in_time(|| {
        let transport = transport();
        let calls = stream::iter(0..20).then(move |_| {
            let transport = transport.clone();
            async move { transport.call(GetNumber).await.unwrap().into_inner() }
        });
        let mut calls = Box::pin(calls).blocking().unwrap();
        while let Some(answer) = calls.next() {
            assert_eq!(answer, 1);
            calls = thread::spawn(move || {
                one_thread().block_on(async {
                    calls.next();
                    calls
                })
            })
            .join()
            .unwrap();
        }
    });
}
