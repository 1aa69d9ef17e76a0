//! Hooks and observers: what a program learns of its calls.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use cc_client::commands::zone::GetZone;
use cc_client::runtime::Request;
use cc_client::runtime::transport::observe::{AttemptEnd, CANCELLED, CallEnd, Observer, Wait};
use cc_client::runtime::transport::{HookFuture, Hooks, ResponseHead};
use cc_client::{Error, Result};
use serde_json::json;

use crate::failure::{Failure, Outcome, check, equal};
use crate::world::World;

/// Lines of what happened, in order.
#[derive(Debug, Clone, Default)]
struct Told(Arc<Mutex<Vec<String>>>);

impl Told {
    fn tell(&self, line: String) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(line);
    }

    fn lines(&self) -> Vec<String> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Hooks for Told {
    fn on_request<'a>(&'a self, request: &'a mut Request) -> HookFuture<'a, Result<()>> {
        request.headers.insert("accept-language", http::HeaderValue::from_static("br"));
        self.tell(format!("request {}", request.info.id));
        Box::pin(async { Ok(()) })
    }

    fn on_response<'a>(&'a self, response: ResponseHead<'a>) -> HookFuture<'a, ()> {
        self.tell(format!("response {} after {}", response.status.as_u16(), response.attempts));
        Box::pin(async {})
    }

    fn on_error<'a>(&'a self, error: &'a Error) -> HookFuture<'a, ()> {
        self.tell(format!("error of {:?}", error.command().unwrap_or_default()));
        Box::pin(async {})
    }
}

impl Observer for Told {
    fn on_call_end(&self, call: &CallEnd<'_>) {
        self.tell(format!("call {} {:?}", call.attempts, call.error_type));
    }

    fn on_attempt_end(&self, attempt: &AttemptEnd<'_>) {
        self.tell(format!("attempt {:?}", attempt.status.map(|status| status.as_u16())));
    }

    fn on_wait(&self, wait: &Wait) {
        self.tell(format!("wait {:?}", wait.reason));
    }
}

pub(super) async fn hooks_run_once_around_a_call_and_may_change_it(world: World) -> Outcome {
    let told = Told::default();
    let hooks = told.clone();
    let client = world.builder().configure(|transport| transport.hooks(hooks)).build()?;
    world.fault(json!({"effect": "unavailable", "on": "get_zone", "times": 1})).await?;
    world.go(client.send(GetZone::new("par"))).await?;
    check!(world.go(client.send(GetZone::new("nowhere"))).await.is_err());
    equal!(
        told.lines(),
        [
            "request get_zone",
            "response 200 after 2",
            "request get_zone",
            "response 404 after 1",
            "error of \"GetZone\""
        ]
    );
    equal!(world.requests("get_zone").await?[1]["headers"]["accept-language"], "br");
    Ok(())
}

pub(super) async fn an_observer_counts_attempts_and_waits(world: World) -> Outcome {
    let told = Told::default();
    let client = world.builder().observer(told.clone()).build()?;
    world.fault(json!({"effect": "unavailable", "on": "get_zone", "times": 1})).await?;
    world.go(client.send(GetZone::new("par"))).await?;
    equal!(told.lines(), ["attempt Some(503)", "wait Retry", "attempt Some(200)", "call 2 None"]);
    Ok(())
}

pub(super) async fn an_observer_learns_that_a_call_was_dropped(world: World) -> Outcome {
    let told = Told::default();
    let client = world.builder().observer(told.clone()).build()?;
    world.fault(json!({"effect": "latency", "ms": 20_000, "on": "get_zone", "times": 1})).await?;
    let left = world.for_a_while(Duration::from_millis(200), client.send(GetZone::new("par"))).await;
    check!(left.is_none(), "the sandbox was not slow");
    let cancelled = format!("{:?}", Some(CANCELLED));
    for _ in 0..50 {
        if told.lines().iter().any(|line| line.starts_with("call") && line.ends_with(&cancelled)) {
            return Ok(());
        }
        // What other calls may depend on ends in a task of its own.
        world.sleep(Duration::from_millis(100)).await;
    }
    Err(Failure::new(format!("{:?}", told.lines())))
}
