//! The store over a storage of the test.

use std::collections::BTreeMap;
use std::future::Future;

use bytes::Bytes;
use cc_runtime::credentials::{CredentialsProvider, ProvideFuture};
use futures_util::FutureExt;
use http::{HeaderMap, StatusCode};

use super::*;

/// A provider that does not say whose credentials it gives.
#[derive(Debug)]
struct Nameless;

impl CredentialsProvider for Nameless {
    fn provide(&self) -> ProvideFuture<'_> {
        Box::pin(ready(Ok(Credentials::None)))
    }
}

/// The storage of an origin, shared by its tabs.
#[derive(Debug, Clone, Default)]
struct Origin {
    texts: Arc<Mutex<BTreeMap<String, String>>>,
    /// Most bytes that the browser gives.
    quota: Option<usize>,
    is_blocked: bool,
}

impl Origin {
    fn texts(&self) -> std::sync::MutexGuard<'_, BTreeMap<String, String>> {
        self.texts.lock().unwrap()
    }

    fn bytes(&self) -> usize {
        self.texts().iter().map(|(key, text)| 2 * (key.len() + text.len())).sum()
    }

    fn usable(&self) -> Result<()> {
        if self.is_blocked { Err(Error::new(ErrorKind::Store).with_message("blocked")) } else { Ok(()) }
    }
}

impl Area for Origin {
    fn get(&self, key: &str) -> Result<Option<String>> {
        self.usable().map(|()| self.texts().get(key).cloned())
    }

    fn set(&self, key: &str, text: &str) -> Result<Result<(), Full>> {
        self.usable()?;
        let old = self.texts().get(key).map_or(0, |text| 2 * (key.len() + text.len()));
        if self.quota.is_some_and(|quota| self.bytes() - old + 2 * (key.len() + text.len()) > quota) {
            return Ok(Err(Full));
        }
        self.texts().insert(key.to_owned(), text.to_owned());
        Ok(Ok(()))
    }

    fn remove(&self, key: &str) -> Result<()> {
        self.usable().map(|()| drop(self.texts().remove(key)))
    }

    fn keys(&self, prefix: &str) -> Result<Vec<String>> {
        self.usable().map(|()| self.texts().keys().filter(|key| key.starts_with(prefix)).cloned().collect())
    }
}

fn answer(body: &[u8]) -> CachedAnswer {
    let mut headers = HeaderMap::new();
    headers.insert("x-id", "é".parse().unwrap());
    CachedAnswer { status: StatusCode::OK, headers, body: Bytes::copy_from_slice(body) }
}

/// The key of an answer, as a transport makes it.
fn key(path: &str) -> CacheKey {
    key_of("identity", path)
}

fn key_of(identity: &str, path: &str) -> CacheKey {
    let mut digest = [0; 32];
    path.bytes().enumerate().for_each(|(at, byte)| digest[at % 32] ^= byte);
    CacheKey::new(identity, path, digest)
}

const MINUTE: Duration = Duration::from_secs(60);

fn now<T>(work: impl Future<Output = Result<T>>) -> Result<T> {
    work.now_or_never().expect("local storage answers at once")
}

fn put(store: &LocalStorageStore, path: &str, body: &[u8], ttl: Duration) -> Result<()> {
    let key = key(path);
    let Turn::Ask(ticket) = now(CacheStore::take_turn(store, &key))? else { panic!("nobody else asks") };
    now(store.put(&key, answer(body), ttl, &ticket))
}

fn body(store: &LocalStorageStore, path: &str) -> Option<Vec<u8>> {
    now(CacheStore::get(store, &key(path))).unwrap().map(|answer| answer.body.to_vec())
}

#[test]
fn an_answer_of_text_or_bytes_is_found_by_another_tab_until_its_time_has_passed() {
    let origin = Origin::default();
    let (one, other) = (LocalStorageStore::over(origin.clone()), LocalStorageStore::over(origin.clone()));
    put(&one, "/v2/self", "{\"name\":\"é\"}\n\n{".as_bytes(), MINUTE).unwrap();
    put(&one, "/v2/avatar", &[0, 255, b'\n', 7], MINUTE).unwrap();
    put(&one, "/v2/over", b"old", Duration::ZERO).unwrap();
    assert_eq!(body(&other, "/v2/self").as_deref(), Some("{\"name\":\"é\"}\n\n{".as_bytes()));
    assert_eq!(body(&other, "/v2/avatar").as_deref(), Some(&[0, 255, b'\n', 7][..]));
    assert_eq!(body(&other, "/v2/over"), None);
    assert_eq!(
        origin.texts().keys().filter(|key| key.contains(":answer:")).count(),
        2,
        "what is over is removed"
    );
    let kept = now(CacheStore::get(&other, &key("/v2/self"))).unwrap().unwrap();
    assert_eq!((kept.status, kept.headers.len()), (StatusCode::OK, 1));
}

#[test]
fn a_write_in_one_tab_drops_related_answers_for_all_and_those_on_their_way() {
    let origin = Origin::default();
    let (one, other) = (LocalStorageStore::over(origin.clone()), LocalStorageStore::over(origin));
    put(&one, "/v2/organisations/orga_1/applications", b"list", MINUTE).unwrap();
    put(&one, "/v4/zones", b"zones", MINUTE).unwrap();
    let Turn::Ask(ticket) = now(CacheStore::take_turn(&other, &key("/v2/self"))).unwrap() else { panic!() };
    now(one.invalidate("identity", "/v2/organisations/orga_1/applications/app_1")).unwrap();
    assert_eq!(body(&other, "/v2/organisations/orga_1/applications"), None);
    assert_eq!(body(&other, "/v4/zones").as_deref(), Some(&b"zones"[..]));
    now(other.put(&key("/v2/self"), answer(b"older than the write"), MINUTE, &ticket)).unwrap();
    assert_eq!(body(&one, "/v2/self"), None);
}

#[test]
fn the_store_takes_no_more_than_it_may_and_drops_first_what_expires_first() {
    let origin = Origin::default();
    let store = LocalStorageStore::over(origin.clone()).most_bytes(20_000);
    for number in 0..40_u32 {
        put(&store, &format!("/v2/{number}"), &[b'x'; 500], MINUTE * (100 - number)).unwrap();
        assert!(origin.bytes() <= 20_000, "{} after {number}", origin.bytes());
    }
    assert_eq!(body(&store, "/v2/39").map(|body| body.len()), Some(500), "the new one is kept");
    assert!(body(&store, "/v2/0").is_some() && body(&store, "/v2/30").is_none());
    put(&store, "/v2/0", &[b'x'; 10_500], MINUTE).unwrap_err();
    assert_eq!(body(&store, "/v2/0"), None, "an old answer is no substitute for one that does not fit");
    let small = LocalStorageStore::over(origin).largest_answer(100);
    put(&small, "/v2/large", &[b'x'; 200], MINUTE).unwrap();
    assert_eq!(body(&small, "/v2/large"), None);
}

#[test]
fn indexes_of_many_identities_take_no_more_than_the_store_may_and_the_oldest_go_first() {
    let origin = Origin::default();
    let store = LocalStorageStore::over(origin.clone()).most_bytes(6_000);
    put(&store, "/v2/self", b"{}", MINUTE).unwrap();
    let now_ms = Timestamp::now().as_millis();
    for number in 0..60_i64 {
        let index = Arc::new(Index::empty(Timestamp::from_millis(now_ms - 60_000 + number).unwrap()));
        now(Store::write(&store, &format!("{number}{}", "k".repeat(60)), index)).unwrap();
        assert!(origin.bytes() <= 6_000, "{} after {number}", origin.bytes());
    }
    let found = |number| now(Store::read(&store, &format!("{number}{}", "k".repeat(60)))).unwrap().is_some();
    assert!(found(59) && found(58) && !found(0) && !found(1));
    assert_eq!(body(&store, "/v2/self"), None, "answers go before indexes");
    // Notes of writes stay, so that no older answer comes back: they count, too.
    for number in 0..60_u32 {
        let _ = now(store.invalidate(&format!("{number}{}", "i".repeat(60)), "/v2/self"));
        assert!(origin.bytes() <= 6_000, "{} after the note {number}", origin.bytes());
    }
}

#[test]
fn where_the_browser_has_no_room_answers_go_and_data_of_others_stay() {
    let mut origin = Origin { quota: Some(12_000), ..Origin::default() };
    origin.texts().insert("theirs".to_owned(), "x".repeat(2_000));
    let store = LocalStorageStore::over(origin.clone());
    for number in 0..20_u32 {
        put(&store, &format!("/v2/{number}"), &[b'x'; 500], MINUTE * (number + 1)).unwrap();
    }
    assert!(body(&store, "/v2/19").is_some() && body(&store, "/v2/0").is_none());
    let index = Arc::new(Index::empty(Timestamp::now()));
    now(Store::write(&store, "key", index.clone())).unwrap();
    assert_eq!(origin.texts()["theirs"].len(), 2_000);
    origin.quota = Some(4_100);
    let error =
        now(Store::write(&LocalStorageStore::over(origin.clone()), &"k".repeat(500), index)).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Store);
    assert!(error.to_string().contains("full"), "{error}");
    assert_eq!(origin.texts()["theirs"].len(), 2_000);
}

#[test]
fn blocked_storage_is_an_error_of_the_store() {
    let store = LocalStorageStore::over(Origin { is_blocked: true, ..Origin::default() });
    assert_eq!(put(&store, "/v2/self", b"{}", MINUTE).unwrap_err().kind(), ErrorKind::Store);
    assert_eq!(now(Store::read(&store, "key")).unwrap_err().kind(), ErrorKind::Store);
    assert_eq!(now(store.invalidate("identity", "/v2/self")).unwrap_err().kind(), ErrorKind::Store);
}

#[test]
fn an_index_is_found_until_it_is_old_and_text_of_others_is_not_read() {
    let origin = Origin::default();
    let store = LocalStorageStore::over(origin.clone());
    now(Store::write(&store, "key", Arc::new(Index::empty(Timestamp::now())))).unwrap();
    assert!(now(Store::read(&store, "key")).unwrap().is_some());
    assert!(now(Store::read(&store.clone().ids_for(Duration::ZERO), "key")).unwrap().is_none());
    for text in origin.texts().values_mut() {
        *text = "{\"version\": 99}".to_owned();
    }
    assert!(now(Store::read(&store, "key")).unwrap().is_none());
    now(Store::remove(&store, "key")).unwrap();
    assert!(origin.texts().is_empty());
    // What another version wrote is left alone.
    origin.texts().insert("cc-client:2:ids:key".to_owned(), "theirs".to_owned());
    assert!(now(Store::read(&store, "key")).unwrap().is_none());
    now(store.invalidate("identity", "/v2")).unwrap();
    assert!(origin.texts().contains_key("cc-client:2:ids:key"));
}

#[test]
fn answers_without_a_lasting_identity_are_not_kept() {
    let origin = Origin::default();
    let store = LocalStorageStore::over(origin.clone());
    let provider = Credentials::provider(Nameless);
    let key = key_of(&provider.identity(), "/v2/self");
    now(store.put(&key, answer(b"{}"), MINUTE, &Ticket::none())).unwrap();
    assert!(origin.texts().is_empty());
}

/// An area that counts how often a text is read.
#[derive(Debug, Clone, Default)]
struct Counted {
    origin: Origin,
    reads: Arc<std::sync::atomic::AtomicUsize>,
}

impl Area for Counted {
    fn get(&self, key: &str) -> Result<Option<String>> {
        self.reads.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        self.origin.get(key)
    }

    fn set(&self, key: &str, text: &str) -> Result<Result<(), Full>> {
        self.origin.set(key, text)
    }

    fn remove(&self, key: &str) -> Result<()> {
        self.origin.remove(key)
    }

    fn keys(&self, prefix: &str) -> Result<Vec<String>> {
        self.origin.keys(prefix)
    }
}

#[test]
fn a_full_store_does_not_read_everything_at_each_write() {
    let area = Counted::default();
    let store = LocalStorageStore::over(area.clone()).most_bytes(200_000);
    for number in 0..2_000 {
        put(&store, &format!("/v2/{number}"), &[b'x'; 500], MINUTE).unwrap();
    }
    assert!(area.origin.bytes() <= 200_000);
    let reads = area.reads.load(std::sync::atomic::Ordering::Relaxed);
    // Four for the notes of each write, and everything each time that an eighth is full again.
    assert!(reads < 2_000 * 20, "{reads} reads");
}

#[test]
fn an_answer_with_secrets_is_not_kept() {
    let origin = Origin::default();
    let store = LocalStorageStore::over(origin.clone());
    let key = key("/v2/self/env").with_secret_answer();
    now(store.put(&key, answer(b"[{\"name\":\"PASSWORD\",\"value\":\"hunter2\"}]"), MINUTE, &Ticket::none()))
        .unwrap();
    assert!(origin.texts().is_empty() && now(CacheStore::get(&store, &key)).unwrap().is_none());
}

#[test]
fn what_is_cleared_does_not_come_back_and_data_of_others_stay() {
    let origin = Origin::default();
    let theirs = ["own", "cc-client", "cc-client:2:answer:x", "cc-client-2:1:ids:x"];
    for key in theirs {
        origin.texts().insert(key.to_owned(), "theirs".to_owned());
    }
    let (one, other) = (LocalStorageStore::over(origin.clone()), LocalStorageStore::over(origin.clone()));
    put(&one, "/v2/self", b"{}", MINUTE).unwrap();
    now(Store::write(&one, "key", Arc::new(Index::empty(Timestamp::now())))).unwrap();
    now(one.invalidate("another", "/v2")).unwrap();
    let Turn::Ask(ticket) = now(CacheStore::take_turn(&other, &key("/v2/self"))).unwrap() else { panic!() };
    one.clear().unwrap();
    now(other.put(&key("/v2/self"), answer(b"older"), MINUTE, &ticket)).unwrap();
    let left: Vec<String> =
        origin.texts().keys().filter(|key| !theirs.contains(&key.as_str())).cloned().collect();
    assert_eq!(left, ["cc-client:1:cleared"]);
    put(&other, "/v2/self", b"new", MINUTE).unwrap();
    assert_eq!(body(&one, "/v2/self").as_deref(), Some(&b"new"[..]));
}
