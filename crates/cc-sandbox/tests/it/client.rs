//! A minimal HTTP client.

use cc_sandbox::Sandbox;
use reqwest::Method;
use serde_json::Value;

/// Sends requests to one sandbox with its API token.
pub(crate) struct Client<'a> {
    sandbox: &'a Sandbox,
    http: reqwest::Client,
}

/// An answer that was read to its end.
#[derive(Debug, PartialEq)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) text: String,
}

impl Answer {
    /// The body as JSON.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error} in {self:?}"))
    }
}

impl<'a> Client<'a> {
    pub(crate) fn new(sandbox: &'a Sandbox) -> Self {
        Self { sandbox, http: reqwest::Client::new() }
    }

    /// A request with credentials.
    pub(crate) fn request(&self, method: Method, path: &str) -> reqwest::RequestBuilder {
        self.bare(method, path).bearer_auth(self.sandbox.api_token())
    }

    /// A request without credentials.
    pub(crate) fn bare(&self, method: Method, path: &str) -> reqwest::RequestBuilder {
        self.http.request(method, format!("{}{path}", self.sandbox.url()))
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        read(self.request(Method::GET, path)).await.unwrap()
    }

    /// Sends JSON, or no body at all for null.
    pub(crate) async fn send(&self, method: &str, path: &str, body: Value) -> Answer {
        let request = self.request(method.parse().unwrap(), path);
        let request = if body.is_null() {
            request
        } else {
            request.header("content-type", "application/json").body(body.to_string())
        };
        read(request).await.unwrap()
    }
}

pub(crate) async fn read(request: reqwest::RequestBuilder) -> reqwest::Result<Answer> {
    let answer = request.send().await?;
    let status = answer.status().as_u16();
    Ok(Answer { status, text: answer.text().await? })
}
