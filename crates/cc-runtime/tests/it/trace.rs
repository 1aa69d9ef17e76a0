//! Content of the log.

use std::io;
use std::sync::{Arc, Mutex};

use cc_runtime::{CachePolicy, CallOptions, Credentials, Transport};
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::fmt::format::FmtSpan;

use crate::support::*;

#[derive(Clone, Default)]
pub struct Log(Arc<Mutex<Vec<u8>>>);

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

impl Log {
    pub fn lines(&self) -> Vec<String> {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap().lines().map(str::to_owned).collect()
    }
}

pub fn listen() -> (Log, tracing::subscriber::DefaultGuard) {
    // Somebody listens to everything all the time: what another test meets first is not turned off for this one.
    static ALWAYS: std::sync::Once = std::sync::Once::new();
    ALWAYS.call_once(|| {
        let _ = tracing::subscriber::set_global_default(tracing_subscriber::registry());
    });
    let log = Log::default();
    let subscriber = tracing_subscriber::fmt()
        .with_writer(log.clone())
        .with_ansi(false)
        .without_time()
        .with_max_level(tracing::Level::DEBUG)
        .with_span_events(FmtSpan::CLOSE)
        .finish();
    (log, tracing::subscriber::set_default(subscriber))
}

fn secretive(platform: &Platform) -> Transport {
    platform.builder().credentials(Credentials::api_token("hunter2")).build().unwrap()
}

fn secret_request() -> cc_runtime::Request {
    let mut request = with_body(&PUT, r#"{"password":"hunter2","size":3}"#);
    request.append_query("token", &"hunter2");
    request.headers.insert("x-clever-password", "hunter2".parse().unwrap());
    request
}

#[tokio::test(start_paused = true)]
async fn the_debug_log_shows_shapes_and_no_value() {
    let platform = Platform::new(|_, _| {
        answer_with(
            200,
            &[("set-cookie", "hunter2"), ("sozu-id", "01H")],
            r#"{"token":"hunter2","ids":[1,2]}"#,
        )
    });
    let (log, _guard) = listen();
    let transport = secretive(&platform);
    transport.execute(secret_request(), &CallOptions::new().debug(true)).await.unwrap();
    let text = log.lines().join("\n");
    let exchange = text.split("cc_runtime::exchange").nth(1).unwrap();
    insta::assert_snapshot!(exchange.split(" INFO").next().unwrap().trim(), @r#"
    : exchange cc.operation="put_thing" attempts=1 duration=0.0 request=PUT /v2/things/1?token=***
    host: api.test
    authorization: ***
    accept: application/json
    content-type: application/json
    x-clever-password: ***

    {password: string(7), size: number} answer=200 OK
    content-type: application/json
    set-cookie: ***
    sozu-id: 01H

    {token: string(7), ids: array(2)[number]}
    "#);
    assert!(!text.contains("hunter2"), "{text}");
    transport.execute(secret_request(), &CallOptions::new()).await.unwrap();
    assert_eq!(log.lines().join("\n").matches("cc_runtime::exchange").count(), 1, "it is per call");
}

#[tokio::test(start_paused = true)]
async fn the_debug_log_tells_failures_and_answers_of_the_cache_too() {
    let platform =
        Platform::new(|count, _| if count == 0 { answer(200, r#"["hunter2"]"#) } else { unreachable() });
    let (log, _guard) = listen();
    let transport = platform.builder().debug(true).build().unwrap();
    let kept = once().cache(CachePolicy::ttl(SECOND));
    transport.execute(request(&GET), &kept).await.unwrap();
    transport.execute(request(&GET), &kept).await.unwrap();
    transport.execute(secret_request(), &once()).await.unwrap_err();
    let text = log.lines().join("\n");
    let exchanges: Vec<_> = text.split("cc_runtime::exchange").skip(1).collect();
    assert_eq!(exchanges.len(), 3, "{text}");
    assert!(exchanges[0].contains("attempts=1") && exchanges[0].contains("array(1)[string(7)]"), "{text}");
    assert!(exchanges[1].contains("attempts=0") && exchanges[1].contains("array(1)[string(7)]"), "{text}");
    assert!(exchanges[2].contains("no answer: NETWORK_ERROR"), "{text}");
    assert!(!text.contains("hunter2"), "{text}");
}
