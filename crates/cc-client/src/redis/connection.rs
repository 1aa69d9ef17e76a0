//! Connection to Redis, and behaviour without one.

use std::collections::{HashMap, HashSet};
use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use cc_runtime::tasks::{self, Home, Instant};
use redis::aio::MultiplexedConnection;
use redis::{AsyncConnectionConfig, Client, Cmd, FromRedisValue, RedisError};

/// First and longest pause after a failure of the connection.
const PAUSES: (Duration, Duration) = (Duration::from_millis(500), Duration::from_secs(15));

/// Maximum number of identities whose invalidations are tracked. Beyond it, the answers of all are dropped
/// once more.
const MAX_IDENTITIES: usize = 10_000;

/// One shared connection to Redis. A failure of the connection is logged once, and the store is then
/// unavailable for a while. A refusal by Redis affects only the one command.
pub(super) struct SharedConnection {
    client: Client,
    patience: Duration,
    connecting: tokio::sync::Mutex<()>,
    state: Mutex<State>,
    trust: Mutex<Trust>,
    /// `true` if a refused command was logged as a warning.
    warned: AtomicBool,
}

#[derive(Clone)]
enum State {
    /// Nothing is known yet.
    New,
    /// The connection, and the runtime that reads and writes it.
    Up(MultiplexedConnection, Option<Home>),
    Down {
        until: Instant,
        pause: Duration,
    },
}

/// Identities whose cached answers may be outdated, because an invalidation was not delivered by this process
/// or, during an outage of Redis, by another one. The answers are dropped before any is read again.
#[derive(Debug, Default)]
struct Trust {
    /// Number of times the connection was lost.
    outages: u64,
    /// Identities whose answers were dropped, and after how many outages.
    dropped: HashMap<String, u64>,
    /// Identities of which an invalidation failed, and a number that tells one failure from a later one.
    owed: HashMap<String, u64>,
    failures: u64,
    /// Identities that a task takes care of.
    tended: HashSet<String>,
}

/// State of an identity at one moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Doubt {
    outages: u64,
    failure: Option<u64>,
}

impl SharedConnection {
    pub(super) fn new(client: Client) -> Self {
        Self {
            client,
            patience: Duration::from_millis(500),
            connecting: tokio::sync::Mutex::default(),
            state: Mutex::new(State::New),
            trust: Mutex::default(),
            warned: AtomicBool::new(false),
        }
    }

    pub(super) fn with_patience(&self, patience: Duration) -> Self {
        Self { patience, ..Self::new(self.client.clone()) }
    }

    /// Sends a command and returns the answer of Redis. `None` if Redis refuses, does not answer, or was
    /// found unavailable a moment ago.
    pub(super) async fn ask<T: FromRedisValue>(&self, command: &Cmd) -> Option<T> {
        let deadline = Some(Instant::now() + self.patience);
        let asked = tasks::until(deadline, async {
            let Some(mut connection) = self.connection().await? else { return Ok(None) };
            match command.query_async(&mut connection).await {
                Ok(answer) => Ok(Some(answer)),
                Err(error) if is_of_command(&error) => {
                    self.refused(&error);
                    Ok(None)
                }
                Err(error) => Err(error),
            }
        });
        match tasks::guarded(async { Ok(asked.await) }).await {
            Ok(Some(Ok(answer))) => answer,
            Ok(Some(Err(error))) => {
                self.fell(&error);
                None
            }
            Err(error) => {
                self.fell(&error);
                None
            }
            Ok(None) => {
                self.fell(&format_args!("no reply within {:?}", self.patience));
                None
            }
        }
    }

    /// Records that an invalidation of this identity was not delivered. Returns `true` if no task handles it
    /// yet.
    pub(super) fn owe(&self, identity: &str) -> bool {
        let mut trust = lock(&self.trust);
        trust.failures += 1;
        let failure = trust.failures;
        if trust.owed.len() >= MAX_IDENTITIES {
            // An outage concerns all.
            trust.outages += 1;
            trust.owed.clear();
        }
        trust.owed.insert(identity.to_owned(), failure);
        trust.tended.len() < MAX_IDENTITIES && trust.tended.insert(identity.to_owned())
    }

    /// Reason why the cached answers of this identity may be outdated; `None` if they are not.
    pub(super) fn doubt(&self, identity: &str) -> Option<Doubt> {
        let trust = lock(&self.trust);
        let failure = trust.owed.get(identity).copied();
        let outages = trust.outages;
        let fresh = outages == 0 || trust.dropped.get(identity) == Some(&outages);
        (failure.is_some() || !fresh).then_some(Doubt { outages, failure })
    }

    /// Remembers that the answers of this identity were dropped after this doubt.
    pub(super) fn dropped(&self, identity: &str, doubt: Doubt) {
        let mut trust = lock(&self.trust);
        if trust.owed.get(identity).copied() == doubt.failure {
            trust.owed.remove(identity);
        }
        if trust.dropped.len() >= MAX_IDENTITIES {
            trust.dropped.clear();
        }
        trust.dropped.insert(identity.to_owned(), doubt.outages);
    }

    /// Records that no task handles this identity any more.
    pub(super) fn left_alone(&self, identity: &str) {
        lock(&self.trust).tended.remove(identity);
    }

    async fn connection(&self) -> Result<Option<MultiplexedConnection>, RedisError> {
        if let Some(known) = self.known() {
            return Ok(known);
        }
        // A call that has the turn may stand still, and so would this one behind it.
        let _connecting = if tasks::some_stand_still() { None } else { Some(self.connecting.lock().await) };
        if let Some(known) = self.known() {
            return Ok(known);
        }
        let config = AsyncConnectionConfig::new().set_connection_timeout(None).set_response_timeout(None);
        let connection = self.client.get_multiplexed_async_connection_with_config(&config).await?;
        let before =
            std::mem::replace(&mut *lock(&self.state), State::Up(connection.clone(), Home::current().ok()));
        if matches!(before, State::Down { .. }) {
            tracing::info!("reconnected to the Redis of the store");
        }
        Ok(Some(connection))
    }

    /// State of the connection without connecting: a connection, or that there is none for now.
    fn known(&self) -> Option<Option<MultiplexedConnection>> {
        match &*lock(&self.state) {
            // A connection of a runtime that stands still would not answer.
            State::Up(_, Some(home)) if home.is_stopped() => None,
            State::Up(connection, _) => Some(Some(connection.clone())),
            State::Down { until, .. } if *until > Instant::now() => Some(None),
            State::New | State::Down { .. } => None,
        }
    }

    /// Redis answered, and refused this one command: a key of another type, no memory, a right that is missing.
    fn refused(&self, error: &RedisError) {
        // The text may quote a key or a value; the code does not.
        let code = error.code().unwrap_or("unreadable reply");
        let code = cc_runtime::one_line(code, 64).to_string();
        if self.warned.swap(true, Ordering::Relaxed) {
            tracing::debug!(code, "the Redis of the store refused a command");
        } else {
            tracing::warn!(code, "the Redis of the store refused a command: nothing was stored");
        }
    }

    fn fell(&self, why: &dyn fmt::Display) {
        // The words may be those of Redis.
        let why = why.to_string();
        let why = cc_runtime::one_line(&why, 1_000);
        let mut state = lock(&self.state);
        let now = Instant::now();
        let pause = match &*state {
            State::Down { until, .. } if *until > now => return,
            State::Down { pause, .. } => {
                tracing::debug!("the Redis of the store is still unreachable: {why}");
                (*pause * 2).min(PAUSES.1)
            }
            State::New | State::Up(..) => {
                tracing::warn!("the Redis of the store is unreachable: continuing without it: {why}");
                // Invalidations may be lost from now on, also those of others.
                lock(&self.trust).outages += 1;
                PAUSES.0
            }
        };
        *state = State::Down { until: now + pause, pause };
    }
}

/// Returns `true` if an error is about one command, and the connection is good.
fn is_of_command(error: &RedisError) -> bool {
    use redis::ErrorKind;
    matches!(error.kind(), ErrorKind::Server(_) | ErrorKind::Extension | ErrorKind::UnexpectedReturnType)
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl fmt::Debug for SharedConnection {
    /// Shows no address: it may hold a password.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SharedConnection")
    }
}
