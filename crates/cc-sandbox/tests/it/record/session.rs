//! A session of a client with a sandbox, of many operations, that is recorded.

use std::time::Duration;

use bytes::Bytes;
use cc_sandbox::{Pace, Recorder, Recording, Sandbox};
use http::Request;
use http_body_util::BodyExt;
use serde_json::{Value, json};
use tower::{Layer, ServiceExt};

use super::memory::{Memory, recorder};

/// Sends a request to wherever the session goes, and gives the status and the JSON of the answer.
pub(crate) trait Send {
    async fn send(&self, method: &str, path: &str, body: Option<Value>) -> (u16, Value);
}

/// A sandbox in memory behind a recorder.
pub(crate) struct Recorded<'a> {
    pub(crate) sandbox: &'a Sandbox,
    pub(crate) recorder: Recorder,
}

impl Send for Recorded<'_> {
    async fn send(&self, method: &str, path: &str, body: Option<Value>) -> (u16, Value) {
        let request = Request::builder().method(method).uri(path);
        let request = request.header("authorization", format!("Bearer {}", self.sandbox.api_token()));
        let request = match body {
            Some(body) => {
                request.header("content-type", "application/json").body(Bytes::from(body.to_string()))
            }
            None => request.body(Bytes::new()),
        };
        let service = self.recorder.layer(self.sandbox.service());
        let answer = service.oneshot(request.unwrap()).await.unwrap();
        let status = answer.status().as_u16();
        let bytes = answer.into_body().collect().await.unwrap().to_bytes();
        (status, serde_json::from_slice(&bytes).unwrap_or_default())
    }
}

pub(crate) fn sandbox() -> Sandbox {
    Sandbox::builder().seed(7).pace(Pace::Manual).strict(false).in_memory()
}

/// Makes an organisation and things in it, changes and deletes them.
pub(crate) async fn story(client: &impl Send, sandbox: &Sandbox) {
    let sent = async |method: &str, path: &str, body: Value| {
        let (status, answer) = client.send(method, path, Some(body).filter(|body| !body.is_null())).await;
        assert!(status < 400, "{method} {path}: {status} {answer}");
        answer
    };
    let none = || Value::Null;
    sent("GET", "/v2/self", none()).await;
    let owner = sent("POST", "/v2/organisations", organisation()).await;
    let owner = format!("/v2/organisations/{}", owner["id"].as_str().unwrap());
    sent("GET", "/v2/organisations", none()).await;
    sent("GET", &owner, none()).await;
    let mut applications = Vec::new();
    for name in ["shop", "worker"] {
        let body = json!({
            "name": name, "instanceType": "node", "instanceVersion": "20260101", "instanceVariant": "node", "zone": "par",
            "minInstances": 1, "maxInstances": 1, "minFlavor": "XS", "maxFlavor": "XS", "deploy": "git",
        });
        let made = sent("POST", &format!("{owner}/applications"), body).await;
        applications.push(format!("{owner}/applications/{}", made["id"].as_str().unwrap()));
    }
    sent("GET", &format!("{owner}/applications"), none()).await;
    let shop = &applications[0];
    sent("GET", shop, none()).await;
    sent("PUT", &format!("{shop}/env/DATABASE_PASSWORD"), json!({ "value": "kaeghu4Iejoo" })).await;
    sent("GET", &format!("{shop}/env"), none()).await;
    sent("PUT", &format!("{shop}/vhosts/www.acme.fr"), none()).await;
    sent("GET", &format!("{shop}/vhosts"), none()).await;
    sent("PUT", &format!("{shop}/tags/production"), none()).await;
    sent("GET", &format!("{shop}/tags"), none()).await;
    let body = json!({
        "name": "orders", "plan": plan(sandbox, client).await, "providerId": "postgresql-addon", "region": "par",
    });
    let addon = sent("POST", &format!("{owner}/addons"), body).await;
    let addon = addon["id"].as_str().unwrap().to_owned();
    sent("GET", &format!("{owner}/addons"), none()).await;
    sent("GET", &format!("{owner}/addons/{addon}"), none()).await;
    sent("GET", &format!("{owner}/addons/{addon}/env"), none()).await;
    sent("POST", &format!("{shop}/addons"), json!(addon)).await;
    sent("GET", &format!("{shop}/addons"), none()).await;
    sent("POST", &format!("{shop}/instances"), none()).await;
    sandbox.advance(Duration::from_secs(90));
    sent("GET", &format!("{shop}/deployments"), none()).await;
    sent("GET", &format!("{shop}/instances"), none()).await;
    sent("DELETE", &format!("{shop}/vhosts/www.acme.fr"), none()).await;
    sent("DELETE", &format!("{shop}/tags/production"), none()).await;
    sent("DELETE", &format!("{shop}/addons/{addon}"), none()).await;
    sent("DELETE", &format!("{owner}/addons/{addon}"), none()).await;
    sent("GET", &format!("{owner}/addons"), none()).await;
    sent("DELETE", &applications[1], none()).await;
    sent("GET", &format!("{owner}/applications"), none()).await;
    client.send("GET", &applications[1], None).await;
}

fn organisation() -> Value {
    json!({
        "name": "Acme", "description": "Our things", "address": "12, rue Neuve", "city": "Nantes", "zipcode": "44000",
        "customerFullName": "Ada Lovelace", "country": "FR", "company": "Acme",
    })
}

/// Id of a plan, from the list of providers.
async fn plan(sandbox: &Sandbox, client: &impl Send) -> String {
    let owner = sandbox.ids().organisation;
    let (_, providers) =
        client.send("GET", &format!("/v2/products/addonproviders?orgaId={owner}"), None).await;
    let providers = providers.as_array().unwrap();
    let provider = providers.iter().find(|provider| provider["id"] == "postgresql-addon").unwrap();
    provider["plans"][0]["id"].as_str().unwrap().to_owned()
}

/// Reads every route of the sandbox once that is no stream, with the ids of its account.
pub(crate) async fn reads(client: &impl Send, sandbox: &Sandbox) -> usize {
    let (samples, mut count) = (sandbox.samples(), 0);
    for route in sandbox.routes().iter().filter(|route| route.method == "GET") {
        if route.operation.starts_with("stream_") {
            continue;
        }
        let mut path = route.path.clone();
        while let Some((before, rest)) = path.split_once('{') {
            let (name, after) = rest.split_once('}').unwrap();
            let value = samples.parameter(&route.operation, name, 0).unwrap();
            let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            let text: String = form_urlencoded::byte_serialize(text.as_bytes()).collect();
            path = format!("{before}{}{after}", text.replace('+', "%20"));
        }
        client.send("GET", &path, None).await;
        count += 1;
    }
    count
}

/// A recording of the whole session.
pub(crate) async fn recorded() -> (Recording, Memory, usize) {
    let sandbox = sandbox();
    let (recorder, memory) = recorder();
    let client = Recorded { sandbox: &sandbox, recorder };
    story(&client, &sandbox).await;
    let reads = reads(&client, &sandbox).await;
    client.recorder.finish().unwrap();
    (memory.recording(), memory, reads)
}
