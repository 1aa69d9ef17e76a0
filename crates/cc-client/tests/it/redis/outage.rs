//! A Redis that is slow, restarts, or is gone.

use std::io::{self, Write};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use tracing_subscriber::fmt::MakeWriter;

use super::server::Server;
use super::*;
use crate::support::PutThing;

/// Collected log.
#[derive(Debug, Clone, Default)]
pub struct Log(Arc<Mutex<Vec<u8>>>);

impl Log {
    pub fn count(&self, words: &str) -> usize {
        String::from_utf8_lossy(&self.0.lock().unwrap()).matches(words).count()
    }

    /// Listens to what this thread does.
    pub fn listen(&self) -> tracing::subscriber::DefaultGuard {
        let subscriber = tracing_subscriber::fmt().with_writer(self.clone()).with_ansi(false).finish();
        tracing::subscriber::set_default(subscriber)
    }
}

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl MakeWriter<'_> for Log {
    type Writer = Self;

    fn make_writer(&self) -> Self {
        self.clone()
    }
}

/// Waits until answers of this client are cached again.
pub async fn until_it_is_back(client: &Client) {
    let deadline = Instant::now() + Duration::from_secs(30);
    while thing(client).await != thing(client).await {
        assert!(Instant::now() < deadline, "the store does not come back");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test]
async fn a_redis_that_is_killed_and_comes_back_is_told_once_each_and_fails_nothing() {
    let Some(mut server) = Server::start().await else { return };
    let (log, platform) = (Log::default(), platform());
    let _listening = log.listen();
    let store = server.store();
    let client = client(&platform, "me", &store);
    let kept = thing(&client).await;
    assert_eq!(thing(&client).await, kept);
    server.kill();
    let mut seen = vec![kept];
    for _ in 0..50 {
        let fresh = thing(&client).await;
        assert!(!seen.contains(&fresh), "the platform is asked");
        seen.push(fresh);
        owner(&client).await;
        client.transport().call(PutThing).await.unwrap();
    }
    assert_eq!(log.count("is unreachable: continuing without it"), 1);
    server.run().await.unwrap();
    until_it_is_back(&client).await;
    assert_eq!((log.count("is unreachable"), log.count("reconnected to the Redis")), (1, 1));
    assert_eq!(log.count("WARN"), 1);
}

#[tokio::test]
async fn a_redis_that_hangs_costs_its_patience_once_and_then_nothing() {
    let Some(server) = Server::start().await else { return };
    let platform = platform();
    let patience = Duration::from_millis(200);
    let client = client(&platform, "me", &server.store().patience(patience));
    let kept = thing(&client).await;
    server.pause();
    let started = Instant::now();
    for _ in 0..20 {
        assert_ne!(thing(&client).await, kept);
    }
    // Each of these commands alone would take twice the patience.
    assert!(started.elapsed() < patience * 6, "{:?}", started.elapsed());
    server.unpause();
    until_it_is_back(&client).await;
}

#[tokio::test]
async fn what_a_write_made_old_while_redis_hung_is_dropped_before_anything_is_read_again() {
    let Some(server) = Server::start().await else { return };
    let platform = platform();
    let [writer, reader] = [(); 2].map(|()| {
        let store = server.store().patience(Duration::from_millis(100));
        client(&platform, "me", &store)
    });
    let old = thing(&writer).await;
    assert_eq!(thing(&reader).await, old);
    server.pause();
    writer.transport().call(PutThing).await.unwrap();
    server.unpause();
    until_it_is_back(&writer).await;
    assert_ne!(thing(&writer).await, old);
    assert_ne!(thing(&reader).await, old);
}

#[tokio::test]
async fn an_unreachable_redis_only_causes_a_warning() {
    let (log, platform) = (Log::default(), platform());
    let _listening = log.listen();
    let store = RedisStore::new("redis://:hunter2@127.0.0.1:1").unwrap();
    let client = client(&platform, "me", &store);
    for _ in 0..5 {
        assert_eq!(owner(&client).await, "orga_1");
        thing(&client).await;
    }
    assert_eq!(log.count("is unreachable: continuing without it"), 1);
    let shown = format!("{store:?} {}", String::from_utf8_lossy(&log.0.lock().unwrap()));
    assert!(!shown.contains("hunter2"), "{shown}");
    let error = RedisStore::new("http://:hunter2@h").unwrap_err();
    assert!(!format!("{error:?}").contains("hunter2"));
}
