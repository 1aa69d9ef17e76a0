//! Times at which keys expire: the options of `SET` and `GETEX`, and the commands that set and read such a time.

use super::*;

/// Unit of a time, and its start: the present or the Unix epoch.
#[derive(Debug, Clone, Copy)]
pub(super) struct Unit {
    millis: i64,
    is_relative: bool,
}

impl Unit {
    const EX: Self = Self { millis: 1_000, is_relative: true };
    const PX: Self = Self { millis: 1, is_relative: true };
    const EXAT: Self = Self { millis: 1_000, is_relative: false };
    const PXAT: Self = Self { millis: 1, is_relative: false };

    fn of(option: &str) -> Option<Self> {
        Some(match option {
            "EX" => Self::EX,
            "PX" => Self::PX,
            "EXAT" => Self::EXAT,
            "PXAT" => Self::PXAT,
            _ => return None,
        })
    }

    /// The time in epoch milliseconds, unless it overflows.
    fn time(self, now: i64, number: i64) -> Option<i64> {
        number.checked_mul(self.millis)?.checked_add(if self.is_relative { now } else { 0 })
    }
}

/// Options of `SET` and `GETEX`.
#[derive(Debug, Default)]
pub(super) struct Options<'a> {
    pub(super) only_new: bool,
    pub(super) only_old: bool,
    pub(super) get: bool,
    pub(super) keep: bool,
    pub(super) persist: bool,
    time: Option<(Unit, &'a str)>,
}

impl<'a> Options<'a> {
    /// Reads the options that only `SET` takes, or only `GETEX`, and those of both.
    pub(super) fn read(words: &'a [String], of_set: bool) -> Result<Self, String> {
        let (mut options, mut words) = (Self::default(), words.iter());
        while let Some(word) = words.next() {
            let word = word.to_ascii_uppercase();
            match word.as_str() {
                "NX" if of_set && !options.only_old => options.only_new = true,
                "XX" if of_set && !options.only_new => options.only_old = true,
                "GET" if of_set => options.get = true,
                "KEEPTTL" if of_set && options.time.is_none() => options.keep = true,
                "PERSIST" if !of_set && options.time.is_none() => options.persist = true,
                word => {
                    let unit = Unit::of(word).ok_or(SYNTAX)?;
                    if options.keep || options.persist || options.time.is_some() {
                        return Err(SYNTAX.to_owned());
                    }
                    options.time = Some((unit, words.next().ok_or(SYNTAX)?));
                }
            }
        }
        Ok(options)
    }

    /// The time that the options name, for a command of this name.
    pub(super) fn time(&self, now: i64, name: &str) -> Result<Option<i64>, String> {
        let Some((unit, number)) = self.time else { return Ok(None) };
        let time =
            Some(integer(number)?).filter(|number| *number > 0).and_then(|number| unit.time(now, number));
        time.map(Some).ok_or_else(|| invalid(name))
    }
}

fn invalid(name: &str) -> String {
    format!("ERR invalid expire time in '{}' command", name.to_ascii_lowercase())
}

pub(super) const COMMANDS: &[(&str, usize, usize, Run)] = &[
    ("EXPIRE", 3, MANY, |space, now, words| expire(space, words, now, Unit::EX)),
    ("PEXPIRE", 3, MANY, |space, now, words| expire(space, words, now, Unit::PX)),
    ("EXPIREAT", 3, MANY, |space, now, words| expire(space, words, now, Unit::EXAT)),
    ("PEXPIREAT", 3, MANY, |space, now, words| expire(space, words, now, Unit::PXAT)),
    ("TTL", 2, 2, |space, now, words| time_of(space, words, now, 1_000)),
    ("PTTL", 2, 2, |space, now, words| time_of(space, words, now, 1)),
    ("EXPIRETIME", 2, 2, |space, _, words| time_of(space, words, 0, 1_000)),
    ("PEXPIRETIME", 2, 2, |space, _, words| time_of(space, words, 0, 1)),
    ("PERSIST", 2, 2, |space, _, words| {
        let expires = space.keys.get_mut(&words[1]).and_then(|entry| entry.expires.take());
        count(expires.iter().count())
    }),
    ("GETEX", 2, MANY, |space, now, words| {
        let options = Options::read(&words[2..], false)?;
        let Some(text) = space.text(&words[1])?.cloned() else { return Ok(Resp::Nil) };
        let time = options.time(now, &words[0])?;
        if let Some(entry) = space.keys.get_mut(&words[1])
            && (time.is_some() || options.persist)
        {
            entry.expires = time;
        }
        Ok(Resp::Text(text))
    }),
];

fn expire(space: &mut Space, words: &[String], now: i64, unit: Unit) -> Replied {
    let (mut nx, mut xx, mut gt, mut lt) = (false, false, false, false);
    for option in &words[3..] {
        match option.to_ascii_uppercase().as_str() {
            "NX" => nx = true,
            "XX" => xx = true,
            "GT" => gt = true,
            "LT" => lt = true,
            _ => return Err(format!("ERR Unsupported option {option}")),
        }
    }
    if nx && (xx || gt || lt) {
        return Err("ERR NX and XX, GT or LT options at the same time are not compatible".to_owned());
    }
    if gt && lt {
        return Err("ERR GT and LT options at the same time are not compatible".to_owned());
    }
    let time = unit.time(now, integer(&words[2])?).ok_or_else(|| invalid(&words[0]))?;
    let Some(entry) = space.keys.get_mut(&words[1]) else { return count(0) };
    // A key that never expires has the latest time of all.
    let applies = match entry.expires {
        None => !xx && !gt,
        Some(before) => !nx && (!gt || time > before) && (!lt || time < before),
    };
    if applies {
        entry.expires = Some(time);
    }
    count(applies.into())
}

/// The time at which a key expires, after `from` and in a unit of so many milliseconds.
fn time_of(space: &mut Space, words: &[String], from: i64, unit: i64) -> Replied {
    Ok(Resp::Integer(match space.keys.get(&words[1]).map(|entry| entry.expires) {
        None => -2,
        Some(None) => -1,
        Some(Some(expires)) => (expires - from).saturating_add(unit / 2) / unit,
    }))
}
