//! Commands on keys that hold a list.

use super::*;

pub(super) const COMMANDS: &[(&str, usize, usize, Run)] = &[
    ("LPUSH", 3, MANY, |space, _, words| push(space, words, true)),
    ("RPUSH", 3, MANY, |space, _, words| push(space, words, false)),
    ("LPOP", 2, 3, |space, _, words| pop(space, words, VecDeque::pop_front)),
    ("RPOP", 2, 3, |space, _, words| pop(space, words, VecDeque::pop_back)),
    ("LLEN", 2, 2, |space, _, words| count(space.list(&words[1])?.len())),
    ("LINDEX", 3, 3, |space, _, words| {
        let index = integer(&words[2])?;
        let elements = space.list(&words[1])?;
        maybe(position(elements, index).map(|at| elements[at].clone()))
    }),
    ("LRANGE", 4, 4, |space, _, words| {
        let (start, stop) = (integer(&words[2])?, integer(&words[3])?);
        let elements = space.list(&words[1])?;
        all(elements.range(range(elements.len(), start, stop)))
    }),
    ("LSET", 4, 4, |space, _, words| {
        let elements = space.list(&words[1])?;
        if elements.is_empty() {
            return Err("ERR no such key".to_owned());
        }
        let index = integer(&words[2])?;
        let at = position(elements, index).ok_or(OUT_OF_RANGE)?;
        elements[at].clone_from(&words[3]);
        ok()
    }),
    ("LTRIM", 4, 4, |space, _, words| {
        let (start, stop) = (integer(&words[2])?, integer(&words[3])?);
        let elements = space.list(&words[1])?;
        *elements = elements.range(range(elements.len(), start, stop)).cloned().collect();
        ok()
    }),
];

fn push(space: &mut Space, words: &[String], head: bool) -> Replied {
    let elements = space.list(&words[1])?;
    for element in &words[2..] {
        if head {
            elements.push_front(element.clone());
        } else {
            elements.push_back(element.clone());
        }
    }
    count(elements.len())
}

fn pop(space: &mut Space, words: &[String], take: fn(&mut VecDeque<String>) -> Option<String>) -> Replied {
    let wanted = words.get(2).map(|wanted| wanted.parse::<usize>());
    let wanted = wanted.transpose().map_err(|_| "ERR value is out of range, must be positive")?;
    let elements = space.list(&words[1])?;
    match wanted {
        None => maybe(take(elements)),
        Some(_) if elements.is_empty() => Ok(Resp::Nil),
        Some(wanted) => all((0..wanted).map_while(|_| take(elements)).collect::<Vec<_>>()),
    }
}

fn position(elements: &VecDeque<String>, index: i64) -> Option<usize> {
    let length = i64::try_from(elements.len()).ok()?;
    let at = if index < 0 { index.checked_add(length)? } else { index };
    usize::try_from(at).ok().filter(|at| *at < elements.len())
}
