//! A timer that is set anew at each poll.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use cc_runtime::Result;
use cc_runtime::tasks::{self, Instant};

/// A future that is polled by hand.
pub(super) type Boxed<T> = Pin<Box<dyn Future<Output = T> + Send>>;

/// A timer that is set anew at each poll.
#[derive(Default)]
pub(super) struct Timer(Option<(Instant, Boxed<Result<()>>)>);

impl Timer {
    /// Waits until this time, or forever without one. The clock is read too: a task that never waits would
    /// never see a timer of the runtime fire.
    ///
    /// # Errors
    /// [`ErrorKind::Unexpected`](cc_runtime::ErrorKind::Unexpected) outside of a tokio runtime with a timer.
    pub(super) fn poll(&mut self, cx: &mut Context<'_>, until: Option<Instant>) -> Poll<Result<()>> {
        let Some(until) = until else {
            self.0 = None;
            return Poll::Pending;
        };
        let now = Instant::now();
        if until <= now {
            self.0 = None;
            return Poll::Ready(Ok(()));
        }
        let timer = match &mut self.0 {
            Some(timer) if timer.0 == until => timer,
            timer => {
                let slept = tasks::guarded(async move {
                    tasks::sleep(until - now).await;
                    Ok(())
                });
                timer.insert((until, Box::pin(slept)))
            }
        };
        let poll = timer.1.as_mut().poll(cx);
        if poll.is_ready() {
            self.0 = None;
        }
        poll
    }
}
