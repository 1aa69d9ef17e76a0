//! Spans of commands and streams, and the events of streams that an observer receives.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use cc_client::commands::deployment::DeployAndWait;
use cc_client::commands::log::StreamApplicationRuntimeLog;
use cc_client::runtime::transport::HttpResponse;
use cc_client::runtime::transport::observe::{Observer, StreamChange};
use cc_client::{Client, Credentials};
use cc_sandbox::{Pace, Sandbox};
use cc_trials::memory;

use crate::spans::{Seen, Spans};
use crate::support::{Platform, Reply};

/// Writes down the changes of streams.
#[derive(Debug, Clone, Default)]
struct Changes(Arc<Mutex<Vec<String>>>);

impl Observer for Changes {
    fn on_stream(&self, change: &StreamChange<'_>) {
        self.0.lock().unwrap().push(format!("{} {:?}", change.stream, change.kind));
    }
}

impl Changes {
    /// The changes, of which the waits before a retry are random.
    fn take(&self) -> Vec<String> {
        let changes = std::mem::take(&mut *self.0.lock().unwrap());
        let shown = |change: String| match change.split_once(" { delay") {
            Some((before, _)) => before.to_owned(),
            None => change,
        };
        changes.into_iter().map(shown).collect()
    }
}

fn events(text: &'static str) -> Reply {
    Box::pin(async move {
        let mut answer = HttpResponse::new(cc_runtime::Body::from(text));
        answer.headers_mut().insert("content-type", "text/event-stream".parse().unwrap());
        Ok(answer)
    })
}

fn client(platform: &Platform, changes: &Changes) -> Client {
    let transport = platform.builder_of("me").observer(changes.clone()).build().unwrap();
    Client::builder().build_with(transport)
}

fn log() -> StreamApplicationRuntimeLog {
    StreamApplicationRuntimeLog::new("app_1").owner_id("orga_1")
}

const LINE: &str = "event: APPLICATION_LOG\nid: 1\ndata: {\"id\":\"1\",\"date\":\"2026-11-28T12:00:00.000Z\",\"message\":\"hello\"}\n\n";
const END: &str = "event: END_OF_STREAM\ndata: {\"endedBy\":\"UNTIL_REACHED\"}\n\n";

#[tokio::test(start_paused = true)]
async fn a_stream_is_an_internal_span_around_a_client_span_for_each_connection() {
    let platform = Platform::slow(|count, _| events(if count == 0 { LINE } else { END }));
    let changes = Changes::default();
    let (spans, guard) = Spans::listen();
    client(&platform, &changes).stream(log()).open().run().await.unwrap();
    drop(guard);
    let all = spans.all();
    let names: Vec<_> =
        all.iter().map(|span| (span.get("otel.kind").unwrap(), span.parent.as_deref())).collect();
    let name = "StreamApplicationRuntimeLog";
    assert_eq!(names, [("internal", None), ("client", Some(name)), ("client", Some(name))], "{all:#?}");
    assert_eq!((all[0].name(), all[0].get("cc.command")), (name, Some(name)));
    assert_eq!(all[0].get("error.type"), None);
    assert!(all.iter().all(|span| span.closed), "{all:#?}");
    // Each connection is a request of its own, not a retry of one call.
    assert!(all[1..].iter().all(|span| span.get("http.request.resend_count").is_none()));
    let changes = changes.take();
    let changes: Vec<_> = changes.iter().map(|change| change.strip_prefix(name).unwrap().trim()).collect();
    assert_eq!(changes, ["Opened", "Event", "Retrying", "Reconnected", "Gap", "Closed { error_type: None }"]);
}

#[tokio::test(start_paused = true)]
async fn a_stream_that_fails_or_is_dropped_is_closed_for_the_observer() {
    let refusing = Platform::new(|_, _| (403, "{}".to_owned()));
    let changes = Changes::default();
    let (spans, _guard) = Spans::listen();
    client(&refusing, &changes).stream(log()).open().run().await.unwrap_err();
    assert_eq!(changes.take(), ["StreamApplicationRuntimeLog Closed { error_type: Some(\"403\") }"]);
    let stream = &spans.all()[0];
    assert_eq!((stream.get("error.type"), stream.get("otel.status_code")), (Some("403"), Some("ERROR")));
    drop(client(&refusing, &changes).stream(log()).open());
    assert_eq!(changes.take(), ["StreamApplicationRuntimeLog Closed { error_type: None }"]);
}

#[tokio::test(start_paused = true)]
async fn a_deployment_that_is_followed_is_one_internal_span() {
    let sandbox = Arc::new(Sandbox::builder().pace(Pace::Speed(1.0)).in_memory());
    let client = memory::client(&sandbox);
    let (spans, _guard) = Spans::listen();
    let command = DeployAndWait::new(sandbox.ids().application, Duration::from_secs(600));
    client.deploy_and_wait(command).lines(|_| {}).await.unwrap();
    let all = spans.all();
    let internal: Vec<_> = all.iter().filter(|span| !span.is_client()).map(Seen::name).collect();
    assert_eq!(internal.iter().filter(|name| **name == "DeployAndWait").count(), 1, "{internal:?}");
    assert!(all[1..].iter().all(|span| span.parent.is_some()), "{all:#?}");
    assert!(all.iter().all(|span| span.closed), "{all:#?}");
}

#[tokio::test]
async fn the_user_agent_names_the_program_before_the_client() {
    let (agents, builder) = (Arc::new(Mutex::new(Vec::new())), Client::builder());
    let seen = agents.clone();
    let service = tower::service_fn(move |request: cc_client::runtime::transport::HttpRequest| {
        let agent = request.headers()["user-agent"].to_str().unwrap().to_owned();
        seen.lock().unwrap().push(agent);
        std::future::ready(Ok::<_, cc_client::Error>(HttpResponse::new(cc_runtime::Body::from("[]"))))
    });
    let builder = builder.credentials(Credentials::api_token("plainly-fake"));
    let builder = builder.configure(|transport| transport.http_service(service));
    let client = builder.user_agent("app/3.4").user_agent("lib/1.2").build().unwrap();
    client.send(cc_client::commands::zone::ListZone::new()).await.unwrap();
    let version = env!("CARGO_PKG_VERSION");
    let all = format!("lib/1.2 app/3.4 cc-client/{version} cc-runtime/{version}");
    assert_eq!(*agents.lock().unwrap(), [all]);
}
