//! Each fault of the platform's streams, and plans of many: nothing is lost without a word, nothing comes twice, nothing hangs.

use std::time::Duration;

use cc_client::commands::log::StreamApplicationRuntimeLog;
use cc_client::stream::{EndReason, StreamError, StreamEvent};
use cc_client::{Client, Error, ErrorKind, Timestamp};
use cc_sandbox::{Fault, Sandbox, StreamFault};
use futures_util::StreamExt;
use tokio::time::timeout;

use super::{SECOND, at, sandbox};

/// Relevant events of a stream.
#[derive(Debug)]
enum Told {
    /// An item: its id.
    Event(String),
    /// An error about an item: its id. When the platform gives it again as it should be, it is another event.
    Faulty(String),
    Gap,
    Failed(Error),
    End(EndReason),
}

/// Two minutes of a log: stored lines, and lines that arrive as time passes.
fn command(sandbox: &Sandbox, start: Timestamp) -> StreamApplicationRuntimeLog {
    let until = start.saturating_add(Duration::from_secs(180));
    StreamApplicationRuntimeLog::new(&sandbox.ids().application).since(start).until(until)
}

async fn read(client: &Client, command: StreamApplicationRuntimeLog, seed: u64) -> Vec<Told> {
    let call = client.stream(command).settings(|settings| settings.seed = Some(seed));
    let mut stream = call.open();
    let mut told = Vec::new();
    while let Some(event) = timeout(3_600 * SECOND, stream.next()).await.expect("it does not hang") {
        told.push(match event {
            Ok(StreamEvent::Item(item)) => Told::Event(item.id.unwrap().to_string()),
            Ok(StreamEvent::Gap(_)) => Told::Gap,
            Ok(StreamEvent::End(reason)) => Told::End(reason),
            Ok(_) => continue,
            Err(error) => match failure(&error).map(StreamError::kind) {
                Some(cc_stream::ErrorKind::Oversize { event } | cc_stream::ErrorKind::Payload { event }) => {
                    Told::Faulty(event.id.clone().unwrap())
                }
                _ => Told::Failed(error),
            },
        });
    }
    told
}

/// The failure that an error was made of.
fn failure(error: &Error) -> Option<&StreamError> {
    std::error::Error::source(error)?.downcast_ref()
}

/// The ids of what should come.
async fn expected(sandbox: &std::sync::Arc<Sandbox>, start: Timestamp) -> Vec<String> {
    // The complete log, read at the end, is the expected one.
    ids(&read(&cc_trials::memory::client(sandbox), command(sandbox, start), 0).await)
}

fn ids(told: &[Told]) -> Vec<String> {
    told.iter().filter_map(|told| if let Told::Event(id) = told { Some(id.clone()) } else { None }).collect()
}

/// Checks that nothing is repeated, out of order, or missing except at gaps. Returns the number of gaps and
/// of missing lines.
fn judge(told: &[Told], expected: &[String]) -> (usize, usize) {
    let (mut next, mut gap, mut gaps, mut missing) = (0, false, 0, 0);
    let mut faulty: Vec<&String> = Vec::new();
    for told in told {
        match told {
            Told::Event(id) if faulty.contains(&id) => faulty.retain(|own| *own != id),
            // A copy that cannot be read of an event that was given: nothing is missing.
            Told::Faulty(id) if expected[..next].contains(id) => {}
            Told::Event(id) | Told::Faulty(id) => {
                if matches!(told, Told::Faulty(_)) {
                    faulty.push(id);
                }
                let place = expected.iter().position(|own| own == id).expect("it is an event of the log");
                assert!(place >= next, "{id} came twice or too late");
                assert!(place == next || gap, "{} events were lost silently", place - next);
                missing += place - next;
                (next, gap) = (place + 1, false);
            }
            Told::Gap => (gap, gaps) = (true, gaps + 1),
            Told::End(EndReason::Server(_)) => {
                assert!(next == expected.len() || gap, "the last events were lost silently");
                missing += expected.len() - next;
            }
            Told::End(_) | Told::Failed(_) => {}
        }
    }
    assert!(matches!(told.last(), Some(Told::End(_))), "the end is told");
    (gaps, missing)
}

#[tokio::test(start_paused = true)]
async fn every_fault_is_survived_or_reported() {
    for fault in StreamFault::all() {
        let (sandbox, client) = sandbox(0);
        let start = at(&sandbox, -60);
        if fault.is_final() {
            sandbox.faults().add(Fault::stream(fault).times(1));
        } else {
            // Some faults need a resumed connection: one is interrupted before, and once more after.
            let cut = || Fault::stream(StreamFault::ResetMidEvent { after: 5 }).times(1);
            for fault in [cut(), Fault::stream(fault).times(2), cut()] {
                sandbox.faults().add(fault);
            }
        }
        let told = read(&client, command(&sandbox, start), 1).await;
        let failed: Vec<_> = told.iter().filter(|told| matches!(told, Told::Failed(_))).collect();
        assert_eq!(failed.is_empty(), !fault.is_final(), "{fault:?}: {failed:?}");
        sandbox.faults().clear();
        tokio::time::sleep(300 * SECOND).await;
        let (gaps, missing) = judge(&told, &expected(&sandbox, start).await);
        let loses = matches!(fault, StreamFault::LostOnResume { .. });
        assert!(!fault.is_final() || gaps == 0);
        assert!(missing == 0 || loses || fault.is_final(), "{fault:?}: {missing} are missing");
        assert!(!loses || missing > 0, "{fault:?} did happen");
    }
}

/// Delivered lines are not repeated, even if they exceed the memory of the stream; new lines are not missing,
/// even if the stream was asked only for new ones.
#[tokio::test(start_paused = true)]
async fn a_refused_id_makes_it_go_on_from_the_date_of_the_last_line() {
    for (from, after) in [(-3 * 3_600, 2_000), (0, 5)] {
        let (sandbox, client) = sandbox(0);
        let (start, now) = (at(&sandbox, from), at(&sandbox, 0));
        let all = command(&sandbox, start).until(now.saturating_add(180 * SECOND));
        let mut following = all.clone();
        following.since = all.since.filter(|_| from < 0);
        for fault in [StreamFault::ResetBetweenEvents { after }, StreamFault::RefusedId { status: 400 }] {
            sandbox.faults().add(Fault::stream(fault).times(1));
        }
        let told = read(&client, following, 1).await;
        assert!(
            sandbox.exchanges().iter().any(|exchange| exchange.status == Some(400)),
            "the id was refused"
        );
        tokio::time::sleep(300 * SECOND).await;
        let expected = ids(&read(&cc_trials::memory::client(&sandbox), all, 0).await);
        let given = ids(&told).len();
        assert!(given > after as usize + 10, "{given}");
        assert_eq!(judge(&told, &expected[expected.len() - given..]), (0, 0));
    }
}

#[tokio::test(start_paused = true)]
async fn plans_of_many_faults_lose_nothing_silently() {
    for seed in 0..30 {
        let (sandbox, client) = sandbox(seed);
        let start = at(&sandbox, -60);
        sandbox.faults().plan_streams(seed, 12);
        let told = read(&client, command(&sandbox, start), seed).await;
        let failed: Vec<_> = told.iter().filter(|told| matches!(told, Told::Failed(_))).collect();
        assert!(failed.is_empty(), "seed {seed}: {failed:?}");
        sandbox.faults().clear();
        tokio::time::sleep(600 * SECOND).await;
        judge(&told, &expected(&sandbox, start).await);
    }
}

#[tokio::test(start_paused = true)]
async fn a_permanent_failure_contains_the_message_of_the_platform() {
    for (fault, kind, status) in [
        (StreamFault::Refused { status: 401, retry_after: None }, ErrorKind::Refused, Some(401)),
        (StreamFault::Refused { status: 403, retry_after: None }, ErrorKind::Refused, Some(403)),
        (StreamFault::Refused { status: 404, retry_after: None }, ErrorKind::Refused, Some(404)),
        (StreamFault::HtmlPage, ErrorKind::StreamContentType, None),
        (StreamFault::WrongContentType, ErrorKind::StreamContentType, None),
    ] {
        let (sandbox, client) = sandbox(0);
        sandbox.faults().add(Fault::stream(fault));
        let told = read(&client, command(&sandbox, at(&sandbox, -60)), 0).await;
        let [Told::Failed(_), Told::End(EndReason::Failed)] = &told[..] else {
            panic!("{fault:?}: {told:?}")
        };
        let Some(Told::Failed(error)) = told.into_iter().next() else { unreachable!() };
        assert_eq!((error.kind(), error.status().map(|status| status.as_u16())), (kind, status), "{fault:?}");
    }
}
