//! Events that differ from the spec.

use std::sync::{Arc, Mutex};

use cc_client::Client;
use cc_client::stream::{Delivery, EndReason, StreamError, StreamEvent};
use cc_runtime::DriftReport;
use cc_runtime::transport::{HookFuture, Hooks};
use futures_util::StreamExt;

use super::log;
use crate::support::{Platform, Reply};

/// Notes where answers and events differ from the spec. It takes its time, as one that writes somewhere does.
#[derive(Debug, Clone, Default)]
struct Notes(Arc<Mutex<Vec<String>>>);

impl Hooks for Notes {
    fn on_drift<'a>(&'a self, report: &'a DriftReport) -> HookFuture<'a, ()> {
        Box::pin(async move {
            tokio::task::yield_now().await;
            self.0.lock().unwrap().push(report.to_string());
        })
    }
}

/// An answer that streams these lines of a log, and ends.
fn lines(lines: &[&str]) -> impl Fn() -> Reply + Send + Sync + 'static + use<> {
    let mut body = "\u{feff}".to_owned();
    for (id, line) in lines.iter().enumerate() {
        body += &format!("event: APPLICATION_LOG\nid: {id}\ndata: {line}\n\n");
    }
    body += "event: END_OF_STREAM\ndata: {\"endedBy\":\"UNTIL_REACHED\"}\n\n";
    move || {
        let mut answer = cc_runtime::transport::HttpResponse::new(cc_runtime::Body::from(body.clone()));
        answer.headers_mut().insert("content-type", "text/event-stream".parse().unwrap());
        Box::pin(std::future::ready(Ok(answer)))
    }
}

#[tokio::test(start_paused = true)]
async fn events_are_read_as_leniently_as_answers_and_differences_are_told_once() {
    let answer = lines(&[
        r#"{"id":"1","message":"as the spec says","date":"2026-01-02T03:04:05Z","pid":1}"#,
        r#"{"id":2,"message":"an id that is a number, a pid that is a text","date":"2026-01-02T03:04:05Z","pid":"7"}"#,
        r#"{"id":"3","message":"a pid of another type","date":"2026-01-02T03:04:05Z","pid":{}}"#,
        r#"{"id":"4","message":"a date of another form","date":{"seconds":1},"pid":{}}"#,
        r#"{"id":"5","message":null,"severity":"A_NEW_ONE"}"#,
        r#"{"message":"lone \ud83d half"}"#,
        "no JSON at all",
        r#"{"id":"8","message":"the last"}"#,
    ]);
    let platform = Platform::slow(move |_, _| answer());
    let notes = Notes::default();
    let transport = platform.builder_of("me").hooks(notes.clone()).build().unwrap();
    let client = Client::builder().build_with(transport);
    let mut stream = client.stream(log("app_1")).retry(None).open();
    let (mut messages, mut faults) = (Vec::new(), Vec::new());
    loop {
        match stream.next().await.unwrap() {
            Ok(StreamEvent::Item(item)) => {
                messages.push((item.data.id.unwrap_or_default(), item.data.message));
            }
            Ok(StreamEvent::End(end)) => {
                assert_eq!(end, EndReason::Server(Some("UNTIL_REACHED".into())));
                break;
            }
            Ok(_) => {}
            Err(error) => faults.push(error),
        }
    }
    let ids: Vec<&str> = messages.iter().map(|(id, _)| id.as_str()).collect();
    assert_eq!(ids, ["1", "2", "3", "4", "5", "", "8"]);
    assert_eq!(messages[5].1, "lone \u{fffd} half");
    // What nothing can be made of comes as it was sent.
    let [fault] = faults.as_slice() else { panic!("{faults:?}") };
    let source = std::error::Error::source(&fault).and_then(|source| source.downcast_ref::<StreamError>());
    let Some(cc_stream::ErrorKind::Payload { event }) = source.map(StreamError::kind) else {
        panic!("{fault:?}")
    };
    assert_eq!(event.data, "no JSON at all");
    assert!(source.is_some_and(StreamError::is_about_one_event));
    tokio::task::yield_now().await;
    tokio::task::yield_now().await;
    let told = notes.0.lock().unwrap().clone();
    let of = |path: &str| told.iter().filter(|note| note.contains(&format!(" at /{path}:"))).count();
    // A text and an object in the place of a number are one difference.
    assert_eq!((of("id"), of("date"), of("pid")), (1, 1, 1), "{told:#?}");
    assert!(told.iter().all(|note| note.starts_with("stream_application_logs: ")), "{told:#?}");
}

#[tokio::test(start_paused = true)]
async fn a_stream_as_items_gives_a_line_that_cannot_be_read_as_a_fault() {
    let answer = lines(&["[1]", r#"{"id":"8","message":"the last"}"#]);
    let platform = Platform::slow(move |_, _| answer());
    let client = Client::builder().build_with(platform.builder_of("me").build().unwrap());
    let items = client.stream(log("app_1")).retry(None).open().items();
    let told: Vec<_> = items.map(Result::unwrap).collect().await;
    assert!(matches!(&told[..], [Delivery::Fault(_), Delivery::Item(_)]), "{told:?}");
}
