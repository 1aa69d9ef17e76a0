//! A reader of event streams, as simple as it can be.

use bytes::Bytes;
use cc_sandbox::{Body, ConnectionReset, Sandbox};
use http_body_util::BodyExt;
use serde_json::Value;

/// An event.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Event {
    pub(crate) name: String,
    pub(crate) id: Option<String>,
    pub(crate) data: Value,
}

impl Event {
    pub(crate) fn heartbeat() -> Self {
        Self { name: "HEARTBEAT".into(), id: None, data: serde_json::json!({}) }
    }

    pub(crate) fn message(&self) -> &str {
        self.data["message"].as_str().unwrap()
    }

    fn parse(text: &str) -> Self {
        let field = |name: &str| text.lines().find_map(|line| Some(line.strip_prefix(name)?.to_owned()));
        Self {
            name: field("event: ").unwrap(),
            id: field("id: "),
            data: serde_json::from_str(&field("data: ").unwrap()).unwrap(),
        }
    }
}

pub(crate) fn messages(events: &[Event]) -> Vec<&str> {
    events.iter().map(Event::message).collect()
}

/// A connection of a stream.
#[derive(Debug)]
pub(crate) struct Reader {
    body: Body,
    text: String,
    /// Pieces of bytes that came.
    pub(crate) pieces: usize,
}

impl Reader {
    pub(crate) async fn open(sandbox: &Sandbox, path: &str) -> Self {
        Self::try_open(sandbox, path, None).await.unwrap()
    }

    /// Goes on from an id.
    pub(crate) async fn resume(sandbox: &Sandbox, path: &str, last_id: &str) -> Self {
        Self::try_open(sandbox, path, Some(last_id)).await.unwrap()
    }

    /// Opens it, or gives the status of the refusal.
    pub(crate) async fn try_open(sandbox: &Sandbox, path: &str, last_id: Option<&str>) -> Result<Self, u16> {
        let mut request = request(sandbox, "GET", path);
        if let Some(last_id) = last_id {
            request.headers_mut().insert("last-event-id", last_id.parse().unwrap());
        }
        let answer = sandbox.handle(request).await.unwrap();
        match answer.status().as_u16() {
            200 => Ok(Self { body: answer.into_body(), text: String::new(), pieces: 0 }),
            status => Err(status),
        }
    }

    /// The next event; none at the end of the bytes.
    pub(crate) async fn next(&mut self) -> Option<Result<Event, ConnectionReset>> {
        loop {
            if let Some(end) = self.text.find("\n\n") {
                let rest = self.text.split_off(end + 2);
                let event = std::mem::replace(&mut self.text, rest);
                return Some(Ok(Event::parse(&event)));
            }
            match self.body.frame().await? {
                Ok(frame) => {
                    self.pieces += 1;
                    self.text += std::str::from_utf8(&frame.into_data().unwrap()).unwrap();
                }
                Err(reset) => return Some(Err(reset)),
            }
        }
    }

    /// Text of an incomplete event.
    pub(crate) fn rest_of_text(&self) -> &str {
        &self.text
    }

    /// Next event other than a heartbeat.
    pub(crate) async fn item(&mut self) -> Event {
        loop {
            let event = self.next().await.expect("the stream goes on").expect("the connection holds");
            if event.name != "HEARTBEAT" {
                return event;
            }
        }
    }

    /// All events but heartbeats up to the end, and why it ends.
    pub(crate) async fn rest(mut self) -> (Vec<Event>, String) {
        let mut events = Vec::new();
        loop {
            let event = self.item().await;
            if event.name == "END_OF_STREAM" {
                assert!(self.next().await.is_none(), "nothing comes after the end");
                return (events, event.data["endedBy"].as_str().unwrap().to_owned());
            }
            events.push(event);
        }
    }
}

fn request(sandbox: &Sandbox, method: &str, path: &str) -> http::Request<Bytes> {
    let token = format!("Bearer {}", sandbox.api_token());
    http::Request::builder()
        .method(method)
        .uri(path)
        .header("authorization", token)
        .body(Bytes::new())
        .unwrap()
}

/// Asks something else than a stream: the status and the body.
pub(crate) async fn ask(sandbox: &Sandbox, method: &str, path: &str) -> (u16, String) {
    let answer = sandbox.handle(request(sandbox, method, path)).await.unwrap();
    let status = answer.status().as_u16();
    let body = answer.into_body().collect().await.unwrap().to_bytes();
    (status, String::from_utf8(body.to_vec()).unwrap())
}

/// Deploys the application, and gives the id of the deployment.
pub(crate) async fn deploy(sandbox: &Sandbox) -> String {
    let ids = sandbox.ids();
    let path = format!("/v2/organisations/{}/applications/{}/instances", ids.organisation, ids.application);
    let (status, body) = ask(sandbox, "POST", &path).await;
    assert_eq!(status, 200, "{body}");
    serde_json::from_str::<Value>(&body).unwrap()["deploymentId"].as_str().unwrap().to_owned()
}
