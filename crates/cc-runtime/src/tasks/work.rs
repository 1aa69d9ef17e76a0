//! Work that continues on its own as soon as something depends on it.
//!
//! A future makes progress only while it is polled. As long as nothing else depends on the work, its caller
//! polls it, without extra cost. As soon as another task waits for its result, or for a lock that it holds, a
//! separate task on the original runtime polls it.

use std::any::Any;
use std::fmt;
use std::future::Future;
use std::mem::replace;
use std::ops::{Deref, DerefMut};
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst, fence};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError, TryLockError, Weak};
use std::task::{Context, Poll, Waker};

use slab::Slab;
use tracing::{Instrument, Span};

use crate::error::Result;
use crate::lock::lock;
use crate::tasks::holders::Dependable;
use crate::tasks::platform::AbortHandle;
use crate::tasks::stopped::Listening;
use crate::tasks::{Home, Listen, ended};

type Running<T> = Pin<Box<dyn Future<Output = T> + Send>>;

/// A handle of work in progress. It does not keep the work alive: the waiters do.
pub struct Work<T>(Weak<Shared<T>>);

/// Waits for the result of work. When the last one that waits is dropped, the work is dropped with it, at once.
#[must_use = "work is dropped when nobody waits for it"]
pub struct Waiting<T> {
    shared: Arc<Shared<T>>,
    role: Role,
}

/// Work that another one began, and that does not go on for this one yet.
#[must_use = "work is dropped when nobody waits for it"]
pub struct Joined<T>(Waiting<T>);

/// The work ended without a result: the runtime in which it began has ended or stands still, or the work panicked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lost;

enum Role {
    /// Began the work.
    First,
    /// Joined it. The place is that of its waker.
    Joined(Option<usize>),
}

struct Shared<T> {
    home: Home,
    span: Span,
    /// Number of waiters for the result.
    waiting: AtomicUsize,
    /// The work must go on, whether its caller is polled or not.
    wanted: AtomicBool,
    /// There is a task that polls the work, or there was one.
    driven: AtomicBool,
    task: OnceLock<AbortHandle>,
    /// The work has ended, with a result or without.
    over: AtomicBool,
    /// The task ended before the work did.
    stranded: AtomicBool,
    /// A waiter found the stage locked.
    missed: AtomicBool,
    /// Once a waiter depends on a runtime that may stand still.
    listening: OnceLock<Listening>,
    wakers: Mutex<Wakers>,
    /// Locked while the work is polled, which may call the program and block.
    stage: Mutex<Stage<T>>,
}

#[derive(Default)]
struct Wakers {
    /// The waker of the one that began it.
    first: Option<Waker>,
    joined: Slab<Waker>,
}

enum Stage<T> {
    Going(Running<T>),
    Done(T),
    /// The work panicked with this payload.
    Lost(Option<Box<dyn Any + Send>>),
}

impl<T: Send + Clone + 'static> Work<T> {
    /// Begins work, which gets a handle of itself.
    pub fn begin<F>(home: Home, work: impl FnOnce(Self) -> F) -> Waiting<T>
    where
        F: Future<Output = T> + Send + 'static,
    {
        let shared = Arc::new_cyclic(|weak| {
            let stage = Stage::Going(Box::pin(work(Self(weak.clone()))));
            Shared {
                home,
                span: Span::current(),
                waiting: AtomicUsize::new(1),
                wanted: AtomicBool::new(false),
                driven: AtomicBool::new(false),
                task: OnceLock::new(),
                over: AtomicBool::new(false),
                stranded: AtomicBool::new(false),
                missed: AtomicBool::new(false),
                listening: OnceLock::new(),
                wakers: Mutex::default(),
                stage: Mutex::new(stage),
            }
        });
        Waiting { shared, role: Role::First }
    }

    /// Joins the waiters for the result. Returns `None` if the work has ended, was cancelled because it had no
    /// waiters, or stands still with its runtime.
    #[must_use]
    pub fn join(&self) -> Option<Joined<T>> {
        let shared =
            self.0.upgrade().filter(|shared| !shared.over.load(SeqCst) && !shared.home.is_stopped())?;
        let one_more = |waiting: usize| (waiting > 0).then_some(waiting + 1);
        shared.waiting.fetch_update(SeqCst, SeqCst, one_more).ok()?;
        Some(Joined(Waiting { shared, role: Role::Joined(None) }))
    }
}

impl<T: Send + Clone + 'static> Joined<T> {
    /// Detaches the work from its caller, and waits for its result. This may drop the work if its runtime has
    /// ended, so the caller must not hold a lock that the work takes.
    pub fn go_on(self) -> Waiting<T> {
        Shared::go_on(&self.0.shared);
        self.0
    }
}

impl<T> Work<T> {
    /// The runtime in which the work began; `None` once it is gone.
    pub(super) fn home(&self) -> Option<Home> {
        self.0.upgrade().map(|shared| shared.home.clone())
    }

    /// The handle of the work that `self` is a handle of, for a [`Queue`].
    pub(super) fn dependable(&self) -> Weak<dyn Dependable>
    where
        T: Send + Clone + 'static,
    {
        self.0.clone()
    }
}

impl<T> Clone for Work<T> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

/// The locked stage of work.
struct Locked<'a, T> {
    shared: &'a Shared<T>,
    /// `None` only while it is dropped.
    guard: Option<MutexGuard<'a, Stage<T>>>,
}

impl<T> Deref for Locked<'_, T> {
    type Target = Stage<T>;

    fn deref(&self) -> &Stage<T> {
        match &self.guard {
            Some(stage) => stage,
            None => unreachable!("only its destructor takes it"),
        }
    }
}

impl<T> DerefMut for Locked<'_, T> {
    fn deref_mut(&mut self) -> &mut Stage<T> {
        match &mut self.guard {
            Some(stage) => stage,
            None => unreachable!("only its destructor takes it"),
        }
    }
}

impl<T> Drop for Locked<'_, T> {
    fn drop(&mut self) {
        drop(self.guard.take());
        // With the one in `Waiting::poll`: either this sees that a waiter missed, or the waiter finds the stage unlocked.
        fence(SeqCst);
        if self.shared.missed.load(SeqCst) && self.shared.missed.swap(false, SeqCst) {
            self.shared.wake(true);
        }
    }
}

impl<T> Shared<T> {
    fn lock(&self) -> Locked<'_, T> {
        let guard = self.stage.lock().unwrap_or_else(PoisonError::into_inner);
        Locked { shared: self, guard: Some(guard) }
    }

    /// The stage, unless it is in use, perhaps by a caller of this very function.
    fn try_lock(&self) -> Option<Locked<'_, T>> {
        let guard = match self.stage.try_lock() {
            Ok(guard) => guard,
            Err(TryLockError::Poisoned(poisoned)) => poisoned.into_inner(),
            Err(TryLockError::WouldBlock) => return None,
        };
        Some(Locked { shared: self, guard: Some(guard) })
    }

    /// Wakes those that joined, and perhaps the first waiter.
    fn wake(&self, first: bool) {
        let wakers = lock(&self.wakers);
        let first = wakers.first.clone().filter(|_| first);
        // They keep their places.
        let joined: Vec<Waker> = wakers.joined.iter().map(|(_, waker)| waker.clone()).collect();
        drop(wakers);
        first.into_iter().chain(joined).for_each(Waker::wake);
    }

    /// Ends the work, and wakes the waiters.
    fn end(&self, mut locked: Locked<'_, T>, stage: Stage<T>) {
        self.over.store(true, SeqCst);
        let work = replace(&mut *locked, stage);
        // Neither the work nor a waker may find the lock taken.
        drop(locked);
        drop(work);
        self.wake(true);
    }

    /// Drops work without waiters.
    fn give_up(&self) {
        // Who holds the lock gives it up afterwards.
        let Some(locked) = self.try_lock() else { return };
        self.end(locked, Stage::Lost(None));
        if let Some(task) = self.task.get() {
            task.abort();
        }
    }
}

impl<T: Send + Clone + 'static> Shared<T> {
    fn go_on(self: &Arc<Self>) {
        self.wanted.store(true, SeqCst);
        // Who holds the lock looks at `wanted` afterwards.
        if let Some(stage) = self.try_lock() {
            let going = matches!(*stage, Stage::Going(_));
            drop(stage);
            if going {
                self.settle();
            }
        }
    }

    /// Does what others asked for while the lock of work that is not over was held.
    fn settle(self: &Arc<Self>) {
        if self.waiting.load(SeqCst) == 0 {
            self.give_up();
        } else if self.wanted.load(SeqCst) && !self.driven.swap(true, SeqCst) {
            let driver = Driver(self.clone()).instrument(self.span.clone());
            let task = self.task.get_or_init(|| self.home.spawn(driver));
            // All may have left before there was a task to end.
            if self.waiting.load(SeqCst) == 0 {
                task.abort();
            }
        } else if self.stranded.load(SeqCst) {
            self.strand();
        }
    }

    /// Ends work whose task has ended.
    fn strand(&self) {
        self.stranded.store(true, SeqCst);
        if let Some(stage) = self.try_lock()
            && matches!(*stage, Stage::Going(_))
        {
            self.end(stage, Stage::Lost(None));
        }
    }
}

impl<T> Waiting<T> {
    /// A handle of the work.
    #[must_use]
    pub fn work(&self) -> Work<T> {
        Work(Arc::downgrade(&self.shared))
    }
}

impl Role {
    fn register<T>(&mut self, shared: &Shared<T>, waker: &Waker) {
        let mut wakers = lock(&shared.wakers);
        let kept = match self {
            Self::First => wakers.first.get_or_insert_with(|| waker.clone()),
            Self::Joined(Some(place)) => &mut wakers.joined[*place],
            Self::Joined(none) => {
                *none = Some(wakers.joined.insert(waker.clone()));
                return;
            }
        };
        if !kept.will_wake(waker) {
            let other = replace(kept, waker.clone());
            drop(wakers);
            drop(other);
        }
    }
}

impl<T: Send + Clone + 'static> Waiting<T> {
    /// Notes a waiter elsewhere than in the runtime of the work. Returns `false` if the work does not go on for it: the runtime
    /// stands still, and the waiter can do the work again or is itself what the runtime waits for.
    fn wait_elsewhere(&mut self, waker: &Waker) -> bool {
        let Self { shared, role } = self;
        let joined = matches!(role, Role::Joined(_));
        // Before it looks: it must not miss that the runtime stops.
        role.register(shared, waker);
        if joined && shared.home.may_stop() {
            let listener = || Arc::downgrade(shared) as Weak<dyn Listen>;
            shared.listening.get_or_init(|| Listening::new(listener()));
        }
        shared.wanted.store(true, SeqCst);
        !(shared.home.is_stopped_here() || joined && shared.home.is_stopped())
    }
}

impl<T: Send> Listen for Shared<T> {
    fn runtimes_changed(&self) {
        if self.home.is_stopped() && !self.over.load(SeqCst) {
            self.wake(false);
        }
    }
}

impl<T: Send + Clone + 'static> Future for Waiting<T> {
    type Output = Result<T, Lost>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<T, Lost>> {
        let shared = self.shared.clone();
        let mut stage = match shared.try_lock() {
            Some(stage) => stage,
            None => {
                if !shared.home.is_current() && !self.wait_elsewhere(cx.waker()) {
                    return Poll::Ready(Err(Lost));
                }
                self.role.register(&shared, cx.waker());
                shared.missed.store(true, SeqCst);
                fence(SeqCst);
                // Whoever unlocks it from now on wakes this one.
                let Some(stage) = shared.try_lock() else { return Poll::Pending };
                stage
            }
        };
        match &mut *stage {
            Stage::Going(work) => {
                // Timers and connections belong to the runtime in which it began.
                let polled = if !shared.home.is_current() {
                    if !self.wait_elsewhere(cx.waker()) {
                        return Poll::Ready(Err(Lost));
                    }
                    Poll::Pending
                } else if shared.driven.load(SeqCst) {
                    Poll::Pending
                } else {
                    shared.home.serve(|| work.as_mut().poll(cx))
                };
                match polled {
                    Poll::Ready(value) => {
                        // One may have joined this very moment.
                        let left = if shared.waiting.load(SeqCst) > 1 {
                            Stage::Done(value.clone())
                        } else {
                            Stage::Lost(None)
                        };
                        shared.end(stage, left);
                        Poll::Ready(Ok(value))
                    }
                    Poll::Pending => {
                        self.role.register(&shared, cx.waker());
                        drop(stage);
                        shared.settle();
                        Poll::Pending
                    }
                }
            }
            Stage::Done(value) if shared.waiting.load(SeqCst) > 1 => Poll::Ready(Ok(value.clone())),
            over => match replace(over, Stage::Lost(None)) {
                Stage::Done(value) => Poll::Ready(Ok(value)),
                Stage::Lost(Some(panic)) => {
                    drop(stage);
                    resume_unwind(panic)
                }
                Stage::Lost(None) | Stage::Going(_) => Poll::Ready(Err(Lost)),
            },
        }
    }
}

impl<T> Drop for Waiting<T> {
    fn drop(&mut self) {
        if let Role::Joined(Some(place)) = self.role {
            let waker = lock(&self.shared.wakers).joined.try_remove(place);
            drop(waker);
        }
        if self.shared.waiting.fetch_sub(1, SeqCst) == 1 {
            self.shared.give_up();
        }
    }
}

/// The result of work that one caller alone waits for.
pub struct Alone<T>(Arc<Mutex<Option<T>>>);

impl<T> Clone for Alone<T> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

/// Runs work that others may depend on, but cannot join.
///
/// # Errors
/// [`ErrorKind::Unexpected`] outside of a tokio runtime, [`ErrorKind::Indeterminate`] when the runtime in which it began has
/// ended, and the error of the work.
///
/// [`ErrorKind::Unexpected`]: crate::ErrorKind::Unexpected
/// [`ErrorKind::Indeterminate`]: crate::ErrorKind::Indeterminate
pub async fn alone<T, F>(work: impl FnOnce(Work<Alone<Result<T>>>) -> F) -> Result<T>
where
    T: Send + 'static,
    F: Future<Output = Result<T>> + Send + 'static,
{
    let waiting = Work::begin(Home::current()?, |handle| {
        let work = work(handle);
        async move { Alone(Arc::new(Mutex::new(Some(work.await)))) }
    });
    let result = waiting.await.ok().and_then(|Alone(result)| result.lock().ok()?.take());
    // Only the work knew its own progress.
    result.unwrap_or_else(|| Err(ended().indeterminate()))
}

/// The task that polls work.
struct Driver<T: Send + Clone + 'static>(Arc<Shared<T>>);

impl<T: Send + Clone + 'static> Future for Driver<T> {
    type Output = ();

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let mut stage = self.0.lock();
        let Stage::Going(work) = &mut *stage else { return Poll::Ready(()) };
        let polled = AssertUnwindSafe(|| self.0.home.serve(|| work.as_mut().poll(cx)));
        let end = match catch_unwind(polled) {
            Ok(Poll::Pending) => {
                drop(stage);
                self.0.settle();
                return Poll::Pending;
            }
            Ok(Poll::Ready(value)) => Stage::Done(value),
            Err(panic) => Stage::Lost(Some(panic)),
        };
        self.0.end(stage, end);
        Poll::Ready(())
    }
}

impl<T: Send + Clone + 'static> Drop for Driver<T> {
    fn drop(&mut self) {
        self.0.strand();
    }
}

impl<T: Send + Clone + 'static> Dependable for Shared<T> {
    fn go_on(self: Arc<Self>) {
        Self::go_on(&self);
    }

    fn is_driven(&self) -> bool {
        self.driven.load(SeqCst)
    }
}

impl<T> fmt::Debug for Work<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Work")
    }
}

impl<T> fmt::Debug for Waiting<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Waiting")
    }
}

impl<T> fmt::Debug for Alone<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Alone")
    }
}

impl<T> fmt::Debug for Joined<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Joined")
    }
}
