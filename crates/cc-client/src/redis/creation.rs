//! Locks in Redis, so that machines never create the same thing at once.

use std::time::Duration;

use cc_runtime::ensure::{CreationLock, LockFuture};
use cc_runtime::{Error, ErrorKind};
use redis::cmd;

use super::{RedisStore, millis};

impl RedisStore {
    fn of_creation(&self, key: &str) -> String {
        format!("{}:creation:{key}", self.prefix)
    }
}

impl CreationLock for RedisStore {
    fn take<'a>(&'a self, key: &'a str, token: &'a str, time: Duration) -> LockFuture<'a, bool> {
        Box::pin(async move {
            let mut take = cmd("EVAL");
            take.arg(include_str!("creation.lua")).arg(1).arg(self.of_creation(key));
            take.arg(token).arg(millis(time));
            let taken: Option<u32> = self.connection.ask(&take).await;
            taken.map(|taken| taken == 1).ok_or_else(|| {
                Error::new(ErrorKind::Store).with_message("the Redis of the store did not answer")
            })
        })
    }

    fn release(&self, key: &str, token: &str) {
        // Where nothing runs any more, it ends by itself.
        let Ok(runtime) = tokio::runtime::Handle::try_current() else { return };
        let (connection, mut release) = (self.connection.clone(), cmd("EVAL"));
        release.arg(include_str!("release.lua")).arg(1).arg(self.of_creation(key)).arg(token);
        drop(runtime.spawn(async move {
            let _: Option<u32> = connection.ask(&release).await;
        }));
    }
}
