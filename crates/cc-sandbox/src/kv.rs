//! The HTTP proxy of Redis and Materia KV: its routes, over a real server or over a key space in memory.
//!
//! A URL whose host ends with `.sandbox.example`, or that leads to the socket of the sandbox, is a key space of the sandbox,
//! which lives as long as it does. Any other is a server that the proxy connects to.

pub(crate) mod account;
mod cli;
mod glob;
mod held;
mod server;
pub(crate) mod socket;
mod space;
mod wire;

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde_json::{Value, json};

use crate::engine::limits::Limits;
use crate::engine::reply::{Outcome, Refusal, json_of};
use crate::engine::request::Request;
use crate::engine::table::Operation;
use crate::refusals;
use crate::world::World;
use account::Account;
pub(crate) use account::URL;
use held::Held;
pub(crate) use space::Space;

const WRONG_PASSWORD: &str = "WRONGPASS invalid username-password pair or user is disabled.";

/// Reply of a command, in the types of the Redis protocol.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Resp {
    Nil,
    Integer(i64),
    Text(String),
    /// A text that says how a command went, such as `OK`.
    Status(String),
    List(Vec<Resp>),
    Set(Vec<Resp>),
    /// Keys and values in turn.
    Map(Vec<Resp>),
    /// An error with its code: `ERR no such key`.
    Error(String),
}

impl Resp {
    pub(crate) fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }

    fn json(self) -> Value {
        match self {
            Self::Nil => Value::Null,
            Self::Integer(number) => number.into(),
            Self::Text(text) | Self::Status(text) | Self::Error(text) => text.into(),
            Self::List(list) | Self::Set(list) | Self::Map(list) => {
                list.into_iter().map(Self::json).collect()
            }
        }
    }

    fn integer(&self) -> i64 {
        match self {
            Self::Integer(number) => *number,
            Self::Text(text) => text.parse().unwrap_or_default(),
            _ => 0,
        }
    }

    fn into_texts(self) -> Vec<String> {
        let Self::List(list) = self else { return Vec::new() };
        list.into_iter().map(|item| item.json().as_str().map_or_else(String::new, str::to_owned)).collect()
    }
}

/// The proxy, and the key spaces that it holds itself.
#[derive(Debug)]
pub(crate) struct Proxy {
    held: Mutex<Held>,
    /// Number of connections to the socket so far.
    connections: AtomicI64,
}

/// The key spaces by host and number of the database.
pub(crate) type Spaces = BTreeMap<String, Space>;

/// Returns `true` for the operations of the proxy.
pub(crate) fn serves(operation: &Operation) -> bool {
    ["/command", "/key/", "/keys/"].iter().any(|prefix| operation.path.starts_with(prefix))
}

impl Proxy {
    pub(crate) fn new(limits: &Limits) -> Self {
        Self { held: Mutex::new(Held::new(limits)), connections: AtomicI64::new(0) }
    }

    /// The key spaces as they are now.
    pub(crate) fn stored(&self) -> Spaces {
        self.held().stored()
    }

    /// Replaces all key spaces.
    pub(crate) fn restore(&self, spaces: Spaces) {
        self.held().restore(spaces);
    }

    fn held(&self) -> MutexGuard<'_, Held> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Removes the key spaces of add-ons that are gone.
    pub(crate) fn forget_gone(&self, world: &World) {
        self.held().retain(|name| account::is_kept(world, name));
    }

    /// Runs commands on a key space, one directly after the other.
    fn run(&self, name: &str, now: i64, commands: &[Vec<String>]) -> Vec<Resp> {
        let mut held = self.held();
        let mut reply = |words: &Vec<String>| {
            let reply = held.run(name, now, words);
            let empties_all = words.first().is_some_and(|name| name.eq_ignore_ascii_case("FLUSHALL"));
            if empties_all && !matches!(reply, Resp::Error(_)) {
                // Those are all databases of the host.
                let host = &name[..=name.rfind('/').unwrap_or(name.len() - 1)];
                held.retain(|name| !name.starts_with(host));
            }
            reply
        };
        commands.iter().map(&mut reply).collect()
    }

    /// Number of a new connection to the socket, from 1.
    fn next_connection(&self) -> i64 {
        self.connections.fetch_add(1, Ordering::Relaxed) + 1
    }

    /// Does what a route of the proxy does. `account_of` is the account of a place that is of the sandbox.
    pub(crate) async fn answer(&self, request: &Request<'_>, account_of: &Accounts<'_>) -> Outcome {
        let backend = self.backend(request, account_of).await?;
        let key = request.text("key");
        match request.operation.id.as_str() {
            "send_command" => {
                let mut words = vec![request.text("command").to_owned()];
                words.extend(texts(&request.body["args"]));
                json_of(json!({ "result": backend.run(&words).await?.json() }))
            }
            "send_command_line" => self.line(&backend, request.text("commandLine")).await,
            "scan_keys" => scan_keys(&backend, request).await,
            "delete_key" => {
                let deleted = backend.ask(&["DEL", key]).await?.integer() > 0;
                json_of(json!({ "key": key, "deleted": deleted }))
            }
            id if id.contains("string") => strings(&backend, id, request).await,
            id if id.contains("hash") => hashes(&backend, id, request).await,
            id if id.contains("list") => lists(&backend, id, request).await,
            id => sets(&backend, id, request).await,
        }
    }

    async fn backend<'a>(
        &'a self,
        request: &Request<'_>,
        account_of: &Accounts<'_>,
    ) -> Result<Backend<'a>, Refusal> {
        let url = request.text("backendUrl");
        let place = server::place(url).ok_or_else(|| refusals::BACKEND_URL.with([]))?;
        let Some(account) = account_of(&place) else {
            return Ok(Backend::Server(server::connect(url).await?));
        };
        match (account.takes(&place.user, &place.password), place.password.is_empty()) {
            (true, _) => {
                let now = request.clock.now().as_millisecond();
                Ok(Backend::Space { proxy: self, name: account.space(&place.database), now })
            }
            (false, true) => Err(error("NOAUTH Authentication required.")),
            (false, false) => Err(error(WRONG_PASSWORD)),
        }
    }

    async fn line(&self, backend: &Backend<'_>, line: &str) -> Outcome {
        let words = cli::words(line)
            .filter(|words| !words.is_empty())
            .ok_or_else(|| refusals::COMMAND_FORMAT.with([]))?;
        let reply = backend.reply(&words).await?;
        if let Resp::Error(text) = &reply
            && text.starts_with("ERR unknown command")
        {
            return Err(error(text));
        }
        let success = !matches!(reply, Resp::Error(_));
        json_of(json!({ "success": success, "result": cli::lines(&reply) }))
    }
}

/// Location of the keys.
enum Backend<'a> {
    Server(server::Connection),
    Space { proxy: &'a Proxy, name: String, now: i64 },
}

/// Gives the account of a place, if it is of the sandbox.
pub(crate) type Accounts<'a> = dyn Fn(&server::Place) -> Option<Account> + Sync + 'a;

impl Backend<'_> {
    /// Reply of a command, including errors of Redis.
    async fn reply(&self, words: &[String]) -> Result<Resp, Refusal> {
        match self {
            Self::Server(connection) => server::run(connection, words).await,
            Self::Space { proxy, name, now } => {
                Ok(proxy.run(name, *now, &[words.to_vec()]).pop().unwrap_or(Resp::Nil))
            }
        }
    }

    async fn run(&self, words: &[String]) -> Result<Resp, Refusal> {
        match self.reply(words).await? {
            Resp::Error(text) => Err(error(&text)),
            reply => Ok(reply),
        }
    }

    async fn ask(&self, words: &[&str]) -> Result<Resp, Refusal> {
        let words: Vec<String> = words.iter().map(|&word| word.to_owned()).collect();
        self.run(&words).await
    }

    /// Refuses a key that is not there, or of another type.
    async fn expect(&self, key: &str, kind: &str) -> Result<(), Refusal> {
        match self.ask(&["TYPE", key]).await? {
            Resp::Status(found) if found == kind => Ok(()),
            Resp::Status(found) if found == "none" => Err(no_key(key)),
            _ => Err(error(space::WRONG_TYPE)),
        }
    }

    /// Refuses a key that is there.
    async fn expect_none(&self, key: &str) -> Result<(), Refusal> {
        match self.ask(&["EXISTS", key]).await?.integer() {
            0 => Ok(()),
            _ => Err(exists(key)),
        }
    }
}

async fn scan_keys(backend: &Backend<'_>, request: &Request<'_>) -> Outcome {
    let mut words = vec!["SCAN".to_owned()];
    words.extend(page(request));
    if let Some(kind) = request.body["type"].as_str() {
        words.extend(["TYPE".to_owned(), kind.to_owned()]);
    }
    let (cursor, names) = part(backend.run(&words).await?);
    let mut keys = Vec::new();
    for name in names {
        let kind = backend.ask(&["TYPE", &name]).await?.json();
        // One that went since it was found.
        if kind != "none" {
            keys.push(json!({ "name": name, "type": kind }));
        }
    }
    let total = backend.ask(&["DBSIZE"]).await?.integer();
    json_of(json!({ "cursor": cursor, "total": total, "keys": keys }))
}

async fn strings(backend: &Backend<'_>, id: &str, request: &Request<'_>) -> Outcome {
    let (key, value) = (request.text("key"), request.text("value"));
    let value = match id {
        "get_string_key" => match backend.ask(&["GET", key]).await? {
            Resp::Nil => return Err(no_key(key)),
            value => value.json(),
        },
        "create_string_key" => match backend.ask(&["SET", key, value, "NX"]).await? {
            Resp::Nil => return Err(exists(key)),
            _ => value.into(),
        },
        _ => {
            backend.expect(key, "string").await?;
            match backend.ask(&["SET", key, value, "XX"]).await? {
                Resp::Nil => return Err(no_key(key)),
                _ => value.into(),
            }
        }
    };
    json_of(json!({ "key": key, "value": value }))
}

async fn hashes(backend: &Backend<'_>, id: &str, request: &Request<'_>) -> Outcome {
    let (key, field, value) = (request.text("key"), request.text("field"), request.text("value"));
    match id {
        "create_hash_key" => {
            let mut words = vec!["HSET".to_owned(), key.to_owned()];
            for element in request.body["elements"].as_array().into_iter().flatten() {
                words.extend(
                    ["field", "value"].map(|part| element[part].as_str().unwrap_or_default().to_owned()),
                );
            }
            create(backend, key, &words).await?;
            json_of(json!({ "key": key, "elements": request.body["elements"] }))
        }
        "scan_hash_key" => {
            backend.expect(key, "hash").await?;
            let mut words = vec!["HSCAN".to_owned(), key.to_owned()];
            words.extend(page(request));
            let (cursor, flat) = part(backend.run(&words).await?);
            let elements: Value =
                flat.chunks_exact(2).map(|pair| json!({ "field": pair[0], "value": pair[1] })).collect();
            json_of(json!({ "key": key, "cursor": cursor, "elements": elements }))
        }
        "set_hash_key_element" => {
            let added = backend.ask(&["HSET", key, field, value]).await?.integer() > 0;
            json_of(json!({ "key": key, "field": field, "value": value, "added": added }))
        }
        _ => {
            let deleted = backend.ask(&["HDEL", key, field]).await?.integer() > 0;
            json_of(json!({ "key": key, "field": field, "deleted": deleted }))
        }
    }
}

async fn lists(backend: &Backend<'_>, id: &str, request: &Request<'_>) -> Outcome {
    let (key, value) = (request.text("key"), request.text("value"));
    let index = request.body["index"].as_i64().unwrap_or_default();
    match id {
        "create_list_key" => {
            let mut words = vec!["RPUSH".to_owned(), key.to_owned()];
            words.extend(texts(&request.body["elements"]));
            create(backend, key, &words).await?;
            json_of(json!({ "key": key, "elements": request.body["elements"] }))
        }
        "scan_list_key" => scan_list(backend, key, request).await,
        "get_list_key_element" => {
            backend.expect(key, "list").await?;
            match backend.ask(&["LINDEX", key, &index.to_string()]).await? {
                Resp::Nil => Err(no_element(index)),
                value => json_of(json!({ "key": key, "index": index, "value": value.json() })),
            }
        }
        "add_list_key_element" => {
            let head = request.text("position") == "head";
            let length = backend.ask(&[if head { "LPUSH" } else { "RPUSH" }, key, value]).await?.integer();
            json_of(json!({ "key": key, "index": if head { 0 } else { length - 1 }, "value": value }))
        }
        _ => {
            backend.expect(key, "list").await?;
            let words = ["LSET", key, &index.to_string(), value].map(str::to_owned);
            match backend.reply(&words).await? {
                Resp::Error(text) if text == space::OUT_OF_RANGE => Err(no_element(index)),
                Resp::Error(text) => Err(error(&text)),
                _ => json_of(json!({ "key": key, "index": index, "value": value })),
            }
        }
    }
}

/// Redis has no scan of lists: the cursor is the position of the next element.
async fn scan_list(backend: &Backend<'_>, key: &str, request: &Request<'_>) -> Outcome {
    backend.expect(key, "list").await?;
    let from = request.body["cursor"].as_i64().unwrap_or_default().max(0);
    let count = request.body["count"].as_i64().unwrap_or(100).max(1);
    let to = from.saturating_add(count - 1);
    let total = backend.ask(&["LLEN", key]).await?.integer();
    let found = backend.ask(&["LRANGE", key, &from.to_string(), &to.to_string()]).await?.into_texts();
    let matches =
        |value: &String| request.body["match"].as_str().is_none_or(|pattern| glob::matches(pattern, value));
    let elements: Value = (from..)
        .zip(found)
        .filter(|(_, value)| matches(value))
        .map(|(index, value)| json!({ "index": index, "value": value }))
        .collect();
    let cursor = if to < total - 1 { to + 1 } else { 0 };
    json_of(json!({ "key": key, "cursor": cursor, "total": total, "elements": elements }))
}

async fn sets(backend: &Backend<'_>, id: &str, request: &Request<'_>) -> Outcome {
    let (key, element) = (request.text("key"), request.text("element"));
    match id {
        "create_set_key" => {
            let mut words = vec!["SADD".to_owned(), key.to_owned()];
            words.extend(texts(&request.body["elements"]));
            create(backend, key, &words).await?;
            json_of(json!({ "key": key, "elements": request.body["elements"] }))
        }
        "scan_set_key" => {
            backend.expect(key, "set").await?;
            let mut words = vec!["SSCAN".to_owned(), key.to_owned()];
            words.extend(page(request));
            let (cursor, elements) = part(backend.run(&words).await?);
            json_of(json!({ "key": key, "cursor": cursor, "elements": elements }))
        }
        "add_set_key_element" => {
            let added = backend.ask(&["SADD", key, element]).await?.integer() > 0;
            json_of(json!({ "key": key, "element": element, "added": added }))
        }
        _ => {
            let deleted = backend.ask(&["SREM", key, element]).await?.integer() > 0;
            json_of(json!({ "key": key, "element": element, "deleted": deleted }))
        }
    }
}

async fn create(backend: &Backend<'_>, key: &str, words: &[String]) -> Result<(), Refusal> {
    backend.expect_none(key).await?;
    backend.run(words).await.map(drop)
}

/// Cursor, count and glob of a scan.
fn page(request: &Request<'_>) -> Vec<String> {
    let number = |name: &str, default: i64| request.body[name].as_i64().unwrap_or(default).to_string();
    let mut words = vec![number("cursor", 0), "COUNT".to_owned(), number("count", 100)];
    if let Some(pattern) = request.body["match"].as_str() {
        words.extend(["MATCH".to_owned(), pattern.to_owned()]);
    }
    words
}

/// The cursor and the texts of what a scan replies.
fn part(reply: Resp) -> (i64, Vec<String>) {
    let Resp::List(parts) = reply else { return (0, Vec::new()) };
    let mut parts = parts.into_iter();
    let cursor = parts.next().map_or(0, |cursor| cursor.integer());
    (cursor, parts.next().map(Resp::into_texts).unwrap_or_default())
}

fn texts(value: &Value) -> impl Iterator<Item = String> {
    value.as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned)
}

/// Answer of the proxy to an error of Redis. No source documents its status, or a code other than that of
/// unknown commands.
fn error(text: &str) -> Refusal {
    let row = match text {
        _ if text.starts_with("ERR unknown command") => &refusals::UNKNOWN_COMMAND,
        _ if text == refusals::OUT_OF_MEMORY.message => &refusals::OUT_OF_MEMORY,
        _ if text.starts_with("ERR the sandbox has") => &refusals::TOO_MANY_KEY_SPACES,
        _ => &refusals::COMMAND_ERROR,
    };
    Refusal::of(row, text.to_owned())
}

fn no_key(key: &str) -> Refusal {
    refusals::KEY_NOT_FOUND.with([key])
}

fn exists(key: &str) -> Refusal {
    refusals::KEY_EXISTS.with([key])
}

fn no_element(index: i64) -> Refusal {
    refusals::ELEMENT_NOT_FOUND.with([&index.to_string()])
}
