//! The runtime of the connections of calls without async.
//!
//! A thread that waits reads and writes connections itself, where it may: a call then costs no change of threads. The thread of the
//! line does it while no other one does.
//!
//! # Why no wake-up is lost
//! The runtime has one thread at a time: of those that block on it, tokio gives it to one, and to the next one when that one leaves.
//! So while any thread drives, connections go on. Otherwise the thread of the line must drive: at once if a thread waits that cannot
//! (it is within another runtime) or a task waits for an answer, else soon. It looks at the [`State`] under its lock before it drives
//! and before it sleeps, and every change that concerns it is made under the lock and followed by what ends its present state:
//! [`Line::aside`] keeps a notification for it if it does not drive yet, and one too many makes it look again. `state/model.rs` tries
//! all orders of these steps.

mod state;

use std::cell::Cell;
use std::future::{Future, poll_fn};
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::task::{Poll, Wake, Waker};
use std::thread;
use std::time::{Duration, Instant};

use futures_util::task::AtomicWaker;
use parking::{Parker, Unparker};
use tokio::runtime::{Builder, Handle, Runtime};
use tokio::sync::Notify;

use crate::lock::lock;
use state::{Own, State};

/// Name of its thread.
const NAME: &str = "cc-connections";

/// Time after a wait in which the next one need not ask the thread of the line to step aside. The shorter, the more often the thread
/// looks whether other threads still drive.
const PAUSE: Duration = Duration::from_millis(20);

#[derive(Debug)]
pub(super) struct Line {
    runtime: Runtime,
    pause: Duration,
    state: Mutex<State>,
    /// Ends a pause or the sleep of the thread.
    changed: Condvar,
    /// Makes the thread step aside while it drives.
    aside: Notify,
}

/// A thread that waits for its waker.
pub(super) struct Waits {
    parker: Parker,
    signal: Arc<Signal>,
    pub(super) waker: Waker,
}

/// Wakes the thread, whether it drives or is parked.
struct Signal {
    unparker: Unparker,
    driving: AtomicWaker,
}

impl Wake for Signal {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        self.unparker.unpark();
        self.driving.wake();
    }
}

impl Waits {
    pub(super) fn new() -> Self {
        let parker = Parker::new();
        let signal = Arc::new(Signal { unparker: parker.unparker(), driving: AtomicWaker::new() });
        let waker = Waker::from(signal.clone());
        Self { parker, signal, waker }
    }

    /// Takes the token that the waker leaves.
    fn is_woken(&self) -> bool {
        self.parker.park_timeout(Duration::ZERO)
    }

    /// Ends once the waker was woken.
    fn woken(&self) -> impl Future<Output = ()> {
        poll_fn(|cx| {
            if self.is_woken() {
                return Poll::Ready(());
            }
            self.signal.driving.register(cx.waker());
            // It may have been woken before it was registered.
            if self.is_woken() { Poll::Ready(()) } else { Poll::Pending }
        })
    }

    fn park(&self, deadline: Option<Instant>) -> bool {
        match deadline {
            Some(deadline) => self.parker.park_deadline(deadline),
            None => {
                self.parker.park();
                true
            }
        }
    }
}

thread_local! {
    /// Notes by its destructor that the thread ends.
    static ALIVE: Alive = const { Alive };
    static BEGAN: Cell<bool> = const { Cell::new(false) };
}

struct Alive;

impl Drop for Alive {
    fn drop(&mut self) {}
}

impl Line {
    pub(super) fn start() -> io::Result<Arc<Self>> {
        Self::start_with(PAUSE)
    }

    fn start_with(pause: Duration) -> io::Result<Arc<Self>> {
        let runtime = Builder::new_current_thread().enable_all().build()?;
        let (state, changed, aside) = (Mutex::default(), Condvar::new(), Notify::new());
        let line = Arc::new(Self { runtime, pause, state, changed, aside });
        let own = line.clone();
        thread::Builder::new().name(NAME.to_owned()).spawn(move || own.run())?;
        Ok(line)
    }

    pub(super) fn handle(&self) -> &Handle {
        self.runtime.handle()
    }

    /// Has the connections driven while no thread waits, until the guard is dropped.
    pub(super) fn keep_driven(&self) -> Parked<'_> {
        Parked::begin(self)
    }

    /// Blocks until the waker is woken, or the deadline passes: `false`. `is_outside` says that the thread is in no runtime.
    pub(super) fn wait(&self, waits: &Waits, deadline: Option<Instant>, is_outside: bool) -> bool {
        if is_outside && self.may_drive() {
            let _driving = Driving::begin(self);
            let drives = || match deadline {
                None => {
                    self.runtime.block_on(waits.woken());
                    true
                }
                Some(deadline) => {
                    let woken = async { tokio::time::timeout_at(deadline.into(), waits.woken()).await };
                    self.runtime.block_on(woken).is_ok()
                }
            };
            // Tokio panics where it cannot block after all: then the thread is parked.
            if let Ok(woken) = catch_unwind(AssertUnwindSafe(drives)) {
                return woken;
            }
        }
        let _parked = Parked::begin(self);
        waits.park(deadline)
    }

    /// Returns `false` while the thread ends: thread-locals that tokio blocks with may be gone.
    fn may_drive(&self) -> bool {
        if !BEGAN.get() {
            // Thread-locals end in the reverse order of their beginning: those of tokio must begin first.
            if catch_unwind(AssertUnwindSafe(|| self.handle().block_on(async {}))).is_err() {
                return false;
            }
            BEGAN.set(true);
        }
        ALIVE.try_with(|_| ()).is_ok()
    }

    /// The thread of the line.
    fn run(&self) {
        loop {
            let mut state = lock(&self.state);
            let mut own = state.looks();
            loop {
                own = match own {
                    Own::Pauses => {
                        state = wait(&self.changed, state, self.pause);
                        state.has_paused()
                    }
                    Own::Sleeps => {
                        state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
                        state.has_slept()
                    }
                    Own::Drives => break,
                };
            }
            drop(state);
            self.runtime.block_on(self.aside.notified());
        }
    }
}

fn wait<'a>(changed: &Condvar, state: MutexGuard<'a, State>, pause: Duration) -> MutexGuard<'a, State> {
    changed.wait_timeout(state, pause).unwrap_or_else(PoisonError::into_inner).0
}

/// Lasts while a thread waits that may drive.
struct Driving<'a>(&'a Line);

impl<'a> Driving<'a> {
    fn begin(line: &'a Line) -> Self {
        // Without the lock: the thread of the line takes it first of all.
        let must_step_aside = lock(&line.state).drives();
        if must_step_aside {
            line.aside.notify_one();
        }
        Self(line)
    }
}

impl Drop for Driving<'_> {
    fn drop(&mut self) {
        let must_look = lock(&self.0.state).has_driven();
        if must_look {
            self.0.changed.notify_one();
        }
    }
}

/// Lasts while a thread waits that may not drive, or a task waits for an answer.
#[derive(Debug)]
pub(crate) struct Parked<'a>(&'a Line);

impl<'a> Parked<'a> {
    fn begin(line: &'a Line) -> Self {
        let must_look = lock(&line.state).parks();
        if must_look {
            line.changed.notify_one();
        }
        Self(line)
    }
}

impl Drop for Parked<'_> {
    fn drop(&mut self) {
        lock(&self.0.state).has_parked();
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::channel;

    use super::*;

    /// Runs a task of the runtime, and says that it is done.
    fn task(line: &Line) -> std::sync::mpsc::Receiver<()> {
        let (done, is_done) = channel();
        line.handle().spawn(async move { done.send(()).unwrap() });
        is_done
    }

    #[test]
    fn connections_of_a_task_go_on_at_once_after_each_wait_of_a_thread() {
        const NEVER: Duration = Duration::from_secs(3_600);
        let line = Line::start_with(NEVER).unwrap();
        let driven = line.keep_driven();
        for _ in 0..100 {
            let waits = Waits::new();
            waits.waker.wake_by_ref();
            assert!(line.wait(&waits, None, true));
            task(&line).recv_timeout(Duration::from_secs(20)).unwrap();
        }
        drop(driven);
    }
}
