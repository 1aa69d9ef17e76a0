//! The connection, and what is done when there is none.

use std::collections::{HashMap, HashSet};
use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use cc_core::runtime::{self, Instant};
use redis::aio::MultiplexedConnection;
use redis::{AsyncConnectionConfig, Client, Cmd, FromRedisValue, RedisError};

/// How long Redis is left alone after a failure, at first and at most.
const PAUSES: (Duration, Duration) = (Duration::from_millis(500), Duration::from_secs(15));

/// How many paths of one identity are remembered as still to be dropped; past that, all of its answers are.
const MOST_OWED: usize = 256;

/// One connection to Redis for all. A failure of it is told once, and then there is no store for a while.
pub(super) struct Link {
    client: Client,
    patience: Duration,
    connecting: tokio::sync::Mutex<()>,
    state: Mutex<State>,
    /// Paths by identity whose answers are to be dropped as soon as Redis is back.
    owed: Mutex<HashMap<String, HashSet<String>>>,
}

#[derive(Clone)]
enum State {
    /// Nothing is known yet.
    New,
    Up(MultiplexedConnection),
    Down {
        until: Instant,
        pause: Duration,
    },
}

impl Link {
    pub(super) fn new(client: Client) -> Self {
        Self {
            client,
            patience: Duration::from_millis(500),
            connecting: tokio::sync::Mutex::default(),
            state: Mutex::new(State::New),
            owed: Mutex::default(),
        }
    }

    pub(super) fn with_patience(&self, patience: Duration) -> Self {
        Self { patience, ..Self::new(self.client.clone()) }
    }

    /// What Redis answers; `None` when it does not, or was found gone a moment ago.
    pub(super) async fn ask<T: FromRedisValue>(&self, command: &Cmd) -> Option<T> {
        let deadline = Some(Instant::now() + self.patience);
        let asked = runtime::until(deadline, async {
            let Some(mut connection) = self.connection().await? else { return Ok(None) };
            command.query_async(&mut connection).await.map(Some)
        });
        match asked.await {
            Some(Ok(answer)) => answer,
            Some(Err(error)) => {
                self.fell(&error);
                None
            }
            None => {
                self.fell(&format_args!("it took longer than {:?}", self.patience));
                None
            }
        }
    }

    /// Remembers that the answers of this path are to be dropped.
    pub(super) fn owe(&self, identity: &str, path: &str) {
        let mut owed = lock(&self.owed);
        let paths = owed.entry(identity.to_owned()).or_default();
        if paths.len() >= MOST_OWED {
            // Every path lies below this one.
            paths.clear();
            paths.insert("/".to_owned());
        } else if !paths.contains("/") {
            paths.insert(path.to_owned());
        }
    }

    /// What is to be dropped before anything is read.
    pub(super) fn debts(&self) -> HashMap<String, HashSet<String>> {
        std::mem::take(&mut *lock(&self.owed))
    }

    async fn connection(&self) -> Result<Option<MultiplexedConnection>, RedisError> {
        if let Some(known) = self.known() {
            return Ok(known);
        }
        let _connecting = self.connecting.lock().await;
        if let Some(known) = self.known() {
            return Ok(known);
        }
        let config = AsyncConnectionConfig::new().set_connection_timeout(None).set_response_timeout(None);
        let connection = self.client.get_multiplexed_async_connection_with_config(&config).await?;
        let before = std::mem::replace(&mut *lock(&self.state), State::Up(connection.clone()));
        if matches!(before, State::Down { .. }) {
            tracing::info!("the Redis of the store is back");
        }
        Ok(Some(connection))
    }

    /// What can be said without connecting: a connection, or that there is none for now.
    fn known(&self) -> Option<Option<MultiplexedConnection>> {
        match &*lock(&self.state) {
            State::Up(connection) => Some(Some(connection.clone())),
            State::Down { until, .. } if *until > Instant::now() => Some(None),
            State::New | State::Down { .. } => None,
        }
    }

    fn fell(&self, why: &dyn fmt::Display) {
        let mut state = lock(&self.state);
        let now = Instant::now();
        let pause = match &*state {
            State::Down { until, .. } if *until > now => return,
            State::Down { pause, .. } => {
                tracing::debug!("the Redis of the store is still gone: {why}");
                (*pause * 2).min(PAUSES.1)
            }
            State::New | State::Up(_) => {
                tracing::warn!("the Redis of the store is gone, and it goes on without: {why}");
                PAUSES.0
            }
        };
        *state = State::Down { until: now + pause, pause };
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl fmt::Debug for Link {
    /// Shows no address: it may hold a password.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Link")
    }
}
