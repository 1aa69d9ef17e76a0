//! A transport in memory that answers each request with the next script.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use cc_stream::{
    Attempt, BoxError, Connect, EventStream, Format, Response, Result, Settings, StreamError, StreamEvent,
    connect_fn,
};
use futures::{Stream, StreamExt};
use http::header::CONTENT_TYPE;
use http::{HeaderName, HeaderValue, StatusCode};

use super::server::Alive;

/// A step of an answer.
#[derive(Debug, Clone)]
pub(crate) enum Step {
    Bytes(&'static str),
    Wait(Duration),
    /// The connection breaks.
    Break,
    /// Nothing more arrives.
    Hang,
}

/// An answer, which ends after its steps.
#[derive(Debug, Clone)]
pub(crate) enum Script {
    Stream(Vec<Step>),
    Answer(u16, Vec<(HeaderName, &'static str)>, Vec<Step>),
    /// No answer arrives.
    NoAnswer,
    Unreachable,
}

/// An answer that streams these bytes and stays open.
pub(crate) fn stays(bytes: &'static str) -> Script {
    Script::Stream(vec![Step::Bytes(bytes), Step::Hang])
}

/// An answer that streams these bytes and breaks.
pub(crate) fn breaks(bytes: &'static str) -> Script {
    Script::Stream(vec![Step::Bytes(bytes), Step::Break])
}

/// An answer that streams these bytes and ends the stream.
pub(crate) fn ends(bytes: &'static str) -> Script {
    Script::Stream(vec![Step::Bytes(bytes), Step::Bytes("event: END\ndata: done\n\n"), Step::Hang])
}

pub(crate) fn status(status: u16) -> Script {
    Script::Answer(status, vec![(CONTENT_TYPE, "text/plain")], vec![Step::Bytes("no")])
}

/// State seen by the transport.
#[derive(Debug, Default)]
pub(crate) struct Memory {
    scripts: Mutex<VecDeque<Script>>,
    /// The id each request asked to go on from.
    pub(crate) asked: Mutex<Vec<Option<String>>>,
    pub(crate) requests: Mutex<Vec<http::Request<()>>>,
    /// Connections that were made and not closed.
    pub(crate) alive: Arc<AtomicU64>,
    /// Pieces of bytes that were read.
    pub(crate) read: AtomicU64,
}

impl Memory {
    /// Answers with these scripts in turn; further requests get no answer.
    pub(crate) fn new(scripts: impl IntoIterator<Item = Script>) -> Arc<Self> {
        Arc::new(Self { scripts: Mutex::new(scripts.into_iter().collect()), ..Self::default() })
    }

    pub(crate) fn alive(&self) -> u64 {
        self.alive.load(Ordering::Relaxed)
    }

    pub(crate) fn connections(&self) -> usize {
        self.asked.lock().unwrap().len()
    }

    pub(crate) fn asked(&self) -> Vec<Option<String>> {
        self.asked.lock().unwrap().clone()
    }

    pub(crate) fn transport(self: &Arc<Self>) -> impl Connect<Request = http::Request<()>> + use<> {
        let memory = Arc::clone(self);
        connect_fn(move |request| memory.clone().answer(request))
    }

    async fn answer(self: Arc<Self>, request: http::Request<()>) -> Result<Response> {
        let id = request.headers().get("last-event-id");
        let id = id.map(|id| String::from_utf8(id.as_bytes().to_vec()).unwrap());
        self.asked.lock().unwrap().push(id);
        self.requests.lock().unwrap().push(request);
        let alive = Alive::new(&self.alive);
        let script = self.scripts.lock().unwrap().pop_front();
        match script.unwrap_or(Script::NoAnswer) {
            Script::Stream(steps) => Ok(Response::event_stream(self.steps(steps, alive))),
            Script::Answer(status, headers, steps) => {
                let status = StatusCode::from_u16(status).unwrap();
                let mut response = Response::new(status, self.steps(steps, alive));
                for (name, value) in headers {
                    response = response.with_header(name, HeaderValue::from_static(value));
                }
                Ok(response)
            }
            Script::NoAnswer => std::future::pending().await,
            Script::Unreachable => Err(StreamError::unreachable("no route")),
        }
    }

    fn steps(
        self: Arc<Self>,
        steps: Vec<Step>,
        alive: Alive,
    ) -> impl Stream<Item = std::result::Result<Bytes, BoxError>> + Send + 'static {
        async_stream::stream! {
            let _alive = alive;
            for step in steps {
                match step {
                    Step::Bytes(bytes) => {
                        self.read.fetch_add(1, Ordering::Relaxed);
                        yield Ok(Bytes::from_static(bytes.as_bytes()));
                    }
                    Step::Wait(time) => tokio::time::sleep(time).await,
                    Step::Break => yield Err("connection reset".into()),
                    Step::Hang => std::future::pending().await,
                }
            }
        }
    }

    /// A stream of text, ended by `END`.
    pub(crate) fn stream(self: &Arc<Self>, settings: Settings) -> EventStream<String> {
        self.stream_of(text(), settings)
    }

    pub(crate) fn stream_of<T>(self: &Arc<Self>, format: Format<T>, settings: Settings) -> EventStream<T> {
        EventStream::open(self.transport(), request, format, settings)
    }
}

pub(crate) async fn request(_: Attempt) -> Result<http::Request<()>> {
    Ok(http::Request::new(()))
}

pub(crate) fn text() -> Format<String> {
    Format::text().end("END", |event| Some(event.data.to_string()))
}

/// Settings with the same waits each time.
pub(crate) fn settings() -> Settings {
    let mut settings = Settings::default();
    settings.seed = Some(1);
    settings
}

/// Summary of an event in one word.
pub(crate) fn word<T: AsRef<str>>(told: &Result<StreamEvent<T>>) -> String {
    match told {
        Ok(StreamEvent::Open(_)) => "open".into(),
        Ok(StreamEvent::Item(item)) => item.data.as_ref().into(),
        Ok(StreamEvent::Retry(retrying)) => format!("retry {}: {}", retrying.attempt, retrying.error),
        Ok(StreamEvent::Gap(gap)) => {
            let id = |id: &Option<Arc<str>>| id.as_deref().unwrap_or("-").to_owned();
            format!("gap {}..{} {:?}", id(&gap.after), id(&gap.before), gap.cause)
        }
        Ok(StreamEvent::End(reason)) => format!("end {reason:?}"),
        Ok(_) => "?".into(),
        Err(error) => format!("error: {error}"),
    }
}

/// Summary of all events, to the end.
pub(crate) async fn words<T: AsRef<str>>(stream: &mut EventStream<T>) -> Vec<String> {
    stream.map(|told| word(&told)).collect().await
}

/// The next thing told.
pub(crate) async fn next<T: AsRef<str>>(stream: &mut EventStream<T>) -> String {
    word(&stream.next().await.expect("something is told"))
}
