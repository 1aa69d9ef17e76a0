//! The recorder as a layer: of a client, and of any service.

use std::io;
use std::time::Duration;

use bytes::Bytes;
use cc_client::commands::account::GetProfile;
use cc_client::commands::application::ListApplication;
use cc_client::commands::log::StreamApplicationRuntimeLog;
use cc_sandbox::{Fault, Pace, Recorder, Sandbox};
use futures_util::{StreamExt, stream};
use http_body_util::{BodyExt, StreamBody};
use hyper::body::Frame;
use serde_json::json;

use super::memory::{answer, exchange, json as json_answer, recorder, request};

#[tokio::test(start_paused = true)]
async fn a_client_is_recorded_without_its_credentials() {
    let sandbox = Sandbox::builder().in_memory();
    let (recorder, memory) = recorder();
    let layer = recorder.clone();
    let builder = sandbox.client_builder(&sandbox.identity("sandbox"));
    let client = builder.configure(|transport| transport.layer(layer)).build().unwrap();
    sandbox.faults().add(Fault::unavailable().on("get_profile").times(1));
    let profile = client.send(GetProfile::new()).await.unwrap();
    client.send(ListApplication::new(sandbox.ids().organisation)).await.unwrap();
    assert_eq!(recorder.finish().unwrap(), 3);
    let (file, lines) = (memory.text(), memory.lines());
    let header: serde_json::Value = serde_json::from_str(file.lines().next().unwrap()).unwrap();
    assert_eq!((&header["recording"], &header["upstream"]), (&json!(1), &json!("local")));
    assert!(header["date"].as_str().unwrap().ends_with("2026 00:00:00 GMT"), "{header}");
    let statuses: Vec<_> = lines.iter().map(|line| line["answer"]["status"].as_u64().unwrap()).collect();
    assert_eq!(statuses, [503, 200, 200]);
    assert_eq!(lines[1]["operation"], "get_profile");
    for original in [profile.id.as_str(), &profile.email, sandbox.api_token(), &sandbox.ids().application] {
        assert!(!file.contains(original), "{original} is in {file}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_stream_passes_as_it_comes_and_is_recorded_with_its_times_up_to_the_limit() {
    let (recorder, memory) = recorder();
    let recorder = recorder.stream_limit(100);
    let pieces = stream::iter(0..10).then(|index| async move {
        tokio::time::sleep(Duration::from_millis(200)).await;
        Ok::<_, io::Error>(Frame::data(Bytes::from(format!("event: LOG\ndata: {index}\n\n"))))
    });
    let mut head = answer(200, "text/event-stream", "");
    *head.body_mut() = StreamBody::new(pieces).boxed_unsync();
    let body = exchange(&recorder, request("GET", "/v4/x", ""), head).await;
    assert_eq!(body.len(), 10 * "event: LOG\ndata: 0\n\n".len());
    let events = memory.lines()[0]["answer"]["body"]["events"].clone();
    let times: Vec<u64> =
        events["list"].as_array().unwrap().iter().map(|event| event["after"].as_u64().unwrap()).collect();
    assert_eq!((times, &events["ended"]), (vec![200, 400, 600, 800, 1_000], &json!(false)));
}

#[tokio::test]
async fn large_binary_and_broken_bodies_are_recorded_by_their_size() {
    let (recorder, memory) = recorder();
    let small = recorder.clone().body_limit(10);
    exchange(&small, request("GET", "/v2/a", ""), json_answer(200, &json!({ "a": "0123456789" }))).await;
    exchange(&recorder, request("PUT", "/v2/b", vec![0xff; 7]), answer(200, "image/png", vec![0x89; 9]))
        .await;
    let mut cut = answer(200, "application/json", "");
    let pieces = [Ok(Frame::data(Bytes::from("{"))), Err(io::Error::other("cut"))];
    *cut.body_mut() = StreamBody::new(stream::iter(pieces)).boxed_unsync();
    use tower::{Layer, ServiceExt};
    let service = recorder.layer(tower::service_fn(move |_: http::Request<Bytes>| {
        let cut = std::mem::replace(&mut cut, answer(500, "text/plain", ""));
        async move { Ok::<_, io::Error>(cut) }
    }));
    let body = service.oneshot(request("GET", "/v2/c", "")).await.unwrap().into_body();
    assert_eq!(body.collect().await.unwrap_err().to_string(), "cut");
    let failing = recorder.layer(tower::service_fn(|_: http::Request<Bytes>| async {
        Err::<http::Response<cc_sandbox::Body>, _>(io::Error::other("refused"))
    }));
    assert!(failing.oneshot(request("GET", "/v2/d", "")).await.is_err());
    let lines = memory.lines();
    assert_eq!(lines[0]["answer"]["body"], json!({ "omitted": 18 }));
    assert_eq!(lines[1]["request"]["body"], json!({ "binary": 7 }));
    assert_eq!(lines[1]["answer"]["body"], json!({ "binary": 9 }));
    assert_eq!(lines[2]["answer"]["body"], json!({ "omitted": 1 }));
    assert!(lines[3].get("answer").is_none());
    assert_eq!(memory.recording().len(), 4);
}

#[tokio::test]
async fn an_error_of_writing_reaches_the_recorder_and_not_the_client() {
    struct Full;
    impl io::Write for Full {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(io::Error::other("no space left"))
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    let recorder = Recorder::new(Full).unwrap();
    let body = exchange(&recorder, request("GET", "/v2/self", ""), json_answer(200, &json!({}))).await;
    assert_eq!(body, "{}");
    assert_eq!(recorder.finish().unwrap_err().to_string(), "no space left");
}

#[tokio::test(start_paused = true)]
async fn texts_of_the_public_catalogue_are_shown() {
    let sandbox = Sandbox::builder().pace(Pace::Manual).in_memory();
    let (recorder, memory) = recorder();
    use tower::{Layer, ServiceExt};
    for path in ["/v4/products/zones/par", "/v2/products/addonproviders/postgresql-addon"] {
        let service = recorder.layer(sandbox.service());
        let answer = service.oneshot(request("GET", path, "")).await.unwrap();
        let value: serde_json::Value =
            serde_json::from_slice(&answer.into_body().collect().await.unwrap().to_bytes()).unwrap();
        let line = memory.lines().pop().unwrap();
        assert_eq!(line["request"]["path"], path);
        assert_eq!(line["answer"]["body"]["json"]["name"], value["name"]);
    }
}

#[tokio::test]
async fn texts_of_json_that_the_spec_does_not_describe_are_replaced_whatever_their_fields_are_called() {
    let (recorder, memory) = recorder();
    let value = json!({ "status": "lovelace", "type": "lovelace", "zone": "par", "lovelace": 7, "id": 4004 });
    exchange(&recorder, request("GET", "/v4/lovelace?status=lovelace", ""), json_answer(200, &value)).await;
    let line = memory.lines().pop().unwrap();
    assert!(!line.to_string().contains("lovelace"), "{line}");
    let shown = &line["answer"]["body"]["json"];
    assert_eq!(
        (&shown["zone"], &shown["id"], shown["status"].is_string()),
        (&json!("par"), &json!(4004), true)
    );
}

#[tokio::test(start_paused = true)]
async fn a_stream_of_a_client_is_recorded_when_the_client_closes_it() {
    let sandbox = Sandbox::builder().in_memory();
    let (recorder, memory) = recorder();
    let layer = recorder.clone();
    let builder = sandbox.client_builder(&sandbox.identity("sandbox"));
    let client = builder.configure(|transport| transport.layer(layer)).build().unwrap();
    let command = StreamApplicationRuntimeLog::new(sandbox.ids().application).limit(2);
    let lines = client.stream(command).open().items().collect::<Vec<_>>().await;
    assert_eq!(lines.iter().filter(|line| line.is_ok()).count(), 2);
    let line = memory.lines().pop().unwrap();
    assert_eq!(line["operation"], "stream_application_logs");
    let events = line["answer"]["body"]["events"]["list"].as_array().unwrap();
    assert_eq!(events.iter().filter(|event| event["event"] == "APPLICATION_LOG").count(), 2, "{line}");
}
