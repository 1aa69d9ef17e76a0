//! Work that other work waits for, because it holds something.

use std::fmt;
use std::mem::take;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, Mutex, MutexGuard, Weak};

use slab::Slab;

use crate::lock::lock;
use crate::tasks::Work;

/// Work that others may depend on.
pub(super) trait Dependable: Send + Sync {
    fn go_on(self: Arc<Self>);
    fn is_driven(&self) -> bool;
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
        lock(&self.holders)
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
