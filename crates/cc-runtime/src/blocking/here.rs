//! The calling thread, while it waits.

use std::cell::Cell;
use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::pin::{Pin, pin};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use tokio::runtime::{EnterGuard, Handle, RuntimeFlavor, worker_index};
use tokio::task::{block_in_place, unconstrained};

use super::background::Background;
use super::line::Waits;
use crate::error::{Error, ErrorKind, Result};
use crate::tasks::Stopped;

thread_local! {
    /// Place of the wait of this thread, if it waits: code that it runs meanwhile may wait too.
    static WAITS: Cell<Option<Place>> = const { Cell::new(None) };
}

/// The calling thread, with the background runtime entered: timers and tasks begin there.
pub(super) struct Here {
    background: &'static Background,
    place: Place,
    /// `WAITS` before.
    outer: Option<Place>,
    _entered: EnterGuard<'static>,
    /// The tasks that stand still meanwhile.
    _stopped: Option<Stopped>,
}

/// What else runs on the calling thread.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    /// Nothing that must go on, perhaps within a runtime.
    Free,
    /// Tasks that another thread can take over, and has not yet.
    Worker,
    /// Tasks that stand still: those of a current-thread runtime.
    Still,
    /// Nothing, and the thread is in no runtime.
    Outside,
}

impl Here {
    /// # Errors
    /// [`ErrorKind::Unexpected`] if the background threads cannot be started, or the thread is about to end.
    pub(super) fn enter() -> Result<Self> {
        let current = match Handle::try_current() {
            Err(error) if error.is_thread_local_destroyed() => return Err(too_late().with_source(error)),
            current => current.ok(),
        };
        let background = Background::get()?;
        let handle = background.handle();
        let outer = WAITS.try_with(Cell::get).unwrap_or_default();
        // Within a wait, the runtime of the thread is hidden behind the background runtime: the outer wait knows the place.
        let nested_in = outer.filter(|_| current.as_ref().is_some_and(|current| current.id() == handle.id()));
        let is_outside = current.is_none();
        let drives = current.filter(|_| worker_index().is_some());
        let (place, stopped) = match (nested_in, drives) {
            // The code that this thread runs may block on a runtime of its own, and tokio does not tell.
            (Some(Place::Outside), _) => (Place::Free, None),
            (Some(place), _) => (place, None),
            (None, Some(current)) if current.runtime_flavor() == RuntimeFlavor::MultiThread => {
                (Place::Worker, None)
            }
            (None, Some(current)) => (Place::Still, Some(Stopped::new(current.id()))),
            (None, None) if is_outside => (Place::Outside, None),
            (None, None) => (Place::Free, None),
        };
        set_waits(Some(place));
        Ok(Self { background, place, outer, _entered: handle.enter(), _stopped: stopped })
    }

    /// Polls the future until it is done. `late` is called when the deadline passes.
    pub(super) fn drive<F: Future>(
        &self,
        future: Pin<&mut F>,
        waits: &Waits,
        deadline: Option<Instant>,
        mut late: impl FnMut(),
    ) -> F::Output {
        let mut cx = Context::from_waker(&waits.waker);
        // A worker whose budget is used up would poll again and again, and never find anything ready.
        let mut future = pin!(unconstrained(future));
        if let Poll::Ready(output) = future.as_mut().poll(&mut cx) {
            return output;
        }
        let (line, is_outside) = (self.background.line(), self.place == Place::Outside);
        self.give_way(|place| {
            let mut again = Again::new(place);
            loop {
                let is_woken = line.wait(waits, again.before(deadline), is_outside);
                again.waited(is_woken);
                if !is_woken && deadline.is_some_and(|deadline| deadline <= Instant::now()) {
                    late();
                }
                if let Poll::Ready(output) = future.as_mut().poll(&mut cx) {
                    return output;
                }
            }
        })
    }

    /// Runs something that blocks, after another thread has taken over the tasks of this one.
    fn give_way<T>(&self, blocks: impl FnOnce(Place) -> T) -> T {
        if self.place != Place::Worker {
            return blocks(self.place);
        }
        let mut blocks = Some(|place| {
            // Waits within this one find the worker given up.
            set_waits(Some(place));
            blocks(place)
        });
        let outcome = catch_unwind(AssertUnwindSafe(|| {
            block_in_place(|| blocks.take().map(|blocks| blocks(Place::Free)))
        }));
        match (outcome, blocks) {
            (Ok(Some(output)), _) => output,
            // Not a worker after all: a program may enter one runtime on the thread of another.
            (_, Some(blocks)) => blocks(Place::Still),
            (Ok(None), None) => unreachable!("it ran"),
            (Err(panic), None) => resume_unwind(panic),
        }
    }
}

/// When a future is polled though its waker was not woken.
///
/// On the thread of a current-thread runtime, [`tokio::task::yield_now`] leaves the waker to the scheduler of this runtime, which
/// stands still until the wait is over.
struct Again(Option<Duration>);

impl Again {
    const FIRST: Duration = Duration::from_millis(1);
    const LAST: Duration = Duration::from_millis(16);

    fn new(place: Place) -> Self {
        Self((place == Place::Still).then_some(Self::FIRST))
    }

    /// The end of the next wait.
    fn before(&self, deadline: Option<Instant>) -> Option<Instant> {
        let Some(pause) = self.0 else { return deadline };
        let again = Instant::now() + pause;
        Some(deadline.map_or(again, |deadline| deadline.min(again)))
    }

    fn waited(&mut self, is_woken: bool) {
        if let Some(pause) = &mut self.0 {
            *pause = if is_woken { Self::FIRST } else { (*pause * 2).min(Self::LAST) };
        }
    }
}

impl Drop for Here {
    fn drop(&mut self) {
        set_waits(self.outer);
    }
}

/// Returns `true` if the calling thread waits for what it does.
pub(super) fn waits_here() -> bool {
    WAITS.try_with(Cell::get).is_ok_and(|place| place.is_some())
}

fn set_waits(place: Option<Place>) {
    // While the thread ends, there is nothing to note it in.
    let _ = WAITS.try_with(|waits| waits.set(place));
}

#[cold]
fn too_late() -> Error {
    Error::new(ErrorKind::Unexpected)
        .with_message("cannot wait while the thread ends: its thread-locals are gone")
        .not_sent()
}
