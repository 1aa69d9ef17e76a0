//! The requests of a recording, sent to a sandbox.

use std::collections::BTreeMap;
use std::time::Duration;

use bytes::Bytes;
use futures_util::FutureExt;
use http::header::{AUTHORIZATION, CONTENT_TYPE};
use http::{HeaderName, HeaderValue, Request};
use http_body_util::BodyExt;
use jiff::Timestamp;
use percent_encoding::percent_decode_str;
use serde_json::Value;

use super::differ::Differ;
use super::names::Names;
use super::report::{ComparedOperation, Comparison, DifferenceKind, Found};
use crate::engine::body::Body;
use crate::engine::clock::after;
use crate::engine::table::{Operation, Place as Location, Table};
use crate::identity::MAIN;
use crate::record::conceal::encoded;
use crate::record::events;
use crate::record::format::{Answered, Asked, Content, Event, Exchange, Recording, http_date};
use crate::record::place::Place;
use crate::sandbox::Sandbox;

/// Longest time of the sandbox for which a stream is awaited, beyond that of the recording.
const PATIENCE: u64 = 600;

/// Header with the password of the user, of which a recording says only that it was there.
const PASSWORD: &str = "x-clever-password";

/// Answer of the sandbox.
struct Own {
    status: u16,
    media: String,
    body: OwnBody,
}

enum OwnBody {
    Bytes(Bytes),
    Events(Vec<Event>),
}

impl Recording {
    /// Returns the time at which the recording started, by the clock of the server.
    #[must_use]
    pub fn start(&self) -> Option<Timestamp> {
        http_date(self.header.date.as_deref()?)
    }

    /// Sends the recorded requests to a sandbox, in their order, and compares the answers: their status, the code of an error, the
    /// fields of JSON, the types of their values, the order of items that are in both answers, and the kinds of events. Values,
    /// such as dates, counters and texts, are not compared.
    ///
    /// Ids in requests become those of the sandbox: answers show which ids stand for the same resource. For a resource that
    /// was there before the recording, the sandbox uses one of its own of the same kind. The clock of the sandbox is moved as
    /// time passed in the recording; best, nothing else moves it ([`Pace::Manual`](crate::Pace::Manual)).
    ///
    /// ```
    /// use cc_sandbox::{Pace, Recording, Sandbox};
    ///
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let recording = Recording::from_json_lines(
    ///     r#"{"recording":1,"spec":"","upstream":"platform"}
    /// {"at":0,"request":{"method":"GET","path":"/v2/self"},"answer":{"after":9,"status":418}}
    /// "#,
    /// )?;
    /// let sandbox = Sandbox::builder().pace(Pace::Manual).strict(false).in_memory();
    /// let comparison = recording.compare(&sandbox).await;
    /// assert_eq!(comparison.percent, 0);
    /// assert!(comparison.to_string().contains("status: recorded 418, sandbox 200"));
    /// # Ok(()) }
    /// ```
    pub async fn compare(&self, sandbox: &Sandbox) -> Comparison {
        let table = std::sync::Arc::clone(&sandbox.engine.table);
        let mut run = Run {
            sandbox,
            table: &table,
            names: Names::new(sandbox.ids()),
            operations: BTreeMap::new(),
            is_sample: false,
        };
        let (base, first) = (sandbox.now(), self.start());
        for exchange in &self.exchanges {
            let passed = passed(exchange, first);
            let behind = after(base, passed).duration_since(sandbox.now());
            if let Ok(behind) = Duration::try_from(behind)
                && !behind.is_zero()
            {
                sandbox.advance(behind);
            }
            run.exchange(exchange).await;
        }
        Comparison::new(run.operations.into_values().collect())
    }
}

/// Time of an exchange since the first one, by the clock of the server where answers have dates.
fn passed(exchange: &Exchange, first: Option<Timestamp>) -> Duration {
    let own = exchange.answer.as_ref().and_then(|answer| http_date(answer.headers.get("date")?));
    match own.zip(first) {
        Some((own, first)) => Duration::try_from(own.duration_since(first)).unwrap_or_default(),
        None => Duration::from_millis(exchange.at),
    }
}

struct Run<'a> {
    sandbox: &'a Sandbox,
    table: &'a Table,
    names: Names,
    operations: BTreeMap<String, ComparedOperation>,
    /// `true` if the last answer was a sample.
    is_sample: bool,
}

impl Run<'_> {
    async fn exchange(&mut self, exchange: &Exchange) {
        let Exchange { request, answer, .. } = exchange;
        let shown = format!("{} {}", request.method, request.path);
        let path = request.path.split('?').next().unwrap_or_default();
        let table = self.table;
        let found = table.router().find(&request.method, path);
        let operation = found.map(|found| &table.operations[found.operation]);
        let name = operation.map_or_else(|| format!("{} {path}", request.method), |own| own.id.clone());
        let result = match (answer, self.request(operation, request)) {
            (None, _) => Err("the connection failed when it was recorded"),
            (_, Err(reason)) => Err(reason),
            (Some(answer), Ok(asked)) => self.compared(operation, request, answer, asked).await,
        };
        let row = self.operations.entry(name).or_insert_with_key(|name| ComparedOperation::new(name));
        match result {
            Ok(found) => {
                row.is_sample |= self.is_sample;
                row.add(&shown, found);
            }
            Err(reason) => *row.skipped.entry(reason.to_owned()).or_default() += 1,
        }
    }

    /// Sends a request and compares its answer, or says why that makes no sense.
    async fn compared(
        &mut self,
        operation: Option<&Operation>,
        request: &Asked,
        answer: &Answered,
        asked: Request<Bytes>,
    ) -> Result<Vec<Found>, &'static str> {
        let mut asked = asked;
        if answer.status == 401 {
            asked.headers_mut().remove(AUTHORIZATION);
        }
        let Ok(own) = self.sandbox.handle(asked).await else { return Err("the sandbox cut the connection") };
        self.is_sample = own.headers().get("x-sandbox").is_some_and(|mark| mark == "sample");
        let own = self.read(own, answer).await.ok_or("the sandbox cut the connection")?;
        let is_refused = (400..404).contains(&own.status) && answer.status < 400;
        if is_refused && holds_a_secret(request) {
            return Err("the request needs a secret, which a recording does not hold");
        }
        let mut differ = Differ::new(&self.names);
        if answer.status == own.status {
            let schema =
                operation.filter(|_| answer.status < 300).and_then(|own| own.success.schema.as_ref());
            let place = Place::of(self.table, schema);
            bodies(&mut differ, &place, answer, &own);
        } else {
            let found = Found::new(DifferenceKind::Status, "");
            differ.found.push(found.of(answer.status, own.status));
        }
        let Differ { found, learned, .. } = differ;
        let is_change = !matches!(request.method.as_str(), "GET" | "HEAD");
        for (recorded, own) in learned {
            self.names.learn(&recorded, &own, is_change);
        }
        Ok(found)
    }

    /// The request with the names of the sandbox.
    fn request(
        &mut self,
        operation: Option<&Operation>,
        asked: &Asked,
    ) -> Result<Request<Bytes>, &'static str> {
        const UNKNOWN: &str = "the request names a resource that no answer of the sandbox showed";
        let (path, query) = asked.path.split_once('?').unwrap_or((&asked.path, ""));
        let table = self.table;
        let segments: Option<Vec<String>> = match table.router().pieces(&asked.method, path) {
            Some((index, segments)) => segments
                .into_iter()
                .map(|pieces| {
                    let pieces = pieces.into_iter().map(|(name, text)| match name {
                        Some(name) => {
                            let place = parameter(table, &table.operations[index], Location::Path, name);
                            self.names.asked(&place, &text)
                        }
                        None => Some(text),
                    });
                    Some(encoded(&pieces.collect::<Option<String>>()?))
                })
                .collect(),
            None => Some(
                path.split('/')
                    .map(|text| encoded(self.names.of(&percent_decode_str(text).decode_utf8_lossy())))
                    .collect(),
            ),
        };
        let mut target = segments.ok_or(UNKNOWN)?.join("/");
        let pairs: Vec<(String, String)> = form_urlencoded::parse(query.as_bytes())
            .into_owned()
            .map(|(name, text)| {
                let place = operation.map_or_else(
                    || Place::unknown(table),
                    |operation| parameter(table, operation, Location::Query, &name),
                );
                let own = self.names.asked(&place, &text).unwrap_or(text);
                (name, own)
            })
            .collect();
        if !pairs.is_empty() {
            target.push('?');
            target += &form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
        }
        let (media, body) = self.body(operation, asked)?;
        let mut request = Request::builder().method(asked.method.as_str()).uri(target);
        let identity = self.sandbox.identity(MAIN);
        for (name, value) in &asked.headers {
            let value = if name == PASSWORD { identity.password.as_str() } else { self.names.of(value) };
            if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::try_from(value)) {
                request = request.header(name, value);
            }
        }
        let token = format!("Bearer {}", identity.credentials.api_token);
        request = request.header(AUTHORIZATION, token);
        let mut request = request.body(body).map_err(|_| "the request is not valid")?;
        if let Some(media) = media
            && !request.headers().contains_key(CONTENT_TYPE)
        {
            request.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(media));
        }
        Ok(request)
    }

    fn body(
        &mut self,
        operation: Option<&Operation>,
        asked: &Asked,
    ) -> Result<(Option<&'static str>, Bytes), &'static str> {
        let schema =
            operation.and_then(|operation| operation.request.as_ref()).map(|request| &request.schema);
        let place = Place::of(self.table, schema);
        Ok(match &asked.body {
            None => (None, Bytes::new()),
            Some(Content::Json(value)) => {
                let mut value = value.clone();
                self.named(&place, &mut value);
                (Some("application/json"), value.to_string().into())
            }
            Some(Content::Form(pairs)) => {
                let pairs = pairs.iter().map(|(name, text)| (name.as_str(), self.names.of(text)));
                let form = form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
                (Some("application/x-www-form-urlencoded"), form.into())
            }
            Some(Content::Text(text)) => (Some("text/plain"), self.names.of(text).to_owned().into()),
            Some(Content::Binary(size)) => {
                (None, vec![0; usize::try_from((*size).min(1 << 20)).unwrap_or_default()].into())
            }
            Some(Content::Omitted(_) | Content::Events(_)) => {
                return Err("the body of the request is not recorded");
            }
        })
    }

    /// Gives the texts of a body the names of the sandbox.
    fn named(&mut self, place: &Place<'_>, value: &mut Value) {
        match value {
            Value::String(text) => {
                if let Some(own) = self.names.asked(place, text) {
                    *text = own;
                }
            }
            Value::Array(items) => {
                let place = place.items();
                items.iter_mut().for_each(|item| self.named(&place, item));
            }
            Value::Object(fields) => {
                for (key, value) in fields {
                    let part =
                        place.property(key).or_else(|| place.values()).unwrap_or_else(|| place.nothing());
                    self.named(&part, value);
                }
            }
            _ => {}
        }
    }

    async fn read(&self, answer: http::Response<Body>, recorded: &Answered) -> Option<Own> {
        let status = answer.status().as_u16();
        let media =
            answer.headers().get(CONTENT_TYPE).and_then(|media| media.to_str().ok()).unwrap_or_default();
        let media = essence(media);
        let body = match &recorded.body {
            Some(Content::Events(events)) if media == "text/event-stream" => {
                let wanted = events.list.iter().filter(|event| is_of_the_subject(event)).count();
                let time = events.list.last().map_or(0, |event| event.after / 1_000);
                OwnBody::Events(self.events(answer.into_body(), wanted, time).await)
            }
            _ if media == "text/event-stream" => OwnBody::Events(Vec::new()),
            _ => OwnBody::Bytes(answer.into_body().collect().await.ok()?.to_bytes()),
        };
        Some(Own { status, media, body })
    }

    /// Reads as many events as were recorded, while the time of the sandbox passes.
    async fn events(&self, mut body: Body, wanted: usize, seconds: u64) -> Vec<Event> {
        let mut chunks = Vec::new();
        for _ in 0..seconds.saturating_add(PATIENCE).min(3_600) {
            while let Some(frame) = body.frame().now_or_never() {
                match frame {
                    Some(Ok(frame)) => {
                        chunks.extend(frame.into_data().ok().map(|data| (Duration::ZERO, data)))
                    }
                    Some(Err(_)) | None => return events::read(&chunks),
                }
            }
            let read = events::read(&chunks);
            if read.iter().filter(|event| is_of_the_subject(event)).count() >= wanted {
                return read;
            }
            self.sandbox.advance(Duration::from_secs(1));
            tokio::task::yield_now().await;
        }
        events::read(&chunks)
    }
}

fn parameter<'a>(table: &'a Table, operation: &'a Operation, location: Location, name: &str) -> Place<'a> {
    let mut parameters = operation.parameters.iter();
    let found = parameters.find(|parameter| parameter.place == location && parameter.name == name);
    Place::of(table, found.map(|parameter| &parameter.schema))
}

fn essence(media: &str) -> String {
    media.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

/// Returns `false` for events that every stream has.
fn is_of_the_subject(event: &Event) -> bool {
    !matches!(event.event.as_deref(), Some("HEARTBEAT" | "END_OF_STREAM"))
}

/// Returns `true` if a secret was replaced in a request.
fn holds_a_secret(request: &Asked) -> bool {
    let is_in_body = match &request.body {
        Some(Content::Json(value)) => value.to_string().contains("***"),
        Some(Content::Form(pairs)) => pairs.iter().any(|(_, text)| text.contains("***")),
        Some(Content::Text(text)) => text.contains("***"),
        _ => false,
    };
    is_in_body || request.path.contains("***") || request.path.contains("%2A%2A%2A")
}

/// Compares two bodies of answers with the same status.
fn bodies(differ: &mut Differ<'_>, place: &Place<'_>, recorded: &Answered, own: &Own) {
    let is_error = recorded.status >= 400;
    match (&recorded.body, &own.body) {
        (Some(Content::Omitted(_)), _) => {}
        (Some(Content::Json(recorded)), OwnBody::Bytes(bytes)) => {
            match serde_json::from_slice::<Value>(bytes) {
                Ok(value) => {
                    if is_error {
                        codes(differ, recorded, &value);
                    }
                    differ.values(place, "", recorded, &value, is_error);
                }
                Err(_) => content(differ, "JSON", own),
            }
        }
        (Some(Content::Events(recorded)), OwnBody::Events(events)) => {
            streams(differ, place, &recorded.list, events)
        }
        (Some(Content::Form(recorded)), OwnBody::Bytes(bytes))
            if own.media == "application/x-www-form-urlencoded" =>
        {
            let fields = |pairs: Vec<(String, String)>| {
                Value::Object(pairs.into_iter().map(|(name, text)| (name, text.into())).collect())
            };
            let own = fields(form_urlencoded::parse(bytes).into_owned().collect());
            differ.values(place, "", &fields(recorded.clone()), &own, true);
        }
        (Some(Content::Text(_) | Content::Binary(_)), OwnBody::Bytes(bytes)) if !bytes.is_empty() => {
            let media = recorded.headers.get("content-type").map(|media| essence(media)).unwrap_or_default();
            if media != own.media {
                content(differ, &media, own);
            }
        }
        (None, OwnBody::Bytes(bytes)) if bytes.is_empty() => {}
        (Some(Content::Json(_)), _) => content(differ, "JSON", own),
        (Some(Content::Events(_)), _) => content(differ, "events", own),
        (Some(Content::Form(_)), _) => content(differ, "a form", own),
        (Some(Content::Text(_)), _) => content(differ, "text", own),
        (Some(Content::Binary(_)), _) => content(differ, "bytes", own),
        (None, _) => content(differ, "nothing", own),
    }
}

fn content(differ: &mut Differ<'_>, recorded: &str, own: &Own) {
    let shown = match &own.body {
        OwnBody::Bytes(bytes) if bytes.is_empty() => "nothing",
        OwnBody::Events(_) => "events",
        OwnBody::Bytes(_) if own.media == "application/json" => "JSON",
        OwnBody::Bytes(_) => &own.media,
    };
    differ.found.push(Found::new(DifferenceKind::Content, "").of(recorded, shown));
}

/// Compares the codes of two errors: the number of v2, or the name of v4.
fn codes(differ: &mut Differ<'_>, recorded: &Value, own: &Value) {
    for field in ["id", "code"] {
        let is_code =
            recorded[field].is_number() || recorded[field].as_str().is_some_and(|code| code.contains('.'));
        if is_code && own.get(field).is_some() && recorded[field] != own[field] {
            let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            let found = Found::new(DifferenceKind::Code, field);
            differ.found.push(found.of(text(&recorded[field]), text(&own[field])));
        }
    }
}

/// Compares the first event of each name.
fn streams(differ: &mut Differ<'_>, place: &Place<'_>, recorded: &[Event], own: &[Event]) {
    let mut seen: Vec<Option<&str>> = Vec::new();
    for event in recorded.iter().filter(|event| is_of_the_subject(event)) {
        let name = event.event.as_deref();
        if seen.contains(&name) {
            continue;
        }
        seen.push(name);
        let path = name.unwrap_or("message");
        match own.iter().find(|own| own.event.as_deref() == name) {
            None => differ.found.push(Found::new(DifferenceKind::Missing, path)),
            Some(own) => match (&event.data, &own.data) {
                (Some(recorded), Some(own)) => differ.values(place, path, recorded, own, false),
                (None, None) => {}
                (Some(_), None) => {
                    differ.found.push(Found::new(DifferenceKind::Type, path).of("JSON", "text"))
                }
                (None, Some(_)) => {
                    differ.found.push(Found::new(DifferenceKind::Type, path).of("text", "JSON"))
                }
            },
        }
    }
}
