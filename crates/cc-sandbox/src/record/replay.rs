//! Answers from a recording.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use futures_util::stream;
use http::header::CONTENT_TYPE;
use http::request::Parts;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use percent_encoding::percent_decode_str;
use serde_json::Value;

use super::conceal::encoded;
use super::format::{Answered, Asked, Content, Event, Events, Recording};
use crate::engine::body::{self, Body};
use crate::engine::clock::{Clock, after};
use crate::engine::reply::Refusal;
use crate::refusals;
use crate::stream::HEARTBEAT;

/// Number of recorded requests that a refusal names.
const NAMED: usize = 5;
/// Largest body of zeros in the place of a binary one.
const ZEROS: u64 = 16 << 20;

/// A recording that answers requests.
#[derive(Debug)]
pub(crate) struct Replay {
    /// Requests with their answers, by method and path, in recorded order.
    exchanges: BTreeMap<Target, Vec<(Asked, Answered)>>,
    /// Number of times that each group of requests was answered: by its target, whether the bodies are equal, and its first exchange.
    answered: Mutex<HashMap<(Target, bool, usize), usize>>,
}

/// Method and path, and the pairs of the query in the order of their names.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
struct Target {
    path: String,
    method: String,
    query: Vec<(String, String)>,
}

impl Target {
    /// All forms of one path and one query are one target.
    fn new(method: &str, path_and_query: &str) -> Self {
        let (path, query) = path_and_query.split_once('?').unwrap_or((path_and_query, ""));
        let segments = path.split('/').map(|text| encoded(&percent_decode_str(text).decode_utf8_lossy()));
        let pairs = form_urlencoded::parse(query.as_bytes()).into_owned();
        let mut query: Vec<(String, String)> = pairs.filter(|(name, _)| name != "authorization").collect();
        query.sort();
        Self { path: segments.collect::<Vec<_>>().join("/"), method: method.to_owned(), query }
    }

    fn shown(&self) -> String {
        let Self { method, path, query } = self;
        if query.is_empty() {
            return format!("{method} {path}");
        }
        let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(query).finish();
        format!("{method} {path}?{query}")
    }
}

/// An answer of a recording.
pub(crate) struct Replayed {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) content: Replaying,
}

/// The body of an answer of a recording.
pub(crate) enum Replaying {
    Bytes(Bytes),
    Stream(Body),
}

impl Replay {
    pub(crate) fn new(recording: Recording) -> Self {
        let mut exchanges: BTreeMap<Target, Vec<(Asked, Answered)>> = BTreeMap::new();
        for exchange in recording.exchanges {
            // A connection that failed is no answer.
            if let Some(answer) = exchange.answer {
                let target = Target::new(&exchange.request.method, &exchange.request.path);
                exchanges.entry(target).or_default().push((exchange.request, answer));
            }
        }
        Self { exchanges, answered: Mutex::default() }
    }

    /// The next answer to a request, or the last one again.
    pub(crate) fn answer(
        &self,
        parts: &Parts,
        body: &Bytes,
        clock: &Arc<Clock>,
    ) -> Result<Replayed, Refusal> {
        let target = parts.uri.path_and_query().map_or("/", |target| target.as_str());
        let target = Target::new(parts.method.as_str(), target);
        let Some(recorded) = self.exchanges.get(&target) else { return Err(self.unknown(&target)) };
        let media = parts.headers.get(CONTENT_TYPE).and_then(|media| media.to_str().ok());
        let body = content(media, body);
        let mut equal = matching(recorded, |asked| asked.body == body);
        let is_equal = !equal.is_empty();
        if !is_equal {
            equal = matching(recorded, |asked| is_alike(&asked.body, &body));
        }
        let Some(first) = equal.first() else {
            let message =
                format!("{} is recorded {} times, each with another body", target.shown(), recorded.len());
            return Err(not_recorded(message));
        };
        let mut answered = self.answered.lock().unwrap_or_else(PoisonError::into_inner);
        let count = answered.entry((target.clone(), is_equal, *first)).or_default();
        let index = equal[(*count).min(equal.len() - 1)];
        *count += 1;
        drop(answered);
        let resumed = parts.headers.get("last-event-id").and_then(|id| id.to_str().ok());
        replayed(&recorded[index].1, resumed, clock).ok_or_else(|| {
            not_recorded(format!("the body of the answer to {} is not recorded", target.shown()))
        })
    }

    /// The refusal of a request that is not recorded: it names recorded ones that are near.
    fn unknown(&self, target: &Target) -> Refusal {
        let same_path = self.exchanges.keys().filter(|known| known.path == target.path);
        let mut known: Vec<&Target> = same_path.collect();
        let mut about = "this path is recorded as";
        if known.is_empty() {
            let mut near: Vec<(usize, &Target)> =
                self.exchanges.keys().map(|known| (common(&known.path, &target.path), known)).collect();
            // Stable, so that the order of the paths stays among equals.
            near.sort_by_key(|(common, _)| std::cmp::Reverse(*common));
            known = near.into_iter().map(|(_, known)| known).collect();
            about = "the recording holds";
        }
        let more = known.len().saturating_sub(NAMED);
        let named: Vec<String> = known.iter().take(NAMED).map(|known| known.shown()).collect();
        let named = if named.is_empty() { "nothing".to_owned() } else { named.join(", ") };
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        not_recorded(format!("{} is not recorded: {about} {named}{more}", target.shown()))
    }
}

fn not_recorded(message: String) -> Refusal {
    Refusal::of(&refusals::NOT_RECORDED, message)
}

/// Number of segments at the start that two paths have in common.
fn common(one: &str, other: &str) -> usize {
    one.split('/').zip(other.split('/')).take_while(|(one, other)| one == other).count()
}

fn matching(recorded: &[(Asked, Answered)], is_equal: impl Fn(&Asked) -> bool) -> Vec<usize> {
    recorded.iter().enumerate().filter(|(_, (asked, _))| is_equal(asked)).map(|(index, _)| index).collect()
}

/// The body of a request as a recording has it, with its texts as they are.
fn content(media: Option<&str>, body: &Bytes) -> Option<Content> {
    if body.is_empty() {
        return None;
    }
    let essence = media.unwrap_or_default().split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    if essence == "application/x-www-form-urlencoded" {
        return Some(Content::Form(form_urlencoded::parse(body).into_owned().collect()));
    }
    match (serde_json::from_slice(body), std::str::from_utf8(body)) {
        (Ok(json), _) => Some(Content::Json(json)),
        (Err(_), Ok(text)) => Some(Content::Text(text.to_owned())),
        (Err(_), Err(_)) => Some(Content::Binary(body.len() as u64)),
    }
}

/// Returns `true` if two bodies have the same fields with values of the same types: the texts of a recording are replaced, so that
/// a client that sends its own texts sends others.
fn is_alike(one: &Option<Content>, other: &Option<Content>) -> bool {
    match (one, other) {
        (None, None) => true,
        (Some(Content::Json(one)), Some(Content::Json(other))) => has_structure(one, other),
        (Some(Content::Form(one)), Some(Content::Form(other))) => {
            one.iter().map(|(name, _)| name).eq(other.iter().map(|(name, _)| name))
        }
        (Some(Content::Omitted(_)), Some(_)) => true,
        (Some(one), Some(other)) => std::mem::discriminant(one) == std::mem::discriminant(other),
        _ => false,
    }
}

fn has_structure(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::Object(one), Value::Object(other)) => {
            let is_in = |(name, value): (&String, &Value)| {
                other.get(name).is_some_and(|other| has_structure(value, other))
            };
            // Keys of maps are replaced, names of fields are not: the number of fields has to do for maps.
            one.len() == other.len()
                && (one.iter().all(is_in)
                    || one.values().zip(other.values()).all(|(a, b)| has_structure(a, b)))
        }
        (Value::Array(one), Value::Array(other)) => {
            one.len() == other.len() && one.iter().zip(other).all(|(one, other)| has_structure(one, other))
        }
        (one, other) => std::mem::discriminant(one) == std::mem::discriminant(other),
    }
}

/// The answer, or none if its body was too large to be recorded.
fn replayed(answer: &Answered, resumed: Option<&str>, clock: &Arc<Clock>) -> Option<Replayed> {
    let mut headers = HeaderMap::new();
    for (name, value) in &answer.headers {
        if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::try_from(value)) {
            headers.insert(name, value);
        }
    }
    headers.insert("x-sandbox", HeaderValue::from_static("replay"));
    let content = match &answer.body {
        None => Replaying::Bytes(Bytes::new()),
        Some(Content::Json(value)) => Replaying::Bytes(value.to_string().into()),
        Some(Content::Form(pairs)) => {
            let form = form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
            Replaying::Bytes(form.into())
        }
        Some(Content::Text(text)) => Replaying::Bytes(text.clone().into()),
        Some(Content::Binary(size)) => {
            Replaying::Bytes(vec![0; usize::try_from((*size).min(ZEROS)).unwrap_or_default()].into())
        }
        Some(Content::Events(events)) => Replaying::Stream(streamed(events, resumed, clock)),
        Some(Content::Omitted(_)) => return None,
    };
    // Read from a file, it may be anything.
    let status = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    Some(Replayed { status, headers, content })
}

/// The events at their times, by the clock of the sandbox, after the one that a client has seen last. Heartbeats show that the
/// connection is alive, so that they come in real time, as in any stream of the sandbox.
fn streamed(events: &Events, resumed: Option<&str>, clock: &Arc<Clock>) -> Body {
    let seen = resumed.and_then(|id| events.list.iter().position(|event| event.id.as_deref() == Some(id)));
    let from = seen.map_or(0, |seen| seen + 1);
    let passed = seen.map_or(0, |seen| events.list[seen].after);
    let left: VecDeque<Event> =
        events.list[from..].iter().filter(|event| !is_heartbeat(event)).cloned().collect();
    let beat = events.list.iter().find(|event| is_heartbeat(event)).map(written);
    let (clock, start, ended) = (Arc::clone(clock), clock.now(), events.ended);
    body::streamed(stream::unfold((left, true), move |(mut left, is_first)| {
        let (clock, beat) = (Arc::clone(&clock), beat.clone());
        async move {
            let due = async {
                match left.front() {
                    Some(event) => {
                        let time = Duration::from_millis(event.after.saturating_sub(passed));
                        clock.sleep_until(after(start, time)).await;
                    }
                    // The recording ended before the stream did.
                    None if !ended => std::future::pending().await,
                    None => {}
                }
            };
            let Some(beat) = beat else {
                due.await;
                return left.pop_front().map(|event| (Ok(written(&event)), (left, false)));
            };
            // The first heartbeat comes with the head of the answer.
            let pause = if is_first { Duration::ZERO } else { HEARTBEAT };
            let came = tokio::time::timeout(pause, due).await;
            match came {
                Ok(()) => left.pop_front().map(|event| (Ok(written(&event)), (left, false))),
                Err(_) => Some((Ok(beat), (left, false))),
            }
        }
    }))
}

fn is_heartbeat(event: &Event) -> bool {
    event.event.as_deref() == Some("HEARTBEAT")
}

/// An event as bytes.
fn written(event: &Event) -> Bytes {
    let mut text = String::new();
    let retry = event.retry.map(|retry| retry.to_string());
    for (field, value) in [("id", &event.id), ("event", &event.event), ("retry", &retry)] {
        if let Some(value) = value {
            text += &format!("{field}: {value}\n");
        }
    }
    let data = event.data.as_ref().map(Value::to_string).or_else(|| event.text.clone());
    for line in data.iter().flat_map(|data| data.lines()) {
        text += &format!("data: {line}\n");
    }
    (text + "\n").into()
}
