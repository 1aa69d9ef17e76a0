//! The runtime of the connections of calls without async.
//!
//! A thread that waits reads and writes connections itself, where it may: a call then costs no change of threads. The thread of the
//! line does it while no other one does.
//!
//! # Why no wake-up is lost
//! The runtime has one thread at a time: of those that block on it, tokio gives it to one, and to the next one when that one leaves.
//! So while any thread drives, connections go on. Otherwise the thread of the line must drive, at once if a thread waits that cannot
//! (it is within another runtime) or a task sends a request, else soon. It looks at the counts under their lock before it drives and before it sleeps, and every
//! change that concerns it is made under the lock and followed by what ends its present state: [`Line::aside`] keeps a notification
//! for it if it does not drive yet, and one too many makes it look again.

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

/// Name of its thread.
const NAME: &str = "cc-connections";

/// Time after a wait in which the next one need not ask the thread of the line to step aside. The shorter, the more often the thread
/// looks whether other threads still drive.
const PAUSE: Duration = Duration::from_millis(20);

/// Number of pauses in one wait after which the thread sleeps until the wait is over.
const PAUSES: u32 = 50;

pub(super) struct Line {
    runtime: Runtime,
    state: Mutex<State>,
    /// Ends a pause or the sleep of the thread.
    changed: Condvar,
    /// Makes the thread step aside while it drives.
    aside: Notify,
}

#[derive(Default)]
struct State {
    /// Number of threads that wait and may drive.
    driving: usize,
    /// Number of threads that wait and may not.
    parked: usize,
    /// A task that nothing waits for has sent a request since the thread drove.
    is_needed: bool,
    /// Number of waits of the former that have ended.
    ended: u64,
    own: Own,
}

/// What the thread of the line does.
#[derive(Default, Clone, Copy, PartialEq, Eq)]
enum Own {
    /// Looks again after a pause.
    #[default]
    Pauses,
    /// Sleeps until it is woken: another thread drives for long.
    Sleeps,
    Drives,
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
        let runtime = Builder::new_current_thread().enable_all().build()?;
        let (state, changed, aside) = (Mutex::default(), Condvar::new(), Notify::new());
        let line = Arc::new(Self { runtime, state, changed, aside });
        let own = line.clone();
        thread::Builder::new().name(NAME.to_owned()).spawn(move || own.run())?;
        Ok(line)
    }

    pub(super) fn handle(&self) -> &Handle {
        self.runtime.handle()
    }

    /// Notes that a task sends a request, whose connection must go on though no thread waits.
    pub(super) fn need(&self) {
        let mut state = lock(&self.state);
        // While another thread drives, the thread of the line has stepped aside, or is about to.
        state.is_needed |= state.own != Own::Drives || state.driving > 0;
        let wake = state.is_needed && state.driving == 0;
        drop(state);
        if wake {
            self.changed.notify_one();
        }
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
            let (mut seen, mut pauses) = (state.ended, 0);
            while state.driving > 0 || state.parked == 0 && !state.is_needed && pauses == 0 {
                if pauses < PAUSES {
                    state = wait(&self.changed, state, PAUSE);
                    pauses = if state.ended == seen { pauses + 1 } else { 0 };
                    seen = state.ended;
                } else {
                    state.own = Own::Sleeps;
                    state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
                    state.own = Own::Pauses;
                    pauses = 0;
                }
            }
            (state.own, state.is_needed) = (Own::Drives, false);
            drop(state);
            self.runtime.block_on(self.aside.notified());
            lock(&self.state).own = Own::Pauses;
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
        let mut state = lock(&line.state);
        state.driving += 1;
        let own = state.own;
        drop(state);
        if own == Own::Drives {
            line.aside.notify_one();
        }
        Self(line)
    }
}

impl Drop for Driving<'_> {
    fn drop(&mut self) {
        let mut state = lock(&self.0.state);
        state.driving -= 1;
        state.ended += 1;
        let is_needed = state.parked > 0 || state.is_needed || state.own == Own::Sleeps;
        let wake = state.driving == 0 && is_needed;
        drop(state);
        if wake {
            self.0.changed.notify_one();
        }
    }
}

/// Lasts while a thread waits that may not drive.
struct Parked<'a>(&'a Line);

impl<'a> Parked<'a> {
    fn begin(line: &'a Line) -> Self {
        let mut state = lock(&line.state);
        state.parked += 1;
        let wake = state.driving == 0 && state.own != Own::Drives;
        drop(state);
        if wake {
            line.changed.notify_one();
        }
        Self(line)
    }
}

impl Drop for Parked<'_> {
    fn drop(&mut self) {
        lock(&self.0.state).parked -= 1;
    }
}
