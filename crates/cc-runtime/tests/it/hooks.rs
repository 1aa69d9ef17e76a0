//! Hooks of a program around every call.

use std::sync::{Arc, Mutex};

use cc_runtime::transport::{HookFuture, Hooks, ResponseHead};
use cc_runtime::{
    Answer, CachePolicy, CallOptions, Credentials, DriftReport, Error, ErrorKind, Operation, OperationInfo,
    Request, RequestBuilder, Result,
};

use crate::support::*;

/// Writes down when it ran, and changes requests a little.
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

impl Hooks for Notes {
    fn on_request<'a>(&'a self, request: &'a mut Request) -> HookFuture<'a, Result<()>> {
        Box::pin(async {
            tokio::task::yield_now().await;
            self.note(format!("request {}", request.path));
            request.headers.insert("x-tenant", "one".parse().unwrap());
            request.headers.insert("authorization", "Bearer hook".parse().unwrap());
            request.append_query("from", &"the hook");
            Ok(())
        })
    }

    fn on_response<'a>(&'a self, response: ResponseHead<'a>) -> HookFuture<'a, ()> {
        Box::pin(async move {
            tokio::task::yield_now().await;
            self.note(format!("response {} {}", response.status.as_u16(), response.attempts));
        })
    }

    fn on_drift<'a>(&'a self, report: &'a DriftReport) -> HookFuture<'a, ()> {
        Box::pin(async move {
            self.note(format!("drift of {report}"));
        })
    }

    fn on_error<'a>(&'a self, error: &'a Error) -> HookFuture<'a, ()> {
        Box::pin(async move { self.note(format!("error {}", error.code())) })
    }
}

#[tokio::test(start_paused = true)]
async fn a_hook_changes_headers_and_query_of_what_is_sent() {
    let platform = Platform::new(|_, _| answer(200, "1"));
    let transport = platform.builder().hooks(Notes::default()).build().unwrap();
    let mut request = request(&GET);
    request.append_query("a", &1);
    transport.execute(request, &CallOptions::new()).await.unwrap();
    assert_eq!(platform.journal(), ["GET https://api.test/base/v2/things/1?a=1&from=the%20hook"]);
    assert_eq!(platform.seen()[0].header("x-tenant"), Some("one"));
    assert_eq!(platform.seen()[0].header("authorization"), Some("Bearer hook"));
}

#[tokio::test(start_paused = true)]
async fn credentials_win_over_what_a_hook_sets() {
    let platform = Platform::new(|_, _| answer(200, "1"));
    let builder = platform.builder().credentials(Credentials::api_token("mine"));
    let transport = builder.hooks(Notes::default()).build().unwrap();
    transport.execute(request(&GET), &CallOptions::new()).await.unwrap();
    assert_eq!(platform.seen()[0].header("authorization"), Some("Bearer mine"));
}

#[tokio::test(start_paused = true)]
async fn each_hook_runs_once_a_call_whatever_the_retries() {
    let platform = Platform::new(|count, _| answer(if count < 2 { 503 } else { 200 }, "1"));
    let notes = Notes::default();
    let transport = platform.builder().hooks(notes.clone()).build().unwrap();
    transport.execute(request(&GET), &CallOptions::new()).await.unwrap();
    assert_eq!(notes.take(), ["request /v2/things/1", "response 200 3"]);
    assert_eq!(platform.count(), 3);
}

#[tokio::test(start_paused = true)]
async fn answers_of_the_cache_and_errors_pass_the_hooks_too() {
    let platform = Platform::new(|count, _| match count {
        0 => answer(200, "1"),
        1 => answer(404, r#"{"code":"clever.none"}"#),
        _ => unreachable(),
    });
    let notes = Notes::default();
    let transport = platform.builder().hooks(notes.clone()).build().unwrap();
    let kept = CallOptions::new().cache(CachePolicy::ttl(SECOND));
    transport.execute(request(&GET), &kept).await.unwrap();
    transport.execute(request(&GET), &kept).await.unwrap();
    assert_eq!(notes.take()[2..], ["request /v2/things/1", "response 200 0"]);
    transport.execute(request(&PUT), &once()).await.unwrap_err();
    assert_eq!(notes.take()[1..], ["response 404 1", "error clever.none"]);
    transport.execute(request(&PUT), &once()).await.unwrap_err();
    assert_eq!(notes.take()[1..], ["error INDETERMINATE"]);
}

#[tokio::test(start_paused = true)]
async fn an_error_is_reported_once_or_not_at_all() {
    let platform = Platform::new(|_, _| answer(200, "no number"));
    let notes = Notes::default();
    let transport = platform.builder().hooks(notes.clone()).build().unwrap();
    let error = transport.call(GetNumber).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Undecodable);
    assert_eq!(notes.take()[2..], ["error UNEXPECTED_ERROR"], "what does not decode is reported too");
    let quiet = CallOptions::new().report_errors(false);
    transport.call(GetNumber).options(quiet).await.unwrap_err();
    assert_eq!(notes.take().len(), 2);
    transport.report(&error).await;
    assert_eq!(notes.take(), ["error UNEXPECTED_ERROR"]);
}

/// Refuses every request.
#[derive(Debug)]
struct Refusing;

impl Hooks for Refusing {
    fn on_request<'a>(&'a self, _: &'a mut Request) -> HookFuture<'a, Result<()>> {
        Box::pin(async { Err(Error::new(ErrorKind::InvalidInput).with_message("not today")) })
    }
}

#[tokio::test(start_paused = true)]
async fn a_hook_that_fails_ends_the_call_before_anything_is_sent() {
    let platform = Platform::new(|_, _| answer(200, "1"));
    let transport = platform.builder().hooks(Refusing).build().unwrap();
    let error = transport.execute(request(&GET), &CallOptions::new()).await.unwrap_err();
    assert_eq!((error.to_string(), platform.count()), ("get_thing: invalid input: not today".into(), 0));
}

/// Panics when it receives an error: before it returns a future, and within the future.
#[derive(Debug)]
struct Panicking(bool);

impl Hooks for Panicking {
    fn on_error<'a>(&'a self, _: &'a Error) -> HookFuture<'a, ()> {
        assert!(self.0, "at once");
        Box::pin(async { panic!("within") })
    }
}

#[tokio::test(start_paused = true)]
async fn a_hook_that_panics_does_not_take_the_place_of_the_error() {
    for late in [false, true] {
        let platform = Platform::new(|_, _| answer(404, r#"{"code":"clever.none"}"#));
        let transport = platform.builder().hooks(Panicking(late)).build().unwrap();
        let error = transport.execute(request(&GET), &CallOptions::new()).await.unwrap_err();
        assert_eq!(error.code(), "clever.none");
    }
}

/// A tenant that a hook names makes another answer.
#[derive(Debug, Default)]
struct Tenants(Mutex<u32>);

impl Hooks for Tenants {
    fn on_request<'a>(&'a self, request: &'a mut Request) -> HookFuture<'a, Result<()>> {
        let mut tenant = self.0.lock().unwrap();
        *tenant += 1;
        request.headers.insert("x-tenant", (*tenant).into());
        Box::pin(async { Ok(()) })
    }
}

#[tokio::test(start_paused = true)]
async fn tenants_that_a_hook_names_do_not_mix() {
    let platform = Platform::counting();
    let transport = platform.builder().hooks(Tenants::default()).build().unwrap();
    let kept = CallOptions::new().cache(CachePolicy::ttl(SECOND * 60));
    assert_eq!(text(&transport, request(&GET), &kept).await, "0");
    assert_eq!(text(&transport, request(&GET), &kept).await, "1");
}

/// Lists some numbers.
struct ListNumbers;

impl Operation for ListNumbers {
    const INFO: &'static OperationInfo = &GET;
    type Output = Vec<i64>;

    fn request(&self) -> Result<Request> {
        RequestBuilder::new(&GET).path("id", &1).build()
    }

    fn decode(answer: Answer<bytes::Bytes>) -> Result<Answer<Vec<i64>>> {
        answer.list()
    }
}

#[tokio::test(start_paused = true)]
async fn the_drift_hook_reports_the_differences_of_an_answer() {
    let platform = Platform::new(|_, _| answer(200, r#"[1,"two","3"]"#));
    let notes = Notes::default();
    let transport = platform.builder().hooks(notes.clone()).build().unwrap();
    let numbers = transport.call(ListNumbers).await.unwrap();
    assert_eq!((numbers.as_slice(), numbers.drift().len()), ([1, 3].as_slice(), 2));
    let text = numbers.drift()[0].to_string();
    assert!(text.contains("element left out: `[1]`: invalid type: string"), "{text}");
    let told = |notes: &Notes| {
        let notes = notes.take();
        notes.into_iter().filter(|note| note.starts_with("drift")).collect::<Vec<_>>()
    };
    // The two elements are one place.
    assert_eq!(told(&notes), ["drift of get_thing: other type at /*: expected integer, found string"]);
    // A later answer with the same difference is counted only.
    transport.call(ListNumbers).await.unwrap();
    assert!(told(&notes).is_empty());
    assert_eq!(transport.drift().iter().map(|report| report.count).collect::<Vec<_>>(), [2]);

    let platform = Platform::new(|_, _| answer(200, "[1,2]"));
    let transport = platform.builder().hooks(notes.clone()).build().unwrap();
    transport.call(ListNumbers).await.unwrap();
    assert!(!notes.take().iter().any(|note| note.starts_with("drift")));
}
