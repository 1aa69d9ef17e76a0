//! Stores of the index of ids.

use std::collections::HashMap;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use cc_runtime::tasks::{self, Instant};
use cc_runtime::transport::Turn;
use cc_runtime::{Credentials, Error, ErrorKind, Result, Timestamp, Transport};

use super::index::Index;

/// Time limit of a store for reading or writing. Beyond it, the platform is asked, and the write is dropped.
const PATIENCE: Duration = Duration::from_secs(2);

/// Time for which a store may wait for a fetch by another process.
const TURN_PATIENCE: Duration = Duration::from_secs(12);

/// The future of a [`Store`].
pub type StoreFuture<'a, T> = Pin<Box<dyn Future<Output = Result<T>> + Send + 'a>>;

/// Stores indexes of ids, so that the next process, or another machine, need not ask the platform. A failure
/// of the store never fails a command, and an operation of more than two seconds is abandoned.
///
/// A key names an identity and an endpoint, and shows no secret. [`Index::to_json`] and [`Index::from_json`] turn an index
/// into text and back.
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not store the index of ids",
    label = "`Store` is not implemented",
    note = "use `MemoryStore`, `FileStore` or `RedisStore`, or implement `cc_client::resolve::Store`"
)]
pub trait Store: Send + Sync + fmt::Debug + 'static {
    /// The index that is kept under this key.
    ///
    /// # Errors
    /// [`ErrorKind::Store`] when it cannot be read.
    fn read<'a>(&'a self, key: &'a str) -> StoreFuture<'a, Option<Arc<Index>>>;

    /// Stores an index under this key, which replaces the previous one.
    ///
    /// # Errors
    /// [`ErrorKind::Store`] when it cannot be written.
    fn write<'a>(&'a self, key: &'a str, index: Arc<Index>) -> StoreFuture<'a, ()>;

    /// Drops the index that is kept under this key.
    ///
    /// # Errors
    /// [`ErrorKind::Store`] when it cannot be written.
    fn remove<'a>(&'a self, key: &'a str) -> StoreFuture<'a, ()>;

    /// Acquires the turn to fetch an index newer than the one fetched at `have`. It may wait up to twelve
    /// seconds for the fetch of another process. Default: the caller has the turn.
    ///
    /// # Errors
    /// [`ErrorKind::Store`] when it cannot be said.
    fn take_turn<'a>(&'a self, _key: &'a str, _have: Option<Timestamp>) -> StoreFuture<'a, Turn<Arc<Index>>> {
        Box::pin(std::future::ready(Ok(Turn::anyone())))
    }
}

impl<S: Store + ?Sized> Store for Arc<S> {
    fn read<'a>(&'a self, key: &'a str) -> StoreFuture<'a, Option<Arc<Index>>> {
        (**self).read(key)
    }

    fn write<'a>(&'a self, key: &'a str, index: Arc<Index>) -> StoreFuture<'a, ()> {
        (**self).write(key, index)
    }

    fn remove<'a>(&'a self, key: &'a str) -> StoreFuture<'a, ()> {
        (**self).remove(key)
    }

    fn take_turn<'a>(&'a self, key: &'a str, have: Option<Timestamp>) -> StoreFuture<'a, Turn<Arc<Index>>> {
        (**self).take_turn(key, have)
    }
}

/// Keeps indexes in memory, for the clients of one process that share it. Cheap to clone: clones share everything.
#[derive(Debug, Clone, Default)]
pub struct MemoryStore(Arc<Mutex<HashMap<String, Arc<Index>>>>);

impl MemoryStore {
    /// An empty one.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    fn with<T>(&self, work: impl FnOnce(&mut HashMap<String, Arc<Index>>) -> T) -> StoreFuture<'_, T>
    where
        T: Send + 'static,
    {
        let done = work(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner));
        Box::pin(std::future::ready(Ok(done)))
    }
}

impl Store for MemoryStore {
    fn read<'a>(&'a self, key: &'a str) -> StoreFuture<'a, Option<Arc<Index>>> {
        self.with(|indexes| indexes.get(key).cloned())
    }

    fn write<'a>(&'a self, key: &'a str, index: Arc<Index>) -> StoreFuture<'a, ()> {
        self.with(|indexes| drop(indexes.insert(key.to_owned(), index)))
    }

    fn remove<'a>(&'a self, key: &'a str) -> StoreFuture<'a, ()> {
        self.with(|indexes| drop(indexes.remove(key)))
    }
}

/// A store whose failures are contained: they are logged, the first one as a warning.
#[derive(Debug)]
pub(super) struct Guarded {
    store: Arc<dyn Store>,
    warned: AtomicBool,
}

impl Guarded {
    pub(super) fn new(store: Arc<dyn Store>) -> Self {
        Self { store, warned: AtomicBool::new(false) }
    }

    /// Key of the index of this identity. There is none for a credentials provider without a stable identity,
    /// because another provider may later have the same address in memory.
    pub(super) fn key(&self, transport: &Transport, identity: &str) -> Option<String> {
        Credentials::is_lasting(identity).then(|| format!("{identity} {}", transport.endpoint()))
    }

    pub(super) async fn read(&self, key: &str) -> Option<Arc<Index>> {
        self.guard("read", PATIENCE, self.store.read(key)).await.flatten()
    }

    pub(super) async fn write(&self, key: &str, index: Arc<Index>) {
        self.guard("write", PATIENCE, self.store.write(key, index)).await;
    }

    pub(super) async fn take_turn(&self, key: &str, have: Option<Timestamp>) -> Turn<Arc<Index>> {
        let turn = self.guard("say whose turn it is", TURN_PATIENCE, self.store.take_turn(key, have));
        turn.await.unwrap_or_else(Turn::anyone)
    }

    async fn guard<T>(&self, what: &str, patience: Duration, work: StoreFuture<'_, T>) -> Option<T> {
        let late = || Err(Error::new(ErrorKind::Store).with_message("timed out"));
        let done = tasks::until(Some(Instant::now() + patience), work).await.unwrap_or_else(late);
        let error = match done {
            Ok(done) => return Some(done),
            Err(error) => error,
        };
        let cause = std::error::Error::source(&error).map(tracing::field::display);
        if self.warned.swap(true, Ordering::Relaxed) {
            tracing::debug!(%error, cause, "the store of ids failed to {what} again");
        } else {
            tracing::warn!(%error, cause, "the store of ids failed to {what}: reading ids from the platform");
        }
        None
    }
}
