//! Control of a stream from elsewhere, and the shared state.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::Waker;
use std::time::Duration;

use crate::clock::Clock;
use crate::event::EndReason;
use crate::machine::{ConnectionId, Effect, Input, Machine, State};

/// State shared by a stream and its handles.
#[derive(Debug)]
pub(crate) struct Shared {
    inner: Mutex<Inner>,
    /// Counts the commands, so that a stream sees without a lock that there was none.
    commands: AtomicU64,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) counts: Counts,
}

/// Counters of a stream. Only the stream writes them.
#[derive(Debug, Default)]
pub(crate) struct Counts {
    pub(crate) delivered: Count,
    pub(crate) duplicates: Count,
    pub(crate) others: Count,
    pub(crate) dropped: Count,
}

#[derive(Debug, Default)]
pub(crate) struct Count(AtomicU64);

impl Count {
    pub(crate) fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }

    pub(crate) fn set(&self, value: u64) {
        self.0.store(value, Ordering::Relaxed);
    }

    /// Adds to the counter. With one writer, a load and a store are sufficient.
    pub(crate) fn add(&self, more: u64) {
        self.set(self.get() + more);
    }
}

#[derive(Debug)]
struct Inner {
    machine: Machine,
    waker: Option<Waker>,
}

/// Runtime on which the stream is polled.
pub(crate) struct Entered {
    pub(crate) state: State,
    pub(crate) connection_id: ConnectionId,
    /// Retries since the last healthy connection.
    pub(crate) retries: u32,
    /// The last connection was a healthy one, or there was none.
    pub(crate) lived: bool,
    /// After how many commands.
    pub(crate) commands: u64,
}

impl Shared {
    pub(crate) fn new(machine: Machine, clock: Arc<dyn Clock>) -> Arc<Self> {
        Arc::new(Self {
            inner: Mutex::new(Inner { machine, waker: None }),
            commands: AtomicU64::new(0),
            clock,
            counts: Counts::default(),
        })
    }

    /// Locks the state. No foreign code runs under this lock, so a stream cannot deadlock on itself.
    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn commands(&self) -> u64 {
        self.commands.load(Ordering::Acquire)
    }

    /// The stream is polled: starts it if needed, and says where it is.
    pub(crate) fn enter(&self, now: Duration, waker: Waker) -> Entered {
        let mut inner = self.lock();
        inner.machine.apply(now, Input::Start);
        let entered = Entered {
            state: inner.machine.state(),
            connection_id: inner.machine.connection_id(),
            retries: inner.machine.retries(),
            lived: inner.machine.has_lived(),
            commands: self.commands(),
        };
        let known = inner.waker.replace(waker);
        drop(inner);
        drop(known);
        entered
    }

    /// Bytes came after retries: how many of these still count.
    pub(crate) fn heard(&self, now: Duration, connection_id: ConnectionId) -> u32 {
        let mut inner = self.lock();
        inner.machine.apply(now, Input::Bytes(connection_id));
        inner.machine.retries()
    }

    /// The stream tells the machine what happened.
    pub(crate) fn apply(&self, now: Duration, input: Input) -> Effect {
        self.lock().machine.apply(now, input)
    }

    /// Applies an input, and returns `true` if the stream is in this state afterwards.
    pub(crate) fn reach(&self, now: Duration, input: Input, state: State) -> bool {
        let mut inner = self.lock();
        inner.machine.apply(now, input);
        inner.machine.state() == state
    }

    /// There is nothing to read, maybe after bytes: when to look again.
    pub(crate) fn idle(
        &self,
        now: Duration,
        connection_id: ConnectionId,
        heard: bool,
        anew: bool,
    ) -> Option<Duration> {
        let mut inner = self.lock();
        if heard {
            inner.machine.apply(now, Input::Bytes(connection_id));
        }
        inner.machine.apply(now, Input::Idle { connection_id, anew });
        inner.machine.deadline()
    }

    pub(crate) fn set_reconnection_time(&self, time: Duration) {
        self.lock().machine.set_reconnection_time(time);
    }

    pub(crate) fn end(&self) -> Option<EndReason> {
        self.lock().machine.end().cloned()
    }

    /// A command from elsewhere. It takes effect at once; the stream is woken, and releases its resources at
    /// its next poll.
    fn command(&self, input: Input) {
        let now = self.clock.now();
        let waker = {
            let mut inner = self.lock();
            inner.machine.apply(now, input);
            self.commands.fetch_add(1, Ordering::Release);
            inner.waker.take()
        };
        if let Some(waker) = waker {
            waker.wake();
        }
    }
}

/// A hand on a stream from elsewhere: another task, a callback, a signal handler.
///
/// A handle holds no connection and does not keep the stream alive. After the stream is dropped, its commands do nothing.
#[derive(Debug, Clone)]
pub struct StreamHandle {
    pub(crate) shared: Arc<Shared>,
}

impl StreamHandle {
    /// Closes the connection, or gives up making one or waiting for it, until [`resume`](Self::resume). The state changes at
    /// once; the socket goes when the stream is next polled, for which it is woken. A stream paused before its first poll
    /// does not start.
    pub fn pause(&self) {
        self.shared.command(Input::Pause);
    }

    /// Connects again, from where the stream was. While the stream waits for a retry: connects now. Else: nothing.
    pub fn resume(&self) {
        self.shared.command(Input::Resume);
    }

    /// Ends the stream in any state. Its last event is the end, [`EndReason::Closed`]. The stream is woken,
    /// and the socket is closed when it is next polled or dropped.
    pub fn close(&self) {
        self.shared.command(Input::Close(EndReason::Closed));
    }

    /// State of the stream.
    pub fn state(&self) -> State {
        self.shared.lock().machine.state()
    }

    /// Retries since the last healthy connection.
    pub fn retry_count(&self) -> u32 {
        self.shared.lock().machine.retries()
    }

    /// Items given to the consumer.
    pub fn delivered(&self) -> u64 {
        self.shared.counts.delivered.get()
    }

    /// Events that came again after a reconnection, and were removed.
    pub fn duplicates(&self) -> u64 {
        self.shared.counts.duplicates.get()
    }

    /// Returns the number of skipped events with names that the [format](crate::Format) does not know:
    /// [`EventStream::on_other`](crate::EventStream::on_other) receives them.
    pub fn others(&self) -> u64 {
        self.shared.counts.others.get()
    }

    /// Items dropped by [`Overflow::DropOldest`](crate::Overflow::DropOldest).
    pub fn dropped(&self) -> u64 {
        self.shared.counts.dropped.get()
    }
}
