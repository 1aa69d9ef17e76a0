//! Waits beside calls that are awaited.

use super::*;

#[test]
fn a_wait_and_an_awaited_call_share_one_request() {
    in_time(|| {
        let platform = Platform::slow(|_, _| after(Duration::from_millis(50), answer(200, "1")));
        let transport = platform.transport();
        let runtime = workers(1);
        let awaited = runtime.spawn({
            let transport = transport.clone();
            async move { transport.call(GetNumber).await }
        });
        while platform.count() == 0 {
            thread::yield_now();
        }
        thread::scope(|scope| {
            let waits: Vec<_> = (0..4).map(|_| scope.spawn(|| number(&transport))).collect();
            waits.into_iter().for_each(|wait| assert_eq!(wait.join().unwrap(), 1));
        });
        // From a worker of the very runtime, too.
        runtime.block_on(awaited).unwrap().unwrap();
        assert_eq!(platform.count(), 1);
    });
}

#[test]
fn a_wait_does_not_join_a_request_of_the_runtime_whose_thread_it_holds() {
    in_time(|| {
        let platform = platform();
        let transport = platform.transport();
        let runtime = one_thread();
        runtime.block_on(async {
            let mut awaited = transport.call(GetNumber);
            begin(&mut awaited);
            // The awaited call stands still until the wait is over.
            assert_eq!(number(&transport), 1);
            assert_eq!(awaited.await.unwrap().into_inner(), 0);
        });
        assert_eq!(platform.count(), 2);
    });
}

#[test]
fn a_wait_of_a_worker_joins_a_request_of_its_runtime() {
    in_time(|| {
        let platform = Platform::slow(|_, _| after(Duration::from_millis(20), answer(200, "1")));
        let transport = platform.transport();
        let runtime = workers(1);
        let task = runtime.spawn(async move {
            let mut awaited = transport.call(GetNumber);
            begin(&mut awaited);
            (number(&transport), awaited.await.unwrap().into_inner())
        });
        assert_eq!(runtime.block_on(task).unwrap(), (1, 1));
        assert_eq!(platform.count(), 1);
    });
}

#[test]
fn a_call_that_began_in_the_runtime_whose_thread_waits_for_it_is_asked_again_or_an_error() {
    in_time(|| {
        let platform = platform();
        let transport = platform.transport();
        let runtime = one_thread();
        runtime.block_on(async {
            let mut read = transport.call(GetNumber);
            begin(&mut read);
            assert_eq!(read.wait().unwrap().attempts(), 2);
            let options = CallOptions::new();
            let mut write = Box::pin(transport.execute(request(&POST), &options));
            begin(&mut write);
            let error = write.wait().unwrap_err();
            assert!(error.may_be_done() && error.to_string().contains("blocked"), "{error}");
        });
        assert_eq!(platform.count(), 3);
    });
}
