//! A bridge that answers as each test says, and the sandbox's, both without a socket.

use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};

use cc_bridge::{BridgeClient, BridgeClientBuilder, Credentials, Error, ErrorKind, Result};
use cc_runtime::Body;
use cc_runtime::transport::{HttpRequest, HttpResponse, TransportBuilder};
use cc_sandbox::{Pace, Sandbox};
use http::{HeaderMap, StatusCode};
use http_body_util::BodyExt;

pub type Answered = Pin<Box<dyn Future<Output = Result<HttpResponse>> + Send>>;
type Script = dyn Fn(usize, &str) -> Answered + Send + Sync;

pub fn oauth1() -> Credentials {
    Credentials::oauth1("key", "secret", "token", "secret")
}

/// Answers the n-th request (from 0) according to its script, and records the requests.
#[derive(Clone)]
pub struct Bridge {
    script: Arc<Script>,
    asked: Arc<Mutex<Vec<String>>>,
    headers: Arc<Mutex<Vec<HeaderMap>>>,
}

impl Bridge {
    pub fn new(script: impl Fn(usize, &str) -> Result<HttpResponse> + Send + Sync + 'static) -> Self {
        let script = move |count: usize, line: &str| -> Answered {
            let answer = script(count, line);
            Box::pin(async { answer })
        };
        Self { script: Arc::new(script), asked: Arc::default(), headers: Arc::default() }
    }

    /// A bridge that takes a while for each answer.
    pub fn slow(
        script: impl Fn(usize, &str) -> (std::time::Duration, Result<HttpResponse>) + Send + Sync + 'static,
    ) -> Self {
        let script = move |count: usize, line: &str| -> Answered {
            let (pause, answer) = script(count, line);
            Box::pin(async move {
                tokio::time::sleep(pause).await;
                answer
            })
        };
        Self { script: Arc::new(script), asked: Arc::default(), headers: Arc::default() }
    }

    /// A bridge with one answer.
    pub fn always(status: u16, body: impl ToString) -> Self {
        let body = body.to_string();
        Self::new(move |_, _| answer(status, &body))
    }

    pub fn client(&self, credentials: Credentials) -> BridgeClient {
        self.builder(credentials).build().unwrap()
    }

    pub fn builder(&self, credentials: Credentials) -> BridgeClientBuilder {
        let service = self.clone();
        BridgeClient::builder()
            .credentials(credentials)
            .configure(|transport| transport.http_service(service).jitter_seed(1))
    }

    /// The recorded requests: method and URL, scheme of the credentials, body.
    pub fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }

    /// The headers of the recorded requests.
    pub fn headers(&self) -> Vec<HeaderMap> {
        self.headers.lock().unwrap().clone()
    }
}

impl tower::Service<HttpRequest> for Bridge {
    type Response = HttpResponse;
    type Error = Error;
    type Future = Answered;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: HttpRequest) -> Answered {
        let line = format!("{} {}", request.method(), request.uri());
        let mut asked = self.asked.lock().unwrap();
        let answered = (self.script)(asked.len(), &line);
        self.headers.lock().unwrap().push(request.headers().clone());
        let scheme = request.headers().get("authorization").map(|value| value.to_str().unwrap());
        let scheme = scheme.map_or("nobody", |value| value.split(' ').next().unwrap());
        asked.push(
            format!("{line}\n    {scheme}\n    {}", String::from_utf8_lossy(request.body()))
                .trim_end()
                .to_owned(),
        );
        answered
    }
}

pub fn answer(status: u16, body: &str) -> Result<HttpResponse> {
    let mut answer = HttpResponse::new(Body::from(body.to_owned()));
    *answer.status_mut() = StatusCode::from_u16(status).unwrap();
    answer.headers_mut().insert("content-type", "application/json".parse().unwrap());
    Ok(answer)
}

/// The platform in a process, whose time stands still.
#[derive(Clone)]
pub struct InMemory(pub Arc<Sandbox>);

impl InMemory {
    pub fn new() -> Self {
        Self(Arc::new(Sandbox::builder().pace(Pace::Manual).in_memory()))
    }

    /// A client that signs with the credentials of the sandbox.
    pub fn client(&self) -> BridgeClient {
        let known = self.0.credentials();
        self.client_with(Credentials::oauth1(
            known.consumer_key.as_str(),
            known.consumer_secret.as_str(),
            known.token.as_str(),
            known.token_secret.as_str(),
        ))
    }

    pub fn client_with(&self, credentials: Credentials) -> BridgeClient {
        let service = self.clone();
        let builder = BridgeClient::builder().credentials(credentials).endpoint(self.0.url());
        // No request leaves the process.
        let in_process = |transport: TransportBuilder| {
            transport.http_service(service).jitter_seed(1).allow_credentials_over_plain_http(true)
        };
        builder.configure(in_process).build().unwrap()
    }

    /// The requests since the last call, a line each.
    pub fn journal(&self) -> Vec<String> {
        let lines = self.0.journal().lines().map(str::to_owned).collect();
        self.0.clear_journal();
        lines
    }
}

impl tower::Service<HttpRequest> for InMemory {
    type Response = HttpResponse;
    type Error = Error;
    type Future = Answered;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: HttpRequest) -> Answered {
        let sandbox = self.0.clone();
        Box::pin(async move {
            let cut = |_| Error::new(ErrorKind::Unreachable);
            let (parts, body) = sandbox.handle(request).await.map_err(cut)?.into_parts();
            let body = body.collect().await.map_err(|_| Error::new(ErrorKind::Unreachable))?.to_bytes();
            Ok(HttpResponse::from_parts(parts, Body::from(body)))
        })
    }
}
