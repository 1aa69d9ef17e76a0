//! A real server, reached with the URL that the client sends.

use percent_encoding::percent_decode_str;

use super::Resp;
use crate::engine::reply::Refusal;
use crate::refusals;

/// Parts of a backend URL.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Place {
    pub(super) user: String,
    pub(super) password: String,
    pub(super) host: String,
    /// Host and port, as they are in the URL.
    pub(super) address: String,
    /// Number of the database.
    pub(super) database: String,
}

/// Reads a backend URL: `redis://user:password@host:port/database`.
pub(super) fn place(url: &str) -> Option<Place> {
    let rest = url.strip_prefix("redis://").or_else(|| url.strip_prefix("rediss://"))?;
    let (authority, database) = rest.split_once('/').unwrap_or((rest, ""));
    let (user, address) = authority.rsplit_once('@').unwrap_or(("", authority));
    let (user, password) = user.split_once(':').unwrap_or((user, ""));
    let host = address.rsplit_once(':').map_or(address, |(host, _)| host);
    let decoded = |text: &str| percent_decode_str(text).decode_utf8_lossy().into_owned();
    (!host.is_empty()).then(|| Place {
        user: decoded(user),
        password: decoded(password),
        host: host.to_owned(),
        address: address.to_owned(),
        database: if database.is_empty() { "0" } else { database }.to_owned(),
    })
}

pub(super) use real::{Connection, connect, run};

#[cfg(feature = "redis")]
mod real {
    use redis::aio::MultiplexedConnection;

    use super::super::{WRONG_PASSWORD, error};
    use super::*;

    /// A connection for one request.
    pub(in crate::kv) type Connection = MultiplexedConnection;

    pub(in crate::kv) async fn connect(url: &str) -> Result<Connection, Refusal> {
        let client = redis::Client::open(url).map_err(failed)?;
        client.get_multiplexed_async_connection().await.map_err(failed)
    }

    pub(in crate::kv) async fn run(connection: &Connection, words: &[String]) -> Result<Resp, Refusal> {
        // What pushes, or takes the connection over, gives no reply that could be sent back.
        let name = words.first().map(|name| name.to_ascii_uppercase()).unwrap_or_default();
        if matches!(name.as_str(), "SUBSCRIBE" | "PSUBSCRIBE" | "SSUBSCRIBE" | "MONITOR" | "SYNC" | "PSYNC") {
            return Ok(Resp::Error(super::super::space::unknown(words)));
        }
        let mut command = redis::Cmd::new();
        command.arg(words);
        match connection.clone().send_packed_command(&command).await {
            Ok(value) => Ok(reply(value)),
            Err(cause) => match told(&cause) {
                Some(text) => Ok(Resp::Error(text)),
                None => Err(failed(cause)),
            },
        }
    }

    fn reply(value: redis::Value) -> Resp {
        use redis::Value;
        match value {
            Value::Nil => Resp::Nil,
            Value::Int(number) => Resp::Integer(number),
            Value::Okay => Resp::Status("OK".to_owned()),
            Value::SimpleString(text) => Resp::Status(text),
            Value::BulkString(bytes) => Resp::text(String::from_utf8_lossy(&bytes)),
            Value::Array(list) | Value::Set(list) => Resp::List(list.into_iter().map(reply).collect()),
            Value::Map(pairs) => {
                Resp::List(pairs.into_iter().flat_map(|(key, value)| [reply(key), reply(value)]).collect())
            }
            Value::Double(number) => Resp::text(number.to_string()),
            Value::Boolean(yes) => Resp::Integer(yes.into()),
            Value::ServerError(error) => {
                Resp::Error(format!("{} {}", error.code(), error.details().unwrap_or_default()))
            }
            other => Resp::text(format!("{other:?}")),
        }
    }

    /// The words of the server, when it is the server that refused.
    fn told(cause: &redis::RedisError) -> Option<String> {
        // The crate keeps the words to itself when the password is not right.
        if cause.kind() == redis::ErrorKind::AuthenticationFailed {
            return Some(WRONG_PASSWORD.to_owned());
        }
        Some(format!("{} {}", cause.code()?, cause.detail().unwrap_or_default()))
    }

    /// Refusal for a command that could not be sent, or whose reply was lost.
    fn failed(cause: redis::RedisError) -> Refusal {
        match told(&cause) {
            Some(text) => error(&text),
            None => refusals::UNREACHABLE.with([cause.category()]),
        }
    }
}

#[cfg(not(feature = "redis"))]
mod real {
    use super::*;

    /// Without a connection.
    pub(in crate::kv) enum Connection {}

    pub(in crate::kv) async fn connect(_: &str) -> Result<Connection, Refusal> {
        Err(refusals::UNREACHABLE.with(["the sandbox is built without its feature `redis`"]))
    }

    pub(in crate::kv) async fn run(connection: &Connection, _: &[String]) -> Result<Resp, Refusal> {
        match *connection {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_tells_user_password_and_database() {
        let place = place("redis://u%40:p%3A@h.example:6380/2").unwrap();
        assert_eq!((place.user.as_str(), place.password.as_str()), ("u@", "p:"));
        assert_eq!((place.host.as_str(), place.address.as_str()), ("h.example", "h.example:6380"));
        assert_eq!(place.database, "2");
        let place = super::place("rediss://:p@h").unwrap();
        assert_eq!((place.address.as_str(), place.database.as_str()), ("h", "0"));
        assert_eq!(super::place("http://h"), None);
        assert_eq!(super::place("redis://"), None);
    }
}
