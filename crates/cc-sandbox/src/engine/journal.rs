//! Requests to the sandbox, in order.

mod hide;

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use cc_one_line::one_line;
use http::request::Parts;
use serde::ser::SerializeStruct;
use serde::{Serialize, Serializer};
use serde_json::Value;

use super::limits::Limits;
use super::table::Table;
use hide::Shown;

/// One request and how it ended.
///
/// `Serialize` makes an object for snapshots: `method`, `path`, `operation`, `headers`, `body`, `status` and `sozuId`. In it, each
/// value that the spec marks as a secret is `***`. Redact in the snapshot whatever differs between runs, such as
/// `[].headers["user-agent"]`.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Exchange {
    /// HTTP method.
    pub method: String,
    /// Path and query, as sent; a credential in the query is replaced by `***`.
    pub path_and_query: String,
    /// Id of the spec's operation, if the route is one of the spec's.
    pub operation: Option<String>,
    /// Headers by name, in the order sent; credentials are replaced by `***`.
    pub headers: Vec<(String, String)>,
    /// Body as sent.
    pub body: Bytes,
    /// Status of the answer; none while it is not decided, or when the connection was cut instead.
    pub status: Option<u16>,
    /// The `Sozu-Id` header of the answer.
    pub sozu_id: Option<String>,
    /// Path and body without secrets, which `Serialize` writes.
    shown: Shown,
}

impl Serialize for Exchange {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut headers: BTreeMap<&str, String> = BTreeMap::new();
        for (name, value) in &self.headers {
            match headers.entry(name) {
                Entry::Vacant(entry) => _ = entry.insert(value.clone()),
                Entry::Occupied(mut entry) => entry.get_mut().extend([", ", value]),
            }
        }
        let mut object = serializer.serialize_struct("Exchange", 7)?;
        object.serialize_field("method", &self.method)?;
        object.serialize_field("path", &self.shown.path)?;
        object.serialize_field("operation", &self.operation)?;
        object.serialize_field("headers", &headers)?;
        object.serialize_field("body", &self.shown.body)?;
        object.serialize_field("status", &self.status)?;
        object.serialize_field("sozuId", &self.sozu_id)?;
        object.end()
    }
}

impl Exchange {
    /// Prepares the path and the body for `Serialize`.
    pub(crate) fn hide_secrets(&mut self, table: &Table) {
        self.shown = hide::shown(self, table);
    }

    /// The body as JSON, if it is.
    pub fn json(&self) -> Option<Value> {
        serde_json::from_slice(&self.body).ok()
    }
}

/// The latest exchanges of one sandbox.
#[derive(Debug)]
pub(crate) struct RequestJournal {
    most: usize,
    most_bytes: usize,
    log: Mutex<Log>,
}

#[derive(Debug, Default)]
struct Log {
    exchanges: VecDeque<Exchange>,
    /// Ticket of the first of them.
    first: usize,
    /// Size of all of them.
    bytes: usize,
    /// Number of exchanges that were dropped since the journal was cleared.
    dropped: u64,
}

/// Memory that an exchange takes beside its texts and its body, about.
const FIXED: usize = 256;

/// Size of an exchange in memory.
fn size(exchange: &Exchange) -> usize {
    let headers = exchange.headers.iter().map(|(name, value)| name.len() + value.len() + 48);
    FIXED + exchange.path_and_query.len() + exchange.body.len() + headers.sum::<usize>()
}

impl RequestJournal {
    pub(crate) fn new(limits: &Limits) -> Self {
        Self { most: limits.journal, most_bytes: limits.journal_bytes, log: Mutex::default() }
    }

    /// Returns the number of exchanges that were dropped to stay within the limits.
    pub(crate) fn dropped(&self) -> u64 {
        self.log().dropped
    }

    /// Writes a request down, and gives the ticket to end it with.
    pub(crate) fn begin(&self, parts: &Parts, body: &Bytes, operation: Option<&str>) -> usize {
        let headers = parts.headers.iter().map(|(name, value)| {
            let secret = matches!(name.as_str(), "authorization" | "cookie" | "x-clever-password");
            let value =
                if secret { "***".into() } else { String::from_utf8_lossy(value.as_bytes()).into_owned() };
            (name.as_str().to_owned(), value)
        });
        let exchange = Exchange {
            method: parts.method.to_string(),
            path_and_query: redacted(parts.uri.path(), parts.uri.query()),
            operation: operation.map(str::to_owned),
            headers: headers.collect(),
            body: body.clone(),
            status: None,
            sozu_id: None,
            shown: Shown::default(),
        };
        let mut log = self.log();
        let ticket = log.first + log.exchanges.len();
        log.bytes += size(&exchange);
        log.exchanges.push_back(exchange);
        while log.exchanges.len() > self.most || log.bytes > self.most_bytes {
            let Some(oldest) = log.exchanges.pop_front() else { break };
            log.bytes -= size(&oldest);
            log.first += 1;
            log.dropped += 1;
        }
        ticket
    }

    /// Writes down how an exchange ended.
    pub(crate) fn end(&self, ticket: usize, status: u16, sozu_id: &str) {
        let mut log = self.log();
        let Some(index) = ticket.checked_sub(log.first) else { return };
        if let Some(exchange) = log.exchanges.get_mut(index) {
            exchange.status = Some(status);
            exchange.sozu_id = Some(sozu_id.to_owned());
        }
    }

    /// Number of exchanges since the journal was cleared, the number of those that were dropped, and the latest ones with their
    /// numbers, the newest first.
    pub(crate) fn latest(&self, most: usize) -> (u64, u64, Vec<(u64, Exchange)>) {
        let log = self.log();
        let total = log.dropped + log.exchanges.len() as u64;
        let newest_first = (1..=total).rev().zip(log.exchanges.iter().rev());
        (total, log.dropped, newest_first.take(most).map(|(number, own)| (number, own.clone())).collect())
    }

    pub(crate) fn exchanges(&self) -> Vec<Exchange> {
        self.log().exchanges.iter().cloned().collect()
    }

    /// `METHOD /path?query`, one request a line.
    pub(crate) fn text(&self) -> String {
        let log = self.log();
        let dropped = match log.dropped {
            0 => None,
            1 => Some("(1 earlier request was dropped)".to_owned()),
            more => Some(format!("({more} earlier requests were dropped)")),
        };
        let lines = log.exchanges.iter().map(|exchange| {
            format!("{} {}", exchange.method, one_line(&exchange.path_and_query, usize::MAX))
        });
        dropped.into_iter().chain(lines).collect::<Vec<_>>().join("\n")
    }

    pub(crate) fn clear(&self) {
        let mut log = self.log();
        *log = Log { first: log.first + log.exchanges.len(), ..Log::default() };
    }

    fn log(&self) -> MutexGuard<'_, Log> {
        self.log.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A path and its query, without the credentials that the query may hold.
pub(crate) fn redacted(path: &str, query: Option<&str>) -> String {
    let Some(query) = query else { return path.to_owned() };
    let pairs: Vec<&str> = query
        .split('&')
        .map(|pair| if pair.starts_with("authorization=") { "authorization=***" } else { pair })
        .collect();
    format!("{path}?{}", pairs.join("&"))
}
