//! Opening, pausing, resuming and closing, at every moment one may think of.

use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use cc_stream::{EndReason, ErrorKind, EventStream, Settings, State, StreamError, StreamEvent};
use futures::{FutureExt, StreamExt};
use tokio::time::Instant;

use crate::support::memory::{Memory, Script, Step, breaks, ends, next, settings, stays, text, word, words};

#[tokio::test(start_paused = true)]
async fn a_stream_opens_gives_its_items_and_ends() {
    let memory = Memory::new([ends("data: a\n\nevent: b\ndata: b\n\n")]);
    let mut stream = memory.stream(settings());
    assert_eq!(stream.state(), State::Init);
    assert_eq!(words(&mut stream).await, ["open", "a", "b", "end Server(Some(\"done\"))"]);
    assert_eq!(stream.state(), State::Closed);
    assert!(stream.next().await.is_none());
    assert_eq!(memory.alive(), 0);
}

#[tokio::test(start_paused = true)]
async fn nothing_happens_before_the_first_poll() {
    let memory = Memory::new([stays("data: a\n\n")]);
    let stream = memory.stream(settings());
    tokio::time::sleep(Duration::from_secs(60)).await;
    assert_eq!((memory.connections(), stream.state()), (0, State::Init));
}

#[tokio::test(start_paused = true)]
async fn the_request_asks_for_an_event_stream_and_is_made_anew_each_time() {
    let memory = Memory::new([breaks("id: 1\ndata: a\n\n"), ends("")]);
    let factory = |attempt: cc_stream::Attempt| async move {
        let request = http::Request::builder().header("authorization", format!("nonce {}", attempt.number));
        request.body(()).map_err(StreamError::request)
    };
    let mut stream = EventStream::open(memory.transport(), factory, text(), settings());
    words(&mut stream).await;
    let requests = memory.requests.lock().unwrap();
    let header = |request: usize, name: &str| {
        requests[request].headers().get(name).map(|value| value.to_str().unwrap().to_owned())
    };
    assert_eq!(header(0, "accept").as_deref(), Some("text/event-stream"));
    assert_eq!(header(0, "cache-control").as_deref(), Some("no-cache"));
    assert_eq!(header(0, "authorization").as_deref(), Some("nonce 1"));
    assert_eq!(header(1, "authorization").as_deref(), Some("nonce 2"));
    assert_eq!((header(0, "last-event-id"), header(1, "last-event-id").as_deref()), (None, Some("1")));
}

#[tokio::test(start_paused = true)]
async fn closing_while_the_request_is_made_is_final() {
    let memory = Memory::new([stays("data: a\n\n")]);
    let slow_factory = |_| async {
        tokio::time::sleep(Duration::from_secs(3)).await;
        Ok(http::Request::new(()))
    };
    let mut stream = EventStream::open(memory.transport(), slow_factory, text(), settings());
    let handle = stream.handle();
    assert!(stream.next().now_or_never().is_none());
    assert_eq!(handle.state(), State::Connecting);
    handle.close();
    assert_eq!(handle.state(), State::Closed);
    assert_eq!(words(&mut stream).await, ["end Closed"]);
    tokio::time::sleep(Duration::from_secs(10)).await;
    assert_eq!(memory.connections(), 0);
}

#[tokio::test(start_paused = true)]
async fn the_factory_may_close_the_stream_itself() {
    let memory = Memory::new([stays("data: a\n\n")]);
    let slot: Arc<Mutex<Option<cc_stream::StreamHandle>>> = Arc::default();
    let inside = Arc::clone(&slot);
    let factory = move |_| {
        inside.lock().unwrap().as_ref().unwrap().close();
        async { Ok(http::Request::new(())) }
    };
    let mut stream = EventStream::open(memory.transport(), factory, text(), settings());
    *slot.lock().unwrap() = Some(stream.handle());
    assert_eq!(words(&mut stream).await, ["end Closed"]);
    assert_eq!(memory.alive(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_callback_sees_the_open_state_and_may_close_or_pause() {
    let memory = Memory::new([stays("data: a\n\n"), stays("data: b\n\n")]);
    let stream = memory.stream(settings());
    let (handle, seen) = (stream.handle(), Arc::new(Mutex::new(Vec::new())));
    let (inside, states) = (handle.clone(), Arc::clone(&seen));
    let mut opens = 0;
    let mut stream = stream.on_open(move |_| {
        states.lock().unwrap().push(inside.state());
        opens += 1;
        if opens == 1 {
            inside.pause()
        } else {
            inside.close()
        }
        states.lock().unwrap().push(inside.state());
    });
    assert_eq!(next(&mut stream).await, "open");
    assert!(stream.next().now_or_never().is_none());
    assert_eq!((handle.state(), memory.alive()), (State::Paused, 0));
    handle.resume();
    assert_eq!(words(&mut stream).await, ["open", "end Closed"]);
    assert_eq!(*seen.lock().unwrap(), [State::Open, State::Paused, State::Open, State::Closed]);
    assert_eq!(memory.alive(), 0);
}

#[tokio::test(start_paused = true)]
async fn resuming_during_a_retry_wait_connects_once_and_at_once() {
    let memory = Memory::new([Script::Unreachable, stays("data: a\n\n"), stays("data: twice\n\n")]);
    let mut stream = memory.stream(settings());
    assert!(next(&mut stream).await.starts_with("retry 1"));
    let handle = stream.handle();
    assert_eq!((handle.state(), handle.retry_count()), (State::Paused, 1));
    let before = Instant::now();
    handle.resume();
    handle.resume();
    assert_eq!(next(&mut stream).await, "open");
    assert_eq!(Instant::now(), before);
    handle.resume();
    assert_eq!(next(&mut stream).await, "a");
    assert!(tokio::time::timeout(Duration::from_secs(100), stream.next()).await.is_err());
    assert_eq!((memory.connections(), memory.alive()), (2, 1));
    handle.close();
    assert_eq!(words(&mut stream).await, ["end Closed"]);
    assert_eq!(memory.alive(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_stream_can_be_paused_in_every_state_and_resumed_from_where_it_was() {
    let memory = Memory::new([
        stays("id: 1\ndata: a\n\nid: 2\ndata: b\n\n"),
        Script::Unreachable,
        ends("id: 2\ndata: b\n\nid: 3\ndata: c\n\n"),
    ]);
    let mut stream = memory.stream(settings());
    let handle = stream.handle();
    let quiet = |stream: &mut EventStream<String>| assert!(stream.next().now_or_never().is_none());

    handle.pause();
    quiet(&mut stream);
    assert_eq!((handle.state(), memory.connections()), (State::Paused, 0));

    handle.resume();
    assert_eq!(next(&mut stream).await, "open");
    assert_eq!(next(&mut stream).await, "a");
    // Events that were read but not delivered are requested again.
    handle.pause();
    quiet(&mut stream);
    assert_eq!((handle.state(), memory.alive()), (State::Paused, 0));
    tokio::time::sleep(Duration::from_secs(3600)).await;
    quiet(&mut stream);

    handle.resume();
    assert!(next(&mut stream).await.starts_with("retry 1"));
    // Paused while it waits: the wait is over, and the count is kept.
    handle.pause();
    tokio::time::sleep(Duration::from_secs(3600)).await;
    quiet(&mut stream);
    assert_eq!((handle.state(), handle.retry_count(), memory.connections()), (State::Paused, 1, 2));

    handle.resume();
    assert_eq!(handle.state(), State::Connecting);
    assert_eq!(words(&mut stream).await, ["open", "b", "c", "end Server(Some(\"done\"))"]);
    assert_eq!(memory.asked(), [None, Some("1".into()), Some("1".into())]);
}

#[tokio::test(start_paused = true)]
async fn pausing_while_connecting_gives_up_the_attempt() {
    let memory = Memory::new([Script::NoAnswer, ends("")]);
    let mut stream = memory.stream(settings());
    assert!(stream.next().now_or_never().is_none());
    assert_eq!(memory.alive(), 1);
    stream.handle().pause();
    assert!(stream.next().now_or_never().is_none());
    assert_eq!((stream.state(), memory.alive()), (State::Paused, 0));
    stream.handle().resume();
    assert_eq!(next(&mut stream).await, "open");
}

#[tokio::test(start_paused = true)]
async fn closing_before_the_start_is_a_clean_end() {
    let memory = Memory::new([stays("")]);
    let mut stream = memory.stream(settings());
    stream.handle().close();
    stream.handle().close();
    assert_eq!(words(&mut stream).await, ["end Closed"]);
    assert_eq!(memory.connections(), 0);
}

#[tokio::test(start_paused = true)]
async fn closing_ends_a_stream_in_every_state_and_wakes_who_waits() {
    let scripts: [fn() -> Vec<Script>; 4] = [
        || vec![Script::NoAnswer],
        || vec![stays("")],
        || vec![Script::Unreachable],
        || vec![breaks("data: a\n\n")],
    ];
    for scripts in scripts {
        let memory = Memory::new(scripts());
        let mut stream = memory.stream(settings());
        let handle = stream.handle();
        let reading = tokio::spawn(async move { words(&mut stream).await });
        for _ in 0..20 {
            tokio::task::yield_now().await;
        }
        handle.close();
        let told = reading.await.unwrap();
        assert_eq!(told.last().unwrap(), "end Closed");
        assert_eq!((memory.alive(), handle.state()), (0, State::Closed));
    }
}

#[tokio::test(start_paused = true)]
async fn dropping_a_stream_closes_its_connection() {
    for script in [Script::NoAnswer, stays("data: a\n\n")] {
        let memory = Memory::new([script]);
        let mut stream = memory.stream(settings());
        let handle = stream.handle();
        let _ = stream.next().now_or_never();
        assert_eq!(memory.alive(), 1);
        drop(stream);
        assert_eq!(memory.alive(), 0);
        // A handle that is left holds nothing, does nothing, and tells that it is over.
        handle.resume();
        assert_eq!(handle.state(), State::Closed);
        handle.pause();
        handle.close();
        assert_eq!(handle.state(), State::Closed);
    }
}

#[tokio::test(start_paused = true)]
async fn an_attempt_that_is_not_answered_is_given_up_by_default() {
    let memory = Memory::new([Script::NoAnswer, ends("")]);
    let mut stream = memory.stream(settings());
    let start = Instant::now();
    assert_eq!(next(&mut stream).await, "retry 1: no answer within 10s");
    assert_eq!(start.elapsed().as_secs(), 10);
    assert_eq!(memory.alive(), 0);
    assert_eq!(next(&mut stream).await, "open");
}

#[tokio::test(start_paused = true)]
async fn an_error_of_the_factory_is_final() {
    let memory = Memory::new([ends("")]);
    let factory = |_| async { Err::<http::Request<()>, _>(StreamError::request("not a url")) };
    let mut stream = EventStream::open(memory.transport(), factory, text(), settings());
    assert_eq!(words(&mut stream).await, ["error: could not make the request of the stream", "end Failed"]);
    assert_eq!(memory.connections(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_factory_may_say_that_its_error_passes() {
    let memory = Memory::new([ends("")]);
    let factory = |attempt: cc_stream::Attempt| async move {
        if attempt.number == 1 {
            return Err(StreamError::unreachable("the tokens cannot be fetched"));
        }
        Ok(http::Request::new(()))
    };
    let mut stream = EventStream::open(memory.transport(), factory, text(), settings());
    assert!(next(&mut stream).await.starts_with("retry 1"));
    assert_eq!(next(&mut stream).await, "open");
}

#[tokio::test(start_paused = true)]
async fn a_stream_can_be_run_for_its_callbacks_alone() {
    let memory = Memory::new([
        breaks("data: a\n\n"),
        Script::Answer(403, vec![], vec![Step::Bytes("{\"code\":"), Step::Bytes("42}")]),
    ]);
    let told: Arc<Mutex<Vec<String>>> = Arc::default();
    let tell = |what: &'static str| {
        let told = Arc::clone(&told);
        move |value: String| told.lock().unwrap().push(format!("{what} {value}"))
    };
    let (open, item, error) = (tell("open"), tell("item"), tell("error"));
    let stream = memory.stream(settings());
    let stream = stream.on_open(move |opened| open(opened.attempt.to_string()));
    let stream = stream.on_item(move |told| item(told.data.clone()));
    let stream = stream.on_error(move |failure| error(failure.to_string()));
    let failure = stream.run().await.unwrap_err();
    let ErrorKind::Refused { status, body, .. } = failure.kind() else { panic!("{failure}") };
    assert_eq!((status.as_u16(), &body[..]), (403, &b"{\"code\":42}"[..]));
    assert_eq!(
        *told.lock().unwrap(),
        ["open 1", "item a", "error the connection was lost", "error the server answered 403 Forbidden"]
    );
    let memory = Memory::new([ends("")]);
    let end = memory.stream(settings()).run().await.unwrap();
    assert_eq!(end, EndReason::Server(Some("done".into())));
}

#[tokio::test(start_paused = true)]
async fn a_panic_in_a_callback_leaves_a_stream_that_can_go_on() {
    let memory = Memory::new([ends("data: a\n\ndata: b\n\n")]);
    let mut stream = memory.stream(settings()).on_item(|item| assert_ne!(item.data, "a"));
    assert_eq!(next(&mut stream).await, "open");
    let panicked = std::panic::AssertUnwindSafe(stream.next()).catch_unwind().await;
    assert!(panicked.is_err());
    assert_eq!(words(&mut stream).await, ["b", "end Server(Some(\"done\"))"]);
    assert_eq!(memory.alive(), 0);
}

#[tokio::test(start_paused = true)]
async fn two_streams_of_one_server_are_two_connections() {
    let memory = Memory::new([ends("id: 1\ndata: a\n\n"), ends("id: 1\ndata: a\n\n")]);
    let mut settings = Settings::default();
    settings.limit = Some(5);
    let (mut one, mut two) = (memory.stream(settings.clone()), memory.stream(settings));
    let (one, two) = futures::join!(words(&mut one), words(&mut two));
    assert_eq!(one, two);
    assert_eq!((one.len(), memory.connections()), (3, 2));
}

#[tokio::test(start_paused = true)]
async fn the_end_of_a_stream_is_told_once_whatever_happens() {
    let memory = Memory::new([Script::Answer(204, vec![], vec![])]);
    let mut stream = memory.stream(settings());
    assert_eq!(words(&mut stream).await, ["end NoContent"]);
    for _ in 0..3 {
        assert!(stream.next().await.is_none());
    }
    let memory = Memory::new([stays("data: a\n\ndata: b\n\n")]);
    let mut stream = memory.stream(settings());
    assert_eq!(next(&mut stream).await, "open");
    stream.handle().close();
    let ended = stream.filter(|told| std::future::ready(matches!(told, Ok(StreamEvent::End(_)))));
    assert_eq!(ended.count().await, 1);
    assert_eq!(memory.read.load(Ordering::Relaxed), 0);
}

/// A command that changes nothing loses nothing of what had come, nor joins what belongs apart.
#[tokio::test(start_paused = true)]
async fn to_resume_an_open_stream_changes_nothing() {
    let memory = Memory::new([Script::Stream(vec![
        Step::Bytes("id: 1\ndata: a\n\nid: 2\ndata: b1\n"),
        Step::Bytes("data: b2\n\nid: 3\ndata: c\n\n"),
        Step::Hang,
    ])]);
    let mut stream = memory.stream(settings());
    let mut told = Vec::new();
    while let Ok(Some(event)) = tokio::time::timeout(Duration::from_secs(60), stream.next()).await {
        told.push(word(&event));
        stream.handle().resume();
    }
    assert_eq!(told, ["open", "a", "b1\nb2", "c"]);
}
