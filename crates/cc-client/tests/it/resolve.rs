//! Owners and ids are found with as few requests as can be, and are never those of somebody else.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use cc_client::{Client, Command, Context, ErrorKind, Ids, Result, Subject};
use cc_runtime::credentials::{CredentialsProvider, ProvideFuture};
use cc_runtime::{
    AnyAddonId, ApplicationId, ConsumerKey, Credentials, OwnerId, ResourceId, RetryPolicy, Transport,
};
use futures_util::future::join_all;

use crate::support::{GetThing, Platform, SECOND, SUMMARY, after};

mod learning;

/// Reads a thing whose owner is resolved.
struct ReadThing {
    id: ResourceId,
    owner: Option<OwnerId>,
}

impl Command for ReadThing {
    const NAME: &'static str = "ReadThing";
    type Output = String;
    type Context = Context;

    async fn run(self, cx: &Context) -> Result<String> {
        let ids = Ids::new().owner(self.owner.clone(), &self.id).resource(&self.id);
        let answer =
            cx.resolved(ids, |ids| GetThing { owner: ids.owner_id(), thing: ids.resource_id() }).await?;
        Ok(answer.into_inner())
    }
}

fn read(id: &str) -> ReadThing {
    ReadThing { id: id.into(), owner: None }
}

fn app(id: &str) -> ApplicationId {
    id.into()
}

#[tokio::test(start_paused = true)]
async fn everything_is_resolved_from_one_summary() {
    let platform = Platform::usual();
    let client = platform.client();
    let resolver = client.resolver();
    assert_eq!(resolver.owner_of(&app("app_1")).await.unwrap(), "orga_1");
    assert_eq!(resolver.owner_of(&app("app_mine")).await.unwrap(), "user_1");
    for id in ["addon_1", "postgresql_1"] {
        assert_eq!(resolver.owner_of(&AnyAddonId::from(id)).await.unwrap(), "orga_1");
        assert_eq!(resolver.owner_of(&ResourceId::from(id)).await.unwrap(), "orga_1");
        assert_eq!(resolver.addon_id(id).await.unwrap(), "addon_1");
        assert_eq!(resolver.real_addon_id(id).await.unwrap(), "postgresql_1");
    }
    assert_eq!(resolver.owner_of(Subject::AddonProvider("provider_1")).await.unwrap(), "orga_1");
    assert_eq!(resolver.owner_of(&ConsumerKey::from("consumer_1")).await.unwrap(), "orga_1");
    assert_eq!(platform.journal(), ["GET /v2/summary"]);
}

#[tokio::test]
async fn a_given_owner_and_an_id_of_the_right_kind_cost_no_request() {
    let platform = Platform::usual();
    let client = platform.client();
    let command = ReadThing { id: "app_of_nobody".into(), owner: Some("orga_9".into()) };
    client.send(command).await.unwrap();
    assert_eq!(client.resolver().addon_id("addon_9").await.unwrap(), "addon_9");
    assert_eq!(client.resolver().real_addon_id("redis_9").await.unwrap(), "redis_9");
    assert_eq!(platform.journal(), ["GET /v2/organisations/orga_9/things/app_of_nobody"]);
}

#[tokio::test]
async fn an_application_is_never_taken_for_an_addon_and_the_translated_id_is_the_one_that_is_sent() {
    let platform = Platform::usual();
    let client = platform.client();
    client.send(read("app_1")).await.unwrap();
    client.send(read("addon_1")).await.unwrap();
    client.send(read("postgresql_1")).await.unwrap();
    assert_eq!(
        platform.journal(),
        [
            "GET /v2/summary",
            "GET /v2/organisations/orga_1/things/app_1",
            "GET /v2/organisations/orga_1/things/postgresql_1",
            "GET /v2/organisations/orga_1/things/postgresql_1",
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn any_number_of_concurrent_misses_share_one_summary() {
    let platform = Platform::usual();
    let client = platform.client();
    let (known, unknown) = (app("app_1"), app("app_nobody"));
    let results = join_all(
        (0..100).map(|number| client.resolver().owner_of(if number % 2 == 0 { &known } else { &unknown })),
    )
    .await;
    assert_eq!(results.iter().filter(|result| result.is_ok()).count(), 50);
    assert_eq!(platform.summaries(), 1);
}

#[tokio::test(start_paused = true)]
async fn misses_of_many_tasks_share_one_summary() {
    let platform = Platform::usual();
    let client = platform.client();
    let tasks = (0..100).map(|_| {
        let client = client.clone();
        tokio::spawn(async move { client.send(read("app_1")).await })
    });
    for done in join_all(tasks).await {
        done.unwrap().unwrap();
    }
    assert_eq!(platform.summaries(), 1);
}

#[tokio::test(start_paused = true)]
async fn the_others_get_their_answer_when_the_first_who_asked_gives_up() {
    let platform = Platform::usual();
    let client = platform.client();
    let first = client.send(read("app_1")).timeout(SECOND / 2);
    let second = client.send(read("addon_1"));
    let (first, second) = tokio::join!(first, second);
    assert_eq!(first.unwrap_err().kind(), ErrorKind::TimedOut);
    assert_eq!(second.unwrap(), "ok");
    assert_eq!(platform.summaries(), 1);
}

#[tokio::test(start_paused = true)]
async fn one_who_came_late_and_found_nothing_asks_once_more() {
    // Resources created while a summary is in progress are missing in it.
    let platform = Platform::slow(|count, _| {
        let body = if count == 0 { r#"{"organisations":[]}"# } else { SUMMARY };
        after(SECOND, 200, body)
    });
    let client = platform.client();
    let early = async {
        let id = app("app_gone");
        client.resolver().owner_of(&id).await
    };
    let late = async {
        tokio::time::sleep(SECOND / 2).await;
        let id = app("app_1");
        client.resolver().owner_of(&id).await
    };
    let (early, late) = tokio::join!(early, late);
    assert_eq!(early.unwrap_err().kind(), ErrorKind::CannotResolveResource);
    assert_eq!(late.unwrap(), "orga_1");
    assert_eq!(platform.summaries(), 2);
}

#[tokio::test(start_paused = true)]
async fn an_unknown_id_is_remembered_for_a_while() {
    let platform = Platform::usual();
    let client = platform.client();
    let id = app("app_nobody");
    for _ in 0..10 {
        let error = client.resolver().owner_of(&id).await.unwrap_err();
        assert_eq!(
            (error.kind(), error.code()),
            (ErrorKind::CannotResolveResource, "CANNOT_RESOLVE_RESOURCE_ID")
        );
        assert!(error.to_string().contains("`app_nobody`"), "{error}");
    }
    assert_eq!(platform.summaries(), 1);
    tokio::time::sleep(60 * SECOND).await;
    client.resolver().owner_of(&id).await.unwrap_err();
    assert_eq!(platform.summaries(), 2);
}

#[tokio::test(start_paused = true)]
async fn an_id_that_turns_up_is_known_although_it_was_remembered_as_unknown() {
    let platform = Platform::new(|count, _| (200, (if count == 0 { "{}" } else { SUMMARY }).to_owned()));
    let client = platform.client();
    client.resolver().owner_of(&app("app_1")).await.unwrap_err();
    client.resolver().owner_of(&app("app_mine")).await.unwrap();
    assert_eq!(client.resolver().owner_of(&app("app_1")).await.unwrap(), "orga_1");
    assert_eq!(platform.summaries(), 2);
}

#[tokio::test]
async fn with_no_time_for_unknown_ids_each_question_is_asked() {
    let platform = Platform::new(|_, _| (200, "{}".to_owned()));
    let client = platform.client_with(Client::builder().unknown_ids_for(Duration::ZERO));
    for _ in 0..3 {
        client.resolver().owner_of(&app("constructor")).await.unwrap_err();
    }
    assert_eq!(platform.summaries(), 3);
}

/// A platform where `app_1` moves from `orga_1` to `orga_2` after the first summary.
fn moving(status: u16) -> Platform {
    let summaries = Arc::new(AtomicUsize::new(0));
    Platform::new(move |_, path| {
        let moved = SUMMARY.replace("orga_1", "orga_2");
        match path {
            "/v2/summary" if summaries.fetch_add(1, Ordering::Relaxed) == 0 => (200, SUMMARY.to_owned()),
            "/v2/summary" => (200, moved),
            "/v2/organisations/orga_2/things/app_1" => (200, r#""moved""#.to_owned()),
            _ => (status, r#"{"id":4004,"message":"no"}"#.to_owned()),
        }
    })
}

#[tokio::test]
async fn a_resource_that_moved_to_another_owner_is_found() {
    for status in [403, 404] {
        let platform = moving(status);
        let client = platform.client();
        client.resolver().owner_of(&app("app_1")).await.unwrap();
        assert_eq!(client.send(read("app_1")).await.unwrap(), "moved");
        assert_eq!(
            platform.journal(),
            [
                "GET /v2/summary",
                "GET /v2/organisations/orga_1/things/app_1",
                "GET /v2/summary",
                "GET /v2/organisations/orga_2/things/app_1",
            ]
        );
    }
}

#[tokio::test]
async fn other_failures_and_given_owners_are_not_looked_up_again() {
    let platform = moving(409);
    let client = platform.client();
    client.resolver().owner_of(&app("app_1")).await.unwrap();
    assert!(client.send(read("app_1")).await.unwrap_err().is_conflict());
    let platform = moving(404);
    let client = platform.client();
    let command = ReadThing { id: "app_1".into(), owner: Some("orga_1".into()) };
    assert_eq!(client.send(command).await.unwrap_err().status().unwrap(), 404);
    assert_eq!(platform.summaries(), 0);
}

#[tokio::test]
async fn a_refusal_of_what_was_just_looked_up_is_not_looked_up_again() {
    let platform = moving(404);
    let client = platform.client();
    assert_eq!(client.send(read("app_1")).await.unwrap_err().status().unwrap(), 404);
    assert_eq!(platform.summaries(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_deleted_resource_does_not_cost_a_summary_per_lookup() {
    let platform = Platform::new(|_, path| match path {
        "/v2/summary" => (200, SUMMARY.to_owned()),
        _ => (404, r#"{"id":4004,"message":"no such domain"}"#.to_owned()),
    });
    let client = platform.client();
    client.resolver().refresh().await.unwrap();
    for _ in 0..10 {
        let error = client.send(read("app_1")).await.unwrap_err();
        assert_eq!(error.message(), Some("no such domain"));
    }
    assert_eq!(platform.summaries(), 2);
    tokio::time::sleep(60 * SECOND).await;
    client.send(read("app_1")).await.unwrap_err();
    assert_eq!(platform.summaries(), 3);
}

#[tokio::test]
async fn the_summary_is_asked_for_afresh_whatever_the_cache_holds() {
    let platform = Platform::usual();
    let client = platform.client();
    let command = || client.send(read("app_1")).cache(cc_client::CachePolicy::ttl(60 * SECOND));
    command().await.unwrap();
    client.resolver().forget();
    command().await.unwrap();
    assert_eq!(
        platform.journal(),
        ["GET /v2/summary", "GET /v2/organisations/orga_1/things/app_1", "GET /v2/summary",]
    );
}

#[tokio::test]
async fn a_summary_that_fails_fails_those_who_wait_and_is_asked_for_again_by_the_next() {
    let platform = Platform::new(|count, path| match (count, path) {
        (0, _) => (401, "{}".to_owned()),
        (1, _) => (200, "<html>".to_owned()),
        (_, "/v2/summary") => (200, SUMMARY.to_owned()),
        _ => (200, r#""ok""#.to_owned()),
    });
    let client = platform.client();
    let error = client.send(read("app_1")).await.unwrap_err();
    assert!(error.is_unauthorized());
    assert_eq!((error.command(), error.operation()), (Some("ReadThing"), Some("get_summary")));
    assert_eq!(client.send(read("app_1")).await.unwrap_err().kind(), ErrorKind::Undecodable);
    assert_eq!(client.send(read("app_1")).await.unwrap(), "ok");
}

#[tokio::test]
async fn an_invalid_id_costs_no_request() {
    let platform = Platform::usual();
    let client = platform.client();
    for id in ["", ".", ".."] {
        let error = client.resolver().owner_of(&app(id)).await.unwrap_err();
        assert_eq!((error.kind(), error.is_not_found()), (ErrorKind::InvalidInput, false), "{error}");
    }
    assert_eq!(platform.summaries(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_summary_that_fails_for_a_while_is_asked_for_again_as_the_policy_says() {
    let platform =
        Platform::new(|count, _| if count == 0 { (503, String::new()) } else { (200, SUMMARY.to_owned()) });
    let transport = platform.builder_of("me").retry(RetryPolicy::default()).build().unwrap();
    let client = Client::builder().build_with(transport);
    assert_eq!(client.resolver().owner_of(&app("app_1")).await.unwrap(), "orga_1");
    assert_eq!(platform.summaries(), 2);
    for attempts in [1, 2, 5] {
        let platform = Platform::new(|_, _| (503, String::new()));
        let policy = RetryPolicy::default().max_attempts(attempts as u32);
        let transport = platform.builder_of("me").retry(policy).build().unwrap();
        let client = Client::builder().build_with(transport);
        let error = client.resolver().owner_of(&app("app_1")).await.unwrap_err();
        assert_eq!((error.status().unwrap().as_u16(), platform.summaries()), (503, attempts));
        assert_eq!(error.attempts(), attempts as u32);
    }
}

/// Returns the credentials of the current account.
#[derive(Debug, Clone, Default)]
struct Shift(Arc<AtomicUsize>);

impl CredentialsProvider for Shift {
    fn provide(&self) -> ProvideFuture<'_> {
        let worker = format!("worker-{}", self.0.load(Ordering::Relaxed));
        Box::pin(std::future::ready(Ok(Credentials::oauth1("key", "secret", worker, "secret"))))
    }

    fn identity(&self) -> Option<String> {
        Some(self.0.load(Ordering::Relaxed).to_string())
    }
}

#[tokio::test(start_paused = true)]
async fn ids_of_one_identity_are_not_used_for_another() {
    let platform = Platform::slow(|_, request| {
        let authorization = request.headers()["authorization"].to_str().unwrap();
        let worker = if authorization.contains("worker-0") { "orga_of_0" } else { "orga_of_1" };
        after(SECOND, 200, &SUMMARY.replace("orga_1", worker))
    });
    let shift = Shift::default();
    let transport = Transport::builder()
        .endpoint("https://api.test")
        .credentials(Credentials::provider(shift.clone()))
        .http_service(platform.clone())
        .build()
        .unwrap();
    let client = Client::new(transport);
    let owner = async || client.resolver().owner_of(&app("app_1")).await.unwrap();
    assert_eq!(owner().await, "orga_of_0");
    shift.0.store(1, Ordering::Relaxed);
    assert_eq!(owner().await, "orga_of_1");
    // This also covers answers that were requested before the change and arrive after it.
    client.resolver().forget();
    shift.0.store(0, Ordering::Relaxed);
    let (asked_by_0, asked_by_1) = tokio::join!(owner(), async {
        tokio::time::sleep(SECOND / 2).await;
        shift.0.store(1, Ordering::Relaxed);
        owner().await
    });
    assert_eq!((asked_by_0.as_str(), asked_by_1.as_str()), ("orga_of_1", "orga_of_1"));
}

#[tokio::test]
async fn a_million_ids_are_found() {
    let list = |prefix: &str| {
        (0..500_000).map(|number| format!(r#"{{"id":"{prefix}_{number}"}}"#)).collect::<Vec<_>>().join(",")
    };
    let summary = format!(
        r#"{{"organisations":[{{"id":"orga_1","applications":[{}]}},{{"id":"orga_2","applications":[{}]}}]}}"#,
        list("a"),
        list("b")
    );
    let platform = Platform::new(move |_, _| (200, summary.clone()));
    let client = platform.client();
    assert_eq!(client.resolver().owner_of(&app("a_499999")).await.unwrap(), "orga_1");
    assert_eq!(client.resolver().owner_of(&app("b_0")).await.unwrap(), "orga_2");
    assert_eq!(client.resolver().index().unwrap().len(), 1_000_000);
    assert_eq!(platform.summaries(), 1);
}

/// A platform whose summary has a body of its own.
fn body_of_summary(body: impl Fn() -> cc_runtime::Body + Send + Sync + 'static) -> Platform {
    Platform::slow(move |_, _| {
        let answer = cc_runtime::transport::HttpResponse::new(body());
        Box::pin(std::future::ready(Ok(answer)))
    })
}

fn pieces(of: &'static str) -> impl futures_util::Stream<Item = Result<bytes::Bytes>> + Send {
    futures_util::stream::repeat_with(move || Ok(bytes::Bytes::from_static(of.as_bytes())))
}

#[tokio::test(start_paused = true)]
async fn a_summary_that_drips_ends_at_the_attempt_timeout() {
    let platform = body_of_summary(|| {
        let drops = futures_util::stream::unfold((), |()| async {
            tokio::time::sleep(SECOND).await;
            Some((Ok::<_, cc_client::Error>(bytes::Bytes::from_static(b" ")), ()))
        });
        cc_runtime::Body::from_stream(drops)
    });
    let policy = RetryPolicy::default().max_attempts(2);
    let builder = platform.builder_of("me").retry(policy).attempt_timeout(5 * SECOND);
    let client = Client::new(builder.build().unwrap());
    let started = tokio::time::Instant::now();
    let error = client.resolver().owner_of(&app("app_1")).await.unwrap_err();
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::TimedOut, 2), "{error}");
    assert!(started.elapsed() < 11 * SECOND, "{:?}", started.elapsed());
}

#[tokio::test]
async fn an_endless_summary_is_refused_in_bounded_memory() {
    use futures_util::StreamExt;
    for (start, rest, why) in [
        (r#"{"user":{"id":""#, "xxxxxxxx", "an id is longer than 256 bytes"),
        (r#"{"user":{"applications":[{"id":""#, "xxxxxxxx", "an id is longer than 256 bytes"),
        (r#"{"user":{"x":"#, "[[[[[[[[", "nested too deeply"),
    ] {
        let platform = body_of_summary(move || {
            let start = futures_util::stream::iter([Ok(bytes::Bytes::from_static(start.as_bytes()))]);
            cc_runtime::Body::from_stream(start.chain(pieces(rest)))
        });
        let error = platform.client().resolver().owner_of(&app("app_1")).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Undecodable);
        let cause = std::error::Error::source(&error).unwrap().to_string();
        assert!(cause.contains(why), "{cause}");
    }
}

#[tokio::test]
async fn an_id_longer_than_any_real_one_is_refused_before_anything_is_kept_or_sent() {
    let platform = Platform::usual();
    let client = platform.client();
    let long = "x".repeat(1_000_000);
    let mut errors = vec![client.resolver().owner_of(&app(&long)).await.unwrap_err()];
    errors.push(client.resolver().addon_id(&*long).await.unwrap_err());
    errors.push(client.send(read(&long)).await.unwrap_err());
    let command = ReadThing { id: long.as_str().into(), owner: Some("orga_1".into()) };
    errors.push(client.send(command).await.unwrap_err());
    let command = ReadThing { id: "app_1".into(), owner: Some(long.as_str().into()) };
    errors.push(client.send(command).await.unwrap_err());
    let fields = ["applicationId", "addonId", "resourceId", "thingId", "ownerId"];
    for (error, field) in errors.iter().zip(fields) {
        assert_eq!((error.kind(), error.is_not_sent()), (ErrorKind::InvalidInput, true));
        let text = format!("{error}");
        assert!(text.contains(&format!("`{field}`: is too long: 1000000 bytes")), "{text}");
        assert!(text.len() < 300 && format!("{error:?}").len() < 1_000);
    }
    assert!(platform.journal().is_empty());
}

/// Reads two things of an unknown application, one after the other, and two at once.
struct ReadMany(&'static str);

impl Command for ReadMany {
    const NAME: &'static str = "ReadMany";
    type Output = ();
    type Context = Context;

    async fn run(self, cx: &Context) -> Result<()> {
        let id = ResourceId::from(self.0);
        let one = async || {
            let ids = Ids::new().owner(None, &id);
            cx.resolved(ids, |ids| GetThing { owner: ids.owner_id(), thing: id.clone() }).await
        };
        let slow = async {
            tokio::time::sleep(SECOND / 2).await;
            one().await
        };
        let (first, second) = tokio::join!(one(), slow);
        let third = one().await;
        first.and(second).and(third).map(drop)
    }
}
