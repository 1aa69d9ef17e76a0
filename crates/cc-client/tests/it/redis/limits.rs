//! Content, lifetime and owner of cached data.

use std::time::Duration;

use cc_client::CachePolicy;
use cc_runtime::Credentials;
use cc_runtime::credentials::{CredentialsProvider, ProvideFuture};

use super::server::Server;
use super::*;
use crate::support::{GetThing, PutThing};

#[tokio::test]
async fn each_identity_has_keys_of_its_own_which_show_no_credentials() {
    let Some(server) = Server::start().await else { return };
    let (platform, store) = (platform(), server.store());
    let [mine, yours] = ["me", "you"].map(|who| client(&platform, who, &store));
    assert_ne!(thing(&mine).await, thing(&yours).await);
    owner(&mine).await;
    owner(&yours).await;
    assert_eq!(platform.summaries(), 2);
    let keys = server.keys().await;
    assert_eq!(keys.len(), 6, "{keys:#?}");
    for key in keys {
        assert!(key.starts_with("cc-client:1:") && key.contains("{oauth1-"), "{key}");
        let expires: i64 = server.ask(redis::cmd("PTTL").arg(&key)).await.unwrap();
        assert!(expires > 0, "{key} would stay for ever");
    }
}

#[tokio::test]
async fn a_write_of_one_client_drops_what_it_makes_old_for_all_of_that_account() {
    let Some(server) = Server::start().await else { return };
    let (platform, store) = (platform(), server.store());
    let [mine, mine_too, yours] = ["me", "me", "you"].map(|who| client(&platform, who, &store));
    let before = thing(&mine).await;
    assert_eq!(thing(&mine_too).await, before);
    let other = named(&mine, "thing_2").await;
    let theirs = thing(&yours).await;
    let elsewhere = async || {
        let same = GetThing { owner: "orga_9".into(), thing: "thing_1".into() };
        mine.transport().call(same).await.unwrap().into_inner()
    };
    let read_elsewhere = elsewhere().await;
    assert_eq!(elsewhere().await, read_elsewhere);
    mine_too.transport().call(PutThing).await.unwrap();
    assert_ne!(thing(&mine).await, before);
    assert_ne!(elsewhere().await, read_elsewhere, "what is about the same thing goes, whatever its path");
    assert_eq!(named(&mine, "thing_2").await, other, "a sibling stays");
    assert_eq!(thing(&yours).await, theirs);
}

#[tokio::test]
async fn answers_end_with_their_time() {
    let Some(server) = Server::start().await else { return };
    let platform = platform();
    let short = |_: &str| {
        let policy = CachePolicy::ttl(Duration::from_millis(50));
        platform.builder_of("me").cache_store(server.store()).cache(policy).build().unwrap()
    };
    let client = Client::new(short("me"));
    let first = thing(&client).await;
    while !server.keys().await.is_empty() {
        tokio::task::yield_now().await;
    }
    assert_ne!(thing(&client).await, first);
}

#[tokio::test]
async fn the_number_and_the_size_of_cached_answers_are_limited() {
    let Some(server) = Server::start().await else { return };
    let platform = Platform::new(|_, path| {
        (200, format!("{:?}", "x".repeat(if path.ends_with("large") { 5_000 } else { 10 })))
    });
    let store = server.store().most_answers(3).largest_answer(2_000);
    let client = client(&platform, "me", &store);
    for number in 0..10 {
        named(&client, &format!("thing_{number}")).await;
    }
    named(&client, "large").await;
    let keys = server.keys().await;
    let answers = keys.iter().filter(|key| key.contains(":answers:")).count();
    assert_eq!(answers, 3, "{keys:#?}");
    assert!(!keys.iter().any(|key| key.contains("lock")), "no turn is left: {keys:#?}");
}

#[tokio::test]
async fn an_index_that_is_too_large_is_not_kept_and_a_broken_one_is_replaced() {
    let Some(server) = Server::start().await else { return };
    let platform = platform();
    owner(&client(&platform, "me", &server.store().largest_index(100))).await;
    assert!(server.keys().await.iter().all(|key| !key.contains(":ids:")));
    owner(&client(&platform, "me", &server.store())).await;
    let keys = server.keys().await;
    let key = keys.iter().find(|key| key.contains(":ids:")).unwrap();
    let _: () = server.ask(redis::cmd("SET").arg(key).arg("broken\n{")).await.unwrap();
    assert_eq!(owner(&client(&platform, "me", &server.store())).await, "orga_1");
    assert_eq!(owner(&client(&platform, "me", &server.store())).await, "orga_1");
    assert_eq!(platform.summaries(), 3);
}

#[derive(Debug)]
struct Nameless;

impl CredentialsProvider for Nameless {
    fn provide(&self) -> ProvideFuture<'_> {
        Box::pin(async { Ok(Credentials::oauth1("key", "secret", "me", "secret")) })
    }
}

#[tokio::test]
async fn of_a_provider_that_does_not_say_whose_credentials_it_gives_nothing_is_kept() {
    let Some(server) = Server::start().await else { return };
    let (platform, store) = (platform(), server.store());
    let builder = platform.builder_of("me").credentials(Credentials::provider(Nameless));
    let transport = builder.cache_store(store.clone()).cache(CachePolicy::ttl(MINUTE)).build().unwrap();
    let client = Client::builder().id_store(store).build_with(transport);
    thing(&client).await;
    owner(&client).await;
    client.transport().call(PutThing).await.unwrap();
    assert_eq!(server.keys().await, [""; 0]);
}
