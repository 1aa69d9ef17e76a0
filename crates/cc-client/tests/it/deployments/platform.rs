//! The platform of a [`World`] as the HTTP service of a transport: no socket, virtual time.

use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use cc_client::{Error, ErrorKind, Result};
use cc_runtime::transport::{HttpRequest, HttpResponse};
use cc_runtime::{Body, Timestamp};
use futures_util::stream;
use http::StatusCode;
use serde_json::{Value, json};
use tokio::time::{Instant, sleep, sleep_until};

use super::world::{Connection, Line, Ms, NEVER, Odd, Post, Row, Truth, World};

/// The time of the platform when the deployment is requested.
const EPOCH: i64 = 1_790_000_000_000;

/// Time between two heartbeats.
const HEARTBEAT: Ms = 2_000;

const OLD_OWNER: &str = "orga_old";
const NEW_OWNER: &str = "orga_new";

/// A request to the platform.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asked {
    Post,
    Look,
    Summary,
    Log,
    Cancel,
}

/// The platform of a world.
#[derive(Clone)]
pub struct Platform(Arc<Inner>);

struct Inner {
    world: World,
    start: Instant,
    random: Mutex<fastrand::Rng>,
    asked: Mutex<Vec<(Ms, Asked)>>,
    /// Until when it asked not to be looked at.
    left_alone: Mutex<Ms>,
    disturbed: Mutex<Vec<Ms>>,
    /// Time at which a request cancelled the deployment.
    cancelled: Mutex<Option<Ms>>,
}

impl Platform {
    pub fn new(world: World) -> Self {
        Self(Arc::new(Inner {
            random: Mutex::new(fastrand::Rng::with_seed(world.seed ^ 0x5eed)),
            world,
            start: Instant::now(),
            asked: Mutex::default(),
            left_alone: Mutex::default(),
            disturbed: Mutex::default(),
            cancelled: Mutex::default(),
        }))
    }

    pub fn now(&self) -> Ms {
        self.0.start.elapsed().as_millis() as Ms
    }

    /// The requests with their times.
    pub fn asked(&self) -> Vec<(Ms, Asked)> {
        self.0.asked.lock().unwrap().clone()
    }

    /// Looks that came before the time that a `Retry-After` asked for was over.
    pub fn disturbed(&self) -> Vec<Ms> {
        self.0.disturbed.lock().unwrap().clone()
    }

    fn latency(&self) -> Duration {
        let (least, most) = self.0.world.latency;
        Duration::from_millis(self.0.random.lock().unwrap().u64(least..=most))
    }

    fn note(&self, asked: Asked) -> usize {
        let mut all = self.0.asked.lock().unwrap();
        let before = all.iter().filter(|(_, other)| *other == asked).count();
        all.push((self.now(), asked));
        before
    }

    async fn answer(self, request: HttpRequest) -> Result<HttpResponse> {
        let path = request.uri().path().to_owned();
        if path == "/v2/summary" {
            self.note(Asked::Summary);
            sleep(Duration::from_millis(self.0.world.summary_takes)).await;
            return Ok(self.json(200, &self.summary()));
        }
        let owner =
            path.split('/').skip_while(|part| *part != "organisations").nth(1).unwrap_or_default().to_owned();
        if path.starts_with("/v4/logs/") {
            let number = self.note(Asked::Log);
            sleep(self.latency()).await;
            return self.log(&owner, number, &request);
        }
        if request.method() == "DELETE" {
            self.note(Asked::Cancel);
            sleep(self.latency()).await;
            return self.cancel();
        }
        if request.method() == "POST" {
            self.note(Asked::Post);
            sleep(self.latency()).await;
            return self.post().await;
        }
        self.note(Asked::Look);
        self.look(&owner, &path).await
    }

    fn summary(&self) -> Value {
        let owner = if self.has_moved() { NEW_OWNER } else { OLD_OWNER };
        json!({"user": {"id": "user_1"}, "organisations": [{"id": owner, "applications": [{"id": "app_1"}]}]})
    }

    fn has_moved(&self) -> bool {
        self.0.world.moves.is_some_and(|(at, _)| self.now() >= at)
    }

    /// The refusal of routes of an owner that the application has left, or not come to.
    fn refused_owner(&self, owner: &str) -> Option<HttpResponse> {
        let right = if self.has_moved() { NEW_OWNER } else { OLD_OWNER };
        let status = self.0.world.moves.map_or(404, |(_, status)| status);
        (owner != right)
            .then(|| self.json(status, &json!({"code": "clever.core.forbidden", "error": "not here"})))
    }

    /// The truth about the deployment now; `None` if it was never requested.
    pub fn truth(&self) -> Option<Truth> {
        let was_asked = self.asked().iter().any(|(_, asked)| *asked == Asked::Post);
        let refused = matches!(self.0.world.post, Post::Refused(401));
        if !was_asked || refused {
            return None;
        }
        let is_cancelled = self.0.cancelled.lock().unwrap().is_some();
        Some(match is_cancelled {
            true => Truth::Cancelled,
            false if self.now() >= self.0.world.end => self.0.world.truth,
            false => Truth::GoesOn,
        })
    }

    /// One request in five is refused, and the answer to another one is lost.
    fn cancel(&self) -> Result<HttpResponse> {
        let luck = if self.0.world.is_unlucky { self.0.random.lock().unwrap().u32(0..5) } else { 2 };
        if luck == 0 {
            return Ok(self.json(503, &json!({"id": 1, "message": "busy"})));
        }
        let now = self.now();
        let own = self.0.world.rows.iter().find(|row| row.id == self.0.world.ours).unwrap();
        let mut cancelled = self.0.cancelled.lock().unwrap();
        if cancelled.is_some() || now >= self.0.world.end || now < own.shown {
            return Ok(self.json(404, &json!({"id": 2, "message": "no deployment under way"})));
        }
        *cancelled = Some(now);
        if luck == 1 {
            return Err(Error::new(ErrorKind::Unreachable));
        }
        Ok(self.json(200, &json!({"id": 0, "message": "cancelled"})))
    }

    /// The rows as they are after a request to cancel the deployment.
    fn rows(&self) -> Vec<Row> {
        let world = &self.0.world;
        let mut rows = world.rows.clone();
        if let Some(at) = *self.0.cancelled.lock().unwrap() {
            rows.retain(|row| row.shown <= at || row.id == world.ours);
            let own = rows.iter_mut().find(|row| row.id == world.ours).unwrap();
            own.states.retain(|(since, _)| *since <= at as i64);
            if world.seed.is_multiple_of(2) {
                own.states.push((at as i64, "CANCELLED".to_owned()));
                own.gone = NEVER;
            } else {
                own.gone = at;
                let start = at as i64;
                rows.push(Row::new("deployment_cancel_row", "CANCEL", start).then(start, "SUCCEEDED"));
            }
        }
        rows
    }

    async fn post(&self) -> Result<HttpResponse> {
        let id = &self.0.world.ours;
        match self.0.world.post {
            Post::Accepted => Ok(self.json(200, &json!({"id": 0, "message": "queued", "deploymentId": id}))),
            Post::Garbled(kind, body) => Ok(self.text(200, kind, body)),
            Post::AcceptedAndLost => Err(Error::new(ErrorKind::Unreachable)),
            Post::AcceptedAndSlow => {
                sleep(Duration::from_millis(NEVER)).await;
                Err(Error::new(ErrorKind::Unreachable))
            }
            Post::Refused(status) => Ok(self.json(status, &json!({"id": 1, "message": "no"}))),
        }
    }

    async fn look(&self, owner: &str, path: &str) -> Result<HttpResponse> {
        let began = self.now();
        let mut left_alone = *self.0.left_alone.lock().unwrap();
        if began < left_alone {
            self.0.disturbed.lock().unwrap().push(began);
        }
        sleep(self.latency()).await;
        let now = self.now();
        let odd = self
            .0
            .world
            .odd
            .iter()
            .find(|(from, to, _)| (*from..*to).contains(&began))
            .map(|(_, _, odd)| odd);
        match odd {
            Some(Odd::Status(status, retry_after)) => {
                let mut answer = self.json(*status, &json!({"code": "odd", "error": "odd"}));
                if let Some(after) = retry_after {
                    answer.headers_mut().insert("retry-after", (*after).into());
                    left_alone = left_alone.max(now + after * 1_000);
                    *self.0.left_alone.lock().unwrap() = left_alone;
                }
                return Ok(answer);
            }
            Some(Odd::Html) => {
                return Ok(self.text(200, "text/html", "<html><title>One moment</title></html>"));
            }
            Some(Odd::Empty) => return Ok(self.text(200, "application/json", "")),
            Some(Odd::Lost) => return Err(Error::new(ErrorKind::Unreachable)),
            Some(Odd::Hangs) => {
                sleep(Duration::from_millis(NEVER)).await;
                return Err(Error::new(ErrorKind::Unreachable));
            }
            Some(Odd::NullId) | None => {}
        }
        if let Some(refused) = self.refused_owner(owner) {
            return Ok(refused);
        }
        let rows = self.rows();
        let shown = rows.iter().filter(|row| row.is_there(now));
        match path.rsplit_once("/deployments").map(|(_, id)| id.trim_start_matches('/')) {
            Some("") => {
                let mut rows: Vec<&Row> = shown.collect();
                rows.sort_by_key(|row| -row.start);
                let mut rows: Vec<Value> = rows.into_iter().take(20).map(|row| self.row(row, now)).collect();
                if odd == Some(&Odd::NullId) {
                    rows.insert(0, json!({"id": null, "state": "QUEUED", "startDate": null}));
                }
                Ok(self.json(200, &rows.into()))
            }
            Some(id) => {
                match shown.into_iter().find(|row| row.id == id) {
                    Some(row) => Ok(self.json(200, &self.row(row, now))),
                    None => Ok(self
                        .json(404, &json!({"code": "clever.core.not-found", "error": "no such deployment"}))),
                }
            }
            None => Ok(self.json(404, &json!({"code": "route", "error": path}))),
        }
    }

    fn row(&self, row: &Row, now: Ms) -> Value {
        let mut wire = json!({
            "id": row.id,
            "applicationId": "app_1",
            "state": row.state(now),
            "origin": {"action": row.action, "cause": "a user", "source": "api"},
        });
        if self.0.world.has_start {
            wire["startDate"] = date(row.start).into();
        }
        if self.0.world.has_steps {
            let reached = row.states.iter().filter(|(since, _)| *since <= now as i64);
            wire["steps"] =
                reached.map(|(since, state)| json!({"state": state, "date": date(*since)})).collect();
        }
        wire
    }

    fn text(&self, status: u16, kind: &'static str, body: &str) -> HttpResponse {
        let mut answer = HttpResponse::new(Body::from(body.to_owned()));
        *answer.status_mut() = StatusCode::from_u16(status).unwrap();
        answer.headers_mut().insert("content-type", kind.parse().unwrap());
        if self.0.world.has_dates {
            let now = Duration::from_millis((EPOCH + self.now() as i64) as u64);
            let date = httpdate::fmt_http_date(std::time::UNIX_EPOCH + now);
            answer.headers_mut().insert("date", date.parse().unwrap());
        }
        answer
    }

    fn json(&self, status: u16, body: &Value) -> HttpResponse {
        self.text(status, "application/json", &body.to_string())
    }

    fn log(&self, owner: &str, number: usize, request: &HttpRequest) -> Result<HttpResponse> {
        if let Some(refused) = self.refused_owner(owner) {
            return Ok(refused);
        }
        let connection = self.0.world.connection(number).clone();
        match &connection {
            Connection::Nothing => return Ok(self.text(204, "text/event-stream", "")),
            Connection::Refused(status, after) => {
                let mut answer = self.json(*status, &json!({"code": "log", "error": "no log"}));
                if let Some(after) = after {
                    answer.headers_mut().insert("retry-after", (*after).into());
                }
                return Ok(answer);
            }
            _ => {}
        }
        let query: Vec<(String, String)> = url_query(request.uri().query().unwrap_or_default());
        let since = query
            .iter()
            .find(|(name, _)| name == "since")
            .and_then(|(_, since)| since.parse::<Timestamp>().ok());
        let after = request.headers().get("last-event-id").and_then(|id| id.to_str().ok());
        let after = after.filter(|_| !matches!(connection, Connection::Repeats(_)));
        let first = match after.and_then(number_of) {
            Some(after) => after + 1,
            None => {
                let since = since.map_or(self.now() as i64, |since| since.as_millis() - EPOCH);
                self.0
                    .world
                    .lines
                    .iter()
                    .position(|line| line.written >= since)
                    .unwrap_or(self.0.world.lines.len())
            }
        };
        let serving = Serving {
            platform: self.clone(),
            connection,
            next: first,
            sent: 0,
            beat: self.now() + HEARTBEAT,
            over: false,
        };
        let mut answer = HttpResponse::new(Body::from_stream(stream::unfold(serving, Serving::step)));
        answer.headers_mut().insert("content-type", "text/event-stream".parse().unwrap());
        Ok(answer)
    }
}

fn url_query(query: &str) -> Vec<(String, String)> {
    let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
    pairs.map(|(name, value)| (name.to_owned(), value.replace("%3A", ":"))).collect()
}

fn date(ms: i64) -> String {
    Timestamp::from_millis(EPOCH + ms).unwrap().to_string()
}

/// Ids are opaque: their order says nothing.
fn id_of(number: usize) -> String {
    format!("{:08x}-{}", (number as u32).wrapping_mul(0x9E37_79B1), "log")
}

fn number_of(id: &str) -> Option<usize> {
    let mixed = u32::from_str_radix(id.strip_suffix("-log")?, 16).ok()?;
    // The inverse of the factor of `id_of`.
    Some(mixed.wrapping_mul(0x0e8b2f51) as usize)
}

/// One connection of the log.
struct Serving {
    platform: Platform,
    connection: Connection,
    next: usize,
    sent: usize,
    beat: Ms,
    over: bool,
}

impl Serving {
    async fn step(mut self) -> Option<(Result<Bytes, Error>, Self)> {
        loop {
            if self.over {
                return None;
            }
            match self.connection {
                Connection::Cut(after) if self.sent >= after => {
                    self.over = true;
                    return Some((Err(Error::new(ErrorKind::Unreachable)), self));
                }
                Connection::EndsAfter(after) | Connection::Repeats(after) if self.sent >= after => {
                    self.over = true;
                    return Some((Ok("event: END_OF_STREAM\ndata: {}\n\n".into()), self));
                }
                Connection::Silent(after) if self.sent >= after => std::future::pending().await,
                _ => {}
            }
            let now = self.platform.now();
            let lines = &self.platform.0.world.lines;
            let held = if let Connection::Held(until) = self.connection { until } else { 0 };
            let ready = lines.get(self.next).map_or(NEVER, |line| line.ready.max(held));
            let ends = if let Connection::Ends(at, _) = self.connection { at.max(1) } else { NEVER };
            if ready <= now && ready <= ends {
                let event = event(self.next, &lines[self.next]);
                (self.next, self.sent) = (self.next + 1, self.sent + 1);
                return Some((Ok(event), self));
            }
            if ends <= now {
                self.over = true;
                let Connection::Ends(_, reason) = self.connection else { return None };
                let event = format!("event: END_OF_STREAM\ndata: {}\n\n", json!({"endedBy": reason}));
                return Some((Ok(event.into()), self));
            }
            if self.beat <= now {
                self.beat = now + HEARTBEAT;
                return Some((Ok("event: HEARTBEAT\ndata: {}\n\n".into()), self));
            }
            let next = ready.min(ends).min(self.beat);
            sleep_until(self.platform.0.start + Duration::from_millis(next)).await;
        }
    }
}

fn event(number: usize, line: &Line) -> Bytes {
    let id = id_of(number);
    let data = json!({
        "id": id,
        "date": date(line.written),
        "deploymentId": "any",
        "service": line.service,
        "message": line.text,
    });
    format!("id: {id}\nevent: APPLICATION_LOG\ndata: {data}\n\n").into()
}

impl tower::Service<HttpRequest> for Platform {
    type Response = HttpResponse;
    type Error = Error;
    type Future = Pin<Box<dyn Future<Output = Result<HttpResponse>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: HttpRequest) -> Self::Future {
        Box::pin(self.clone().answer(request))
    }
}
