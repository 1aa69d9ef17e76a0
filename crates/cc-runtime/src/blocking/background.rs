//! The runtimes in the background, once for the process.

use std::io;
use std::panic::catch_unwind;
use std::process;
use std::sync::{Arc, Mutex, OnceLock};
use std::thread;

use tokio::runtime::{Builder, Handle, Id, Runtime};

use super::here::waits_here;
use super::line::{Line, Parked};
use crate::error::{Error, ErrorKind, Result};
use crate::lock::lock;

/// Name of the thread of tasks and timers.
const NAME: &str = "cc-blocking";

/// Most threads of tasks that wait, and of look-ups of host names. They start when they are needed, and end afterwards.
const THREADS: usize = 1 << 16;

/// The background, once there is one.
static BACKGROUND: OnceLock<Background> = OnceLock::new();

/// Held while one is made.
static MAKING: Mutex<()> = Mutex::new(());

pub(super) struct Background {
    /// The runtime of waits: of their timers and tasks.
    runtime: Runtime,
    /// The runtime of their connections.
    line: Arc<Line>,
    /// The process that made it: a child made by `fork` has its memory, but not its threads.
    process: u32,
    /// That of a child.
    of_child: OnceLock<Box<Self>>,
}

impl Background {
    /// The background of this process, which the first call makes.
    ///
    /// # Errors
    /// [`ErrorKind::Unexpected`] if the system gives no thread or no queue of events. The next call tries again.
    pub(super) fn get() -> Result<&'static Self> {
        if let Some(background) = Self::made() {
            return Ok(background);
        }
        let _making = lock(&MAKING);
        if Self::made().is_none() {
            let (runtime, line) = make().map_err(|cause| {
                Error::new(ErrorKind::Unexpected)
                    .with_message("could not start the background threads that calls without async need")
                    .with_source(cause)
                    .not_sent()
            })?;
            keep(Self { runtime, line, process: process::id(), of_child: OnceLock::new() });
        }
        Self::made().ok_or_else(|| {
            Error::new(ErrorKind::Unexpected).with_message("the background threads were lost").not_sent()
        })
    }

    /// The background of this process, if a wait has made it.
    fn made() -> Option<&'static Self> {
        let process = process::id();
        Self::all().find(|background| background.process == process)
    }

    /// Those of the parents of this process, and its own.
    fn all() -> impl Iterator<Item = &'static Self> {
        std::iter::successors(BACKGROUND.get(), |background| {
            background.of_child.get().map(|background| &**background)
        })
    }

    /// The runtime of waits.
    pub(super) fn handle(&self) -> &Handle {
        self.runtime.handle()
    }

    pub(super) fn line(&self) -> &Line {
        &self.line
    }
}

/// The runtime of waits, once there is one.
pub(crate) fn started() -> Option<&'static Handle> {
    Background::made().map(Background::handle)
}

/// Runtime of a connection, which goes on as long as this lasts.
pub(crate) struct OnLine {
    pub(crate) runtime: &'static Handle,
    /// For a task: a thread that waits drives the connection, or has it driven, itself.
    _driven: Option<Parked<'static>>,
}

/// The runtime for the connection of a call that is about to be sent, if it began in the runtime of waits.
pub(crate) fn line_of(home: Id) -> Option<OnLine> {
    let background = Background::all().find(|background| background.handle().id() == home)?;
    let runtime = background.line.handle();
    // Where a connection calls code of the program that waits, it waits for another one.
    if crate::tasks::is_stopped(runtime.id()) {
        return None;
    }
    Some(OnLine { runtime, _driven: (!waits_here()).then(|| background.line.keep_driven()) })
}

/// Adds a background behind those of the parents of this process.
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

/// Makes the runtimes on a thread of its own: where the system gives no more threads, this thread is an error, and that of tokio
/// would be a panic. Nor could a runtime that is not needed be dropped within another one.
fn make() -> io::Result<(Runtime, Arc<Line>)> {
    // Tasks that wait hand over the worker to another thread: as many may wait as like.
    let build = || {
        let mut builder = Builder::new_multi_thread();
        builder.worker_threads(1).max_blocking_threads(THREADS).thread_name(NAME).enable_all();
        Ok((builder.build()?, Line::start()?))
    };
    let thread = thread::Builder::new().name(NAME.to_owned()).spawn(move || catch_unwind(build))?;
    match thread.join() {
        Ok(Ok(made)) => made,
        Ok(Err(_)) | Err(_) => Err(io::Error::other("the system gives no more threads")),
    }
}
