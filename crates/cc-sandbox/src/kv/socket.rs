//! The key spaces on a socket, for any client of Redis. The password of a connection says which key space it uses.

use std::sync::Arc;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::watch;

use super::account::Account;
use super::wire::{self, Command, Reader, Version};
use super::{Resp, WRONG_PASSWORD, space};
use crate::engine::Engine;

/// Number of databases of an account. As in Redis.
const DATABASES: u8 = 16;
/// Size of the replies that are sent together.
const SENT: usize = 64 * 1024;
/// Version of Redis that the replies are those of. The same as of the add-ons.
const REDIS: &str = "7.2.4";

/// Serves a connection until it ends, or the sandbox does.
pub(crate) async fn serve(mut stream: TcpStream, engine: Arc<Engine>, mut stopped: watch::Receiver<()>) {
    let mut session = Session::new(&engine);
    let mut reader = Reader::new(engine.limits.body);
    let talk = async {
        let mut out = Vec::new();
        loop {
            let (command, is_last) = match reader.next() {
                Ok(Some(command)) => (session.take(command), false),
                Ok(None) => {
                    stream.write_all(&std::mem::take(&mut out)).await?;
                    if stream.read_buf(reader.buffer()).await? == 0 {
                        return Ok(());
                    }
                    continue;
                }
                Err(problem) => (Some(Resp::Error(problem)), true),
            };
            // Without a reply, the account is gone.
            let Some(reply) = command else { return Ok(()) };
            wire::write(&mut out, session.version, &reply);
            let is_last = is_last || session.is_over;
            if is_last || out.len() >= SENT {
                stream.write_all(&std::mem::take(&mut out)).await?;
            }
            if is_last {
                return stream.shutdown().await;
            }
        }
    };
    tokio::select! {
        // A connection that breaks is the affair of its client.
        _ = talk => {}
        _ = stopped.changed() => {}
    }
}

/// State of a connection.
struct Session<'a> {
    engine: &'a Engine,
    number: i64,
    account: Option<Account>,
    database: u8,
    version: Version,
    name: Option<String>,
    /// Commands between `MULTI` and `EXEC`.
    queue: Option<Vec<Vec<String>>>,
    /// A command of the queue was refused.
    is_spoiled: bool,
    is_over: bool,
}

fn status(text: &str) -> Resp {
    Resp::Status(text.to_owned())
}

fn error(text: impl Into<String>) -> Resp {
    Resp::Error(text.into())
}

impl<'a> Session<'a> {
    fn new(engine: &'a Engine) -> Self {
        Self {
            engine,
            number: engine.proxy.next_connection(),
            account: None,
            database: 0,
            version: Version::Two,
            name: None,
            queue: None,
            is_spoiled: false,
            is_over: false,
        }
    }

    /// Replies to a command. `None` if the add-on of the account was deleted.
    fn take(&mut self, command: Command) -> Option<Resp> {
        if self.account.as_ref().is_some_and(|account| !account.exists(&self.engine.world())) {
            return None;
        }
        let Command::Words(words) = command else {
            return Some(error("ERR a key space of the sandbox holds texts, and this is not UTF-8"));
        };
        let name = words.first().map(|name| name.to_ascii_uppercase()).unwrap_or_default();
        let reply = self.reply(&name, words);
        self.is_spoiled |= self.queue.is_some() && matches!(reply, Resp::Error(_));
        Some(reply)
    }

    fn reply(&mut self, name: &str, words: Vec<String>) -> Resp {
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        match (name, &words[1..]) {
            ("QUIT", _) => {
                self.is_over = true;
                status("OK")
            }
            ("RESET", []) => {
                let number = self.number;
                *self = Self { number, ..Self::new(self.engine) };
                status("RESET")
            }
            ("HELLO", options) => self.hello(options),
            ("AUTH", [password]) => self.authenticate("", password),
            ("AUTH", [user, password]) => self.authenticate(user, password),
            ("AUTH", _) => wrong_number(name),
            _ if self.account.is_none() => error("NOAUTH Authentication required."),
            ("MULTI", []) if self.queue.is_some() => error("ERR MULTI calls can not be nested"),
            ("MULTI", []) => {
                (self.queue, self.is_spoiled) = (Some(Vec::new()), false);
                status("OK")
            }
            ("EXEC" | "DISCARD", []) => self.end(name),
            _ if self.queue.is_some() => self.queued(&words),
            ("SELECT", [database]) => self.select(database),
            ("CLIENT", [sub, options @ ..]) => self.client(sub, options),
            ("COMMAND", [sub]) if sub.eq_ignore_ascii_case("COUNT") => Resp::Integer(space::COUNT),
            // Clients that ask for it get along with an empty list.
            ("COMMAND", _) => Resp::List(Vec::new()),
            ("INFO", _) => Resp::text(self.info()),
            _ => {
                self.run(vec![words.iter().map(|&word| word.to_owned()).collect()]).pop().unwrap_or(Resp::Nil)
            }
        }
    }

    fn authenticate(&mut self, user: &str, password: &str) -> Resp {
        let found = Account::find(&self.engine.world(), user, password);
        let is_known = found.is_some();
        if is_known {
            self.account = found;
        }
        if is_known { status("OK") } else { error(WRONG_PASSWORD) }
    }

    fn hello(&mut self, options: &[&str]) -> Resp {
        let (version, mut options) = match options {
            [] => (self.version, options),
            ["2", rest @ ..] => (Version::Two, rest),
            ["3", rest @ ..] => (Version::Three, rest),
            [other, ..] if other.parse::<i64>().is_ok() => {
                return error("NOPROTO unsupported protocol version");
            }
            _ => return error("ERR Protocol version is not an integer or out of range"),
        };
        let (account, name) = (self.account.take(), self.name.clone());
        self.account.clone_from(&account);
        while let [option, rest @ ..] = options {
            options = match (option.to_ascii_uppercase().as_str(), rest) {
                ("AUTH", [user, password, rest @ ..]) => {
                    let reply = self.authenticate(user, password);
                    if matches!(reply, Resp::Error(_)) {
                        (self.account, self.name) = (account, name);
                        return reply;
                    }
                    rest
                }
                ("SETNAME", [name, rest @ ..]) => {
                    self.name = Some((*name).to_owned());
                    rest
                }
                _ => {
                    (self.account, self.name) = (account, name);
                    return error(format!("ERR Syntax error in HELLO option '{option}'"));
                }
            };
        }
        if self.account.is_none() {
            return error(
                "NOAUTH HELLO must be called with the client already authenticated, otherwise the HELLO <proto> AUTH <user> <pass> option can be used to authenticate the client and select the RESP protocol version at the same time",
            );
        }
        self.version = version;
        let facts = [
            ("server", Resp::text("redis")),
            ("version", Resp::text(REDIS)),
            ("proto", Resp::Integer(if version == Version::Two { 2 } else { 3 })),
            ("id", Resp::Integer(self.number)),
            ("mode", Resp::text("standalone")),
            ("role", Resp::text("master")),
            ("modules", Resp::List(Vec::new())),
        ];
        Resp::Map(facts.into_iter().flat_map(|(name, value)| [Resp::text(name), value]).collect())
    }

    fn select(&mut self, database: &str) -> Resp {
        match database.parse::<i64>().map(u8::try_from) {
            Ok(Ok(database)) if database < DATABASES => {
                self.database = database;
                status("OK")
            }
            Ok(_) => error("ERR DB index is out of range"),
            Err(_) => error("ERR value is not an integer or out of range"),
        }
    }

    fn client(&mut self, sub: &str, options: &[&str]) -> Resp {
        match (sub.to_ascii_uppercase().as_str(), options) {
            ("ID", []) => Resp::Integer(self.number),
            ("GETNAME", []) => self.name.as_ref().map_or(Resp::Nil, Resp::text),
            ("SETNAME", [name]) => {
                self.name = Some((*name).to_owned()).filter(|name| !name.is_empty());
                status("OK")
            }
            ("SETINFO", [_, _]) | ("NO-EVICT" | "NO-TOUCH", [_]) => status("OK"),
            _ => error(format!("ERR unknown subcommand '{sub}'. Try CLIENT HELP.")),
        }
    }

    fn info(&self) -> String {
        let keys = match self.run(vec![vec!["DBSIZE".to_owned()]]).pop() {
            Some(Resp::Integer(keys)) if keys > 0 => {
                format!("db{}:keys={keys},expires=0,avg_ttl=0\r\n", self.database)
            }
            _ => String::new(),
        };
        format!(
            "# Server\r\nredis_version:{REDIS}\r\nredis_mode:standalone\r\n\r\n# Persistence\r\nloading:0\r\n\r\n# Replication\r\nrole:master\r\n\r\n# Keyspace\r\n{keys}"
        )
    }

    fn queued(&mut self, words: &[&str]) -> Resp {
        let words: Vec<String> = words.iter().map(|&word| word.to_owned()).collect();
        if let Err(problem) = space::find(&words) {
            return error(problem);
        }
        self.queue.get_or_insert_default().push(words);
        status("QUEUED")
    }

    /// Ends a transaction.
    fn end(&mut self, name: &str) -> Resp {
        match (self.queue.take(), name, self.is_spoiled) {
            (None, name, _) => error(format!("ERR {name} without MULTI")),
            (Some(_), "DISCARD", _) => status("OK"),
            (Some(_), _, true) => error("EXECABORT Transaction discarded because of previous errors."),
            (Some(queue), _, false) => Resp::List(self.run(queue)),
        }
    }

    /// Runs commands, one directly after the other.
    fn run(&self, commands: Vec<Vec<String>>) -> Vec<Resp> {
        let Some(account) = &self.account else { return Vec::new() };
        let now = self.engine.clock.now().as_millisecond();
        self.engine.proxy.run(&account.space(&self.database.to_string()), now, &commands)
    }
}

fn wrong_number(name: &str) -> Resp {
    error(space::wrong_number(name))
}
