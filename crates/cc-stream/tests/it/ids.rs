//! Ids of any kind: unique, repeated, restarted or absent. Every event is given, or a gap names its place.

use std::sync::{Arc, Mutex};

use bytes::Bytes;
use cc_stream::{Attempt, Continuity, EventStream, Format, Response, Settings, StreamEvent, connect_fn};
use futures::StreamExt;
use proptest::prelude::*;

use crate::support::memory::{Memory, breaks, ends, settings, text, words};

/// Summary of items and gaps.
fn essence(told: Vec<String>) -> Vec<String> {
    told.into_iter().filter(|word| word != "open" && !word.starts_with("retry")).collect()
}

/// An event of the server: its id, its content, and its date where it has one.
#[derive(Debug, Clone)]
struct Published {
    id: Option<String>,
    date: i64,
}

/// Event from which a server resumes after an id.
#[derive(Debug, Clone, Copy)]
enum Resume {
    /// The position of the client, regardless of the id.
    Exactly,
    /// This number of events earlier.
    Earlier(usize),
    /// After the first event, or the last, that it published with this id.
    First,
    Last,
    /// This number of events later: the events between are lost.
    Later(usize),
}

#[derive(Debug, Clone)]
struct Case {
    events: Vec<Published>,
    /// Number of events in each connection before it fails; later connections deliver all events.
    cuts: Vec<usize>,
    resume: Resume,
    continuity: Continuity,
    /// The items have dates, and the server goes on from one.
    dated: bool,
}

struct Server {
    case: Case,
    /// The first event that was not yet sent.
    next: usize,
    connections: usize,
    mark: Option<i64>,
}

impl Server {
    /// The events of the next connection, and whether it ends well.
    fn connect(&mut self, id: Option<&str>) -> (std::ops::Range<usize>, bool) {
        let Case { events, cuts, resume, .. } = &self.case;
        let published = &events[..self.next];
        let is_asked = |event: &Published| event.id.as_deref() == id;
        let first = match (id, resume) {
            (None, _) if self.case.dated && self.mark.is_some() => {
                events.iter().position(|event| Some(event.date) >= self.mark).unwrap_or(events.len())
            }
            (_, Resume::Exactly) | (None, _) => self.next,
            (Some(_), Resume::Earlier(by)) => self.next.saturating_sub(*by),
            (Some(_), Resume::Later(by)) => (self.next + by).min(events.len()),
            (Some(_), Resume::First) => published.iter().position(is_asked).map_or(0, |at| at + 1),
            (Some(_), Resume::Last) => published.iter().rposition(is_asked).map_or(0, |at| at + 1),
        };
        let cut = cuts.get(self.connections);
        self.connections += 1;
        let last = cut.map_or(events.len(), |cut| (first + cut).min(events.len()));
        self.next = self.next.max(last);
        (first..last, cut.is_none())
    }

    fn body(&self, events: std::ops::Range<usize>, ends: bool) -> String {
        let mut body = String::new();
        for at in events {
            if let Some(id) = &self.case.events[at].id {
                body += &format!("id: {id}\n");
            }
            body += &format!("data: {at}\n\n");
        }
        body + if ends { "event: END\ndata: done\n\n" } else { "" }
    }
}

/// Reads a stream of the case to its end: the numbers of the events, and `None` for a gap.
async fn read(case: &Case) -> Vec<Option<usize>> {
    let server = Server { case: case.clone(), next: 0, connections: 0, mark: None };
    let server = Arc::new(Mutex::new(server));
    let (asking, dates) = (Arc::clone(&server), case.events.clone());
    let factory = move |attempt: Attempt| {
        asking.lock().unwrap().mark = attempt.mark;
        async { Ok(http::Request::new(())) }
    };
    let transport = connect_fn(move |request: http::Request<()>| {
        let id = request.headers().get("last-event-id").map(|id| id.to_str().unwrap().to_owned());
        let mut server = server.lock().unwrap();
        let (events, ends) = server.connect(id.as_deref());
        let body = server.body(events, ends);
        let pieces = [Ok(Bytes::from(body)), Err(std::io::Error::other("cut"))];
        async move { Ok(Response::event_stream(futures::stream::iter(pieces))) }
    });
    let mut format = Format::new(|event| Ok(Some(event.data.parse::<usize>()?))).end("END", |_| None);
    if case.dated {
        format = format.mark(move |at| Some(dates[*at].date));
    }
    let mut settings = settings();
    settings.continuity = case.continuity;
    let mut stream = EventStream::open(transport, factory, format, settings);
    let mut told = Vec::new();
    while let Some(event) = stream.next().await {
        match event.unwrap() {
            StreamEvent::Item(item) => told.push(Some(item.data)),
            StreamEvent::Gap(_) => told.push(None),
            _ => {}
        }
    }
    told
}

/// Every event is given, or there is a gap in its place.
fn judge(case: &Case, told: &[Option<usize>]) -> Result<(), TestCaseError> {
    let (mut next, mut gap) = (0, false);
    let mut given = vec![0; case.events.len()];
    for event in told {
        match event {
            Some(at) => {
                prop_assert!(*at <= next || gap, "{next}..{at} are lost without a gap: {told:?}");
                given[*at] += 1;
                (next, gap) = (next.max(at + 1), false);
            }
            None => gap = true,
        }
    }
    prop_assert!(next == case.events.len() || gap, "the last events are lost without a gap: {told:?}");
    // An event without an id cannot be known again.
    let all_have_ids = case.events.iter().all(|event| event.id.is_some());
    prop_assert!(!all_have_ids || given.iter().all(|times| *times <= 1), "an event came twice: {told:?}");
    let loses = matches!(case.resume, Resume::Later(_));
    prop_assert!(loses || given.iter().all(|times| *times > 0), "an event is missing: {told:?}");
    Ok(())
}

fn case() -> impl Strategy<Value = Case> {
    let id = prop_oneof![
        6 => (1..5u8).prop_map(|id| Some(format!("i{id}"))),
        3 => (1..4u8).prop_map(|id| Some(id.to_string())),
        1 => Just(None),
    ];
    let few = prop::collection::vec((id, 0..2i64), 1..16);
    // Unique ids, and a counter that starts anew once.
    let unique = (1..16usize, 0..16usize).prop_map(|(count, anew)| {
        let id = |at: usize| if at < anew { at } else { at - anew };
        (0..count).map(|at| (Some(id(at).to_string()), 1)).collect::<Vec<_>>()
    });
    let resume = prop_oneof![
        Just(Resume::Exactly),
        (1..6usize).prop_map(Resume::Earlier),
        Just(Resume::First),
        Just(Resume::Last),
        (1..4usize).prop_map(Resume::Later),
    ];
    (prop_oneof![few, unique], prop::collection::vec(0..5usize, 0..5), resume, any::<bool>(), any::<bool>())
        .prop_map(|(events, cuts, resume, overlap, dated)| {
            // Only the overlap finds a loss, and numbers that follow each other by chance would hide it.
            let loses = matches!(resume, Resume::Later(_));
            let overlap = overlap || loses;
            let mut date = 0;
            let events = events.into_iter().map(|(id, later)| {
                date += later;
                let id = id.map(|id| if loses { id + "x" } else { id });
                Published { id, date }
            });
            let continuity = if overlap { Continuity::Overlap } else { Continuity::Trust };
            Case { events: events.collect(), cuts, resume, continuity, dated }
        })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn every_event_is_given_or_a_gap_names_its_place_whatever_the_ids(case in case()) {
        let runtime =
            tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
        judge(&case, &runtime.block_on(read(&case)))?;
    }
}

/// Events of the first connection, events after the reconnection, and the reports.
async fn told(first: &'static str, then: &'static str) -> Vec<String> {
    let memory = Memory::new([breaks(first), ends(then)]);
    let mut told = essence(words(&mut memory.stream(settings())).await);
    assert_eq!(told.pop().as_deref(), Some("end Server(Some(\"done\"))"));
    told
}

#[tokio::test(start_paused = true)]
async fn a_counter_that_starts_anew_loses_nothing() {
    let told = told(
        "id: 1\ndata: a\n\nid: 2\ndata: b\n\nid: 3\ndata: c\n\n",
        "id: 1\ndata: d\n\nid: 2\ndata: e\n\nid: 3\ndata: f\n\nid: 4\ndata: g\n\n",
    );
    assert_eq!(told.await, ["a", "b", "c", "gap 3..1 IdNotUnique", "d", "e", "f", "g"]);
}

#[tokio::test(start_paused = true)]
async fn ids_that_name_the_instance_lose_nothing() {
    let told = told(
        "id: i1\ndata: a\n\nid: i2\ndata: b\n\nid: i1\ndata: c\n\nid: i2\ndata: d\n\n",
        "id: i1\ndata: e\n\nid: i2\ndata: f\n\nid: i1\ndata: g\n\n",
    );
    assert_eq!(told.await, ["a", "b", "c", "d", "gap i2..i1 IdNotUnique", "e", "f", "g"]);
}

#[tokio::test(start_paused = true)]
async fn ids_that_are_seconds_lose_no_event() {
    let told = told(
        "id: :01\ndata: a\n\nid: :01\ndata: b\n\nid: :02\ndata: c\n\n",
        "id: :02\ndata: d\n\nid: :03\ndata: e\n\n",
    );
    assert_eq!(told.await, ["a", "b", "c", "gap :02..:02 IdNotUnique", "d", "e"]);
}

/// The name of an event is a part of its content.
#[tokio::test(start_paused = true)]
async fn two_events_of_different_names_are_no_duplicates() {
    let told =
        told("id: 1\nevent: a\ndata: x\n\n", "id: 1\nevent: b\ndata: x\n\nid: 1\nevent: a\ndata: y\n\n");
    assert_eq!(told.await, ["x", "gap 1..1 IdNotUnique", "x", "y"]);
}

#[tokio::test(start_paused = true)]
async fn repeated_ids_are_reported_once() {
    let memory = Memory::new([
        breaks("id: i1\ndata: a\n\nid: i1\ndata: b\n\n"),
        breaks("id: i1\ndata: c\n\n"),
        breaks("id: i1\ndata: d\n\n"),
        ends("id: i1\ndata: e\n\n"),
    ]);
    let told = essence(words(&mut memory.stream(settings())).await);
    let gaps: Vec<_> = told.iter().filter_map(|word| word.strip_prefix("gap i1..i1 ")).collect();
    assert_eq!(gaps, ["IdNotUnique", "Unproven", "Unproven"]);
}

/// Events that all look alike are all given: nothing tells a new one from one that came before.
#[tokio::test(start_paused = true)]
async fn events_that_look_alike_are_all_given() {
    let told = told(
        "id: 0\ndata: tick\n\nid: 0\ndata: tick\n\n",
        "id: 0\ndata: tick\n\nid: 0\ndata: tick\n\nid: 0\ndata: tick\n\n",
    );
    assert_eq!(told.await, ["tick", "tick", "gap 0..0 IdNotUnique", "tick", "tick", "tick"]);
}

/// Each item is its date. The server goes on from a date, which it gives again.
async fn dated(
    connections: [&'static str; 3],
    change: impl FnOnce(&mut Settings),
) -> (Vec<String>, Vec<Option<i64>>) {
    let [first, second, last] = connections;
    let memory = Memory::new([breaks(first), breaks(second), ends(last)]);
    let marks = Arc::new(Mutex::new(Vec::new()));
    let seen = Arc::clone(&marks);
    let factory = move |attempt: Attempt| {
        seen.lock().unwrap().push(attempt.mark.filter(|_| attempt.last_event_id.is_none()));
        async { Ok(http::Request::new(())) }
    };
    let mut settings = settings();
    change(&mut settings);
    let format = text().mark(|item| item.parse().ok());
    let told = words(&mut EventStream::open(memory.transport(), factory, format, settings)).await;
    let marks = marks.lock().unwrap().clone();
    (essence(told), marks)
}

#[tokio::test(start_paused = true)]
async fn where_ids_repeat_the_date_of_the_last_line_proves_continuity() {
    let (told, marks) = dated(
        [
            "id: i1\ndata: 1\n\nid: i1\ndata: 2\n\n",
            "id: i1\ndata: 2\n\nid: i2\ndata: 2\n\nid: i1\ndata: 3\n\n",
            "id: i1\ndata: 3\n\nid: i2\ndata: 4\n\n",
        ],
        |_| {},
    )
    .await;
    assert_eq!(told, ["1", "2", "2", "3", "4", "end Server(Some(\"done\"))"]);
    assert_eq!(marks, [None, Some(2), Some(3)]);
    // The line of that date does not come again: nothing is proven.
    let (told, _) = dated(
        ["id: i1\ndata: 1\n\nid: i1\ndata: 2\n\n", "id: i1\ndata: 5\n\n", "id: i1\ndata: 9\n\n"],
        |_| {},
    )
    .await;
    assert_eq!(
        told,
        ["1", "2", "gap i1..i1 IdNotUnique", "5", "gap i1..i1 Unproven", "9", "end Server(Some(\"done\"))"]
    );
}

/// There is no earlier id to ask for an overlap.
#[tokio::test(start_paused = true)]
async fn after_one_line_its_date_is_the_overlap() {
    let overlap = |settings: &mut Settings| settings.continuity = Continuity::Overlap;
    let (told, marks) =
        dated(["id: x\ndata: 5\n\n", "id: x\ndata: 5\n\n", "id: x\ndata: 5\n\nid: y\ndata: 6\n\n"], overlap)
            .await;
    assert_eq!(told, ["5", "6", "end Server(Some(\"done\"))"]);
    assert_eq!(marks, [None, Some(5), Some(5)]);
    let (told, _) = dated(["id: x\ndata: 5\n\n", "", "id: y\ndata: 6\n\n"], overlap).await;
    assert_eq!(told, ["5", "gap x..y Unproven", "6", "end Server(Some(\"done\"))"]);
}

/// Connections that live for hours and bring nothing but the overlap are not in vain.
#[tokio::test(start_paused = true)]
async fn a_quiet_log_gives_no_false_alarm() {
    use crate::support::memory::{Script, Step};

    let hour = Step::Wait(std::time::Duration::from_secs(3_600));
    let quiet = || {
        Script::Stream(vec![
            Step::Bytes("id: k\ndata: b\n\n"),
            hour.clone(),
            Step::Bytes(":\n\n"),
            Step::Break,
        ])
    };
    let first = breaks("id: x\ndata: a\n\nid: k\ndata: b\n\n");
    let last = ends("id: k\ndata: b\n\nid: d\ndata: c\n\n");
    let memory = Memory::new(std::iter::once(first).chain((0..20).map(|_| quiet())).chain([last]));
    let mut settings = settings();
    settings.continuity = Continuity::Overlap;
    let told = essence(words(&mut memory.stream(settings)).await);
    assert_eq!(told, ["a", "b", "c", "end Server(Some(\"done\"))"]);
}

#[tokio::test(start_paused = true)]
async fn a_cursor_knows_events_by_their_content_in_another_process() {
    let memory = Memory::new([ends("id: 1\ndata: a\n\nid: 2\ndata: b\n\n")]);
    let mut stream = memory.stream(settings());
    words(&mut stream).await;
    let written = serde_json::to_string(&stream.cursor()).unwrap();
    let resumed = |then| {
        let mut settings = settings();
        settings.resume = Some(serde_json::from_str(&written).unwrap());
        let memory = Memory::new([ends(then)]);
        async move { essence(words(&mut memory.stream(settings)).await) }
    };
    let end = "end Server(Some(\"done\"))";
    assert_eq!(resumed("id: 2\ndata: b\n\nid: 3\ndata: c\n\n").await, ["c", end]);
    assert_eq!(
        resumed("id: 2\ndata: new\n\nid: 3\ndata: c\n\n").await,
        ["gap 2..2 IdNotUnique", "new", "c", end]
    );
}

/// A block without data has an id, and is no event.
#[tokio::test(start_paused = true)]
async fn an_id_alone_that_comes_again_is_no_repetition() {
    let told = told("id: 1\ndata: a\n\nid: 1\n\n", "id: 1\nretry: 10\n\nid: 2\ndata: b\n\n");
    assert_eq!(told.await, ["a", "b"]);
}
