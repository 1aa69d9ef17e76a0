//! Futures that go on by themselves.

use std::future::Future;

pub use futures_util::future::AbortHandle;

/// Runs the future from the next turn of the event loop on, until it is done or aborted.
pub fn spawn(future: impl Future<Output = ()> + 'static) -> AbortHandle {
    let (future, handle) = futures_util::future::abortable(future);
    wasm_bindgen_futures::spawn_local(async move {
        // Aborted is done, too.
        let _ = crate::panic::contained(future).await;
    });
    handle
}
