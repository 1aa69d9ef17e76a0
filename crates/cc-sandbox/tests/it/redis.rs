//! Redis and Materia KV add-ons: their environment leads to keys that clients of Redis and the HTTP proxy share.

use std::collections::{BTreeMap, HashSet};
use std::time::Duration;

use cc_sandbox::{Limits, Pace, Sandbox, Snapshot};
use redis::aio::MultiplexedConnection;
use redis::{AsyncCommands, RedisError};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::client::Client;

async fn start() -> Sandbox {
    Sandbox::builder().pace(Pace::Manual).start().await.unwrap()
}

/// Creates an add-on, and returns its route and the variables of its environment.
async fn create(
    client: &Client<'_>,
    sandbox: &Sandbox,
    provider: &str,
) -> (String, BTreeMap<String, String>) {
    let addons = format!("/v2/organisations/{}/addons", sandbox.ids().organisation);
    let plan = if provider == "kv" { "alpha" } else { "s_mono" };
    let body = json!({ "name": "cache", "providerId": provider, "plan": plan, "region": "par" });
    let made = client.send("POST", &addons, body).await.json();
    let route = format!("{addons}/{}", made["id"].as_str().unwrap());
    (route.clone(), environment(client, &route).await)
}

async fn environment(client: &Client<'_>, route: &str) -> BTreeMap<String, String> {
    let listed = client.get(&format!("{route}/env")).await.json();
    let text = |variable: &Value, field: &str| variable[field].as_str().unwrap().to_owned();
    listed.as_array().unwrap().iter().map(|own| (text(own, "name"), text(own, "value"))).collect()
}

async fn connect(url: &str) -> Result<MultiplexedConnection, RedisError> {
    redis::Client::open(url)?.get_multiplexed_async_connection().await
}

async fn over_http(client: &Client<'_>, url: &str, words: &[&str]) -> Value {
    let body = json!({ "backendUrl": url, "command": words[0], "args": words[1..] });
    client.send("POST", "/command", body).await.json()["result"].take()
}

#[tokio::test]
async fn a_new_add_on_leads_to_a_redis_of_its_own_over_the_socket_and_over_http() {
    let sandbox = start().await;
    let client = Client::new(&sandbox);
    for provider in ["redis-addon", "kv"] {
        let (_, own) = create(&client, &sandbox, provider).await;
        let (_, other) = create(&client, &sandbox, provider).await;
        for version in ["", "?protocol=resp3"] {
            let mut redis = connect(&format!("{}/{version}", own["REDIS_URL"])).await.unwrap();
            let () = redis.set("colour", "blue").await.unwrap();
            assert_eq!(redis.get::<_, String>("colour").await.unwrap(), "blue");
            let () = redis.hset("h", "f", "v").await.unwrap();
            let fields: BTreeMap<String, String> = redis.hgetall("h").await.unwrap();
            assert_eq!(fields, BTreeMap::from([("f".to_owned(), "v".to_owned())]));
            let () = redis.sadd("s", "m").await.unwrap();
            assert_eq!(
                redis.smembers::<_, HashSet<String>>("s").await.unwrap(),
                HashSet::from(["m".to_owned()])
            );
            assert_eq!(redis.get::<_, Option<String>>("none").await.unwrap(), None);
        }
        let url = format!("redis://:{}@{}:{}", own["REDIS_PASSWORD"], own["REDIS_HOST"], own["REDIS_PORT"]);
        assert_eq!(own["REDIS_URL"], url);
        assert_eq!(own["REDIS_CLI_URL"], url);
        if provider == "kv" {
            let kv = format!("redis://:{}@{}:{}", own["KV_TOKEN"], own["KV_HOST"], own["KV_PORT"]);
            assert_eq!((kv.as_str(), &own["REDISCLI_AUTH"]), (url.as_str(), &own["KV_TOKEN"]));
        }
        assert_eq!(over_http(&client, &url, &["GET", "colour"]).await, "blue");
        assert_eq!(over_http(&client, &other["REDIS_URL"], &["GET", "colour"]).await, Value::Null);
    }
}

#[tokio::test]
async fn the_redis_that_is_always_there_is_the_same_on_its_socket() {
    let sandbox = start().await;
    let client = Client::new(&sandbox);
    let url = sandbox.redis_url().unwrap();
    let mut redis = connect(&format!("{url}/3")).await.unwrap();
    let () = redis.set_ex("k", "v", 100).await.unwrap();
    assert_eq!(over_http(&client, &format!("{}/3", sandbox.kv_url()), &["GET", "k"]).await, "v");
    sandbox.advance(Duration::from_secs(60));
    assert_eq!(redis.ttl::<_, i64>("k").await.unwrap(), 40);
    let told = client.get("/_sandbox").await.json();
    assert_eq!(
        (told["redisUrl"].as_str(), Sandbox::builder().in_memory().redis_url()),
        (Some(url.as_str()), None)
    );
    // `FLUSHALL` empties the other databases too, and those of nobody else.
    let () = redis::cmd("FLUSHALL").query_async(&mut connect(&url).await.unwrap()).await.unwrap();
    assert!(!redis.exists::<_, bool>("k").await.unwrap());
}

#[tokio::test]
async fn http_and_redis_have_one_port_unless_another_is_chosen() {
    let port = |url: &str| url.rsplit(':').next().unwrap().to_owned();
    let shared = start().await;
    assert_eq!(port(&shared.redis_url().unwrap()), port(&shared.url()));
    let own = Sandbox::builder().pace(Pace::Manual).redis_port(0).start().await.unwrap();
    assert_ne!(port(&own.redis_url().unwrap()), port(&own.url()));
    for sandbox in [shared, own] {
        let mut redis = connect(&sandbox.redis_url().unwrap()).await.unwrap();
        let () = redis.set("k", "v").await.unwrap();
        assert_eq!(over_http(&Client::new(&sandbox), sandbox.kv_url(), &["GET", "k"]).await, "v");
    }
}

#[tokio::test]
async fn commands_of_a_transaction_are_done_together_or_not_at_all() {
    let sandbox = start().await;
    let mut redis = connect(&sandbox.redis_url().unwrap()).await.unwrap();
    let mut both = redis::pipe();
    both.atomic().incr("n", 1).incr("n", 1);
    let counted: (i64, i64) = both.query_async(&mut redis).await.unwrap();
    assert_eq!(counted, (1, 2));
    let mut wrong = redis::pipe();
    wrong.atomic().incr("n", 1).cmd("NOSUCHCOMMAND");
    assert!(wrong.query_async::<()>(&mut redis).await.is_err());
    assert_eq!(redis.get::<_, i64>("n").await.unwrap(), 2);
}

#[tokio::test]
async fn a_wrong_password_is_refused_and_so_is_that_of_a_deleted_add_on() {
    let sandbox = start().await;
    let client = Client::new(&sandbox);
    let (route, own) = create(&client, &sandbox, "redis-addon").await;
    let wrong = own["REDIS_URL"].replace(&own["REDIS_PASSWORD"], "wrong");
    let refused = connect(&wrong).await.unwrap_err();
    assert_eq!(refused.kind(), redis::ErrorKind::AuthenticationFailed);
    let nobody = own["REDIS_URL"].replace(&format!(":{}@", own["REDIS_PASSWORD"]), "");
    let mut redis = connect(&nobody).await.unwrap();
    assert_eq!(redis.get::<_, String>("k").await.unwrap_err().code(), Some("NOAUTH"));

    let mut redis = connect(&own["REDIS_URL"]).await.unwrap();
    let () = redis.set("k", "v").await.unwrap();
    assert_eq!(client.send("DELETE", &route, Value::Null).await.status, 200);
    assert!(redis.get::<_, String>("k").await.is_err(), "the connection is closed");
    assert!(connect(&own["REDIS_URL"]).await.is_err());
    assert!(!sandbox.snapshot().to_json().contains("redis.sandbox.example:6379/0"), "its keys are gone");
}

#[tokio::test]
async fn keys_survive_a_restore_and_the_environment_leads_to_the_socket_of_the_sandbox() {
    let one = start().await;
    let client = Client::new(&one);
    let (route, own) = create(&client, &one, "redis-addon").await;
    let () = connect(&own["REDIS_URL"]).await.unwrap().set("k", "v").await.unwrap();
    let snapshot = Snapshot::from_json(one.snapshot().to_json()).unwrap();

    let other = start().await;
    other.restore(&snapshot);
    let there = environment(&Client::new(&other), &route).await;
    assert_ne!(there["REDIS_PORT"], own["REDIS_PORT"]);
    let mut redis = connect(&there["REDIS_URL"]).await.unwrap();
    assert_eq!(redis.get::<_, String>("k").await.unwrap(), "v");

    // Without a socket, the host is one that the HTTP proxy of the sandbox knows.
    let memory = Sandbox::builder().pace(Pace::Manual).in_memory();
    memory.restore(&snapshot);
    assert_eq!(memory.snapshot().to_json(), snapshot.to_json());
    let place = snapshot.to_json();
    assert!(place.contains(".redis.sandbox.example:6379") && !place.contains(&own["REDIS_PORT"]));
}

/// Sends bytes to the socket of Redis, and returns what comes until the connection ends.
async fn say(sandbox: &Sandbox, bytes: &[u8]) -> String {
    let url = sandbox.redis_url().unwrap();
    let mut stream = TcpStream::connect(url.rsplit('@').next().unwrap()).await.unwrap();
    stream.write_all(bytes).await.unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.ok();
    String::from_utf8(answer).unwrap()
}

#[tokio::test]
async fn the_protocol_is_that_of_redis() {
    // Commands that are no arrays need a port of their own: they look like HTTP.
    let sandbox = Sandbox::builder().pace(Pace::Manual).redis_port(0).start().await.unwrap();
    let talk = [
        "PING",
        "HELLO 3",
        "HELLO 3 AUTH default wrong",
        "AUTH sandbox-kv-password",
        "HELLO 4",
        "HELLO 3 SETNAME me",
        "CLIENT GETNAME",
        "CLIENT KILL me",
        "SELECT 15",
        "SELECT 16",
        "SELECT x",
        "SET k \"a b\"",
        "GET k",
        "GET none",
        "TYPE k",
        "HGETALL none",
        "GET",
        "SUBSCRIBE news",
        "EXEC",
        "MULTI",
        "MULTI",
        "INCR n",
        "EXEC",
        "MULTI",
        "INCR n",
        "DISCARD",
        "INFO",
        "COMMAND COUNT",
        "RESET",
        "GET k",
        "QUIT",
    ];
    let sent: String = talk.iter().map(|line| format!("{line}\r\n")).collect();
    insta::assert_snapshot!(say(&sandbox, sent.as_bytes()).await.replace("\r\n", "\n"));
    assert!(
        say(&sandbox, b"*1\r\n:1\r\n").await.starts_with("-ERR Protocol error: expected '$', got ':'\r\n")
    );
    let binary = b"AUTH sandbox-kv-password\r\n*2\r\n$3\r\nGET\r\n$1\r\n\xff\r\nQUIT\r\n";
    let problem = "+OK\r\n-ERR a key space of the sandbox holds texts, and this is not UTF-8\r\n+OK\r\n";
    assert_eq!(say(&sandbox, binary).await, problem);
}

#[tokio::test]
async fn connections_and_commands_are_bounded() {
    let mut limits = Limits::default();
    (limits.connections, limits.body) = (1, 1_000);
    let sandbox = Sandbox::builder().limits(limits).redis_port(0).start().await.unwrap();
    assert_eq!(say(&sandbox, b"*1\r\n$1001\r\n").await, "-ERR Protocol error: invalid bulk length\r\n");
    let url = sandbox.redis_url().unwrap();
    let first = TcpStream::connect(url.rsplit('@').next().unwrap()).await.unwrap();
    while say(&sandbox, b"QUIT\r\n").await != "-ERR max number of clients reached\r\n" {
        // The connection before ends while this one is accepted.
        tokio::task::yield_now().await;
    }
    drop(first);
}
