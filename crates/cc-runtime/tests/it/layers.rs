//! Layers of the program.

use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};

use cc_runtime::transport::{HttpRequest, HttpResponse, HttpService};
use cc_runtime::{BoxError, CallOptions, Credentials, ErrorKind, OperationInfo, Transport};
use tower::{Layer, Service};

use crate::support::*;

/// Adds a header, and records the requests.
#[derive(Clone)]
struct Mark(&'static str, Arc<Mutex<Vec<String>>>);

#[derive(Clone)]
struct Marked(Mark, HttpService);

impl Layer<HttpService> for Mark {
    type Service = Marked;

    fn layer(&self, inner: HttpService) -> Marked {
        Marked(self.clone(), inner)
    }
}

impl Service<HttpRequest> for Marked {
    type Response = HttpResponse;
    type Error = cc_runtime::Error;
    type Future = <HttpService as Service<HttpRequest>>::Future;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), cc_runtime::Error>> {
        self.1.poll_ready(cx)
    }

    fn call(&mut self, mut request: HttpRequest) -> Self::Future {
        let secret = request.headers().contains_key("authorization");
        let operation = request.extensions().get::<&'static OperationInfo>().map(|info| info.id);
        self.0.1.lock().unwrap().push(format!("{} {operation:?} {secret}", self.0.0));
        request.headers_mut().append("x-mark", self.0.0.parse().unwrap());
        self.1.call(request)
    }
}

#[tokio::test(start_paused = true)]
async fn layers_see_each_attempt_in_their_order_and_no_credentials() {
    let platform = Platform::new(|count, _| answer(if count == 0 { 503 } else { 200 }, "1"));
    let seen = Arc::default();
    let transport = platform
        .builder()
        .credentials(Credentials::api_token("mine"))
        .layer(Mark("outer", Arc::clone(&seen)))
        .layer(Mark("inner", Arc::clone(&seen)))
        .build()
        .unwrap();
    transport.execute(request(&GET), &CallOptions::new()).await.unwrap();
    let once = [r#"outer Some("get_thing") false"#, r#"inner Some("get_thing") false"#];
    assert_eq!(*seen.lock().unwrap(), [once, once].concat());
    let marks: Vec<_> = platform.seen()[0].headers.get_all("x-mark").iter().cloned().collect();
    assert_eq!(marks, ["outer", "inner"]);
    assert_eq!(platform.seen()[0].header("authorization"), Some("Bearer mine"));
}

#[tokio::test(start_paused = true)]
async fn what_a_layer_fails_with_is_the_cause() {
    let platform = Platform::new(|_, _| answer(200, "1"));
    let failing = tower::layer::layer_fn(|_: HttpService| {
        tower::service_fn(|_: HttpRequest| async { Err::<HttpResponse, BoxError>("out of order".into()) })
    });
    let transport = platform.builder().layer(failing).build().unwrap();
    let error = transport.execute(request(&GET), &CallOptions::new()).await.unwrap_err();
    assert_eq!((error.kind(), platform.count()), (ErrorKind::Unexpected, 0));
    assert_eq!(std::error::Error::source(&error).unwrap().to_string(), "out of order");
}

#[tokio::test(start_paused = true)]
async fn what_an_http_service_fails_with_means_that_no_answer_came() {
    let failing =
        tower::service_fn(|_: HttpRequest| async { Err::<HttpResponse, _>(std::io::Error::other("cable")) });
    let transport = cc_runtime::Transport::builder().http_service(failing).build().unwrap();
    let error = transport.execute(request(&GET), &once()).await.unwrap_err();
    assert_eq!((error.kind(), error.code()), (ErrorKind::Unreachable, "NETWORK_ERROR"));
}

#[tokio::test(start_paused = true)]
async fn the_user_agent_names_the_program_and_then_the_sdk() {
    let platform = Platform::new(|_, _| answer(200, "1"));
    let own = format!("cc-runtime/{}", env!("CARGO_PKG_VERSION"));
    let transports = [platform.transport(), platform.builder().user_agent("my-tool/1.2").build().unwrap()];
    for transport in transports {
        transport.execute(request(&GET), &CallOptions::new()).await.unwrap();
    }
    let seen = platform.seen();
    assert_eq!(seen[0].header("user-agent"), Some(&*own));
    assert_eq!(seen[1].header("user-agent"), Some(&*format!("my-tool/1.2 {own}")));
}

#[tokio::test(start_paused = true)]
async fn each_user_agent_stands_before_those_set_earlier() {
    let platform = Platform::new(|_, _| answer(200, "1"));
    let builder = platform.builder().sdk_product("cc-client/0.1.0");
    let transport = builder.user_agent("app/3.4").user_agent(" lib/1.2").build().unwrap();
    transport.execute(request(&GET), &CallOptions::new()).await.unwrap();
    let all = format!("lib/1.2 app/3.4 cc-client/0.1.0 cc-runtime/{}", env!("CARGO_PKG_VERSION"));
    assert_eq!(platform.seen()[0].header("user-agent"), Some(&*all));
}

#[test]
fn a_user_agent_that_is_empty_or_has_control_characters_is_refused() {
    for (product, why) in [
        ("a\nb", "`a\\nb` contains a control character"),
        ("a\tb", "`a\\tb` contains a control character"),
        ("", "it is empty"),
        (" ", "it is empty"),
    ] {
        let error = Transport::builder().user_agent("app/1").user_agent(product).build().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidInput);
        assert_eq!(error.to_string(), format!("invalid input: invalid user agent: {why}"));
    }
}

#[tokio::test]
async fn a_transport_for_someone_else_sends_their_credentials_through_the_same_layers() {
    let platform = Platform::new(|_, _| answer(200, "1"));
    let mark = Mark("a", Arc::default());
    let builder = platform.builder().credentials(Credentials::api_token("one")).layer(mark.clone());
    let one = builder.build().unwrap();
    let two = one.with_credentials(Credentials::api_token("two")).unwrap();
    for transport in [&one, &two] {
        transport.execute(request(&GET), &CallOptions::default()).await.unwrap();
    }
    let sent: Vec<_> =
        platform.seen().iter().map(|seen| seen.header("authorization").unwrap().to_owned()).collect();
    assert_eq!(sent, ["Bearer one", "Bearer two"]);
    assert_eq!(mark.1.lock().unwrap().len(), 2);
    assert_ne!(one.identity(), two.identity());
    let error = one.with_credentials(Credentials::api_token("a\nb")).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Credentials);
}
