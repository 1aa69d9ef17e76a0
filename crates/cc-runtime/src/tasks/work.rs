//! Work that continues on its own as soon as something depends on it.
//!
//! A future makes progress only while it is polled. As long as nothing else depends on the work, its caller
//! polls it, without extra cost. As soon as another task waits for its result, or for a lock that it holds, a
//! separate task on the original runtime polls it.

use std::any::Any;
use std::fmt;
use std::future::Future;
use std::mem::{replace, take};
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError, TryLockError, Weak};
use std::task::{Context, Poll, Waker};

use slab::Slab;
use tracing::{Instrument, Span};

use crate::error::Result;
use crate::tasks::platform::AbortHandle;
use crate::tasks::{Home, ended};

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
    state: Mutex<State<T>>,
}

struct State<T> {
    stage: Stage<T>,
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
                state: Mutex::new(State { stage, first: None, joined: Slab::new() }),
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
    /// The handle of the work that `self` is a handle of, for a [`Queue`].
    fn dependable(&self) -> Weak<dyn Dependable>
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

impl<T> Shared<T> {
    fn lock(&self) -> MutexGuard<'_, State<T>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The state, unless it is in use, perhaps by a caller of this very function.
    fn try_lock(&self) -> Option<MutexGuard<'_, State<T>>> {
        match self.state.try_lock() {
            Ok(state) => Some(state),
            Err(TryLockError::Poisoned(poisoned)) => Some(poisoned.into_inner()),
            Err(TryLockError::WouldBlock) => None,
        }
    }

    /// Ends the work, and wakes the waiters.
    fn end(&self, mut state: MutexGuard<'_, State<T>>, stage: Stage<T>) {
        self.over.store(true, SeqCst);
        let (first, joined) = (state.first.take(), take(&mut state.joined));
        let work = replace(&mut state.stage, stage);
        // Neither the work nor a waker may find the lock taken.
        drop(state);
        drop(work);
        first.into_iter().chain(joined.into_iter().map(|(_, waker)| waker)).for_each(Waker::wake);
    }

    /// Drops work without waiters.
    fn give_up(&self) {
        // Who holds the lock gives it up afterwards.
        let Some(state) = self.try_lock() else { return };
        self.end(state, Stage::Lost(None));
        if let Some(task) = self.task.get() {
            task.abort();
        }
    }
}

impl<T: Send + Clone + 'static> Shared<T> {
    fn go_on(self: &Arc<Self>) {
        self.wanted.store(true, SeqCst);
        // Who holds the lock looks at `wanted` afterwards.
        if let Some(state) = self.try_lock() {
            let going = matches!(state.stage, Stage::Going(_));
            drop(state);
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
        if let Some(state) = self.try_lock()
            && matches!(state.stage, Stage::Going(_))
        {
            self.end(state, Stage::Lost(None));
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
    fn register<T>(&mut self, state: &mut State<T>, waker: &Waker) {
        let kept = match self {
            Self::First => state.first.get_or_insert_with(|| waker.clone()),
            Self::Joined(Some(place)) => &mut state.joined[*place],
            Self::Joined(none) => {
                *none = Some(state.joined.insert(waker.clone()));
                return;
            }
        };
        kept.clone_from(waker);
    }
}

impl<T: Send + Clone + 'static> Future for Waiting<T> {
    type Output = Result<T, Lost>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<T, Lost>> {
        let Self { shared, role } = &mut *self;
        let mut guard = shared.lock();
        let state = &mut *guard;
        match &mut state.stage {
            Stage::Going(work) => {
                // Timers and connections belong to the runtime in which it began.
                let polled = if !shared.home.is_current() {
                    // It would wait for this thread, which waits for it.
                    if shared.home.is_stopped_here() {
                        return Poll::Ready(Err(Lost));
                    }
                    shared.wanted.store(true, SeqCst);
                    Poll::Pending
                } else if shared.driven.load(SeqCst) {
                    Poll::Pending
                } else {
                    work.as_mut().poll(cx)
                };
                match polled {
                    Poll::Ready(value) => {
                        // One may have joined this very moment.
                        let left = if shared.waiting.load(SeqCst) > 1 {
                            Stage::Done(value.clone())
                        } else {
                            Stage::Lost(None)
                        };
                        shared.end(guard, left);
                        Poll::Ready(Ok(value))
                    }
                    Poll::Pending => {
                        role.register(state, cx.waker());
                        drop(guard);
                        shared.settle();
                        Poll::Pending
                    }
                }
            }
            Stage::Done(value) if shared.waiting.load(SeqCst) > 1 => Poll::Ready(Ok(value.clone())),
            over => match replace(over, Stage::Lost(None)) {
                Stage::Done(value) => Poll::Ready(Ok(value)),
                Stage::Lost(Some(panic)) => {
                    drop(guard);
                    resume_unwind(panic)
                }
                Stage::Lost(None) | Stage::Going(_) => Poll::Ready(Err(Lost)),
            },
        }
    }
}

impl<T> Drop for Waiting<T> {
    fn drop(&mut self) {
        if let Role::Joined(Some(place)) = self.role
            && let Some(mut state) = self.shared.try_lock()
        {
            state.joined.try_remove(place);
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
        let mut state = self.0.lock();
        let Stage::Going(work) = &mut state.stage else { return Poll::Ready(()) };
        let end = match catch_unwind(AssertUnwindSafe(|| work.as_mut().poll(cx))) {
            Ok(Poll::Pending) => {
                drop(state);
                self.0.settle();
                return Poll::Pending;
            }
            Ok(Poll::Ready(value)) => Stage::Done(value),
            Err(panic) => Stage::Lost(Some(panic)),
        };
        self.0.end(state, end);
        Poll::Ready(())
    }
}

impl<T: Send + Clone + 'static> Drop for Driver<T> {
    fn drop(&mut self) {
        self.0.strand();
    }
}

/// Work that others may depend on.
trait Dependable: Send + Sync {
    fn go_on(self: Arc<Self>);
    fn is_driven(&self) -> bool;
}

impl<T: Send + Clone + 'static> Dependable for Shared<T> {
    fn go_on(self: Arc<Self>) {
        Self::go_on(&self);
    }

    fn is_driven(&self) -> bool {
        self.driven.load(SeqCst)
    }
}

/// Work that holds something that other work may have to wait for, such as a permit. If other work has to
/// wait, all holders continue on their own, and so does the waiting work, which will be the next holder.
#[derive(Default)]
pub struct Holders {
    waiting: AtomicUsize,
    /// Work that is polled by its callers.
    holders: Mutex<Slab<Weak<dyn Dependable>>>,
}

/// Lasts while work holds what others may wait for.
pub struct Hold<'a> {
    of: &'a Holders,
    at: Option<(usize, Weak<dyn Dependable>)>,
}

/// Lasts while work waits for what others hold.
pub struct Wait<'a>(&'a Holders);

impl Holders {
    /// Notes that work holds what others may wait for.
    pub fn hold<T: Send + Clone + 'static>(&self, work: &Work<T>) -> Hold<'_> {
        let work = work.dependable();
        if work.upgrade().is_none_or(|work| work.is_driven()) {
            return Hold { of: self, at: None };
        }
        let at = self.lock().insert(work.clone());
        // Work that waited before this is noted did not see it.
        if self.waiting.load(SeqCst) > 0
            && let Some(work) = work.upgrade()
        {
            work.go_on();
        }
        Hold { of: self, at: Some((at, work)) }
    }

    /// Detaches all holders, and the work that is about to wait for them. Called from within the waiting
    /// work.
    pub fn wait<T: Send + Clone + 'static>(&self, work: &Work<T>) -> Wait<'_> {
        self.waiting.fetch_add(1, SeqCst);
        let holders = take(&mut *self.lock());
        let holders = holders.into_iter().map(|(_, holder)| holder);
        holders.chain([work.dependable()]).filter_map(|work| work.upgrade()).for_each(Dependable::go_on);
        Wait(self)
    }

    fn lock(&self) -> MutexGuard<'_, Slab<Weak<dyn Dependable>>> {
        self.holders.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Hold<'_> {
    fn drop(&mut self) {
        let Some((at, work)) = &self.at else { return };
        let mut holders = self.of.lock();
        // The place may be that of another one by now.
        if holders.get(*at).is_some_and(|holder| holder.ptr_eq(work)) {
            holders.remove(*at);
        }
    }
}

impl Drop for Wait<'_> {
    fn drop(&mut self) {
        self.0.waiting.fetch_sub(1, SeqCst);
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

impl fmt::Debug for Holders {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Holders({})", self.lock().len())
    }
}

impl fmt::Debug for Hold<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Hold")
    }
}

impl fmt::Debug for Wait<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Wait")
    }
}
