//! Calls and streams for programs without async: `.wait()` in the place of `.await`, and streams as iterators.
//!
//! Everything before the wait is the same: clients, commands, options of a call, settings of a stream. [`Wait::wait`] blocks the
//! calling thread until the call has its result, [`IntoBlocking::blocking`] makes an iterator of a stream, and [`block_on`] waits
//! for any other future.
//!
//! ```no_run
//! use cc_runtime::blocking::Wait;
//! # use cc_runtime::{Operation, Result, Transport};
//! # fn example<O: Operation + 'static>(transport: &Transport, operation: O) -> Result<()> {
//! use std::time::Duration;
//!
//! let answer = transport.call(operation).timeout(Duration::from_secs(20)).wait()?;
//! # Ok(()) }
//! ```
//!
//! # Threads
//! The calling thread polls the future itself, so a future and its callbacks need not be [`Send`]. Timers and work that
//! several callers share live on one background runtime for all clients of the process, and connections on a second one, whose work
//! the waiting threads do themselves where they may. Each has one thread, which starts with the first wait and has nothing to do
//! while nobody waits.
//!
//! A wait is allowed everywhere, also where [`tokio::runtime::Runtime::block_on`] panics:
//!
//! | called on | effect on others |
//! |---|---|
//! | a thread of the program, a thread of `spawn_blocking`, another executor | none |
//! | a worker of a tokio runtime with several threads | none: another thread takes over the tasks of the worker |
//! | the thread of a current-thread runtime, also in a `LocalSet` | its other tasks stand still until the wait is over |
//! | a function that is called during a wait, such as a callback | none |
//!
//! Calls that stand still with a current-thread runtime give way: others get their permits, send the same reads themselves, and use
//! other connections. A task of the program that stands still does not: a wait for it never ends, nor does one for a stream that
//! began in its runtime. In a destructor of a thread-local that runs after the thread-locals of tokio are gone, a wait is an error. A
//! process made by `fork` gets background runtimes of its own.

mod background;
mod each;
mod here;
mod line;

use std::future::IntoFuture;
use std::pin::pin;

use crate::error::{Error, Result};
use here::Here;
use line::Waits;

pub(crate) use background::{OnLine, line_of, started};
pub use each::{Blocking, IntoBlocking, Next};

/// Waits for a call: `.wait()` in the place of `.await`.
///
/// It is implemented for all futures that give a [`Result`](std::result::Result) whose error can be made of an [`Error`]: calls of
/// requests and commands, and `async` blocks. [`block_on`] waits for other futures.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be waited for with `wait`",
    label = "not a future of a `Result` whose error can be made of `cc_runtime::Error`",
    note = "wait for any other future with `cc_runtime::blocking::block_on`, and for a stream with `blocking`"
)]
pub trait Wait: IntoFuture {
    /// Blocks the calling thread until the future has its result.
    ///
    /// The future begins with this call, and is dropped before it returns. A time limit is that of the call, such as
    /// [`Call::timeout`](crate::Call::timeout).
    ///
    /// # Errors
    /// Those of the future; [`ErrorKind::Unexpected`](crate::ErrorKind::Unexpected) if the background threads cannot be started.
    fn wait(self) -> Self::Output;
}

impl<F, T, E> Wait for F
where
    F: IntoFuture<Output = std::result::Result<T, E>>,
    E: From<Error>,
{
    fn wait(self) -> Self::Output {
        block_on(self)?
    }
}

/// Blocks the calling thread until the future is done, wherever it is called: see [the module](self).
///
/// ```no_run
/// # use cc_runtime::{blocking::block_on, Operation, Result, Transport};
/// # fn example<O: Operation + Clone + 'static>(transport: &Transport, operation: O) -> Result<()> {
/// use futures_util::future::join;
///
/// let (first, second) = block_on(join(transport.call(operation.clone()), transport.call(operation)))?;
/// # Ok(()) }
/// ```
///
/// # Errors
/// [`ErrorKind::Unexpected`](crate::ErrorKind::Unexpected) if the background threads cannot be started.
pub fn block_on<F: IntoFuture>(future: F) -> Result<F::Output> {
    let here = Here::enter()?;
    // The future ends while the runtime is entered: what it drops may need its timers and tasks.
    let future = pin!(future.into_future());
    Ok(here.drive(future, &Waits::new(), None, || {}))
}
