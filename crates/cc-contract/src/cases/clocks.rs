//! Time and chance: clocks go on, timers fire, and nonces differ.

use std::collections::BTreeSet;
use std::time::Duration;

use bytes::Bytes;
use cc_client::runtime::credentials::SignatureMethod;
use cc_client::runtime::tasks::{self, Instant};
use cc_client::{Error, Timestamp};
use futures_util::future::join_all;

use crate::failure::{Outcome, check, equal};
use crate::world::World;

/// Timers of browsers count whole milliseconds.
const NEARLY: Duration = Duration::from_millis(95);

pub(super) async fn a_wait_takes_its_time(world: World) -> Outcome {
    let (start, date) = (Instant::now(), Timestamp::now());
    world.sleep(Duration::from_millis(100)).await;
    check!(start.elapsed() >= NEARLY, "it took {:?}", start.elapsed());
    let passed = Timestamp::now().duration_since(date);
    check!(passed >= Duration::from_millis(50), "by the date it took {passed:?}");
    // No machine of these tests was set before this SDK was written.
    check!(date.as_millis() > 1_700_000_000_000, "{date}");
    Ok(())
}

pub(super) async fn waits_go_on_at_the_same_time(world: World) -> Outcome {
    let start = Instant::now();
    let waits: Vec<_> = (0..100).map(|_| tasks::sleep(Duration::from_millis(300))).collect();
    world.go(join_all(waits)).await;
    // One after the other, they take half a minute.
    check!(start.elapsed() < Duration::from_secs(15), "it took {:?}", start.elapsed());
    Ok(())
}

pub(super) async fn a_deadline_drops_what_is_late(world: World) -> Outcome {
    let deadline = tasks::after(Duration::from_millis(50));
    let late = tasks::until(deadline, tasks::sleep(Duration::from_secs(60)));
    check!(world.go(late).await.is_none());
    let deadline = tasks::after(Duration::from_secs(60));
    check!(world.go(tasks::until(deadline, tasks::sleep(Duration::from_millis(1)))).await.is_some());
    Ok(())
}

pub(super) async fn nonces_of_signatures_differ(world: World) -> Outcome {
    let credentials = world.oauth().signed_with(SignatureMethod::HmacSha512);
    let request = http::Request::get("https://api.example/v2/self").body(Bytes::new())?;
    let mut nonces = BTreeSet::new();
    for _ in 0..200 {
        let (credentials, request) = (credentials.clone(), request.clone());
        let header = world.go(async move { credentials.authorization(&request).await }).await?;
        let header = header.as_ref().and_then(|header| header.to_str().ok()).unwrap_or_default().to_owned();
        let nonce = header.split("oauth_nonce=\"").nth(1).and_then(|rest| rest.split('"').next());
        check!(nonce.is_some_and(|nonce| nonce.len() >= 16), "no nonce of 16 characters");
        nonces.insert(nonce.unwrap_or_default().to_owned());
    }
    equal!(nonces.len(), 200);
    Ok(())
}

pub(super) async fn a_date_to_come_back_at_is_compared_with_the_clock(_: World) -> Outcome {
    let then = Duration::from_millis(Timestamp::now().as_millis().unsigned_abs()) + Duration::from_secs(60);
    let date = httpdate::fmt_http_date(std::time::SystemTime::UNIX_EPOCH + then);
    let mut headers = http::HeaderMap::new();
    headers.insert(http::header::RETRY_AFTER, date.parse()?);
    // Pages of other origins do not see the `Date` of an answer.
    let error = Error::from_answer(http::StatusCode::TOO_MANY_REQUESTS, &headers, b"");
    let wait = error.retry_after().unwrap_or_default().as_secs();
    check!((50..=60).contains(&wait), "{wait} s for {date}");
    Ok(())
}
