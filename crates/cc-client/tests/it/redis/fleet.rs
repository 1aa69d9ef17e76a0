//! Several processes that miss the same at once.

use std::io::Write;
use std::net::SocketAddr;
use std::process::Stdio;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use cc_client::{Credentials, RetryPolicy};
use futures_util::future::join_all;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader, Lines};
use tokio::net::TcpListener;
use tokio::process::{Child, ChildStdin, ChildStdout, Command};

use super::server::Server;
use super::*;
use crate::support::{SUMMARY, after};

const REDIS: &str = "CC_CLIENT_TEST_REDIS";
const PLATFORM: &str = "CC_CLIENT_TEST_PLATFORM";

/// Number of callers in each process.
const CALLERS: usize = 20;

/// Time for which the others wait for a dead process.
const TURN: Duration = Duration::from_secs(3);

/// A platform on a socket, which counts and takes its time.
struct Slow {
    address: SocketAddr,
    summaries: Arc<AtomicUsize>,
    things: Arc<AtomicUsize>,
}

impl Slow {
    async fn start(wait: Duration) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (summaries, things) = (Arc::<AtomicUsize>::default(), Arc::<AtomicUsize>::default());
        let counts = (summaries.clone(), things.clone());
        tokio::spawn(async move {
            loop {
                let (mut socket, _) = listener.accept().await.unwrap();
                let counts = counts.clone();
                tokio::spawn(async move {
                    let mut request = vec![0; 16 * 1024];
                    let length = socket.read(&mut request).await.unwrap_or_default();
                    let is_summary = request[..length].starts_with(b"GET /v2/summary ");
                    let count = if is_summary { &counts.0 } else { &counts.1 };
                    let number = count.fetch_add(1, Ordering::SeqCst);
                    tokio::time::sleep(wait).await;
                    let body = if is_summary { SUMMARY.to_owned() } else { format!("\"{number}\"") };
                    let head = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nconnection: close";
                    let answer = format!("{head}\r\ncontent-length: {}\r\n\r\n{body}", body.len());
                    // A process that was killed reads nothing.
                    let _ = socket.write_all(answer.as_bytes()).await;
                });
            }
        });
        Self { address, summaries, things }
    }

    fn counts(&self) -> (usize, usize) {
        (self.summaries.load(Ordering::SeqCst), self.things.load(Ordering::SeqCst))
    }
}

/// Another process of the fleet. It does something for each line that it is sent, and answers with a line.
struct Member {
    process: Child,
    input: ChildStdin,
    output: Lines<BufReader<ChildStdout>>,
}

impl Member {
    async fn start(server: &Server, platform: &Slow) -> Self {
        let arguments =
            ["--exact", "redis::fleet::serves_as_a_process", "--ignored", "--nocapture", "--test-threads=1"];
        let mut process = Command::new(std::env::current_exe().unwrap())
            .args(arguments)
            .env(REDIS, server.url())
            .env(PLATFORM, format!("http://{}", platform.address))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let input = process.stdin.take().unwrap();
        let output = BufReader::new(process.stdout.take().unwrap()).lines();
        let mut member = Self { process, input, output };
        assert_eq!(member.answer().await, "ready");
        member
    }

    async fn tell(&mut self, what: &str) {
        self.input.write_all(format!("{what}\n").as_bytes()).await.unwrap();
    }

    async fn answer(&mut self) -> String {
        loop {
            let line = self.output.next_line().await.unwrap().expect("the process has ended");
            // The test harness writes to the same output, and ends no line of its own before a test.
            if let Some((_, answer)) = line.split_once("member: ") {
                return answer.to_owned();
            }
        }
    }
}

/// Answers the test that started this process.
fn say(answer: &str) {
    std::io::stdout().write_all(format!("member: {answer}\n").as_bytes()).unwrap();
}

#[tokio::test]
#[ignore = "a process that another test starts"]
async fn serves_as_a_process() {
    let Ok(redis) = std::env::var(REDIS) else { return };
    let store = RedisStore::new(&redis).unwrap().turn(TURN).patience(Duration::from_secs(2));
    let client = Client::builder()
        .credentials(Credentials::oauth1("key", "secret", "me", "secret"))
        .endpoint(std::env::var(PLATFORM).unwrap())
        .id_store(store.clone())
        .configure(|transport| {
            transport.retry(RetryPolicy::none()).cache_store(store).cache(CachePolicy::ttl(MINUTE))
        })
        .build()
        .unwrap();
    say("ready");
    let mut lines = BufReader::new(tokio::io::stdin()).lines();
    while let Some(line) = lines.next_line().await.unwrap() {
        match line.as_str() {
            "owner" => {
                let owners = join_all((0..CALLERS).map(|_| owner(&client))).await;
                assert!(owners.iter().all(|owner| owner == "orga_1"));
                say("orga_1");
            }
            thing => {
                let mut things = join_all((0..CALLERS).map(|_| named(&client, thing))).await;
                things.dedup();
                say(&things.join(" "));
            }
        }
    }
}

#[tokio::test]
async fn two_processes_that_miss_the_same_at_once_ask_the_platform_once() {
    let Some(server) = Server::start().await else { return };
    let platform = Slow::start(Duration::from_millis(300)).await;
    let mut members = [Member::start(&server, &platform).await, Member::start(&server, &platform).await];
    for member in &mut members {
        member.tell("owner").await;
    }
    for member in &mut members {
        assert_eq!(member.answer().await, "orga_1");
    }
    assert_eq!(platform.counts(), (1, 0));
    for number in 0..5 {
        for member in &mut members {
            member.tell(&format!("thing_{number}")).await;
        }
        for member in &mut members {
            assert_eq!(member.answer().await, number.to_string());
        }
    }
    assert_eq!(platform.counts(), (1, 5));
}

#[tokio::test]
async fn the_death_of_the_one_whose_turn_it_is_delays_the_others_and_no_more() {
    let Some(server) = Server::start().await else { return };
    let platform = Slow::start(Duration::from_millis(500)).await;
    let mut first = Member::start(&server, &platform).await;
    let mut second = Member::start(&server, &platform).await;
    first.tell("thing_1").await;
    while platform.counts().1 == 0 {
        tokio::task::yield_now().await;
    }
    second.tell("thing_1").await;
    first.process.kill().await.unwrap();
    assert_eq!(second.answer().await, "1");
    assert_eq!(platform.counts(), (0, 2));
}

#[tokio::test]
async fn the_death_of_redis_in_the_middle_makes_each_process_ask_for_itself() {
    let Some(mut server) = Server::start().await else { return };
    let platform = Slow::start(Duration::from_millis(500)).await;
    let mut members = [Member::start(&server, &platform).await, Member::start(&server, &platform).await];
    for member in &mut members {
        member.tell("thing_1").await;
    }
    while platform.counts().1 == 0 {
        tokio::task::yield_now().await;
    }
    server.kill();
    for member in &mut members {
        member.answer().await;
    }
    let asked = platform.counts().1;
    assert!((2..=3).contains(&asked), "one request a process, but for those that came before: {asked}");
    for member in &mut members {
        member.tell("owner").await;
        assert_eq!(member.answer().await, "orga_1");
    }
    server.run().await.unwrap();
    // The same name, once both have found that Redis is back: one answers the other's question.
    let mut shared = false;
    for number in 10..200 {
        let mut answers = Vec::new();
        for member in &mut members {
            member.tell(&format!("thing_{number}")).await;
            answers.push(member.answer().await);
        }
        shared = answers[0] == answers[1];
        if shared {
            break;
        }
    }
    assert!(shared, "the fleet shares again");
}

#[tokio::test]
async fn a_caller_that_gives_up_gives_its_turn_back() {
    let Some(server) = Server::start().await else { return };
    let platform = Platform::slow(|count, _| match count {
        0 => Box::pin(std::future::pending()),
        _ => after(Duration::ZERO, 200, "\"fresh\""),
    });
    let [one, other] = [(); 2].map(|()| client(&platform, "me", &server.store()));
    let given_up = tokio::time::timeout(Duration::from_millis(200), thing(&one)).await;
    assert!(given_up.is_err());
    let soon = tokio::time::timeout(Duration::from_secs(5), thing(&other)).await;
    assert_eq!(soon.unwrap(), "fresh");
}

#[tokio::test]
async fn an_answer_that_a_write_of_another_process_overtook_is_not_kept() {
    let Some(server) = Server::start().await else { return };
    let platform = Platform::slow(|count, _| {
        let wait = if count == 0 { Duration::from_millis(300) } else { Duration::ZERO };
        after(wait, 200, &format!("\"{count}\""))
    });
    let [reader, writer] = [(); 2].map(|()| client(&platform, "me", &server.store()));
    let overtake = async {
        while platform.journal().is_empty() {
            tokio::task::yield_now().await;
        }
        writer.transport().call(crate::support::PutThing).await.unwrap();
    };
    let (old, ()) = tokio::join!(thing(&reader), overtake);
    assert_eq!(old, "0");
    assert_eq!(thing(&writer).await, "2");
    assert_eq!(thing(&reader).await, "2");
}
