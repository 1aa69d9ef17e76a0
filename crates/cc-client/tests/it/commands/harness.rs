//! Snapshot of the requests and the output of a command.
//!
//! A platform without a socket has an answer for some routes, and a 404 for the others. It always has the
//! [index of ids](crate::support::SUMMARY).
//!
//! After a change that is meant, `INSTA_UPDATE=always cargo test` writes the snapshots anew: read what changed in them.

#![allow(dead_code)] // Which domains are on decides what of it is used.

use std::fmt::Write;
use std::future::Ready;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};

use cc_client::{Client, Command, Credentials, Error, Result, RetryPolicy};
use cc_runtime::transport::{HttpRequest, HttpResponse};
use cc_runtime::{Body, Transport};
use http::StatusCode;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::support::SUMMARY;

/// The platform of one test.
#[derive(Debug, Clone)]
pub struct Routes {
    answers: Vec<Answer>,
}

#[derive(Debug, Clone)]
struct Answer {
    /// `GET /v2/summary`: without the query.
    route: String,
    status: u16,
    content_type: &'static str,
    body: String,
}

impl Routes {
    /// A platform that has the index of ids.
    pub fn new() -> Self {
        Self { answers: Vec::new() }.text("GET /v2/summary", "application/json", SUMMARY)
    }

    /// Answers a route, `GET /v2/…` without a query, with this JSON. A route that is answered several times gives its
    /// answers one after the other, and the last of them from then on.
    pub fn json(self, route: &str, body: Value) -> Self {
        self.answer(route, 200, "application/json", body.to_string())
    }

    /// Answers a route with text.
    pub fn text(self, route: &str, content_type: &'static str, body: &str) -> Self {
        self.answer(route, 200, content_type, body.to_owned())
    }

    /// Answers a route with an error status.
    pub fn refuse(self, route: &str, status: u16) -> Self {
        self.answer(route, status, "application/json", "{}".to_owned())
    }

    /// Removes the answers of a route.
    pub fn without(mut self, route: &str) -> Self {
        self.answers.retain(|answer| answer.route != route);
        self
    }

    fn answer(mut self, route: &str, status: u16, content_type: &'static str, body: String) -> Self {
        self.answers.push(Answer { route: route.to_owned(), status, content_type, body });
        self
    }

    /// The requests of each of these commands, and its output or error. Each has a platform of its own, and
    /// passes through JSON first.
    pub async fn tell<C>(&self, commands: impl IntoIterator<Item = (&str, C)>) -> String
    where
        C: Command<Context = cc_client::Context, Output: Serialize> + Serialize + DeserializeOwned,
    {
        let (mut text, mut before) = (String::new(), String::new());
        for (title, command) in commands {
            let input = cc_runtime::expose_secrets(|| serde_json::to_string(&command)).unwrap();
            let command: C = serde_json::from_str(&input).unwrap();
            let journal = Journal { left: Arc::new(Mutex::new(self.answers.clone())), seen: Arc::default() };
            let output = match journal.client().send(command).await {
                Ok(output) => cc_runtime::expose_secrets(|| serde_json::to_string_pretty(&output)).unwrap(),
                Err(error) => format!("error: {error}"),
            };
            let seen = journal.seen.lock().unwrap().join("\n");
            let seen = if seen.is_empty() { "(no request)" } else { &seen };
            let shown = if output == before { "(the same output)" } else { &output };
            let _ = write!(text, "# {title}\n{} {input}\n\n{seen}\n\n{shown}\n\n", C::NAME);
            before = output;
        }
        text
    }
}

/// Compares the requests and the output of a command with `snapshots/`, once with the required inputs, and
/// once with all of them.
pub async fn check<C>(routes: &Routes, required: C, all: C)
where
    C: Command<Context = cc_client::Context, Output: Serialize> + Serialize + DeserializeOwned,
{
    compare(C::NAME, &routes.tell([("required inputs", required), ("all inputs", all)]).await);
}

/// The same for a command without optional inputs.
pub async fn check_one<C>(routes: &Routes, command: C)
where
    C: Command<Context = cc_client::Context, Output: Serialize> + Serialize + DeserializeOwned,
{
    compare(C::NAME, &routes.tell([("required inputs", command)]).await);
}

/// The same for these inputs, and then for the last of them with an empty, a refused and a truncated answer
/// of `route`.
pub async fn check_fully<C>(routes: &Routes, route: &str, commands: impl IntoIterator<Item = (&str, C)>)
where
    C: Command<Context = cc_client::Context, Output: Serialize> + Serialize + DeserializeOwned + Clone,
{
    let commands: Vec<(&str, C)> = commands.into_iter().collect();
    let (_, last) = commands.last().cloned().unwrap();
    let mut told = routes.tell(commands).await;
    for (title, routes) in [
        ("nothing there", routes.clone().without(route)),
        ("refused", routes.clone().without(route).refuse(route, 400)),
        ("an answer cut short", routes.clone().without(route).text(route, "application/json", "{\"")),
    ] {
        told += &routes.tell([(title, last.clone())]).await;
    }
    compare(C::NAME, &told);
}

/// Compares this with the snapshot of this name.
pub fn compare(name: &str, told: &str) {
    insta::with_settings!({ prepend_module_to_snapshot => false, omit_expression => true }, {
        insta::assert_snapshot!(name, told.trim_end());
    });
}

/// Answers each request, and records it.
#[derive(Debug, Clone)]
struct Journal {
    left: Arc<Mutex<Vec<Answer>>>,
    seen: Arc<Mutex<Vec<String>>>,
}

impl Journal {
    fn client(&self) -> Client {
        let transport = Transport::builder()
            .endpoint("https://api.test")
            .credentials(Credentials::oauth1("key", "secret", "token", "secret"))
            .http_service(self.clone())
            .retry(RetryPolicy::none())
            .build()
            .unwrap();
        Client::new(transport)
    }

    fn take(&self, route: &str) -> Option<Answer> {
        let mut left = self.left.lock().unwrap();
        let first = left.iter().position(|answer| answer.route == route)?;
        let more = left[first + 1..].iter().any(|answer| answer.route == route);
        Some(if more { left.remove(first) } else { left[first].clone() })
    }
}

impl tower::Service<HttpRequest> for Journal {
    type Response = HttpResponse;
    type Error = Error;
    type Future = Ready<Result<HttpResponse>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: HttpRequest) -> Self::Future {
        let (method, uri) = (request.method(), request.uri());
        let mut line = format!("{method} {}", uri.path_and_query().map_or("", |path| path.as_str()));
        if let Some(kind) = request.headers().get("accept").filter(|kind| *kind != "application/json") {
            let _ = write!(line, "\n    accept: {}", kind.to_str().unwrap());
        }
        if let Some(proof) = request.headers().get("x-clever-password") {
            let _ = write!(line, "\n    x-clever-password: {}", proof.to_str().unwrap());
        }
        if let Some(kind) = request.headers().get("content-type").filter(|kind| *kind != "application/json") {
            let _ = write!(line, "\n    content-type: {}", kind.to_str().unwrap());
        }
        if !request.body().is_empty() {
            let _ = write!(line, "\n    {}", String::from_utf8_lossy(request.body()));
        }
        self.seen.lock().unwrap().push(line);
        let answer = self.take(&format!("{method} {}", uri.path()));
        let (status, kind, body) = answer.map_or((404, "application/json", "{}".to_owned()), |answer| {
            (answer.status, answer.content_type, answer.body)
        });
        let mut response = HttpResponse::new(Body::from(body));
        *response.status_mut() = StatusCode::from_u16(status).unwrap();
        response.headers_mut().insert("content-type", kind.parse().unwrap());
        std::future::ready(Ok(response))
    }
}
