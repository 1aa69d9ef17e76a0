//! One suite against key spaces in memory, the socket of a sandbox and a real Redis, through the sandbox's proxy: all must tell the
//! same.

use std::fmt::Write;
use std::time::Duration;

use cc_client::commands::application::GetEnvironment;
use cc_redis_http::commands::{
    AddListKeyElement, CreateListKey, GetListKeyElement, ScanListKey, UpdateListKeyElement,
};
use cc_redis_http::commands::{
    AddSetKeyElement, CmdCliSend, CmdSend, CreateHashKey, CreateSetKey, CreateStringKey,
    DeleteHashKeyElement, DeleteKey, DeleteSetKeyElement, ExpireKey, GetStringKey, GetStringKeyAndExpire,
    ScanHashKey, ScanKey, ScanSetKey, SetHashKeyElement, SetStringKey, UpdateStringKey,
};
use cc_redis_http::model::{KeyType, ListPosition};
use cc_redis_http::{Command, Context, ErrorKind, RedisCode, RedisHttpClient, Timestamp};
use cc_sandbox::{Pace, Sandbox};
use futures::TryStreamExt;
use serde::Serialize;
use serde_json::Value;

use crate::real_redis::RealRedis;

/// A sandbox whose time stands still, so that no key goes while a machine under load takes its time.
async fn start() -> Sandbox {
    Sandbox::builder().pace(Pace::Manual).start().await.unwrap()
}

fn client(sandbox: &Sandbox, backend_url: &str) -> RedisHttpClient {
    RedisHttpClient::builder().endpoint(sandbox.url()).backend_url(backend_url).build().unwrap()
}

/// Every step and what came of it, a line each.
struct Told {
    client: RedisHttpClient,
    text: String,
}

impl Told {
    fn new(client: RedisHttpClient) -> Self {
        Self { client, text: String::new() }
    }

    async fn step<C: Command<Context = Context, Output: Serialize> + Serialize>(
        &mut self,
        command: C,
    ) -> &mut Self {
        let input = cc_runtime::expose_secrets(|| serde_json::to_string(&command)).unwrap();
        let output = match self.client.send(command).await {
            Ok(output) => sorted(serde_json::to_value(output).unwrap()).to_string(),
            Err(error) => {
                format!("{:?} {}: {}", error.kind(), error.code(), error.message().unwrap_or_default())
            }
        };
        let _ = writeln!(self.text, "{} {input}\n    {output}", C::NAME);
        self
    }

    /// Several Redis commands, a line each.
    async fn lines(&mut self, lines: &str) {
        for line in lines.lines().map(str::trim).filter(|line| !line.is_empty()) {
            let mut words = line.split(' ');
            self.step(CmdSend::new(words.next().unwrap()).args(words)).await;
        }
    }

    fn title(&mut self, title: &str) {
        let _ = writeln!(self.text, "\n# {title}");
    }
}

/// Redis gives keys of a database and members of a set in any order.
fn sorted(mut value: Value) -> Value {
    for name in ["keys", "elements"] {
        if let Some(list) = value.get_mut(name).and_then(Value::as_array_mut) {
            list.sort_by_key(Value::to_string);
        }
    }
    value
}

/// Instants for which the present time makes no difference.
fn instant(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// Options, conditions and expiration times of `string` keys.
async fn expiration(told: &mut Told) {
    let (past, year_2100) = (instant("2001-01-01T00:00:00Z"), instant("2100-01-01T00:00:00Z"));
    let (fraction, later) = (instant("2100-01-01T00:00:00.0251Z"), instant("2101-01-01T00:00:00Z"));
    told.title("set with options");
    told.step(SetStringKey::new("e", "é \"1\"\n").only_if_present()).await;
    told.step(SetStringKey::new("e", "1").only_if_present().get()).await;
    told.step(SetStringKey::new("e", "1").only_if_absent().get()).await;
    told.step(SetStringKey::new("e", "2").only_if_absent().get()).await;
    told.step(SetStringKey::new("e", "2").only_if_absent()).await;
    told.step(SetStringKey::new("e", "3").only_if_present()).await;
    told.step(SetStringKey::new("e", "OK").only_if_present().get()).await;
    told.step(SetStringKey::new("e", "4").get().expires_at(year_2100)).await;
    told.lines("PEXPIRETIME e\nEXPIRETIME e\nGET e").await;
    told.step(SetStringKey::new("e", "5").keep_ttl()).await;
    told.lines("PEXPIRETIME e").await;
    told.step(SetStringKey::new("e", "6").expires_at(fraction)).await;
    told.lines("PEXPIRETIME e\nEXPIRETIME e").await;
    told.step(SetStringKey::new("e", "7")).await;
    told.lines("PEXPIRETIME e\nPEXPIRETIME none").await;
    told.step(SetStringKey::new("e", "8").expires_at(past)).await;
    told.step(GetStringKey::new("e")).await;
    told.step(SetStringKey::new("fresh", "").get()).await;
    told.step(SetStringKey::new("", "empty name").get()).await;
    told.step(SetStringKey::new("list", "x").get()).await;
    told.step(SetStringKey::new("list", "x")).await;
    told.title("read and expire");
    told.step(GetStringKeyAndExpire::after("none", Duration::from_secs(100))).await;
    told.step(GetStringKeyAndExpire::at("fresh", year_2100)).await;
    told.lines("PEXPIRETIME fresh").await;
    told.step(GetStringKeyAndExpire::persist("fresh")).await;
    told.lines("PEXPIRETIME fresh").await;
    told.step(GetStringKeyAndExpire::at("fresh", past)).await;
    told.step(GetStringKeyAndExpire::persist("fresh")).await;
    told.step(GetStringKeyAndExpire::persist("set")).await;
    told.title("expire");
    told.step(ExpireKey::at("none", year_2100)).await;
    told.step(ExpireKey::at("list", year_2100).only_if_expiring()).await;
    told.step(ExpireKey::at("list", year_2100).only_if_later()).await;
    told.step(ExpireKey::at("list", fraction).only_if_persistent()).await;
    told.step(ExpireKey::at("list", later).only_if_persistent()).await;
    told.step(ExpireKey::at("list", later).only_if_earlier()).await;
    told.step(ExpireKey::at("list", year_2100).only_if_earlier().only_if_expiring()).await;
    told.lines("PEXPIRETIME list").await;
    told.step(ExpireKey::at("list", year_2100).only_if_later()).await;
    told.step(ExpireKey::at("list", later).only_if_later().only_if_expiring()).await;
    told.lines("PEXPIRETIME list").await;
    told.step(ExpireKey::after("list", Duration::from_secs(100)).only_if_later()).await;
    told.step(ExpireKey::after("list", Duration::from_secs(100))).await;
    told.step(ExpireKey::at("list", past)).await;
    told.lines(
        "EXISTS list
        SET e v EX 10 PX 10
        SET e v KEEPTTL EX 10
        SET e v EX 10 KEEPTTL
        SET e v PERSIST
        SET e v EX
        SET e v EX x NONE
        SET e v EX x
        SET e v EX 0
        SET e v EXAT -1
        SET e v EX 9223372036854775807
        SET e v PX 9223372036854775807
        SET e v PXAT 9223372036854775807
        PSETEX e 0 v
        PSETEX e 100000 v
        GETEX e NX
        GETEX e GET
        GETEX e KEEPTTL
        GETEX e EX 0
        GETEX none EX 0
        GETEX e EX 10 PERSIST
        GETEX e
        EXPIRE e x
        EXPIRE e 9223372036854775807
        PEXPIRE e 9223372036854775807
        EXPIRE e 100 NX XX
        EXPIRE e 100 GT LT
        EXPIRE e 100 NONE
        PEXPIREAT e 4102444800000 xx
        PEXPIRETIME e
        EXPIRE e -1
        EXISTS e",
    )
    .await;
}

async fn suite(client: RedisHttpClient) -> String {
    let mut told = Told::new(client);
    told.title("string keys");
    told.step(GetStringKey::new("s")).await;
    told.step(CreateStringKey::new("s", "é \"1\"\n")).await;
    told.step(CreateStringKey::new("s", "other")).await;
    told.step(UpdateStringKey::new("s", "2")).await;
    told.step(UpdateStringKey::new("none", "2")).await;
    told.step(GetStringKey::new("s")).await;
    told.title("hash keys");
    told.step(CreateHashKey::new("h", [("f", "1"), ("g", "2")])).await;
    told.step(CreateHashKey::new("h", [("f", "1")])).await;
    told.step(SetHashKeyElement::new("h", "f", "3")).await;
    told.step(SetHashKeyElement::new("h", "i", "4")).await;
    told.step(DeleteHashKeyElement::new("h", "g")).await;
    told.step(DeleteHashKeyElement::new("h", "g")).await;
    told.step(ScanHashKey::new("h")).await;
    told.step(ScanHashKey::new("h").match_("[a-f]")).await;
    told.step(ScanHashKey::new("none")).await;
    told.title("list keys");
    told.step(CreateListKey::new("l", ["a", "b", "c"])).await;
    told.step(CreateListKey::new("l", ["a"])).await;
    told.step(AddListKeyElement::new("l", "d")).await;
    told.step(AddListKeyElement::new("l", "z").position(ListPosition::Head)).await;
    told.step(GetListKeyElement::new("l", 4)).await;
    told.step(GetListKeyElement::new("l", 5)).await;
    told.step(UpdateListKeyElement::new("l", 1, "A")).await;
    told.step(UpdateListKeyElement::new("l", 9, "A")).await;
    told.step(UpdateListKeyElement::new("none", 0, "A")).await;
    told.step(ScanListKey::new("l").count(2)).await;
    told.step(ScanListKey::new("l").count(2).cursor(4)).await;
    told.step(ScanListKey::new("l").match_("[ab]")).await;
    told.title("set keys");
    told.step(CreateSetKey::new("m", ["a", "b", "a"])).await;
    told.step(AddSetKeyElement::new("m", "b")).await;
    told.step(AddSetKeyElement::new("m", "c")).await;
    told.step(DeleteSetKeyElement::new("m", "a")).await;
    told.step(DeleteSetKeyElement::new("m", "a")).await;
    told.step(ScanSetKey::new("m")).await;
    told.step(ScanSetKey::new("m").match_("c*")).await;
    told.title("keys");
    told.step(ScanKey::new()).await;
    told.step(ScanKey::new().type_(KeyType::List)).await;
    told.step(ScanKey::new().match_("[hl]")).await;
    told.step(DeleteKey::new("h")).await;
    told.step(DeleteKey::new("h")).await;
    told.title("keys of another type");
    told.step(GetStringKey::new("l")).await;
    told.step(UpdateStringKey::new("l", "x")).await;
    told.step(SetHashKeyElement::new("l", "f", "v")).await;
    told.step(AddListKeyElement::new("s", "v")).await;
    told.step(AddSetKeyElement::new("s", "v")).await;
    told.step(ScanSetKey::new("l")).await;
    told.title("any command");
    told.lines(
        "PING
        PING hello
        ECHO hello
        FLUSHDB
        DBSIZE
        SET n 41
        SET n 42 NX
        SET n 42 XX GET
        SET n 42 NX XX
        SET n
        INCR n
        INCRBY n 9223372036854775807
        DECRBY n 3
        INCR text
        INCRBY n x
        APPEND n 00
        STRLEN n
        GETDEL n
        GETSET n 1
        SETNX n 2
        SETEX n 100 v
        SETEX n 0 v
        PERSIST n
        TTL n
        TTL none
        EXPIRE n 100
        EXPIRE none 100
        MSET a 1 b 2
        MSET a 1 b
        MGET a none b
        EXISTS a a none
        TYPE a
        TYPE none
        RENAME a c
        RENAME none c
        DEL a b c none
        HSET h f 1 g 2
        HSET h f
        HGET h f
        HGET h none
        HMGET h f none
        HGETALL h
        HGETALL none
        HKEYS h
        HVALS h
        HLEN h
        HEXISTS h f
        HINCRBY h f 5
        HINCRBY h f x
        HSETNX h f 9
        HDEL h f g
        EXISTS h
        RPUSH l a b c
        LPUSH l z
        LRANGE l 0 -1
        LRANGE l -2 9
        LRANGE l 3 1
        LINDEX l -1
        LINDEX l 9
        LSET l -1 C
        LSET l 9 C
        LSET none 0 C
        LTRIM l 1 2
        LPOP l
        RPOP l 5
        LPOP l
        LPOP none 2
        LLEN l
        EXISTS l
        SADD m a
        SADD m a
        SMEMBERS m
        SISMEMBER m a
        SMISMEMBER m a b
        SCARD m
        SREM m a b
        GET n extra
        HGET n f
        KEYS n*
        SCAN x
        UNLINK n
        DBSIZE
        NOSUCHCOMMAND a b",
    )
    .await;
    told.lines("RPUSH list a\nSADD set a").await;
    expiration(&mut told).await;
    told.title("command lines");
    told.lines("FLUSHDB").await;
    for line in [
        "PING",
        r#"SET "a key" 'it\'s "quoted"'"#,
        r#"get "a key""#,
        "GET none",
        "RPUSH list a b",
        "LRANGE list 0 -1",
        "HGETALL none",
        "INCR list",
        "DEL list",
        "SET k",
        "NOSUCHCOMMAND a",
        r#"GET "open"#,
        "",
    ] {
        told.step(CmdCliSend::new(line)).await;
    }
    told.text
}

#[tokio::test]
async fn key_spaces_in_memory_and_a_real_redis_tell_the_same() {
    let sandbox = start().await;
    let embedded = suite(client(&sandbox, sandbox.kv_url())).await;
    insta::with_settings!({ prepend_module_to_snapshot => false, omit_expression => true }, {
        insta::assert_snapshot!("contract", embedded.trim());
    });
    // The proxy connects to the socket of another sandbox like to any server.
    let other = start().await;
    assert_eq!(suite(client(&sandbox, &other.redis_url().unwrap())).await, embedded);
    if let Some(redis) = RealRedis::start() {
        let real = suite(client(&sandbox, &redis.url())).await;
        let differences: Vec<_> =
            real.lines().zip(embedded.lines()).filter(|(real, embedded)| real != embedded).collect();
        assert!(real == embedded, "real and embedded differ: {differences:#?}");
    }
}

#[tokio::test]
async fn the_environment_of_an_add_on_leads_to_its_keys() {
    for sandbox in [start().await, Sandbox::builder().pace(Pace::Manual).in_memory()] {
        let organisation = sandbox.ids().organisation;
        let mut clients = Vec::new();
        for provider in ["redis-addon", "kv", "redis-addon"] {
            let (addon, _) = sandbox.add_addon(&organisation, provider, "cache");
            let answer = sandbox.client().send(GetEnvironment::of_addon(addon.as_str())).await.unwrap();
            let url = answer.environment.iter().find(|variable| variable.name == "REDIS_URL").unwrap();
            let service = sandbox.service();
            let builder = RedisHttpClient::builder().backend_url(url.value.expose());
            clients.push(builder.configure(|transport| transport.http_service(service)).build().unwrap());
        }
        for (number, client) in clients.iter().enumerate() {
            client.send(CreateStringKey::new("k", number.to_string())).await.unwrap();
        }
        for (number, client) in clients.iter().enumerate() {
            assert_eq!(client.send(GetStringKey::new("k")).await.unwrap().value, number.to_string());
        }
    }
}

/// A few hundred keys, fields and members come one by one out of pages.
async fn scans(client: RedisHttpClient) {
    for n in 0..250 {
        client.send(CreateStringKey::new(format!("user:{n}"), "v")).await.unwrap();
    }
    client.send(CreateHashKey::new("h", (0..700).map(|n| (format!("f{n}"), "v")))).await.unwrap();
    client.send(CreateSetKey::new("m", (0..700).map(|n| format!("m{n}")))).await.unwrap();
    client.send(CreateListKey::new("l", (0..700).map(|n| format!("e{n}")))).await.unwrap();
    let sorted = |mut names: Vec<String>| {
        names.sort();
        names.dedup();
        names
    };
    let keys: Vec<_> = client.scan(ScanKey::new().match_("user:*").count(20)).try_collect().await.unwrap();
    assert_eq!(sorted(keys.into_iter().map(|key| key.name).collect()).len(), 250);
    let fields: Vec<_> = client.scan(ScanHashKey::new("h").count(50)).try_collect().await.unwrap();
    assert_eq!(sorted(fields.into_iter().map(|field| field.field).collect()).len(), 700);
    let members: Vec<_> = client.scan(ScanSetKey::new("m").count(50)).try_collect().await.unwrap();
    assert_eq!(sorted(members).len(), 700);
    let elements: Vec<_> = client.scan(ScanListKey::new("l").count(99)).try_collect().await.unwrap();
    assert!(elements.iter().enumerate().all(|(at, element)| element.value == format!("e{at}")));
    assert_eq!(elements.len(), 700);
}

#[tokio::test]
async fn scans_find_everything_once_in_whatever_parts_it_comes() {
    let sandbox = start().await;
    scans(client(&sandbox, sandbox.kv_url())).await;
    if let Some(redis) = RealRedis::start() {
        scans(client(&sandbox, &redis.url())).await;
    }
}

/// Error of a command for a backend URL with these credentials.
async fn refused(sandbox: &Sandbox, url: &str) -> (ErrorKind, Option<RedisCode>) {
    let error = client(sandbox, url).send(CmdSend::new("INCR").arg("k")).await.unwrap_err();
    (error.kind(), RedisCode::of(&error))
}

#[tokio::test]
async fn credentials_that_are_missing_or_wrong_are_told_apart() {
    let sandbox = start().await;
    let url = |user_info: &str| format!("redis://{user_info}kv.sandbox.example:6379");
    let no_auth = (ErrorKind::Refused, Some(RedisCode::NoAuth));
    let wrong = (ErrorKind::Refused, Some(RedisCode::WrongPass));
    assert_eq!(refused(&sandbox, &url("")).await, no_auth);
    assert_eq!(refused(&sandbox, &url(":wrong@")).await, wrong);
    if let Some(redis) = RealRedis::start() {
        assert_eq!(refused(&sandbox, &redis.url_with("")).await, no_auth);
        assert_eq!(refused(&sandbox, &redis.url_with(":wrong@")).await, wrong);
    }
}

#[tokio::test]
async fn a_database_that_cannot_be_reached_leaves_a_write_uncertain_and_shows_no_password() {
    let sandbox = start().await;
    let error = client(&sandbox, "redis://:hunter2@127.0.0.1:1")
        .send(CmdSend::new("INCR").arg("k"))
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Indeterminate);
    assert!(!format!("{error:?}").contains("hunter2"));
}

#[tokio::test]
async fn databases_of_one_server_are_apart() {
    let sandbox = start().await;
    let one = client(&sandbox, sandbox.kv_url());
    let two = client(&sandbox, &format!("{}/1", sandbox.kv_url()));
    one.send(CreateStringKey::new("k", "v")).await.unwrap();
    let error = two.send(GetStringKey::new("k")).await.unwrap_err();
    assert_eq!(error.code(), "clever.redis-http.key-not-found");
}

/// A time to live is that of the command, to the millisecond and less what has passed of it.
async fn times_to_live(client: RedisHttpClient) {
    let left = async || {
        let reply = client.send(CmdSend::new("PTTL").arg("k")).await.unwrap().result;
        reply.as_i64().unwrap()
    };
    let ttl = Duration::from_millis(1_000_500);
    assert!(client.send(SetStringKey::new("k", "v").ttl(ttl)).await.unwrap().set);
    assert!((900_000..=1_000_500).contains(&left().await));
    let kept = client.send(SetStringKey::new("k", "w").keep_ttl().get()).await.unwrap();
    assert_eq!(kept.previous.as_deref(), Some("v"));
    assert!((900_000..=1_000_500).contains(&left().await));
    let read = client.send(GetStringKeyAndExpire::after("k", 2 * ttl)).await.unwrap();
    assert_eq!(read.value, "w");
    assert!((1_900_000..=2_001_000).contains(&left().await));
    assert!(client.send(ExpireKey::after("k", 3 * ttl).only_if_later()).await.unwrap().set);
    assert!((2_900_000..=3_001_500).contains(&left().await));
    // The longest that the command takes, the server takes too.
    let longest = Duration::from_millis((i64::MAX - 253_402_300_799_999).unsigned_abs());
    assert!(client.send(SetStringKey::new("k", "v").ttl(longest)).await.unwrap().set);
    assert!(client.send(ExpireKey::after("k", longest)).await.unwrap().set);
}

#[tokio::test]
async fn a_key_lives_as_long_as_its_command_says_to_the_millisecond() {
    let sandbox = start().await;
    times_to_live(client(&sandbox, sandbox.kv_url())).await;
    if let Some(redis) = RealRedis::start() {
        times_to_live(client(&sandbox, &redis.url())).await;
    }
}

#[tokio::test]
async fn of_many_programs_one_gets_the_lock_and_another_one_after_its_time() {
    let sandbox = start().await;
    let client = client(&sandbox, sandbox.kv_url());
    let lock = async |owner: String| {
        let command = SetStringKey::new("lock", owner).ttl(Duration::from_millis(30_500)).only_if_absent();
        client.send(command).await.unwrap().set
    };
    let taken = futures::future::join_all((0..20).map(|owner| lock(owner.to_string()))).await;
    assert_eq!(taken.iter().filter(|taken| **taken).count(), 1);
    sandbox.advance(Duration::from_millis(30_499));
    assert!(!lock("late".to_owned()).await);
    sandbox.advance(Duration::from_millis(1));
    assert!(lock("late".to_owned()).await);
}

#[tokio::test]
async fn a_key_in_memory_goes_when_its_time_is_over() {
    let sandbox = start().await;
    let client = client(&sandbox, sandbox.kv_url());
    let ask = async |line: &str| {
        let mut words = line.split(' ');
        let command = CmdSend::new(words.next().unwrap()).args(words);
        client.send(command).await.unwrap().result.as_i64()
    };
    ask("SETEX n 100 v").await;
    assert_eq!(ask("TTL n").await, Some(100));
    sandbox.advance(Duration::from_secs(40));
    assert_eq!((ask("TTL n").await, ask("EXISTS n").await), (Some(60), Some(1)));
    sandbox.advance(Duration::from_secs(60));
    assert_eq!((ask("TTL n").await, ask("EXISTS n").await), (Some(-2), Some(0)));
}
