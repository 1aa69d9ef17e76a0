//! Meaning of a failure: the code of Redis, and an unknown outcome.

use cc_runtime::{Error, ErrorKind};

use crate::effect::Effect;

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
        if error.kind() != ErrorKind::Refused {
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
        match Self::from(word) {
            Self::Unknown(_) => None,
            code => Some(code),
        }
    }
}

/// Adds the code of Redis to a failure, and marks commands that may have been applied.
pub(crate) fn explain(error: Error, effect: Effect) -> Error {
    let code = RedisCode::of(&error);
    if effect != Effect::Read && code.is_none() && may_be_done(&error, effect) {
        return error.indeterminate();
    }
    match code {
        // The proxy names some errors more finely than Redis, which has one word for most.
        Some(RedisCode::Error) if error.code() != ErrorKind::Refused.code() => error,
        Some(code) => error.with_code(code.as_str()),
        None => error,
    }
}

/// Returns `true` if a write may have been applied, given its last failure.
fn may_be_done(error: &Error, effect: Effect) -> bool {
    // What must not be repeated is sent again only when it is certain that it did not arrive, so its last attempt tells.
    // Of anything else, an attempt before the last may have arrived.
    let one_before = effect == Effect::Idempotent
        && error.attempts() > 1
        && matches!(error.kind(), ErrorKind::Unreachable | ErrorKind::TimedOut);
    error.may_be_done() || one_before
}

#[cfg(test)]
mod tests {
    use cc_runtime::__private::http::{HeaderMap, StatusCode};

    use super::*;

    fn refused(status: u16, body: &str) -> Error {
        Error::from_answer(StatusCode::from_u16(status).unwrap(), &HeaderMap::new(), body.as_bytes())
            .with_attempts(1)
    }

    fn explained(error: Error, effect: Effect) -> Error {
        explain(error, effect)
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
            let error = explained(refused(500, body), Effect::Once);
            assert_eq!((error.kind(), error.code()), (ErrorKind::Refused, "WRONGTYPE"), "{body}");
            assert_eq!(RedisCode::of(&error), Some(RedisCode::WrongType));
        }
    }

    #[test]
    fn the_finer_code_of_the_proxy_stays() {
        let body = r#"{"code":"clever.redis-http.unknown-command","message":"ERR unknown command 'X'"}"#;
        let error = explained(refused(400, body), Effect::Once);
        assert_eq!(error.code(), "clever.redis-http.unknown-command");
        assert_eq!(RedisCode::of(&error), Some(RedisCode::Error));
        let error = explained(refused(400, r#"{"message":"ERR syntax error"}"#), Effect::Once);
        assert_eq!(error.code(), "ERR");
    }

    #[test]
    fn words_of_a_gateway_are_no_code_of_redis() {
        for text in ["BAD GATEWAY", "HTTP 502", "No such host: nowhere", "ERRATIC behaviour"] {
            assert_eq!(RedisCode::in_text(text), None, "{text}");
        }
    }

    #[test]
    fn a_write_that_was_sent_and_not_answered_may_have_been_done() {
        let lost = || Error::new(ErrorKind::Unreachable).with_attempts(1);
        for error in [lost(), refused(502, "Bad Gateway"), refused(503, ""), refused(408, "")] {
            assert_eq!(explained(error.clone(), Effect::Once).kind(), ErrorKind::Indeterminate);
            assert_eq!(explained(error.clone(), Effect::Idempotent).kind(), ErrorKind::Indeterminate);
            assert_eq!(explained(error.clone(), Effect::Read).kind(), error.kind());
        }
    }

    #[test]
    fn requests_that_did_not_arrive_or_were_refused_keep_their_error() {
        let not_sent = Error::new(ErrorKind::Unreachable).with_attempts(3).not_sent();
        assert_eq!(explained(not_sent.clone(), Effect::Once).kind(), ErrorKind::Unreachable);
        // One of the attempts before may have arrived.
        assert_eq!(explained(not_sent, Effect::Idempotent).kind(), ErrorKind::Indeterminate);
        let never_left = Error::new(ErrorKind::TimedOut);
        assert_eq!(explained(never_left, Effect::Once).kind(), ErrorKind::TimedOut);
        for status in [400, 401, 404, 429] {
            assert_eq!(explained(refused(status, ""), Effect::Once).kind(), ErrorKind::Refused);
        }
    }
}
