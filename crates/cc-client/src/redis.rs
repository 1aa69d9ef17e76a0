//! State shared by a fleet of machines: ids and answers in Redis.

mod answers;
mod connection;
mod creation;
mod ids;
mod turn;

use std::sync::Arc;
use std::time::Duration;

use cc_runtime::{Error, ErrorKind, Result};

use connection::SharedConnection;

/// Keeps the index of ids and the answers of the platform in Redis, for many machines that work with the same accounts.
/// Cheap to clone: clones share one connection. Take it as [`ClientBuilder::id_store`](crate::ClientBuilder::id_store), as
/// [`TransportBuilder::cache_store`](crate::TransportBuilder::cache_store), as
/// [`ClientBuilder::creation_lock`](crate::ClientBuilder::creation_lock), or as all of them.
///
/// - A missing answer is requested once: one machine sends the request, and the others wait for its answer.
///   If that machine dies, another one sends the request after a [timeout](Self::turn).
/// - Data of one identity are stored under keys of their own, which reveal nothing of its credentials. Data
///   of a credentials provider without an identity are not stored.
/// - A write of one machine drops the affected answers for all of them, including answers in progress.
/// - If Redis is slow, restarts or is unavailable, everything works as without a store. That is logged once,
///   and once more after the recovery. Then the answers of each identity are dropped before any is read,
///   because invalidations may have been lost meanwhile, also those of other machines.
/// - What Redis refuses, such as a command on a key of another type or one for which it has no memory, concerns that command
///   alone. An invalidation that is not delivered drops all answers of its identity: nothing is read of them here until that is
///   done, and it is tried until it is.
///
/// Answers are kept as they came: who can read this Redis reads them. It must be one that your program alone uses, over a
/// network that is yours.
///
/// Requires Redis 6 or later, or a compatible server, with `EVAL`.
///
/// ```no_run
/// # use std::time::Duration;
/// # use cc_client::{CachePolicy, Client, redis::RedisStore};
/// # fn example() -> cc_client::Result<()> {
/// let store = RedisStore::new("redis://:password@redis.internal:6379")?;
/// let client = Client::builder()
///     .id_store(store.clone())
///     .configure(|transport| transport.cache_store(store).cache(CachePolicy::ttl(Duration::from_secs(30))))
///     .build()?;
/// # Ok(()) }
/// ```
#[derive(Debug, Clone)]
pub struct RedisStore {
    connection: Arc<SharedConnection>,
    prefix: Arc<str>,
    ids_ttl: Duration,
    most_answers: usize,
    largest_answer: usize,
    largest_index: usize,
    turn: Duration,
}

impl RedisStore {
    /// A store in the Redis at this URL: `redis://[user:password@]host[:port][/database]`, or `rediss://…` for TLS with the
    /// feature `redis-tls`. Nothing is sent yet.
    ///
    /// TLS uses the provider of cryptography that the program installed. Without one, it installs that of aws-lc.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidUrl`] if the URL is invalid, or needs the feature; the message does not show it.
    pub fn new(url: &str) -> Result<Self> {
        let scheme = url.split(':').next().unwrap_or_default().to_ascii_lowercase();
        if matches!(scheme.as_str(), "rediss" | "valkeys") {
            prepare_tls(&scheme)?;
        }
        let client = ::redis::Client::open(url).map_err(|_| {
            // Its own error may quote the password.
            Error::new(ErrorKind::InvalidUrl)
                .with_message("invalid URL of the store: expected one such as redis://:password@host:6379")
        })?;
        Ok(Self {
            connection: Arc::new(SharedConnection::new(client)),
            prefix: "cc-client:1".into(),
            ids_ttl: Duration::from_secs(24 * 3_600),
            most_answers: 10_000,
            largest_answer: 1024 * 1024,
            largest_index: 64 * 1024 * 1024,
            turn: Duration::from_secs(10),
        })
    }

    /// Sets the prefix of all keys, for programs that share one Redis and nothing else. Default:
    /// `cc-client:1`.
    #[must_use]
    pub fn prefix(mut self, prefix: &str) -> Self {
        self.prefix = prefix.into();
        self
    }

    /// Sets the lifetime of an index after it was fetched. Default: 24 hours.
    #[must_use]
    pub fn ids_for(mut self, ttl: Duration) -> Self {
        self.ids_ttl = ttl;
        self
    }

    /// Sets the maximum number of cached answers per identity; those that expire first are evicted first.
    /// Default: 10,000.
    #[must_use]
    pub fn most_answers(mut self, answers: usize) -> Self {
        self.most_answers = answers.max(1);
        self
    }

    /// The largest answer that is kept, in bytes. Default: 1 MiB.
    #[must_use]
    pub fn largest_answer(mut self, bytes: usize) -> Self {
        self.largest_answer = bytes;
        self
    }

    /// The largest index that is kept, in bytes: some 50 for an id. Default: 64 MiB.
    #[must_use]
    pub fn largest_index(mut self, bytes: usize) -> Self {
        self.largest_index = bytes;
        self
    }

    /// Sets the time for which the others wait for a machine that sends the request, before they treat it as
    /// dead. Default: 10 s, and no more for ids.
    #[must_use]
    pub fn turn(mut self, time: Duration) -> Self {
        self.turn = time;
        self
    }

    /// Sets the time limit of a Redis command, after which Redis counts as unavailable. Default: 500 ms.
    #[must_use]
    pub fn patience(mut self, patience: Duration) -> Self {
        self.connection = Arc::new(self.connection.with_patience(patience));
        self
    }
}

/// Prepares the use of TLS.
#[cfg(feature = "redis-tls")]
#[allow(clippy::unnecessary_wraps, reason = "without the feature it fails")]
fn prepare_tls(_: &str) -> Result<()> {
    use tls::crypto::{CryptoProvider, aws_lc_rs};
    // The Redis client panics if there is no provider, or if several are compiled in.
    if CryptoProvider::get_default().is_none() {
        // Another thread may have been faster, which is as good.
        let _ = aws_lc_rs::default_provider().install_default();
    }
    Ok(())
}

#[cfg(not(feature = "redis-tls"))]
fn prepare_tls(scheme: &str) -> Result<()> {
    Err(Error::new(ErrorKind::InvalidUrl).with_message(format!(
        "`{scheme}://` needs TLS for Redis: enable the feature `redis-tls` of cc-client"
    )))
}

/// A time for Redis: it takes no zero.
fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX).clamp(1, 1 << 52)
}
