//! Events of streams match the spec.

use std::sync::atomic::Ordering;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::BodyExt;
use jiff::Timestamp;

use super::{Live, Place, Sought, Source, Span, Throttle, Wanted};
use crate::engine::body::Body;
use crate::engine::clock::{Pace, after};
use crate::sandbox::Sandbox;

#[test]
fn every_event_is_what_the_spec_says() {
    let sandbox = Sandbox::builder().in_memory();
    let (ids, now) = (sandbox.ids(), sandbox.now());
    let start = after(Timestamp::UNIX_EPOCH, Duration::from_secs(now.as_second() as u64 - 3_600));
    let table = sandbox.table();
    let mut world = sandbox.engine.world();
    crate::domains::deployment::start(
        &mut world,
        &ids.application,
        None,
        &ids.user,
        crate::world::Origin::Api,
    )
    .unwrap();
    let end = after(now, Duration::from_secs(120));
    world.settle(end);
    for (operation, source) in [
        ("stream_application_logs", Source::Application(ids.application.clone())),
        ("stream_addon_logs", Source::Addon(ids.real_addon.clone())),
        ("stream_application_access_logs", Source::Accesses(ids.application.clone())),
        ("stream_request_locations", Source::Requests { owner: ids.organisation.clone(), application: None }),
    ] {
        let operation = table.operations.iter().find(|own| own.id == operation).unwrap();
        let lines = source.lines(&world, start, end, Sought::default()).unwrap();
        assert!(lines.len() > 100, "{} has {} events", operation.id, lines.len());
        for line in lines {
            let schema = operation.success.schema.as_ref().unwrap();
            let problems = table.schemas.problems(table, &operation.id, schema, &line.data(&[]));
            assert!(problems.is_empty(), "{}: {problems:?} in {line:?}", operation.id);
            for field in line.value.as_object().into_iter().flat_map(|value| value.keys()) {
                assert!(source.fields().unwrap().contains(&field.as_str()), "{field} can be asked for");
            }
        }
    }
}

#[test]
fn lines_do_not_depend_on_the_span_they_are_asked_in() {
    let sandbox = Sandbox::builder().in_memory();
    let source = Source::Application(sandbox.ids().application);
    let world = sandbox.engine.world();
    let at = |seconds: u64| {
        after(Timestamp::UNIX_EPOCH, Duration::from_secs(sandbox.now().as_second() as u64 - 600 + seconds))
    };
    let places = |from, to| {
        let lines = source.lines(&world, at(from), at(to), Sought::default()).unwrap();
        lines.into_iter().map(|line| line.place).collect::<Vec<_>>()
    };
    let whole = places(0, 60);
    let parts: Vec<_> = (0..60).flat_map(|second| places(second, second + 1)).collect();
    assert_eq!(whole, parts);
    assert!(whole.is_sorted_by(|a, b| a < b), "no two are in the same place");
}

#[test]
fn a_search_gives_the_first_lines_that_fit_in_either_order() {
    let sandbox = Sandbox::builder().in_memory();
    let ids = sandbox.ids();
    let to = sandbox.now();
    let from = after(Timestamp::UNIX_EPOCH, Duration::from_secs(to.as_second() as u64 - 5 * 3_600));
    let span = Span { from: from.as_microsecond(), to: to.as_microsecond() };
    let world = sandbox.engine.world();
    for source in [Source::Application(ids.application.clone()), Source::Addon(ids.real_addon.clone())] {
        for text in ["", "0 ms", "no line says this"] {
            let all = source.lines(&world, from, to, Sought::default()).unwrap().into_iter();
            let mut all: Vec<_> = all.filter(|line| line.message().contains(text)).collect();
            for latest_first in [false, true] {
                if latest_first {
                    all.reverse();
                }
                for limit in [0, 1, 7, usize::MAX] {
                    let sought = Sought { text, deployment: None };
                    let found = source.search(&world, span, sought, latest_first, limit);
                    let places = |line: &super::Line| (line.place, line.value.clone());
                    let wanted = all.iter().take(limit).map(places);
                    assert!(found.iter().map(places).eq(wanted), "{text} {latest_first} {limit}");
                }
            }
        }
    }
}

async fn ask(sandbox: &Sandbox, method: &str, path: &str) -> Body {
    let request = http::Request::builder().method(method).uri(path);
    let request = request.header("authorization", "Bearer sandbox-token").body(Bytes::new()).unwrap();
    let answer = sandbox.handle(request).await.unwrap();
    assert_eq!(answer.status(), 200, "{path}");
    answer.into_body()
}

/// Reads pieces until one holds a text, and returns their number.
async fn read_until(body: &mut Body, text: &str) -> usize {
    for pieces in 1.. {
        let piece = body.frame().await.unwrap().unwrap().into_data().unwrap();
        if String::from_utf8_lossy(&piece).contains(text) {
            return pieces;
        }
    }
    unreachable!()
}

#[tokio::test(start_paused = true)]
async fn a_stream_looks_at_the_world_only_when_a_line_is_due_or_its_subject_changes() {
    let sandbox = Sandbox::builder().pace(Pace::Speed(1.0)).in_memory();
    let ids = sandbox.ids();
    let looks = || sandbox.engine.stage.looks.load(Ordering::Relaxed);
    let logs = |owner: &str, application: &str, query: &str| {
        format!("/v4/logs/organisations/{owner}/applications/{application}/logs?{query}")
    };
    let mut silent = ask(&sandbox, "GET", &logs(&ids.user, &ids.personal_application, "")).await;
    let mut filtered =
        ask(&sandbox, "GET", &logs(&ids.organisation, &ids.application, "filter=nothing-says-this")).await;
    let before = looks();
    for body in [&mut silent, &mut filtered] {
        for _ in 0..1_000 {
            assert_eq!(read_until(body, "HEARTBEAT").await, 1);
        }
    }
    // One look at the beginning, and one for each hour of a log that goes on without a line that is wanted. The second stream begins half
    // an hour after its request, which it reads in three spans.
    assert!(looks() - before <= 5, "{} looks in more than an hour", looks() - before);

    // Another application is deployed: its stream is woken, and this one is not.
    let before = looks();
    let path = format!("/v2/organisations/{}/applications/{}/instances", ids.organisation, ids.application);
    ask(&sandbox, "POST", &path).await;
    let by_request = looks() - before;
    for _ in 0..100 {
        read_until(&mut silent, "HEARTBEAT").await;
    }
    // The others are the changes of the deployment, each at its time, which one task makes.
    let by_changes = looks() - before - by_request;
    assert!((3..=10).contains(&by_changes), "{by_changes} looks");
    let path = format!("/v2/organisations/{}/applications/{}/instances", ids.user, ids.personal_application);
    ask(&sandbox, "POST", &path).await;
    read_until(&mut silent, "Deployment successful").await;
}

#[tokio::test(start_paused = true)]
async fn the_next_line_is_known_before_it_comes() {
    let sandbox = Sandbox::builder().in_memory();
    let (ids, now) = (sandbox.ids(), sandbox.now());
    let world = sandbox.engine.world();
    let later = after(now, Duration::from_secs(3_600));
    let wanted = |line: &super::Line| line.message().contains("404") || line.value["http"].is_object();
    for source in [
        Source::Application(ids.application.clone()),
        Source::Accesses(ids.application.clone()),
        Source::Addon(ids.real_addon.clone()),
        Source::Requests { owner: ids.organisation.clone(), application: None },
        Source::Application(ids.personal_application.clone()),
        Source::Requests { owner: ids.user.clone(), application: None },
    ] {
        let lines = source.lines(&world, now, later, Sought::default()).unwrap();
        let mut places = lines.iter().filter(|line| wanted(line)).map(|line| line.place.date());
        let first = places.next().map(|date| after(date, Duration::from_micros(1)));
        let next = source.next(&world, now, Sought::default(), wanted);
        match (first, next) {
            (Some(first), next) => assert_eq!(next, Some(first), "{source:?}"),
            (None, Some(next)) => assert_eq!(next, later, "{source:?} has no such line for an hour"),
            (None, None) => assert_eq!(lines.len(), 0, "{source:?} says nothing at all"),
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_connection_holds_few_lines_however_far_the_time_moves() {
    let sandbox = Sandbox::builder().pace(Pace::Manual).in_memory();
    let (source, start) = (Source::Application(sandbox.ids().application), sandbox.now());
    let wanted = Wanted {
        source: source.clone(),
        from: Place::start_of(start),
        since: None,
        until: None,
        limit: None,
        fields: Vec::new(),
        filter: String::new(),
        deployment: None,
        instances: Vec::new(),
        services: Vec::new(),
        throttle: Throttle { elements: u32::MAX, per: Duration::from_secs(1) },
    };
    let mut live = Live::new(&sandbox.engine.stage, wanted);
    live.one().await;
    sandbox.advance(Duration::from_secs(5 * 3_600));
    let lines = source.lines(&sandbox.engine.world(), start, sandbox.now(), Sought::default()).unwrap().len();
    assert!(lines > 2_000, "{lines}");
    let (mut sent, mut most) = (0, 0);
    while sent < lines {
        let piece = live.one().await.unwrap().unwrap();
        sent += usize::from(!String::from_utf8_lossy(&piece).contains("HEARTBEAT"));
        most = most.max(live.waiting());
    }
    assert!(live.waiting() == 0 && most < 300, "{most} of {lines} lines were held");
}
