//! Indexes of ids in Redis.

use std::sync::Arc;

use cc_runtime::transport::Turn;
use cc_runtime::{Credentials, Timestamp};
use redis::cmd;

use super::turn;
use super::{RedisStore, millis};
use crate::resolve::{Index, Store, StoreFuture};

impl RedisStore {
    /// The keys of an index and of its lock, in one slot of a cluster.
    fn of_index(&self, key: &str) -> (String, String) {
        (format!("{}:ids:{{{key}}}", self.prefix), format!("{}:ids-lock:{{{key}}}", self.prefix))
    }
}

/// Line before the JSON, which distinguishes two indexes.
fn head(fetched_at: Timestamp) -> String {
    format!("{fetched_at}\n")
}

fn read(kept: &[u8]) -> Option<Arc<Index>> {
    let json = kept.iter().position(|byte| *byte == b'\n').map(|at| &kept[at + 1..])?;
    match Index::from_json(json) {
        Ok(index) => Some(Arc::new(index)),
        Err(error) => {
            tracing::warn!(%error, "could not read an index of ids in Redis: it will be replaced");
            None
        }
    }
}

impl Store for RedisStore {
    fn read<'a>(&'a self, key: &'a str) -> StoreFuture<'a, Option<Arc<Index>>> {
        Box::pin(async move {
            let mut get = cmd("GET");
            get.arg(self.of_index(key).0);
            let kept: Option<Option<Vec<u8>>> = self.connection.ask(&get).await;
            Ok(kept.flatten().as_deref().and_then(read))
        })
    }

    fn write<'a>(&'a self, key: &'a str, index: Arc<Index>) -> StoreFuture<'a, ()> {
        Box::pin(async move {
            let text = head(index.fetched_at()) + &index.to_json();
            let mut command;
            if text.len() <= self.largest_index {
                command = cmd("SET");
                command.arg(self.of_index(key).0).arg(text).arg("PX").arg(millis(self.ids_ttl));
            } else {
                tracing::warn!(bytes = text.len(), "an index of ids is too large for the store");
                command = cmd("DEL");
                command.arg(self.of_index(key).0);
            }
            let _: Option<redis::Value> = self.connection.ask(&command).await;
            Ok(())
        })
    }

    fn remove<'a>(&'a self, key: &'a str) -> StoreFuture<'a, ()> {
        Box::pin(async move {
            let mut delete = cmd("DEL");
            delete.arg(self.of_index(key).0);
            let _: Option<u32> = self.connection.ask(&delete).await;
            Ok(())
        })
    }

    fn take_turn<'a>(&'a self, key: &'a str, have: Option<Timestamp>) -> StoreFuture<'a, Turn<Arc<Index>>> {
        if !Credentials::is_lasting(key) {
            return Box::pin(std::future::ready(Ok(Turn::anyone())));
        }
        Box::pin(async move {
            let (index, lock) = self.of_index(key);
            // No index starts like this.
            let have = have.map_or_else(|| "none\n".to_owned(), head);
            let look = |token: &str| {
                let mut look = cmd("EVAL");
                look.arg(include_str!("index_turn.lua")).arg(2).arg(&index).arg(&lock);
                look.arg(token).arg(millis(self.turn)).arg(&have);
                look
            };
            Ok(turn::take(&self.connection, self.turn, lock.clone(), look, read).await)
        })
    }
}
