//! Streams of the platform against a sandbox without a socket, in virtual time.

mod deploy;
mod drift;
mod faults;
mod tail;

use std::sync::Arc;
use std::time::Duration;

use cc_client::api::log::StreamApplicationLogs;
use cc_client::commands::log::model::ApplicationLog;
use cc_client::commands::log::{
    StreamAddonRuntimeLog, StreamApplicationAccessLog, StreamApplicationRuntimeLog,
};
use cc_client::commands::metrics::StreamRequests;
use cc_client::runtime::StreamOperation;
use cc_client::stream::{Delivery, EndReason, Items, Retry, StreamEvent, merge};
use cc_client::{Client, Defaults, ErrorKind, Timestamp};
use cc_sandbox::{Fault, Pace, Sandbox, StreamFault};
use cc_trials::memory;
use futures_util::StreamExt;

use crate::support::{Platform, Reports, SUMMARY};

pub const SECOND: Duration = Duration::from_secs(1);

/// A sandbox whose time is that of `tokio`, and a client of it whose waits are the same each time.
pub fn sandbox(seed: u64) -> (Arc<Sandbox>, Client) {
    let sandbox = Arc::new(Sandbox::builder().seed(seed).pace(Pace::Speed(1.0)).in_memory());
    let client = memory::builder(&sandbox).streams(|settings| settings.seed = Some(seed)).build().unwrap();
    (sandbox, client)
}

/// The item of a delivery, where there is no reason for anything else.
fn item<T: std::fmt::Debug>(delivery: cc_client::Result<Delivery<T>>) -> T {
    match delivery.unwrap() {
        Delivery::Item(item) => item,
        other => panic!("{other:?} is no item"),
    }
}

/// All items to the end of the stream, where there is nothing else.
async fn all<T: std::fmt::Debug>(items: Items<T>) -> Vec<T> {
    items.map(item).collect().await
}

/// The time of the sandbox, so many seconds from now.
pub fn at(sandbox: &Sandbox, seconds: i64) -> Timestamp {
    Timestamp::from_millis(sandbox.now().as_millisecond() + 1_000 * seconds).unwrap()
}

#[tokio::test(start_paused = true)]
async fn a_log_is_typed_and_ends_for_the_reason_that_the_platform_gives() {
    let (sandbox, client) = sandbox(0);
    let ids = sandbox.ids();
    let command =
        StreamApplicationRuntimeLog::new(&ids.application).since(at(&sandbox, -60)).until(at(&sandbox, 30));
    let mut stream = client.stream(command).open();
    let mut lines: Vec<ApplicationLog> = Vec::new();
    let reason = loop {
        match stream.next().await.unwrap().unwrap() {
            StreamEvent::Item(item) => lines.push(item.data),
            StreamEvent::End(reason) => break reason,
            _ => {}
        }
    };
    assert_eq!(reason, EndReason::Server(Some("UNTIL_REACHED".into())));
    assert!(lines.len() > 10 && lines.is_sorted_by_key(|line| line.date));
    let application = Some(ids.application.into());
    assert!(lines.iter().all(|line| line.application_id == application));
}

#[tokio::test(start_paused = true)]
async fn every_access_is_given_over_http_tcp_and_ssh() {
    let (sandbox, client) = sandbox(0);
    let command =
        StreamApplicationAccessLog::new(&sandbox.ids().application).since(at(&sandbox, -3_600)).limit(100);
    let accesses: Vec<_> = all(client.stream(command).open().items()).await;
    let of = |port| {
        let to = |access: &&cc_client::commands::log::model::AccessLog| {
            access.destination.as_ref().and_then(|to| to.port) == Some(port)
        };
        accesses
            .iter()
            .filter(to)
            .map(|access| (access.kind.as_str(), access.detail.is_some()))
            .collect::<Vec<_>>()
    };
    assert_eq!(accesses.len(), 100);
    assert!(of(443).iter().all(|access| *access == ("http", true)) && of(443).len() > 50);
    assert!(of(22).iter().chain(&of(4_040)).all(|access| *access == ("other", false)));
    assert!(!of(22).is_empty() && !of(4_040).is_empty());
}

#[tokio::test(start_paused = true)]
async fn ids_of_either_kind_lead_to_the_log_of_an_add_on() {
    let (sandbox, client) = sandbox(0);
    let ids = sandbox.ids();
    let mut messages = Vec::new();
    for id in [&ids.addon, &ids.real_addon] {
        let command = StreamAddonRuntimeLog::new(id).since(at(&sandbox, -600)).limit(5);
        let lines = client.stream(command).open().items().map(|line| item(line).message);
        messages.push(lines.collect::<Vec<_>>().await);
    }
    assert!(messages[0] == messages[1] && messages[0].len() == 5);
}

#[tokio::test(start_paused = true)]
async fn requests_come_as_lists_of_places() {
    let (sandbox, client) = sandbox(0);
    let ids = sandbox.ids();
    for command in
        [StreamRequests::of_application(&ids.application), StreamRequests::of_owner(&ids.organisation)]
    {
        let mut places = client.stream(command).open().items();
        let places = item(places.next().await.unwrap());
        assert!(places.iter().all(|place| place.count > 0 && place.city.is_some()) && !places.is_empty());
    }
    let error = client.stream(StreamRequests::default()).open().items().next().await.unwrap().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidInput);
}

#[tokio::test(start_paused = true)]
async fn streams_use_the_settings_of_the_client_unless_they_override_them() {
    let (sandbox, _) = sandbox(0);
    let client = memory::builder(&sandbox).streams(|settings| {
        settings.retry = None;
        settings.limit = Some(1);
    });
    let client = client.build().unwrap();
    let command = || StreamApplicationRuntimeLog::new(&sandbox.ids().application).since(at(&sandbox, -60));
    let cut = || sandbox.faults().add(Fault::stream(StreamFault::ResetBetweenEvents { after: 2 }).times(1));
    cut();
    let events: Vec<_> = client.stream(command()).open().items().collect().await;
    assert_eq!((events.len(), events.iter().filter(|event| event.is_err()).count()), (3, 1));
    cut();
    let call = client.stream(command().limit(5)).retry(Retry::at_most(1));
    let events: Vec<_> = call.open().items().collect().await;
    assert!(events.len() == 5 && events.iter().all(Result::is_ok), "{events:?}");
}

#[tokio::test(start_paused = true)]
async fn a_stream_goes_on_from_a_cursor_in_another_client() {
    let (sandbox, client) = sandbox(0);
    let until = at(&sandbox, 0);
    let command = || {
        StreamApplicationRuntimeLog::new(&sandbox.ids().application).since(at(&sandbox, -300)).until(until)
    };
    let whole: Vec<_> = all(client.stream(command()).open().items()).await;
    let mut first = client.stream(command()).open().items();
    let mut lines = vec![item(first.next().await.unwrap()), item(first.next().await.unwrap())];
    let cursor = serde_json::to_string(&first.cursor()).unwrap();
    drop(first);
    let cursor = serde_json::from_str(&cursor).unwrap();
    let rest = memory::client(&sandbox).stream(command()).resume(cursor).open().items();
    lines.extend(all(rest).await);
    assert!(lines == whole && whole.len() > 20);
}

#[tokio::test(start_paused = true)]
async fn the_logs_of_several_applications_come_in_the_order_of_time() {
    let (sandbox, client) = sandbox(0);
    let ids = sandbox.ids();
    let other = sandbox.add_application(&ids.organisation, "other");
    for application in [&ids.application, &other] {
        client.send(cc_client::commands::deployment::DeployApplication::new(application)).await.unwrap();
    }
    let streams = [&ids.application, &other].map(|application| {
        let command =
            StreamApplicationRuntimeLog::new(application).since(at(&sandbox, 0)).until(at(&sandbox, 120));
        client.stream(command).open().items()
    });
    sandbox.faults().add(Fault::stream(StreamFault::HeartbeatOnly { lasts: 3 * SECOND }).times(1));
    let merged: Vec<_> =
        merge(streams.into(), |line: &Delivery<ApplicationLog>| line.as_item()?.date, 5 * SECOND)
            .map(|(from, line)| (from, item(line).date))
            .collect()
            .await;
    assert!(merged.is_sorted_by_key(|(_, date)| *date));
    assert!([0, 1].iter().all(|from| merged.iter().filter(|(own, _)| own == from).count() > 10));
}

#[cfg(feature = "catalog")]
#[tokio::test(start_paused = true)]
async fn the_catalogue_streams_json() {
    use cc_client::catalog::Delivered;

    let (sandbox, client) = sandbox(0);
    let ids = sandbox.ids();
    for (name, input, field) in [
        ("StreamApplicationRuntimeLog", serde_json::json!({ "applicationId": ids.application }), "message"),
        ("StreamAddonRuntimeLog", serde_json::json!({ "addonId": ids.addon }), "message"),
        ("StreamApplicationAccessLog", serde_json::json!({ "applicationId": ids.application }), "bytesIn"),
        ("StreamRequests", serde_json::json!({ "applicationId": ids.application }), "0"),
    ] {
        let mut stream = cc_client::catalog::stream(&client, name, &input).unwrap();
        let Delivered::Item(item) = stream.next().await.unwrap().unwrap() else { panic!("{name}: an item") };
        assert!(item.get(field).is_some() || item["result"][0]["count"].is_u64(), "{name}: {item}");
    }
}

/// A gap does not end a loop that stops at the first error.
#[cfg(feature = "catalog")]
#[tokio::test(start_paused = true)]
async fn a_gap_is_reported_in_json() {
    use cc_client::catalog::Delivered;

    let (sandbox, client) = sandbox(0);
    sandbox.faults().add(Fault::stream(StreamFault::ResetBetweenEvents { after: 3 }).times(1));
    sandbox.faults().add(Fault::stream(StreamFault::LostOnResume { events: 2 }).times(1));
    let input = serde_json::json!({"applicationId": sandbox.ids().application, "since": at(&sandbox, -60), "limit": 6});
    let told: Vec<_> = cc_client::catalog::stream(&client, "StreamApplicationRuntimeLog", &input)
        .unwrap()
        .map(|delivered| match delivered.unwrap() {
            Delivered::Item(line) => line["id"].is_string().to_string(),
            Delivered::Notice(error) => format!("{} {error}", error.code()),
        })
        .collect()
        .await;
    assert_eq!(told.len(), 7, "{told:?}");
    assert!(told[3].starts_with("SSE_GAP") && told[3].contains("events may be missing"), "{told:?}");
    assert_eq!(told.iter().filter(|word| *word == "true").count(), 6, "{told:?}");
}

/// A moved resource is looked up again, and the first refusal is not reported as an error.
#[tokio::test]
async fn an_error_that_is_made_good_is_not_reported() {
    let platform = Platform::new(|count, path| match path {
        "/v2/summary" if count == 0 => (200, SUMMARY.to_owned()),
        "/v2/summary" => (200, SUMMARY.replace("orga_1", "orga_2")),
        path if path.contains("orga_1") => (404, "{}".to_owned()),
        path if path.contains("orga_2") => (200, "not what was asked for".to_owned()),
        _ => (403, "{}".to_owned()),
    });
    let reports = Reports::default();
    let transport = platform.builder_of("me").hooks(reports.clone()).build().unwrap();
    let client = Client::builder().build_with(transport);
    let application = cc_runtime::ApplicationId::from("app_1");
    assert_eq!(client.resolver().owner_of(&application).await.unwrap(), "orga_1");
    let mut stream = client.stream(StreamApplicationRuntimeLog::new(&application)).open().items();
    let error = stream.next().await.unwrap().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::StreamContentType, "{error}");
    assert_eq!(*reports.0.lock().unwrap(), Vec::<String>::new());
    let alone = client.stream(StreamApplicationRuntimeLog::new("app_1").owner_id("orga_3"));
    let error = alone.open().items().next().await.unwrap().unwrap_err();
    assert_eq!((error.status().unwrap().as_u16(), reports.0.lock().unwrap().len()), (403, 1));
}

/// The answer of a platform whose stream ends at once, after this time.
fn over(time: Duration) -> crate::support::Reply {
    Box::pin(async move {
        tokio::time::sleep(time).await;
        let body = cc_runtime::Body::from("event: END_OF_STREAM\ndata: {\"endedBy\":\"UNTIL_REACHED\"}\n\n");
        let mut answer = cc_runtime::transport::HttpResponse::new(body);
        answer.headers_mut().insert("content-type", "text/event-stream".parse().unwrap());
        Ok(answer)
    })
}

fn log(application: &str) -> StreamApplicationRuntimeLog {
    StreamApplicationRuntimeLog::new(application).owner_id("orga_1")
}

/// 32 of them are asked for at a time, and each answer takes 4 of the 5 seconds that it may take.
#[tokio::test(start_paused = true)]
async fn the_time_that_a_stream_waits_for_its_turn_is_no_timeout() {
    let platform = Platform::slow(|_, _| over(4 * SECOND));
    let client = Client::builder().build_with(platform.builder_of("me").build().unwrap());
    let open = || client.stream(log("app_1")).retry(None).open().run();
    let ended = futures_util::future::join_all((0..120).map(|_| open())).await;
    let reason = EndReason::Server(Some("UNTIL_REACHED".into()));
    assert!(ended.iter().all(|ended| ended.as_ref().is_ok_and(|end| *end == reason)), "{ended:?}");
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_takes_longer_than_the_connect_timeout_is_given_up() {
    let platform = Platform::slow(|_, _| over(6 * SECOND));
    let client = Client::builder().build_with(platform.builder_of("me").build().unwrap());
    let start = tokio::time::Instant::now();
    let error = client.stream(log("app_1")).retry(None).open().run().await.unwrap_err();
    assert_eq!(start.elapsed().as_secs(), 5);
    assert_eq!(error.kind(), ErrorKind::TimedOut);
}

#[tokio::test(start_paused = true)]
async fn retries_of_a_stream_leave_those_of_the_client_as_they_are() {
    let platform = Platform::slow(|_, _| over(SECOND));
    let transport = platform.builder_of("me").build().unwrap();
    let builder = Client::builder().streams(|settings| {
        settings.retry = Some(Retry::new().initial(SECOND).cap(7 * SECOND).max(9));
    });
    let client = builder.build_with(transport);
    let mut retry = None;
    let call = client.stream(log("app_1")).retry(Retry::at_most(5));
    let _ = call.settings(|settings| retry = settings.retry.clone());
    let defaults = cc_client::stream::settings_of(&Defaults::default()).retry.unwrap();
    assert_eq!(retry, Some(Retry::at_most(5).initial(SECOND).cap(7 * SECOND).or(&defaults)));
}

#[test]
fn a_stream_waits_for_the_heartbeat_that_the_spec_gives_its_operation() {
    let heartbeat = |builder: cc_client::ClientBuilder| {
        let mut heartbeat = None;
        let call = builder.build().unwrap().stream(log("app_1"));
        let _ = call.settings(|settings| heartbeat = settings.heartbeat);
        heartbeat
    };
    let interval = Duration::from_millis(StreamApplicationLogs::HEARTBEAT_MS);
    let margin = Defaults::default().streams.heartbeat_margin;
    assert_eq!(heartbeat(Client::builder()), Some(interval + margin));
    for set in [None, Some(SECOND)] {
        assert_eq!(heartbeat(Client::builder().streams(|settings| settings.heartbeat = set)), set);
    }
}

#[tokio::test(start_paused = true)]
async fn a_stream_has_headers_and_a_debug_log_of_its_own() {
    let sent = Arc::new(std::sync::Mutex::new(Vec::new()));
    let seen = Arc::clone(&sent);
    let platform = Platform::slow(move |_, request| {
        seen.lock().unwrap().push(request.headers().contains_key("x-request-id"));
        over(Duration::ZERO)
    });
    let client = Client::builder().build_with(platform.builder_of("me").build().unwrap());
    let logged = Arc::new(std::sync::Mutex::new(Vec::new()));
    let written = Arc::clone(&logged);
    let subscriber = tracing_subscriber::fmt()
        .with_writer(move || Written(Arc::clone(&written)))
        .with_ansi(false)
        .finish();
    let guard = tracing::subscriber::set_default(subscriber);
    client.stream(log("app_1")).header("x-request-id", "one").debug(true).open().run().await.unwrap();
    client.stream(log("app_2")).open().run().await.unwrap();
    drop(guard);
    assert_eq!(*sent.lock().unwrap(), [true, false]);
    let logged = String::from_utf8(logged.lock().unwrap().clone()).unwrap();
    assert!(logged.contains("app_1") && !logged.contains("app_2"), "{logged}");
}

struct Written(Arc<std::sync::Mutex<Vec<u8>>>);

impl std::io::Write for Written {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}
