//! Commands that are sent at the same time.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use cc_redis_http::commands::CmdSend;
use cc_redis_http::{Error, ErrorKind, RedisHttpClient};
use futures::future::join_all;
use tokio::time::Instant;

use crate::support::{OTHER_URL, Proxy, after, answer};

const TRIP: Duration = Duration::from_millis(100);

/// A slow proxy that echoes each command.
fn slow() -> Proxy {
    Proxy::new(|count, _| after(TRIP, answer(200, &format!(r#"{{"result":{count}}}"#))))
}

/// Number of round trips of these commands when they are sent concurrently.
async fn trips(client: &RedisHttpClient, lines: &[&str]) -> u128 {
    let started = Instant::now();
    let calls = lines.iter().map(|line| {
        let mut words = line.split(' ');
        let call = client.send(CmdSend::new(words.next().unwrap()).args(words));
        async move { call.await.unwrap() }
    });
    join_all(calls).await;
    started.elapsed().as_millis() / TRIP.as_millis()
}

#[tokio::test(start_paused = true)]
async fn commands_on_different_keys_travel_together() {
    let proxy = slow();
    assert_eq!(trips(&proxy.client(), &["INCR a", "INCR b", "GET c", "MSET d 1 e 2", "PING"]).await, 1);
}

#[tokio::test(start_paused = true)]
async fn a_key_sees_its_commands_in_the_order_in_which_they_were_sent() {
    let proxy = slow();
    assert_eq!(trips(&proxy.client(), &["SET a 1", "GET a", "GET a", "INCR a", "GET a", "GET b"]).await, 4);
    let asked: Vec<_> = proxy.asked().iter().map(|asked| asked.body["command"].clone()).collect();
    assert_eq!(asked, ["SET", "GET", "GET", "GET", "INCR", "GET"]);
}

#[tokio::test(start_paused = true)]
async fn what_touches_all_keys_waits_for_the_writes_before_it() {
    assert_eq!(trips(&slow().client(), &["SET a 1", "DBSIZE", "SCAN 0", "FLUSHDB", "GET b"]).await, 4);
}

#[tokio::test(start_paused = true)]
async fn databases_do_not_wait_for_each_other() {
    let client = slow().client();
    let started = Instant::now();
    let here = client.send(CmdSend::new("INCR").arg("a"));
    let there = client.send(CmdSend::new("INCR").arg("a").backend_url(OTHER_URL));
    let (here, there) = tokio::join!(here, there);
    assert!(here.is_ok() && there.is_ok() && started.elapsed() < 2 * TRIP);
}

#[tokio::test(start_paused = true)]
async fn one_that_is_dropped_makes_way_for_those_behind_it() {
    let client = slow().client();
    let first = tokio::time::timeout(TRIP / 2, client.send(CmdSend::new("INCR").arg("a")));
    let second = client.send(CmdSend::new("INCR").arg("a"));
    let started = Instant::now();
    let (first, second) = tokio::join!(first, second);
    assert!(first.is_err() && second.is_ok());
    assert_eq!(started.elapsed(), TRIP / 2 + TRIP);
}

#[tokio::test(start_paused = true)]
async fn one_whose_time_ends_before_its_turn_was_not_sent() {
    let proxy = slow();
    let client = proxy.client();
    let first = client.send(CmdSend::new("INCR").arg("a"));
    let second = client.send(CmdSend::new("INCR").arg("a")).timeout(TRIP / 2);
    let (first, second) = tokio::join!(first, second);
    let error = second.unwrap_err();
    assert!(first.is_ok() && error.is_not_sent());
    assert_eq!((error.kind(), error.command(), proxy.count()), (ErrorKind::TimedOut, Some("CmdSend"), 1));
}

#[tokio::test(start_paused = true)]
async fn a_write_that_did_not_leave_is_sent_again_and_not_overtaken() {
    let proxy = Proxy::prompt(|count, asked| match count {
        0 => Err(Error::new(ErrorKind::Unreachable).not_sent()),
        _ => answer(200, &format!(r#"{{"result":{}}}"#, asked.body["args"][1])),
    });
    trips(&proxy.client(), &["SET a 1", "SET a 2"]).await;
    let values: Vec<_> = proxy.asked().iter().map(|asked| asked.body["args"][1].clone()).collect();
    assert_eq!(values, ["1", "1", "2"]);
}

#[tokio::test(start_paused = true)]
async fn a_slow_attempt_is_never_applied_after_a_later_write_that_it_is_told_of() {
    // The database applies the first request long after its attempt has timed out.
    for lost in [false, true] {
        let value = Arc::new(Mutex::new(String::new()));
        let database = value.clone();
        let proxy = Proxy::new(move |count, asked| {
            let (database, new) = (database.clone(), asked.body["args"][1].as_str().unwrap().to_owned());
            if count > 0 {
                *database.lock().unwrap() = new;
                return Box::pin(async { answer(200, r#"{"result":"OK"}"#) });
            }
            tokio::spawn(async move {
                tokio::time::sleep(Duration::from_secs(120)).await;
                *database.lock().unwrap() = new;
            });
            let pause = if lost { Duration::ZERO } else { Duration::from_secs(60) };
            crate::support::after(pause, crate::support::lost())
        });
        let set = |value: &str| CmdSend::new("SET").arg("a").arg(value);
        let client = proxy.client();
        let old = client.send(set("old")).attempt_timeout(Duration::from_secs(1)).await;
        let new = client.send(set("new")).await;
        tokio::time::sleep(Duration::from_secs(300)).await;
        assert!(new.is_ok() && *value.lock().unwrap() == "old", "it was applied late");
        assert_eq!(old.unwrap_err().kind(), ErrorKind::Indeterminate);
        assert_eq!(proxy.count(), 2);
    }
}

#[tokio::test(start_paused = true)]
async fn none_waits_where_order_does_not_matter() {
    let client = slow().builder().ordered(false).build().unwrap();
    assert_eq!(trips(&client, &["INCR a", "INCR a", "FLUSHDB", "GET a"]).await, 1);
}

#[tokio::test(start_paused = true)]
async fn a_command_goes_on_although_nobody_polls_it_once_another_one_waits_for_it() {
    let proxy = slow();
    let client = proxy.client();
    let command = |line: &str| {
        let mut words = line.split(' ');
        client.send(CmdSend::new(words.next().unwrap()).args(words))
    };
    let mut left = [command("SET a 1"), command("GET a"), command("SET a 2")];
    for call in &mut left {
        assert!(futures::FutureExt::now_or_never(call).is_none());
    }
    let last =
        tokio::time::timeout(TRIP * 1_000, command("GET a")).await.expect("a command that stands still");
    assert!(last.is_ok() && proxy.count() == 4);
    join_all(left).await.into_iter().for_each(|outcome| drop(outcome.unwrap()));
}

#[test]
fn a_wait_behind_a_command_that_stands_still_is_an_error_and_sends_nothing() {
    use cc_redis_http::blocking::Wait;
    let proxy = Proxy::new(|count, _| {
        after(Duration::from_millis(5), answer(200, &format!(r#"{{"result":{count}}}"#)))
    });
    let client = proxy.client();
    let command = |line: &str| {
        let mut words = line.split(' ');
        client.send(CmdSend::new(words.next().unwrap()).args(words))
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let mut awaited = command("SET a 1");
        assert!(futures::FutureExt::now_or_never(&mut awaited).is_none());
        // One of another thread waits for it.
        let (behind, is_behind) = std::sync::mpsc::channel();
        let mut other = Box::pin(std::future::IntoFuture::into_future(command("MSET a 2 b 2")));
        let other = std::thread::spawn(move || {
            let noting = std::future::poll_fn(move |cx| {
                let polled = other.as_mut().poll(cx);
                let _ = behind.send(());
                polled
            });
            noting.wait()
        });
        is_behind.recv().unwrap();
        for line in ["GET a", "SET a 3", "GET b", "DBSIZE"] {
            let error = command(line).wait().unwrap_err();
            assert!(error.is_not_sent() && error.to_string().contains("stands still"), "{line}: {error}");
        }
        // Other keys are not concerned.
        command("SET c 1").wait().unwrap();
        awaited.await.unwrap();
        other.join().unwrap().unwrap();
        command("GET b").wait().unwrap();
    });
    assert_eq!(proxy.count(), 4);
}
