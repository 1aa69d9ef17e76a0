//! Spans of commands, calls of an observer, and the context of a trace in requests.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use cc_bridge::Credentials;
use cc_bridge::commands::{CreateApiToken, ListApiToken, RotateApiToken};
use cc_runtime::transport::observe::{AttemptEnd, AttemptStart, CallEnd, CallStart, Observer, Wait};
use serde_json::json;
use tracing::{Instrument, info_span};

use crate::spans::Spans;
use crate::support::{Bridge, answer, oauth1};

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
        self.note(format!(
            "attempt {} {} at {}",
            attempt.resend_count, attempt.method, attempt.server_address
        ));
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
    let bridge = Bridge::new(|count, _| if count == 0 { answer(503, "") } else { answer(200, "[]") });
    let notes = Notes::default();
    let observer = notes.clone();
    let builder = bridge.builder(oauth1()).configure(|transport| transport.observer(observer));
    let client = builder.build().unwrap();
    client.send(ListApiToken::new()).await.unwrap();
    let host = "api-bridge.clever-cloud.com";
    assert_eq!(
        notes.take(),
        [
            "call list_api_tokens",
            &format!("attempt 0 GET at {host}"),
            "attempt ended Some(\"503\")",
            "waited for Retry",
            &format!("attempt 1 GET at {host}"),
            "attempt ended None",
            "call ended None after 2 attempts",
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn each_request_carries_the_trace_of_its_command_and_the_credentials_of_the_client() {
    let old = json!([{ "apiTokenId": "old", "userId": "user_1", "name": "laptop", "creationDate": 0, "expirationDate": 60_000 }]);
    let bridge = Bridge::new(move |count, _| match count {
        0 => answer(200, &old.to_string()),
        1 => answer(200, r#"{"apiToken":"t0ken","apiTokenId":"new","name":"laptop"}"#),
        // The new token is tried before the old one is revoked.
        2 => answer(200, r#"{"id":"user_1"}"#),
        3 => answer(503, ""),
        _ => answer(204, ""),
    });
    let builder = bridge.builder(oauth1()).configure(|transport| {
        transport.propagate(|span, headers| {
            let id = span.id().map_or(0, |id| id.into_u64());
            let name = span.metadata().map_or("none", |metadata| metadata.name());
            headers.insert("traceparent", format!("{name}-{id}").parse().unwrap());
            headers.insert("authorization", "Bearer trace".parse().unwrap());
        })
    });
    let client = builder.build().unwrap();
    let (spans, _guard) = Spans::listen();
    let caller = info_span!("caller", otel.name = "caller");
    let rotation = client.rotate(RotateApiToken::new("old", "ada@example.com", "hunter2"));
    rotation.into_future().instrument(caller).await.unwrap();
    let headers = bridge.headers();
    let text = |name: &str| -> Vec<String> {
        headers.iter().map(|headers| headers[name].to_str().unwrap().to_owned()).collect()
    };
    let parents: BTreeSet<_> = text("traceparent").into_iter().collect();
    assert_eq!(parents.len(), 5, "{parents:?}");
    assert!(parents.iter().all(|parent| parent.starts_with("http_request-")), "{parents:?}");
    assert!(!text("authorization").iter().any(|value| value.contains("trace")));
    let all = spans.all();
    let shown: Vec<_> = all
        .iter()
        .map(|span| (span.get("cc.operation").or(span.get("cc.command")), span.parent.as_deref()))
        .collect();
    let rotate = Some("RotateApiToken");
    assert_eq!(
        shown,
        [
            (None, None),
            (rotate, Some("caller")),
            (Some("list_api_tokens"), rotate),
            (Some("create_api_token"), rotate),
            (Some("get_v2"), rotate),
            (Some("delete_api_token"), rotate),
            (Some("delete_api_token"), rotate),
        ],
        "{all:#?}"
    );
    assert!(all.iter().all(|span| span.closed), "{all:#?}");
    assert!(!format!("{all:?}").contains("hunter2") && !format!("{all:?}").contains("t0ken"), "{all:#?}");
}

#[tokio::test(start_paused = true)]
async fn a_command_that_needs_no_credentials_is_observed_too() {
    let bridge = Bridge::always(400, json!({ "code": "invalid-credential", "error": "no" }));
    let notes = Notes::default();
    let observer = notes.clone();
    let builder = bridge.builder(Credentials::None).configure(|transport| transport.observer(observer));
    let day = Duration::from_secs(86_400);
    let creation = CreateApiToken::new("ada@example.com", "hunter2", "laptop", day);
    builder.build().unwrap().send(creation).await.unwrap_err();
    let notes = notes.take();
    assert_eq!(notes.last().map(String::as_str), Some("call ended Some(\"400\") after 1 attempts"));
    assert!(!notes.concat().contains("hunter2"));
}
