//! A key space in memory, with the commands that people use most, in the words of Redis 7.

mod expiry;
mod hash;
mod key;
mod list;
mod set;
mod text;

use std::collections::VecDeque;

use indexmap::{IndexMap, IndexSet};
use serde::{Deserialize, Serialize};

use super::Resp;

pub(super) const WRONG_TYPE: &str = "WRONGTYPE Operation against a key holding the wrong kind of value";
pub(super) const OUT_OF_RANGE: &str = "ERR index out of range";
const NOT_AN_INTEGER: &str = "ERR value is not an integer or out of range";
const SYNTAX: &str = "ERR syntax error";

/// The keys of one database.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Space {
    #[serde(with = "indexmap::map::serde_seq")]
    keys: IndexMap<String, Entry>,
    /// Number of keys ever created: cursors of scans are such numbers, so that deleted keys do not shift the
    /// others.
    made: i64,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Entry {
    data: Data,
    /// Expiration time, in epoch milliseconds.
    expires: Option<i64>,
    number: i64,
}

/// Content of a key.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
enum Data {
    Text(String),
    Hash(#[serde(with = "indexmap::map::serde_seq")] IndexMap<String, String>),
    List(VecDeque<String>),
    Set(IndexSet<String>),
}

impl Data {
    fn kind(&self) -> &'static str {
        match self {
            Self::Text(_) => "string",
            Self::Hash(_) => "hash",
            Self::List(_) => "list",
            Self::Set(_) => "set",
        }
    }

    fn is_empty(&self) -> bool {
        match self {
            Self::Text(_) => false,
            Self::Hash(fields) => fields.is_empty(),
            Self::List(elements) => elements.is_empty(),
            Self::Set(members) => members.is_empty(),
        }
    }
}

/// Reply of a command, or its error.
pub(super) type Replied = Result<Resp, String>;

/// A command on a key space at a time, with its arguments: its name is the first of them.
pub(super) type Run = fn(&mut Space, i64, &[String]) -> Replied;

/// Commands by name, with the least and the most words that they take, their name included.
const COMMANDS: &[&[(&str, usize, usize, Run)]] =
    &[key::COMMANDS, expiry::COMMANDS, text::COMMANDS, hash::COMMANDS, list::COMMANDS, set::COMMANDS];

/// Commands that can make a key space larger. None adds more than its words.
const GROWING: &[&str] = &[
    "SET", "SETNX", "SETEX", "PSETEX", "GETSET", "MSET", "APPEND", "INCR", "DECR", "INCRBY", "DECRBY",
    "HSET", "HMSET", "HSETNX", "HINCRBY", "LPUSH", "RPUSH", "LSET", "SADD", "RENAME",
];

/// Size of a key, a field or a value beside its bytes.
const OVERHEAD: usize = 64;

/// Most bytes that a command can add to a key space.
pub(super) fn may_add(words: &[String]) -> usize {
    let grows = words.first().is_some_and(|name| GROWING.iter().any(|own| own.eq_ignore_ascii_case(name)));
    if grows { sizes(words) } else { 0 }
}

fn sizes<'a>(texts: impl IntoIterator<Item = &'a String>) -> usize {
    texts.into_iter().map(|text| text.len() + OVERHEAD).sum()
}

/// More words than anyone sends.
const MANY: usize = usize::MAX;

impl Space {
    /// Size of the keys and of what they hold.
    pub(super) fn size(&self) -> usize {
        let content = |entry: &Entry| match &entry.data {
            Data::Text(text) => sizes([text]),
            Data::Hash(fields) => sizes(fields.keys()) + sizes(fields.values()),
            Data::List(elements) => sizes(elements),
            Data::Set(members) => sizes(members),
        };
        self.keys.iter().map(|(key, entry)| key.len() + OVERHEAD + content(entry)).sum()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }

    /// Runs a command.
    pub(super) fn run(&mut self, now: i64, words: &[String]) -> Resp {
        self.keys.retain(|_, entry| entry.expires.is_none_or(|expires| expires > now));
        let replied = find(words).and_then(|run| run(self, now, words));
        // A key without content does not exist.
        self.keys.retain(|_, entry| !entry.data.is_empty());
        replied.unwrap_or_else(Resp::Error)
    }

    fn text(&self, key: &str) -> Result<Option<&String>, String> {
        match self.keys.get(key).map(|entry| &entry.data) {
            None => Ok(None),
            Some(Data::Text(text)) => Ok(Some(text)),
            Some(_) => Err(WRONG_TYPE.to_owned()),
        }
    }

    fn hash(&mut self, key: &str) -> Result<&mut IndexMap<String, String>, String> {
        match self.data(key, || Data::Hash(IndexMap::new())) {
            Data::Hash(fields) => Ok(fields),
            _ => Err(WRONG_TYPE.to_owned()),
        }
    }

    fn list(&mut self, key: &str) -> Result<&mut VecDeque<String>, String> {
        match self.data(key, || Data::List(VecDeque::new())) {
            Data::List(elements) => Ok(elements),
            _ => Err(WRONG_TYPE.to_owned()),
        }
    }

    fn set(&mut self, key: &str) -> Result<&mut IndexSet<String>, String> {
        match self.data(key, || Data::Set(IndexSet::new())) {
            Data::Set(members) => Ok(members),
            _ => Err(WRONG_TYPE.to_owned()),
        }
    }

    /// Content of a key; an absent key is created with this content, and removed again if it stays empty.
    fn data(&mut self, key: &str, new: impl FnOnce() -> Data) -> &mut Data {
        let made = &mut self.made;
        let entry = self.keys.entry(key.to_owned()).or_insert_with(|| {
            *made += 1;
            Entry { data: new(), expires: None, number: *made }
        });
        &mut entry.data
    }

    /// Replaces the content and the expiration time of a key.
    fn put(&mut self, key: &str, data: Data, expires: Option<i64>) {
        *self.data(key, || Data::Text(String::new())) = data;
        if let Some(entry) = self.keys.get_mut(key) {
            entry.expires = expires;
        }
    }
}

/// Number of commands.
pub(super) const COUNT: i64 = {
    let (mut count, mut group) = (0, 0);
    while group < COMMANDS.len() {
        count += COMMANDS[group].len() as i64;
        group += 1;
    }
    count
};

/// The command that the first word names, if it takes so many words.
pub(super) fn find(words: &[String]) -> Result<Run, String> {
    let name = words.first().map(|name| name.to_ascii_uppercase()).unwrap_or_default();
    let command = COMMANDS.iter().copied().flatten().find(|command| command.0 == name);
    let (_, least, most, run) = command.ok_or_else(|| unknown(words))?;
    if (*least..=*most).contains(&words.len()) { Ok(*run) } else { Err(wrong_number(&name)) }
}

/// Redis error for a command with too few or too many words.
pub(super) fn wrong_number(name: &str) -> String {
    format!("ERR wrong number of arguments for '{}' command", name.to_ascii_lowercase())
}

/// Redis error for an unknown command.
pub(super) fn unknown(words: &[String]) -> String {
    let (name, args) = words.split_first().map_or(("", &[][..]), |(name, args)| (name.as_str(), args));
    let args: String = args.iter().map(|arg| format!("'{arg}' ")).collect();
    format!("ERR unknown command '{name}', with args beginning with: {args}")
}

fn ok() -> Replied {
    Ok(Resp::Status("OK".to_owned()))
}

fn count(number: usize) -> Replied {
    Ok(Resp::Integer(i64::try_from(number).unwrap_or(i64::MAX)))
}

fn maybe(text: Option<impl Into<String>>) -> Replied {
    Ok(text.map_or(Resp::Nil, Resp::text))
}

fn all(texts: impl IntoIterator<Item = impl Into<String>>) -> Replied {
    Ok(Resp::List(replies(texts)))
}

fn replies(texts: impl IntoIterator<Item = impl Into<String>>) -> Vec<Resp> {
    texts.into_iter().map(Resp::text).collect()
}

fn integer(text: &str) -> Result<i64, String> {
    text.parse().map_err(|_| NOT_AN_INTEGER.to_owned())
}

/// Reply of `HSCAN` and `SSCAN`: everything at once, as Redis does for small collections.
fn whole_scan(words: &[String], items: impl IntoIterator<Item = Vec<String>>) -> Replied {
    integer(&words[2]).map_err(|_| "ERR invalid cursor".to_owned())?;
    let options = ScanOptions::read(&words[3..])?;
    let found =
        items.into_iter().filter(|item| options.matches(&item[0])).flatten().map(Resp::Text).collect();
    Ok(Resp::List(vec![Resp::text("0"), Resp::List(found)]))
}

/// `MATCH`, `COUNT` and `TYPE` of a scan.
struct ScanOptions<'a> {
    pattern: Option<&'a str>,
    count: usize,
    kind: Option<&'a str>,
}

impl<'a> ScanOptions<'a> {
    fn read(words: &'a [String]) -> Result<Self, String> {
        let mut options = Self { pattern: None, count: 10, kind: None };
        for pair in words.chunks(2) {
            let [name, value] = pair else { return Err(SYNTAX.to_owned()) };
            match name.to_ascii_uppercase().as_str() {
                "MATCH" => options.pattern = Some(value),
                "TYPE" => options.kind = Some(value),
                "COUNT" => match usize::try_from(integer(value)?) {
                    Ok(count) if count > 0 => options.count = count,
                    _ => return Err(SYNTAX.to_owned()),
                },
                _ => return Err(SYNTAX.to_owned()),
            }
        }
        Ok(options)
    }

    fn matches(&self, text: &str) -> bool {
        self.pattern.is_none_or(|pattern| super::glob::matches(pattern, text))
    }
}

/// The positions from `start` to `stop`, both included, counted from the end where they are negative.
fn range(length: usize, start: i64, stop: i64) -> std::ops::Range<usize> {
    let length = i64::try_from(length).unwrap_or(i64::MAX);
    let at = |index: i64| if index < 0 { index + length } else { index };
    let (start, stop) = (at(start).max(0), at(stop).min(length - 1));
    if start > stop {
        return 0..0;
    }
    // Both lie between 0 and the length.
    usize::try_from(start).unwrap_or(0)..usize::try_from(stop + 1).unwrap_or(0)
}
