//! Secrets that a request carries itself, towards an endpoint of plain `http`.

use std::future::ready;

use cc_runtime::transport::{HookFuture, Hooks, HttpRequest};
use cc_runtime::{CallOptions, ErrorKind, Request, Result};
use http::{HeaderName, HeaderValue};

use crate::support::*;

/// Adds a header to each request.
#[derive(Debug)]
struct Adds(HeaderName, HeaderValue);

impl Hooks for Adds {
    fn on_request<'a>(&'a self, request: &'a mut Request) -> HookFuture<'a, Result<()>> {
        request.headers.insert(self.0.clone(), self.1.clone());
        Box::pin(ready(Ok(())))
    }
}

#[tokio::test(start_paused = true)]
async fn a_secret_header_of_a_request_goes_where_credentials_go_and_nowhere_else() {
    let sensitive = || {
        let mut value = HeaderValue::from_static("hunter2");
        value.set_sensitive(true);
        value
    };
    let plain = HeaderValue::from_static("hunter2");
    let secret = [
        ("authorization", &plain),
        ("cookie", &plain),
        ("x-api-key", &plain),
        ("x-clever-password", &plain),
        ("proxy-authorization", &plain),
        ("x-auth-token", &plain),
        ("x-mine", &sensitive()),
    ];
    for (name, value) in secret {
        let name = HeaderName::from_static(name);
        let platform = Platform::new(|_, _| answer(200, "1"));
        let open = || platform.builder().endpoint("http://api.test");
        let options = CallOptions::new().header(name.clone(), value.clone());
        let mut made = request(&GET);
        made.headers.insert(name.clone(), value.clone());
        let plain_request = || request(&GET);
        let layered = {
            let (name, value) = (name.clone(), value.clone());
            move |mut request: HttpRequest| {
                request.headers_mut().insert(name.clone(), value.clone());
                request
            }
        };
        let hooked = open().hooks(Adds(name.clone(), value.clone())).build().unwrap();
        let mut errors = vec![
            open().build().unwrap().execute(plain_request(), &options).await.unwrap_err(),
            open().build().unwrap().execute(made.clone(), &CallOptions::new()).await.unwrap_err(),
            open().build().unwrap().open_request(plain_request(), &options).await.unwrap_err(),
            open().build().unwrap().download(plain_request(), &options).await.map(drop).unwrap_err(),
            open().build().unwrap().call(GetNumber).header(name.clone(), value.clone()).await.unwrap_err(),
            hooked.execute(plain_request(), &CallOptions::new()).await.unwrap_err(),
        ];
        // A layer stands where only the name tells.
        if !value.is_sensitive() {
            let layered = open().layer(tower::util::MapRequestLayer::new(layered)).build().unwrap();
            errors.push(layered.execute(plain_request(), &CallOptions::new()).await.unwrap_err());
        }
        for error in errors {
            assert_eq!((error.kind(), error.is_not_sent()), (ErrorKind::Credentials, true), "{error:?}");
            let text = format!("{error} {error:?}");
            assert!(text.contains(&format!("`{name}`")) && text.contains("`api.test`"), "{text}");
            assert!(
                text.contains("allow credentials over plain http") && !text.contains("hunter2"),
                "{text}"
            );
        }
        assert_eq!(platform.count(), 0, "{name}");
        for builder in [
            open().allow_credentials_over_plain_http(true),
            platform.builder().endpoint("https://api.test"),
            platform.builder().endpoint("http://127.0.0.1:1"),
            platform.builder().endpoint("http://localhost:1"),
        ] {
            builder.build().unwrap().execute(request(&GET), &options).await.unwrap();
        }
    }
    let platform = Platform::new(|_, _| answer(200, "1"));
    let transport = platform.builder().endpoint("http://api.test").build().unwrap();
    let options = CallOptions::new().header("x-request-id", "7").header("accept-language", "fr");
    transport.execute(request(&GET), &options).await.unwrap();
    assert_eq!(platform.seen()[0].header("x-request-id"), Some("7"));
}
