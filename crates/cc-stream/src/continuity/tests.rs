//! Each way a stream can go on, and each way it can fail to.

use super::*;

/// A tracker that saw these events on its first connection, and is on its second.
fn reconnected(proof: Continuity, ids: &[&str]) -> Tracker {
    let mut tracker = Tracker::new(proof, 100, false, None);
    tracker.connected();
    for id in ids {
        assert_eq!(see(&mut tracker, id), Verdict::New(None));
    }
    tracker.connected();
    tracker
}

/// An item with this id; `-` for none. Its content is always the same.
fn see(tracker: &mut Tracker, id: &str) -> Verdict {
    read(tracker, id, id)
}

/// An item with this id and this content.
fn read(tracker: &mut Tracker, id: &str, data: &str) -> Verdict {
    tracker.event((id != "-").then_some(id), "LOG", data, true)
}

fn gap(after: Option<&str>, before: Option<&str>, cause: GapCause) -> Verdict {
    Verdict::New(Some(Gap { after: after.map(Arc::from), before: before.map(Arc::from), cause }))
}

use Continuity::{Overlap, Trust};

#[test]
fn a_first_connection_has_nothing_to_prove() {
    let mut tracker = Tracker::new(Trust, 100, false, None);
    assert_eq!(tracker.resume_from(), None);
    tracker.connected();
    assert_eq!(see(&mut tracker, "7"), Verdict::New(None));
    assert_eq!(see(&mut tracker, "-"), Verdict::New(None));
}

#[test]
fn the_server_is_asked_to_go_on_from_the_last_id() {
    let mut tracker = reconnected(Trust, &["1", "2"]);
    assert_eq!(tracker.resume_from().map(|id| &**id), Some("2"));
    assert_eq!(see(&mut tracker, "3"), Verdict::New(None));
    assert_eq!(tracker.finish(), None);
}

#[test]
fn events_that_come_again_are_duplicates() {
    let mut tracker = reconnected(Trust, &["a", "b", "c"]);
    for id in ["a", "b", "c"] {
        assert_eq!(see(&mut tracker, id), Verdict::Duplicate);
    }
    assert_eq!(see(&mut tracker, "d"), Verdict::New(None));
    assert_eq!(see(&mut tracker, "b"), Verdict::Duplicate);
}

#[test]
fn one_id_for_several_events_of_a_connection_makes_no_duplicate() {
    let mut tracker = reconnected(Trust, &["5", "5", "5"]);
    assert_eq!(see(&mut tracker, "6"), gap(Some("5"), Some("6"), GapCause::IdNotUnique));
}

#[test]
fn a_hole_in_consecutive_numbers_is_a_gap() {
    for (ids, next) in [(["8", "9"], "12"), (["log-8", "log-9"], "log-12"), (["1-8", "1-9"], "1-12")] {
        let mut tracker = reconnected(Trust, &ids);
        assert_eq!(see(&mut tracker, next), gap(Some(ids[1]), Some(next), GapCause::IdsSkipped));
    }
}

#[test]
fn numbers_that_never_were_consecutive_prove_nothing() {
    let mut tracker = reconnected(Trust, &["10", "17", "31"]);
    assert_eq!(see(&mut tracker, "90"), Verdict::New(None));
    let mut tracker = reconnected(Trust, &["5f3a", "b771"]);
    assert_eq!(see(&mut tracker, "0c02"), Verdict::New(None));
}

#[test]
fn a_hole_within_a_connection_is_the_servers_own_business() {
    let mut tracker = Tracker::new(Trust, 100, false, None);
    tracker.connected();
    for id in ["1", "2", "9"] {
        assert_eq!(see(&mut tracker, id), Verdict::New(None));
    }
}

#[test]
fn without_ids_an_interruption_is_a_gap() {
    let mut tracker = reconnected(Trust, &["-", "-"]);
    assert_eq!(tracker.resume_from(), None);
    assert_eq!(see(&mut tracker, "-"), gap(None, None, GapCause::NoId));
    assert_eq!(see(&mut tracker, "-"), Verdict::New(None));
}

#[test]
fn an_item_without_id_after_the_last_id_makes_the_place_inexact() {
    let mut tracker = reconnected(Trust, &["1", "-"]);
    assert_eq!(see(&mut tracker, "2"), gap(Some("1"), Some("2"), GapCause::NoId));
}

#[test]
fn an_empty_id_resets_the_place() {
    let mut tracker = reconnected(Trust, &["1", ""]);
    assert_eq!(tracker.resume_from(), None);
    assert_eq!(see(&mut tracker, "2"), gap(None, Some("2"), GapCause::NoId));
}

#[test]
fn an_id_that_is_not_a_valid_header_is_not_a_position() {
    let mut tracker = reconnected(Trust, &["1", "\u{1}"]);
    assert_eq!(tracker.resume_from(), None);
    assert_eq!(see(&mut tracker, "2"), gap(Some("\u{1}"), Some("2"), GapCause::NoId));
    assert!(reconnected(Trust, &["é"]).resume_from().is_some());
}

#[test]
fn a_refused_id_is_asked_for_no_more_and_leaves_a_gap() {
    let mut tracker = reconnected(Trust, &["1", "2"]);
    tracker.refuse();
    assert_eq!(tracker.resume_from(), None);
    tracker.connected();
    assert_eq!(see(&mut tracker, "9"), gap(Some("2"), Some("9"), GapCause::IdRefused));
    assert_eq!(tracker.resume_from().map(|id| &**id), Some("9"));
}

#[test]
fn a_server_that_replays_it_all_leaves_no_gap() {
    let mut tracker = reconnected(Trust, &["1", "2"]);
    tracker.refuse();
    tracker.connected();
    assert_eq!(see(&mut tracker, "1"), Verdict::Duplicate);
    assert_eq!(see(&mut tracker, "2"), Verdict::Duplicate);
    assert_eq!(see(&mut tracker, "3"), Verdict::New(None));
}

#[test]
fn two_interruptions_without_a_new_event_between_are_one_gap() {
    let mut tracker = reconnected(Trust, &["1", "2"]);
    tracker.refuse();
    tracker.connected();
    tracker.connected();
    assert_eq!(see(&mut tracker, "9"), gap(Some("2"), Some("9"), GapCause::IdRefused));
    assert_eq!(see(&mut tracker, "10"), Verdict::New(None));
}

#[test]
fn what_came_again_on_one_connection_proves_nothing_for_the_next() {
    let mut tracker = reconnected(Overlap, &["a", "b"]);
    assert_eq!(see(&mut tracker, "b"), Verdict::Duplicate);
    tracker.connected();
    assert_eq!(see(&mut tracker, "z"), gap(Some("b"), Some("z"), GapCause::Unproven));
}

#[test]
fn an_overlap_proves_continuity_with_ids_nobody_can_compare() {
    let mut tracker = reconnected(Overlap, &["x", "q", "k"]);
    assert_eq!(tracker.resume_from().map(|id| &**id), Some("q"));
    assert_eq!(tracker.overlap(), 1);
    assert_eq!(see(&mut tracker, "k"), Verdict::Duplicate);
    assert_eq!(see(&mut tracker, "a"), Verdict::New(None));
}

#[test]
fn an_overlap_that_does_not_come_is_a_gap() {
    let mut tracker = reconnected(Overlap, &["x", "q", "k"]);
    assert_eq!(see(&mut tracker, "a"), gap(Some("k"), Some("a"), GapCause::Unproven));
    let mut tracker = reconnected(Overlap, &["x", "q", "k"]);
    let told = tracker.finish().unwrap();
    assert_eq!((told.after.as_deref(), told.before, told.cause), (Some("k"), None, GapCause::Unproven));
}

#[test]
fn an_end_right_after_an_interruption_without_id_is_a_gap() {
    let told = reconnected(Trust, &["-"]).finish().unwrap();
    assert_eq!((told.after, told.before, told.cause), (None, None, GapCause::NoId));
}

#[test]
fn an_id_alone_moves_the_place() {
    let mut tracker = Tracker::new(Trust, 100, false, None);
    tracker.connected();
    see(&mut tracker, "-");
    assert_eq!(tracker.event(Some("42"), "", "", false), Verdict::New(None));
    assert_eq!(tracker.resume_from().map(|id| &**id), Some("42"));
    tracker.connected();
    assert_eq!(see(&mut tracker, "-"), Verdict::New(None));
}

#[test]
fn only_the_last_ids_are_known_again() {
    let mut tracker = Tracker::new(Trust, 2, false, None);
    tracker.connected();
    for id in ["a", "b", "c"] {
        see(&mut tracker, id);
    }
    tracker.connected();
    assert!(matches!(see(&mut tracker, "a"), Verdict::New(_)));
    assert_eq!(see(&mut tracker, "b"), Verdict::Duplicate);
    assert_eq!(see(&mut tracker, "c"), Verdict::Duplicate);
}

#[test]
fn a_cursor_goes_on_in_another_process() {
    for proof in [Trust, Overlap] {
        let mut first = Tracker::new(proof, 100, false, None);
        first.connected();
        for id in ["x", "q", "k"] {
            see(&mut first, id);
        }
        let json = serde_json::to_string(&first.cursor(first.position(), 3)).unwrap();
        let cursor: Cursor = serde_json::from_str(&json).unwrap();
        let mut second = Tracker::new(proof, 100, false, Some(&cursor));
        assert_eq!(second.resume_from(), first.resume_from());
        second.connected();
        assert_eq!(see(&mut second, "k"), Verdict::Duplicate);
        assert_eq!(see(&mut second, "a"), Verdict::New(None));
    }
}

#[test]
fn a_cursor_without_id_leaves_a_gap_if_anything_was_given() {
    let mut tracker = Tracker::new(Trust, 100, false, Some(&Cursor { delivered: 3, ..Cursor::default() }));
    tracker.connected();
    assert_eq!(see(&mut tracker, "4"), gap(None, Some("4"), GapCause::NoId));
    let mut tracker = Tracker::new(Trust, 100, false, Some(&Cursor::default()));
    tracker.connected();
    assert_eq!(see(&mut tracker, "1"), Verdict::New(None));
}
