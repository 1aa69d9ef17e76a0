//! Every command meets every kind of failure: each text names the operation, the host and the attempts, says what to do, and fits on
//! a line.

use std::future::{Future, pending};
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use cc_client::catalog::{self, CommandInfo, CommandKind, Delivered};
use cc_client::runtime::Body;
use cc_client::runtime::transport::{HttpRequest, HttpResponse};
use cc_client::{Client, Credentials, Error, ErrorKind, Result};
use futures_util::{StreamExt, stream};
use serde_json::Value;

/// Host of the broken platform.
const HOST: &str = "api.broken.test";
const TOKEN: &str = "hunter2hunter2";

/// Maximum length of a text, in characters.
const LINE: usize = 400;

type Reply = Pin<Box<dyn Future<Output = Result<HttpResponse>> + Send>>;

/// A failure of every request.
#[derive(Clone, Copy)]
struct Fault {
    name: &'static str,
    reply: fn() -> Reply,
}

/// An HTTP client that fails.
#[derive(Clone)]
struct Broken(Fault);

impl tower::Service<HttpRequest> for Broken {
    type Response = HttpResponse;
    type Error = Error;
    type Future = Reply;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, _: HttpRequest) -> Reply {
        (self.0.reply)()
    }
}

fn lost(kind: ErrorKind, message: &'static str, left: bool) -> Reply {
    let error = Error::new(kind).with_message(message).with_source(std::io::Error::other("os error"));
    Box::pin(async move { Err(if left { error } else { error.not_sent() }) })
}

fn answer(status: u16, headers: &[(&'static str, &'static str)], body: impl Into<Body>) -> Reply {
    let mut answer = HttpResponse::new(body.into());
    *answer.status_mut() = status.try_into().unwrap();
    answer.headers_mut().insert("sozu-id", "01D30CJZWRA5JRB6ZVPK50057R".parse().unwrap());
    for (name, value) in headers {
        answer.headers_mut().insert(*name, value.parse().unwrap());
    }
    Box::pin(async move { Ok(answer) })
}

fn refused(status: u16) -> Reply {
    answer(status, &[], r#"{"code":"clever.core.some-code","error":"the platform says why"}"#)
}

const JSON: (&str, &str) = ("content-type", "application/json");

macro_rules! faults {
    ($($name:literal => $reply:expr,)*) => { [$(Fault { name: $name, reply: || $reply }),*] };
}

/// The failures of the first three are those of `cc-runtime` on real sockets.
const FAULTS: [Fault; 25] = faults! {
    "refused connection" => lost(ErrorKind::Unreachable, "could not connect: the connection was refused", false),
    "unknown host" => lost(ErrorKind::Unreachable, "could not connect: the host name was not found", false),
    "TLS" => lost(ErrorKind::Unreachable, "could not connect: TLS failed", false),
    "connect timeout" => lost(ErrorKind::TimedOut, "could not connect within the connect timeout", false),
    "read timeout" => lost(ErrorKind::TimedOut, "the timeout of the HTTP client passed", true),
    "reset" => lost(ErrorKind::Unreachable, "the connection was lost", true),
    "400" => refused(400),
    "401" => refused(401),
    "403" => refused(403),
    "404" => refused(404),
    "409" => refused(409),
    "422" => refused(422),
    "429 with Retry-After" => answer(429, &[("retry-after", "90")], "slow down"),
    "429" => refused(429),
    "500" => refused(500),
    "502" => answer(502, &[], ""),
    "503" => answer(503, &[("retry-after", "90")], ""),
    "504" => refused(504),
    "HTML page" => answer(500, &[("content-type", "text/html")], "<html><title>Oops</title></html>".to_owned() + &"x".repeat(5_000)),
    "malformed JSON" => answer(200, &[JSON], r#"{"a": "#),
    "empty body" => answer(200, &[JSON], ""),
    "truncated body" => {
        let cut = stream::iter([Ok("[".into()), Err::<bytes::Bytes, _>(std::io::Error::other("cut"))]);
        answer(200, &[JSON], Body::from_stream(cut))
    },
    "oversize body" => {
        let large = stream::iter((0..40).map(|_| Ok::<_, Error>(bytes::Bytes::from_static(&[b' '; 512]))));
        answer(200, &[JSON], Body::from_stream(large))
    },
    "redirect elsewhere" => answer(301, &[("location", "http://elsewhere.test/")], ""),
    "deadline" => Box::pin(pending()),
};

fn client(fault: Fault, credentials: Credentials) -> Client {
    Client::builder()
        .endpoint(format!("https://{HOST}"))
        .credentials(credentials)
        .configure(|transport| {
            transport.http_service(Broken(fault)).body_limit(4_096).timeout(Duration::from_secs(600))
        })
        .streams(|settings| settings.retry = None)
        .build()
        .unwrap()
}

/// The error of a command; `None` if it succeeds in spite of the fault.
async fn failure(command: &'static CommandInfo, client: &Client, input: &Value) -> Option<Error> {
    if command.kind() != CommandKind::Stream {
        return command.dispatch(client, input.clone()).await.err();
    }
    let mut items = match catalog::stream(client, command.name(), input) {
        Ok(items) => items,
        Err(error) => return Some(error),
    };
    loop {
        match items.next().await? {
            Ok(Delivered::Item(_)) => {}
            Ok(_) => {}
            Err(error) => return Some(error),
        }
    }
}

/// The complaints about the text of an error.
fn complaints(command: &CommandInfo, error: &Error) -> Vec<String> {
    let text = error.to_string();
    let mut missing = Vec::new();
    let mut needs = |is_there: bool, what: &str| {
        if !is_there {
            missing.push(what.to_owned());
        }
    };
    needs(text.starts_with(&format!("{}: ", command.name())), "the operation");
    // A wait that ended, and a change that was made and answered without a value, are no failures of one request.
    if !(error.url().is_none()
        && (error.kind() == ErrorKind::DeadlineExceeded || text.contains("the change was made")))
    {
        needs(text.contains(HOST), "the host");
        needs(error.url().is_some_and(|url| url.starts_with("https://")), "the URL");
        let attempts = match error.attempts() {
            1 => "1 attempt".to_owned(),
            attempts => format!("{attempts} attempts"),
        };
        needs(text.contains(&attempts), "the attempts");
    }
    needs(error.next_step().is_some_and(|step| text.ends_with(&*step)), "a next step");
    needs(text.chars().count() <= LINE, "a length of at most 400 characters");
    needs(!text.contains('\n'), "one line");
    needs(error.retry_after().is_none() || text.contains("try again in 90 s"), "the time to wait");
    let is_change = error.method().is_some_and(|method| !method.is_safe());
    let told = if error.may_be_done() { "may have been done" } else { "certainly not done" };
    needs(
        !is_change || text.contains(told) || error.operation().is_some_and(|id| id.starts_with("get_")),
        told,
    );
    let json = serde_json::to_value(error).unwrap();
    needs(json["text"] == text && json["kind"] == error.kind().name(), "its JSON");
    needs(!format!("{text} {json} {error:?}").contains(TOKEN), "a hidden token");
    missing
}

#[tokio::test(start_paused = true)]
async fn every_error_of_every_command_says_what_failed_where_and_what_to_do() {
    let mut bad = Vec::new();
    let mut failed = 0;
    for command in catalog::commands() {
        let input = crate::commands::inputs(command).swap_remove(0);
        for fault in FAULTS {
            let client = client(fault, Credentials::api_token(TOKEN));
            let Some(error) = failure(command, &client, &input).await else { continue };
            // Nothing was sent: it names the input.
            if error.kind() == ErrorKind::InvalidInput {
                continue;
            }
            failed += 1;
            let missing = complaints(command, &error);
            if !missing.is_empty() {
                bad.push(format!(
                    "{}, {}: lacks {}: {error}",
                    command.name(),
                    fault.name,
                    missing.join(", ")
                ));
            }
        }
    }
    assert!(bad.is_empty(), "{} of {failed} texts:\n{}", bad.len(), bad.join("\n"));
    assert!(failed > 20 * catalog::commands().len(), "only {failed} failures were looked at");
}

#[tokio::test(start_paused = true)]
async fn a_client_without_credentials_says_so_when_it_is_refused() {
    let refusal = FAULTS.into_iter().find(|fault| fault.name == "401").unwrap();
    for (credentials, says_so) in [(Credentials::None, true), (Credentials::api_token(TOKEN), false)] {
        let client = client(refusal, credentials);
        for name in ["ListZone", "DeployApplication", "StreamApplicationRuntimeLog"] {
            let command = catalog::get(name).unwrap();
            let input = crate::commands::inputs(command).swap_remove(0);
            let text = failure(command, &client, &input).await.unwrap().to_string();
            assert_eq!(text.contains("this client has no credentials"), says_so, "{text}");
        }
    }
}
