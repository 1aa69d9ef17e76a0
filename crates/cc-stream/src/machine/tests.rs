//! Every transition, with a clock made of numbers.

use super::*;

fn s(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

fn ms(milliseconds: u64) -> Duration {
    Duration::from_millis(milliseconds)
}

fn rules() -> Rules {
    Rules { retry: Some(Retry::default()), connect_timeout: Some(s(5)), heartbeat: Some(ms(2_500)) }
}

fn machine() -> Machine {
    Machine::new(rules(), Some(7))
}

/// A machine in each state, connections numbered 1.
fn in_state(state: &str) -> Machine {
    let mut machine = machine();
    let inputs: &[Input] = match state {
        "init" => &[],
        "connecting" => &[Input::Start],
        "open" => &[Input::Start, Input::Opened(1)],
        "waiting" => &[Input::Start, Input::Failed(1, TRANSIENT)],
        "paused" => &[Input::Start, Input::Pause],
        _ => &[Input::Close(EndReason::Closed)],
    };
    for input in inputs {
        machine.apply(s(0), input.clone());
    }
    machine
}

const STATES: [&str; 6] = ["init", "connecting", "open", "waiting", "paused", "closed"];

#[test]
fn each_input_leads_from_each_state_where_the_table_says() {
    use State::{Closed, Connecting, Init, Open, Paused};
    let fatal = Failure::default();
    let table: [(Input, [State; 6]); 13] = [
        (Input::Start, [Connecting, Connecting, Open, Paused, Paused, Closed]),
        (Input::Opened(1), [Init, Open, Open, Paused, Paused, Closed]),
        (Input::Opened(9), [Init, Connecting, Open, Paused, Paused, Closed]),
        (Input::Bytes(1), [Init, Connecting, Open, Paused, Paused, Closed]),
        (Input::Progress(1), [Init, Connecting, Open, Paused, Paused, Closed]),
        (Input::Failed(1, TRANSIENT), [Init, Paused, Paused, Paused, Paused, Closed]),
        (Input::Failed(1, fatal), [Init, Closed, Closed, Paused, Paused, Closed]),
        (Input::Failed(9, fatal), [Init, Connecting, Open, Paused, Paused, Closed]),
        (Input::Ended(1, EndReason::Server(None)), [Init, Closed, Closed, Paused, Paused, Closed]),
        (Input::Tick, [Init, Connecting, Open, Paused, Paused, Closed]),
        (Input::Pause, [Paused, Paused, Paused, Paused, Paused, Closed]),
        (Input::Resume, [Init, Connecting, Open, Connecting, Connecting, Closed]),
        (Input::Close(EndReason::Limit), [Closed; 6]),
    ];
    for (input, ends) in table {
        for (start, end) in STATES.iter().zip(ends) {
            let mut machine = in_state(start);
            machine.apply(s(0), input.clone());
            assert_eq!(machine.state(), end, "{start} and {input:?}");
        }
    }
}

#[test]
fn a_closed_machine_keeps_its_first_reason_and_waits_for_nothing() {
    let mut machine = in_state("closed");
    machine.apply(s(1), Input::Close(EndReason::Limit));
    machine.apply(s(1), Input::Resume);
    assert_eq!(machine.end(), Some(&EndReason::Closed));
    assert_eq!(machine.deadline(), None);
}

#[test]
fn an_attempt_that_is_not_answered_in_time_is_retried() {
    let mut machine = in_state("connecting");
    assert_eq!(machine.deadline(), Some(s(5)));
    assert_eq!(machine.apply(ms(4_999), Input::Tick), Effect::None);
    let effect = machine.apply(s(5), Input::Tick);
    assert!(matches!(effect, Effect::Retry { cause: Cause::ConnectTimeout, attempt: 1, .. }), "{effect:?}");
}

#[test]
fn a_silent_server_is_left_after_one_heartbeat_period() {
    let mut machine = in_state("open");
    machine.apply(s(0), Input::Idle { connection_id: 1, anew: true });
    machine.apply(s(2), Input::Bytes(1));
    machine.apply(s(2), Input::Idle { connection_id: 1, anew: false });
    assert_eq!(machine.deadline(), Some(ms(4_500)));
    assert_eq!(machine.apply(ms(4_499), Input::Tick), Effect::None);
    // Bytes may be available that were not read yet.
    assert_eq!(machine.apply(ms(4_500), Input::Tick), Effect::None);
    assert_eq!(machine.deadline(), Some(ms(4_550)));
    let effect = machine.apply(ms(4_550), Input::Tick);
    assert!(matches!(effect, Effect::Retry { cause: Cause::Silence, attempt: 1, .. }), "{effect:?}");
}

#[test]
fn the_wait_ends_in_a_new_connection_with_a_new_number() {
    let mut machine = in_state("waiting");
    let until = machine.deadline().unwrap();
    machine.apply(until - ms(1), Input::Tick);
    assert_eq!((machine.state(), machine.connection_id()), (State::Paused, 1));
    machine.apply(until, Input::Tick);
    assert_eq!((machine.state(), machine.connection_id()), (State::Connecting, 2));
}

#[test]
fn resuming_during_a_wait_connects_once_and_keeps_the_count() {
    let mut machine = in_state("waiting");
    let until = machine.deadline().unwrap();
    machine.apply(ms(10), Input::Resume);
    machine.apply(ms(20), Input::Resume);
    assert_eq!((machine.state(), machine.connection_id(), machine.retries()), (State::Connecting, 2, 1));
    // The timer of the wait is of no more effect.
    machine.apply(until, Input::Tick);
    assert_eq!((machine.state(), machine.connection_id()), (State::Connecting, 2));
}

#[test]
fn a_paused_machine_waits_for_nothing_but_the_program() {
    for state in ["init", "connecting", "open", "waiting"] {
        let mut machine = in_state(state);
        machine.apply(s(0), Input::Pause);
        assert_eq!(machine.deadline(), None, "{state}");
        machine.apply(s(99_999), Input::Tick);
        machine.apply(s(99_999), Input::Start);
        assert_eq!(machine.state(), State::Paused, "{state}");
        machine.apply(s(99_999), Input::Resume);
        assert_eq!(machine.state(), State::Connecting, "{state}");
    }
}

/// Opens a connection, lets it live so long, and loses it. What the machine then does.
fn live_and_fail(machine: &mut Machine, now: &mut Duration, life: Duration) -> Effect {
    if let Some(until) = machine.deadline() {
        *now = until;
    }
    machine.apply(*now, Input::Start);
    machine.apply(*now, Input::Tick);
    machine.apply(*now, Input::Opened(machine.connection_id()));
    *now += life;
    machine.apply(*now, Input::Bytes(machine.connection_id()));
    machine.apply(*now, Input::Failed(machine.connection_id(), TRANSIENT))
}

#[test]
fn connections_that_close_at_once_use_up_the_retries() {
    let mut machine = Machine::new(Rules { retry: Some(Retry::at_most(3)), ..rules() }, Some(1));
    let mut now = s(0);
    for retry in 1..=3 {
        let effect = live_and_fail(&mut machine, &mut now, ms(5));
        assert!(matches!(effect, Effect::Retry { attempt, .. } if attempt == retry), "{effect:?}");
    }
    let effect = live_and_fail(&mut machine, &mut now, ms(5));
    assert_eq!(effect, Effect::GiveUp { cause: Cause::Reported, exhausted: Some(3) });
    assert_eq!(machine.end(), Some(&EndReason::Failed));
}

#[test]
fn a_connection_that_brings_a_new_event_counts_failures_from_zero_again() {
    let mut machine = Machine::new(Rules { retry: Some(Retry::at_most(1)), ..rules() }, Some(1));
    let mut now = s(0);
    live_and_fail(&mut machine, &mut now, ms(1));
    for _ in 0..10 {
        now = machine.deadline().unwrap();
        machine.apply(now, Input::Tick);
        machine.apply(now, Input::Opened(machine.connection_id()));
        // What an earlier connection brought counts no more.
        machine.apply(now, Input::Progress(machine.connection_id() - 1));
        assert_eq!(machine.retries(), 1);
        machine.apply(now, Input::Progress(machine.connection_id()));
        let effect = machine.apply(now, Input::Failed(machine.connection_id(), TRANSIENT));
        assert!(matches!(effect, Effect::Retry { attempt: 1, .. }), "{effect:?}");
    }
}

#[test]
fn only_a_healthy_connection_counts_failures_from_zero_again() {
    let mut machine = Machine::new(Rules { retry: Some(Retry::at_most(3)), ..rules() }, Some(1));
    let mut now = s(0);
    live_and_fail(&mut machine, &mut now, ms(9_999));
    live_and_fail(&mut machine, &mut now, ms(9_999));
    assert_eq!(machine.retries(), 2);
    live_and_fail(&mut machine, &mut now, s(10));
    assert_eq!(machine.retries(), 1);
}

#[test]
fn a_connection_that_only_was_silent_was_not_healthy() {
    let mut machine = Machine::new(Rules { heartbeat: Some(s(60)), ..rules() }, Some(1));
    machine.apply(s(0), Input::Start);
    machine.apply(s(0), Input::Failed(1, TRANSIENT));
    machine.apply(s(2), Input::Tick);
    machine.apply(s(2), Input::Opened(2));
    machine.apply(s(2), Input::Idle { connection_id: 2, anew: true });
    machine.apply(s(62), Input::Tick);
    machine.apply(s(64), Input::Tick);
    assert_eq!(machine.retries(), 2);
}

#[test]
fn without_retries_the_first_failure_is_the_last() {
    let mut machine = Machine::new(Rules { retry: None, ..rules() }, None);
    machine.apply(s(0), Input::Start);
    let effect = machine.apply(s(0), Input::Failed(1, TRANSIENT));
    assert_eq!(effect, Effect::GiveUp { cause: Cause::Reported, exhausted: None });
}

#[test]
fn the_server_sets_the_delay_of_the_next_attempt() {
    let mut machine = in_state("connecting");
    let failure = Failure { transient: true, retry_after: Some(s(20)) };
    let effect = machine.apply(s(0), Input::Failed(1, failure));
    assert!(matches!(effect, Effect::Retry { delay, .. } if delay >= s(20) && delay <= s(21)), "{effect:?}");

    let mut machine = in_state("open");
    machine.set_reconnection_time(s(3));
    let effect = machine.apply(s(0), Input::Failed(1, TRANSIENT));
    assert!(matches!(effect, Effect::Retry { delay, .. } if delay >= s(3) && delay <= s(6)), "{effect:?}");
}

#[test]
fn an_hour_of_outage_takes_few_attempts_and_ends_within_the_cap() {
    for hang in [s(0), s(5)] {
        for seed in 0..1000 {
            let mut machine = Machine::new(rules(), Some(seed));
            let (mut now, mut attempts) = (s(0), 0);
            machine.apply(now, Input::Start);
            while now < s(3600) {
                attempts += 1;
                let started = now;
                now += hang;
                if hang.is_zero() {
                    machine.apply(now, Input::Failed(machine.connection_id(), TRANSIENT));
                } else {
                    machine.apply(now, Input::Tick);
                }
                now = machine.deadline().unwrap();
                machine.apply(now, Input::Tick);
                assert_eq!(machine.state(), State::Connecting);
                assert!(now - started <= s(30), "seed {seed}: {:?}", now - started);
            }
            assert!(attempts <= 150, "seed {seed}: {attempts} attempts");
        }
    }
}
