//! Spans of commands, calls of an observer, and the context of a trace in requests.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use cc_redis_http::commands::{CmdSend, SetStringKey};
use cc_runtime::transport::observe::{AttemptEnd, AttemptStart, CallEnd, CallStart, Observer, Wait};
use tracing::{Instrument, info_span};

use crate::spans::Spans;
use crate::support::{Proxy, after, answer};

/// Records each call of the observer as a line of text.
#[derive(Debug, Clone, Default)]
struct Notes(Arc<Mutex<Vec<String>>>);

impl Notes {
    fn note(&self, text: String) {
        self.0.lock().unwrap().push(text);
    }

    fn take(&self) -> Vec<String> {
        std::mem::take(&mut self.0.lock().unwrap())
    }
}

impl Observer for Notes {
    fn on_call_start(&self, call: &CallStart) {
        self.note(format!("call {}", call.info.id));
    }

    fn on_call_end(&self, call: &CallEnd<'_>) {
        self.note(format!("call ended {:?} after {} attempts", call.error_type, call.attempts));
    }

    fn on_attempt_start(&self, attempt: &AttemptStart<'_>) {
        self.note(format!("attempt {} at {}", attempt.resend_count, attempt.server_address));
    }

    fn on_attempt_end(&self, attempt: &AttemptEnd<'_>) {
        self.note(format!("attempt ended {:?}", attempt.error_type));
    }

    fn on_wait(&self, wait: &Wait) {
        self.note(format!("waited for {:?}", wait.reason));
    }
}

#[tokio::test(start_paused = true)]
async fn an_observer_is_told_of_each_command_its_attempts_and_waits() {
    let proxy = Proxy::prompt(|count, _| match count {
        0 => answer(503, ""),
        _ => answer(200, r#"{"result":"OK"}"#),
    });
    let notes = Notes::default();
    let observer = notes.clone();
    let client = proxy.builder().configure(|transport| transport.observer(observer)).build().unwrap();
    client.send(CmdSend::new("GET").arg("k")).await.unwrap();
    let host = "kv-proxy.services.clever-cloud.com";
    assert_eq!(
        notes.take(),
        [
            "call send_command",
            &format!("attempt 0 at {host}"),
            "attempt ended Some(\"503\")",
            "waited for Retry",
            &format!("attempt 1 at {host}"),
            "attempt ended None",
            "call ended None after 2 attempts",
        ]
    );
    // A command that is refused before it is sent is no call.
    client.send(CmdSend::new("MULTI")).await.unwrap_err();
    assert!(notes.take().is_empty());
}

#[tokio::test(start_paused = true)]
async fn each_request_carries_the_trace_of_its_command_also_of_one_that_waited_for_another() {
    let proxy = Proxy::new(|count, _| {
        let status = if count == 0 { 503 } else { 200 };
        after(Duration::from_secs(1), answer(status, r#"{"result":"OK"}"#))
    });
    let propagated = |transport: cc_runtime::TransportBuilder| {
        transport.propagate(|span, headers| {
            let id = span.id().map_or(0, |id| id.into_u64());
            let name = span.metadata().map_or("none", |metadata| metadata.name());
            headers.insert("traceparent", format!("{name}-{id}").parse().unwrap());
        })
    };
    let client = proxy.builder().configure(propagated).build().unwrap();
    let (spans, _guard) = Spans::listen();
    let caller = info_span!("caller", otel.name = "caller");
    let (read, first, second) = tokio::join!(
        client.send(CmdSend::new("GET").arg("other")).into_future().instrument(caller.clone()),
        client.send(SetStringKey::new("k", "1")).into_future().instrument(caller.clone()),
        client.send(SetStringKey::new("k", "2").only_if_present()).into_future().instrument(caller),
    );
    assert!(read.is_ok() && first.is_ok() && second.unwrap().set);
    let parents: BTreeSet<_> = proxy.asked().iter().map(|asked| asked.traceparent.clone().unwrap()).collect();
    assert_eq!(parents.len(), 4, "{parents:?}");
    assert!(parents.iter().all(|parent| parent.starts_with("http_request-")), "{parents:?}");
    let all = spans.all();
    let below = |parent: &str| all.iter().filter(|span| span.parent.as_deref() == Some(parent)).count();
    assert_eq!((below("caller"), below("CmdSend"), below("SetStringKey")), (3, 2, 2), "{all:#?}");
    assert!(all.iter().all(|span| !span.is_client() || span.get("cc.operation") == Some("send_command")));
    assert!(!format!("{all:?}").contains("hunter2"), "{all:#?}");
}
