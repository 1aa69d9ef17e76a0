//! A server in memory and in virtual time, that goes wrong as its plan says.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use cc_stream::{BoxError, Connect, Continuity, Event, Format, Response, Result, Settings, connect_fn};
use futures::Stream;
use http::header::{CONTENT_TYPE, DATE, RETRY_AFTER};
use http::{HeaderValue, StatusCode};
use tokio::time::Instant;

use super::chance::Chance;
use super::plan::{Act, Ids, Plan, Resume};

/// Approximate interval of the server's heartbeats.
pub(crate) const HEARTBEAT: Duration = Duration::from_secs(2);

/// Settings for this server: silence of more than one heartbeat and a margin is noticed.
pub(crate) fn watched() -> Settings {
    let mut settings = Settings::default();
    settings.heartbeat = Some(HEARTBEAT + Duration::from_millis(500));
    settings.connect_timeout = Some(Duration::from_secs(5));
    settings
}

/// A format with the names that this server gives to its heartbeats and to the end of a stream.
pub(crate) fn signs<T>(format: Format<T>) -> Format<T> {
    let reason = |event: &Event<'_>| {
        if event.data.trim_ascii().is_empty() {
            return Ok(None);
        }
        let data: serde_json::Value = serde_json::from_str(&event.data)?;
        Ok(data["endedBy"].as_str().map(str::to_owned))
    };
    format.heartbeat("HEARTBEAT").try_end("END_OF_STREAM", reason)
}

#[derive(Debug)]
pub(crate) struct Server {
    plan: Plan,
    start: Instant,
    chance: Mutex<Chance>,
    /// A connection was opened.
    opened: AtomicBool,
    /// An id was refused.
    refused: AtomicBool,
    /// Connections asked for so far.
    pub(crate) connections: AtomicU64,
    /// Number of bodies that are not dropped yet.
    pub(crate) alive: Arc<AtomicU64>,
    /// Times at which the server fell silent.
    pub(crate) silent: Mutex<Vec<Instant>>,
}

impl Server {
    pub(crate) fn new(plan: Plan) -> Arc<Self> {
        Arc::new(Self {
            chance: Mutex::new(Chance::new(plan.seed ^ 0xABCD)),
            plan,
            start: Instant::now(),
            opened: AtomicBool::new(false),
            refused: AtomicBool::new(false),
            connections: AtomicU64::new(0),
            alive: Arc::default(),
            silent: Mutex::default(),
        })
    }

    pub(crate) fn transport(self: &Arc<Self>) -> impl Connect<Request = http::Request<()>> {
        let server = Arc::clone(self);
        connect_fn(move |request| {
            let server = Arc::clone(&server);
            async move { server.answer(&request).await }
        })
    }

    async fn answer(self: Arc<Self>, request: &http::Request<()>) -> Result<Response> {
        let connection = self.connections.fetch_add(1, Ordering::Relaxed);
        let last_id = request.headers().get("last-event-id");
        let last_id = last_id.map(|id| std::str::from_utf8(id.as_bytes()).unwrap());
        let acts = &self.plan.acts;
        let last_act = acts.last().copied().filter(|_| self.plan.for_ever);
        let act = acts.get(usize::try_from(connection).unwrap()).copied().or(last_act).unwrap_or(Act::Serve);
        match act {
            Act::Hang => {
                self.silent.lock().unwrap().push(Instant::now());
                std::future::pending().await
            }
            Act::Refuse(status) => return Ok(refusal(status)),
            Act::RefuseFor(status, seconds) => {
                return Ok(refusal(status).with_header(RETRY_AFTER, HeaderValue::from(seconds)));
            }
            Act::RefuseUntil(status, seconds, skew) => {
                let now = 1_700_000_000 + skew * 3600;
                return Ok(refusal(status)
                    .with_header(DATE, date(now))
                    .with_header(RETRY_AFTER, date(now + seconds as i64)));
            }
            Act::Page("") => return Ok(Response::new(StatusCode::OK, page())),
            Act::Page(content_type) => {
                let content_type = HeaderValue::from_static(content_type);
                return Ok(Response::new(StatusCode::OK, page()).with_header(CONTENT_TYPE, content_type));
            }
            Act::Serve | Act::CutMidEvent(_) | Act::Cut(_) | Act::Silence(_) => {}
        }
        let Some(first) = self.first(last_id) else {
            self.refused.store(true, Ordering::Relaxed);
            let (Resume::Refuse(status) | Resume::RefuseThenReplay(status)) = self.plan.resume else {
                return Ok(refusal(400));
            };
            return Ok(refusal(status));
        };
        Ok(Response::event_stream(self.stream(act, first)))
    }

    /// First event of a connection; `None`: the id is refused.
    fn first(&self, last_id: Option<&str>) -> Option<u64> {
        let now = self.start.elapsed();
        let live = self.plan.published.partition_point(|time| *time <= now) as u64 + 1;
        let is_first = !self.opened.swap(true, Ordering::Relaxed);
        let refused = self.refused.load(Ordering::Relaxed);
        match (last_id, self.plan.resume) {
            (None, Resume::RefuseThenReplay(_)) => Some(1),
            (None, _) if refused || (self.plan.ids == Ids::None && !is_first) => Some(live),
            (None, _) => Some(1),
            (Some(_), Resume::Refuse(_) | Resume::RefuseThenReplay(_)) => None,
            (Some(id), Resume::Exact) => Some(self.plan.event_of(id)? + 1),
            (Some(id), Resume::Replay(events)) => {
                Some((self.plan.event_of(id)? + 1).saturating_sub(events).max(1))
            }
            (Some(id), Resume::Skip(events)) => {
                let next = self.plan.event_of(id)? + 1;
                let first = next + events;
                // Without an overlap, only an event after the loss can reveal it.
                let trusted = self.plan.continuity == Continuity::Trust;
                Some(if trusted { first.min(self.plan.events()).max(next) } else { first })
            }
        }
    }

    /// The bytes of a connection, from this event on.
    fn stream(
        self: Arc<Self>,
        act: Act,
        first: u64,
    ) -> impl Stream<Item = std::result::Result<Bytes, BoxError>> + Send + 'static {
        let alive = Alive::new(&self.alive);
        async_stream::stream! {
            let _alive = alive;
            let mut next = first;
            let mut sent = 0;
            let mut beat = Instant::now() + self.jittered();
            loop {
                match act {
                    Act::CutMidEvent(events) if sent == events => {
                        let event = self.event(next.min(self.plan.events()));
                        let cut = self.chance(|chance| 1 + chance.index(event.len() - 2));
                        yield Ok(event.slice(..cut));
                        yield Err("connection reset".into());
                        return;
                    }
                    Act::Cut(events) if sent == events => {
                        if self.chance(|chance| chance.one_in(2)) {
                            yield Err("connection reset".into());
                        }
                        return;
                    }
                    Act::Silence(events) if sent == events => {
                        self.silent.lock().unwrap().push(Instant::now());
                        std::future::pending::<()>().await;
                    }
                    _ => {}
                }
                if next > self.plan.events() {
                    yield Ok(Bytes::from_static(b"event: END_OF_STREAM\ndata: {\"endedBy\":\"DONE\"}\n\n"));
                    return;
                }
                let due = self.start + self.plan.published[usize::try_from(next - 1).unwrap()];
                if due > Instant::now() {
                    tokio::time::sleep_until(due.min(beat)).await;
                }
                let bytes = if due <= Instant::now() {
                    next += 1;
                    sent += 1;
                    self.event(next - 1)
                } else {
                    beat = Instant::now() + self.jittered();
                    self.heartbeat()
                };
                for piece in self.cut(bytes) {
                    if let Some(pause) = self.plan.drip {
                        tokio::time::sleep(pause).await;
                    }
                    yield Ok(piece);
                }
            }
        }
    }

    fn chance<T>(&self, draw: impl FnOnce(&mut Chance) -> T) -> T {
        draw(&mut self.chance.lock().unwrap())
    }

    fn jittered(&self) -> Duration {
        HEARTBEAT - Duration::from_millis(300)
            + Duration::from_millis(self.chance(|chance| chance.range(0..600)))
    }

    fn heartbeat(&self) -> Bytes {
        let beats: [&[u8]; 4] = [
            b": still here\n\n",
            b"event: HEARTBEAT\ndata:\n\n",
            b"event: HEARTBEAT\r\ndata: {}\r\nid: heartbeat\r\n\r\n",
            b":\r",
        ];
        Bytes::from_static(self.chance(|chance| chance.pick(&beats)))
    }

    fn event(&self, number: u64) -> Bytes {
        let end = self.chance(|chance| chance.pick(&["\n", "\r\n", "\r"]));
        let mut event = format!("event: LOG{end}");
        if let Some(id) = self.plan.id(number) {
            event += &format!("id: {id}{end}");
        }
        if self.plan.giants.contains(&number) {
            event += &format!("data: {}{end}", "x".repeat(5_000 + usize::try_from(number).unwrap()));
        } else if self.plan.malformed.contains(&number) {
            event += &format!("data: number {number}{end}");
        } else {
            event += &format!("data: {{{end}data: \"number\": {number} }}{end}");
        }
        (event + end).into()
    }

    fn cut(&self, mut bytes: Bytes) -> Vec<Bytes> {
        if self.plan.drip.is_some() {
            return bytes.chunks(1).map(Bytes::copy_from_slice).collect();
        }
        let mut pieces = Vec::new();
        while self.chance(|chance| chance.one_in(2)) {
            let place = self.chance(|chance| chance.index(bytes.len() + 1));
            pieces.push(bytes.split_to(place));
        }
        pieces.push(bytes);
        pieces
    }
}

fn refusal(status: u16) -> Response {
    let body = futures::stream::iter([Ok::<_, BoxError>(Bytes::from_static(b"{\"code\":4001}"))]);
    Response::new(StatusCode::from_u16(status).unwrap(), body)
        .with_header(CONTENT_TYPE, HeaderValue::from_static("application/json"))
}

fn page() -> impl Stream<Item = std::result::Result<Bytes, BoxError>> + Send + 'static {
    futures::stream::iter([Ok(Bytes::from_static(b"<html>data: 1\n\n</html>"))])
}

fn date(seconds: i64) -> HeaderValue {
    let time = std::time::UNIX_EPOCH + Duration::from_secs(seconds.unsigned_abs());
    HeaderValue::from_str(&httpdate::fmt_http_date(time)).unwrap()
}

/// Counts a connection for as long as it lives.
pub(crate) struct Alive(Arc<AtomicU64>);

impl Alive {
    pub(crate) fn new(count: &Arc<AtomicU64>) -> Self {
        count.fetch_add(1, Ordering::Relaxed);
        Self(Arc::clone(count))
    }
}

impl Drop for Alive {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}
