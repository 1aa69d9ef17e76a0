//! A platform that answers as each test says, without a socket, and operations to call.

use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use cc_client::{Client, ClientBuilder, Credentials, Error, Result, RetryPolicy, TransportBuilder};
use cc_runtime::transport::{HookFuture, Hooks, HttpRequest, HttpResponse};
use cc_runtime::{
    Answer, Body, Operation, OperationInfo, OwnerId, Request, RequestBuilder, ResourceId, Transport,
};
use http::{Method, StatusCode};

pub const SECOND: Duration = Duration::from_secs(1);

pub const SUMMARY: &str = r#"{
    "user": {"id": "user_1", "applications": [{"id": "app_mine"}]},
    "organisations": [{
        "id": "orga_1",
        "applications": [{"id": "app_1"}],
        "addons": [{"id": "addon_1", "realId": "postgresql_1"}],
        "providers": [{"id": "provider_1"}],
        "consumers": [{"key": "consumer_1"}]
    }]
}"#;

pub type Reply = Pin<Box<dyn Future<Output = Result<HttpResponse>> + Send>>;
type Script = dyn Fn(usize, &HttpRequest) -> Reply + Send + Sync;

/// Answers the n-th request (from 0) according to its script, and records the requests.
#[derive(Clone)]
pub struct Platform {
    script: Arc<Script>,
    seen: Arc<Mutex<Vec<String>>>,
    requests: Arc<Mutex<Vec<HttpRequest>>>,
}

impl Platform {
    /// A platform that answers at once, with a status and a body.
    pub fn new<F>(script: F) -> Self
    where
        F: Fn(usize, &str) -> (u16, String) + Send + Sync + 'static,
    {
        Self::slow(move |count, request| {
            let (status, body) = script(count, request.uri().path());
            after(Duration::ZERO, status, &body)
        })
    }

    /// A platform that takes its time.
    pub fn slow<F>(script: F) -> Self
    where
        F: Fn(usize, &HttpRequest) -> Reply + Send + Sync + 'static,
    {
        Self { script: Arc::new(script), seen: Arc::default(), requests: Arc::default() }
    }

    /// A platform that knows [`SUMMARY`], gives it after a second, and gives `"ok"` for the rest.
    pub fn usual() -> Self {
        Self::slow(|_, request| match request.uri().path() {
            "/v2/summary" => after(SECOND, 200, SUMMARY),
            _ => after(Duration::ZERO, 200, r#""ok""#),
        })
    }

    pub fn transport(&self) -> Transport {
        self.transport_of("me")
    }

    /// A transport with the credentials of somebody.
    pub fn transport_of(&self, name: &str) -> Transport {
        self.builder_of(name).build().unwrap()
    }

    /// A builder for the same platform.
    pub fn builder_of(&self, name: &str) -> TransportBuilder {
        Transport::builder()
            .endpoint("https://api.test")
            .credentials(Credentials::oauth1("key", "secret", name, "secret"))
            .http_service(self.clone())
            .retry(RetryPolicy::none())
    }

    pub fn client(&self) -> Client {
        self.client_with(Client::builder())
    }

    pub fn client_with(&self, builder: ClientBuilder) -> Client {
        builder.build_with(self.transport())
    }

    /// The recorded requests, one line each.
    pub fn journal(&self) -> Vec<String> {
        self.seen.lock().unwrap().clone()
    }

    /// The bodies that were sent.
    pub fn bodies(&self) -> Vec<String> {
        let requests = self.requests.lock().unwrap();
        requests.iter().map(|request| String::from_utf8(request.body().to_vec()).unwrap()).collect()
    }

    /// The headers `Authorization` that were sent.
    pub fn authorizations(&self) -> Vec<Option<String>> {
        let requests = self.requests.lock().unwrap();
        let header = |request: &HttpRequest| {
            Some(request.headers().get("authorization")?.to_str().unwrap().to_owned())
        };
        requests.iter().map(header).collect()
    }

    /// Number of requests for the summary.
    pub fn summaries(&self) -> usize {
        self.journal().iter().filter(|line| *line == "GET /v2/summary").count()
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
        seen.push(format!("{} {}", request.method(), request.uri().path()));
        self.requests.lock().unwrap().push(request);
        reply
    }
}

pub fn after(wait: Duration, status: u16, body: &str) -> Reply {
    let mut answer = HttpResponse::new(Body::from(body.to_owned()));
    *answer.status_mut() = StatusCode::from_u16(status).unwrap();
    answer.headers_mut().insert("content-type", "application/json".parse().unwrap());
    Box::pin(async move {
        tokio::time::sleep(wait).await;
        Ok(answer)
    })
}

/// Reads something that an owner has.
#[derive(Debug, Clone)]
pub struct GetThing {
    pub owner: OwnerId,
    pub thing: ResourceId,
}

static GET_THING: OperationInfo = OperationInfo::new(
    "get_thing",
    "test",
    Method::GET,
    "/v2/organisations/{ownerId}/things/{thingId}",
    "application/json",
);

impl Operation for GetThing {
    const INFO: &'static OperationInfo = &GET_THING;
    type Output = String;

    fn request(&self) -> Result<Request> {
        RequestBuilder::new(Self::INFO).path("ownerId", &self.owner).path("thingId", &self.thing).build()
    }

    fn decode(answer: Answer<Bytes>) -> Result<Answer<String>> {
        answer.json()
    }
}

/// Changes something that `orga_1` has.
#[derive(Debug, Clone)]
pub struct PutThing;

static PUT_THING: OperationInfo = OperationInfo::new(
    "put_thing",
    "test",
    Method::PUT,
    "/v2/organisations/{ownerId}/things/{thingId}",
    "application/json",
);

impl Operation for PutThing {
    const INFO: &'static OperationInfo = &PUT_THING;
    type Output = String;

    fn request(&self) -> Result<Request> {
        RequestBuilder::new(Self::INFO).path("ownerId", &"orga_1").path("thingId", &"thing_1").build()
    }

    fn decode(answer: Answer<Bytes>) -> Result<Answer<String>> {
        answer.json()
    }
}

/// Records the errors that hooks receive.
#[derive(Debug, Clone, Default)]
pub struct Reports(pub Arc<Mutex<Vec<String>>>);

impl Hooks for Reports {
    fn on_error<'a>(&'a self, error: &'a Error) -> HookFuture<'a, ()> {
        self.0.lock().unwrap().push(error.to_string());
        Box::pin(std::future::ready(()))
    }
}
