//! One suite against key spaces in memory and against a real Redis, through the sandbox's proxy: both must tell the same.

use std::fmt::Write;
use std::time::Duration;

use cc_redis_http::commands::{
    AddListKeyElement, CreateListKey, GetListKeyElement, ScanListKey, UpdateListKeyElement,
};
use cc_redis_http::commands::{
    AddSetKeyElement, CmdCliSend, CmdSend, CreateHashKey, CreateSetKey, CreateStringKey,
    DeleteHashKeyElement, DeleteKey, DeleteSetKeyElement, GetStringKey, ScanHashKey, ScanKey, ScanSetKey,
    SetHashKeyElement, UpdateStringKey,
};
use cc_redis_http::model::{KeyType, ListPosition};
use cc_redis_http::{Command, Context, ErrorKind, RedisCode, RedisHttpClient};
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
    told.title("command lines");
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
    if let Some(redis) = RealRedis::start() {
        let real = suite(client(&sandbox, &redis.url())).await;
        let differences: Vec<_> =
            real.lines().zip(embedded.lines()).filter(|(real, embedded)| real != embedded).collect();
        assert!(real == embedded, "real and embedded differ: {differences:#?}");
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
