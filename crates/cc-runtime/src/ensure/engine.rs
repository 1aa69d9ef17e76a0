//! The engine of `ensure`: look, create, look again.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use super::lock::{self, CreationLock, Lease, Local};
use super::pace::Pace;
use super::{Ensure, Ensured, Existing, NaturalKey};
use crate::error::{Error, ErrorKind, Result};
use crate::tasks::{self, Alone, Instant, Work};
use crate::transport::{CallOptions, Transport};

/// Longest time of one creation, with everything that the command waits for. Afterwards its outcome counts as unknown.
const CREATION: Duration = Duration::from_secs(60);

/// Longest time in which the looks before a creation, and after one, are made.
const LOOKS: Duration = Duration::from_secs(20);

/// Delay before another attempt where nothing says how long it should be.
const PAUSE: Duration = Duration::from_secs(1);

/// First and longest delay between two looks.
const DELAYS: (Duration, Duration) = (Duration::from_millis(250), Duration::from_secs(2));

/// Tries to take a lock for each look at what its holder creates: the first look is after some 3 s, the others 8 s apart.
const TRIES_A_LOOK: u32 = 8;

/// State that the creations of a client share: its locks, and how many are under way at once.
#[derive(Debug, Default)]
pub struct Creations {
    local: Arc<Local>,
    shared: Option<Arc<dyn CreationLock>>,
    pace: Pace,
}

impl Creations {
    /// State of a client whose process shares this lock with others. `None`: the process shares none.
    #[must_use]
    pub fn new(lock: Option<Arc<dyn CreationLock>>) -> Self {
        Self { shared: lock, ..Self::default() }
    }
}

/// Settings of one call.
#[derive(Debug, Clone, Copy)]
pub(super) struct Settings {
    pub(super) update: bool,
    pub(super) visible_within: Duration,
    pub(super) attempts: u32,
}

type Handle<C> = Work<Alone<Result<Ensured<<C as Ensure>::Thing>>>>;

/// One call on its way.
pub(super) struct Run<C: Ensure> {
    pub(super) transport: Transport,
    pub(super) creations: Arc<Creations>,
    pub(super) command: C,
    pub(super) settings: Settings,
    pub(super) context: Box<dyn Fn(CallOptions) -> C::Context + Send + Sync>,
    pub(super) work: Handle<C>,
}

/// State of a failed creation: whether its result may exist.
enum Failure {
    /// Nothing was created, and trying again does not help.
    Refused,
    /// Nothing was created, because there is one already.
    Conflict,
    /// Nothing was created, and it may be tried again.
    NotDone,
    /// It may have been created, and may be tried again if it does not show.
    Open,
    /// It was created, at least in part.
    Done,
}

impl<C: Ensure> Run<C> {
    pub(super) async fn ensure(self, options: CallOptions) -> Result<Ensured<C::Thing>> {
        let key = self.command.key()?;
        let deadline = self.transport.deadline(&options);
        let read = (self.context)(options.clone().reload());
        // Each failed creation is seen here: what the transport repeated by itself would not slow the others down.
        let create = (self.context)(options.clone().changes_once());
        let write = (self.context)(options);
        let creations = self.creations.clone();
        let name = format!("{} {}", self.transport.endpoint(), key.to_text());
        let mut lease = Lease::new(creations.local.clone(), creations.shared.clone(), name);
        let mut failed: Option<Error> = None;
        for attempt in 1.. {
            // The wait for others, unless nothing can double.
            let _hold = if C::REPEATABLE {
                None
            } else {
                let shown = self.acquire(&key, &read, deadline, &mut lease).await;
                if let Some(thing) = shown.map_err(|error| because(error, failed.as_ref()))? {
                    return self.existing(thing, &write).await;
                }
                Some(creations.local.holders.hold(&self.work))
            };
            let turn = creations.pace.turn(&self.work).await;
            let found = match self.command.look(&read).await {
                Ok(found) => found,
                Err(error) if attempt < self.settings.attempts && error.is_retryable() => {
                    turn.told(&error);
                    drop(turn);
                    if !sleep_until(deadline, error.retry_after().unwrap_or(PAUSE)).await {
                        return Err(because(error, failed.as_ref()));
                    }
                    continue;
                }
                Err(error) => return Err(because(error, failed.as_ref())),
            };
            if let Some(thing) = only::<C>(&key, found)? {
                drop(turn);
                lease.settle();
                return self.existing(thing, &write).await;
            }
            if !C::REPEATABLE {
                // The locks must outlive whatever is created now until it shows.
                let time = CREATION.saturating_add(self.settings.visible_within).saturating_add(LOOKS);
                if !lease.take(time).await {
                    continue;
                }
                lease.unsettle();
            }
            let limit = [deadline, tasks::after(CREATION)].into_iter().flatten().min();
            let created = tasks::until(limit, self.command.clone().create(&create)).await;
            let error = match created.unwrap_or_else(|| Err(late())) {
                Ok(thing) => {
                    turn.succeeded();
                    drop(turn);
                    return self.confirm(&key, thing, &read, deadline, &mut lease).await;
                }
                Err(error) => error,
            };
            turn.told(&error);
            drop(turn);
            tracing::debug!(%error, attempt, kind = key.kind(), "a creation failed: looking for its result");
            let pause = match failure(&error) {
                Failure::Refused => {
                    lease.settle();
                    return Err(error);
                }
                Failure::NotDone => {
                    lease.settle();
                    error.retry_after().unwrap_or(PAUSE)
                }
                Failure::Conflict => {
                    lease.settle();
                    return match self.appears(&key, &read, deadline, Duration::ZERO, true).await {
                        Ok(Some(thing)) => self.existing(thing, &write).await,
                        Err(other) if other.kind() == ErrorKind::Ambiguous => Err(other),
                        _ => Err(error),
                    };
                }
                known @ (Failure::Open | Failure::Done) => {
                    let harmless = C::REPEATABLE && matches!(known, Failure::Open);
                    let time = if harmless { Duration::ZERO } else { self.settings.visible_within };
                    let alone = C::REPEATABLE || lease.is_shared();
                    match self.appears(&key, &read, deadline, time, alone).await {
                        Ok(Some(thing)) => {
                            lease.settle();
                            return Ok(Ensured::Created(thing));
                        }
                        Err(other) if other.kind() == ErrorKind::Ambiguous => return Err(other),
                        _ if matches!(known, Failure::Done) => return Err(error),
                        // A repetition is harmless.
                        Err(other) if harmless && other.is_retryable() => {}
                        Err(_) => return Err(unknown(error)),
                        // For as long as it may take, it did not show: it was not created.
                        Ok(None) => lease.settle(),
                    }
                    let least = if time.is_zero() { PAUSE } else { Duration::ZERO };
                    error.retry_after().unwrap_or_default().saturating_sub(time).max(least)
                }
            };
            if attempt >= self.settings.attempts || !sleep_until(deadline, pause).await {
                return Err(error);
            }
            failed = Some(error);
        }
        Err(failed.unwrap_or_else(late))
    }

    /// Waits for the locks, or for the thing that the holder of a lock creates: one that was killed keeps its lock.
    async fn acquire(
        &self,
        key: &NaturalKey,
        read: &C::Context,
        deadline: Option<Instant>,
        lease: &mut Lease,
    ) -> Result<Option<C::Thing>> {
        let mut wait = None;
        let mut tries = 0;
        let taking = async {
            while !lease.take(LOOKS).await {
                wait.get_or_insert_with(|| self.creations.local.holders.wait(&self.work));
                lock::pause(tries).await;
                tries += 1;
                if !tries.is_multiple_of(TRIES_A_LOOK) {
                    continue;
                }
                let turn = self.creations.pace.turn(&self.work).await;
                let seen = self.command.look(read).await;
                drop(turn);
                match seen.and_then(|seen| only::<C>(key, seen)) {
                    Ok(None) => {}
                    Err(error) if error.is_retryable() => {}
                    shown => return shown,
                }
            }
            Ok(None)
        };
        tasks::until(deadline, taking).await.unwrap_or_else(|| {
            let message =
                "another call that creates the same thing did not end in time: this one created nothing";
            Err(Error::new(ErrorKind::DeadlineExceeded).with_message(message))
        })
    }

    /// Looks until the thing shows, at most this long, and at least once. Unless this process is `alone` in creating it, it
    /// looks for all of that time: the one that shows first may be that of another process.
    ///
    /// # Errors
    /// [`ErrorKind::Ambiguous`] if several show; the errors of the last look; [`ErrorKind::DeadlineExceeded`] if the call has no
    /// time left to look for so long.
    async fn appears(
        &self,
        key: &NaturalKey,
        read: &C::Context,
        deadline: Option<Instant>,
        at_most: Duration,
        alone: bool,
    ) -> Result<Option<C::Thing>> {
        let end = tasks::after(at_most);
        let mut delay = DELAYS.0;
        loop {
            let last = end.is_some_and(|end| end <= Instant::now());
            let turn = self.creations.pace.turn(&self.work).await;
            let seen = self.command.look(read).await;
            drop(turn);
            match seen {
                Ok(seen) => {
                    let seen = only::<C>(key, seen)?;
                    if last || alone && seen.is_some() {
                        return Ok(seen);
                    }
                }
                Err(error) if last || !error.is_retryable() => return Err(error),
                Err(_) => {}
            }
            let left = end.map_or(delay, |end| end.saturating_duration_since(Instant::now()));
            if !sleep_until(deadline, delay.min(left)).await {
                return Err(Error::new(ErrorKind::DeadlineExceeded));
            }
            delay = (delay * 2).min(DELAYS.1);
        }
    }

    /// Looks for what was created: a second one means that another process created it at the same moment.
    ///
    /// Without a lock of all processes, it looks until its own thing shows: of two processes, the one whose thing shows last
    /// then sees both.
    async fn confirm(
        &self,
        key: &NaturalKey,
        thing: C::Thing,
        read: &C::Context,
        deadline: Option<Instant>,
        lease: &mut Lease,
    ) -> Result<Ensured<C::Thing>> {
        if C::REPEATABLE {
            return Ok(Ensured::Created(thing));
        }
        let id = C::id(&thing);
        let end = tasks::after(self.settings.visible_within);
        let mut delay = DELAYS.0;
        loop {
            let turn = self.creations.pace.turn(&self.work).await;
            let seen = self.command.look(read).await;
            drop(turn);
            if let Ok(seen) = &seen {
                let others: Vec<String> = seen.iter().map(C::id).filter(|other| *other != id).collect();
                if !others.is_empty() {
                    let message = format!(
                        "the {} `{id}` was created while there was another one with the same key ({key}): `{}`; keep one \
                         and delete the others",
                        key.kind(),
                        others.join("`, `"),
                    );
                    let error = Error::new(ErrorKind::Ambiguous).with_message(message);
                    return Err(error.with_effect(format!("the {} `{id}` was created", key.kind())));
                }
                if !seen.is_empty() {
                    lease.settle();
                    return Ok(Ensured::Created(thing));
                }
            }
            let over = end.is_some_and(|end| end <= Instant::now());
            // With the lock, nobody creates another one until this one shows: the lock ends by itself.
            if lease.is_shared() || over || !sleep_until(deadline, delay).await {
                if !lease.take(self.settings.visible_within.saturating_add(LOOKS)).await {
                    tracing::debug!("the lock of a creation ended early");
                }
                return Ok(Ensured::Created(thing));
            }
            delay = (delay * 2).min(DELAYS.1);
        }
    }

    /// Compares a thing that was there, and changes it if the caller wants that.
    async fn existing(self, thing: C::Thing, write: &C::Context) -> Result<Ensured<C::Thing>> {
        let differences = self.command.compare(&thing);
        if !(self.settings.update && differences.can_change()) {
            return Ok(Ensured::Found(Existing { value: thing, differences }));
        }
        let value = self.command.update(thing, &differences, write).await?;
        Ok(Ensured::Updated(Existing { value, differences }))
    }
}

/// The only thing with this key, if there is one.
fn only<C: Ensure>(key: &NaturalKey, found: Vec<C::Thing>) -> Result<Option<C::Thing>> {
    if found.len() < 2 {
        return Ok(found.into_iter().next());
    }
    let ids: Vec<String> = found.iter().map(C::id).collect();
    let message = format!(
        "several resources match: there are {} of the kind `{}` with {key}: `{}`",
        ids.len(),
        key.kind(),
        ids.join("`, `"),
    );
    Err(Error::new(ErrorKind::Ambiguous).with_message(message))
}

fn failure(error: &Error) -> Failure {
    let again = error.is_retryable() || error.kind() == ErrorKind::Indeterminate;
    match error.may_be_done() {
        true if error.is_applied() || !again => Failure::Done,
        true => Failure::Open,
        false if error.is_conflict() => Failure::Conflict,
        false if again => Failure::NotDone,
        false => Failure::Refused,
    }
}

/// Waits this long. Returns `false` if the deadline comes first.
async fn sleep_until(deadline: Option<Instant>, time: Duration) -> bool {
    if deadline.zip(tasks::after(time)).is_some_and(|(deadline, end)| end >= deadline) {
        return false;
    }
    tasks::sleep(time).await;
    true
}

#[cold]
fn late() -> Error {
    // It was sent, or may have been.
    Error::new(ErrorKind::TimedOut)
        .with_attempts(1)
        .with_message(format!("the creation did not end within {CREATION:?}"))
}

/// The error of a creation whose result could not be found out.
fn unknown(error: Error) -> Error {
    if error.kind() == ErrorKind::Indeterminate { error } else { error.indeterminate() }
}

/// The error of a look. After a creation that failed, the outcome of that one is unknown.
fn because(error: Error, failed: Option<&Error>) -> Error {
    match failed {
        Some(failed) if failed.may_be_done() => unknown(failed.clone()),
        _ => error,
    }
}

impl<C: Ensure> fmt::Debug for Run<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Run").field("settings", &self.settings).finish_non_exhaustive()
    }
}
