//! Tests of the order of commands, against a plain model.

use std::pin::pin;
use std::task::Context;

use super::*;

fn only(effect: Effect, keys: &[&str]) -> Access {
    Access::new(effect, Keys::Only(keys.iter().map(|&key| key.to_owned()).collect()))
}

fn may_go(turn: &Turn) -> bool {
    pin!(turn.comes()).poll(&mut Context::from_waker(Waker::noop())).is_ready()
}

#[test]
fn reads_go_together_and_a_write_waits_for_them() {
    let order = Order::default();
    let reads = [(); 2].map(|()| order.turn("db", &only(Effect::Read, &["a"])));
    let write = order.turn("db", &only(Effect::Once, &["a"]));
    let after = order.turn("db", &only(Effect::Read, &["a"]));
    assert!(reads.iter().all(may_go) && !may_go(&write) && !may_go(&after));
    drop(reads);
    assert!(may_go(&write) && !may_go(&after));
    drop(write);
    assert!(may_go(&after));
}

#[test]
fn other_keys_and_other_databases_do_not_wait() {
    let order = Order::default();
    let _write = order.turn("db", &only(Effect::Once, &["a", "b"]));
    assert!(may_go(&order.turn("db", &only(Effect::Once, &["c"]))));
    assert!(may_go(&order.turn("db", &only(Effect::Read, &[]))));
    assert!(may_go(&order.turn("other", &only(Effect::Once, &["a"]))));
    assert!(!may_go(&order.turn("db", &only(Effect::Once, &["c", "b"]))));
}

#[test]
fn what_touches_everything_waits_for_all_and_all_wait_for_it() {
    let order = Order::default();
    let write = order.turn("db", &only(Effect::Idempotent, &["a"]));
    let all = order.turn("db", &Access::new(Effect::Once, Keys::All));
    let read = order.turn("db", &only(Effect::Read, &["z"]));
    assert!(may_go(&write) && !may_go(&all) && !may_go(&read));
    drop(write);
    assert!(may_go(&all) && !may_go(&read));
    drop(all);
    assert!(may_go(&read));
}

#[test]
fn one_that_is_given_up_while_it_waits_makes_way() {
    let order = Order::default();
    let first = order.turn("db", &only(Effect::Once, &["a"]));
    let second = order.turn("db", &only(Effect::Once, &["a"]));
    let third = order.turn("db", &only(Effect::Once, &["a"]));
    drop(second);
    assert!(!may_go(&third));
    drop(first);
    assert!(may_go(&third));
    assert_eq!(order.0.state().standing.len(), 1);
}

/// A cancelled command no longer makes those behind it wait, except for their own conflicts.
#[test]
fn readers_do_not_wait_for_readers_when_the_write_between_them_is_given_up() {
    let order = Order::default();
    let _read = order.turn("db", &only(Effect::Read, &["a"]));
    let write = order.turn("db", &only(Effect::Once, &["a"]));
    let behind = order.turn("db", &only(Effect::Read, &["a", "a"]));
    assert!(!may_go(&write) && !may_go(&behind));
    drop(write);
    assert!(may_go(&behind));
}

/// A simple model of the waiting relation between commands.
#[derive(Debug, Clone)]
struct Model {
    writes: bool,
    keys: Option<Vec<u8>>,
}

impl Model {
    fn waits_for(&self, other: &Self) -> bool {
        let same = match (&self.keys, &other.keys) {
            (Some(mine), Some(theirs)) => mine.iter().any(|key| theirs.contains(key)),
            _ => true,
        };
        (self.writes || other.writes) && same
    }

    fn access(&self) -> Access {
        let effect = if self.writes { Effect::Once } else { Effect::Read };
        let keys = self.keys.as_ref().map(|keys| keys.iter().map(u8::to_string).collect());
        Access::new(effect, keys.map_or(Keys::All, Keys::Only))
    }
}

/// Commands come and go in any order.
#[test]
fn a_command_waits_for_those_before_it_that_it_conflicts_with_and_for_no_other() {
    let mut random = fastrand::Rng::with_seed(7);
    for _ in 0..200 {
        let order = Order::default();
        let mut standing: Vec<(Model, Turn)> = Vec::new();
        for _ in 0..60 {
            if random.u8(..3) == 0 && !standing.is_empty() {
                drop(standing.remove(random.usize(..standing.len())));
            } else {
                let keys =
                    (random.u8(..5) > 0).then(|| (0..random.u8(..3)).map(|_| random.u8(..4)).collect());
                let model = Model { writes: random.bool(), keys };
                let turn = order.turn("db", &model.access());
                standing.push((model, turn));
            }
            for (at, (model, turn)) in standing.iter().enumerate() {
                let waits = standing[..at].iter().any(|(before, _)| model.waits_for(before));
                assert_eq!(turn.waits(), waits, "{at} of {standing:?}");
            }
        }
        drop(standing);
        assert!(order.0.state().lines.is_empty());
    }
}

/// The work of a command does not grow with the number of commands.
#[test]
fn a_hundred_thousand_commands_at_once_take_steps_in_proportion() {
    let steps = |commands: usize| {
        let order = Order::default();
        let turns: Vec<Turn> = (0..commands)
            .map(|at| {
                let key = (at % 7).to_string();
                let effect = if at % 3 == 0 { Effect::Once } else { Effect::Read };
                let access =
                    if at % 50 == 0 { Access::new(effect, Keys::All) } else { only(effect, &[&key]) };
                order.turn("db", &access)
            })
            .collect();
        turns.into_iter().for_each(drop);
        let state = order.0.state();
        assert!(state.standing.is_empty() && state.lines.is_empty());
        state.steps
    };
    assert!(steps(100_000) <= 101 * steps(1_000) && steps(1_000) <= 1_000 * 10);
}
