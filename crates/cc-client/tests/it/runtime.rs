//! Use outside of a call, and on different runtimes.

use std::future::Future;
use std::time::Duration;

use cc_client::poll::Polling;
use cc_client::resolve::{FileStore, Store};
use cc_client::sign_in::Listener;
use cc_client::{Error, ErrorKind, Result};
use futures_util::FutureExt;
use tokio::runtime::Builder;

/// Runs without a runtime, and in one without a timer and I/O.
fn in_each_place<T>(make: impl Fn() -> T) -> [T::Output; 2]
where
    T: Future,
{
    let bare = Builder::new_current_thread().build().unwrap();
    [without_runtime(make()), bare.block_on(make())]
}

/// Polls a future to its end without a runtime.
fn without_runtime<T: Future>(future: T) -> T::Output {
    let mut future = std::pin::pin!(future);
    loop {
        if let Some(done) = future.as_mut().now_or_never() {
            return done;
        }
        std::thread::yield_now();
    }
}

#[track_caller]
fn assert_unusable(error: &Error) {
    assert_eq!(error.kind(), ErrorKind::Unexpected, "{error:?}");
    assert!(error.to_string().contains("tokio runtime"), "{error}");
}

#[test]
fn waiting_without_a_timer_is_an_error() {
    let every = Duration::from_secs(1);
    for outcome in in_each_place(|| Polling::new(every, 30 * every).run(|| async { Ok(None::<()>) })) {
        assert_unusable(&outcome.unwrap_err());
    }
}

#[test]
fn listening_for_a_browser_without_io_is_an_error() {
    for outcome in in_each_place(|| Listener::bind(0)) {
        assert_unusable(&outcome.unwrap_err());
    }
}

#[cfg(not(target_family = "wasm"))]
#[test]
fn a_file_of_ids_that_is_read_without_a_timer_is_an_error() {
    let folder = tempfile::tempdir().unwrap();
    let store = FileStore::new(folder.path().join("ids"));
    for outcome in in_each_place(|| store.read("key")) {
        assert_unusable(&outcome.map(|_| ()).unwrap_err());
    }
}

#[cfg(feature = "stream")]
#[test]
fn merged_streams_that_have_no_timer_give_their_items_at_once() {
    use cc_client::stream::merge;
    use futures_util::{StreamExt, stream};

    let date = |_: &i64| cc_client::runtime::Timestamp::from_millis(1);
    let make = || {
        let one: std::pin::Pin<Box<dyn futures_util::Stream<Item = Result<i64>> + Send>> =
            Box::pin(stream::iter([Ok(1), Ok(2)]));
        let quiet: std::pin::Pin<Box<dyn futures_util::Stream<Item = Result<i64>> + Send>> =
            Box::pin(stream::pending());
        async move {
            let merged = merge(vec![one, quiet], date, Duration::from_secs(60));
            merged.take(2).map(|(_, item)| item.unwrap()).collect::<Vec<_>>().await
        }
    };
    assert_eq!(in_each_place(make), [[1, 2], [1, 2]]);
}
