//! The recorder: a layer that writes each exchange when its answer has come to its end.

use std::fmt;
use std::io::{self, Write};
use std::path::Path;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http::header::{CONTENT_TYPE, DATE, HOST};
use http::{HeaderMap, Method, Request, Response, Uri};
use tokio::time::Instant;
use tower_layer::Layer;
use tower_service::Service;

use super::conceal::{Concealer, Read};
use super::format::{self, Answered, Asked, Exchange, Header, Upstream};
use super::watch::{BodyWatch, RecordableBody, Seen};
use crate::sandbox;

/// Records the exchanges of a client: a layer of tower, for a client of `cc-client` or any other service of HTTP.
///
/// Secrets, ids and personal data are replaced before anything is written. The same original has the same replacement in
/// the whole recording. The key of the replacements is random, and is never written. A text is shown only if it
/// is known to be harmless: values of enums of the API specification, names of the platform's catalogue, dates, and names of the platform in
/// a few fields such as `zone`. Numbers stay. Credentials and most headers are not recorded.
///
/// All clones write the same recording.
///
#[cfg_attr(feature = "client", doc = "```")]
#[cfg_attr(not(feature = "client"), doc = "```ignore")]
/// use cc_client::commands::account::GetProfile;
/// use cc_sandbox::{Recorder, Recording, Sandbox};
///
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let folder = std::env::temp_dir().join(format!("recorder-{}", std::process::id()));
/// # std::fs::create_dir_all(&folder)?;
/// # let path = folder.join("recording.jsonl");
/// let sandbox = Sandbox::builder().in_memory();
/// let recorder = Recorder::create(&path)?;
/// let layer = recorder.clone();
/// let client = sandbox
///     .client_builder(&sandbox.identity("sandbox"))
///     .configure(|transport| transport.layer(layer))
///     .build()?;
/// client.send(GetProfile::new()).await?;
/// recorder.finish()?;
///
/// assert_eq!(Recording::open(&path)?.len(), 1);
/// assert!(!std::fs::read_to_string(&path)?.contains("user@sandbox.example"));
/// # std::fs::remove_dir_all(&folder)?;
/// # Ok(()) }
/// ```
#[derive(Clone)]
pub struct Recorder {
    shared: Arc<Shared>,
    body_limit: usize,
    stream_limit: usize,
}

pub(super) struct Shared {
    concealer: Mutex<Concealer>,
    output: Mutex<Output>,
}

struct Output {
    writer: Box<dyn Write + Send>,
    /// Time of the first request.
    start: Option<Instant>,
    /// Number of exchanges written.
    written: u64,
    /// The first error of writing; after it, nothing is written.
    failed: Option<io::Error>,
    finished: bool,
}

impl fmt::Debug for Recorder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Recorder").field("written", &self.output().written).finish_non_exhaustive()
    }
}

impl Recorder {
    /// Creates a recorder that writes to a new file. A file that is there is replaced.
    ///
    /// # Errors
    /// If the file cannot be created, or the system gives no random key.
    pub fn create(path: impl AsRef<Path>) -> io::Result<Self> {
        Self::new(std::fs::File::create(path)?)
    }

    /// Creates a recorder that writes to a writer, one exchange at a time.
    ///
    /// # Errors
    /// If the system gives no random key.
    pub fn new(writer: impl Write + Send + 'static) -> io::Result<Self> {
        let mut key = [0; 32];
        getrandom::fill(&mut key).map_err(io::Error::other)?;
        Ok(Self::with_key(writer, key))
    }

    pub(super) fn with_key(writer: impl Write + Send + 'static, key: [u8; 32]) -> Self {
        let output =
            Output { writer: Box::new(writer), start: None, written: 0, failed: None, finished: false };
        let shared = Shared { concealer: Mutex::new(Concealer::new(key)), output: Mutex::new(output) };
        Self { shared: Arc::new(shared), body_limit: 16 << 20, stream_limit: 1 << 20 }
    }

    /// Sets the largest body that is recorded, in bytes; of a larger one only the size is. Default: 16 MiB.
    #[must_use]
    pub fn body_limit(mut self, bytes: usize) -> Self {
        self.body_limit = bytes;
        self
    }

    /// Sets how much of an event stream is recorded, in bytes. Default: 1 MiB.
    #[must_use]
    pub fn stream_limit(mut self, bytes: usize) -> Self {
        self.stream_limit = bytes;
        self
    }

    /// Flushes the file, and returns the number of exchanges that were written. Exchanges that end later are not recorded.
    ///
    /// # Errors
    /// The first error of writing. A client never fails because of it.
    pub fn finish(&self) -> io::Result<u64> {
        let mut output = self.output();
        output.finished = true;
        match output.failed.take() {
            Some(error) => Err(error),
            None => output.writer.flush().map(|()| output.written),
        }
    }

    fn output(&self) -> MutexGuard<'_, Output> {
        self.shared.output()
    }
}

impl Shared {
    fn output(&self) -> MutexGuard<'_, Output> {
        self.output.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn concealer(&self) -> MutexGuard<'_, Concealer> {
        self.concealer.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A request under way, or one whose answer is being read.
pub(super) struct Started {
    shared: Arc<Shared>,
    start: Instant,
    at: Duration,
    method: Method,
    uri: Uri,
    host: Option<String>,
    headers: HeaderMap,
    body: Bytes,
    body_limit: usize,
}

impl Started {
    fn new(recorder: &Recorder, request: &Request<Bytes>) -> Self {
        let start = Instant::now();
        let first = *recorder.output().start.get_or_insert(start);
        let host = request.headers().get(HOST).and_then(|host| host.to_str().ok());
        Self {
            shared: Arc::clone(&recorder.shared),
            start,
            at: start.duration_since(first),
            method: request.method().clone(),
            uri: request.uri().clone(),
            host: request.uri().host().or(host).map(str::to_owned),
            headers: request.headers().clone(),
            body: request.body().clone(),
            body_limit: recorder.body_limit,
        }
    }

    /// Writes an exchange whose answer is complete, or that has none.
    pub(super) fn write(self, answer: Option<(Head, Seen)>) {
        let date =
            answer.as_ref().and_then(|(head, _)| head.headers.get(DATE)?.to_str().ok().map(str::to_owned));
        let exchange = self.concealed(answer);
        let mut output = self.shared.output();
        if output.finished || output.failed.is_some() {
            return;
        }
        let mut lines = String::new();
        if output.written == 0 {
            let date = date.filter(|date| format::http_date(date).is_some());
            lines +=
                &format::line(&Header::new(sandbox::fingerprint(), date, upstream(self.host.as_deref())));
        }
        lines += &format::line(&exchange);
        match output.writer.write_all(lines.as_bytes()).and_then(|()| output.writer.flush()) {
            Ok(()) => output.written += 1,
            Err(error) => output.failed = Some(error),
        }
    }

    fn concealed(&self, answer: Option<(Head, Seen)>) -> Exchange {
        let mut concealer = self.shared.concealer();
        let operation = concealer.operation(&self.method, &self.uri);
        let chunks = [(Duration::ZERO, self.body.clone())];
        let size = self.body.len() as u64;
        let is_whole = self.body.len() <= self.body_limit;
        let body = Read { media: media(&self.headers), chunks: &chunks, size, is_whole, ended: true };
        let request = Asked {
            method: self.method.to_string(),
            path: concealer.target(&self.method, &self.uri),
            headers: concealer.headers(&self.headers),
            body: concealer.request_body(operation, &body),
        };
        let answer = answer.map(|(head, seen)| {
            let media = media(&head.headers);
            let Seen { chunks, size, is_whole, ended } = &seen;
            let body = Read { media, chunks, size: *size, is_whole: *is_whole, ended: *ended };
            Answered {
                after: millis(head.after),
                status: head.status,
                headers: concealer.headers(&head.headers),
                body: concealer.answer_body(operation, &self.uri, head.status, &body),
            }
        });
        let operation = operation.map(|operation| concealer.id(operation).to_owned());
        Exchange { at: millis(self.at), operation, request, answer }
    }
}

/// The head of an answer.
pub(super) struct Head {
    after: Duration,
    status: u16,
    headers: HeaderMap,
}

fn media(headers: &HeaderMap) -> Option<&str> {
    headers.get(CONTENT_TYPE)?.to_str().ok()
}

fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

/// Kind of a host.
fn upstream(host: Option<&str>) -> Upstream {
    let host = host.unwrap_or_default();
    let host = match host.rsplit_once(':') {
        Some((host, port)) if port.parse::<u16>().is_ok() => host,
        _ => host,
    };
    let address = host.trim_start_matches('[').trim_end_matches(']').parse::<std::net::IpAddr>();
    if host == "clever-cloud.com" || host.ends_with(".clever-cloud.com") {
        Upstream::Platform
    } else if host == "localhost"
        || host == "sandbox.invalid"
        || address.is_ok_and(|address| address.is_loopback())
    {
        Upstream::Local
    } else {
        Upstream::Other
    }
}

impl<S> Layer<S> for Recorder {
    type Service = RecordingService<S>;

    fn layer(&self, inner: S) -> Self::Service {
        RecordingService { inner, recorder: self.clone() }
    }
}

/// A service whose exchanges are recorded, made by a [`Recorder`].
#[derive(Debug, Clone)]
pub struct RecordingService<S> {
    inner: S,
    recorder: Recorder,
}

impl<S, B> Service<Request<Bytes>> for RecordingService<S>
where
    S: Service<Request<Bytes>, Response = Response<B>>,
    S::Future: Send + 'static,
    B: RecordableBody,
{
    type Response = Response<B>;
    type Error = S::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Response<B>, S::Error>> + Send>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: Request<Bytes>) -> Self::Future {
        let started = Unanswered(Some(Started::new(&self.recorder, &request)));
        let limits = [self.recorder.body_limit, self.recorder.stream_limit];
        let answer = self.inner.call(request);
        Box::pin(async move {
            let mut started = started;
            let answer = answer.await?;
            let Some(started) = started.0.take() else { return Ok(answer) };
            let head = Head {
                after: started.start.elapsed(),
                status: answer.status().as_u16(),
                headers: answer.headers().clone(),
            };
            let streams = media(answer.headers()).is_some_and(|media| media.starts_with("text/event-stream"));
            let watch = BodyWatch::new(limits[usize::from(streams)], started, head);
            Ok(answer.map(|body| body.watched(watch)))
        })
    }
}

/// A request without an answer is recorded too: the connection failed, or the client left.
struct Unanswered(Option<Started>);

impl Drop for Unanswered {
    fn drop(&mut self) {
        if let Some(started) = self.0.take() {
            started.write(None);
        }
    }
}
