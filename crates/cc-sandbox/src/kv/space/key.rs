//! Commands on keys of any type, and on the server.

use super::*;

pub(super) const COMMANDS: &[(&str, usize, usize, Run)] = &[
    ("PING", 1, 2, |_, _, words| {
        Ok(words.get(1).map_or_else(|| Resp::Status("PONG".to_owned()), Resp::text))
    }),
    ("ECHO", 2, 2, |_, _, words| Ok(Resp::text(&words[1]))),
    ("DBSIZE", 1, 1, |space, _, _| count(space.keys.len())),
    ("FLUSHDB", 1, 2, flush),
    ("FLUSHALL", 1, 2, flush),
    ("KEYS", 2, 2, |space, _, words| {
        all(space.keys.keys().filter(|key| super::super::glob::matches(&words[1], key)))
    }),
    ("TYPE", 2, 2, |space, _, words| {
        Ok(Resp::Status(space.keys.get(&words[1]).map_or("none", |entry| entry.data.kind()).to_owned()))
    }),
    ("EXISTS", 2, MANY, |space, _, words| {
        count(words[1..].iter().filter(|key| space.keys.contains_key(*key)).count())
    }),
    ("DEL", 2, MANY, delete),
    ("UNLINK", 2, MANY, delete),
    ("RENAME", 3, 3, rename),
    ("SCAN", 2, MANY, scan),
];

fn flush(space: &mut Space, _: i64, _: &[String]) -> Replied {
    space.keys.clear();
    ok()
}

fn delete(space: &mut Space, _: i64, words: &[String]) -> Replied {
    count(words[1..].iter().filter(|key| space.keys.shift_remove(*key).is_some()).count())
}

fn rename(space: &mut Space, _: i64, words: &[String]) -> Replied {
    let entry = space.keys.shift_remove(&words[1]).ok_or("ERR no such key")?;
    space.keys.shift_remove(&words[2]);
    space.put(&words[2], entry.data, entry.expires);
    ok()
}

/// A cursor is the number of the next key. `COUNT` keys are looked at, whether they match or not.
fn scan(space: &mut Space, _: i64, words: &[String]) -> Replied {
    let cursor: i64 = words[1].parse().map_err(|_| "ERR invalid cursor")?;
    let options = ScanOptions::read(&words[2..])?;
    let mut rest = space.keys.iter().filter(|(_, entry)| entry.number >= cursor);
    let found = rest
        .by_ref()
        .take(options.count)
        .filter(|(key, entry)| {
            options.matches(key) && options.kind.is_none_or(|kind| kind == entry.data.kind())
        })
        .map(|(key, _)| Resp::text(key))
        .collect();
    let next = rest.next().map_or(0, |(_, entry)| entry.number);
    Ok(Resp::List(vec![Resp::text(next.to_string()), Resp::List(found)]))
}
