//! Keeps two calls from creating the same thing at once.

use std::collections::HashMap;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use crate::error::Result;
use crate::lock::lock;
use crate::random;
use crate::tasks::{self, Holders, Home, Instant};

/// The future of a [`CreationLock`].
pub type LockFuture<'a, T> = Pin<Box<dyn Future<Output = Result<T>> + Send + 'a>>;

/// A lock that several processes share, so that they never create the same thing at once: `RedisStore` of `cc-client` is one.
///
/// A lock ends by itself after its time: a process that is killed in the middle of a creation keeps it until the platform shows
/// what was created. A failure of the lock never fails a call: it is logged, and the call goes on without the lock.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a lock of creations",
    label = "`CreationLock` is not implemented",
    note = "use the `RedisStore` of `cc_client`, or implement `cc_runtime::ensure::CreationLock`"
)]
pub trait CreationLock: Send + Sync + fmt::Debug + 'static {
    /// Takes the lock of a key for this long, or makes it last this long from now on if this token has it already. Returns
    /// `false` if another token has it. It does not wait for the lock.
    ///
    /// # Errors
    /// [`ErrorKind::Store`](crate::ErrorKind::Store) if the lock cannot be reached.
    fn take<'a>(&'a self, key: &'a str, token: &'a str, time: Duration) -> LockFuture<'a, bool>;

    /// Releases the lock of a key in the background, if this token has it.
    fn release(&self, key: &str, token: &str);
}

impl<L: CreationLock + ?Sized> CreationLock for Arc<L> {
    fn take<'a>(&'a self, key: &'a str, token: &'a str, time: Duration) -> LockFuture<'a, bool> {
        (**self).take(key, token, time)
    }

    fn release(&self, key: &str, token: &str) {
        (**self).release(key, token);
    }
}

/// The locks of one process.
#[derive(Debug, Default)]
pub(super) struct Local {
    taken: Mutex<HashMap<String, Taken>>,
    /// The calls that have a lock. None of them waits for its caller to be polled once another one waits.
    pub(super) holders: Holders,
}

/// A lock of the process.
#[derive(Debug)]
struct Taken {
    token: String,
    until: Instant,
    /// The runtime of the call that has it.
    home: Option<Home>,
    /// Something may have been created and is not shown yet.
    unsettled: bool,
}

impl Taken {
    /// Returns `true` if another call may take it: the one that has it has created nothing yet, and stands still with its runtime.
    /// It takes the lock again before it creates anything.
    fn gives_way(&self) -> bool {
        !self.unsettled && self.home.as_ref().is_some_and(Home::is_stopped)
    }
}

impl Local {
    fn take(&self, key: &str, token: &str, time: Duration) -> bool {
        let now = Instant::now();
        let home = Home::current().ok();
        let mut taken = lock(&self.taken);
        taken.retain(|_, taken| taken.until > now);
        // A time too long to count is one that never ends here: the call that has it ends it.
        let until = now.checked_add(time).unwrap_or(now + Duration::from_secs(86_400 * 365));
        match taken.get_mut(key) {
            Some(own) if own.token == token => own.until = until,
            Some(other) if !other.gives_way() => return false,
            _ => {
                let own = Taken { token: token.to_owned(), until, home, unsettled: false };
                taken.insert(key.to_owned(), own);
            }
        }
        true
    }

    fn mark(&self, key: &str, token: &str, unsettled: bool) {
        if let Some(own) = lock(&self.taken).get_mut(key).filter(|own| own.token == token) {
            own.unsettled = unsettled;
        }
    }

    fn release(&self, key: &str, token: &str) {
        let mut taken = lock(&self.taken);
        if taken.get(key).is_some_and(|own| own.token == token) {
            taken.remove(key);
        }
    }
}

/// A lock of the process, and of all processes if there is one for them. It is released when it is dropped, unless something
/// may have been created that the platform does not show yet: then it ends by itself.
#[derive(Debug)]
pub(super) struct Lease {
    local: Arc<Local>,
    shared: Option<Arc<dyn CreationLock>>,
    key: String,
    token: String,
    has: (bool, bool),
    /// Something may have been created and is not shown yet.
    unsettled: bool,
}

impl Lease {
    pub(super) fn new(local: Arc<Local>, shared: Option<Arc<dyn CreationLock>>, key: String) -> Self {
        let token = format!("{:032x}", random::unique());
        Self { local, shared, key, token, has: (false, false), unsettled: false }
    }

    /// Takes both locks for this long, or makes them last this long from now on. Returns `false` if another call has one.
    pub(super) async fn take(&mut self, time: Duration) -> bool {
        self.has.0 = self.local.take(&self.key, &self.token, time);
        if !self.has.0 {
            return false;
        }
        let Some(shared) = &self.shared else { return true };
        match shared.take(&self.key, &self.token, time).await {
            Ok(taken) => {
                self.has.1 = taken;
                taken
            }
            Err(error) => {
                tracing::warn!(%error, "the lock of creations cannot be reached: creating without it");
                (self.shared, self.has.1) = (None, false);
                true
            }
        }
    }

    /// `true` while no other process can create the same thing.
    pub(super) fn is_shared(&self) -> bool {
        self.has.1
    }

    /// Something is about to be created: the locks outlive this call until it is settled.
    pub(super) fn unsettle(&mut self) {
        self.unsettled = true;
        self.local.mark(&self.key, &self.token, true);
    }

    /// The platform shows what was created, or it was certainly not created.
    pub(super) fn settle(&mut self) {
        self.unsettled = false;
        self.local.mark(&self.key, &self.token, false);
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        if self.unsettled {
            return;
        }
        if self.has.0 {
            self.local.release(&self.key, &self.token);
        }
        if let (Some(shared), true) = (&self.shared, self.has.1) {
            shared.release(&self.key, &self.token);
        }
    }
}

/// Delay before the next look at a lock that another call has.
pub(super) async fn pause(looks: u32) {
    let delay = Duration::from_millis(20).saturating_mul(1 << looks.min(6));
    tasks::sleep(delay.min(Duration::from_secs(1))).await;
}
