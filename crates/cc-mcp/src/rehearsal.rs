//! Runs a command without its changes: reads go to the account, changes go to a sandbox.

use std::collections::BTreeMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};

use cc_client::runtime::transport::{Body, HttpRequest, HttpResponse, HttpService};
use cc_client::{Error, ErrorKind, Result};
use cc_sandbox::{Pace, Sandbox};
use http::{HeaderValue, StatusCode};
use http_body_util::BodyExt;
use serde_json::{Value, json};
use tower::{Layer, ServiceExt};

use crate::redact::redact;

/// Paths whose GET has an effect of its own, and which therefore are not read before a change.
const NOT_READ: [&str; 1] = ["/v2/github/link"];

/// Longest answer of the account that is kept, in bytes.
const LONGEST: usize = 4 << 20;

/// A layer of a client that lets reads through, and keeps changes from the account.
#[derive(Debug, Clone)]
pub(crate) struct Rehearsal(Arc<State>);

#[derive(Debug)]
struct State {
    sandbox: Sandbox,
    seen: Mutex<Seen>,
}

#[derive(Debug, Default)]
struct Seen {
    requests: Vec<Value>,
    changes: Vec<Value>,
    /// What a read of this path gives after the changes: `None` if it is deleted.
    after: BTreeMap<String, Option<Value>>,
}

impl Rehearsal {
    pub(crate) fn new() -> Self {
        // Its answers follow from the spec alone: it knows nothing of the resources of the account.
        let sandbox = Sandbox::builder().stateless(true).strict(false).pace(Pace::Manual).in_memory();
        Self(Arc::new(State { sandbox, seen: Mutex::default() }))
    }

    /// The requests that would be sent, the changes that they would make, and what of them breaks the spec.
    pub(crate) fn report(&self) -> Value {
        let violations: Vec<String> = self.0.sandbox.violations().iter().map(ToString::to_string).collect();
        let mut seen = self.0.seen();
        let mut report = json!({
            "requests": std::mem::take(&mut seen.requests),
            "changes": std::mem::take(&mut seen.changes),
        });
        if !violations.is_empty() {
            report["violations"] = json!(violations);
        }
        report
    }
}

impl State {
    fn seen(&self) -> std::sync::MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The answer to a read that a change before decides.
    fn changed(&self, path: &str) -> Option<HttpResponse> {
        let seen = self.seen();
        let is_below = |deleted: &str| path.strip_prefix(deleted).is_some_and(|rest| rest.starts_with('/'));
        match seen.after.get(path) {
            Some(Some(value)) => Some(answer(StatusCode::OK, value)),
            Some(None) => Some(gone()),
            None => {
                let mut deleted = seen.after.iter().filter(|(_, after)| after.is_none());
                deleted.any(|(path, _)| is_below(path)).then(gone)
            }
        }
    }

    /// Notes a change with the state before it, and lets the sandbox answer.
    async fn change(&self, account: HttpService, mut request: HttpRequest) -> Result<HttpResponse> {
        let path = request.uri().path().to_owned();
        let method = request.method().to_string();
        let known = self.seen().after.get(&path).cloned();
        let before = match known {
            Some(before) => before,
            None if NOT_READ.iter().any(|end| path.ends_with(end)) => None,
            None => read(account, &request).await,
        };
        let body: Option<Value> = serde_json::from_slice(request.body()).ok();
        let after = match (method.as_str(), &before, &body) {
            ("DELETE", ..) => None,
            (_, Some(Value::Object(before)), Some(Value::Object(body))) => {
                let mut after = before.clone();
                after.extend(body.clone());
                Some(Value::Object(after))
            }
            _ => body.clone(),
        };
        let shown = |value: &Option<Value>| {
            let mut value = value.clone().unwrap_or(Value::Null);
            redact(&path, &mut value);
            value
        };
        {
            let mut seen = self.seen();
            let mut noted = json!({ "method": method, "path": path_and_query(&request) });
            if let Some(body) = &body {
                noted["body"] = shown(&Some(body.clone()));
            } else if !request.body().is_empty() {
                noted["bodyBytes"] = json!(request.body().len());
            }
            seen.requests.push(noted);
            seen.changes.push(json!({ "path": path, "before": shown(&before), "after": shown(&after) }));
            if method == "DELETE" || before.is_some() {
                seen.after.insert(path, after);
            }
        }
        let token = HeaderValue::from_str(&format!("Bearer {}", self.sandbox.api_token()));
        let unfit = |cause: http::Error| Error::new(ErrorKind::Unexpected).with_source(cause);
        request
            .headers_mut()
            .insert(http::header::AUTHORIZATION, token.map_err(|error| unfit(error.into()))?);
        let lost = |cause| Error::new(ErrorKind::Unreachable).with_source(cause);
        let (parts, body) = self.sandbox.handle(request).await.map_err(lost)?.into_parts();
        let body = body.collect().await.map_err(|_| Error::new(ErrorKind::Unreachable))?.to_bytes();
        Ok(HttpResponse::from_parts(parts, Body::from(body)))
    }
}

fn path_and_query(request: &HttpRequest) -> String {
    request.uri().path_and_query().map(ToString::to_string).unwrap_or_default()
}

/// The state of a resource before its change, if its path can be read.
async fn read(account: HttpService, change: &HttpRequest) -> Option<Value> {
    let mut request = HttpRequest::default();
    *request.uri_mut() = change.uri().clone();
    let accept = HeaderValue::from_static("application/json");
    request.headers_mut().insert(http::header::ACCEPT, accept);
    let answer = account.oneshot(request).await.ok().filter(|answer| answer.status() == StatusCode::OK)?;
    let body = answer.into_body().read_within(LONGEST).await.ok()?;
    serde_json::from_slice(&body).ok()
}

fn answer(status: StatusCode, value: &Value) -> HttpResponse {
    let mut response = HttpResponse::new(Body::from(value.to_string()));
    *response.status_mut() = status;
    let json = HeaderValue::from_static("application/json");
    response.headers_mut().insert(http::header::CONTENT_TYPE, json);
    response
}

fn gone() -> HttpResponse {
    answer(StatusCode::NOT_FOUND, &json!({ "message": "it was deleted in this rehearsal" }))
}

impl Layer<HttpService> for Rehearsal {
    type Service = Stage;

    fn layer(&self, account: HttpService) -> Stage {
        Stage { account, state: Arc::clone(&self.0) }
    }
}

/// The service of the layer.
#[derive(Clone)]
pub(crate) struct Stage {
    account: HttpService,
    state: Arc<State>,
}

impl tower::Service<HttpRequest> for Stage {
    type Response = HttpResponse;
    type Error = Error;
    type Future = Pin<Box<dyn Future<Output = Result<HttpResponse>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: HttpRequest) -> Self::Future {
        let (account, state) = (self.account.clone(), Arc::clone(&self.state));
        Box::pin(async move {
            if !request.method().is_safe() {
                return state.change(account, request).await;
            }
            match state.changed(request.uri().path()) {
                Some(answer) => Ok(answer),
                None => account.oneshot(request).await,
            }
        })
    }
}
