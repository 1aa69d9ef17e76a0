//! Refusals of Redis, and undelivered invalidations.

use super::outage::{Log, until_it_is_back};
use super::server::Server;
use super::*;
use crate::support::PutThing;

/// Returns `true` if this client's answers are cached.
async fn keeps(client: &Client) -> bool {
    thing(client).await == thing(client).await
}

#[tokio::test]
async fn a_key_of_another_type_concerns_its_identity_alone_and_is_replaced() {
    let Some(server) = Server::start().await else { return };
    let (log, platform) = (Log::default(), platform());
    let _listening = log.listen();
    let store = server.store();
    let [mine, yours] = ["me", "you"].map(|who| client(&platform, who, &store));
    assert!(keeps(&mine).await);
    owner(&mine).await;
    let planted = server.keys().await;
    assert_eq!(planted.len(), 3, "{planted:#?}");
    for key in &planted {
        let _: u32 = server.ask(redis::cmd("DEL").arg(key)).await.unwrap();
        let _: u32 = server.ask(redis::cmd("LPUSH").arg(key).arg("x")).await.unwrap();
        let lock = key.replace(":answers:", ":answers-lock:").replace(":ids:", ":ids-lock:");
        let _: u32 = server.ask(redis::cmd("LPUSH").arg(lock).arg("x")).await.unwrap();
        thing(&mine).await;
        owner(&client(&platform, "me", &store)).await;
        mine.transport().call(PutThing).await.unwrap();
        assert!(keeps(&yours).await);
    }
    for _ in 0..5 {
        thing(&mine).await;
    }
    assert!(keeps(&mine).await, "what was there is replaced");
    assert_eq!(log.count("is unreachable"), 0);
}

#[tokio::test]
async fn a_redis_without_memory_is_not_gone_and_gives_no_old_answer() {
    let Some(server) = Server::start().await else { return };
    let (log, platform) = (Log::default(), platform());
    let _listening = log.listen();
    let store = server.store();
    let client = client(&platform, "me", &store);
    let old = thing(&client).await;
    let memory = async |bytes: &str| {
        let _: String =
            server.ask(redis::cmd("CONFIG").arg("SET").arg("maxmemory").arg(bytes)).await.unwrap();
    };
    memory("1").await;
    assert_eq!(thing(&client).await, old, "what is there is read");
    named(&client, "thing_2").await;
    client.transport().call(PutThing).await.unwrap();
    assert_ne!(thing(&client).await, old);
    owner(&client).await;
    memory("0").await;
    assert_ne!(thing(&client).await, old);
    assert!(keeps(&client).await);
    assert_eq!((log.count("is unreachable"), log.count("WARN")), (0, 1));
}

#[tokio::test]
async fn an_invalidation_that_redis_refuses_leaves_no_old_answer_for_anyone() {
    let Some(server) = Server::start().await else { return };
    let platform = platform();
    let store = server.store();
    let reader = client(&platform, "me", &store);
    // A user who may not run scripts cannot invalidate.
    let mut user = redis::cmd("ACL");
    user.arg(["SETUSER", "writer", "on", ">pw", "~*", "+@all", "-eval"].as_slice());
    let _: String = server.ask(&user).await.unwrap();
    let url = server.url();
    let host = url.rsplit('@').next().unwrap();
    let writer = client(&platform, "me", &RedisStore::new(&format!("redis://writer:pw@{host}")).unwrap());
    let old = thing(&reader).await;
    assert_eq!(thing(&reader).await, old);
    writer.transport().call(PutThing).await.unwrap();
    assert_ne!(thing(&reader).await, old);
}

#[tokio::test]
async fn what_was_kept_before_an_outage_is_read_by_no_one_who_saw_it() {
    let Some(server) = Server::start().await else { return };
    let platform = platform();
    let [writer, reader] = [(); 2].map(|()| {
        let store = server.store().patience(std::time::Duration::from_millis(100));
        client(&platform, "me", &store)
    });
    let old = thing(&writer).await;
    assert_eq!(thing(&reader).await, old);
    server.pause();
    thing(&reader).await;
    writer.transport().call(PutThing).await.unwrap();
    // The writer ends with an undelivered invalidation.
    drop(writer);
    server.unpause();
    until_it_is_back(&reader).await;
    assert_ne!(thing(&reader).await, old);
}

#[cfg(feature = "redis-tls")]
#[tokio::test]
async fn tls_is_spoken_where_the_url_asks_for_it() {
    use tokio::io::AsyncReadExt;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("rediss://:hunter2@{}", listener.local_addr().unwrap());
    let client = client(&platform(), "me", &RedisStore::new(&url).unwrap());
    let (first, _) = tokio::join!(
        async {
            let mut first = [0];
            let (mut socket, _) = listener.accept().await.unwrap();
            socket.read_exact(&mut first).await.unwrap();
            first[0]
        },
        thing(&client),
    );
    assert_eq!(first, 0x16, "a TLS handshake begins");
}

#[cfg(not(feature = "redis-tls"))]
#[test]
fn a_url_that_needs_tls_names_the_feature() {
    let error = RedisStore::new("rediss://:hunter2@h").unwrap_err();
    assert!(error.to_string().contains("feature `redis-tls`") && !format!("{error:?}").contains("hunter2"));
}
