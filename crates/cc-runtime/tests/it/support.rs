//! A platform that answers as each test says, without a socket.

use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use cc_runtime::transport::{HttpRequest, HttpResponse};
use cc_runtime::{
    Answer, Body, CallOptions, Error, ErrorKind, Operation, OperationInfo, Request, RequestBuilder,
};
use cc_runtime::{Result, RetryPolicy, Transport, TransportBuilder};
use http::{HeaderMap, Method, StatusCode, Uri};

pub const SECOND: Duration = Duration::from_secs(1);

pub type Reply = Pin<Box<dyn Future<Output = Result<HttpResponse>> + Send>>;
type Script = dyn Fn(usize, &HttpRequest) -> Reply + Send + Sync;

/// Answers the n-th request (from 0) according to its script, and records the requests.
#[derive(Clone)]
pub struct Platform {
    script: Arc<Script>,
    seen: Arc<Mutex<Vec<Seen>>>,
}

/// A recorded request.
#[derive(Clone)]
pub struct Seen {
    pub method: Method,
    pub uri: Uri,
    pub headers: HeaderMap,
    pub body: Bytes,
}

impl Seen {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }
}

impl Platform {
    /// A platform that answers at once.
    pub fn new<F>(script: F) -> Self
    where
        F: Fn(usize, &HttpRequest) -> Result<HttpResponse> + Send + Sync + 'static,
    {
        Self::slow(move |count, request| {
            let answer = script(count, request);
            Box::pin(async { answer })
        })
    }

    /// A platform that takes its time.
    pub fn slow<F>(script: F) -> Self
    where
        F: Fn(usize, &HttpRequest) -> Reply + Send + Sync + 'static,
    {
        Self { script: Arc::new(script), seen: Arc::default() }
    }

    /// A platform that gives the number of the request, from 0, after a second.
    pub fn counting() -> Self {
        Self::slow(|count, _| after(SECOND, answer(200, &count.to_string())))
    }

    pub fn builder(&self) -> TransportBuilder {
        Transport::builder().endpoint("https://api.test/base").http_service(self.clone()).jitter_seed(1)
    }

    pub fn transport(&self) -> Transport {
        self.builder().build().unwrap()
    }

    pub fn seen(&self) -> Vec<Seen> {
        self.seen.lock().unwrap().clone()
    }

    pub fn count(&self) -> usize {
        self.seen.lock().unwrap().len()
    }

    /// The recorded requests, one line each.
    pub fn journal(&self) -> Vec<String> {
        self.seen().iter().map(|seen| format!("{} {}", seen.method, seen.uri)).collect()
    }
}

impl tower::Service<HttpRequest> for Platform {
    type Response = HttpResponse;
    type Error = Error;
    type Future = Reply;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: HttpRequest) -> Reply {
        let mut seen = self.seen.lock().unwrap();
        let reply = (self.script)(seen.len(), &request);
        let (parts, body) = request.into_parts();
        seen.push(Seen { method: parts.method, uri: parts.uri, headers: parts.headers, body });
        reply
    }
}

pub fn answer(status: u16, body: &str) -> Result<HttpResponse> {
    let mut answer = HttpResponse::new(Body::from(body.to_owned()));
    *answer.status_mut() = StatusCode::from_u16(status).unwrap();
    answer.headers_mut().insert("content-type", "application/json".parse().unwrap());
    Ok(answer)
}

pub fn answer_with(status: u16, headers: &[(&'static str, &str)], body: &str) -> Result<HttpResponse> {
    let mut answer = answer(status, body)?;
    for (name, value) in headers {
        answer.headers_mut().insert(*name, value.parse().unwrap());
    }
    Ok(answer)
}

pub fn unreachable() -> Result<HttpResponse> {
    Err(Error::new(ErrorKind::Unreachable).with_message("connection reset"))
}

pub fn after(wait: Duration, answer: Result<HttpResponse>) -> Reply {
    Box::pin(async move {
        tokio::time::sleep(wait).await;
        answer
    })
}

pub static GET: OperationInfo =
    OperationInfo::new("get_thing", "test", Method::GET, "/v2/things/{id}", "application/json");
pub static GET_PART: OperationInfo =
    OperationInfo::new("get_part", "test", Method::GET, "/v2/things/{id}/part", "application/json");
pub static GET_ONCE: OperationInfo =
    OperationInfo::new("get_once", "test", Method::GET, "/v2/things/{id}", "application/json").one_shot();
pub static LIST: OperationInfo =
    OperationInfo::new("list_things", "test", Method::GET, "/v2/things", "application/json");
pub static PUT: OperationInfo =
    OperationInfo::new("put_thing", "test", Method::PUT, "/v2/things/{id}", "application/json");
pub static POST: OperationInfo =
    OperationInfo::new("post_thing", "test", Method::POST, "/v2/things/{id}", "application/json");
pub static DELETE: OperationInfo =
    OperationInfo::new("delete_thing", "test", Method::DELETE, "/v2/things/{id}", "");

/// A request about the thing `1`.
pub fn request(info: &'static OperationInfo) -> Request {
    about(info, "1")
}

pub fn about(info: &'static OperationInfo, id: &str) -> Request {
    let builder = RequestBuilder::new(info);
    let builder = if info.route.contains("{id}") { builder.path("id", &id) } else { builder };
    builder.build().unwrap()
}

pub fn with_body(info: &'static OperationInfo, body: &'static str) -> Request {
    RequestBuilder::new(info).path("id", &1).body("application/json", body).build().unwrap()
}

pub fn once() -> CallOptions {
    CallOptions::new().retry(RetryPolicy::none())
}

/// The body of a successful answer.
pub async fn text(transport: &Transport, request: Request, options: &CallOptions) -> String {
    let answer = transport.execute(request, options).await.unwrap();
    String::from_utf8(answer.to_vec()).unwrap()
}

/// An operation whose answer is a number.
#[derive(Debug)]
pub struct GetNumber;

impl Operation for GetNumber {
    const INFO: &'static OperationInfo = &GET;
    type Output = u32;

    fn request(&self) -> Result<Request> {
        RequestBuilder::new(&GET).path("id", &1).build()
    }

    fn decode(answer: Answer<Bytes>) -> Result<Answer<u32>> {
        answer.json()
    }
}
