//! Streams of logs, in virtual time and without a socket; and once over a real one.

mod faults;
pub(crate) mod reader;

use std::time::Duration;

use cc_sandbox::{Pace, Sandbox};
use tokio::time::Instant;

use reader::{Event, Reader, messages};

const SECOND: Duration = Duration::from_secs(1);

/// A sandbox whose time is that of `tokio`.
fn sandbox() -> Sandbox {
    Sandbox::builder().pace(Pace::Speed(1.0)).in_memory()
}

fn logs(sandbox: &Sandbox) -> String {
    let ids = sandbox.ids();
    format!("/v4/logs/organisations/{}/applications/{}/logs", ids.organisation, ids.application)
}

/// A minute that is over when the sandbox starts.
const MINUTE: &str = "since=2025-12-31T23:00:00Z&until=2025-12-31T23:01:00Z";

#[tokio::test(start_paused = true)]
async fn a_deployment_tells_what_it_does_while_it_does_it() {
    let sandbox = sandbox();
    let mut follower = Reader::open(&sandbox, &format!("{}?service=bas-deploy", logs(&sandbox))).await;
    let id = reader::deploy(&sandbox).await;
    let start = Instant::now();
    let mut said = Vec::new();
    while said.last().is_none_or(|last: &String| !last.contains("Deployment successful")) {
        let line = follower.item().await;
        assert_eq!(line.data["deploymentId"], id.as_str());
        let at = start.elapsed().as_secs_f64().round();
        said.push(format!("{at:>3} s  {}", line.message().replace(&id, "deployment_…")));
    }
    insta::assert_snapshot!(said.join("\n"));
}

#[tokio::test(start_paused = true)]
async fn a_deployment_that_fails_or_is_cancelled_says_so() {
    let sandbox = sandbox();
    let ids = sandbox.ids();
    let mut follower = Reader::open(&sandbox, &format!("{}?filter=DEPLOYMENT", logs(&sandbox))).await;
    sandbox.fail_next_deployment(&ids.application);
    reader::deploy(&sandbox).await;
    assert!(follower.item().await.message().ends_with("begins"));
    assert_eq!(follower.item().await.message(), "Deployment failed: the application did not answer in time");
    let id = reader::deploy(&sandbox).await;
    assert!(follower.item().await.message().ends_with("begins"));
    let path = format!(
        "/v2/organisations/{}/applications/{}/deployments/{id}/instances",
        ids.organisation, ids.application
    );
    assert_eq!(reader::ask(&sandbox, "DELETE", &path).await.0, 200);
    assert_eq!(follower.item().await.message(), "Deployment cancelled");
}

#[tokio::test(start_paused = true)]
async fn heartbeats_arrive_every_two_seconds() {
    let sandbox = sandbox();
    let ids = sandbox.ids();
    let path = format!("/v4/logs/organisations/{}/applications/{}/logs", ids.user, ids.personal_application);
    let start = Instant::now();
    let mut reader = Reader::open(&sandbox, &path).await;
    for beat in 1..=10 {
        assert_eq!(reader.next().await.unwrap().unwrap(), Event::heartbeat());
        assert_eq!(start.elapsed(), beat * 2 * SECOND);
    }
}

#[tokio::test(start_paused = true)]
async fn heartbeats_go_on_where_the_time_stands_still_and_lines_come_when_it_is_moved() {
    let sandbox = Sandbox::builder().pace(Pace::Manual).in_memory();
    let mut reader = Reader::open(&sandbox, &logs(&sandbox)).await;
    assert_eq!(reader.next().await.unwrap().unwrap(), Event::heartbeat());
    sandbox.advance(60 * SECOND);
    assert_eq!(reader.item().await.name, "APPLICATION_LOG");
}

#[tokio::test(start_paused = true)]
async fn a_log_is_the_same_for_all_and_goes_on_right_after_any_id() {
    let sandbox = sandbox();
    let path = format!("{}?{MINUTE}&service=all", logs(&sandbox));
    let (whole, end) = Reader::open(&sandbox, &path).await.rest().await;
    assert_eq!(end, "UNTIL_REACHED");
    assert!(whole.len() > 10, "{} lines", whole.len());
    assert!(whole.is_sorted_by_key(|event| event.data["date"].as_str().unwrap().to_owned()));
    for (index, event) in whole.iter().enumerate() {
        assert_eq!(event.id.as_deref(), event.data["id"].as_str());
        let (rest, _) = Reader::resume(&sandbox, &path, event.id.as_deref().unwrap()).await.rest().await;
        assert_eq!(rest, whole[index + 1..]);
    }
    let other = Sandbox::builder().seed(1).in_memory();
    let path = format!("{}?{MINUTE}&service=all", logs(&other));
    assert_ne!(messages(&Reader::open(&other, &path).await.rest().await.0), messages(&whole));
}

#[tokio::test(start_paused = true)]
async fn what_is_live_is_what_is_read_later() {
    let sandbox = sandbox();
    reader::deploy(&sandbox).await;
    let path = format!("{}?until=2026-01-01T00:05:00Z", logs(&sandbox));
    let (live, _) = Reader::open(&sandbox, &path).await.rest().await;
    let later = format!("{}?since=2026-01-01T00:00:00Z&until=2026-01-01T00:05:00Z", logs(&sandbox));
    let (later, _) = Reader::open(&sandbox, &later).await.rest().await;
    assert!(live == later && live.len() > 50, "{} and {} lines", live.len(), later.len());
}

#[tokio::test(start_paused = true)]
async fn a_limit_ends_the_stream() {
    let sandbox = sandbox();
    let path = format!("{}?limit=3&since=2025-12-31T00:00:00Z", logs(&sandbox));
    let (lines, end) = Reader::open(&sandbox, &path).await.rest().await;
    assert_eq!((lines.len(), end.as_str()), (3, "LIMIT_REACHED"));
}

#[tokio::test(start_paused = true)]
async fn lines_are_chosen_by_text_service_instance_and_deployment() {
    let sandbox = sandbox();
    let read = async |query: &str| {
        let path = format!("{}?{MINUTE}&{query}", logs(&sandbox));
        Reader::open(&sandbox, &path).await.rest().await.0
    };
    let all = read("service=all").await;
    let usual = read("").await;
    assert!(usual.iter().all(|line| line.data["service"] == "bas") && usual.len() < all.len());
    let system = read("service=systemd").await;
    assert_eq!(system.len() + usual.len(), all.len());
    let orders = read("filter=API/ITEMS").await;
    assert!(!orders.is_empty() && orders.iter().all(|line| line.message().contains("/api/items")));
    let (instance, deployment) = (&all[0].data["instanceId"], &all[0].data["deploymentId"]);
    let (instance, deployment) = (instance.as_str().unwrap(), deployment.as_str().unwrap());
    assert_eq!(read(&format!("instanceId=none&instanceId={instance}&service=all")).await, all);
    assert_eq!(read(&format!("deploymentId={deployment}&service=all")).await, all);
    assert_eq!(read("instanceId=none").await.len() + read("deploymentId=none").await.len(), 0);
}

#[tokio::test(start_paused = true)]
async fn only_the_fields_asked_for_are_sent_and_the_message() {
    let sandbox = sandbox();
    let path = format!("{}?{MINUTE}&field=date&field=severity", logs(&sandbox));
    let (lines, _) = Reader::open(&sandbox, &path).await.rest().await;
    let mut names: Vec<&str> = lines[0].data.as_object().unwrap().keys().map(String::as_str).collect();
    names.sort_unstable();
    assert_eq!(names, ["date", "message", "severity"]);
    assert!(lines[0].id.is_some());
}

#[tokio::test(start_paused = true)]
async fn a_throttle_spreads_lines_over_time_and_lets_heartbeats_through() {
    let sandbox = sandbox();
    let path =
        format!("{}?{MINUTE}&limit=9&throttleElements=2&throttlePerInMilliseconds=5000", logs(&sandbox));
    let start = Instant::now();
    let mut reader = Reader::open(&sandbox, &path).await;
    let (mut times, mut beats) = (Vec::new(), 0);
    while let Some(event) = reader.next().await {
        match event.unwrap().name.as_str() {
            "APPLICATION_LOG" => times.push(start.elapsed().as_secs()),
            "HEARTBEAT" => beats += 1,
            _ => {}
        }
    }
    assert_eq!(times, [0, 0, 5, 5, 10, 10, 15, 15, 20]);
    assert!(beats >= 9, "{beats} heartbeats");
}

#[tokio::test(start_paused = true)]
async fn what_makes_no_sense_is_refused() {
    let sandbox = Sandbox::builder().strict(false).in_memory();
    for query in [
        "limit=0",
        "limit=-1",
        "limit=many",
        "throttleElements=0",
        "throttlePerInMilliseconds=0",
        "since=yesterday",
        "since=2026-01-02T00:00:00Z&until=2026-01-01T00:00:00Z",
        "field=colour",
        "colour=red",
    ] {
        let (status, body) = reader::ask(&sandbox, "GET", &format!("{}?{query}", logs(&sandbox))).await;
        assert_eq!(status, 400, "{query}: {body}");
    }
    let refused = Reader::try_open(&sandbox, &logs(&sandbox), Some("17")).await;
    assert_eq!(refused.err(), Some(400));
    let foreign = logs(&sandbox).replace(&sandbox.ids().organisation, &sandbox.ids().foreign_organisation);
    assert_eq!(Reader::try_open(&sandbox, &foreign, None).await.err(), Some(403));
    assert_eq!(
        Reader::try_open(&sandbox, &logs(&sandbox).replace("app_", "app_no"), None).await.err(),
        Some(404)
    );
}

#[tokio::test(start_paused = true)]
async fn accesses_are_over_http_tcp_and_ssh() {
    let sandbox = sandbox();
    let ids = sandbox.ids();
    let path = format!(
        "/v4/accesslogs/organisations/{}/applications/{}/accesslogs?since=2025-12-31T23:00:00Z&limit=200",
        ids.organisation, ids.application
    );
    let (accesses, _) = Reader::open(&sandbox, &path).await.rest().await;
    let count = |port: u64, http: bool| {
        let meant = |event: &&Event| {
            event.data["destination"]["port"] == port && event.data["http"].is_object() == http
        };
        accesses.iter().filter(meant).count()
    };
    assert!(count(443, true) > 100 && count(22, false) > 2 && count(4_040, false) > 5);
    assert_eq!(count(443, true) + count(22, false) + count(4_040, false), 200);
}

#[tokio::test(start_paused = true)]
async fn the_log_of_an_add_on_can_be_streamed() {
    let sandbox = sandbox();
    let ids = sandbox.ids();
    let path =
        format!("/v4/logs/organisations/{}/resources/{}/logs?{MINUTE}", ids.organisation, ids.real_addon);
    let (lines, _) = Reader::open(&sandbox, &path).await.rest().await;
    assert!(lines.len() > 3 && lines.iter().all(|line| line.name == "RESOURCE_LOG"));
    assert_eq!(lines[0].data["resourceId"], ids.real_addon.as_str());
    // The same lines are stored, and listed the latest first.
    let stored = format!("/v2/logs/{}?after=2025-12-31T23:00:00Z&before=2025-12-31T23:01:00Z", ids.addon);
    let (_, stored) = reader::ask(&sandbox, "GET", &stored).await;
    let stored: serde_json::Value = serde_json::from_str(&stored).unwrap();
    let stored: Vec<&str> = stored
        .as_array()
        .unwrap()
        .iter()
        .rev()
        .map(|line| line["_source"]["message"].as_str().unwrap())
        .collect();
    assert_eq!(stored, messages(&lines));
}

#[tokio::test(start_paused = true)]
async fn places_of_origin_are_streamed_live() {
    let sandbox = sandbox();
    let ids = sandbox.ids();
    let path = format!("/v4/stats/organisations/{}/requests-live", ids.organisation);
    let of_one = Reader::open(&sandbox, &format!("{path}?applicationId={}", ids.application)).await;
    let of_all = Reader::open(&sandbox, &path).await;
    let mut counts = Vec::new();
    for mut reader in [of_one, of_all] {
        let mut count = 0;
        for _ in 0..10 {
            let event = reader.item().await;
            assert_eq!((event.name.as_str(), &event.id), ("REQUESTS_LIVE", &None));
            let places = event.data.as_array().unwrap().iter();
            count += places.map(|place| place["accessCount"].as_u64().unwrap()).sum::<u64>();
        }
        counts.push(count);
    }
    assert!(counts[0] > 0 && counts[1] > counts[0], "{counts:?}");
}

#[tokio::test]
async fn over_a_socket_it_is_the_same_and_ends_with_the_sandbox() {
    let sandbox = Sandbox::start().await;
    let client = crate::client::Client::new(&sandbox);
    let path = format!("{}?since=2025-12-31T23:00:00Z", logs(&sandbox));
    let text = client.get(&format!("{path}&limit=2")).await.text;
    assert!(text.starts_with("id: ") && text.contains("LIMIT_REACHED"), "{text}");
    let mut answer = client.request(reqwest::Method::GET, &path).send().await.unwrap();
    assert_eq!(answer.headers()["content-type"], "text/event-stream");
    assert!(answer.chunk().await.unwrap().is_some());
    drop(client);
    drop(sandbox);
    while let Ok(Some(_)) = answer.chunk().await {}
}
