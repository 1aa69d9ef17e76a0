//! The runtime in the background, one for the process.

use std::io;
use std::panic::catch_unwind;
use std::process;
use std::sync::{Mutex, OnceLock};
use std::thread;

use tokio::runtime::{Builder, Handle, Runtime};

use crate::error::{Error, ErrorKind, Result};
use crate::lock::lock;

/// Name of its thread.
const NAME: &str = "cc-blocking";

/// Most threads of tasks that wait, and of look-ups of host names. They start when they are needed, and end afterwards.
const THREADS: usize = 1 << 16;

/// The runtime, once there is one.
static BACKGROUND: OnceLock<Background> = OnceLock::new();

/// Held while one is made.
static MAKING: Mutex<()> = Mutex::new(());

struct Background {
    runtime: Runtime,
    /// The process that made it: a child made by `fork` has its memory, but not its thread.
    process: u32,
    /// That of a child.
    of_child: OnceLock<Box<Self>>,
}

/// The runtime of this process, if a wait has made it.
pub(crate) fn started() -> Option<&'static Handle> {
    let process = process::id();
    let mut background = BACKGROUND.get();
    while let Some(other) = background.filter(|background| background.process != process) {
        background = other.of_child.get().map(|background| &**background);
    }
    background.map(|background| background.runtime.handle())
}

/// The runtime of this process, which the first call makes.
///
/// # Errors
/// [`ErrorKind::Unexpected`] if the system gives no thread or no queue of events. The next call tries again.
pub(super) fn handle() -> Result<&'static Handle> {
    if let Some(handle) = started() {
        return Ok(handle);
    }
    let _making = lock(&MAKING);
    if started().is_none() {
        let runtime = make().map_err(|cause| {
            Error::new(ErrorKind::Unexpected)
                .with_message("could not start the background thread that calls without async need")
                .with_source(cause)
                .not_sent()
        })?;
        keep(Background { runtime, process: process::id(), of_child: OnceLock::new() });
    }
    started().ok_or_else(|| {
        Error::new(ErrorKind::Unexpected).with_message("the background thread was lost").not_sent()
    })
}

/// Adds a runtime behind those of the parents of this process.
fn keep(background: Background) {
    let Err(background) = BACKGROUND.set(background) else { return };
    let (mut last, mut background) = (BACKGROUND.get(), Box::new(background));
    while let Some(parent) = last {
        match parent.of_child.set(background) {
            Ok(()) => return,
            Err(kept) => (last, background) = (parent.of_child.get().map(|parent| &**parent), kept),
        }
    }
}

/// Makes the runtime on a thread of its own: where the system gives no more threads, this thread is an error, and that of tokio
/// would be a panic.
fn make() -> io::Result<Runtime> {
    // Tasks that wait hand over the worker to another thread: as many may wait as like.
    let build = || {
        let mut builder = Builder::new_multi_thread();
        builder.worker_threads(1).max_blocking_threads(THREADS).thread_name(NAME).enable_all().build()
    };
    let thread = thread::Builder::new().name(NAME.to_owned()).spawn(move || catch_unwind(build))?;
    match thread.join() {
        Ok(Ok(runtime)) => runtime,
        Ok(Err(_)) | Err(_) => Err(io::Error::other("the system gives no more threads")),
    }
}
