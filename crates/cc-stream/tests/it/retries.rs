//! Conditions, number and delays of retries.

use std::time::Duration;

use bytes::Bytes;
use cc_stream::{
    ErrorKind, EventStream, Response, Retry, Settings, State, StreamError, StreamEvent, connect_fn,
};
use futures::{StreamExt, stream};
use http::StatusCode;
use http::header::{CONTENT_ENCODING, CONTENT_TYPE, RETRY_AFTER};
use tokio::time::Instant;

use crate::support::memory::{
    Memory, Script, Step, breaks, ends, next, request, settings, status, stays, text, words,
};

#[tokio::test(start_paused = true)]
async fn refusals_that_may_pass_are_retried_and_the_others_are_final() {
    for code in [408, 429, 500, 502, 503, 504] {
        let memory = Memory::new([status(code), ends("")]);
        let told = words(&mut memory.stream(settings())).await;
        assert!(told[0].starts_with("retry 1: the server answered"), "{code}: {told:?}");
        assert_eq!(told[1], "open");
    }
    for code in [201, 202, 203, 205, 206, 207, 300, 302, 304, 400, 401, 403, 404, 405, 410, 418, 422] {
        let memory = Memory::new([status(code)]);
        let told = words(&mut memory.stream(settings())).await;
        assert!(told[0].starts_with("error: the server answered"), "{code}: {told:?}");
        assert_eq!((told[1].as_str(), memory.connections(), memory.alive()), ("end Failed", 1, 0));
    }
}

#[tokio::test(start_paused = true)]
async fn a_wrong_content_type_is_final_and_nothing_is_opened() {
    for content_type in
        ["text/html", "application/json", "text/event-streams", "text/plain; x=text/event-stream"]
    {
        let steps = vec![Step::Bytes("data: a\n\n"), Step::Hang];
        let memory = Memory::new([Script::Answer(200, vec![(CONTENT_TYPE, content_type)], steps)]);
        let opened = memory.stream(settings()).on_open(|_| panic!("nothing is open"));
        let failure = opened.run().await.unwrap_err();
        let ErrorKind::ContentType { found } = failure.kind() else { panic!("{failure}") };
        assert_eq!((found.as_deref(), memory.connections(), memory.alive()), (Some(content_type), 1, 0));
    }
    let memory = Memory::new([Script::Answer(200, vec![], vec![Step::Bytes("data: a\n\n")])]);
    let failure = memory.stream(settings()).run().await.unwrap_err();
    assert_eq!(failure.kind(), &ErrorKind::ContentType { found: None });
}

#[tokio::test(start_paused = true)]
async fn a_content_type_is_read_as_http_has_it() {
    for content_type in ["text/event-stream", "Text/Event-Stream;charset=UTF-8", "text/event-stream ; x=y"] {
        let steps = vec![Step::Bytes("event: END\ndata: x\n\n")];
        let memory = Memory::new([Script::Answer(200, vec![(CONTENT_TYPE, content_type)], steps)]);
        assert_eq!(words(&mut memory.stream(settings())).await[0], "open", "{content_type}");
    }
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_nobody_decodes_is_final() {
    for (encoding, last) in [("gzip", "end Failed"), ("identity", "end Server(Some(\"x\"))")] {
        let headers = vec![(CONTENT_TYPE, "text/event-stream"), (CONTENT_ENCODING, encoding)];
        let steps = vec![Step::Bytes("event: END\ndata: x\n\n")];
        let told = words(&mut Memory::new([Script::Answer(200, headers, steps)]).stream(settings())).await;
        assert_eq!((told.len(), told.last().unwrap().as_str()), (2, last), "{told:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_server_that_accepts_and_closes_is_given_up_on() {
    let memory = Memory::new((0..100).map(|_| Script::Stream(vec![])));
    let mut settings = settings();
    settings.retry = Some(Retry::at_most(4));
    let told = words(&mut memory.stream(settings)).await;
    assert_eq!(memory.connections(), 5);
    assert_eq!(told[told.len() - 2..], ["error: the stream failed after 4 retries", "end Failed"]);
}

#[tokio::test(start_paused = true)]
async fn a_server_that_accepts_and_closes_for_ever_is_not_hammered() {
    let transport = connect_fn(|_| async {
        Ok(Response::event_stream(stream::empty::<Result<Bytes, std::io::Error>>()))
    });
    let mut stream = EventStream::open(transport, request, text(), settings());
    let start = Instant::now();
    let mut opens = 0;
    while start.elapsed() < Duration::from_secs(3600) {
        opens += usize::from(matches!(stream.next().await, Some(Ok(StreamEvent::Open(_)))));
    }
    assert!(opens <= 150, "{opens} in an hour");
}

#[tokio::test(start_paused = true)]
async fn the_count_starts_anew_after_a_healthy_connection_only() {
    let lives = |seconds| Script::Stream(vec![Step::Wait(Duration::from_secs(seconds)), Step::Break]);
    let memory = Memory::new([lives(9), lives(9), lives(11), lives(0), status(404)]);
    let mut stream = memory.stream(settings());
    let mut retries = Vec::new();
    while let Some(told) = stream.next().await {
        if let Ok(StreamEvent::Retry(retrying)) = told {
            retries.push(retrying.attempt);
        }
    }
    assert_eq!(retries, [1, 2, 1, 2]);
}

/// However short it lives, a connection that brings something new is of use.
#[tokio::test(start_paused = true)]
async fn a_server_that_closes_after_each_event_is_healthy() {
    let events: Vec<String> = (1..=50).map(|id| format!("id: {id}\ndata: {id}\n\n")).collect();
    let transport = connect_fn(move |request: http::Request<()>| {
        let last =
            request.headers().get("last-event-id").map_or(0, |id| id.to_str().unwrap().parse().unwrap());
        let event = events.get(last).cloned().unwrap_or_else(|| "event: END\ndata: done\n\n".to_owned());
        async move { Ok(Response::event_stream(stream::iter([Ok::<_, std::io::Error>(Bytes::from(event))]))) }
    });
    let mut settings = settings();
    settings.retry = Some(Retry::at_most(1));
    let start = Instant::now();
    let told = words(&mut EventStream::open(transport, request, text(), settings)).await;
    let items: Vec<_> = told.iter().filter(|word| word.parse::<u32>().is_ok()).collect();
    assert_eq!((items.len(), told.last().unwrap().as_str()), (50, "end Server(Some(\"done\"))"));
    // Each wait is one after a first failure: at most the initial second.
    assert!(start.elapsed() <= Duration::from_secs(51), "{:?}", start.elapsed());
}

/// A repeated event is not progress.
#[tokio::test(start_paused = true)]
async fn a_server_that_gives_the_same_event_again_and_closes_is_given_up_on() {
    let memory = Memory::new((0..100).map(|_| Script::Stream(vec![Step::Bytes("id: 1\ndata: a\n\n")])));
    let mut settings = settings();
    settings.retry = Some(Retry::at_most(4));
    let told = words(&mut memory.stream(settings)).await;
    assert_eq!(told[told.len() - 2..], ["error: the stream failed after 4 retries", "end Failed"]);
    assert_eq!(memory.connections(), 5);
}

/// A server may drop a request whose headers are too long for it.
#[tokio::test(start_paused = true)]
async fn an_id_that_gets_no_answer_is_asked_for_a_few_times_and_then_left() {
    let id = "x".repeat(20_000);
    let first: &'static str = Box::leak(format!("id: {id}\ndata: a\n\n").into_boxed_str());
    for unanswered in [Script::Unreachable, Script::NoAnswer, status(502), status(503)] {
        let scripts = [breaks(first)]
            .into_iter()
            .chain((0..3).map(|_| unanswered.clone()))
            .chain([ends("id: 2\ndata: b\n\n")]);
        let memory = Memory::new(scripts);
        let mut stream = memory.stream(settings());
        let told = words(&mut stream).await;
        let gap = format!("gap {id}..2 IdRefused");
        assert_eq!(told[told.len() - 3..], [gap.as_str(), "b", "end Server(Some(\"done\"))"]);
        assert_eq!(memory.asked(), [None, Some(id.clone()), Some(id.clone()), Some(id.clone()), None]);
    }
    // An outage is not a reason to drop a valid id.
    let scripts = [breaks("id: 1\ndata: a\n\n")]
        .into_iter()
        .chain((0..20).map(|_| Script::Unreachable))
        .chain([ends("id: 2\ndata: b\n\n")]);
    let memory = Memory::new(scripts);
    let told = words(&mut memory.stream(settings())).await;
    assert!(!told.iter().any(|word| word.starts_with("gap")), "{told:?}");
}

#[tokio::test(start_paused = true)]
async fn retries_can_be_switched_off() {
    let memory = Memory::new([breaks("data: a\n\n")]);
    let mut settings = settings();
    settings.retry = None;
    let told = words(&mut memory.stream(settings)).await;
    assert_eq!(told, ["open", "a", "error: the connection was lost", "end Failed"]);
    assert_eq!(memory.connections(), 1);
}

#[tokio::test(start_paused = true)]
async fn no_retry_waits_less_than_the_floor_or_more_than_the_cap() {
    let memory = Memory::new((0..200).map(|_| Script::Unreachable));
    let mut stream = memory.stream(settings());
    for _ in 0..200 {
        let start = Instant::now();
        let Some(Ok(StreamEvent::Retry(retrying))) = stream.next().await else { panic!("no retry") };
        assert!(retrying.delay >= Duration::from_millis(100) && retrying.delay <= Duration::from_secs(30));
        assert_eq!(stream.state(), State::Paused);
        assert!(start.elapsed() <= Duration::from_secs(31));
    }
}

/// The wait that the server's answer leads to.
async fn wait_after(script: Script) -> Duration {
    let memory = Memory::new([script]);
    let mut stream = memory.stream(settings());
    while let Some(told) = stream.next().await {
        if let Ok(StreamEvent::Retry(retrying)) = told {
            let before = Instant::now();
            assert!(
                tokio::time::timeout(retrying.delay - Duration::from_millis(1), stream.next()).await.is_err()
            );
            assert_eq!(memory.connections(), 1, "the next attempt comes after the wait");
            assert!(tokio::time::timeout(Duration::from_millis(3), stream.next()).await.is_err());
            assert_eq!(memory.connections(), 2);
            assert!(before.elapsed() <= retrying.delay + Duration::from_millis(3));
            return retrying.delay;
        }
    }
    panic!("no retry");
}

#[tokio::test(start_paused = true)]
async fn retry_after_is_respected_with_a_floor() {
    let answer = |value| Script::Answer(503, vec![(RETRY_AFTER, value)], vec![]);
    let wait = wait_after(answer("45")).await;
    assert!(wait >= Duration::from_secs(45) && wait <= Duration::from_secs(46), "{wait:?}");
    let wait = wait_after(answer("0")).await;
    assert!(wait >= Duration::from_millis(100) && wait <= Duration::from_millis(1_100), "{wait:?}");
}

#[tokio::test(start_paused = true)]
async fn a_reconnection_time_of_the_server_is_respected_with_a_floor() {
    let wait = wait_after(breaks("retry: 7000\n\n")).await;
    assert!(wait >= Duration::from_secs(7) && wait <= Duration::from_secs(14), "{wait:?}");
    let wait = wait_after(breaks("retry: 0\n\n")).await;
    assert!(wait >= Duration::from_millis(100) && wait <= Duration::from_millis(200), "{wait:?}");
    // It counts from its line on, even if its block never ends.
    let wait = wait_after(breaks("retry: 7000\ndata: a")).await;
    assert!(wait >= Duration::from_secs(7), "{wait:?}");
}

#[tokio::test(start_paused = true)]
async fn a_refusal_that_never_ends_is_told_all_the_same() {
    let endless = || stream::repeat_with(|| Ok::<_, std::io::Error>(Bytes::from_static(&[b'x'; 1000])));
    let transport = connect_fn(move |_| async move { Ok(Response::new(StatusCode::FORBIDDEN, endless())) });
    let failure = EventStream::open(transport, request, text(), settings()).run().await.unwrap_err();
    let ErrorKind::Refused { body, .. } = failure.kind() else { panic!("{failure}") };
    assert_eq!(body.len(), 16 * 1024);

    let start = Instant::now();
    let memory = Memory::new([Script::Answer(403, vec![], vec![Step::Bytes("because"), Step::Hang])]);
    let failure = memory.stream(settings()).run().await.unwrap_err();
    let ErrorKind::Refused { body, .. } = failure.kind() else { panic!("{failure}") };
    assert_eq!((&body[..], start.elapsed().as_secs()), (&b"because"[..], 2));
}

#[tokio::test(start_paused = true)]
async fn a_failure_tells_its_cause() {
    let memory = Memory::new([breaks("")]);
    let mut settings = Settings::default();
    settings.retry = Some(Retry::at_most(0));
    let failure = memory.stream(settings).run().await.unwrap_err();
    let chain: Vec<String> =
        std::iter::successors(Some(&failure as &dyn std::error::Error), |error| error.source())
            .map(ToString::to_string)
            .collect();
    assert_eq!(chain, ["the stream failed after 0 retries", "the connection was lost", "connection reset"]);
}

#[tokio::test(start_paused = true)]
async fn a_silent_stream_without_heartbeat_is_left_alone() {
    let memory = Memory::new([stays("data: a\n\n")]);
    let mut stream = memory.stream(settings());
    assert_eq!(next(&mut stream).await, "open");
    assert_eq!(next(&mut stream).await, "a");
    assert!(tokio::time::timeout(Duration::from_secs(24 * 3600), stream.next()).await.is_err());
    assert_eq!((stream.state(), memory.connections()), (State::Open, 1));
}

#[tokio::test(start_paused = true)]
async fn an_attempt_may_wait_for_ever_if_it_is_told_to() {
    let memory = Memory::new([Script::NoAnswer]);
    let mut settings = settings();
    settings.connect_timeout = None;
    let mut stream = memory.stream(settings);
    assert!(tokio::time::timeout(Duration::from_secs(24 * 3600), stream.next()).await.is_err());
    assert_eq!((stream.state(), memory.connections()), (State::Connecting, 1));
}

#[tokio::test(start_paused = true)]
async fn an_unreachable_server_is_tried_again() {
    let memory = Memory::new([Script::Unreachable, ends("data: a\n\n")]);
    let told = words(&mut memory.stream(settings())).await;
    assert_eq!(told[0], "retry 1: could not reach the server");
    assert_eq!(told[1..3], ["open", "a"]);
    let error = StreamError::unreachable("x");
    assert!(error.is_transient());
}

/// The consumer's time for an item does not count as life of its connection.
#[tokio::test(start_paused = true)]
async fn a_slow_consumer_does_not_make_connections_healthy() {
    for heartbeat in [None, Some(Duration::from_millis(2_500))] {
        let connection = || Script::Stream(vec![Step::Bytes("data: a\n\n"), Step::Bytes("data: b\n\n")]);
        let memory = Memory::new((0..40).map(|_| connection()));
        let mut settings = settings();
        (settings.heartbeat, settings.retry) = (heartbeat, Some(Retry::at_most(3)));
        let mut stream = memory.stream(settings);
        while let Some(told) = stream.next().await {
            if matches!(told, Ok(StreamEvent::Item(_))) {
                tokio::time::sleep(Duration::from_secs(11)).await;
            }
        }
        assert_eq!(memory.connections(), 4, "{heartbeat:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_healthy_connection_that_is_paused_forgets_the_retries_before() {
    let memory = Memory::new([Script::Unreachable, stays("data: a\n\n"), stays("data: b\n\n")]);
    let mut stream = memory.stream(settings());
    let hour = Duration::from_secs(3_600);
    while tokio::time::timeout(hour, stream.next()).await.is_ok() {}
    stream.handle().pause();
    assert_eq!(stream.handle().retry_count(), 0);
}

/// The head of the answer arrived in time: it is a refusal, regardless of its body.
#[tokio::test(start_paused = true)]
async fn a_refusal_just_before_the_connect_timeout_is_a_refusal() {
    let late = [Step::Bytes("because"), Step::Wait(Duration::from_secs(1))];
    let memory = Memory::new([Script::Answer(403, vec![], late.into())]);
    let factory = |_| async {
        tokio::time::sleep(Duration::from_millis(9_500)).await;
        Ok(http::Request::new(()))
    };
    let mut stream = EventStream::open(memory.transport(), factory, text(), settings());
    assert_eq!(words(&mut stream).await, ["error: the server answered 403 Forbidden", "end Failed"]);
}
