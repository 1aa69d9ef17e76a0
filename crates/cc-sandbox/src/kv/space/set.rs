//! Commands on keys that hold a set.

use super::*;

pub(super) const COMMANDS: &[(&str, usize, usize, Run)] = &[
    ("SADD", 3, MANY, |space, _, words| {
        let members = space.set(&words[1])?;
        count(words[2..].iter().filter(|member| members.insert((*member).clone())).count())
    }),
    ("SREM", 3, MANY, |space, _, words| {
        let members = space.set(&words[1])?;
        count(words[2..].iter().filter(|member| members.shift_remove(*member)).count())
    }),
    ("SMEMBERS", 2, 2, |space, _, words| Ok(Resp::Set(replies(space.set(&words[1])?.iter())))),
    ("SISMEMBER", 3, 3, |space, _, words| count(space.set(&words[1])?.contains(&words[2]).into())),
    ("SMISMEMBER", 3, MANY, |space, _, words| {
        let members = space.set(&words[1])?;
        Ok(Resp::List(
            words[2..].iter().map(|member| Resp::Integer(members.contains(member).into())).collect(),
        ))
    }),
    ("SCARD", 2, 2, |space, _, words| count(space.set(&words[1])?.len())),
    ("SSCAN", 3, MANY, |space, _, words| {
        whole_scan(words, space.set(&words[1])?.iter().map(|member| vec![member.clone()]))
    }),
];
