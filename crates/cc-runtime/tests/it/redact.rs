//! Secrets that a server repeats are not shown.

use bytes::Bytes;
use cc_runtime::credentials::{CredentialsProvider, ProvideFuture, SignatureMethod};
use cc_runtime::transport::{HookFuture, Hooks, HttpRequest, HttpResponse};
use cc_runtime::{
    Body, CallOptions, Credentials, Error, OperationInfo, Request, RequestBuilder, Result, Secret, ServiceUrl,
};
use http::Method;
use serde_json::json;

use crate::support::*;

static RESET: OperationInfo =
    OperationInfo::new("reset", "test", Method::POST, "/v2/things/{resetKey}", "application/json")
        .secret_path(&["resetKey"]);

/// Every secret of the request, none of which may be seen.
const CANARIES: [&str; 11] = [
    "canary-path",
    "canary-query",
    "canary-header",
    "canary-body",
    "canary-nested",
    "canary-url",
    "canary-free",
    "canary-option",
    "canary-hook",
    "canary-netloc",
    "canary/&\"é",
];

fn secret_request() -> Request {
    let mut request = RequestBuilder::new(&RESET)
        .secret_path("resetKey", &"canary-path".into())
        .secret_query("q", Some(&"canary-query".into()))
        .secret_header("X-Clever-Password", Some(&"canary-header".into()))
        .json(&json!({ "a": 1 }))
        .json(&(
            Secret::from("canary-body"),
            [Some(Secret::from("canary-nested")), Some(Secret::from("canary/&\"é"))],
            ServiceUrl::from("https://me:canary-netloc@host/?key=canary-url"),
            json!({ "apiToken": "canary-free" }),
        ))
        .build()
        .unwrap();
    request.append_query("visible", &"canary-unmarked");
    request
}

#[derive(Debug)]
struct Adds;

impl Hooks for Adds {
    fn on_request<'a>(&'a self, request: &'a mut Request) -> HookFuture<'a, Result<()>> {
        request.headers.insert("x-api-token", "canary-hook".parse().unwrap());
        Box::pin(std::future::ready(Ok(())))
    }
}

#[derive(Debug)]
struct Vault;

impl CredentialsProvider for Vault {
    fn provide(&self) -> ProvideFuture<'_> {
        Box::pin(async { Ok(Credentials::api_token("canary-provided")) })
    }
}

fn all_credentials() -> Vec<Credentials> {
    let oauth = || Credentials::oauth1("consumer", "canary-consumer&", "canary-token", "canary-token-secret");
    vec![
        Credentials::api_token("canary-bearer"),
        oauth(),
        oauth().signed_with(SignatureMethod::HmacSha512),
        Credentials::provider(Vault),
    ]
}

/// Everything that came, as a server may repeat it.
fn echo(request: &HttpRequest) -> String {
    let mut text = format!("{} {}", request.method(), request.uri());
    for (name, value) in request.headers() {
        text.push_str(&format!("\n{name}: {}", String::from_utf8_lossy(value.as_bytes())));
    }
    text.push_str(&format!("\n{}", String::from_utf8_lossy(request.body())));
    text
}

/// The answers of a server that repeats what came, in every place and form.
fn echoes(status: u16, request: &HttpRequest) -> Vec<HttpResponse> {
    let text = echo(request);
    let line = text.replace(['\n', '\r'], " ");
    let ascii: String = line.chars().filter(char::is_ascii).collect();
    let encoded: String = url::form_urlencoded::byte_serialize(text.as_bytes()).collect();
    let authorization = request.headers().get("authorization").map_or("", |value| value.to_str().unwrap());
    let in_base_64 = base64::Engine::encode(&base64::engine::general_purpose::STANDARD, authorization);
    let bodies = [
        ("application/json", json!({ "code": text, "message": text, "apiRequestId": text }).to_string()),
        ("application/json", json!({ "code": "x", "error": encoded }).to_string()),
        (
            "application/json",
            json!({ "error": in_base_64, "context": { "type": "field", "field": text, "value": text } })
                .to_string(),
        ),
        (
            "application/json",
            json!({ "message": format!("Error from provider: {}", json!([{ "message": text }])) })
                .to_string(),
        ),
        (
            "application/json",
            json!({ "context": { "type": "gateway", "originalStatus": 502, "originalBody": text } })
                .to_string(),
        ),
        ("application/json", json!({ text.clone(): [text.clone(), { text.clone(): 1 }] }).to_string()),
        ("text/html", format!("<html><title>{text}</title>")),
        ("text/plain", text.clone()),
        ("text/plain", format!("{}{text}", "x".repeat(64 * 1024 - 30))),
        // They break off.
        ("application/json", json!({ "message": text }).to_string().trim_end_matches(['"', '}']).to_owned()),
        ("application/json", format!("{}, ", json!([{ "code": encoded }, text])).replace("], ", ", ")),
    ];
    let mark = '\u{feff}';
    let wide = format!("{mark}{}", json!({ "message": text }));
    let wide = wide.encode_utf16().flat_map(u16::to_le_bytes);
    let others = [
        ("application/json", Bytes::from_iter(wide)),
        ("text/plain; charset=iso-8859-1", [text.as_bytes(), b" d\xe9sol\xe9"].concat().into()),
    ];
    bodies
        .into_iter()
        .map(|(kind, body)| (kind, Bytes::from(body)))
        .chain(others)
        .map(|(kind, body)| {
            let mut answer = answer_with(
                status,
                &[("content-type", kind), ("sozu-id", &ascii), ("set-cookie", &ascii), ("x-echo", &encoded)],
                "",
            )
            .unwrap();
            *answer.body_mut() = Body::from(body);
            answer
        })
        .collect()
}

/// Everything that an error shows, to whoever looks.
fn shown(error: &Error) -> String {
    let body = error.body().map(|body| String::from_utf8_lossy(body).into_owned());
    let mut text = format!(
        "{error} {error:?} {} {:?} {:?} {:?} {:?} {:?} {body:?} {:?}",
        error.code(),
        error.message(),
        error.sozu_id(),
        error.api_request_id(),
        error.headers(),
        error.url(),
        error.context().map(|context| (
            context
                .fields()
                .iter()
                .map(|field| (field.field.clone(), field.value.clone(), field.reason.clone()))
                .collect::<Vec<_>>(),
            match context {
                cc_runtime::ErrorContext::Gateway { body, .. } => body.clone(),
                _ => None,
            }
        )),
    );
    let mut source = std::error::Error::source(error);
    while let Some(cause) = source {
        text.push_str(&format!(" {cause} {cause:?}"));
        source = cause.source();
    }
    text
}

fn assert_clean(what: &str, text: &str) {
    let hidden =
        ["canary-bearer", "canary-consumer", "canary-token", "canary-provided", "oauth_signature=\"canary"];
    for canary in CANARIES.into_iter().chain(hidden) {
        let encoded: String = url::form_urlencoded::byte_serialize(canary.as_bytes()).collect();
        for form in [canary, &encoded, json!(canary).to_string().trim_matches('"')] {
            assert!(!text.contains(form), "{what}: {form} in {text}");
        }
    }
    assert!(
        !text.contains(&base64::Engine::encode(
            &base64::engine::general_purpose::STANDARD_NO_PAD,
            "Bearer canary-bearer"
        )),
        "{text}"
    );
}

#[tokio::test(start_paused = true)]
async fn nothing_that_a_call_sent_as_a_secret_is_shown_whatever_the_server_repeats() {
    let (log, _guard) = crate::trace::listen();
    for credentials in all_credentials() {
        for status in [400, 503] {
            for at in 0..9 {
                let platform = Platform::new(move |_, request| Ok(echoes(status, request).swap_remove(at)));
                let transport = platform
                    .builder()
                    .credentials(credentials.clone())
                    .hooks(Adds)
                    .debug(true)
                    .build()
                    .unwrap();
                let options = CallOptions::new().header("x-own", "canary-option");
                let error = transport.execute(secret_request(), &options).await.unwrap_err();
                assert_clean(&format!("{credentials:?} {status} {at}"), &shown(&error));
                // Text that is not secret stays readable.
                assert_eq!(error.url(), Some("https://api.test/base/v2/things/***"));
            }
        }
    }
    assert_clean("the log", &log.lines().join("\n"));
}

#[tokio::test(start_paused = true)]
async fn a_signature_that_is_new_for_each_attempt_is_hidden_too() {
    let platform = Platform::new(|_, request| {
        let signature = request.headers()["authorization"].to_str().unwrap().to_owned();
        answer_with(400, &[], &json!({ "message": signature }).to_string())
    });
    let credentials = all_credentials().swap_remove(2);
    let transport = platform.builder().credentials(credentials).build().unwrap();
    let error = transport.execute(request(&POST), &once()).await.unwrap_err();
    let header = platform.seen()[0].headers["authorization"].to_str().unwrap().to_owned();
    let signature = header.split("oauth_signature=\"").nth(1).unwrap().split('"').next().unwrap();
    assert!(!shown(&error).contains(signature), "{error}");
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_does_not_decode_and_a_request_show_no_secret() {
    let platform = Platform::new(|_, request| {
        let token = request.headers()["authorization"].to_str().unwrap().to_owned();
        answer_with(200, &[("set-cookie", &token)], &json!({ token.clone(): [token] }).to_string())
    });
    let transport = platform.builder().credentials(Credentials::api_token("canary-bearer")).build().unwrap();
    let error = transport.call(GetNumber).await.unwrap_err();
    assert_clean("undecodable", &shown(&error));
    let answer = transport.execute(request(&GET), &once()).await.unwrap().map(|_| ());
    assert!(!format!("{answer:?}").contains("canary"), "{answer:?}");
    let request = secret_request();
    assert!(!format!("{request:?}").contains("canary"), "{request:?}");
}

/// Data that other processes read hold no secret: such an answer is not cached, and invalidations omit the
/// secret.
#[tokio::test(start_paused = true)]
async fn no_store_gets_a_path_with_a_secret_in_it() {
    let platform = Platform::new(|_, _| answer(200, "1"));
    let store = crate::redact::Paths::default();
    let transport = platform.builder().cache_store(store.clone()).build().unwrap();
    static PAGE: OperationInfo = OperationInfo::new("page", "test", Method::GET, "/v2/things/{resetKey}", "")
        .secret_path(&["resetKey"]);
    let options = once().cache(cc_runtime::CachePolicy::ttl(SECOND));
    for info in [&PAGE, &RESET] {
        let request =
            RequestBuilder::new(info).secret_path("resetKey", &"canary-path".into()).build().unwrap();
        transport.execute(request, &options).await.unwrap();
    }
    assert_eq!(*store.0.lock().unwrap(), ["/base/v2/things/***"; 2]);
}

/// The paths that a store receives.
#[derive(Debug, Default, Clone)]
struct Paths(std::sync::Arc<std::sync::Mutex<Vec<String>>>);

impl cc_runtime::transport::CacheStore for Paths {
    fn get<'a>(
        &'a self,
        key: &'a cc_runtime::transport::CacheKey,
    ) -> cc_runtime::transport::StoreFuture<'a, Option<cc_runtime::transport::CachedAnswer>> {
        self.0.lock().unwrap().push(key.path().to_owned());
        Box::pin(std::future::ready(Ok(None)))
    }

    fn put<'a>(
        &'a self,
        _: &'a cc_runtime::transport::CacheKey,
        _: cc_runtime::transport::CachedAnswer,
        _: std::time::Duration,
        _: &'a cc_runtime::transport::Ticket,
    ) -> cc_runtime::transport::StoreFuture<'a, ()> {
        Box::pin(std::future::ready(Ok(())))
    }

    fn remove<'a>(
        &'a self,
        _: &'a cc_runtime::transport::CacheKey,
    ) -> cc_runtime::transport::StoreFuture<'a, ()> {
        Box::pin(std::future::ready(Ok(())))
    }

    fn invalidate<'a>(&'a self, _: &'a str, path: &'a str) -> cc_runtime::transport::StoreFuture<'a, ()> {
        self.0.lock().unwrap().push(path.to_owned());
        Box::pin(std::future::ready(Ok(())))
    }
}
