//! State that survives a reconnection: the position, the limit, and the proof of continuity.

use std::sync::{Arc, Mutex};

use cc_stream::{
    Attempt, Continuity, Cursor, Delivery, ErrorKind, Event, EventStream, Format, Limits, Response, Retry,
    Settings, StreamError, connect_fn,
};
use futures::StreamExt;

use crate::support::memory::{
    Memory, Script, breaks, ends, next, request, settings, status, stays, text, words,
};

/// Summary of items and gaps.
async fn essence(memory: &std::sync::Arc<Memory>, settings: Settings) -> Vec<String> {
    let told = words(&mut memory.stream(settings)).await;
    told.into_iter().filter(|word| word != "open" && !word.starts_with("retry")).collect()
}

fn limited(limit: u64) -> Settings {
    let mut settings = settings();
    settings.limit = Some(limit);
    settings
}

#[tokio::test(start_paused = true)]
async fn duplicates_are_removed_and_counted() {
    let memory = Memory::new([
        breaks("id: 1\ndata: a\n\nid: 2\ndata: b\n\nid: 3\ndata: not com"),
        ends("id: 1\ndata: a\n\nid: 2\ndata: b\n\nid: 3\ndata: c\n\n"),
    ]);
    let mut stream = memory.stream(settings());
    let told = words(&mut stream).await;
    assert_eq!(
        told,
        ["open", "a", "b", "retry 1: the connection was lost", "open", "c", "end Server(Some(\"done\"))"]
    );
    let handle = stream.handle();
    assert_eq!((handle.delivered(), handle.duplicates()), (3, 2));
    assert_eq!(memory.asked(), [None, Some("2".into())]);
}

#[tokio::test(start_paused = true)]
async fn without_ids_each_reconnection_is_a_gap() {
    let memory = Memory::new([breaks("data: a\n\n"), breaks("data: c\n\n"), ends("")]);
    assert_eq!(
        essence(&memory, settings()).await,
        ["a", "gap -..- NoId", "c", "gap -..- NoId", "end Server(Some(\"done\"))"]
    );
}

#[tokio::test(start_paused = true)]
async fn a_refused_id_is_a_gap_and_not_the_end() {
    for code in [400, 404, 409, 410, 412, 413, 414, 416, 422, 431] {
        let memory = Memory::new([breaks("id: x\ndata: a\n\n"), status(code), ends("id: z\ndata: c\n\n")]);
        assert_eq!(
            essence(&memory, settings()).await,
            ["a", "gap x..z IdRefused", "c", "end Server(Some(\"done\"))"],
            "{code}"
        );
        assert_eq!(memory.asked(), [None, Some("x".into()), None]);
    }
}

#[tokio::test(start_paused = true)]
async fn the_mark_of_the_last_item_tells_where_to_go_on_without_an_id() {
    // The server refuses the id; asked for the mark, it repeats the events with that mark, and the later
    // ones.
    let memory = Memory::new([
        breaks("id: x\ndata: 5\n\nid: y\ndata: 7\n\nid: z\ndata: 7\n\n"),
        status(400),
        ends("id: y\ndata: 7\n\nid: z\ndata: 7\n\nid: a\ndata: 9\n\n"),
    ]);
    let attempts = Arc::new(Mutex::new(Vec::new()));
    let seen = Arc::clone(&attempts);
    let factory = move |attempt: Attempt| {
        seen.lock().unwrap().push((attempt.last_event_id.is_some(), attempt.mark, attempt.remaining));
        async { Ok(http::Request::new(())) }
    };
    let format = text().mark(|item| item.parse().ok());
    let mut stream = EventStream::open(memory.transport(), factory, format, limited(4));
    let told = words(&mut stream).await;
    let told: Vec<_> = told.iter().filter(|word| *word != "open" && !word.starts_with("retry")).collect();
    assert_eq!(told, ["5", "7", "7", "9", "end Limit"]);
    // Events that may be repeated are requested in addition to the rest of the limit.
    let expected = [(false, None, Some(4)), (true, Some(7), Some(1)), (false, Some(7), Some(1 + 3))];
    assert_eq!(*attempts.lock().unwrap(), expected);
    assert_eq!(stream.cursor().mark, Some(9));
}

#[tokio::test(start_paused = true)]
async fn a_mark_goes_on_in_another_process() {
    let memory = Memory::new([stays("id: x\ndata: 5\n\n"), ends("")]);
    let mut stream = memory.stream_of(text().mark(|item| item.parse().ok()), settings());
    assert_eq!(next(&mut stream).await, "open");
    assert_eq!(next(&mut stream).await, "5");
    let written = serde_json::to_string(&stream.cursor()).unwrap();
    let cursor: Cursor = serde_json::from_str(&written).unwrap();
    let mut resumed = settings();
    resumed.resume = Some(cursor);
    let marks = Arc::new(Mutex::new(Vec::new()));
    let seen = Arc::clone(&marks);
    let factory = move |attempt: Attempt| {
        seen.lock().unwrap().push(attempt.mark);
        async { Ok(http::Request::new(())) }
    };
    words(&mut EventStream::open(memory.transport(), factory, text(), resumed)).await;
    assert_eq!(*marks.lock().unwrap(), [Some(5)]);
}

#[tokio::test(start_paused = true)]
async fn another_process_knows_the_items_again_that_share_the_mark() {
    const BEFORE: &str = "id: v\ndata: 5\n\nid: w\ndata: 7\n\nid: x\ndata: 7\n\nid: y\ndata: 7\n\n";
    const AGAIN: &str = "id: w\ndata: 7\n\nid: x\ndata: 7\n\nid: y\ndata: 7\n\nid: z\ndata: 9\n\n";
    let format = || text().mark(|item| item.parse().ok());
    let memory = Memory::new([stays(BEFORE)]);
    let mut stream = memory.stream_of(format(), settings());
    for expected in ["open", "5", "7", "7", "7"] {
        assert_eq!(next(&mut stream).await, expected);
    }
    let written = serde_json::to_string(&stream.cursor()).unwrap();
    let mut resumed = settings();
    resumed.resume = Some(serde_json::from_str(&written).unwrap());
    let memory = Memory::new([status(410), ends(AGAIN)]);
    let mut stream = memory.stream_of(format(), resumed);
    let told = words(&mut stream).await;
    let told: Vec<_> = told.iter().filter(|word| *word != "open" && !word.starts_with("retry")).collect();
    assert_eq!(told, ["9", "end Server(Some(\"done\"))"]);
    assert_eq!((stream.handle().duplicates(), stream.cursor().last_event_id.as_deref()), (3, Some("z")));
}

#[tokio::test(start_paused = true)]
async fn a_server_that_refuses_with_and_without_id_is_given_up_on() {
    let memory = Memory::new([breaks("id: x\ndata: a\n\n"), status(404), status(404), ends("")]);
    assert_eq!(
        essence(&memory, settings()).await,
        ["a", "error: the server answered 404 Not Found", "end Failed"]
    );
    let memory = Memory::new([breaks("id: x\ndata: a\n\n"), status(401), ends("")]);
    assert_eq!(
        memory.stream(settings()).run().await.unwrap_err().to_string(),
        "the server answered 401 Unauthorized"
    );
    assert_eq!(memory.connections(), 2);
}

#[tokio::test(start_paused = true)]
async fn ids_that_show_a_hole_are_a_gap() {
    let memory = Memory::new([breaks("id: 7\ndata: a\n\nid: 8\ndata: b\n\n"), ends("id: 11\ndata: c\n\n")]);
    assert_eq!(
        essence(&memory, settings()).await,
        ["a", "b", "gap 8..11 IdsSkipped", "c", "end Server(Some(\"done\"))"]
    );
}

#[tokio::test(start_paused = true)]
async fn an_overlap_proves_continuity_and_its_absence_is_a_gap() {
    let first = "id: x\ndata: a\n\nid: k\ndata: b\n\n";
    let mut settings = settings();
    settings.continuity = Continuity::Overlap;
    let memory = Memory::new([breaks(first), ends("id: k\ndata: b\n\nid: d\ndata: c\n\n")]);
    assert_eq!(essence(&memory, settings.clone()).await, ["a", "b", "c", "end Server(Some(\"done\"))"]);
    assert_eq!(memory.asked(), [None, Some("x".into())]);
    let memory = Memory::new([breaks(first), ends("id: d\ndata: c\n\n")]);
    assert_eq!(
        essence(&memory, settings).await,
        ["a", "b", "gap k..d Unproven", "c", "end Server(Some(\"done\"))"]
    );
}

#[tokio::test(start_paused = true)]
async fn an_empty_id_resets_the_place() {
    let memory = Memory::new([breaks("id: 1\ndata: a\n\nid\ndata: b\n\n"), ends("id: 2\ndata: c\n\n")]);
    assert_eq!(
        essence(&memory, settings()).await,
        ["a", "b", "gap -..2 NoId", "c", "end Server(Some(\"done\"))"]
    );
    assert_eq!(memory.asked(), [None, None]);
}

#[tokio::test(start_paused = true)]
async fn an_interruption_with_nothing_after_it_but_the_end_is_told() {
    let memory = Memory::new([breaks("data: a\n\n"), Script::Answer(204, vec![], vec![])]);
    assert_eq!(essence(&memory, settings()).await, ["a", "gap -..- NoId", "end NoContent"]);
}

#[tokio::test(start_paused = true)]
async fn a_gap_is_seen_in_the_items_and_does_not_end_a_loop_over_them() {
    async fn read(mut items: cc_stream::Items<u32>) -> Result<Vec<String>, StreamError> {
        let mut seen = Vec::new();
        while let Some(item) = items.next().await {
            seen.push(match item? {
                Delivery::Item(item) => item.to_string(),
                Delivery::Gap(gap) => gap.to_string(),
                Delivery::Fault(error) => error.to_string(),
            });
        }
        Ok(seen)
    }
    let numbers = || Format::<u32>::json().end("END", |_| None);
    let memory = Memory::new([breaks("data: 1\n\ndata: ?\n\n"), ends("data: 3\n\n")]);
    assert_eq!(
        read(memory.stream_of(numbers(), settings()).items()).await.unwrap(),
        [
            "1",
            "could not read the data of an event `message`",
            "events may be missing: there was no id to resume from",
            "3"
        ]
    );
    // What ends the stream ends the loop.
    let memory = Memory::new([breaks("data: 1\n\n"), status(403)]);
    let error = read(memory.stream_of(numbers(), settings()).items()).await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Refused { .. }));
}

#[tokio::test(start_paused = true)]
async fn the_limit_counts_given_items_over_all_connections_and_ends_the_stream() {
    let memory = Memory::new([
        breaks("id: 1\ndata: a\n\nid: 2\ndata: b\n\n"),
        breaks("id: 2\ndata: b\n\nid: 3\ndata: c\n\n"),
        stays("id: 4\ndata: d\n\nid: 5\ndata: e\n\n"),
    ]);
    let asked = std::sync::Arc::new(std::sync::Mutex::new(Vec::new()));
    let seen = std::sync::Arc::clone(&asked);
    let factory = move |attempt: cc_stream::Attempt| {
        seen.lock().unwrap().push(attempt.remaining);
        async { Ok(http::Request::new(())) }
    };
    let mut stream = EventStream::open(memory.transport(), factory, text(), limited(4));
    let told = words(&mut stream).await;
    assert_eq!(told.last().unwrap(), "end Limit");
    assert_eq!(stream.handle().delivered(), 4);
    assert_eq!(*asked.lock().unwrap(), [Some(4), Some(2), Some(1)]);
    assert_eq!((memory.alive(), memory.connections()), (0, 3));
}

#[tokio::test(start_paused = true)]
async fn the_connection_is_closed_with_the_last_item_of_the_limit() {
    let memory = Memory::new([stays("data: a\n\ndata: b\n\n")]);
    let mut stream = memory.stream(limited(1));
    assert_eq!(next(&mut stream).await, "open");
    assert_eq!(next(&mut stream).await, "a");
    assert_eq!(memory.alive(), 0);
    assert_eq!(words(&mut stream).await, ["end Limit"]);
}

#[tokio::test(start_paused = true)]
async fn a_limit_of_nothing_asks_for_nothing() {
    let memory = Memory::new([stays("data: a\n\n")]);
    assert_eq!(words(&mut memory.stream(limited(0))).await, ["end Limit"]);
    assert_eq!(memory.connections(), 0);
}

#[tokio::test(start_paused = true)]
async fn with_an_overlap_the_server_is_asked_for_one_event_more() {
    let memory = Memory::new([
        breaks("id: x\ndata: a\n\nid: k\ndata: b\n\n"),
        ends("id: k\ndata: b\n\nid: d\ndata: c\n\n"),
    ]);
    let asked = std::sync::Arc::new(std::sync::Mutex::new(Vec::new()));
    let seen = std::sync::Arc::clone(&asked);
    let factory = move |attempt: cc_stream::Attempt| {
        seen.lock().unwrap().push(attempt.remaining);
        async { Ok(http::Request::new(())) }
    };
    let mut settings = limited(3);
    settings.continuity = Continuity::Overlap;
    let mut stream = EventStream::open(memory.transport(), factory, text(), settings);
    assert_eq!(words(&mut stream).await.last().unwrap(), "end Limit");
    assert_eq!(*asked.lock().unwrap(), [Some(3), Some(2)]);
}

#[tokio::test(start_paused = true)]
async fn a_cursor_goes_on_in_another_process() {
    let memory = Memory::new([stays("id: 1\ndata: a\n\nid: 2\ndata: b\n\nid: 3\ndata: c\n\n")]);
    let mut stream = memory.stream(limited(4));
    for expected in ["open", "a", "b"] {
        assert_eq!(next(&mut stream).await, expected);
    }
    let saved = serde_json::to_string(&stream.cursor()).unwrap();
    drop(stream);
    let parts: serde_json::Value = serde_json::from_str(&saved).unwrap();
    assert_eq!((&parts["last_event_id"], &parts["previous_event_id"]), (&"2".into(), &"1".into()));
    assert_eq!((&parts["adrift"], &parts["delivered"]), (&false.into(), &2.into()));

    let memory =
        Memory::new([stays("id: 2\ndata: b\n\nid: 3\ndata: c\n\nid: 4\ndata: d\n\nid: 5\ndata: e\n\n")]);
    let mut settings = limited(4);
    settings.resume = Some(serde_json::from_str(&saved).unwrap());
    assert_eq!(essence(&memory, settings).await, ["c", "d", "end Limit"]);
    assert_eq!(memory.asked(), [Some("2".into())]);
}

#[tokio::test(start_paused = true)]
async fn a_cursor_names_the_last_item_given_even_before_a_gap() {
    let memory = Memory::new([breaks("id: 1\ndata: a\n\n"), stays("id: 9\ndata: i\n\nid: 10\ndata: j\n\n")]);
    let mut stream = memory.stream(settings());
    let last = |stream: &EventStream<String>| stream.cursor().last_event_id;
    for expected in ["open", "a", "retry 1: the connection was lost", "open", "gap 1..9 IdsSkipped"] {
        assert_eq!(next(&mut stream).await, expected);
        assert_eq!(
            last(&stream).as_deref(),
            (expected != "open" || stream.cursor().delivered > 0).then_some("1")
        );
    }
    assert_eq!(next(&mut stream).await, "i");
    assert_eq!(last(&stream).as_deref(), Some("9"));
}

#[tokio::test(start_paused = true)]
async fn a_cursor_of_a_stream_without_ids_leaves_a_gap() {
    let cursor: Cursor = serde_json::from_str(r#"{"last_event_id":null,"delivered":3}"#).unwrap();
    let memory = Memory::new([ends("data: d\n\n")]);
    let mut settings = settings();
    settings.resume = Some(cursor);
    assert_eq!(essence(&memory, settings).await, ["gap -..- NoId", "d", "end Server(Some(\"done\"))"]);
}

/// Events without a listener are missing, even if none was delivered before.
#[tokio::test(start_paused = true)]
async fn a_cursor_of_a_stream_that_gave_nothing_leaves_a_gap_unless_the_start_is_fixed() {
    for (fixed_start, expected) in [(false, vec!["gap -..x NoId", "a"]), (true, vec!["a"])] {
        let with = |resume: Option<Cursor>| {
            let mut settings = settings();
            (settings.fixed_start, settings.resume) = (fixed_start, resume);
            settings
        };
        let memory = Memory::new([stays(""), stays("id: x\ndata: a\n\n")]);
        let mut stream = memory.stream(with(None));
        assert_eq!(next(&mut stream).await, "open");
        let written = serde_json::to_string(&stream.cursor()).unwrap();
        drop(stream);
        let mut stream = memory.stream(with(Some(serde_json::from_str(&written).unwrap())));
        assert_eq!(next(&mut stream).await, "open");
        for expected in &expected {
            assert_eq!(next(&mut stream).await, *expected);
        }
        // The same within one stream.
        let memory = Memory::new([breaks(""), ends("id: x\ndata: a\n\n")]);
        let mut told = essence(&memory, with(None)).await;
        assert_eq!(told.pop().as_deref(), Some("end Server(Some(\"done\"))"));
        assert_eq!(told, expected);
    }
}

/// Asked anew for all since the start, the server gives the only event again: that is the overlap.
#[tokio::test(start_paused = true)]
async fn after_one_event_a_fixed_start_is_the_overlap() {
    let memory = Memory::new([breaks("id: x\ndata: a\n\n"), ends("id: x\ndata: a\n\nid: y\ndata: b\n\n")]);
    let mut settings = limited(2);
    (settings.continuity, settings.fixed_start) = (Continuity::Overlap, true);
    assert_eq!(essence(&memory, settings.clone()).await, ["a", "b", "end Limit"]);
    assert_eq!(memory.asked(), [None, None]);
    // An earlier event without an id is not requested again.
    let memory = Memory::new([breaks("data: -\n\nid: x\ndata: a\n\n"), ends("id: y\ndata: b\n\n")]);
    let mut more = settings.clone();
    more.limit = Some(3);
    assert_eq!(essence(&memory, more).await, ["-", "a", "gap x..y Unproven", "b", "end Limit"]);
    assert_eq!(memory.asked(), [None, Some("x".into())]);
    // Where it does not come again, that is a gap.
    let memory = Memory::new([breaks("id: x\ndata: a\n\n"), ends("id: y\ndata: b\n\n")]);
    assert_eq!(essence(&memory, settings).await, ["a", "gap x..y Unproven", "b", "end Limit"]);
}

/// Times are numbers too, and none is the one after the other.
#[tokio::test(start_paused = true)]
async fn a_cursor_whose_ids_do_not_follow_each_other_expects_no_next_number() {
    let cursor = r#"{"last_event_id":"1700000000999","previous_event_id":"1700000000456","delivered":2}"#;
    let mut settings = settings();
    settings.resume = Some(serde_json::from_str(cursor).unwrap());
    let memory = Memory::new([ends("id: 1700000002222\ndata: c\n\n")]);
    assert_eq!(essence(&memory, settings).await, ["c", "end Server(Some(\"done\"))"]);
}

/// Every connection breaks after one event. Asked for the overlap alone, the stream would stand still.
#[tokio::test(start_paused = true)]
async fn a_stream_goes_on_when_no_connection_outlives_the_overlap() {
    let events: Vec<String> = (0..20).map(|number| format!("{number}-x")).collect();
    let asked = Arc::new(Mutex::new(Vec::new()));
    let (log, seen) = (events.clone(), Arc::clone(&asked));
    let transport = connect_fn(move |request: http::Request<()>| {
        let id = request.headers().get("last-event-id").map(|id| id.to_str().unwrap().to_owned());
        let from = id.as_ref().map_or(0, |id| log.iter().position(|known| known == id).unwrap() + 1);
        seen.lock().unwrap().push(id);
        let event = log.get(from).map(|id| format!("id: {id}\ndata: {id}\n\n")).unwrap_or_default();
        async move {
            Ok(Response::event_stream(futures::stream::iter([
                Ok(bytes::Bytes::from(event)),
                Err(std::io::Error::other("cut")),
            ])))
        }
    });
    let mut settings = limited(10);
    settings.continuity = Continuity::Overlap;
    let mut stream = EventStream::open(transport, request, text(), settings);
    let told = words(&mut stream).await;
    let items: Vec<&String> =
        told.iter().filter(|word| word.ends_with("-x") && !word.contains(' ')).collect();
    assert_eq!(items, events[..10].iter().collect::<Vec<_>>());
    assert_eq!(told.last().unwrap(), "end Limit");
    assert!(told.iter().any(|word| word.starts_with("gap") && word.ends_with("Unproven")), "{told:?}");
    let connections = asked.lock().unwrap().len();
    assert!(connections < 20, "{connections} connections");
}

/// An event that the program skips counts for the server.
#[tokio::test(start_paused = true)]
async fn events_that_are_skipped_count_for_the_limit_of_the_server() {
    let memory = Memory::new([
        ends("id: 1\ndata: a\n\nid: 2\ndata: skip\n\nid: 3\ndata: c\n\n"),
        ends("id: 4\ndata: d\n\n"),
    ]);
    let skipping =
        Format::new(|event: &Event<'_>| Ok((event.data != "skip").then(|| event.data.to_string())));
    let mut stream = memory.stream_of(skipping.end("END", |event| Some(event.data.to_string())), limited(3));
    let told = words(&mut stream).await;
    let told: Vec<_> = told.iter().filter(|word| *word != "open" && !word.starts_with("retry")).collect();
    assert_eq!(told, ["a", "c", "d", "end Limit"]);
}

/// An id of several items identifies none of them: no item may be mistaken for another.
#[tokio::test(start_paused = true)]
async fn items_that_share_an_id_are_no_duplicates() {
    let memory = Memory::new([
        breaks("id: 0\ndata: a\n\nid: 0\ndata: b\n\n"),
        ends("id: 0\ndata: c\n\nid: 0\ndata: d\n\n"),
    ]);
    assert_eq!(
        essence(&memory, settings()).await,
        ["a", "b", "gap 0..0 IdNotUnique", "c", "d", "end Server(Some(\"done\"))"]
    );
}

/// A server that ends because it gave as many events as it was asked for, some of them twice or broken, is asked for the
/// rest.
#[tokio::test(start_paused = true)]
async fn the_limit_of_the_server_is_not_the_end_when_items_are_missing() {
    let memory = Memory::new([
        breaks("id: a\ndata: 1\n\nid: b\ndata: 2\n\nid: c\ndata: 3\n\n"),
        ends("id: a\ndata: 1\n\nid: b\ndata: 2\n\nid: c\ndata: 3\n\nid: d\ndata: 4\n\n"),
        ends("id: c\ndata: 3\n\nid: d\ndata: 4\n\nid: e\ndata: 5\n\nid: f\ndata: 6\n\n"),
    ]);
    let asked = Arc::new(Mutex::new(Vec::new()));
    let seen = Arc::clone(&asked);
    let factory = move |attempt: Attempt| {
        seen.lock().unwrap().push(attempt.remaining);
        async { Ok(http::Request::new(())) }
    };
    let mut settings = limited(6);
    settings.continuity = Continuity::Overlap;
    let told = words(&mut EventStream::open(memory.transport(), factory, text(), settings)).await;
    let items: Vec<_> = told.iter().filter(|word| word.len() == 1).collect();
    assert_eq!(items, ["1", "2", "3", "4", "5", "6"]);
    assert_eq!(told.last().unwrap(), "end Limit");
    assert_eq!(*asked.lock().unwrap(), [Some(6), Some(3 + 1), Some(2 + 4)]);
}

/// The requested number of events arrived, one of them too long to be an item: only a retry could deliver
/// another.
#[tokio::test(start_paused = true)]
async fn without_retries_the_end_of_the_server_is_the_end() {
    for (retry, last) in [(None, "end Server(Some(\"done\"))"), (Some(Retry::default()), "end Limit")] {
        let memory = Memory::new([
            ends("id: a\ndata: 1\n\nid: b\ndata: far too long for this\n\n"),
            ends("id: c\ndata: 2\n\n"),
        ]);
        let mut settings = limited(2);
        settings.limits = Limits { line: 16, event: 16 };
        settings.retry = retry;
        assert_eq!(essence(&memory, settings).await.last().unwrap(), last);
    }
}
