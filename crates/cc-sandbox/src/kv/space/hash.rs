//! Commands on keys that hold fields.

use super::*;

pub(super) const COMMANDS: &[(&str, usize, usize, Run)] = &[
    ("HSET", 4, MANY, set),
    ("HMSET", 4, MANY, |space, now, words| set(space, now, words).and_then(|_| ok())),
    ("HSETNX", 4, 4, |space, _, words| {
        let fields = space.hash(&words[1])?;
        let is_new = !fields.contains_key(&words[2]);
        if is_new {
            fields.insert(words[2].clone(), words[3].clone());
        }
        count(is_new.into())
    }),
    ("HGET", 3, 3, |space, _, words| maybe(space.hash(&words[1])?.get(&words[2]))),
    ("HMGET", 3, MANY, |space, _, words| {
        let fields = space.hash(&words[1])?;
        Ok(Resp::List(
            words[2..].iter().map(|field| fields.get(field).map_or(Resp::Nil, Resp::text)).collect(),
        ))
    }),
    ("HGETALL", 2, 2, |space, _, words| {
        Ok(Resp::Map(replies(space.hash(&words[1])?.iter().flat_map(|(field, value)| [field, value]))))
    }),
    ("HKEYS", 2, 2, |space, _, words| all(space.hash(&words[1])?.keys())),
    ("HVALS", 2, 2, |space, _, words| all(space.hash(&words[1])?.values())),
    ("HLEN", 2, 2, |space, _, words| count(space.hash(&words[1])?.len())),
    ("HEXISTS", 3, 3, |space, _, words| count(space.hash(&words[1])?.contains_key(&words[2]).into())),
    ("HDEL", 3, MANY, |space, _, words| {
        let fields = space.hash(&words[1])?;
        count(words[2..].iter().filter(|field| fields.shift_remove(*field).is_some()).count())
    }),
    ("HINCRBY", 4, 4, |space, _, words| {
        let by = integer(&words[3])?;
        let fields = space.hash(&words[1])?;
        let before = fields.get(&words[2]).map_or(Ok(0), |value| value.parse());
        let before: i64 = before.map_err(|_| "ERR hash value is not an integer")?;
        let after = before.checked_add(by).ok_or("ERR increment or decrement would overflow")?;
        fields.insert(words[2].clone(), after.to_string());
        Ok(Resp::Integer(after))
    }),
    ("HSCAN", 3, MANY, |space, _, words| {
        let fields = space.hash(&words[1])?;
        whole_scan(words, fields.iter().map(|(field, value)| vec![field.clone(), value.clone()]))
    }),
];

fn set(space: &mut Space, _: i64, words: &[String]) -> Replied {
    if words.len() % 2 == 1 {
        return Err(wrong_number(&words[0]));
    }
    let fields = space.hash(&words[1])?;
    let pairs = words[2..].chunks_exact(2);
    count(pairs.filter(|pair| fields.insert(pair[0].clone(), pair[1].clone()).is_none()).count())
}
