//! Effect of repeated Redis commands, and commands that the proxy does not support.

mod table;

use std::fmt;

use cc_runtime::{Error, ErrorKind, Result};

use crate::command::{Access, Keys};
use table::Touched;

/// Effect of repeating a command. It decides whether the command is retried when no answer arrives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Effect {
    /// The command changes nothing: it is retried, and a failure is reported unchanged.
    Read,
    /// A repetition leaves the same state and returns the same reply, as with `SET`. If the
    /// [order](crate::RedisHttpClient) of commands is off, the command is retried. If no answer arrives, it
    /// may have been applied.
    Idempotent,
    /// Every other command, such as `INCR`, and every unknown one: it is sent once. If no answer arrives, it
    /// may have been applied.
    Once,
}

impl fmt::Display for Effect {
    /// One word: `read`, `idempotent` or `once`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Read => "read",
            Self::Idempotent => "idempotent",
            Self::Once => "once",
        })
    }
}

impl Effect {
    /// Returns `true` if a command with this effect may be done twice.
    #[must_use]
    pub fn may_repeat(self) -> bool {
        self != Self::Once
    }

    /// Returns the effect and the keys of a Redis command with these arguments.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidInput`] with the code `UNSUPPORTED_COMMAND` for what needs a connection of its own: transactions,
    /// subscriptions, what waits for something, and what changes the state of a connection.
    pub fn of(command: &str, args: &[String]) -> Result<Access> {
        let name = command.trim().to_ascii_uppercase();
        let first = args.first().map(|arg| arg.to_ascii_uppercase()).unwrap_or_default();
        if let Some(instead) = table::unsupported(&name, &first).or_else(|| waits(&name, args)) {
            return Err(Error::new(ErrorKind::InvalidInput)
                .with_code("UNSUPPORTED_COMMAND")
                .with_message(format!("`{name}` is not supported over the HTTP proxy: {instead}")));
        }
        let Some((mut effect, touched)) = table::find(&name, &first) else {
            return Ok(Access::new(Self::Once, Keys::All));
        };
        if !depends(&name, args) {
            effect = Self::Once;
        }
        let keys = match touched {
            Touched::Nothing => Keys::Only(Vec::new()),
            Touched::First => Keys::Only(args.iter().take(1).cloned().collect()),
            Touched::Second => Keys::Only(args.iter().skip(1).take(1).cloned().collect()),
            Touched::Each => Keys::Only(args.to_vec()),
            Touched::EachOther => Keys::Only(args.iter().step_by(2).cloned().collect()),
            Touched::All => Keys::All,
        };
        Ok(Access::new(effect, keys))
    }
}

/// Returns `true` if the arguments leave the effect from the table unchanged.
fn depends(name: &str, args: &[String]) -> bool {
    let options = |from: usize| args.iter().skip(from).map(|arg| arg.to_ascii_uppercase());
    match name {
        // With a condition, the result depends on the current value, and with `GET` the reply is the previous
        // value.
        "SET" => options(2)
            .all(|arg| !matches!(arg.as_str(), "NX" | "XX" | "GET" | "IFEQ" | "IFNE" | "IFDEQ" | "IFDNE")),
        // Without an option it is a `GET`, with one it moves the time at which the key goes.
        "GETEX" => args.len() < 2,
        "BITFIELD" => options(1).all(|arg| !matches!(arg.as_str(), "SET" | "INCRBY")),
        "SORT" | "GEORADIUS" | "GEORADIUSBYMEMBER" => {
            options(1).all(|arg| !matches!(arg.as_str(), "STORE" | "STOREDIST"))
        }
        _ => true,
    }
}

/// Alternative to a command that blocks because of an argument.
fn waits(name: &str, args: &[String]) -> Option<&'static str> {
    let mut options = args.iter().map(|arg| arg.to_ascii_uppercase()).take_while(|arg| arg != "STREAMS");
    (matches!(name, "XREAD" | "XREADGROUP") && options.any(|arg| arg == "BLOCK"))
        .then_some("omit `BLOCK`, and poll")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(line: &str) -> Result<Access> {
        let mut words = line.split(' ').map(str::to_owned);
        let command = words.next().unwrap();
        Effect::of(&command, &words.collect::<Vec<_>>())
    }

    fn effect(line: &str) -> Effect {
        of(line).unwrap().effect
    }

    fn keys(line: &str) -> Vec<String> {
        match of(line).unwrap().keys {
            Keys::Only(keys) => keys,
            Keys::All => vec!["(all)".to_owned()],
        }
    }

    #[test]
    fn reads_and_plain_sets_may_be_repeated_and_nothing_else() {
        for line in
            ["GET k", "get k", "Mget a b", "HGETALL h", "PING", "CONFIG GET *", "XREAD STREAMS s 0", "TTL k"]
        {
            assert_eq!(effect(line), Effect::Read, "{line}");
        }
        for line in ["SET k v", "set k v EX 10", "MSET a 1 b 2", "SETEX k 10 v", "HMSET h f v"] {
            assert_eq!(effect(line), Effect::Idempotent, "{line}");
        }
        for line in
            ["INCR k", "LPUSH l v", "DEL k", "SADD s m", "LSET l 0 v", "EXPIRE k 10", "FLUSHALL", "EVAL x 0"]
        {
            assert_eq!(effect(line), Effect::Once, "{line}");
        }
    }

    #[test]
    fn arguments_that_make_a_difference_are_seen() {
        for line in [
            "SET k v NX",
            "SET k v xx",
            "SET k v GET",
            "SET k v EX 10 nx",
            "GETEX k EX 10",
            "GETEX k PERSIST",
            "PEXPIREAT k 1 GT",
            "BITFIELD k INCRBY u8 0 1",
        ] {
            assert_eq!(effect(line), Effect::Once, "{line}");
        }
        assert_eq!(effect("SORT l STORE other"), Effect::Once);
        for line in ["GETEX k", "BITFIELD k GET u8 0", "SORT l DESC", "SET NX GET"] {
            assert!(effect(line).may_repeat(), "{line}");
        }
    }

    #[test]
    fn unknown_commands_are_sent_once_and_may_access_every_key() {
        for line in ["NEWCOMMAND a", "CONFIG REWRITE", "", "GETS k", "5 INCR k"] {
            assert_eq!(effect(line), Effect::Once, "{line}");
        }
        assert_eq!(of("NEWCOMMAND a").unwrap().keys, Keys::All);
    }

    #[test]
    fn keys_are_found_where_a_command_has_them() {
        assert_eq!(keys("GET a"), ["a"]);
        assert_eq!(keys("MGET a b"), ["a", "b"]);
        assert_eq!(keys("MSET a 1 b 2"), ["a", "b"]);
        assert_eq!(keys("OBJECT ENCODING a"), ["a"]);
        assert!(keys("PING").is_empty());
        assert_eq!(keys("DBSIZE"), ["(all)"]);
    }

    #[test]
    fn commands_that_need_a_connection_are_refused_with_an_alternative() {
        for (line, instead) in [
            ("MULTI", "use a script"),
            ("exec", "use a script"),
            ("WATCH k", "use a script"),
            ("SUBSCRIBE c", "use a stream"),
            ("MONITOR", "use a stream"),
            ("BLPOP l 0", "`LPOP`"),
            ("AUTH hunter2", "backend URL"),
            ("SELECT 1", "backend URL"),
            ("CLIENT SETNAME x", "connection"),
            ("XREAD COUNT 1 BLOCK 0 STREAMS s $", "`BLOCK`"),
        ] {
            let error = of(line).unwrap_err();
            assert_eq!(
                (error.kind(), error.code()),
                (ErrorKind::InvalidInput, "UNSUPPORTED_COMMAND"),
                "{line}"
            );
            assert!(error.message().unwrap().contains(instead) && error.is_not_sent(), "{error}");
            assert!(!error.to_string().contains("hunter2"));
        }
    }

    #[test]
    fn a_stream_named_block_is_no_option() {
        assert_eq!(effect("XREAD STREAMS BLOCK 0"), Effect::Read);
    }
}
