//! A proxy that answers as each test says, without a socket.

use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};
use std::time::Duration;

use cc_redis_http::{RedisHttpClient, RedisHttpClientBuilder};
use cc_runtime::transport::{HttpRequest, HttpResponse};
use cc_runtime::{Body, Error, ErrorKind, Result};
use http::StatusCode;
use serde_json::Value;

/// The database of the client.
pub const URL: &str = "redis://:hunter2@db.test:6379";
/// The database of a command.
pub const OTHER_URL: &str = "rediss://user:hunter3@other.test:6380/2";

pub type Answered = Pin<Box<dyn Future<Output = Result<HttpResponse>> + Send>>;
type Script = dyn Fn(usize, &Asked) -> Answered + Send + Sync;

/// Answers the n-th request (from 0) according to its script, and records the requests.
#[derive(Clone)]
pub struct Proxy {
    script: Arc<Script>,
    asked: Arc<Mutex<Vec<Asked>>>,
}

/// A recorded request.
#[derive(Debug, Clone)]
pub struct Asked {
    pub line: String,
    pub authorization: bool,
    pub traceparent: Option<String>,
    pub body: Value,
}

impl Asked {
    /// The request without the password of its database.
    pub fn shown(&self) -> String {
        let body =
            self.body.to_string().replace(OTHER_URL, "(of the command)").replace(URL, "(of the client)");
        format!("{}\n    {body}", self.line)
    }
}

impl Proxy {
    pub fn new(script: impl Fn(usize, &Asked) -> Answered + Send + Sync + 'static) -> Self {
        Self { script: Arc::new(script), asked: Arc::default() }
    }

    /// A proxy that answers at once.
    pub fn prompt(script: impl Fn(usize, &Asked) -> Result<HttpResponse> + Send + Sync + 'static) -> Self {
        Self::new(move |count, asked| {
            let answer = script(count, asked);
            Box::pin(async { answer })
        })
    }

    /// A proxy with one answer.
    pub fn always(status: u16, body: impl ToString) -> Self {
        let body = body.to_string();
        Self::prompt(move |_, _| answer(status, &body))
    }

    pub fn builder(&self) -> RedisHttpClientBuilder {
        let service = self.clone();
        RedisHttpClient::builder()
            .backend_url(URL)
            .configure(|transport| transport.http_service(service).jitter_seed(1))
    }

    pub fn client(&self) -> RedisHttpClient {
        self.builder().build().unwrap()
    }

    pub fn asked(&self) -> Vec<Asked> {
        self.asked.lock().unwrap().clone()
    }

    pub fn count(&self) -> usize {
        self.asked.lock().unwrap().len()
    }
}

impl tower::Service<HttpRequest> for Proxy {
    type Response = HttpResponse;
    type Error = Error;
    type Future = Answered;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: HttpRequest) -> Answered {
        let asked = Asked {
            line: format!("{} {}", request.method(), request.uri()),
            traceparent: request.headers().get("traceparent").map(|value| value.to_str().unwrap().to_owned()),
            authorization: request.headers().contains_key("authorization"),
            body: serde_json::from_slice(request.body()).unwrap(),
        };
        let mut all = self.asked.lock().unwrap();
        let answered = (self.script)(all.len(), &asked);
        all.push(asked);
        answered
    }
}

pub fn answer(status: u16, body: &str) -> Result<HttpResponse> {
    let mut answer = HttpResponse::new(Body::from(body.to_owned()));
    *answer.status_mut() = StatusCode::from_u16(status).unwrap();
    answer.headers_mut().insert("content-type", "application/json".parse().unwrap());
    Ok(answer)
}

/// A connection that is lost once the request is on its way.
pub fn lost() -> Result<HttpResponse> {
    Err(Error::new(ErrorKind::Unreachable))
}

/// An answer that takes its time.
pub fn after(delay: Duration, answer: Result<HttpResponse>) -> Answered {
    Box::pin(async move {
        tokio::time::sleep(delay).await;
        answer
    })
}
