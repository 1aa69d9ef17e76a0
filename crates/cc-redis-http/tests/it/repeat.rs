//! Retries, and uncertain outcomes.

use std::time::Duration;

use cc_redis_http::commands::{
    AddListKeyElement, CreateListKey, GetListKeyElement, ScanListKey, UpdateListKeyElement,
};
use cc_redis_http::commands::{
    AddSetKeyElement, CmdCliSend, CmdSend, CreateHashKey, CreateSetKey, CreateStringKey,
    DeleteHashKeyElement, DeleteKey, DeleteSetKeyElement, ExpireKey, GetStringKey, GetStringKeyAndExpire,
    ScanHashKey, ScanKey, ScanSetKey, SetHashKeyElement, SetStringKey, UpdateStringKey,
};
use cc_redis_http::{Command, Context, Effect, Error, ErrorKind, RedisCommand, Result};
use cc_runtime::Operation;
use cc_runtime::RetryPolicy;
use cc_runtime::transport::HttpResponse;

use crate::support::{Proxy, after, answer, lost};

/// Number of attempts of a command whose answers are lost, and its error.
async fn when_lost<C: Command<Context = Context>>(command: C) -> (usize, ErrorKind) {
    let proxy = Proxy::prompt(|_, _| lost());
    let error = proxy.client().send(command).await.err().unwrap();
    (proxy.count(), error.kind())
}

/// The same without the order of commands.
async fn when_lost_without_order<C: Command<Context = Context>>(command: C) -> (usize, ErrorKind) {
    let proxy = Proxy::prompt(|_, _| lost());
    let client = proxy.builder().ordered(false).build().unwrap();
    let error = client.send(command).await.err().unwrap();
    (proxy.count(), error.kind())
}

fn cmd(line: &str) -> CmdSend {
    let mut words = line.split(' ');
    CmdSend::new(words.next().unwrap()).args(words)
}

#[tokio::test(start_paused = true)]
async fn a_read_is_sent_again_and_its_failure_is_told_as_it_is() {
    for line in ["GET k", "HGETALL h", "LRANGE l 0 -1", "SCAN 0", "PING", "XINFO STREAM s"] {
        assert_eq!(when_lost(cmd(line)).await, (3, ErrorKind::Unreachable), "{line}");
        assert_eq!(when_lost(CmdCliSend::new(line)).await, (3, ErrorKind::Unreachable), "{line}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_set_is_sent_again_only_where_order_does_not_matter_and_may_have_been_done() {
    for line in ["SET k v", "MSET a 1 b 2", "SETEX k 10 v"] {
        assert_eq!(when_lost(cmd(line)).await, (1, ErrorKind::Indeterminate), "{line}");
        assert_eq!(when_lost_without_order(cmd(line)).await, (3, ErrorKind::Indeterminate), "{line}");
    }
    let line = || CmdCliSend::new(r#"SET k "v""#);
    assert_eq!(when_lost(line()).await, (1, ErrorKind::Indeterminate));
    assert_eq!(when_lost_without_order(line()).await, (3, ErrorKind::Indeterminate));
}

#[tokio::test(start_paused = true)]
async fn any_other_command_is_sent_once_and_may_have_been_done() {
    for line in
        ["INCR k", "SET k v NX", "LPUSH l v", "DEL k", "EXPIRE k 10", "EVAL x 0", "NEWCOMMAND k", "FLUSHALL"]
    {
        assert_eq!(when_lost(cmd(line)).await, (1, ErrorKind::Indeterminate), "{line}");
        assert_eq!(when_lost(CmdCliSend::new(line)).await, (1, ErrorKind::Indeterminate), "{line}");
    }
    assert_eq!(when_lost(CmdCliSend::new("INCR 'k")).await, (1, ErrorKind::Indeterminate));
}

#[tokio::test(start_paused = true)]
async fn a_set_with_a_condition_or_that_reads_is_sent_once_and_may_have_been_done() {
    let minute = Duration::from_secs(60);
    let set = || SetStringKey::new("k", "v").ttl(minute);
    for plain in [set(), SetStringKey::new("k", "v").keep_ttl()] {
        assert_eq!(when_lost(plain.clone()).await, (1, ErrorKind::Indeterminate));
        assert_eq!(when_lost_without_order(plain).await, (3, ErrorKind::Indeterminate));
    }
    for once in [set().only_if_absent(), set().only_if_present(), set().get(), set().only_if_absent().get()] {
        assert_eq!(when_lost(once.clone()).await, (1, ErrorKind::Indeterminate), "{once:?}");
        assert_eq!(when_lost_without_order(once.clone()).await, (1, ErrorKind::Indeterminate), "{once:?}");
    }
    assert_eq!(when_lost_without_order(ExpireKey::after("k", minute)).await, (1, ErrorKind::Indeterminate));
    let read = GetStringKeyAndExpire::after("k", minute);
    assert_eq!(when_lost_without_order(read).await, (1, ErrorKind::Indeterminate));
}

/// Effect of a command, and whether the spec allows retries of its route.
fn effect<C: RedisCommand>(command: C) -> (&'static str, Effect, bool) {
    (C::NAME, command.access().unwrap().effect, C::Operation::INFO.idempotent)
}

#[test]
fn the_effects_of_the_routes_are_those_of_the_spec() {
    let effects = [
        effect(ScanKey::new()),
        effect(DeleteKey::new("k")),
        effect(GetStringKey::new("k")),
        effect(CreateStringKey::new("k", "v")),
        effect(UpdateStringKey::new("k", "v")),
        effect(CreateHashKey::new("k", [("f", "v")])),
        effect(ScanHashKey::new("k")),
        effect(SetHashKeyElement::new("k", "f", "v")),
        effect(DeleteHashKeyElement::new("k", "f")),
        effect(CreateListKey::new("k", ["e"])),
        effect(ScanListKey::new("k")),
        effect(GetListKeyElement::new("k", 0)),
        effect(UpdateListKeyElement::new("k", 0, "v")),
        effect(AddListKeyElement::new("k", "v")),
        effect(CreateSetKey::new("k", ["m"])),
        effect(ScanSetKey::new("k")),
        effect(AddSetKeyElement::new("k", "m")),
        effect(DeleteSetKeyElement::new("k", "m")),
    ];
    for (name, effect, idempotent) in effects {
        assert_eq!(effect.may_repeat(), idempotent, "{name}");
    }
    let may_repeat = effects.iter().filter(|(_, effect, _)| effect.may_repeat()).count();
    assert_eq!(may_repeat, 7);
}

#[tokio::test(start_paused = true)]
async fn the_element_at_a_position_is_not_replaced_twice() {
    assert_eq!(when_lost(UpdateListKeyElement::new("l", 0, "v")).await, (1, ErrorKind::Indeterminate));
    let update = || UpdateStringKey::new("k", "v");
    assert_eq!(when_lost(update()).await, (1, ErrorKind::Indeterminate));
    assert_eq!(when_lost_without_order(update()).await, (3, ErrorKind::Indeterminate));
    assert_eq!(when_lost(GetListKeyElement::new("l", 0)).await, (3, ErrorKind::Unreachable));
}

#[tokio::test(start_paused = true)]
async fn a_request_that_was_not_sent_is_retried_whatever_its_effect() {
    let proxy = Proxy::prompt(|count, _| match count {
        0 => Err(Error::new(ErrorKind::Unreachable).not_sent()),
        _ => answer(200, r#"{"result":1}"#),
    });
    assert_eq!(proxy.client().send(cmd("INCR k")).await.unwrap().result.as_i64(), Some(1));
    assert_eq!(proxy.count(), 2);
    let proxy = Proxy::prompt(|_, _| Err(Error::new(ErrorKind::Unreachable).not_sent()));
    let error = proxy.client().send(cmd("INCR k")).await.unwrap_err();
    assert_eq!((error.kind(), proxy.count()), (ErrorKind::Unreachable, 3));
}

async fn with_answer(status: u16, line: &str) -> Error {
    Proxy::prompt(move |_, _| -> Result<HttpResponse> { answer(status, "") })
        .builder()
        .configure(|transport| transport.retry(RetryPolicy::none()))
        .build()
        .unwrap()
        .send(cmd(line))
        .await
        .unwrap_err()
}

#[tokio::test(start_paused = true)]
async fn a_gateway_that_gives_up_on_a_write_leaves_it_uncertain() {
    for status in [500, 502, 503, 504] {
        let error = with_answer(status, "INCR k").await;
        assert_eq!(error.kind(), ErrorKind::Indeterminate);
        assert_eq!(error.status().unwrap().as_u16(), status);
        assert_eq!(with_answer(status, "GET k").await.kind(), ErrorKind::Refused);
    }
    for status in [400, 401, 403, 404, 429] {
        assert_eq!(with_answer(status, "INCR k").await.kind(), ErrorKind::Refused);
    }
}

#[tokio::test(start_paused = true)]
async fn a_write_that_is_not_answered_in_time_may_have_been_done() {
    let proxy = Proxy::new(|_, _| after(Duration::from_secs(60), answer(200, "{}")));
    let client = proxy.client();
    let second = Duration::from_secs(1);
    let error = client.send(cmd("INCR k")).timeout(second).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Indeterminate);
    assert!(error.is_timeout() && error.to_string().contains("may have been done"), "{error}");
    assert_eq!(client.send(cmd("GET k")).timeout(second).await.unwrap_err().kind(), ErrorKind::TimedOut);
}
