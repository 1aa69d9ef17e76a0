//! Commands on keys that hold a text.

use super::expiry::Options;
use super::*;

pub(super) const COMMANDS: &[(&str, usize, usize, Run)] = &[
    ("GET", 2, 2, |space, _, words| maybe(space.text(&words[1])?)),
    ("SET", 3, MANY, set),
    ("SETNX", 3, 3, |space, _, words| {
        let is_new = !space.keys.contains_key(&words[1]);
        if is_new {
            space.put(&words[1], Data::Text(words[2].clone()), None);
        }
        count(is_new.into())
    }),
    ("SETEX", 4, 4, |space, now, words| set_for(space, now, words, "EX")),
    ("PSETEX", 4, 4, |space, now, words| set_for(space, now, words, "PX")),
    ("GETSET", 3, 3, |space, _, words| {
        let before = maybe(space.text(&words[1])?);
        space.put(&words[1], Data::Text(words[2].clone()), None);
        before
    }),
    ("GETDEL", 2, 2, |space, _, words| {
        let before = maybe(space.text(&words[1])?);
        space.keys.shift_remove(&words[1]);
        before
    }),
    ("MGET", 2, MANY, |space, _, words| {
        let one = |key: &String| space.text(key).ok().flatten().map_or(Resp::Nil, Resp::text);
        Ok(Resp::List(words[1..].iter().map(one).collect()))
    }),
    ("MSET", 3, MANY, |space, _, words| {
        if words.len().is_multiple_of(2) {
            return Err(wrong_number(&words[0]));
        }
        for pair in words[1..].chunks_exact(2) {
            space.put(&pair[0], Data::Text(pair[1].clone()), None);
        }
        ok()
    }),
    ("STRLEN", 2, 2, |space, _, words| count(space.text(&words[1])?.map_or(0, String::len))),
    ("APPEND", 3, 3, |space, _, words| {
        let mut text = space.text(&words[1])?.cloned().unwrap_or_default();
        text.push_str(&words[2]);
        let length = text.len();
        change(space, &words[1], text);
        count(length)
    }),
    ("INCR", 2, 2, |space, _, words| add(space, &words[1], Some(1))),
    ("DECR", 2, 2, |space, _, words| add(space, &words[1], Some(-1))),
    ("INCRBY", 3, 3, |space, _, words| add(space, &words[1], Some(integer(&words[2])?))),
    ("DECRBY", 3, 3, |space, _, words| add(space, &words[1], integer(&words[2])?.checked_neg())),
];

/// Sets a text and its time to live, in the order of the arguments of `SETEX`.
fn set_for(space: &mut Space, now: i64, words: &[String], unit: &str) -> Replied {
    let words = [words[0].as_str(), &words[1], &words[3], unit, &words[2]].map(str::to_owned);
    set(space, now, &words)
}

fn set(space: &mut Space, now: i64, words: &[String]) -> Replied {
    let key = &words[1];
    let options = Options::read(&words[3..], true)?;
    let mut expires = options.time(now, &words[0])?;
    let before = if options.get { maybe(space.text(key)?)? } else { Resp::Nil };
    let is_there = space.keys.contains_key(key);
    if is_there && options.only_new || !is_there && options.only_old {
        return Ok(before);
    }
    if options.keep {
        expires = space.keys.get(key).and_then(|entry| entry.expires);
    }
    space.put(key, Data::Text(words[2].clone()), expires);
    if options.get { Ok(before) } else { ok() }
}

fn add(space: &mut Space, key: &str, by: Option<i64>) -> Replied {
    let before = integer(space.text(key)?.map_or("0", String::as_str))?;
    let overflow = || "ERR increment or decrement would overflow".to_owned();
    let after = by.and_then(|by| before.checked_add(by)).ok_or_else(overflow)?;
    change(space, key, after.to_string());
    Ok(Resp::Integer(after))
}

/// Another text, for as long as the one before would have stayed.
fn change(space: &mut Space, key: &str, text: String) {
    let expires = space.keys.get(key).and_then(|entry| entry.expires);
    space.put(key, Data::Text(text), expires);
}
