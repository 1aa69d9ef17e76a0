//! Waits of processes of their own: signals, and a system that gives nothing more.

use std::io::{BufRead, BufReader};
use std::os::unix::process::ExitStatusExt;
use std::process::{Child, Command, Stdio};

use futures_util::{StreamExt, stream};
use rustix::process::{Pid, Resource, Rlimit, Signal, getrlimit, kill_process, setrlimit};
use tokio::runtime::Handle;

use super::*;

/// Marks the processes that these tests start.
const STARTED: &str = "CC_RUNTIME_TEST_WAITS";

/// The command of this program. A shell that starts a program in the background makes it ignore Ctrl-C, and so what the program starts:
/// there, the command undoes it.
fn program() -> Command {
    let program = std::env::current_exe().unwrap();
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let ignored = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let ignored = ignored.map_or(0, |mask| u64::from_str_radix(mask.trim(), 16).unwrap());
    if ignored & (1 << (Signal::INT.as_raw() - 1)) == 0 {
        return Command::new(program);
    }
    let mut command = Command::new("env");
    command.arg("--default-signal=INT").arg(program);
    command
}

/// Starts a test of this file as a process, which prints a line when it is about to wait.
fn start(test: &str) -> Child {
    let mut child = program()
        .args(["--exact", &format!("blocking::processes::{test}"), "--ignored", "--nocapture"])
        .env(STARTED, "1")
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut output = BufReader::new(child.stdout.take().unwrap());
    let mut line = String::new();
    while !line.contains("waits") {
        line.clear();
        assert!(output.read_line(&mut line).unwrap() > 0, "the process ended");
    }
    // Kept open: the process fails if it cannot print that the test is over.
    child.stdout = Some(output.into_inner());
    child
}

fn interrupt(child: &mut Child) -> Option<i32> {
    kill_process(Pid::from_child(child), Signal::INT).unwrap();
    child.wait().unwrap().signal()
}

#[allow(clippy::print_stdout)] // The process that started this one reads it.
fn say() {
    println!("waits");
}

#[test]
#[ignore = "a process that another test starts and interrupts"]
fn waits_for_a_stream() {
    if std::env::var_os(STARTED).is_some() {
        let mut items = stream::pending::<u32>().blocking().unwrap();
        assert_eq!(items.next_within(Duration::from_millis(1)), Next::Quiet);
        say();
        assert_eq!(items.next(), None);
    }
}

#[test]
#[ignore = "a process that another test starts and interrupts"]
fn waits_for_a_call() {
    if std::env::var_os(STARTED).is_some() {
        let transport = Platform::slow(|_, _| Box::pin(std::future::pending())).transport();
        say();
        drop(transport.call(GetNumber).timeout(None).wait());
    }
}

#[test]
fn a_signal_ends_a_process_that_waits_at_once() {
    for test in ["waits_for_a_stream", "waits_for_a_call"] {
        assert_eq!(interrupt(&mut start(test)), Some(2), "{test}");
    }
}

#[test]
#[ignore = "a process that another test starts"]
fn waits_without_free_files() {
    if std::env::var_os(STARTED).is_none() {
        return;
    }
    let limit = getrlimit(Resource::Nofile);
    setrlimit(Resource::Nofile, Rlimit { current: Some(0), ..limit }).unwrap();
    let transport = platform().transport();
    let call = transport.call(GetNumber).wait();
    let stream = stream::iter([1]).blocking().map(drop);
    setrlimit(Resource::Nofile, limit).unwrap();
    for error in [call.map(drop).unwrap_err(), stream.unwrap_err()] {
        assert!(error.is_not_sent() && error.to_string().contains("background thread"), "{error}");
    }
    // It works as soon as the system has something to give.
    number(&transport);
    say();
}

#[test]
fn a_background_thread_that_cannot_be_started_is_an_error_and_tried_again() {
    assert!(start("waits_without_free_files").wait().unwrap().success());
}

#[test]
#[ignore = "a process that another test starts"]
fn waits_after_an_awaited_call_of_a_client_of_the_program() {
    if std::env::var_os(STARTED).is_none() {
        return;
    }
    say();
    let transport = still::given();
    one_thread().block_on(async {
        transport.call(GetNumber).await.unwrap();
        let error = transport.call(GetNumber).wait().unwrap_err();
        assert!(error.is_not_sent() && error.to_string().contains("spawn_blocking"), "{error}");
        let within = transport.clone();
        tokio::task::spawn_blocking(move || number(&within)).await.unwrap();
    });
    number(&transport);
}

#[test]
fn a_wait_that_may_get_a_connection_of_the_runtime_that_it_holds_up_is_an_error() {
    let mut process = start("waits_after_an_awaited_call_of_a_client_of_the_program");
    assert!(process.wait().unwrap().success());
}

#[test]
#[ignore = "a process that another test starts"]
fn ends_while_calls_wait() {
    if std::env::var_os(STARTED).is_none() {
        return;
    }
    let transport = Platform::slow(|_, _| Box::pin(std::future::pending())).transport();
    let (begun, is_begun) = channel();
    let waits = |transport: Transport, begun: std::sync::mpsc::Sender<()>| {
        let call =
            async { noting(transport.call(GetNumber).timeout(None), || begun.send(()).unwrap()).await };
        drop(call.wait());
    };
    let spawned = |within: Option<Runtime>| {
        let (transport, begun) = (transport.clone(), begun.clone());
        thread::spawn(move || match within {
            Some(runtime) => {
                let task = async move { tokio::spawn(async move { waits(transport, begun) }).await };
                runtime.block_on(task).unwrap();
            }
            None => waits(transport, begun),
        });
    };
    [None, Some(one_thread()), Some(workers(1))].into_iter().for_each(spawned);
    // A task of the background runtime waits, too.
    let (within, noted) = (transport.clone(), begun.clone());
    block_on(async { drop(tokio::spawn(async move { waits(within, noted) })) }).unwrap();
    (0..4).for_each(|_| is_begun.recv().unwrap());
    let mut items = stream::pending::<u32>().blocking().unwrap();
    assert_eq!(items.next_within(Duration::ZERO), Next::Quiet);
    std::mem::forget(items);
    say();
}

#[test]
fn a_program_ends_while_calls_wait() {
    in_time(|| assert!(start("ends_while_calls_wait").wait().unwrap().success()));
}

#[test]
#[ignore = "a process that another test starts"]
fn waits_where_a_panic_is_the_end() {
    if std::env::var_os(STARTED).is_none() {
        return;
    }
    say();
    // As in a program that is built with `panic = "abort"`.
    std::panic::set_hook(Box::new(|_| std::process::abort()));
    in_time(|| {
        let transport = Transport::builder().endpoint(server()).build().unwrap();
        let within = |handle: &Handle| {
            handle.block_on(async {
                number(&transport);
                block_on(async { number(&transport) }).unwrap();
            });
        };
        for runtime in [one_thread(), workers(1)] {
            within(runtime.handle());
            // The code of a wait blocks on a runtime, within which it waits.
            block_on(async { within(runtime.handle()) }).unwrap();
        }
        block_on(async { within(&Handle::current()) }).unwrap();
        block_on(async { block_on(async { within(&Handle::current()) }).unwrap() }).unwrap();
        let items = stream::iter(0..2).map(|_| within(&Handle::current()));
        assert_eq!(items.blocking().unwrap().count(), 2);
        let inside = transport.clone();
        let task = async move { block_on(async { number(&inside) }).unwrap() };
        workers(1).block_on(async { tokio::spawn(task).await.unwrap() });
    });
}

#[test]
fn no_wait_panics_behind_the_scenes() {
    assert!(start("waits_where_a_panic_is_the_end").wait().unwrap().success());
}
