//! The lock of creations in a real Redis.

use std::time::Duration;

use cc_client::ensure::CreationLock;

use super::server::Server;

const MINUTE: Duration = Duration::from_secs(60);

#[tokio::test]
async fn the_lock_of_creations_belongs_to_one_process_until_it_ends() {
    let Some(server) = Server::start().await else { return };
    // Two processes.
    let (one, other) = (server.store().patience(MINUTE), server.store().patience(MINUTE));
    let take = async |store: &cc_client::redis::RedisStore, token: &str, time| {
        store.take("add-on orders", token, time).await.unwrap()
    };
    assert!(take(&one, "1", MINUTE).await);
    assert!(!take(&other, "2", MINUTE).await, "another process has it");
    assert!(take(&one, "1", MINUTE).await, "its owner makes it last longer");
    assert!(other.take("add-on other", "2", MINUTE).await.unwrap(), "another key is another lock");
    other.release("add-on orders", "2");
    assert!(!take(&other, "3", MINUTE).await, "only its owner releases it");

    one.release("add-on orders", "1");
    while !take(&other, "2", Duration::from_millis(50)).await {}
    // A process that is killed releases nothing: the lock ends by itself.
    while !take(&one, "1", MINUTE).await {}
}

#[tokio::test]
async fn without_redis_the_lock_of_creations_is_an_error_that_says_so() {
    let store = cc_client::redis::RedisStore::new("redis://127.0.0.1:1").unwrap();
    let error = store.take("key", "token", MINUTE).await.unwrap_err();
    assert_eq!(error.kind(), cc_client::ErrorKind::Store);
}
