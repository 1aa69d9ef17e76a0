//! Many accounts in one process: they share expensive resources, and none of their data.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use cc_client::resolve::{FileStore, MemoryStore, Store};
use cc_client::{CachePolicy, Client, Credentials, Transport};
use cc_runtime::transport::{CacheKey, CacheStore, CachedAnswer, HttpRequest, StoreFuture, Ticket};
use cc_runtime::{ApplicationId, OwnerId};
use futures_util::future::join_all;

use crate::support::*;

const ACCOUNTS: usize = 50;

/// Caller, from the header that the transport added.
fn caller(request: &HttpRequest) -> String {
    let header = request.headers()["authorization"].to_str().unwrap();
    header.split(r#"oauth_token=""#).nth(1).unwrap().split('"').next().unwrap().to_owned()
}

/// A platform on which every account has the same application, under an owner of its own, and things with its name.
fn platform(wait: Duration) -> Platform {
    Platform::slow(move |_, request| {
        let who = caller(request);
        match request.uri().path() {
            "/v2/summary" => after(wait, 200, &SUMMARY.replace("orga_1", &format!("orga_of_{who}"))),
            _ => after(wait, 200, &format!("{who:?}")),
        }
    })
}

/// A store of answers that several transports use.
#[derive(Debug, Clone, Default)]
struct Answers(Arc<Mutex<HashMap<CacheKey, CachedAnswer>>>);

impl CacheStore for Answers {
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
        self.0.lock().unwrap().insert(key.clone(), answer);
        Box::pin(async { Ok(()) })
    }

    fn remove<'a>(&'a self, key: &'a CacheKey) -> StoreFuture<'a, ()> {
        self.0.lock().unwrap().remove(key);
        Box::pin(async { Ok(()) })
    }

    fn invalidate<'a>(&'a self, identity: &'a str, path: &'a str) -> StoreFuture<'a, ()> {
        self.0.lock().unwrap().retain(|key, _| key.identity() != identity || !key.is_related(path));
        Box::pin(async { Ok(()) })
    }
}

fn transport(platform: &Platform, who: &str, answers: &Answers) -> Transport {
    platform
        .builder_of(who)
        .cache_store(answers.clone())
        .cache(CachePolicy::ttl(Duration::from_secs(60)))
        .build()
        .unwrap()
}

async fn thing(client: &Client, owner: &str) -> String {
    let get = GetThing { owner: OwnerId::from(owner), thing: "thing_1".into() };
    client.transport().call(get).await.unwrap().into_inner()
}

async fn all_ask_at_once(ids: impl Store + Clone) {
    let (platform, answers) = (platform(SECOND), Answers::default());
    let clients: Vec<(String, Client)> = (0..ACCOUNTS)
        .map(|number| {
            let who = format!("user{number}");
            let builder = Client::builder().id_store(ids.clone());
            (who.clone(), builder.build_with(transport(&platform, &who, &answers)))
        })
        .collect();
    for _ in 0..2 {
        // Three calls of each account for the very same URL, all of them at the same moment.
        let calls = clients.iter().flat_map(|client| [client; 3]).map(async |(who, client)| {
            let owner = client.resolver().owner_of(&ApplicationId::from("app_1")).await.unwrap();
            assert_eq!(owner, *format!("orga_of_{who}"));
            assert_eq!(thing(client, "orga_1").await, *who);
        });
        join_all(calls).await;
    }
    let things = platform.journal().len() - platform.summaries();
    assert_eq!((platform.summaries(), things), (ACCOUNTS, ACCOUNTS), "one request each, however many ask");
}

#[tokio::test(start_paused = true)]
async fn fifty_accounts_that_ask_the_same_at_once_each_get_what_is_theirs() {
    all_ask_at_once(MemoryStore::new()).await;
}

#[tokio::test]
async fn fifty_accounts_share_a_file_and_each_finds_its_own_ids_there() {
    let folder = tempfile::tempdir().unwrap();
    let store = FileStore::new(folder.path().join("ids"));
    let platform = platform(Duration::ZERO);
    let accounts: Vec<String> = (0..ACCOUNTS).map(|number| format!("user{number}")).collect();
    for _ in 0..2 {
        for who in &accounts {
            let transport = platform.builder_of(who).build().unwrap();
            // A client of its own each time: it has nothing in memory.
            let client = Client::builder().id_store(store.clone()).build_with(transport);
            let owner = client.resolver().owner_of(&ApplicationId::from("app_1")).await.unwrap();
            assert_eq!(owner, *format!("orga_of_{who}"));
        }
    }
    assert_eq!(platform.summaries(), ACCOUNTS);
    let text = std::fs::read_to_string(store.path()).unwrap();
    assert!(!text.contains("secret") && !text.contains("\"user1\""), "keys show nothing of the credentials");
}

#[tokio::test(start_paused = true)]
async fn one_process_has_many_identities_at_many_endpoints() {
    let platform = Platform::slow(|_, request| {
        let text = format!("{} of {}", caller(request), request.uri().host().unwrap());
        after(SECOND, 200, &format!("{text:?}"))
    });
    let (answers, endpoints) = (Answers::default(), ["https://one.test", "https://two.test"]);
    let first = Client::new(transport(&platform, "user0", &answers));
    let clients: Vec<(String, Client)> = (0..ACCOUNTS)
        .flat_map(|number| endpoints.map(|endpoint| (format!("user{number}"), endpoint)))
        .map(|(who, endpoint)| {
            let client =
                first.with_credentials(Credentials::oauth1("key", "secret", &who, "secret")).unwrap();
            let told = format!("{who} of {}", endpoint.trim_start_matches("https://"));
            (told, client.with_endpoint(endpoint).unwrap())
        })
        .collect();
    for _ in 0..2 {
        join_all(clients.iter().map(async |(told, client)| assert_eq!(thing(client, "orga_1").await, *told)))
            .await;
    }
    assert_eq!(platform.journal().len(), 2 * ACCOUNTS, "each asks once, and the cache keeps them apart");
    assert_eq!(thing(&first, "orga_1").await, "user0 of api.test");
    assert!(first.with_endpoint("http://plain.test").is_err(), "credentials do not go over plain http");
}

#[tokio::test(start_paused = true)]
async fn a_write_of_one_account_leaves_the_answers_of_the_others() {
    let (platform, answers) = (platform(SECOND), Answers::default());
    let [mine, yours] = ["me", "you"].map(|who| Client::new(transport(&platform, who, &answers)));
    for client in [&mine, &yours] {
        thing(client, "orga_1").await;
    }
    mine.transport().call(PutThing).await.unwrap();
    let before = platform.journal().len();
    assert_eq!(thing(&yours, "orga_1").await, "you");
    assert_eq!(platform.journal().len(), before, "it is still kept");
    assert_eq!(thing(&mine, "orga_1").await, "me");
    assert_eq!(platform.journal().len(), before + 1, "it was dropped");
}

#[tokio::test(start_paused = true)]
async fn an_account_that_signs_another_way_is_the_same_account() {
    let (platform, answers) = (platform(SECOND), Answers::default());
    let plain = cc_client::Credentials::oauth1("key", "secret", "me", "secret");
    let signed = plain.clone().signed_with(cc_runtime::credentials::SignatureMethod::HmacSha512);
    for credentials in [plain, signed] {
        let transport = platform
            .builder_of("me")
            .credentials(credentials)
            .cache_store(answers.clone())
            .cache(CachePolicy::ttl(SECOND * 60))
            .build()
            .unwrap();
        assert_eq!(thing(&Client::new(transport), "orga_1").await, "me");
    }
    assert_eq!(platform.journal().len(), 1);
}

#[tokio::test]
async fn a_store_of_answers_is_told_which_hold_secrets() {
    use cc_client::commands::application::GetExposedEnvironment;
    use cc_client::commands::zone::ListZone;

    let platform = Platform::new(|_, path| {
        let is_env = path.ends_with("/exposed_env");
        (200, if is_env { r#"{"PASSWORD":"hunter2"}"# } else { "[]" }.to_owned())
    });
    let answers = Answers::default();
    let client = Client::new(transport(&platform, "me", &answers));
    client.send(ListZone::new()).await.unwrap();
    client.send(GetExposedEnvironment::new("app_1").owner_id("orga_1")).await.unwrap();
    let kept = answers.0.lock().unwrap();
    let mut told: Vec<_> = kept.keys().map(|key| (key.path(), key.has_secret_answer())).collect();
    told.sort_unstable();
    assert_eq!(
        told,
        [("/v2/organisations/orga_1/applications/app_1/exposed_env", true), ("/v4/products/zones", false)]
    );
}
