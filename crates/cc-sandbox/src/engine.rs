//! One request, from its route to its answer.

mod answer;
pub(crate) mod auth;
pub(crate) mod body;
pub(crate) mod clock;
mod collections;
mod control;
mod cors;
pub(crate) mod deployment_fault;
mod fault_json;
pub(crate) mod faults;
mod generic;
mod git;
pub(crate) mod journal;
mod known;
pub(crate) mod limits;
mod names;
mod page;
pub(crate) mod random;
pub(crate) mod reply;
pub(crate) mod request;
pub(crate) mod rights;
mod router;
pub(crate) mod sample;
pub(crate) mod server;
pub(crate) mod signature;
mod spoil;
mod subjects;
pub(crate) mod table;
#[cfg(test)]
mod tests;
pub(crate) mod validate;
pub(crate) mod violations;

use std::collections::{BTreeMap, BTreeSet};
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use bytes::Bytes;
use futures_util::FutureExt;
use http::header::DATE;
use http::request::Parts;
use http::{HeaderValue, Response, StatusCode};

use answer::{Sent, finished, here, page_of, refusal, sample, sent, status_of};
use auth::{Credentials, Shown};
use body::{Body, ConnectionReset};
use clock::Clock;
use faults::{Effect, Faults, Target};
use journal::{Exchange, RequestJournal};
use limits::Limits;
use reply::{Content, Outcome, Refusal, Reply};
use request::Request;
use router::Match;
use table::{Place, Table};
use validate::{Findings, Inputs, Side, Violation};
use violations::Violations;

use crate::delivery::Deliveries;
use crate::domains::{Handlers, addon_view, visit};
use crate::git::Repositories;
use crate::kv::{self, Proxy};
use crate::record::{Recording, Replay, Replaying};
use crate::refusals;
use crate::snapshot::{Contents, Snapshot};
use crate::stage::{Present, Stage};
use crate::stream::Live;
use crate::world::World;

/// Everything that a sandbox is, but the socket.
#[derive(Debug)]
pub(crate) struct Engine {
    pub(crate) table: Arc<Table>,
    pub(crate) handlers: Handlers,
    /// Names of the collections that the engine of collections keeps.
    kept: BTreeSet<String>,
    /// `true` if answers follow only from the schemas.
    stateless: bool,
    pub(crate) credentials: Credentials,
    pub(crate) clock: Arc<Clock>,
    pub(crate) faults: Faults,
    pub(crate) journal: RequestJournal,
    pub(crate) stage: Arc<Stage>,
    pub(crate) proxy: Proxy,
    pub(crate) repositories: Arc<Repositories>,
    pub(crate) violations: Violations,
    pub(crate) limits: Limits,
    /// `true` if violations are also written to the standard error.
    pub(crate) tells: bool,
    /// `true` if requests may hold more than the spec knows.
    lenient: bool,
    pub(crate) requests: AtomicU64,
    pub(crate) deliveries: Deliveries,
    /// Recording that answers in the place of the world.
    replay: Option<Replay>,
}

/// Choices of the builder that are no part of the world.
#[derive(Debug)]
pub(crate) struct Settings {
    pub(crate) credentials: Credentials,
    pub(crate) tells: bool,
    pub(crate) lenient: bool,
    pub(crate) stateless: bool,
    pub(crate) delivers_anywhere: bool,
    pub(crate) limits: Limits,
    pub(crate) replay: Option<Recording>,
}

impl Engine {
    pub(crate) fn new(table: Arc<Table>, mut world: World, clock: Clock, settings: Settings) -> Self {
        let Settings { credentials, tells, lenient, stateless, delivers_anywhere, limits, replay } = settings;
        let mut handlers = crate::domains::handlers();
        if stateless {
            handlers.retain(|operation, _| *operation == "get_summary");
        }
        let mut kept = table.collections_without(|operation| handlers.contains_key(operation.id.as_str()));
        if stateless {
            kept.clear();
        }
        world.take_credentials(&credentials);
        let faults = Faults::new(world.seed, limits.faults);
        let stage = Stage::new(world, clock);
        Self {
            table,
            handlers,
            kept,
            stateless,
            credentials,
            clock: Arc::clone(&stage.clock),
            faults,
            journal: RequestJournal::new(&limits),
            stage,
            proxy: Proxy::new(&limits),
            repositories: Arc::default(),
            violations: Violations::new(limits.violations),
            limits,
            tells,
            lenient,
            requests: AtomicU64::new(0),
            deliveries: Deliveries::new(delivers_anywhere),
            replay: replay.map(Replay::new),
        }
    }

    /// Everything that this is at this moment.
    pub(crate) fn snapshot(&self) -> Snapshot {
        let mut world = self.world().clone();
        // The socket of this sandbox is none of another one.
        world.serve_redis(None);
        let times = [self.clock.start(), world.now];
        let requests = self.requests.load(Ordering::Relaxed);
        Snapshot::new(times, requests, self.faults.stored(), self.proxy.stored(), world)
    }

    /// Becomes what a snapshot says. Open streams end, and drains start again from it.
    pub(crate) fn restore(&self, snapshot: &Snapshot) {
        let Contents { start, now, requests, faults, spaces, world, .. } = snapshot.0.clone();
        let redis = self.world().redis;
        let mut own = self.stage.restore(world, [start, now]);
        own.serve_redis(redis);
        self.repositories.clear();
        own.take_credentials(&self.credentials);
        self.requests.store(requests, Ordering::Relaxed);
        self.faults.restore(faults);
        self.proxy.restore(spaces);
        self.deliveries.restart();
        self.deliveries.follow(&own, &self.stage);
    }

    /// The requests so far, ready to be shown without secrets.
    pub(crate) fn exchanges(&self) -> Vec<Exchange> {
        let mut exchanges = self.journal.exchanges();
        exchanges.iter_mut().for_each(|exchange| exchange.hide_secrets(&self.table));
        exchanges
    }

    /// Answers a request.
    pub(crate) async fn serve(
        self: &Arc<Self>,
        request: http::Request<Bytes>,
    ) -> Result<Response<Body>, ConnectionReset> {
        let (parts, bytes) = request.into_parts();
        match self.guarded(&parts, None, self.respond(&parts, &bytes)).await {
            Ok(answer) => answer.map(|answer| cors::opened(answer, &parts)),
            Err(refused) => Ok(self.turn_away(&parts, &refused)),
        }
    }

    /// Does some work for a request. A panic is a violation and a refusal with 500, and not the end of the connection.
    async fn guarded<T>(
        &self,
        parts: &Parts,
        operation: Option<&str>,
        work: impl Future<Output = T>,
    ) -> Result<T, Refusal> {
        AssertUnwindSafe(work).catch_unwind().await.map_err(|panic| {
            let text = panic.downcast_ref::<String>().map(String::as_str);
            let text = text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("no message");
            self.record(Side::Sandbox, parts, operation, vec![format!("the sandbox panicked: {text}")]);
            refusals::INTERNAL_ERROR.with([text])
        })
    }

    async fn respond(
        self: &Arc<Self>,
        parts: &Parts,
        bytes: &Bytes,
    ) -> Result<Response<Body>, ConnectionReset> {
        let path = parts.uri.path();
        let most = self.limits.body_of(path);
        if bytes.len() > most {
            return Ok(self.turn_away(parts, &Refusal::too_large(most)));
        }
        if let Some(answer) = self.visited(parts, bytes) {
            return Ok(answer);
        }
        if parts.method == http::Method::OPTIONS {
            return Ok(cors::preflight());
        }
        if path == "/_sandbox" || path.starts_with("/_sandbox/") {
            let answer = control::answer(self, parts, bytes);
            self.stage.activity.send_replace(());
            return Ok(answer);
        }
        if parts.method == http::Method::GET && path == "/" {
            return Ok(page::page(self));
        }
        let found = self.table.router().find(parts.method.as_str(), path);
        let operation = found.as_ref().map(|found| self.table.operations[found.operation].id.as_str());
        let ticket = self.journal.begin(parts, bytes, operation);
        let target = Target {
            operation,
            method: parts.method.as_str(),
            path,
            streams: found.as_ref().is_some_and(|found| self.table.operations[found.operation].streams()),
            resumes: parts.headers.contains_key("last-event-id"),
        };
        let (delay, effect, _places) = self.faults.plan(&target);
        if !delay.is_zero() {
            tokio::time::sleep(delay).await;
        }
        let work = async {
            match effect {
                Some(Effect::ResetBefore) => Err(ConnectionReset),
                Some(Effect::ResetAfter) => {
                    self.dispatch(parts, bytes, found).await;
                    Err(ConnectionReset)
                }
                Some(effect) => Ok(self.spoiled(effect, parts, bytes, found).await),
                None => Ok(self.dispatch(parts, bytes, found).await),
            }
        };
        let mut answer = match self.guarded(parts, operation, work).await {
            Ok(answer) => answer?,
            Err(refused) => refusal(&refused, path),
        };
        if let Ok(date) = HeaderValue::try_from(crate::stream::fault::http_date(self.clock.now())) {
            answer.headers_mut().entry(DATE).or_insert(date);
        }
        let sozu_id = self.sozu_id();
        self.journal.end(ticket, answer.status().as_u16(), &sozu_id);
        self.stage.activity.send_replace(());
        Ok(finished(answer, &sozu_id))
    }

    /// Answers a request whose host is a domain of an application.
    fn visited(&self, parts: &Parts, bytes: &Bytes) -> Option<Response<Body>> {
        if self.stateless {
            return None;
        }
        let host = visit::host(parts)?;
        let visited = visit::visit(&mut self.world(), &visit::ask(&host, parts), bytes.len())?;
        let ticket = self.journal.begin(parts, bytes, None);
        let sozu_id = self.sozu_id();
        self.journal.end(ticket, visited.status.as_u16(), &sozu_id);
        self.stage.activity.send_replace(());
        let (media, text) = match visited.is_page {
            true => ("text/html; charset=utf-8", page_of(visited.status, &visited.text)),
            false => ("text/plain; charset=utf-8", visited.text),
        };
        let answer = sent(visited.status, Some(media), Sent::Bytes(text.into()));
        Some(finished(answer, &sozu_id))
    }

    /// Refuses a request that was not read to its end.
    pub(crate) fn turn_away(&self, parts: &Parts, refused: &Refusal) -> Response<Body> {
        let ticket = self.journal.begin(parts, &Bytes::new(), None);
        let answer = refusal(refused, parts.uri.path());
        let sozu_id = self.sozu_id();
        self.journal.end(ticket, answer.status().as_u16(), &sozu_id);
        cors::opened(finished(answer, &sozu_id), parts)
    }

    /// Handles a request, or returns the reason of its refusal.
    async fn dispatch(&self, parts: &Parts, bytes: &Bytes, found: Option<Match>) -> Response<Sent> {
        if let Some(replay) = &self.replay {
            return match replay.answer(parts, bytes, &self.clock) {
                Ok(replayed) => {
                    let content = match replayed.content {
                        Replaying::Bytes(bytes) => Sent::Bytes(bytes),
                        Replaying::Stream(body) => Sent::Stream(body),
                    };
                    let mut answer = sent(replayed.status, None, content);
                    *answer.headers_mut() = replayed.headers;
                    answer
                }
                Err(refused) => refusal(&refused, parts.uri.path()),
            };
        }
        let Some(found) = found else {
            if let Some(answer) = self.git(parts, bytes).await {
                return answer;
            }
            self.record(Side::Client, parts, None, vec!["unknown route".to_owned()]);
            let page = page_of(StatusCode::NOT_FOUND, "The requested resource could not be found.");
            return sent(StatusCode::NOT_FOUND, Some("text/html"), Sent::Bytes(page.into()));
        };
        match self.perform(parts, bytes, found).await {
            Ok(answer) => answer,
            Err(refused) => refusal(&refused, parts.uri.path()),
        }
    }

    async fn perform(&self, parts: &Parts, bytes: &Bytes, found: Match) -> Result<Response<Sent>, Refusal> {
        let operation = &self.table.operations[found.operation];
        let mut query: Vec<(String, String)> =
            form_urlencoded::parse(parts.uri.query().unwrap_or_default().as_bytes()).into_owned().collect();
        let header = |name: &str| Some(parts.headers.get(name)?.to_str().ok()?.to_owned());
        let mut content_type = header("content-type");
        let mut bytes = bytes.clone();
        let shown = if operation.gives_tokens() {
            // The parameters may be in the header, the form or the query: the handler finds them in one place.
            let given = auth::header_parameters(parts);
            if operation.request.is_none() {
                query.extend(given);
            } else if !given.is_empty() {
                let mut form = form_urlencoded::Serializer::new(String::new());
                form.extend_pairs(form_urlencoded::parse(&bytes)).extend_pairs(given);
                bytes = form.finish().into();
                content_type = Some("application/x-www-form-urlencoded".to_owned());
            }
            Shown::Nothing
        } else {
            let secret_of = |token: &str| Some(self.world().user_of_oauth_token(token)?.1.to_owned());
            self.credentials.read(&auth::Received { parts, query: &query, body: &bytes }, &secret_of)?
        };
        let caller = match shown {
            Shown::Nothing if operation.is_public() => String::new(),
            Shown::Nothing => {
                return Err(refusals::MISSING_CREDENTIALS.with([]));
            }
            Shown::Bearer(token) => {
                let world = self.world();
                let user = world.user_of_api_token(&token).map(str::to_owned);
                user.ok_or_else(|| refusals::UNKNOWN_API_TOKEN.with([]))?
            }
            Shown::Signed(token) => {
                let world = self.world();
                let user = world.user_of_oauth_token(&token).map(|(user, _)| user.to_owned());
                user.ok_or_else(|| refusals::UNKNOWN_OAUTH_TOKEN.with([]))?
            }
        };
        let path = self.with_alias_owner(operation, found.parameters, &caller);
        let mut findings = Findings::new(self.lenient);
        {
            let inputs = Inputs { path: &path, query: &query, header: &header };
            validate::check_parameters(&self.table, operation, &inputs, &mut findings);
        }
        let content_type = content_type.as_deref();
        let body = validate::read_body(&self.table, operation, content_type, &bytes, &mut findings);
        let Findings { problems, warnings, .. } = findings;
        self.warn(parts, &operation.id, warnings);
        if !problems.is_empty() {
            let message = problems.join("; ");
            self.record(Side::Client, parts, Some(&operation.id), problems);
            return Err(Refusal::of(&refusals::INVALID_REQUEST, message));
        }
        let request = Request {
            operation,
            raw_path: parts.uri.path(),
            path,
            query,
            headers: &parts.headers,
            body,
            bytes: &bytes,
            caller,
            clock: Arc::clone(&self.clock),
        };
        if kv::serves(operation) && !self.stateless {
            let account_of = |place: &_| kv::account::Account::of_place(&self.world(), place);
            let reply = self.known(self.proxy.answer(&request, &account_of).await, &request, parts)?;
            return Ok(self.complete(&self.world(), parts, &request, reply));
        }
        let mut world = self.world();
        let counters = world.counters();
        let outcome = self.answer(&mut world, &request);
        if outcome.is_err() {
            // What is refused leaves nothing behind, not even a number that was given away.
            world.restore_counters(counters);
        }
        let reply = self.known(outcome, &request, parts)?;
        if operation.id.contains("drain") {
            self.deliveries.follow(&world, &self.stage);
        }
        if operation.method == "DELETE" {
            self.proxy.forget_gone(&world);
            self.repositories.forget_gone(&world);
        }
        Ok(self.complete(&world, parts, &request, reply))
    }

    /// Does what an operation does in the world.
    fn answer(&self, world: &mut World, request: &Request<'_>) -> Outcome {
        let operation = request.operation;
        if !self.stateless {
            subjects::check(world, request)?;
            names::check(request)?;
        }
        if let Some(handler) = self.handlers.get(operation.id.as_str()) {
            return handler(world, request);
        }
        match self.collection_of(operation) {
            Some(part) => collections::answer(&self.table, part, world, request),
            None if !self.stateless && addon_view::serves(&operation.id) => {
                collections::addon_view(&self.table, world, request)
            }
            None => Ok(sample()),
        }
    }

    /// Place of an operation in a collection that the engine of collections keeps.
    fn collection_of<'a>(&self, operation: &'a table::Operation) -> Option<&'a table::Part> {
        operation.collection.as_ref().filter(|part| self.kept.contains(&part.name))
    }

    /// Returns `true` if the answers of an operation follow from the state of the sandbox.
    pub(crate) fn keeps_state(&self, operation: &table::Operation) -> bool {
        (kv::serves(operation) && !self.stateless)
            || self.handlers.contains_key(operation.id.as_str())
            || self.collection_of(operation).is_some()
            || (addon_view::serves(&operation.id) && !self.stateless)
    }

    /// Reports a refusal that the spec does not list. A failing gateway is exempt.
    fn known(&self, outcome: Outcome, request: &Request<'_>, parts: &Parts) -> Outcome {
        outcome.inspect_err(|refusal| {
            let (status, operation) = (refusal.status.as_u16(), request.operation);
            let mut problems = Vec::new();
            if status != 502 && !operation.may_refuse(status) {
                problems.push(format!("the operation has no error {status}"));
            }
            if let Some(row) = refusal.row
                && !(row.operations.is_empty() || row.operations.contains(&operation.id.as_str()))
            {
                problems.push(format!("the table of refusals does not list the operation for `{}`", row.id));
            }
            self.record(Side::Sandbox, parts, Some(&operation.id), problems);
        })
    }

    /// Routes of the personal space name no owner: it is the owner of the application or the add-on that they name, if the
    /// caller is a member, and otherwise the caller.
    fn with_alias_owner(
        &self,
        operation: &table::Operation,
        mut path: BTreeMap<String, String>,
        caller: &str,
    ) -> BTreeMap<String, String> {
        let owner = |parameter: &&table::Parameter| {
            parameter.place == Place::Path
                && (parameter.name == "ownerId"
                    || self.table.resolve(&parameter.schema).0 == Some("shared.OwnerId"))
        };
        for parameter in operation.parameters.iter().filter(owner) {
            if !path.contains_key(&parameter.name) {
                let owner = subjects::owner(&self.world(), operation, &path, caller);
                path.insert(parameter.name.clone(), owner.unwrap_or_else(|| caller.to_owned()));
            }
        }
        path
    }

    /// Turns a reply into an answer: missing parts come from the spec, and the result is checked against it.
    fn complete(
        &self,
        world: &World,
        parts: &Parts,
        request: &Request<'_>,
        mut reply: Reply,
    ) -> Response<Sent> {
        let operation = request.operation;
        let success = &operation.success;
        let sampler = generic::sampler(&self.table, world, request);
        if matches!(reply.content, Content::Unsaid) {
            reply.content = generic::answer(&sampler, request).content;
        }
        let content = match reply.content {
            Content::Json(mut value) if success.content_type.as_deref() == Some("application/json") => {
                if let Some(schema) = &success.schema {
                    // An optional property that is never null is absent while it has no value.
                    known::reduce(&self.table, schema, &mut value, false);
                    sampler.complete(schema, &mut value, &generic::identity(request));
                    let key = format!("{}/success", operation.id);
                    let problems = self.table.schemas.problems(&self.table, &key, schema, &value);
                    self.record(Side::Sandbox, parts, Some(&operation.id), problems);
                }
                Sent::Bytes(here(value.to_string(), parts).into())
            }
            Content::Unsaid | Content::Json(_) => Sent::Bytes(Bytes::new()),
            Content::Text(text) => Sent::Bytes(here(text, parts).into()),
            Content::Bytes(bytes) => Sent::Bytes(bytes),
            Content::Stream(body) => Sent::Stream(body),
            Content::Events(wanted) => Sent::Events(Box::new(Live::new(&self.stage, *wanted))),
        };
        let status = reply.status.unwrap_or_else(|| status_of(success.status));
        let mut answer = sent(status, success.content_type.as_deref(), content);
        answer.headers_mut().extend(reply.headers);
        answer
    }

    fn record(&self, side: Side, parts: &Parts, operation: Option<&str>, problems: Vec<String>) {
        self.note(side, parts, operation, problems, false);
    }

    /// Records what was left out of a request.
    fn warn(&self, parts: &Parts, operation: &str, warnings: Vec<String>) {
        self.note(Side::Client, parts, Some(operation), warnings, true);
    }

    fn note(
        &self,
        side: Side,
        parts: &Parts,
        operation: Option<&str>,
        messages: Vec<String>,
        is_warning: bool,
    ) {
        for mut message in messages {
            // Texts of clients can be long, and what is kept is bounded.
            if let Some((end, _)) = message.char_indices().nth(validate::SHOWN) {
                message.truncate(end);
            }
            let target = journal::redacted(parts.uri.path(), parts.uri.query());
            let request = format!("{} {target}", parts.method);
            let operation = operation.map(str::to_owned);
            let violation = Violation { side, request, operation, message, is_warning };
            if self.tells {
                eprintln!("{violation}");
            }
            self.violations.add(violation);
        }
    }

    /// The world, brought to the present.
    pub(crate) fn world(&self) -> Present<'_> {
        self.stage.world()
    }

    fn sozu_id(&self) -> String {
        const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
        let count = self.requests.fetch_add(1, Ordering::Relaxed).to_string();
        let mut number = random::mix(self.faults.seed(), &["sozu", &count]);
        let mut id = String::from("01");
        for _ in 0..24 {
            id.push(char::from(ALPHABET[(number >> 59) as usize]));
            number = random::mix(number, &[]);
        }
        id
    }
}
