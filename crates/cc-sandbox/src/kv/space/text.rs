//! Commands on keys that hold a text.

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
    ("SETEX", 4, 4, |space, now, words| {
        let words = ["SETEX", &words[1], &words[3], "EX", &words[2]].map(str::to_owned);
        set(space, now, &words)
    }),
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
            return Err("ERR wrong number of arguments for 'mset' command".to_owned());
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

fn set(space: &mut Space, now: i64, words: &[String]) -> Replied {
    let (key, mut options) = (&words[1], words[3..].iter());
    let (mut only_new, mut only_old, mut get, mut keep, mut expires) = (false, false, false, false, None);
    while let Some(option) = options.next() {
        match option.to_ascii_uppercase().as_str() {
            "NX" => only_new = true,
            "XX" => only_old = true,
            "GET" => get = true,
            "KEEPTTL" => keep = true,
            unit @ ("EX" | "PX") => {
                let time = integer(options.next().ok_or(SYNTAX)?)?;
                let time = time.checked_mul(if unit == "EX" { 1_000 } else { 1 }).filter(|time| *time > 0);
                let name = words[0].to_ascii_lowercase();
                let invalid = || format!("ERR invalid expire time in '{name}' command");
                expires = Some(time.and_then(|time| now.checked_add(time)).ok_or_else(invalid)?);
            }
            _ => return Err(SYNTAX.to_owned()),
        }
    }
    if only_new && only_old || keep && expires.is_some() {
        return Err(SYNTAX.to_owned());
    }
    let before = if get { maybe(space.text(key)?)? } else { Resp::Nil };
    let is_there = space.keys.contains_key(key);
    if is_there && only_new || !is_there && only_old {
        return Ok(before);
    }
    if keep {
        expires = space.keys.get(key).and_then(|entry| entry.expires);
    }
    space.put(key, Data::Text(words[2].clone()), expires);
    if get { Ok(before) } else { ok() }
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
