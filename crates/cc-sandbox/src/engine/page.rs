//! The page at `/`, which shows world, journal, clock and faults, and the events that keep it up to date.

use std::collections::VecDeque;
use std::sync::{Arc, Weak};
use std::time::Duration;

use bytes::Bytes;
use futures_util::stream;
use http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use http::{HeaderValue, Response};
use serde_json::{Value, json};
use tokio::sync::watch;

use super::Engine;
use super::body::{self, Body};
use super::clock::Pace;
use crate::stream::wire;

const PAGE: &str = include_str!("page.html");

/// What the page may load: itself, and the routes of this server.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; connect-src 'self'; \
                      img-src data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// Number of requests, of resources of a kind and of violations that are shown.
const SHOWN: usize = 100;
/// Interval at which the state is looked at for changes that come with time.
const LOOK: Duration = Duration::from_secs(1);
/// Shortest time between two looks.
const PAUSE: Duration = Duration::from_millis(200);
/// Number of looks without a change after which a comment is sent, so that a closed connection is noticed.
const QUIET: u32 = 15;

/// The page, with the state at this moment.
pub(super) fn page(engine: &Engine) -> Response<Body> {
    let parts = parts(engine).into_iter().map(|(name, value)| (name.to_owned(), value));
    // `<` would end the script that holds it.
    let state = Value::Object(parts.collect()).to_string().replace('<', "\\u003c");
    answer("text/html; charset=utf-8", body::whole(PAGE.replace("{{state}}", &state)))
}

/// The events: an event for each part of the state, and another one whenever it changes.
pub(super) fn events(engine: &Arc<Engine>) -> Response<Body> {
    let viewer = Viewer {
        engine: Arc::downgrade(engine),
        activity: engine.stage.activity.subscribe(),
        sent: Vec::new(),
        out: VecDeque::new(),
        quiet: 0,
    };
    let events = stream::unfold(viewer, |mut viewer| async move { Some((Ok(viewer.next().await?), viewer)) });
    answer("text/event-stream", body::streamed(events))
}

fn answer(media: &'static str, body: Body) -> Response<Body> {
    let mut answer = Response::new(body);
    for (name, value) in
        [(CONTENT_TYPE, media), (CACHE_CONTROL, "no-store"), (CONTENT_SECURITY_POLICY, POLICY)]
    {
        answer.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    answer
}

/// One open page.
struct Viewer {
    engine: Weak<Engine>,
    activity: watch::Receiver<()>,
    /// The parts as they were sent last.
    sent: Vec<String>,
    out: VecDeque<Bytes>,
    quiet: u32,
}

impl Viewer {
    async fn next(&mut self) -> Option<Bytes> {
        loop {
            if let Some(event) = self.out.pop_front() {
                return Some(event);
            }
            if !self.sent.is_empty() {
                tokio::time::sleep(PAUSE).await;
                tokio::time::timeout(LOOK - PAUSE, self.activity.changed()).await.ok();
            }
            self.activity.mark_unchanged();
            self.look()?;
        }
    }

    /// Finds what changed. `None` once the sandbox is gone.
    fn look(&mut self) -> Option<()> {
        let parts = parts(&*self.engine.upgrade()?);
        self.sent.resize(parts.len(), String::new());
        for ((name, value), sent) in parts.into_iter().zip(&mut self.sent) {
            let text = value.to_string();
            if *sent != text {
                self.out.push_back(wire::event(name, None, &value));
                *sent = text;
            }
        }
        self.quiet = if self.out.is_empty() { self.quiet + 1 } else { 0 };
        if self.quiet == QUIET {
            self.quiet = 0;
            self.out.push_back(Bytes::from_static(b":\n\n"));
        }
        Some(())
    }
}

/// The parts of the state, by the names of their events.
fn parts(engine: &Engine) -> [(&'static str, Value); 5] {
    let (kinds, due) = {
        let mut world = engine.world();
        (world.summary(SHOWN), world.scheduled(SHOWN))
    };
    let kinds = kinds.into_iter().map(|(kind, total, items)| {
        let items =
            items.into_iter().map(|[id, name, state]| json!({ "id": id, "name": name, "state": state }));
        json!({ "kind": kind, "total": total, "items": items.collect::<Value>() })
    });
    let due = due.into_iter().map(|(time, change)| json!({ "time": time.to_string(), "change": change }));
    let (total, dropped, requests) = engine.journal.latest(SHOWN);
    let requests = requests.into_iter().map(|(number, exchange)| {
        json!({
            "number": number,
            "request": format!("{} {}", exchange.method, exchange.path_and_query),
            "operation": exchange.operation,
            "status": exchange.status,
        })
    });
    let pace = match engine.clock.pace() {
        Pace::Manual | Pace::Speed(..=0.0) => "stands still until it is moved".to_owned(),
        Pace::Speed(1.0) => "as fast as real time".to_owned(),
        Pace::Speed(factor) => format!("{factor} times as fast as real time"),
    };
    let now = engine.clock.now().strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
    let violations = engine.violations.lines();
    let latest = violations.len().saturating_sub(SHOWN);
    [
        ("clock", json!({ "now": now, "pace": pace })),
        ("world", json!({ "kinds": kinds.collect::<Value>(), "due": due.collect::<Value>() })),
        ("journal", json!({ "total": total, "dropped": dropped, "requests": requests.collect::<Value>() })),
        ("faults", serde_json::to_value(engine.faults.list()).unwrap_or_default()),
        ("violations", json!(violations[latest..])),
    ]
}
