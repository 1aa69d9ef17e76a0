//! Meaning of a failure: the code of Redis.

use cc_runtime::{Error, ErrorKind};

cc_runtime::open_enum! {
    /// The first word of what Redis refuses with, which tells errors apart.
    pub enum RedisCode {
        /// Anything that has no code of its own.
        Error = "ERR",
        /// The key holds a value of another type.
        WrongType = "WRONGTYPE",
        /// The backend URL holds no password, and the database wants one.
        NoAuth = "NOAUTH",
        /// The user or the password of the backend URL is wrong.
        WrongPass = "WRONGPASS",
        /// The user may not do this.
        NoPerm = "NOPERM",
        /// The memory is used up.
        OutOfMemory = "OOM",
        /// This server only reads.
        ReadOnly = "READONLY",
        /// The server reads its data.
        Loading = "LOADING",
        /// A script keeps the server busy.
        Busy = "BUSY",
        /// There is such a key.
        BusyKey = "BUSYKEY",
        /// There is such a consumer group.
        BusyGroup = "BUSYGROUP",
        /// The consumer group does not exist.
        NoGroup = "NOGROUP",
        /// The script does not exist.
        NoScript = "NOSCRIPT",
        /// No script is running.
        NotBusy = "NOTBUSY",
        /// The script cannot be ended.
        Unkillable = "UNKILLABLE",
        /// The server cannot save its data, and takes no writes.
        MisConf = "MISCONF",
        /// The server from which this one copies cannot be reached.
        MasterDown = "MASTERDOWN",
        /// Too few copies are up to date.
        NoReplicas = "NOREPLICAS",
        /// The cluster does not work.
        ClusterDown = "CLUSTERDOWN",
        /// The keys are on several servers of the cluster.
        CrossSlot = "CROSSSLOT",
        /// The key is on another server.
        Moved = "MOVED",
        /// The key is about to be on another server.
        Ask = "ASK",
        /// The keys are on their way to another server.
        TryAgain = "TRYAGAIN",
        /// The transaction was given up.
        ExecAbort = "EXECABORT",
        /// The protocol is not known.
        NoProto = "NOPROTO",
    }
}

impl RedisCode {
    /// The code of what Redis refused with; `None` when something else failed.
    #[must_use]
    pub fn of(error: &Error) -> Option<Self> {
        if !matches!(error.kind(), ErrorKind::Refused | ErrorKind::Indeterminate) || error.status().is_none()
        {
            return None;
        }
        error.message().and_then(Self::in_text).or_else(|| Self::known(error.code()))
    }

    /// The code at the start of a text, or behind what a program puts before it: `(error) `, `ReplyError: `.
    pub(crate) fn in_text(text: &str) -> Option<Self> {
        let behind_colon = text.split_once(": ").map(|(_, rest)| rest);
        let behind_mark = text.strip_prefix("(error) ");
        [Some(text), behind_mark, behind_colon].into_iter().flatten().find_map(|text| {
            let word = text.split(' ').next().unwrap_or_default();
            Self::known(word.trim_start_matches('-'))
        })
    }

    fn known(word: &str) -> Option<Self> {
        Some(Self::other(word)).filter(|code| !matches!(code, Self::Unknown(_)))
    }
}

/// Adds the code of Redis to a failure. An answer with a code tells that the command was not applied, whatever its status.
pub(crate) fn explain(error: Error) -> Error {
    match RedisCode::of(&error) {
        // The proxy names some errors more finely than Redis, which has one word for most.
        Some(RedisCode::Error) if error.code() != error.kind().code() => error.not_applied(),
        Some(code) => error.not_applied().with_code(code.as_str()),
        None => error,
    }
}

#[cfg(test)]
mod tests {
    use cc_runtime::__private::http::{HeaderMap, StatusCode};

    use super::*;

    fn refused(status: u16, body: &str) -> Error {
        Error::from_answer(StatusCode::from_u16(status).unwrap(), &HeaderMap::new(), body.as_bytes())
            .with_attempts(1)
    }

    #[test]
    fn the_code_of_redis_is_found_wherever_the_proxy_puts_it() {
        for body in [
            r#"{"code":"clever.redis-http.error","message":"WRONGTYPE Operation against a key"}"#,
            r#"{"message":"ReplyError: WRONGTYPE Operation against a key"}"#,
            r#"{"message":"-WRONGTYPE Operation"}"#,
            r#"{"code":"WRONGTYPE","message":"Operation against a key"}"#,
            "WRONGTYPE Operation against a key",
        ] {
            let error = explain(refused(500, body));
            assert_eq!((error.kind(), error.code()), (ErrorKind::Refused, "WRONGTYPE"), "{body}");
            assert_eq!(RedisCode::of(&error), Some(RedisCode::WrongType));
        }
    }

    #[test]
    fn the_finer_code_of_the_proxy_stays() {
        let body = r#"{"code":"clever.redis-http.unknown-command","message":"ERR unknown command 'X'"}"#;
        let error = explain(refused(400, body));
        assert_eq!(error.code(), "clever.redis-http.unknown-command");
        assert_eq!(RedisCode::of(&error), Some(RedisCode::Error));
        let error = explain(refused(400, r#"{"message":"ERR syntax error"}"#));
        assert_eq!(error.code(), "ERR");
    }

    #[test]
    fn words_of_a_gateway_are_no_code_of_redis() {
        for text in ["BAD GATEWAY", "HTTP 502", "No such host: nowhere", "ERRATIC behaviour"] {
            assert_eq!(RedisCode::in_text(text), None, "{text}");
        }
    }

    #[test]
    fn an_answer_with_a_code_of_redis_tells_that_nothing_was_done() {
        let failed = refused(500, "OOM command not allowed").indeterminate();
        assert_eq!(failed.kind(), ErrorKind::Indeterminate);
        let error = explain(failed);
        assert_eq!((error.kind(), error.may_be_done()), (ErrorKind::Refused, false));
        let open = explain(refused(502, "Bad Gateway").indeterminate());
        assert_eq!((open.kind(), open.may_be_done()), (ErrorKind::Indeterminate, true));
    }
}
