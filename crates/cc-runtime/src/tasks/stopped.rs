//! Runtimes that stand still, because a blocking wait holds their only thread.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::thread::{self, ThreadId};

use tokio::runtime::Id;

use crate::lock::lock;

/// Each runtime with its thread.
static STOPPED: Mutex<Vec<(Id, ThreadId)>> = Mutex::new(Vec::new());

/// Their number: most programs have none, and look at nothing else.
static COUNT: AtomicUsize = AtomicUsize::new(0);

/// Lasts as long as the calling thread holds up a runtime.
#[derive(Debug)]
pub(crate) struct Stopped((Id, ThreadId));

impl Stopped {
    pub(crate) fn new(runtime: Id) -> Self {
        let entry = (runtime, thread::current().id());
        lock(&STOPPED).push(entry);
        COUNT.fetch_add(1, SeqCst);
        Self(entry)
    }
}

impl Drop for Stopped {
    fn drop(&mut self) {
        COUNT.fetch_sub(1, SeqCst);
        let mut stopped = lock(&STOPPED);
        if let Some(at) = stopped.iter().position(|entry| *entry == self.0) {
            stopped.swap_remove(at);
        }
    }
}

pub(super) fn is_stopped(runtime: Id) -> bool {
    COUNT.load(SeqCst) > 0 && lock(&STOPPED).iter().any(|(id, _)| *id == runtime)
}

pub(super) fn is_stopped_here(runtime: Id) -> bool {
    COUNT.load(SeqCst) > 0 && lock(&STOPPED).contains(&(runtime, thread::current().id()))
}
