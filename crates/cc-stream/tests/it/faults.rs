//! Each fault with many seeds, in virtual time: nothing is lost without a word, nothing comes twice, nothing hangs.
//!
//! 1,000 seeds a fault; `CC_STREAM_SEEDS=10000` tries more, `CC_STREAM_SEED=17` one alone.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use cc_stream::{EndReason, ErrorKind, EventStream, Format, Limits, StreamError, StreamEvent};
use futures::StreamExt;
use serde::Deserialize;
use tokio::time::Instant;

use crate::support::chance::Chance;
use crate::support::plan::{Act, FAULTS, Fault, Ids, Plan, Resume};
use crate::support::server::{HEARTBEAT, Server, signs, watched};

#[derive(Debug, Deserialize)]
struct Log {
    number: u64,
}

/// Event received by the consumer.
#[derive(Debug)]
enum Told {
    Event(u64),
    Gap(cc_stream::Gap),
    Open,
    Retry(ErrorKind, Duration, Instant),
    Fatal(StreamError),
    End(EndReason),
}

struct Outcome {
    told: Vec<Told>,
    server: Arc<Server>,
    took: Duration,
}

async fn run(plan: &Plan) -> Outcome {
    let server = Server::new(plan.clone());
    let mut settings = watched();
    settings.limits = Limits { line: 4_096, event: 4_096 };
    settings.continuity = plan.continuity;
    settings.seed = Some(plan.seed);
    let format = signs(Format::<Log>::json()).accept(["LOG"]);
    let factory = |_| async { Ok(http::Request::new(())) };
    let mut stream = EventStream::open(server.transport(), factory, format, settings);
    let (start, mut told) = (Instant::now(), Vec::new());
    let mut chance = Chance::new(plan.seed);
    while let Some(event) = stream.next().await {
        let is_item = matches!(event, Ok(StreamEvent::Item(_)));
        told.push(read(plan, event));
        if is_item && plan.slow && chance.one_in(3) {
            tokio::time::sleep(Duration::from_millis(chance.range(0..20_000))).await;
        }
    }
    assert_eq!(server.alive.load(Ordering::Relaxed), 0, "a connection is left");
    Outcome { told, server, took: start.elapsed() }
}

fn read(plan: &Plan, event: Result<StreamEvent<Log>, StreamError>) -> Told {
    match event {
        Ok(StreamEvent::Item(item)) => {
            assert_eq!(item.id.as_deref(), plan.id(item.data.number).as_deref());
            Told::Event(item.data.number)
        }
        Ok(StreamEvent::Gap(gap)) => Told::Gap(gap),
        Ok(StreamEvent::Open(_)) => Told::Open,
        Ok(StreamEvent::Retry(retrying)) => {
            Told::Retry(retrying.error.kind().clone(), retrying.delay, Instant::now())
        }
        Ok(StreamEvent::End(reason)) => Told::End(reason),
        Ok(_) => unreachable!("no other event is known"),
        Err(error) => match error.kind() {
            ErrorKind::Payload { event } => {
                let number = event.data.strip_prefix("number ").expect("the raw event is there");
                Told::Event(number.parse().unwrap())
            }
            // Where it has no id, an event that was skipped is known by its size.
            ErrorKind::Oversize { event } => {
                assert!(event.size > 5_000 && event.data.is_empty());
                let named = event.id.as_ref().map(|id| plan.event_of(id).unwrap());
                let by_size = event.size - "event: LOGdata: ".len() as u64 - 5_000;
                Told::Event(named.unwrap_or(by_size))
            }
            _ => Told::Fatal(error),
        },
    }
}

fn judge(plan: &Plan, outcome: &Outcome) {
    let told = &outcome.told;
    let (mut last, mut gap) = (0, None);
    for told in told {
        match told {
            Told::Event(number) => {
                assert!(*number > last, "{number} came after {last}");
                assert!(*number == last + 1 || gap.is_some(), "{last} to {number} were lost silently");
                if let Some(gap) = gap {
                    let after = if last == 0 { None } else { plan.id(last) };
                    let told: &cc_stream::Gap = gap;
                    assert_eq!(
                        (told.after.as_deref(), told.before.as_deref()),
                        (after.as_deref(), plan.id(*number).as_deref())
                    );
                }
                (last, gap) = (*number, None);
            }
            Told::Gap(told) => {
                assert!(gap.is_none(), "two gaps in one place");
                let idle = told.after.is_none() && plan.ids != Ids::None;
                assert!(idle || !plan.is_seamless(), "there was no reason for {told:?}");
                gap = Some(told);
            }
            _ => {}
        }
    }
    assert!(matches!(told.last(), Some(Told::End(_))), "the end is missing");
    assert_eq!(told.iter().filter(|told| matches!(told, Told::End(_))).count(), 1);
    let fatal = told.iter().find_map(|told| match told {
        Told::Fatal(error) => Some(error),
        _ => None,
    });
    let end = told.last().unwrap();
    // Where few events are left, the stream may end before its fault.
    let attempts = outcome.server.connections.load(Ordering::Relaxed);
    let reached = attempts >= plan.acts.len() as u64;
    if plan.is_fatal() && reached {
        assert!(fatal.is_some(), "the failure is not fatal");
        assert!(matches!(end, Told::End(EndReason::Failed)));
    } else {
        assert!(fatal.is_none(), "{fatal:?} is not fatal");
        assert!(matches!(end, Told::End(EndReason::Server(Some(reason))) if reason == "DONE"), "{end:?}");
        assert!(
            last == plan.events() || gap.is_some(),
            "{last} is the last of {}, and no gap is told",
            plan.events()
        );
    }
    silences(plan, outcome);
    efforts(plan, outcome);
}

/// Every silence is found within two heartbeats (a connection never answered: within its timeout), and no other.
fn silences(plan: &Plan, outcome: &Outcome) {
    let found = outcome.told.iter().filter_map(|told| match told {
        Told::Retry(ErrorKind::Silent { .. }, _, at) => Some((2 * HEARTBEAT, *at)),
        Told::Retry(ErrorKind::ConnectTimeout { after }, _, at) => Some((*after, *at)),
        _ => None,
    });
    let found: Vec<_> = found.collect();
    let silent = outcome.server.silent.lock().unwrap();
    assert_eq!(found.len(), silent.len(), "silences: {silent:?}, found: {found:?}");
    for (since, (within, at)) in silent.iter().zip(found) {
        assert!(at - *since <= within + Duration::from_millis(2), "found after {:?}", at - *since);
    }
    assert!(plan.fault == Fault::HalfOpenSilence || silent.is_empty());
}

/// Checks that there are no more attempts than the acts need, no delay below the floor, and no more time than
/// they all take.
fn efforts(plan: &Plan, outcome: &Outcome) {
    let attempts = outcome.server.connections.load(Ordering::Relaxed);
    let cuts = plan.acts.len() as u64;
    // A refused id takes one attempt more, and so may each loss after it.
    let most = match plan.resume {
        Resume::Refuse(_) | Resume::RefuseThenReplay(_) => 2 * cuts + 2,
        _ => cuts + 2,
    };
    assert!(attempts <= most, "{attempts} attempts for {:?}", plan.acts);
    let waits = outcome.told.iter().filter_map(|told| match told {
        Told::Retry(_, delay, _) => Some(*delay),
        _ => None,
    });
    assert!(waits.clone().all(|wait| wait >= Duration::from_millis(100)));
    let asked: u64 = plan
        .acts
        .iter()
        .zip(0..attempts)
        .map(|(act, _)| act)
        .map(|act| match act {
            Act::RefuseFor(_, seconds) | Act::RefuseUntil(_, seconds, _) => *seconds,
            _ => 0,
        })
        .sum();
    if asked > 0 {
        assert!(waits.clone().sum::<Duration>() >= Duration::from_secs(asked), "the server was not heard");
    }
    assert!(waits.sum::<Duration>() <= Duration::from_secs(asked + 31 * attempts));
    assert!(outcome.took <= Duration::from_secs(2 * 3600), "it took {:?}", outcome.took);
}

/// All seeds of one fault.
fn all_seeds(fault: Fault) {
    let variable = |name| std::env::var(name).ok().and_then(|value| value.parse::<u64>().ok());
    let seeds = match variable("CC_STREAM_SEED") {
        Some(seed) => seed..seed + 1,
        None => 0..variable("CC_STREAM_SEEDS").unwrap_or(1_000),
    };
    for seed in seeds {
        let plan = Plan::new(fault, seed);
        let runtime =
            tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
        let outcome = runtime
            .block_on(async { tokio::time::timeout(Duration::from_secs(24 * 3600), run(&plan)).await.ok() });
        let verdict = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            let outcome = outcome.as_ref().expect("the stream hangs");
            judge(&plan, outcome);
        }));
        if verdict.is_err() {
            let told = outcome.map(|outcome| outcome.told);
            panic!("{fault:?}, seed {seed}: {plan:#?}\ntold: {told:#?}");
        }
    }
}

macro_rules! faults {
    ($($name:ident: $fault:expr,)*) => {
        $(
            #[test]
            fn $name() {
                all_seeds($fault);
            }
        )*

        #[test]
        fn every_fault_has_its_test() {
            assert_eq!([$($fault),*], FAULTS);
        }
    };
}

faults! {
    a_reset_mid_event_loses_nothing: Fault::ResetMidEvent,
    a_reset_between_events_loses_nothing: Fault::ResetBetweenEvents,
    a_half_open_silence_is_found_within_two_heartbeats: Fault::HalfOpenSilence,
    heartbeats_alone_raise_no_alarm: Fault::HeartbeatOnly,
    duplicates_on_resume_are_removed: Fault::DuplicateOnResume,
    a_loss_on_resume_is_told: Fault::LostOnResume,
    a_refused_id_is_told: Fault::RefusedId,
    a_slow_drip_is_no_silence: Fault::SlowDrip,
    a_giant_event_is_skipped_and_told: Fault::GiantEvent,
    a_wrong_content_type_is_final: Fault::WrongContentType,
    a_401_is_final: Fault::Status(401),
    a_403_is_final: Fault::Status(403),
    a_404_is_final: Fault::Status(404),
    a_429_is_retried: Fault::Status(429),
    a_503_is_retried: Fault::Status(503),
    a_server_that_accepts_and_closes_is_not_hammered: Fault::AcceptThenClose,
    a_page_is_final: Fault::HtmlPage,
    a_wrong_clock_changes_nothing: Fault::ClockSkew,
}
