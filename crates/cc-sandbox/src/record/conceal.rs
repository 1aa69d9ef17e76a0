//! Turns an exchange into a recorded one, without secrets, ids and personal data, with the help of the schemas of the spec.

use std::collections::{BTreeMap, HashSet};
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, Method, Uri};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use serde_json::{Map, Value};

use super::disguise::{self, Disguise};
use super::format::{Content, Event, Events, http_date};
use super::place::Place;
use super::{events, safe};
use crate::engine::table::{Operation, Place as Location, Table};
use crate::sandbox;

/// Characters of a segment of a path that are escaped. All forms of one path become the same.
const SEGMENT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// Headers of requests and of answers that are recorded.
const HEADERS: &[&str] = &[
    "accept",
    "content-type",
    "date",
    "last-event-id",
    "location",
    "retry-after",
    "sozu-id",
    "x-clever-password",
    "x-sandbox",
];

/// Names of all properties and query parameters of the spec, and all text segments of its paths.
static NAMES: LazyLock<HashSet<String>> = LazyLock::new(|| {
    let table = sandbox::table();
    let mut names: HashSet<String> = table.router().literals().map(str::to_owned).collect();
    let parameters = table.operations.iter().flat_map(|operation| &operation.parameters);
    names.extend(parameters.map(|parameter| parameter.name.clone()));
    table.definitions.values().for_each(|schema| collect_names(schema, &mut names));
    for operation in &table.operations {
        operation.success.schema.iter().for_each(|schema| collect_names(schema, &mut names));
        operation.request.iter().for_each(|request| collect_names(&request.schema, &mut names));
    }
    // Bodies of errors have no schema.
    names.extend(["context", "error", "fieldName", "fields", "id", "message", "type"].map(str::to_owned));
    names
});

fn collect_names(schema: &Value, names: &mut HashSet<String>) {
    match schema {
        Value::Object(map) => {
            if let Some(properties) = map.get("properties").and_then(Value::as_object) {
                names.extend(properties.keys().cloned());
            }
            map.values().for_each(|schema| collect_names(schema, names));
        }
        Value::Array(items) => items.iter().for_each(|schema| collect_names(schema, names)),
        _ => {}
    }
}

/// Replaces secrets, ids and personal data of exchanges.
pub(super) struct Concealer {
    table: Arc<Table>,
    disguise: Disguise,
    /// `true` while an answer of the public catalogue is read, whose texts are the same for everybody.
    is_public: bool,
}

/// A body that was read: its media type, its chunks with their times, its size, and whether it came to its end.
pub(super) struct Read<'a> {
    pub(super) media: Option<&'a str>,
    pub(super) chunks: &'a [(Duration, Bytes)],
    pub(super) size: u64,
    /// `false` if chunks were left out because the body was too large.
    pub(super) is_whole: bool,
    /// `false` if the body was broken off.
    pub(super) ended: bool,
}

impl Concealer {
    pub(super) fn new(key: [u8; 32]) -> Self {
        Self { table: sandbox::table(), disguise: Disguise::new(key), is_public: false }
    }

    /// Position in the table of the operation of a request.
    pub(super) fn operation(&self, method: &Method, uri: &Uri) -> Option<usize> {
        Some(self.table.router().find(method.as_str(), uri.path())?.operation)
    }

    pub(super) fn id(&self, operation: usize) -> &str {
        &self.table.operations[operation].id
    }

    /// The path and the query.
    pub(super) fn target(&mut self, method: &Method, uri: &Uri) -> String {
        self.is_public = false;
        let table = Arc::clone(&self.table);
        let found = table.router().pieces(method.as_str(), uri.path());
        let operation = found.as_ref().map(|(index, _)| &table.operations[*index]);
        let path = match &found {
            Some((index, segments)) => segments
                .iter()
                .map(|pieces| {
                    let pieces = pieces.iter().map(|(name, text)| match name {
                        Some(name) => {
                            let place =
                                parameter(&table, Some(&table.operations[*index]), Location::Path, name);
                            self.input(&place, name, text)
                        }
                        None => text.clone(),
                    });
                    encoded(&pieces.collect::<String>())
                })
                .collect::<Vec<_>>(),
            None => uri.path().split('/').map(|segment| self.segment(segment)).collect(),
        };
        let mut target = path.join("/");
        let query = self.pairs(uri.query().unwrap_or_default().as_bytes(), |name| {
            parameter(&table, operation, Location::Query, name)
        });
        if !query.is_empty() {
            let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(query).finish();
            target.extend(["?", &query]);
        }
        target
    }

    /// A segment of a path that is not in the spec.
    fn segment(&mut self, segment: &str) -> String {
        let text = percent_decode_str(segment).decode_utf8_lossy();
        if NAMES.contains(text.as_ref()) || is_version(&text) {
            return encoded(&text);
        }
        encoded(&self.unnamed(&text))
    }

    /// Fields of a form or of a query, without credentials.
    fn pairs<'a>(&mut self, text: &[u8], place: impl Fn(&str) -> Place<'a>) -> Vec<(String, String)> {
        let pairs = form_urlencoded::parse(text).filter(|(name, _)| name != "authorization");
        pairs
            .map(|(name, value)| {
                let value = self.input(&place(&name), &name, &value);
                let name =
                    if NAMES.contains(name.as_ref()) { name.into_owned() } else { self.unnamed(&name) };
                (name, value)
            })
            .collect()
    }

    /// The value of a parameter or of a field of a form.
    fn input(&mut self, place: &Place<'_>, name: &str, text: &str) -> String {
        if place.is_number() && text.parse::<f64>().is_ok() {
            return text.to_owned();
        }
        self.text(place, Some(name), text)
    }

    pub(super) fn headers(&mut self, headers: &HeaderMap) -> BTreeMap<String, String> {
        self.is_public = false;
        let mut kept = BTreeMap::new();
        for name in HEADERS {
            let Some(value) = headers.get(*name).and_then(|value| value.to_str().ok()) else { continue };
            let value = match *name {
                "accept" | "content-type" => media_types(value),
                "date" | "retry-after" => match http_date(value).is_some() || value.parse::<u32>().is_ok() {
                    true => value.to_owned(),
                    false => continue,
                },
                "x-clever-password" => "***".to_owned(),
                "x-sandbox" => if value == "sample" { "sample" } else { "other" }.to_owned(),
                _ => self.unnamed(value),
            };
            kept.insert((*name).to_owned(), value);
        }
        kept
    }

    /// The body of a request.
    pub(super) fn request_body(&mut self, operation: Option<usize>, body: &Read<'_>) -> Option<Content> {
        self.is_public = false;
        let table = Arc::clone(&self.table);
        let request = operation.and_then(|index| table.operations[index].request.as_ref());
        self.body(&Place::of(&table, request.map(|request| &request.schema)), body)
    }

    /// The body of an answer.
    pub(super) fn answer_body(
        &mut self,
        operation: Option<usize>,
        uri: &Uri,
        status: u16,
        body: &Read<'_>,
    ) -> Option<Content> {
        let table = Arc::clone(&self.table);
        let operation = operation.map(|index| &table.operations[index]);
        let success = operation.filter(|_| (200..300).contains(&status)).map(|operation| &operation.success);
        self.is_public = success.is_some() && operation.is_some_and(|own| is_of_the_catalogue(own, uri));
        let content =
            self.body(&Place::of(&table, success.and_then(|success| success.schema.as_ref())), body);
        self.is_public = false;
        content
    }

    fn body(&mut self, place: &Place<'_>, body: &Read<'_>) -> Option<Content> {
        let essence = body.media.unwrap_or_default().split(';').next().unwrap_or_default();
        let media = essence.trim().to_ascii_lowercase();
        if media == "text/event-stream" {
            let list = events::read(body.chunks);
            let list = list.into_iter().map(|event| self.event(place, event)).collect();
            return Some(Content::Events(Events { list, ended: body.ended && body.is_whole }));
        }
        if body.size == 0 {
            return None;
        }
        let is_json = media == "application/json" || media.ends_with("+json");
        let is_text = media.starts_with("text/") || media.ends_with("yaml") || media.ends_with("xml");
        let is_form = media == "application/x-www-form-urlencoded";
        if !body.is_whole || !body.ended {
            return Some(Content::Omitted(body.size));
        }
        let bytes: Vec<u8> = body.chunks.iter().flat_map(|(_, chunk)| chunk).copied().collect();
        if is_form {
            let table = Arc::clone(&self.table);
            let field = |name: &str| place.property(name).unwrap_or_else(|| Place::unknown(&table));
            return Some(Content::Form(self.pairs(&bytes, field)));
        }
        if (is_json || media.is_empty())
            && let Ok(mut value) = serde_json::from_slice(&bytes)
        {
            self.json(place, None, &mut value);
            return Some(Content::Json(value));
        }
        match String::from_utf8(bytes) {
            Ok(text) if is_text || is_json => Some(Content::Text(self.text(place, None, &text))),
            _ => Some(Content::Binary(body.size)),
        }
    }

    fn event(&mut self, place: &Place<'_>, event: Event) -> Event {
        let name = event.event.map(|name| {
            let is_name = name.len() <= 40 && name.bytes().all(|b| b.is_ascii_uppercase() || b == b'_');
            if is_name || name == "message" { name } else { self.unnamed(&name) }
        });
        let data = event.data.map(|mut data| {
            // The platform's own events have other data than the schema says.
            match name.as_deref() {
                Some("HEARTBEAT" | "END_OF_STREAM") => {
                    let table = Arc::clone(&self.table);
                    self.event_of_the_platform(&Place::unknown(&table), &mut data);
                }
                _ => self.json(place, None, &mut data),
            }
            data
        });
        let text = event.text.map(|text| self.unnamed(&text));
        let id = event.id.map(|id| self.unnamed(&id));
        Event { event: name, id, data, text, ..event }
    }

    /// The reason of the end of a stream is a constant.
    fn event_of_the_platform(&mut self, place: &Place<'_>, data: &mut Value) {
        let reason = data.get("endedBy").and_then(Value::as_str).map(str::to_owned);
        self.json(place, None, data);
        if let Some(reason) = reason
            && reason.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'_')
        {
            data["endedBy"] = reason.into();
        }
    }

    fn json(&mut self, place: &Place<'_>, name: Option<&str>, value: &mut Value) {
        match value {
            Value::Number(_) if place.is_secret() => *value = 0.into(),
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
            Value::String(text) => *text = self.text(place, name, text),
            Value::Array(items) if place.is_secret() => {
                items.iter_mut().for_each(|v| self.json(place, name, v))
            }
            Value::Array(items) => {
                let place = place.items();
                items.iter_mut().for_each(|value| self.json(&place, name, value));
            }
            Value::Object(fields) => {
                let mut made = Map::new();
                for (key, mut value) in std::mem::take(fields) {
                    let (shown, part) = self.key(place, &key);
                    self.json(&part, Some(&key), &mut value);
                    made.insert(shown, value);
                }
                *fields = made;
            }
        }
    }

    /// A key of an object and the place of its value. Keys of maps are data, names of fields are not.
    fn key<'a>(&mut self, place: &Place<'a>, key: &str) -> (String, Place<'a>) {
        if place.is_secret() {
            let shown = if NAMES.contains(key) { key.to_owned() } else { self.unnamed(key) };
            return (shown, place.clone());
        }
        if let Some(part) = place.property(key) {
            return (key.to_owned(), part);
        }
        if let Some(values) = place.values() {
            return (self.unnamed(key), values);
        }
        let is_name = match place.names_properties() {
            // A field that the spec lacks.
            true => key.len() <= 40 && key.bytes().all(|b| b.is_ascii_alphanumeric() || b"_-@".contains(&b)),
            false => NAMES.contains(key),
        };
        let is_name = is_name && disguise::uuid_in(key).is_none() && !self.disguise.knows(key);
        (if is_name { key.to_owned() } else { self.unnamed(key) }, place.nothing())
    }

    fn text(&mut self, place: &Place<'_>, name: Option<&str>, text: &str) -> String {
        if place.is_secret() {
            // A URL with a secret in it stays a URL, of which every part is replaced.
            return if safe::is_url(text) { self.disguise.plain(text) } else { self.disguise.secret(text) };
        }
        if place.lists(text) || self.is_shown(place, name, text) {
            return text.to_owned();
        }
        self.unnamed(text)
    }

    fn is_shown(&self, place: &Place<'_>, name: Option<&str>, text: &str) -> bool {
        let is_public = self.is_public && !text.contains('@') && !text.contains("://");
        let is_code = name == Some("code") && text.starts_with("clever.") && text.bytes().all(is_of_a_code);
        // Of JSON that no schema describes, the names of fields say nothing.
        let is_safe = !place.is_unknown() && safe::is_safe(name, text);
        (is_public || is_code || is_safe) && !self.disguise.knows(text)
    }

    /// A text of which only its shape is known.
    fn unnamed(&mut self, text: &str) -> String {
        if safe::is_constant(text) && !self.disguise.knows(text) {
            return text.to_owned();
        }
        self.disguise.plain(text)
    }
}

fn is_of_a_code(byte: u8) -> bool {
    byte.is_ascii_lowercase() || byte == b'.' || byte == b'-'
}

fn parameter<'a>(
    table: &'a Table,
    operation: Option<&'a Operation>,
    location: Location,
    name: &str,
) -> Place<'a> {
    let parameters = operation.into_iter().flat_map(|operation| &operation.parameters);
    let schema = parameters
        .filter(|parameter| parameter.place == location && parameter.name == name)
        .map(|parameter| &parameter.schema)
        .next();
    Place::of(table, schema)
}

/// Returns `true` for products and zones that are the same for everybody: the request names no owner, for whom there may be others.
fn is_of_the_catalogue(operation: &Operation, uri: &Uri) -> bool {
    let is_product = ["/v2/products/", "/v4/products/"].iter().any(|start| operation.path.starts_with(start));
    let asks_for_an_owner = uri.query().is_some_and(|query| {
        form_urlencoded::parse(query.as_bytes())
            .any(|(name, _)| name == "orgaId" || name == "ownerId" || name == "for")
    });
    is_product && !asks_for_an_owner
}

fn is_version(segment: &str) -> bool {
    segment.strip_prefix('v').is_some_and(|number| number.len() == 1 && number.parse::<u8>().is_ok())
        || segment.is_empty()
}

/// The segment of a path for a text.
pub(super) fn encoded(text: &str) -> String {
    utf8_percent_encode(text, SEGMENT).to_string()
}

/// Media types without their parameters, but `charset`.
fn media_types(value: &str) -> String {
    let types = value.split(',').map(|media| {
        let mut parts = media.split(';').map(str::trim);
        let essence: String =
            parts.next().unwrap_or_default().chars().filter(|c| is_of_a_media_type(*c)).collect();
        match parts.find(|part| part.eq_ignore_ascii_case("charset=utf-8")) {
            Some(_) => format!("{essence}; charset=utf-8"),
            None => essence,
        }
    });
    types.collect::<Vec<_>>().join(", ")
}

fn is_of_a_media_type(char: char) -> bool {
    char.is_ascii_alphanumeric() || "/*+.-_".contains(char)
}
