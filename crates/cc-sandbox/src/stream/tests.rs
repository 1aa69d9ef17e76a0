//! Events of streams match the spec.

use std::time::Duration;

use jiff::Timestamp;

use super::{Sought, Source, Span};
use crate::engine::clock::after;
use crate::sandbox::Sandbox;

#[test]
fn every_event_is_what_the_spec_says() {
    let sandbox = Sandbox::builder().in_memory();
    let (ids, now) = (sandbox.ids(), sandbox.now());
    let start = after(Timestamp::UNIX_EPOCH, Duration::from_secs(now.as_second() as u64 - 3_600));
    let table = sandbox.table();
    let mut world = sandbox.engine.world();
    crate::domains::deployment::start(&mut world, &ids.application, None, &ids.user).unwrap();
    let end = after(now, Duration::from_secs(120));
    world.settle(end);
    for (operation, source) in [
        ("stream_application_logs", Source::Application(ids.application.clone())),
        ("stream_addon_logs", Source::Addon(ids.real_addon.clone())),
        ("stream_application_access_logs", Source::Accesses(ids.application.clone())),
        ("stream_request_locations", Source::Requests { owner: ids.organisation.clone(), application: None }),
    ] {
        let operation = table.operations.iter().find(|own| own.id == operation).unwrap();
        let lines = source.lines(&world, start, end).unwrap();
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
        let lines = source.lines(&world, at(from), at(to)).unwrap();
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
            let all = source.lines(&world, from, to).unwrap().into_iter();
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
