//! A fleet that shares a real Redis. Without `redis-server` on the path these tests say so, and prove nothing.

mod creation;
mod faults;
mod fleet;
mod limits;
mod outage;
mod server;

use std::time::Duration;

use cc_client::redis::RedisStore;
use cc_client::{CachePolicy, Client, Transport};
use cc_runtime::{ApplicationId, OwnerId};

use crate::support::{GetThing, Platform};

const MINUTE: Duration = Duration::from_secs(60);

/// A client of this account with both stores in Redis, of a process of its own: it shares nothing with others but Redis.
fn client(platform: &Platform, who: &str, store: &RedisStore) -> Client {
    Client::builder().id_store(store.clone()).build_with(transport(platform, who, store))
}

fn transport(platform: &Platform, who: &str, store: &RedisStore) -> Transport {
    platform.builder_of(who).cache_store(store.clone()).cache(CachePolicy::ttl(MINUTE)).build().unwrap()
}

/// A platform that answers at once with the number of the request, and knows the summary.
fn platform() -> Platform {
    Platform::new(|count, path| match path {
        "/v2/summary" => (200, crate::support::SUMMARY.to_owned()),
        _ => (200, format!("\"{count}\"")),
    })
}

async fn thing(client: &Client) -> String {
    named(client, "thing_1").await
}

async fn named(client: &Client, thing: &str) -> String {
    let get = GetThing { owner: OwnerId::from("orga_1"), thing: thing.into() };
    client.transport().call(get).await.unwrap().into_inner()
}

async fn owner(client: &Client) -> String {
    client.resolver().owner_of(&ApplicationId::from("app_1")).await.unwrap().to_string()
}

#[tokio::test]
async fn a_wait_does_not_use_the_redis_connection_of_a_runtime_that_stands_still() {
    use cc_client::blocking::Wait;
    let Some(server) = server::Server::start().await else { return };
    let (store, platform) = (server.store(), platform());
    let asked = thing(&client(&platform, "me", &store)).await;
    // Only Redis has the answer for the other ones, and the connection to it belongs to this runtime.
    let waits = async { Ok::<_, cc_client::Error>(thing(&client(&platform, "me", &store)).await) };
    assert_eq!(waits.wait().unwrap(), asked);
    assert_eq!(thing(&client(&platform, "me", &store)).await, asked);
    assert_eq!(platform.journal().len(), 1);
}
