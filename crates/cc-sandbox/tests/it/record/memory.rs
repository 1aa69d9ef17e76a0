//! Recordings in memory, of any service.

use std::io::{self, Write};
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use cc_sandbox::{Recorder, Recording};
use http::{Request, Response};
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt, Full};
use serde_json::Value;
use tower::{Layer, ServiceExt, service_fn};

/// A writer whose bytes a test reads.
#[derive(Clone, Default)]
pub(crate) struct Memory(Arc<Mutex<Vec<u8>>>);

impl Write for Memory {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Memory {
    pub(crate) fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }

    /// The lines after the header.
    pub(crate) fn lines(&self) -> Vec<Value> {
        self.text().lines().skip(1).map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    pub(crate) fn recording(&self) -> Recording {
        Recording::from_json_lines(self.text()).unwrap()
    }
}

/// A recorder in memory.
pub(crate) fn recorder() -> (Recorder, Memory) {
    let memory = Memory::default();
    (Recorder::new(memory.clone()).unwrap(), memory)
}

/// An answer with JSON.
pub(crate) fn json(status: u16, value: &Value) -> Response<UnsyncBoxBody<Bytes, io::Error>> {
    answer(status, "application/json", value.to_string())
}

pub(crate) fn answer(
    status: u16,
    media: &str,
    body: impl Into<Bytes>,
) -> Response<UnsyncBoxBody<Bytes, io::Error>> {
    let body = Full::new(body.into()).map_err(|never| match never {}).boxed_unsync();
    Response::builder().status(status).header("content-type", media).body(body).unwrap()
}

/// Records one exchange and reads its answer.
pub(crate) async fn exchange(
    recorder: &Recorder,
    request: Request<Bytes>,
    answer: Response<UnsyncBoxBody<Bytes, io::Error>>,
) -> Bytes {
    let answer = Mutex::new(Some(answer));
    let service = service_fn(move |_: Request<Bytes>| {
        let answer = answer.lock().unwrap().take();
        async move { Ok::<_, io::Error>(answer.unwrap()) }
    });
    let answer = recorder.layer(service).oneshot(request).await.unwrap();
    answer.into_body().collect().await.unwrap().to_bytes()
}

pub(crate) fn request(method: &str, target: &str, body: impl Into<Bytes>) -> Request<Bytes> {
    let body = body.into();
    let builder = Request::builder().method(method).uri(target);
    let builder = match body.is_empty() {
        true => builder,
        false => builder.header("content-type", "application/json"),
    };
    builder.body(body).unwrap()
}
