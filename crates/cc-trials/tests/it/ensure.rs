//! Creation that never doubles: seeded histories of lost answers, refusals, late lists, kills and other processes.
//!
//! A normal run takes [`HISTORIES`] with a shared lock and as many without one, which is some ten seconds of an unoptimised build.
//! `ENSURE_HISTORIES=5000 cargo nextest run -p cc-trials histories` takes ten thousand in all.

mod kinds;
mod platform;

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use cc_client::commands::addon::CreateAddon;
use cc_client::commands::addon::model::Addon;
use cc_client::commands::application::CreateApplication;
use cc_client::ensure::{CreationLock, Ensured, LockFuture};
use cc_client::{Client, Credentials, ErrorKind, Result, RetryPolicy};
use futures_util::future::join_all;
use tokio::time::{Instant, sleep, timeout};

use platform::{Chance, Platform};

/// Histories of each kind in a normal run.
const HISTORIES: u64 = 400;

/// The longest time after which the platform shows what was created. The default of `ensure` is 10 s.
const LATE: Duration = Duration::from_secs(9);

fn histories() -> std::ops::Range<u64> {
    let wanted = std::env::var("ENSURE_HISTORIES").ok().and_then(|number| number.parse().ok());
    0..wanted.unwrap_or(HISTORIES)
}

/// A lock of all processes, as Redis is one, in the time of the test.
#[derive(Debug, Clone, Default)]
struct Shared(Arc<Mutex<HashMap<String, (String, Instant)>>>);

impl CreationLock for Shared {
    fn take<'a>(&'a self, key: &'a str, token: &'a str, time: Duration) -> LockFuture<'a, bool> {
        let mut locks = self.0.lock().unwrap();
        let free = locks.get(key).is_none_or(|(other, until)| other == token || *until <= Instant::now());
        if free {
            locks.insert(key.to_owned(), (token.to_owned(), Instant::now() + time));
        }
        Box::pin(std::future::ready(Ok(free)))
    }

    fn release(&self, key: &str, token: &str) {
        self.0.lock().unwrap().retain(|held, (own, _)| held != key || own != token);
    }
}

/// A client of a process of its own.
fn process(platform: &Platform, lock: Option<&Shared>) -> Client {
    let builder = Client::builder()
        .endpoint("http://platform.invalid")
        .credentials(Credentials::api_token("token"))
        .configure(|transport| {
            let transport = transport.allow_credentials_over_plain_http(true);
            transport.http_service(platform.clone()).retry(RetryPolicy::none())
        });
    match lock {
        Some(lock) => builder.creation_lock(lock.clone()),
        None => builder,
    }
    .build()
    .unwrap()
}

fn command() -> CreateAddon {
    CreateAddon::new("orga_1", "postgresql-addon", "plan_1", "par", "orders")
}

/// One program that wants the add-on, and is killed and started again as its seed says.
async fn program(platform: Platform, lock: Option<Shared>, seed: u64) -> (Result<Ensured<Addon>>, bool) {
    let mut chance = Chance::new(seed);
    sleep(Duration::from_millis(chance.below(1_500))).await;
    let mut killed = false;
    loop {
        let client = process(&platform, lock.as_ref());
        let call = client.ensure(command());
        if chance.one_in(4) {
            match timeout(Duration::from_millis(chance.below(2_500)), call).await {
                Ok(done) => return (done, killed),
                Err(_) => killed = true,
            }
        } else {
            return (call.await, killed);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn histories_with_a_shared_lock_make_no_duplicate() {
    let (mut created, mut lost) = (0, 0);
    for seed in histories() {
        let (platform, lock) = (Platform::new(seed, LATE), Shared::default());
        let programs = (0..=seed % 3).map(|number| {
            let (platform, lock) = (platform.clone(), lock.clone());
            program(platform, Some(lock), seed * 10 + number)
        });
        let outcomes = join_all(programs).await;
        let there = platform.addons();
        assert!(there.len() <= 1, "history {seed}: {there:?} {outcomes:?}");
        for (outcome, _) in &outcomes {
            match outcome {
                Ok(ensured) => assert_eq!(vec![ensured.id.to_string()], there, "history {seed}"),
                // It failed as often as a call tries.
                Err(error) => assert!(error.is_retryable() || error.may_be_done(), "history {seed}: {error}"),
            }
        }
        created += there.len();
        lost += platform.lost();
    }
    assert!(created > 0 && lost > 0, "{created} created, {lost} answers lost");
}

#[tokio::test(start_paused = true)]
async fn histories_without_a_lock_name_every_duplicate() {
    let (mut duplicates, mut named_at_once) = (0, 0);
    for seed in histories() {
        let platform = Platform::new(seed, LATE);
        let programs = (0..=seed % 3).map(|number| program(platform.clone(), None, seed * 10 + number));
        let outcomes = join_all(programs).await;
        let there = platform.addons();
        let ambiguous = outcomes
            .iter()
            .filter_map(|(outcome, _)| outcome.as_ref().err())
            .filter(|error| error.kind() == ErrorKind::Ambiguous);
        let texts: Vec<String> = ambiguous.map(ToString::to_string).collect();
        let alive = outcomes.iter().all(|(_, killed)| !killed);
        if there.len() < 2 {
            assert_eq!(texts, [""; 0], "history {seed}: {there:?}");
            continue;
        }
        duplicates += 1;
        assert!(seed % 3 > 0 || !alive, "history {seed}: one program alone made {there:?}");
        let all_named = |text: &String| there.iter().all(|id| text.contains(id.as_str()));
        if alive && there.len() == 2 {
            assert!(texts.iter().any(all_named), "history {seed}: {there:?} {outcomes:?}");
            named_at_once += 1;
        }
        // Those of a killed program may show later: the next call names them.
        sleep(LATE).await;
        platform.mend();
        let error = process(&platform, None).ensure(command()).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Ambiguous, "history {seed}: {error}");
        assert!(all_named(&error.to_string()), "history {seed}: {there:?} {error}");
    }
    assert!(duplicates > 0 && named_at_once > 0, "{duplicates} duplicates, {named_at_once} named at once");
}

#[tokio::test(start_paused = true)]
async fn two_calls_of_one_process_make_one_thing_without_any_lock() {
    let platform = Platform::new(7, LATE);
    platform.mend();
    let client = process(&platform, None);
    let calls = (0..8).map(|_| client.ensure(command()));
    let outcomes: Vec<Ensured<Addon>> = join_all(calls).await.into_iter().map(Result::unwrap).collect();
    assert_eq!(platform.addons().len(), 1);
    assert_eq!(outcomes.iter().filter(|ensured| ensured.is_created()).count(), 1, "{outcomes:?}");
}

#[tokio::test(start_paused = true)]
async fn a_call_that_nobody_polls_does_not_hold_up_others() {
    let platform = Platform::new(8, Duration::ZERO);
    platform.mend();
    let client = process(&platform, None);
    let addon = |number: usize| {
        CreateAddon::new("orga_1", "postgresql-addon", "plan_1", "par", format!("orders-{number}"))
    };
    let mut idle: Vec<_> = (0..20).map(|number| client.ensure(addon(number))).collect();
    for call in &mut idle {
        assert!(futures_util::poll!(call).is_pending());
    }
    client.ensure(addon(20)).timeout(Duration::from_secs(30)).await.unwrap();
    for (call, number) in idle.into_iter().zip(0..) {
        assert_eq!(call.await.unwrap().name.as_deref(), Some(format!("orders-{number}").as_str()));
    }
    assert_eq!(platform.addons().len(), 21);
}

#[tokio::test(start_paused = true)]
async fn a_creation_whose_outcome_stays_unknown_says_so_and_the_next_call_finds_it() {
    let platform = Platform::new(9, Duration::from_secs(20));
    platform.lose_the_next_answer();
    let client = process(&platform, None);
    let error = client.ensure(command()).timeout(Duration::from_secs(5)).await.unwrap_err();
    assert_eq!((error.kind(), error.may_be_done()), (ErrorKind::Indeterminate, true), "{error}");
    // The lock of the process lasts until the platform shows what was created.
    assert!(client.ensure(command()).await.unwrap().is_found());
    assert_eq!(platform.addons().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn what_a_killed_process_created_is_found_although_its_lock_lasts() {
    let (platform, lock) = (Platform::new(10, Duration::from_secs(2)), Shared::default());
    platform.lose_the_next_answer();
    let killed = timeout(Duration::from_millis(1_000), process(&platform, Some(&lock)).ensure(command()));
    assert!(killed.await.is_err());
    assert_eq!(platform.addons().len(), 1);
    let next =
        process(&platform, Some(&lock)).ensure(command()).timeout(Duration::from_secs(15)).await.unwrap();
    assert!(next.is_found());
    assert_eq!(platform.addons(), [next.id.to_string()]);
}

#[tokio::test(start_paused = true)]
async fn what_differs_is_reported_and_changed_only_on_demand() {
    let sandbox = Arc::new(cc_sandbox::Sandbox::builder().in_memory());
    let client = cc_trials::memory::client(&sandbox);
    let owner = sandbox.ids().organisation;
    let small = CreateApplication::new(&owner, "shop-1", "node", "XS");
    assert!(client.ensure(small.clone()).await.unwrap().is_created());
    assert!(client.ensure(small).await.unwrap().differences().is_empty());

    let large = CreateApplication::new(&owner, "shop-1", "node", "M").description("What people buy from.");
    let found = client.ensure(large.clone()).await.unwrap();
    assert!(found.is_found());
    assert_eq!(found.differences().fields().collect::<Vec<_>>(), ["minFlavor", "maxFlavor", "description"]);
    assert_eq!(found.differences()[0].to_string(), r#"minFlavor is "XS" instead of "M""#);

    let Ensured::Updated(updated) = client.ensure(large.clone()).update(true).await.unwrap() else {
        panic!("it was there and differed")
    };
    assert_eq!(updated.differences, *found.differences());
    assert_eq!(updated.description.as_deref(), Some("What people buy from."));
    assert!(client.ensure(large).update(true).await.unwrap().differences().is_empty());

    let scaling = CreateApplication::new(&owner, "shop-1", "node", "M").max_flavor("XL");
    assert!(client.ensure(scaling).update(true).await.is_ok());
    let small = CreateApplication::new(&owner, "shop-1", "node", "S");
    let found = client.ensure(small).update(true).await.unwrap();
    assert_eq!(found.differences().fields().collect::<Vec<_>>(), ["minFlavor"]);
}
