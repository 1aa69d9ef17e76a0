//! Answers of the platform in Redis.

use std::fmt::Write;
use std::future::ready;
use std::time::Duration;

use cc_runtime::Credentials;
use cc_runtime::tasks::{self, Instant};
use cc_runtime::transport::{CacheKey, CacheStore, CachedAnswer, StoreFuture, Ticket, Turn, subjects};
use redis::{Cmd, cmd};

use super::turn::{self, Held};
use super::{RedisStore, millis};
use crate::kept_answer::{decode, encode};

/// First and longest delay between attempts to deliver a failed invalidation.
const DEBT_PAUSES: (Duration, Duration) = (Duration::from_millis(50), Duration::from_secs(5));

/// Time for which a failed invalidation is retried for other processes.
const DEBT_FOR: Duration = Duration::from_secs(3_600);

/// The keys of one answer, in one slot of a cluster with all of its identity.
struct Keys {
    answers: String,
    locks: String,
    list: String,
    digest: String,
}

impl Keys {
    fn answer(&self) -> String {
        format!("{}{}", self.answers, self.digest)
    }

    fn lock(&self) -> String {
        format!("{}{}", self.locks, self.digest)
    }
}

impl RedisStore {
    fn of_identity(&self, identity: &str, digest: &[u8]) -> Keys {
        let prefix = &self.prefix;
        let mut hex = String::with_capacity(2 * digest.len());
        for byte in digest {
            // Writing to a text never fails.
            let _ = write!(hex, "{byte:02x}");
        }
        Keys {
            answers: format!("{prefix}:answers:{{{identity}}}:"),
            locks: format!("{prefix}:answers-lock:{{{identity}}}:"),
            list: format!("{prefix}:answers-list:{{{identity}}}"),
            digest: hex,
        }
    }

    fn keys(&self, key: &CacheKey) -> Keys {
        self.of_identity(key.identity(), key.digest())
    }

    fn invalidation(&self, identity: &str, path: &str) -> Cmd {
        let keys = self.of_identity(identity, &[]);
        let mut command = cmd("EVAL");
        command.arg(include_str!("invalidate.lua")).arg(1).arg(&keys.list);
        command.arg(path).arg(&keys.answers).arg(&keys.locks);
        for id in subjects(path) {
            command.arg(id);
        }
        command
    }

    async fn drop_related(&self, identity: &str, path: &str) {
        let dropped: Option<u32> = self.connection.ask(&self.invalidation(identity, path)).await;
        if dropped.is_none() {
            self.owe(identity);
            self.settle(identity).await;
        }
    }

    /// Drops all answers of an identity as soon as Redis accepts the command, because an invalidation could
    /// not be delivered. This process reads nothing before that; the task is for other processes, which do
    /// not know about it.
    fn owe(&self, identity: &str) {
        if !self.connection.owe(identity) {
            return;
        }
        let Ok(runtime) = tokio::runtime::Handle::try_current() else {
            return self.connection.left_alone(identity);
        };
        let (store, identity) = (self.clone(), identity.to_owned());
        drop(runtime.spawn(async move {
            let settled = tasks::guarded(async {
                let mut pause = DEBT_PAUSES.0;
                let until = Instant::now() + DEBT_FOR;
                while !store.settle(&identity).await && Instant::now() < until {
                    tasks::sleep(pause).await;
                    pause = (pause * 2).min(DEBT_PAUSES.1);
                }
                Ok(())
            });
            // Without a timer nothing is tried again here.
            settled.await.ok();
            store.connection.left_alone(&identity);
        }));
    }

    /// Drops all answers of an identity if some of them may be outdated. Returns `false` if they could not be
    /// dropped: none of them may be read or stored then.
    async fn settle(&self, identity: &str) -> bool {
        let Some(doubt) = self.connection.doubt(identity) else { return true };
        // What is not listed counts as dropped. A list can be deleted where memory is short, and where it is none.
        let mut delete = cmd("DEL");
        delete.arg(self.of_identity(identity, &[]).list);
        let deleted: Option<u32> = self.connection.ask(&delete).await;
        if deleted.is_some() {
            self.connection.dropped(identity, doubt);
        }
        deleted.is_some()
    }
}

/// List member and key suffix of a cached answer.
fn member(keys: &Keys, key: &CacheKey) -> String {
    format!("{}{}", keys.digest, key.path())
}

impl CacheStore for RedisStore {
    fn get<'a>(&'a self, key: &'a CacheKey) -> StoreFuture<'a, Option<CachedAnswer>> {
        if !Credentials::is_lasting(key.identity()) {
            return Box::pin(ready(Ok(None)));
        }
        Box::pin(async move {
            if !self.settle(key.identity()).await {
                return Ok(None);
            }
            let keys = self.keys(key);
            let mut get = cmd("EVAL");
            get.arg(include_str!("get.lua"))
                .arg(2)
                .arg(keys.answer())
                .arg(&keys.list)
                .arg(member(&keys, key));
            let kept: Option<Option<Vec<u8>>> = self.connection.ask(&get).await;
            Ok(kept.flatten().as_deref().and_then(decode))
        })
    }

    fn put<'a>(
        &'a self,
        key: &'a CacheKey,
        answer: CachedAnswer,
        ttl: Duration,
        ticket: &'a Ticket,
    ) -> StoreFuture<'a, ()> {
        if !Credentials::is_lasting(key.identity()) || answer.size() > self.largest_answer {
            return Box::pin(ready(Ok(())));
        }
        Box::pin(async move {
            if self.connection.doubt(key.identity()).is_some() {
                return Ok(());
            }
            let keys = self.keys(key);
            let held: Option<&Held> = ticket.held();
            let mut put = cmd("EVAL");
            put.arg(include_str!("put.lua")).arg(3).arg(keys.answer()).arg(keys.lock()).arg(&keys.list);
            put.arg(held.map_or("", Held::token)).arg(millis(ttl)).arg(encode(&answer));
            put.arg(member(&keys, key)).arg(self.most_answers).arg(&keys.answers);
            let kept: Option<u32> = self.connection.ask(&put).await;
            if let (Some(_), Some(held)) = (kept, held) {
                held.ended();
            }
            Ok(())
        })
    }

    fn take_turn<'a>(&'a self, key: &'a CacheKey) -> StoreFuture<'a, Turn<CachedAnswer>> {
        if !Credentials::is_lasting(key.identity()) {
            return Box::pin(ready(Ok(Turn::anyone())));
        }
        Box::pin(async move {
            if !self.settle(key.identity()).await {
                return Ok(Turn::anyone());
            }
            let keys = self.keys(key);
            let look = |token: &str| {
                let mut look = cmd("EVAL");
                look.arg(include_str!("turn.lua")).arg(3);
                look.arg(keys.answer()).arg(keys.lock()).arg(&keys.list);
                look.arg(token).arg(millis(self.turn)).arg(member(&keys, key));
                look
            };
            Ok(turn::take(&self.connection, self.turn, keys.lock(), look, decode).await)
        })
    }

    fn remove<'a>(&'a self, key: &'a CacheKey) -> StoreFuture<'a, ()> {
        if !Credentials::is_lasting(key.identity()) {
            return Box::pin(ready(Ok(())));
        }
        Box::pin(async move {
            let mut delete = cmd("DEL");
            delete.arg(self.keys(key).answer());
            let deleted: Option<u32> = self.connection.ask(&delete).await;
            if deleted.is_none() {
                self.owe(key.identity());
            }
            Ok(())
        })
    }

    fn invalidate<'a>(&'a self, identity: &'a str, path: &'a str) -> StoreFuture<'a, ()> {
        if !Credentials::is_lasting(identity) {
            return Box::pin(ready(Ok(())));
        }
        Box::pin(async move {
            self.drop_related(identity, path).await;
            Ok(())
        })
    }
}
