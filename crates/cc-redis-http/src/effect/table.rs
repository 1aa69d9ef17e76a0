//! Effects of Redis commands. Source: the command documentation of Redis 7, with each command's key
//! positions, flags and replies; and of Materia KV, with its additional commands (`JSON.…`).
//!
//! What is not here is taken to change anything, and to do so again when it is repeated.

use super::Effect::{self, Idempotent, Once, Read};

/// Positions of the keys among the arguments of a command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Touched {
    /// Nowhere: it asks the server.
    Nothing,
    First,
    /// After a subcommand.
    Second,
    Each,
    /// The first, the third and so on.
    EachOther,
    /// Many keys, or keys that are given in another way.
    All,
}

use Touched::{All, Each, EachOther, First, Nothing, Second};

/// Commands by their effect and their keys. A name of two words is a command and its subcommand.
#[rustfmt::skip]
const TABLE: &[(Effect, Touched, &[&str])] = &[
    (Read, First, &[
        "BITCOUNT", "BITFIELD", "BITFIELD_RO", "BITPOS", "DUMP", "EXPIRETIME", "GEODIST", "GEOHASH", "GEOPOS",
        "GEORADIUS", "GEORADIUSBYMEMBER", "GEORADIUSBYMEMBER_RO", "GEORADIUS_RO", "GEOSEARCH", "GET", "GETBIT", "GETEX",
        "GETRANGE", "HEXISTS", "HEXPIRETIME", "HGET", "HGETALL", "HKEYS", "HLEN", "HMGET", "HPEXPIRETIME", "HPTTL",
        "HRANDFIELD", "HSCAN", "HSTRLEN", "HTTL", "HVALS", "JSON.ARRINDEX", "JSON.ARRLEN", "JSON.GET", "JSON.OBJKEYS",
        "JSON.OBJLEN", "JSON.RESP", "JSON.STRLEN", "JSON.TYPE", "LINDEX", "LLEN", "LPOS", "LRANGE", "PEXPIRETIME", "PTTL",
        "SCARD", "SISMEMBER", "SMEMBERS", "SMISMEMBER", "SORT", "SORT_RO", "SRANDMEMBER", "SSCAN", "STRLEN", "SUBSTR",
        "TTL", "TYPE", "XLEN", "XPENDING", "XRANGE", "XREVRANGE", "ZCARD", "ZCOUNT", "ZLEXCOUNT", "ZMSCORE",
        "ZRANDMEMBER", "ZRANGE", "ZRANGEBYLEX", "ZRANGEBYSCORE", "ZRANK", "ZREVRANGE", "ZREVRANGEBYLEX",
        "ZREVRANGEBYSCORE", "ZREVRANK", "ZSCAN", "ZSCORE",
    ]),
    (Read, Second, &[
        "MEMORY USAGE", "OBJECT ENCODING", "OBJECT FREQ", "OBJECT IDLETIME", "OBJECT REFCOUNT", "XINFO CONSUMERS",
        "XINFO GROUPS", "XINFO STREAM",
    ]),
    (Read, Each, &["EXISTS", "MGET", "PFCOUNT", "SDIFF", "SINTER", "SUNION", "TOUCH"]),
    (Read, All, &[
        "DBSIZE", "EVALSHA_RO", "EVAL_RO", "FCALL_RO", "JSON.MGET", "KEYS", "LCS", "RANDOMKEY", "SCAN", "SINTERCARD",
        "XREAD", "ZDIFF", "ZINTER", "ZINTERCARD", "ZUNION",
    ]),
    (Read, Nothing, &[
        "ACL CAT", "ACL DRYRUN", "ACL GETUSER", "ACL LIST", "ACL USERS", "ACL WHOAMI", "CLIENT GETNAME", "CLIENT ID",
        "CLIENT INFO", "CLIENT LIST", "CLUSTER COUNTKEYSINSLOT", "CLUSTER INFO", "CLUSTER KEYSLOT", "CLUSTER MYID",
        "CLUSTER NODES", "CLUSTER SHARDS", "CLUSTER SLOTS", "COMMAND", "CONFIG GET", "ECHO", "FUNCTION DUMP",
        "FUNCTION LIST", "FUNCTION STATS", "INFO", "LASTSAVE", "LATENCY DOCTOR", "LATENCY GRAPH", "LATENCY HISTOGRAM",
        "LATENCY HISTORY", "LATENCY LATEST", "LOLWUT", "MEMORY DOCTOR", "MEMORY MALLOC-STATS", "MEMORY STATS",
        "MODULE LIST", "PING", "PUBSUB CHANNELS", "PUBSUB NUMPAT", "PUBSUB NUMSUB", "PUBSUB SHARDCHANNELS",
        "PUBSUB SHARDNUMSUB", "ROLE", "SCRIPT EXISTS", "SLOWLOG GET", "SLOWLOG LEN", "TIME",
    ]),
    // The same state and the same reply however often. A time to live starts again, as if the command had come later.
    (Idempotent, First, &["HMSET", "PSETEX", "SET", "SETEX"]),
    (Idempotent, EachOther, &["MSET"]),
    // Writes of which it is known where their keys are: they wait for less.
    (Once, First, &[
        "APPEND", "DECR", "DECRBY", "EXPIRE", "EXPIREAT", "GEOADD", "GETDEL", "GETSET", "HDEL", "HEXPIRE", "HEXPIREAT",
        "HINCRBY", "HINCRBYFLOAT", "HPERSIST", "HPEXPIRE", "HPEXPIREAT", "HSET", "HSETNX", "INCR", "INCRBY",
        "INCRBYFLOAT", "JSON.ARRAPPEND", "JSON.ARRINSERT", "JSON.ARRPOP", "JSON.ARRTRIM", "JSON.CLEAR", "JSON.DEL",
        "JSON.FORGET", "JSON.MERGE", "JSON.NUMINCRBY", "JSON.NUMMULTBY", "JSON.SET", "JSON.STRAPPEND", "JSON.TOGGLE",
        "LINSERT", "LPOP", "LPUSH", "LPUSHX", "LREM", "LSET", "LTRIM", "PERSIST", "PEXPIRE", "PEXPIREAT", "PFADD",
        "RESTORE", "RPOP", "RPUSH", "RPUSHX", "SADD", "SETBIT", "SETNX", "SETRANGE", "SPOP", "SREM", "XACK", "XADD",
        "XAUTOCLAIM", "XCLAIM", "XDEL", "XSETID", "XTRIM", "ZADD", "ZINCRBY", "ZPOPMAX", "ZPOPMIN", "ZREM",
        "ZREMRANGEBYLEX", "ZREMRANGEBYRANK", "ZREMRANGEBYSCORE",
    ]),
    (Once, Each, &[
        "DEL", "PFMERGE", "RENAME", "RENAMENX", "RPOPLPUSH", "SDIFFSTORE", "SINTERSTORE", "SUNIONSTORE", "UNLINK",
    ]),
    (Once, EachOther, &["MSETNX"]),
    (Once, Nothing, &["PUBLISH", "SPUBLISH"]),
];

/// Looks up a command, or a command and its first argument.
pub(super) fn find(name: &str, first: &str) -> Option<(Effect, Touched)> {
    let two = format!("{name} {first}");
    let has =
        |names: &[&str]| names.binary_search(&name).is_ok() || names.binary_search(&two.as_str()).is_ok();
    TABLE.iter().find(|(_, _, names)| has(names)).map(|&(effect, touched, _)| (effect, touched))
}

/// Reason why the proxy does not support a command, and an alternative.
pub(super) fn unsupported(name: &str, first: &str) -> Option<&'static str> {
    Some(match name {
        "MULTI" | "EXEC" | "DISCARD" | "WATCH" | "UNWATCH" => {
            "each request runs one command; use a script (`EVAL`) for several"
        }
        "SUBSCRIBE" | "PSUBSCRIBE" | "SSUBSCRIBE" | "UNSUBSCRIBE" | "PUNSUBSCRIBE" | "SUNSUBSCRIBE"
        | "MONITOR" | "SYNC" | "PSYNC" | "REPLCONF" => {
            "a request ends with its answer, so messages cannot arrive later; use a stream (`XADD`, `XREAD`)"
        }
        "BLPOP" | "BRPOP" => "blocking commands need a connection of their own; poll with `LPOP` or `RPOP`",
        "BLMOVE" | "BRPOPLPUSH" => "blocking commands need a connection of their own; poll with `LMOVE`",
        "BLMPOP" => "blocking commands need a connection of their own; poll with `LMPOP`",
        "BZPOPMIN" | "BZPOPMAX" | "BZMPOP" => {
            "blocking commands need a connection of their own; poll with `ZMPOP`"
        }
        "WAIT" | "WAITAOF" => "it waits for the writes of its own connection, and each request uses another",
        "AUTH" | "HELLO" => "the credentials are in the backend URL",
        "SELECT" => "the number of the database is in the backend URL: `redis://…/1`",
        "QUIT" | "RESET" | "READONLY" | "READWRITE" | "ASKING" => {
            "it changes one connection, and each request uses another"
        }
        "CLIENT"
            if matches!(
                first,
                "SETNAME" | "SETINFO" | "REPLY" | "TRACKING" | "CACHING" | "NO-EVICT" | "NO-TOUCH"
            ) =>
        {
            "it changes one connection, and each request uses another"
        }
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_sorted_and_stand_in_one_place() {
        let mut all: Vec<&str> = Vec::new();
        for (_, _, names) in TABLE {
            assert!(names.is_sorted(), "{names:?}");
            all.extend(*names);
        }
        all.sort_unstable();
        let twice: Vec<_> = all.windows(2).filter(|pair| pair[0] == pair[1]).collect();
        assert!(twice.is_empty(), "{twice:?}");
    }
}
