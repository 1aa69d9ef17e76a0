//! No output shows a secret of any operation or command: `Debug` of requests, commands and outputs, errors
//! with their causes, and the log, even though the server repeats everything it receives.
//!
//! Samples give every secret of the spec a text that is found wherever it is shown.

use std::collections::BTreeSet;
use std::fmt::Debug;
use std::future::Future;
use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};

use cc_client::catalog::{self, CommandInfo, CommandKind};
use cc_client::runtime::transport::{HttpRequest, HttpResponse};
use cc_client::runtime::{Body, ErrorContext, Operation};
use cc_client::{CallOptions, Client, Command, Credentials, Error, Result, RetryPolicy};
use cc_sandbox::{Extent, Pace, Sandbox};
use http::StatusCode;
use schemars::JsonSchema;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::json;
use tracing_subscriber::fmt::MakeWriter;

use crate::sweep::Sweep;

/// Prefix of each secret in a sample.
const CANARY: &str = "sandbox-secret-";

/// The credentials of these tests.
const BEARER: &str = "sandbox-secret-bearer";

/// Asserts that a text shows no secret.
#[track_caller]
pub fn assert_hidden(what: &str, text: &str) {
    if let Some(at) = text.find(CANARY) {
        let (start, end) = (at.saturating_sub(300), text.len().min(at + 300));
        let around = String::from_utf8_lossy(&text.as_bytes()[start..end]);
        panic!("{what} shows a secret: …{around}…");
    }
}

/// Everything that an error shows to those who look.
fn shown(error: &Error) -> String {
    let context = error.context();
    let fields: Vec<_> = context
        .map(ErrorContext::fields)
        .unwrap_or_default()
        .iter()
        .map(|field| (&field.value, &field.reason))
        .collect();
    let mut text = serde_json::to_string(error).unwrap();
    text += &format!(
        "{error} {error:?} {} {:?} {:?} {:?} {:?} {:?} {:?} {fields:?}",
        error.code(),
        error.message(),
        error.sozu_id(),
        error.headers(),
        error.body(),
        error.url(),
        error.api_request_id(),
    );
    let mut source = std::error::Error::source(error);
    while let Some(cause) = source {
        text.push_str(&format!(" {cause} {cause:?}"));
        source = cause.source();
    }
    text
}

/// Refuses requests with their own content; other requests go to a sandbox.
#[derive(Debug, Clone)]
struct Echo {
    sandbox: Arc<Sandbox>,
    /// Reads are answered by the sandbox, so that commands get as far as their writes.
    answers_reads: bool,
}

impl Echo {
    fn client(self) -> Client {
        Client::builder()
            .endpoint(self.sandbox.url())
            .credentials(Credentials::api_token(BEARER))
            .configure(|transport| {
                // Nothing leaves the process.
                let transport = transport.allow_credentials_over_plain_http(true);
                transport.http_service(self).retry(RetryPolicy::none()).debug(true)
            })
            .build()
            .unwrap()
    }
}

/// All that came with a request, in a text and in a form.
fn repeated(request: &HttpRequest) -> HttpResponse {
    let mut text = format!("{} {}\n", request.method(), request.uri());
    for (name, value) in request.headers() {
        text.push_str(&format!("{name}: {}\n", String::from_utf8_lossy(value.as_bytes())));
    }
    text.push_str(&String::from_utf8_lossy(request.body()));
    let encoded =
        percent_encoding::utf8_percent_encode(&text, percent_encoding::NON_ALPHANUMERIC).to_string();
    let body = json!({
        "code": text, "message": text, "apiRequestId": encoded,
        "context": { "type": "fields", "fields": { "a": { "fieldValue": text, "reason": encoded } } },
    });
    let mut answer = HttpResponse::new(Body::from(body.to_string()));
    *answer.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    for name in ["sozu-id", "set-cookie", "x-echo"] {
        let line: String =
            text.chars().map(|c| if c.is_ascii() && !c.is_control() { c } else { ' ' }).collect();
        answer.headers_mut().insert(name, line.parse().unwrap());
    }
    answer
}

impl tower::Service<HttpRequest> for Echo {
    type Response = HttpResponse;
    type Error = Error;
    type Future = Pin<Box<dyn Future<Output = Result<HttpResponse>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, mut request: HttpRequest) -> Self::Future {
        let path = request.uri().path();
        let is_index = path.ends_with("/v2/summary");
        if !(is_index || self.answers_reads && request.method().is_safe()) {
            let answer = repeated(&request);
            return Box::pin(async { Ok(answer) });
        }
        let token = format!("Bearer {}", self.sandbox.api_token()).parse().unwrap();
        request.headers_mut().insert("authorization", token);
        cc_trials::memory::answer(Arc::clone(&self.sandbox), request)
    }
}

fn sandbox() -> Arc<Sandbox> {
    Arc::new(Sandbox::builder().pace(Pace::Manual).stateless(true).in_memory())
}

/// Looks at everything that an operation shows: itself, its request, and its failure.
pub async fn operation<O: Operation + Debug + 'static>(operation: O) {
    let id = O::INFO.id;
    assert_hidden(id, &format!("{operation:?} {:?}", operation.request()));
    let (log, _guard) = listen();
    let client = Echo { sandbox: sandbox(), answers_reads: false }.client();
    if let Err(error) = client.transport().call(operation).await {
        assert_hidden(id, &shown(&error));
    }
    assert_hidden(id, &log.text());
}

/// Looks at everything that a command shows.
#[derive(Debug, Default)]
struct Shown {
    commands: BTreeSet<&'static str>,
    /// Failures that were looked at.
    failed: usize,
}

impl Sweep for Shown {
    async fn command<C>(&mut self)
    where
        C: Command<Context = cc_client::Context> + Debug + Serialize + DeserializeOwned + JsonSchema,
        C::Output: Debug + Serialize + DeserializeOwned + JsonSchema,
    {
        self.commands.insert(C::NAME);
        let samples = sandbox().samples();
        let schema = schemars::schema_for!(C).to_value();
        for input in
            samples.values(&schema, Extent::Whole).into_iter().flat_map(crate::commands::one_of_each_pair)
        {
            let (log, _guard) = listen();
            // A command may refuse input that its schema allows, such as two inputs that exclude each other.
            let read = || serde_json::from_value::<C>(input.clone());
            if let Err(error) = read() {
                assert_hidden(C::NAME, &error.to_string());
                continue;
            }
            let command = || read().unwrap();
            assert_hidden(C::NAME, &format!("{:?}", command()));
            assert_hidden(C::NAME, &serde_json::to_string(&command()).unwrap());
            let client = cc_trials::memory::builder(&sandbox())
                .configure(|transport| transport.debug(true))
                .build()
                .unwrap();
            match client.send(command()).with_answer().await {
                Ok(answer) => {
                    assert_hidden(C::NAME, &format!("{answer:?}"));
                    assert_hidden(C::NAME, &serde_json::to_string(&*answer).unwrap());
                }
                Err(error) => assert_hidden(C::NAME, &shown(&error)),
            }
            for answers_reads in [true, false] {
                let client = Echo { sandbox: sandbox(), answers_reads }.client();
                let call = client.send(command()).options(CallOptions::new());
                assert_hidden(C::NAME, &format!("{call:?}"));
                if let Err(error) = call.await {
                    self.failed += 1;
                    assert_hidden(C::NAME, &shown(&error));
                }
            }
            assert_hidden(C::NAME, &log.text());
        }
    }
}

#[tokio::test(start_paused = true)]
async fn no_output_shows_a_secret_of_any_command() {
    let mut sweep = Shown::default();
    crate::generated::all_commands::each(&mut sweep).await;
    let all = catalog::commands().iter().filter(|command| command.kind() == CommandKind::Once);
    let mut all: BTreeSet<_> = all.map(CommandInfo::name).collect();
    // It gives the URL of a request, credentials included, and sends nothing.
    all.remove("GetInvoiceUrl");
    assert_eq!(sweep.commands, all);
    assert!(sweep.failed > sweep.commands.len(), "{} failures were looked at", sweep.failed);
}

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Log {
    fn text(&self) -> String {
        String::from_utf8_lossy(&self.0.lock().unwrap()).into_owned()
    }
}

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Log {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

/// Keeps all that is logged by this thread.
fn listen() -> (Log, tracing::subscriber::DefaultGuard) {
    // Somebody listens to everything all the time: what another test meets first is not turned off for this one.
    static ALWAYS: std::sync::Once = std::sync::Once::new();
    ALWAYS.call_once(|| {
        let _ = tracing::subscriber::set_global_default(tracing_subscriber::registry());
    });
    let log = Log::default();
    let subscriber = tracing_subscriber::fmt()
        .with_writer(log.clone())
        .with_ansi(false)
        .with_max_level(tracing::Level::TRACE)
        .finish();
    (log, tracing::subscriber::set_default(subscriber))
}
