//! Events that cannot be read, names that mean something, and names that do not.

use cc_stream::{
    Delivery, EndReason, ErrorEvents, ErrorKind, EventStream, Format, Limits, RawEvent, StreamError,
    StreamEvent,
};
use futures::StreamExt;
use serde::Deserialize;

use crate::support::memory::{Memory, breaks, ends, next, settings, stays, words};
use crate::support::server::signs;

#[derive(Debug, Deserialize, PartialEq)]
struct Line {
    message: String,
}

fn logs() -> Format<Line> {
    signs(Format::json()).accept(["LOG"])
}

/// Data of the items, and the errors between them.
async fn read(stream: EventStream<Line>) -> Vec<Result<String, StreamError>> {
    let read = |delivery: Delivery<Line>| match delivery {
        Delivery::Item(line) => Ok(line.message),
        Delivery::Fault(error) => Err(error),
        Delivery::Gap(gap) => panic!("{gap}"),
    };
    stream.items().map(|item| item.map(read).unwrap()).collect().await
}

fn raw(error: &StreamError) -> &RawEvent {
    match error.kind() {
        ErrorKind::Payload { event } | ErrorKind::Oversize { event } => event,
        kind => panic!("{kind:?} has no event"),
    }
}

#[tokio::test(start_paused = true)]
async fn every_malformed_payload_is_an_error_with_its_event_and_the_stream_goes_on() {
    let payloads = [
        "{",
        "{}",
        "[]",
        "null",
        "1",
        "\"text\"",
        "{\"message\":1}",
        "{\"message\":null}",
        "{\"message\":\"a\"",
        "{\"message\":\"a\"}x",
        "undefined",
        "NaN",
        "\u{fffd}",
        "{\"message\":\"\u{1}\"}",
        "{'message':'a'}",
    ];
    for payload in payloads {
        let body: &'static str = Box::leak(
            format!(
                "event: LOG\nid: 1\ndata: {payload}\n\nevent: LOG\nid: 2\ndata: {{\"message\":\"next\"}}\n\n"
            )
            .into_boxed_str(),
        );
        let memory = Memory::new([stays(body)]);
        let mut limited = settings();
        limited.limit = Some(1);
        let told = read(memory.stream_of(logs(), limited)).await;
        let [Err(error), Ok(next)] = &told[..] else { panic!("{payload}: {told:?}") };
        let event = raw(error);
        assert_eq!(
            (event.name.as_str(), event.id.as_deref(), event.data.as_str()),
            ("LOG", Some("1"), payload)
        );
        assert!(!event.is_cut() && error.is_about_one_event());
        assert!(std::error::Error::source(error).is_some());
        assert_eq!(next, "next");
    }
}

#[tokio::test(start_paused = true)]
async fn the_raw_event_of_an_error_is_bounded() {
    let body: &'static str = Box::leak(format!("event: LOG\ndata: {}\n\n", "é".repeat(500)).into_boxed_str());
    let memory = Memory::new([ends(body)]);
    let mut settings = settings();
    settings.raw_limit = 101;
    let mut stream = memory.stream_of(logs(), settings);
    stream.next().await;
    let Some(Err(error)) = stream.next().await else { panic!("an error") };
    assert_eq!((raw(&error).data.len(), raw(&error).size, raw(&error).is_cut()), (100, 1000, true));
}

#[tokio::test(start_paused = true)]
async fn an_event_beyond_the_limits_is_told_and_skipped() {
    let body = "event: LOG\nid: 7\ndata: 123456789012345678901\n\nevent: LOG\ndata: {\"message\":\"b\"}\n\n";
    let memory = Memory::new([stays(body)]);
    let mut settings = settings();
    settings.limits = Limits { line: 25, event: 20 };
    settings.limit = Some(1);
    let told = read(memory.stream_of(logs(), settings)).await;
    let [Err(error), Ok(next)] = &told[..] else { panic!("{told:?}") };
    assert_eq!((raw(error).id.as_deref(), raw(error).size), (Some("7"), 42));
    assert_eq!(
        (error.to_string().as_str(), next.as_str()),
        ("an event `LOG` of 42 bytes exceeds the limit", "b")
    );
}

#[tokio::test(start_paused = true)]
async fn heartbeats_are_swallowed_and_other_names_passed_over() {
    let body = "event: HEARTBEAT\nid: hb\ndata: not json\n\nevent: OTHER\ndata: not json\n\ndata: not json\n\n\
                event: LOG\nid: 1\ndata: {\"message\":\"a\"}\n\nevent: HEARTBEAT\nid: hb\ndata:\n\n\
                event: END_OF_STREAM\nid: end\ndata: {\"endedBy\":\"UNTIL_REACHED\"}\n\n";
    let memory = Memory::new([stays(body)]);
    let mut stream = memory.stream_of(logs(), settings());
    let mut told = Vec::new();
    while let Some(event) = stream.next().await {
        told.push(event.unwrap());
    }
    let [StreamEvent::Open(_), StreamEvent::Item(item), StreamEvent::End(reason)] = &told[..] else {
        panic!("{told:?}")
    };
    assert_eq!(item.data.message, "a");
    assert_eq!(reason, &EndReason::Server(Some("UNTIL_REACHED".into())));
    assert_eq!(stream.cursor().last_event_id.as_deref(), Some("1"));
}

#[tokio::test(start_paused = true)]
async fn an_end_whose_reason_cannot_be_read_is_an_end() {
    for data in ["", "{", "{}", "{\"endedBy\":3}", "null"] {
        let body: &'static str =
            Box::leak(format!("event: END_OF_STREAM\ndata: {data}\n\n").into_boxed_str());
        let memory = Memory::new([stays(body)]);
        let end = memory.stream_of(logs(), settings()).run().await.unwrap();
        assert_eq!(end, EndReason::Server(None), "{data}");
    }
}

#[tokio::test(start_paused = true)]
async fn events_named_like_callbacks_are_items_like_others() {
    let memory =
        Memory::new([ends("event: open\ndata: 1\n\nevent: error\ndata: 2\n\nevent: gap\ndata: 3\n\n")]);
    let stream = memory.stream(settings());
    let opens = std::sync::Arc::new(std::sync::atomic::AtomicU64::new(0));
    let count = opens.clone();
    let stream = stream.on_open(move |_| {
        count.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
    });
    let mut stream = stream.on_error(|error| panic!("{error}")).on_gap(|gap| panic!("{gap}"));
    assert_eq!(words(&mut stream).await, ["open", "1", "2", "3", "end Server(Some(\"done\"))"]);
    assert_eq!(opens.load(std::sync::atomic::Ordering::Relaxed), 1);
}

#[tokio::test(start_paused = true)]
async fn an_event_that_reports_an_error_is_given_as_an_error() {
    const BODY: &str = "event: LOG\nid: 1\ndata: {\"message\":\"a\"}\n\nevent: error\ndata: {\"code\":7}\n\n\
                        event: LOG\nid: 2\ndata: {\"message\":\"b\"}\n\nevent: END_OF_STREAM\ndata:\n\n";
    let memory = Memory::new([stays(BODY)]);
    let told = read(memory.stream_of(logs(), settings())).await;
    let [Ok(a), Err(error), Ok(b)] = &told[..] else { panic!("{told:?}") };
    let ErrorKind::ErrorEvent { event } = error.kind() else { panic!("{error:?}") };
    assert_eq!(
        (a.as_str(), event.name.as_str(), event.data.as_str(), b.as_str()),
        ("a", "error", "{\"code\":7}", "b")
    );
    assert_eq!(error.to_string(), "the server sent an event `error`: {\"code\":7}");
    // Or it ends the stream.
    let memory = Memory::new([stays(BODY)]);
    let mut strict = settings();
    strict.error_events = ErrorEvents::End;
    let mut stream = memory.stream_of(logs(), strict);
    let mut told = Vec::new();
    while let Some(event) = stream.next().await {
        told.push(event);
    }
    let [
        Ok(StreamEvent::Open(_)),
        Ok(StreamEvent::Item(_)),
        Err(error),
        Ok(StreamEvent::End(EndReason::Failed)),
    ] = &told[..]
    else {
        panic!("{told:?}")
    };
    assert!(matches!(error.kind(), ErrorKind::ErrorEvent { .. }) && !error.is_about_one_event());
    assert_eq!((memory.connections(), memory.alive()), (1, 0));
    // Another name, by which it is known even where every event is an item.
    let memory = Memory::new([stays(
        "event: error\ndata: 1\n\nevent: FAILED\ndata: 2\n\nevent: END_OF_STREAM\ndata:\n\n",
    )]);
    let mut stream = memory.stream_of(signs(Format::text().error("FAILED")), settings());
    assert_eq!(
        words(&mut stream).await,
        ["open", "1", "error: the server sent an event `FAILED`: 2", "end Server(None)"]
    );
}

#[tokio::test(start_paused = true)]
async fn events_of_other_names_are_counted_and_can_be_read() {
    let first = "event: META\ndata: 1\n\nevent: LOG\nid: 1\ndata: {\"message\":\"a\"}\n\nevent: META\nid: 2\ndata: 2\n\n";
    let then = "event: META\nid: 2\ndata: 2\n\nid: 2\n\nevent: X\ndata: 3\n\nevent: END_OF_STREAM\ndata:\n\n";
    let memory = Memory::new([breaks(first), stays(then)]);
    let seen = std::sync::Arc::new(std::sync::Mutex::new(Vec::new()));
    let read = std::sync::Arc::clone(&seen);
    let stream = memory.stream_of(logs(), settings());
    let handle = stream.handle();
    let stream =
        stream.on_other(move |event| read.lock().unwrap().push((event.name.clone(), event.data.clone())));
    stream.run().await.unwrap();
    let expected =
        [("META", "1"), ("META", "2"), ("X", "3")].map(|(name, data)| (name.to_owned(), data.to_owned()));
    assert_eq!((&seen.lock().unwrap()[..], handle.others()), (&expected[..], 3));
}

#[tokio::test(start_paused = true)]
async fn empty_data_is_no_json_error() {
    let memory = Memory::new([stays(
        "event: LOG\ndata:\n\nevent: LOG\ndata:  \n\nevent: LOG\ndata: {\"message\":\"a\"}\n\nevent: END_OF_STREAM\ndata:\n\n",
    )]);
    let told = read(memory.stream_of(logs(), settings())).await;
    assert!(matches!(&told[..], [Ok(message)] if message == "a"), "{told:?}");
}

#[tokio::test(start_paused = true)]
async fn an_unnamed_event_is_a_message() {
    let memory = Memory::new([stays("data: {\"message\":\"a\"}\n\n")]);
    let mut settings = settings();
    settings.limit = Some(1);
    let told = read(memory.stream_of(Format::json().accept(["message"]), settings)).await;
    assert!(matches!(&told[..], [Ok(message)] if message == "a"));
}

#[tokio::test(start_paused = true)]
async fn a_parser_may_skip_events_and_they_do_not_count() {
    let odd = Format::new(|event| {
        let number: u32 = event.data.parse()?;
        Ok((number % 2 == 1).then(|| number.to_string()))
    });
    let memory = Memory::new([stays("data: 1\n\ndata: 2\n\ndata: three\n\ndata: 3\n\ndata: 5\n\n")]);
    let mut settings = settings();
    settings.limit = Some(3);
    let told = words(&mut memory.stream_of(odd, settings)).await;
    assert_eq!(
        told,
        ["open", "1", "error: could not read the data of an event `message`", "3", "5", "end Limit"]
    );
}

/// The stream ends, and the unreadable end is reported first.
#[tokio::test(start_paused = true)]
async fn an_end_that_cannot_be_read_is_told_with_its_event() {
    let memory = Memory::new([stays("event: END_OF_STREAM\ndata: {\"endedBy\": oops\n\n")]);
    let mut stream = memory.stream_of(signs(Format::text()), settings());
    assert_eq!(next(&mut stream).await, "open");
    let error = stream.next().await.unwrap().unwrap_err();
    let ErrorKind::Payload { event } = error.kind() else { panic!("{error:?}") };
    assert_eq!(&*event.data, "{\"endedBy\": oops");
    assert_eq!(next(&mut stream).await, "end Server(None)");
}
