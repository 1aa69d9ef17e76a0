//! Waiting until something of a network group is there, or gone.

use std::time::Duration;

use cc_runtime::{Command, Error, Result};

use crate::context::Context;

/// Time between two looks. Source: the official client.
pub(super) const EVERY: Duration = Duration::from_secs(1);

/// Maximum time of a change. Source: the official client.
pub(super) const AT_MOST: Duration = Duration::from_secs(30);

/// Looks until something is there. The looks pass by the response cache: they wait for a change.
///
/// # Errors
/// [`DeadlineExceeded`](cc_runtime::ErrorKind::DeadlineExceeded) after 30 s: the change may still happen. The
/// first error of a look.
pub(super) async fn until_there<C>(cx: &Context, what: &str, look: C) -> Result<C::Output>
where
    C: Command<Context = Context> + Clone,
{
    let cx = &cx.reloading();
    let found = cx.poll(EVERY, AT_MOST, || cx.send_optional(look.clone())).await;
    found.map_err(|error| late(error, what, "there"))
}

/// Looks until something is gone, in the same way.
///
/// # Errors
/// Those of [`until_there`].
pub(super) async fn until_gone<C>(cx: &Context, what: &str, look: C) -> Result<()>
where
    C: Command<Context = Context> + Clone,
{
    let cx = &cx.reloading();
    let gone = cx
        .poll(EVERY, AT_MOST, || async {
            let found = cx.send_optional(look.clone()).await?;
            Ok(found.is_none().then_some(()))
        })
        .await;
    gone.map_err(|error| late(error, what, "gone"))
}

fn late(error: Error, what: &str, state: &str) -> Error {
    let error = if error.is_timeout() && error.status().is_none() {
        let seconds = AT_MOST.as_secs();
        error.with_message(format!("{what} is not {state} after {seconds} s: the change may still happen"))
    } else {
        error
    };
    error.with_effect("the change was requested")
}
