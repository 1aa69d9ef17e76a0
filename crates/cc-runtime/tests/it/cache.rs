//! Answers that are kept.

use cc_runtime::credentials::{CredentialsProvider, ProvideFuture};
use cc_runtime::transport::{CacheKey, CacheStore, CachedAnswer, StoreFuture, Ticket, Turn};
use cc_runtime::{CachePolicy, CallOptions, Credentials, Error, ErrorKind, Request, Transport};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use crate::support::*;

const MINUTE: Duration = Duration::from_secs(60);

fn kept() -> CallOptions {
    CallOptions::new().cache(CachePolicy::ttl(MINUTE))
}

async fn get(transport: &Transport) -> String {
    text(transport, request(&GET), &kept()).await
}

#[tokio::test(start_paused = true)]
async fn nothing_is_kept_unless_asked_for() {
    let platform = Platform::counting();
    let transport = platform.transport();
    for count in 0..3 {
        assert_eq!(text(&transport, request(&GET), &CallOptions::new()).await, count.to_string());
    }
}

#[tokio::test(start_paused = true)]
async fn an_answer_is_kept_for_its_time_and_says_that_nothing_was_sent() {
    let platform = Platform::counting();
    let transport = platform.transport();
    let options = kept();
    assert_eq!(transport.execute(request(&GET), &options).await.unwrap().attempts(), 1);
    let hit = transport.execute(request(&GET), &options).await.unwrap();
    assert_eq!((hit.attempts(), hit.status().as_u16()), (0, 200));
    assert_eq!(hit.headers()["content-type"], "application/json");
    tokio::time::advance(MINUTE).await;
    assert_eq!(get(&transport).await, "1");
}

#[tokio::test(start_paused = true)]
async fn a_transport_that_keeps_answers_can_be_told_not_to_for_one_call() {
    let platform = Platform::counting();
    let transport = platform.builder().cache(CachePolicy::ttl(MINUTE)).build().unwrap();
    let bare = CallOptions::new();
    assert_eq!(text(&transport, request(&GET), &bare).await, "0");
    assert_eq!(text(&transport, request(&GET), &bare).await, "0");
    assert_eq!(text(&transport, request(&GET), &bare.cache(CachePolicy::off())).await, "1");
}

#[tokio::test(start_paused = true)]
async fn two_transports_share_nothing() {
    let platform = Platform::counting();
    assert_eq!(get(&platform.transport()).await, "0");
    assert_eq!(get(&platform.transport()).await, "1");
}

#[tokio::test(start_paused = true)]
async fn what_is_kept_is_bounded_in_bytes() {
    let platform = Platform::new(|count, _| answer(200, &format!("{count:0>10000}")));
    let transport = platform.builder().cache_capacity(50_000).build().unwrap();
    for id in 0..10 {
        text(&transport, about(&GET, &id.to_string()), &kept()).await;
    }
    text(&transport, about(&GET, "9"), &kept()).await;
    assert_eq!(platform.count(), 10);
    text(&transport, about(&GET, "0"), &kept()).await;
    assert_eq!(platform.count(), 11);
}

#[tokio::test(start_paused = true)]
async fn errors_are_not_kept() {
    for status in [404, 429, 500] {
        let platform = Platform::new(move |count, _| answer(if count == 0 { status } else { 200 }, "1"));
        let transport = platform.transport();
        let options = kept().or(&once());
        assert!(transport.execute(request(&GET), &options).await.is_err());
        assert!(transport.execute(request(&GET), &options).await.is_ok());
    }
}

#[tokio::test(start_paused = true)]
async fn a_write_drops_what_lies_above_and_below_it() {
    for write in [&PUT, &POST, &DELETE] {
        let platform = Platform::counting();
        let transport = platform.transport();
        let related = [request(&LIST), request(&GET), request(&GET_PART)];
        for request in related.iter().cloned().chain([about(&GET, "2")]) {
            text(&transport, request, &kept()).await;
        }
        transport.execute(request(write), &CallOptions::new()).await.unwrap();
        for (request, count) in related.into_iter().zip(["5", "6", "7"]) {
            assert_eq!(text(&transport, request, &kept()).await, count);
        }
        assert_eq!(text(&transport, about(&GET, "2"), &kept()).await, "3", "a sibling stays");
    }
}

#[tokio::test(start_paused = true)]
async fn a_write_that_fails_or_is_given_up_drops_too() {
    let platform = Platform::slow(|count, request| match *request.method() {
        http::Method::GET => after(Duration::ZERO, answer(200, &count.to_string())),
        _ => after(SECOND * 9, answer(500, "")),
    });
    let transport = platform.transport();
    get(&transport).await;
    let options = once().timeout(SECOND);
    assert!(transport.execute(request(&POST), &options).await.unwrap_err().is_timeout());
    assert_eq!(get(&transport).await, "2");
    let options = once();
    let given_up = tokio::time::timeout(SECOND, transport.execute(request(&POST), &options)).await;
    assert!(given_up.is_err());
    assert_eq!(get(&transport).await, "4");
}

#[tokio::test(start_paused = true)]
async fn reload_replaces_what_is_kept_or_drops_it() {
    let platform = Platform::counting();
    let transport = platform.builder().cache(CachePolicy::ttl(MINUTE)).build().unwrap();
    let (bare, reload) = (CallOptions::new(), CallOptions::new().reload());
    assert_eq!(text(&transport, request(&GET), &bare).await, "0");
    assert_eq!(text(&transport, request(&GET), &reload).await, "1");
    assert_eq!(text(&transport, request(&GET), &bare).await, "1", "the fresh one is kept");
    let unkept = CallOptions::new().cache(CachePolicy::reload(Duration::ZERO));
    assert_eq!(text(&transport, request(&GET), &unkept).await, "2");
    assert_eq!(text(&transport, request(&GET), &bare).await, "3", "the old one is gone");
}

#[tokio::test(start_paused = true)]
async fn an_answer_from_before_the_end_of_a_write_is_not_kept() {
    let platform = Platform::counting();
    let transport = platform.transport();
    let options = CallOptions::new();
    let (read, write) = (get(&transport), transport.execute(request(&PUT), &options));
    let late_write = async {
        tokio::time::sleep(SECOND / 2).await;
        write.await
    };
    let late_read = async {
        tokio::time::sleep(SECOND * 3 / 4).await;
        get(&transport).await
    };
    let (first, written, during) = tokio::join!(read, late_write, late_read);
    written.unwrap();
    assert_eq!((&*first, &*during), ("0", "2"));
    assert_eq!(get(&transport).await, "3", "neither was kept");
    assert_eq!(get(&transport).await, "3");
}

#[tokio::test(start_paused = true)]
async fn a_header_that_matters_makes_another_answer() {
    let platform = Platform::counting();
    let transport = platform.transport();
    let with = |password: &str| {
        let mut request = request(&GET);
        request.headers.insert("x-clever-password", password.parse().unwrap());
        request
    };
    assert_eq!(text(&transport, with("right"), &kept()).await, "0");
    assert_eq!(text(&transport, with("wrong"), &kept()).await, "1");
    assert_eq!(text(&transport, with("right"), &kept()).await, "0");
}

#[tokio::test(start_paused = true)]
async fn the_query_makes_another_answer() {
    let platform = Platform::counting();
    let transport = platform.transport();
    let with = |page: u32| {
        let mut request = request(&GET);
        request.append_query("page", &page);
        request
    };
    assert_eq!(text(&transport, with(1), &kept()).await, "0");
    assert_eq!(text(&transport, with(2), &kept()).await, "1");
    assert_eq!(text(&transport, with(1), &kept()).await, "0");
}

#[tokio::test(start_paused = true)]
async fn a_store_that_is_shared_keeps_identities_apart() {
    let platform = Platform::counting();
    let store = Shared::default();
    let transport = |token: &str| {
        platform
            .builder()
            .credentials(Credentials::api_token(token))
            .cache_store(store.clone())
            .build()
            .unwrap()
    };
    assert_eq!(get(&transport("one")).await, "0");
    assert_eq!(get(&transport("two")).await, "1");
    assert_eq!(get(&transport("one")).await, "0");
}

#[tokio::test(start_paused = true)]
async fn a_store_that_fails_never_fails_a_call() {
    let platform = Platform::counting();
    let transport = platform.builder().cache_store(Broken).build().unwrap();
    assert_eq!(get(&transport).await, "0");
    assert_eq!(get(&transport).await, "1");
    transport.execute(request(&PUT), &CallOptions::new()).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn each_caller_decodes_a_value_of_its_own() {
    let platform = Platform::new(|_, _| answer(200, "[3,1,2]"));
    let transport = platform.transport();
    let mut first =
        transport.execute(request(&GET), &kept()).await.unwrap().json::<Vec<u32>>().unwrap().into_inner();
    first.sort_unstable();
    let second = transport.execute(request(&GET), &kept()).await.unwrap().json::<Vec<u32>>().unwrap();
    assert_eq!((first, second.into_inner()), (vec![1, 2, 3], vec![3, 1, 2]));
    assert_eq!(platform.count(), 1);
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_belongs_to_one_call_is_not_kept() {
    let platform = Platform::counting();
    let transport = platform.transport();
    for count in ["0", "1"] {
        assert_eq!(text(&transport, request(&GET_ONCE), &kept()).await, count);
    }
}

/// A store that several transports use.
#[derive(Debug, Clone, Default)]
struct Shared(std::sync::Arc<std::sync::Mutex<std::collections::HashMap<CacheKey, CachedAnswer>>>);

impl CacheStore for Shared {
    fn get<'a>(&'a self, key: &'a CacheKey) -> StoreFuture<'a, Option<CachedAnswer>> {
        Box::pin(async { Ok(self.0.lock().unwrap().get(key).cloned()) })
    }

    fn put<'a>(
        &'a self,
        key: &'a CacheKey,
        answer: CachedAnswer,
        _: Duration,
        _: &'a Ticket,
    ) -> StoreFuture<'a, ()> {
        Box::pin(async {
            self.0.lock().unwrap().insert(key.clone(), answer);
            Ok(())
        })
    }

    fn remove<'a>(&'a self, key: &'a CacheKey) -> StoreFuture<'a, ()> {
        Box::pin(async {
            self.0.lock().unwrap().remove(key);
            Ok(())
        })
    }

    fn invalidate<'a>(&'a self, identity: &'a str, path: &'a str) -> StoreFuture<'a, ()> {
        Box::pin(async move {
            self.0.lock().unwrap().retain(|key, _| key.identity() != identity || !key.is_related(path));
            Ok(())
        })
    }
}

/// A store that is down.
#[derive(Debug)]
struct Broken;

fn down<'a, T>() -> StoreFuture<'a, T> {
    Box::pin(async { Err(Error::new(ErrorKind::Store)) })
}

impl CacheStore for Broken {
    fn get<'a>(&'a self, _: &'a CacheKey) -> StoreFuture<'a, Option<CachedAnswer>> {
        down()
    }

    fn put<'a>(
        &'a self,
        _: &'a CacheKey,
        _: CachedAnswer,
        _: Duration,
        _: &'a Ticket,
    ) -> StoreFuture<'a, ()> {
        down()
    }

    fn remove<'a>(&'a self, _: &'a CacheKey) -> StoreFuture<'a, ()> {
        down()
    }

    fn invalidate<'a>(&'a self, _: &'a str, _: &'a str) -> StoreFuture<'a, ()> {
        down()
    }
}

/// Requests are values: a caller may keep one and send it again.
#[tokio::test(start_paused = true)]
async fn the_same_request_can_be_sent_twice() {
    let platform = Platform::counting();
    let transport = platform.transport();
    let request: Request = request(&GET);
    assert_eq!(text(&transport, request.clone(), &kept()).await, text(&transport, request, &kept()).await);
}

/// A store whose other users have asked for everything, and keep what they got to themselves until one waits for it.
#[derive(Debug, Clone, Default)]
struct Busy(std::sync::Arc<std::sync::atomic::AtomicUsize>);

impl CacheStore for Busy {
    fn get<'a>(&'a self, _: &'a CacheKey) -> StoreFuture<'a, Option<CachedAnswer>> {
        Box::pin(async { Ok(None) })
    }

    fn put<'a>(
        &'a self,
        _: &'a CacheKey,
        _: CachedAnswer,
        _: Duration,
        _: &'a Ticket,
    ) -> StoreFuture<'a, ()> {
        down()
    }

    fn take_turn<'a>(&'a self, _: &'a CacheKey) -> StoreFuture<'a, Turn<CachedAnswer>> {
        self.0.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        let (status, headers) = (http::StatusCode::OK, http::HeaderMap::new());
        Box::pin(async move { Ok(Turn::Kept(CachedAnswer { status, headers, body: "theirs".into() })) })
    }

    fn remove<'a>(&'a self, _: &'a CacheKey) -> StoreFuture<'a, ()> {
        down()
    }

    fn invalidate<'a>(&'a self, _: &'a str, _: &'a str) -> StoreFuture<'a, ()> {
        down()
    }
}

#[tokio::test(start_paused = true)]
async fn what_another_process_asked_for_is_waited_for_unless_it_is_to_be_fresh() {
    let (platform, store) = (Platform::counting(), Busy::default());
    let transport = platform.builder().cache_store(store.clone()).build().unwrap();
    assert_eq!(get(&transport).await, "theirs");
    let fresh = kept().reload();
    assert_eq!(text(&transport, request(&GET), &fresh).await, "0");
    assert_eq!(store.0.load(std::sync::atomic::Ordering::Relaxed), 1);
}

#[tokio::test(start_paused = true)]
async fn a_header_of_one_call_is_sent_and_makes_another_answer() {
    let platform = Platform::counting();
    let transport = platform.transport();
    let kept = CallOptions::new().cache(CachePolicy::ttl(MINUTE));
    let with = |value: &str| kept.clone().header("X-Tenant", value);
    for (options, told) in [(with("a"), "0"), (with("b"), "1"), (kept.clone(), "2"), (with("a"), "0")] {
        assert_eq!(text(&transport, request(&GET), &options).await, told);
    }
    let sent: Vec<_> =
        platform.seen().iter().map(|seen| seen.header("x-tenant").map(str::to_owned)).collect();
    assert_eq!(sent, [Some("a".to_owned()), Some("b".to_owned()), None]);
    assert!(!format!("{:?}", with("hunter2")).contains("hunter2"));
    for (name, value) in [("X-Tenant", "a\nb"), ("not a name", "a")] {
        let options = CallOptions::new().header(name, value);
        let error = transport.execute(request(&GET), &options).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidInput, "{error}");
    }
    // The inner one wins, and the credentials stay.
    let both =
        CallOptions::new().header("x-tenant", "in").or(&with("out")).header("authorization", "Bearer other");
    let transport = platform.builder().credentials(Credentials::api_token("mine")).build().unwrap();
    transport.execute(request(&GET), &both.reload()).await.unwrap();
    let last = platform.seen().pop().unwrap();
    assert_eq!(last.header("x-tenant"), Some("in"));
    assert_eq!(last.header("authorization"), Some("Bearer mine"));
}

/// Returns the token of the currently signed-in account.
#[derive(Debug, Clone)]
struct Switching(Arc<Mutex<&'static str>>);

impl CredentialsProvider for Switching {
    fn provide(&self) -> ProvideFuture<'_> {
        Box::pin(async { Ok(Credentials::api_token(*self.0.lock().unwrap())) })
    }

    fn identity(&self) -> Option<String> {
        Some((*self.0.lock().unwrap()).to_owned())
    }
}

/// A platform that answers with the token it was asked with, after a second, and a provider that signs `two` in during this
/// request, which fails.
fn switching(at: usize) -> (Platform, Switching) {
    let provider = Switching(Arc::new(Mutex::new("one")));
    let accounts = provider.clone();
    let platform = Platform::slow(move |count, request| {
        let token = request.headers()["authorization"].to_str().unwrap().to_owned();
        if count == at {
            *accounts.0.lock().unwrap() = "two";
        }
        after(SECOND, if count == at { answer(503, "") } else { answer(200, &token) })
    });
    (platform, provider)
}

#[tokio::test(start_paused = true)]
async fn a_provider_that_switches_accounts_between_two_attempts_keeps_no_answer() {
    let (platform, provider) = switching(0);
    let transport = platform.builder().credentials(Credentials::provider(provider.clone())).build().unwrap();
    assert_eq!(get(&transport).await, "Bearer two", "the answer to the second attempt");
    *provider.0.lock().unwrap() = "one";
    assert_eq!(get(&transport).await, "Bearer one");
    *provider.0.lock().unwrap() = "two";
    assert_eq!((get(&transport).await, platform.count()), ("Bearer two".to_owned(), 4));
    assert_eq!((get(&transport).await, platform.count()), ("Bearer two".to_owned(), 4), "now it is kept");
}

#[tokio::test(start_paused = true)]
async fn a_provider_that_switches_accounts_between_two_attempts_shares_no_answer() {
    let (platform, provider) = switching(0);
    let transport = platform.builder().credentials(Credentials::provider(provider)).build().unwrap();
    let options = CallOptions::new();
    let (leader, follower) =
        tokio::join!(text(&transport, request(&GET), &options), text(&transport, request(&GET), &options));
    assert_eq!((&*leader, &*follower), ("Bearer two", "Bearer two"));
    assert_eq!(platform.count(), 3, "the follower asked by itself");
}

/// Returns the token of the currently signed-in account, without an identity.
#[derive(Debug)]
struct Unnamed(Switching);

impl CredentialsProvider for Unnamed {
    fn provide(&self) -> ProvideFuture<'_> {
        self.0.provide()
    }
}

#[tokio::test(start_paused = true)]
async fn a_provider_without_a_name_that_switches_accounts_during_a_call_keeps_and_shares_no_answer() {
    let (platform, provider) = switching(0);
    let credentials = Credentials::provider(Unnamed(provider.clone()));
    let transport = platform.builder().credentials(credentials).build().unwrap();
    let options = CallOptions::new();
    let (leader, follower) =
        tokio::join!(text(&transport, request(&GET), &options), text(&transport, request(&GET), &options));
    assert_eq!((&*leader, &*follower, platform.count()), ("Bearer two", "Bearer two", 3));
    *provider.0.lock().unwrap() = "one";
    transport.execute(request(&POST), &CallOptions::new()).await.unwrap();
    assert_eq!(get(&transport).await, "Bearer one");
    assert_eq!((get(&transport).await, platform.count()), ("Bearer one".to_owned(), 5), "now it is kept");
}

#[tokio::test(start_paused = true)]
async fn a_write_that_was_signed_for_another_account_drops_what_is_kept_for_it() {
    let (platform, provider) = switching(1);
    let transport = platform.builder().credentials(Credentials::provider(provider.clone())).build().unwrap();
    *provider.0.lock().unwrap() = "two";
    assert_eq!((get(&transport).await, platform.count()), ("Bearer two".to_owned(), 1));
    *provider.0.lock().unwrap() = "one";
    transport.execute(request(&PUT), &CallOptions::new()).await.unwrap();
    assert_eq!(platform.seen()[2].header("authorization"), Some("Bearer two"));
    assert_eq!((get(&transport).await, platform.count()), ("Bearer two".to_owned(), 4), "asked anew");
}

#[tokio::test(start_paused = true)]
async fn five_hundred_accounts_in_one_store_each_get_their_own_answer() {
    /// Returns one token, without an identity.
    #[derive(Debug)]
    struct Unnamed(String);
    impl CredentialsProvider for Unnamed {
        fn provide(&self) -> ProvideFuture<'_> {
            Box::pin(async { Ok(Credentials::api_token(&*self.0)) })
        }
    }
    let platform =
        Platform::new(|_, request| answer(200, request.headers()["authorization"].to_str().unwrap()));
    let store = Shared::default();
    for account in 0..500 {
        let provider = Credentials::provider(Unnamed(account.to_string()));
        let transport = platform.builder().credentials(provider).cache_store(store.clone()).build().unwrap();
        for _ in 0..2 {
            assert_eq!(get(&transport).await, format!("Bearer {account}"));
        }
    }
    assert_eq!(platform.count(), 500);
}
