//! The examples `deploy` and `logtail` as programs: their output, their exit codes, and the signals that end them.
//!
//! `cargo test` and `cargo nextest run` build the examples before they run the tests.

#![cfg(unix)]

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use cc_client::CallOptions;
use cc_client::api::deployment::types::DeploymentState;
use cc_client::commands::deployment::{DeployAndWait, ListApplicationDeployment};
use cc_client::runtime::{OperationInfo, RequestBuilder};
use cc_sandbox::{Fault, Pace, Sandbox};
use http::Method;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, BufReader, Lines};
use tokio::process::{Child, ChildStderr, ChildStdout, Command};

/// Longest time for something that happens soon: a test that waits longer is stuck.
const STUCK: Duration = Duration::from_secs(120);

/// A sandbox whose time stands still until the test moves it: nothing ends before its signal.
async fn start() -> Sandbox {
    Sandbox::builder().pace(Pace::Manual).start().await.unwrap()
}

/// Lets the time of the sandbox pass until something has happened.
async fn while_time_passes<T>(sandbox: &Sandbox, happens: impl IntoFuture<Output = T>) -> T {
    let mut happens = std::pin::pin!(tokio::time::timeout(STUCK, happens.into_future()));
    loop {
        tokio::select! {
            happened = &mut happens => return happened.expect("it never happened"),
            // The program is another process, with the real time.
            () = tokio::time::sleep(Duration::from_millis(20)) => sandbox.advance(Duration::from_secs(1)),
        }
    }
}

/// A running example.
struct Program {
    child: Child,
    output: Lines<BufReader<ChildStdout>>,
    messages: Lines<BufReader<ChildStderr>>,
}

impl Program {
    /// Starts an example with the credentials and the address of a sandbox, and nothing else from the environment.
    fn start(example: &str, sandbox: &Sandbox, arguments: &[&str]) -> Self {
        let mut child = command(example)
            .args(arguments)
            .env("CC_API_TOKEN", sandbox.api_token())
            .env("CC_ENDPOINT", sandbox.url())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let output = BufReader::new(child.stdout.take().unwrap()).lines();
        let messages = BufReader::new(child.stderr.take().unwrap()).lines();
        Self { child, output, messages }
    }

    fn interrupt(&self) {
        self.signal("INT");
    }

    fn signal(&self, signal: &str) {
        let id = self.child.id().unwrap().to_string();
        let sent = std::process::Command::new("kill").args(["-s", signal, &id]).status().unwrap();
        assert!(sent.success());
    }

    /// The next line of the standard error that begins so.
    async fn message(&mut self, start: &str) -> String {
        let found = async {
            let mut seen = Vec::new();
            loop {
                match self.messages.next_line().await.unwrap() {
                    Some(line) if line.starts_with(start) => return line,
                    Some(line) => seen.push(line),
                    None => panic!("no message begins with `{start}`: {seen:?}"),
                }
            }
        };
        tokio::time::timeout(STUCK, found).await.unwrap()
    }

    /// The next lines of the standard output.
    async fn lines(&mut self, count: usize) -> Vec<String> {
        let mut lines = Vec::new();
        while lines.len() < count {
            lines.push(self.output.next_line().await.unwrap().expect("the output has ended"));
        }
        lines
    }

    /// Waits for the end, and returns the rest of the output and of the messages.
    async fn end(mut self) -> (ExitStatus, String, String) {
        let (mut output, mut messages) = (String::new(), String::new());
        let (mut out, mut err) = (self.output.into_inner(), self.messages.into_inner());
        let (status, ..) = tokio::join!(
            self.child.wait(),
            out.read_to_string(&mut output),
            err.read_to_string(&mut messages)
        );
        (status.unwrap(), output, messages)
    }
}

fn command(example: &str) -> Command {
    let test = std::env::current_exe().unwrap();
    let path: PathBuf = test.ancestors().nth(2).unwrap().join("examples").join(example);
    assert!(path.exists(), "build the example first: cargo build -p cc-client --example {example}");
    let mut command = Command::new(path);
    // Without a home directory, no configuration of the command-line client is read.
    command.env_clear().env("HOME", "/nonexistent").stdin(Stdio::null());
    command
}

/// The states of all deployments of the application.
async fn states(sandbox: &Sandbox) -> Vec<DeploymentState> {
    let all = sandbox.client().send(ListApplicationDeployment::new(sandbox.ids().application)).await.unwrap();
    all.into_iter().map(|deployment| deployment.state).collect()
}

fn is_over(state: &DeploymentState) -> bool {
    use DeploymentState::{Cancelled, Failed, Succeeded};
    matches!(state, Cancelled | Failed | Succeeded)
}

/// The states of the deployments beyond those that there were.
async fn new_states(sandbox: &Sandbox, before: &[DeploymentState]) -> Vec<DeploymentState> {
    let mut states = states(sandbox).await;
    for state in before {
        let known = states.iter().position(|other| other == state).expect("a deployment changed its state");
        states.remove(known);
    }
    states
}

/// The faults of the sandbox that are still to come, as JSON.
async fn faults(sandbox: &Sandbox) -> String {
    static FAULTS: OperationInfo =
        OperationInfo::new("faults", "test", Method::GET, "/_sandbox/faults", "application/json");
    let request = RequestBuilder::new(&FAULTS).build().unwrap();
    let answer = sandbox.client().transport().execute(request, &CallOptions::new()).await.unwrap();
    String::from_utf8(answer.into_inner().to_vec()).unwrap()
}

#[tokio::test]
async fn deploy_shows_the_log_and_ends_with_the_outcome() {
    let sandbox = start().await;
    let application = sandbox.ids().application;
    let mut program = Program::start("deploy", &sandbox, &[&application]);
    program.message("deployment ").await;
    let (status, output, messages) = while_time_passes(&sandbox, program.end()).await;
    assert_eq!(status.code(), Some(0), "{messages}");
    assert!(messages.contains(" succeeded"), "{messages}");
    assert!(!output.is_empty(), "the log is shown");
}

#[tokio::test]
async fn deploy_cancels_on_ctrl_c_and_on_sigterm_and_waits_for_the_end() {
    for signal in ["INT", "TERM"] {
        let (sandbox, folder) = (start().await, tempfile::tempdir().unwrap());
        let before = states(&sandbox).await;
        let state = folder.path().join("state.json");
        let application = sandbox.ids().application;
        let arguments = [application.as_str(), "--state", state.to_str().unwrap()];
        let mut program = Program::start("deploy", &sandbox, &arguments);
        program.message("deployment ").await;
        program.signal(signal);
        program.message("cancelling").await;
        let (status, _, messages) = while_time_passes(&sandbox, program.end()).await;
        assert_eq!(status.code(), Some(3), "{messages}");
        assert!(messages.contains("was cancelled"), "{messages}");
        assert_eq!(new_states(&sandbox, &before).await, [DeploymentState::Cancelled]);
        assert!(!state.exists(), "nothing is left to continue with");
    }
}

#[tokio::test]
async fn deploy_cancels_also_while_its_request_is_under_way() {
    let sandbox = start().await;
    let before = states(&sandbox).await;
    // The request arrives, and nothing happens yet.
    sandbox.faults().add(Fault::latency(Duration::from_secs(3)).on("deploy_application").times(1));
    let application = sandbox.ids().application;
    let mut program = Program::start("deploy", &sandbox, &[&application]);
    let arrived = async {
        while faults(&sandbox).await != "[]" {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(STUCK, arrived).await.unwrap();
    program.interrupt();
    program.message("cancelling").await;
    let (status, _, messages) = while_time_passes(&sandbox, program.end()).await;
    assert_eq!(status.code(), Some(3), "{messages}");
    assert_eq!(new_states(&sandbox, &before).await, [DeploymentState::Cancelled]);
}

#[tokio::test]
async fn deploy_that_is_interrupted_twice_says_what_may_be_running_and_the_next_run_continues_with_it() {
    let (sandbox, folder) = (start().await, tempfile::tempdir().unwrap());
    let before = states(&sandbox).await;
    let state = folder.path().join("state.json");
    let application = sandbox.ids().application;
    let arguments = [application.as_str(), "--state", state.to_str().unwrap()];
    // The platform does not take the cancellation, so that the deployment goes on.
    sandbox.faults().add(Fault::unavailable().on("cancel_deployment"));
    let mut program = Program::start("deploy", &sandbox, &arguments);
    let running = program.message("deployment ").await;
    program.interrupt();
    program.message("cancelling").await;
    program.interrupt();
    let (status, _, messages) = tokio::time::timeout(STUCK, program.end()).await.unwrap();
    assert_eq!(status.code(), Some(6), "{messages}");
    assert!(messages.contains("may be running") && messages.contains("run the same again"), "{messages}");
    sandbox.faults().clear();
    let mut program = Program::start("deploy", &sandbox, &arguments);
    let continued = program.message("continuing with ").await;
    assert_eq!(continued.split(' ').nth(3), running.split(' ').nth(1));
    let (status, _, messages) = while_time_passes(&sandbox, program.end()).await;
    assert_eq!(status.code(), Some(0), "{messages}");
    let new = new_states(&sandbox, &before).await;
    assert!(new.len() == 1 && new.iter().all(is_over), "{new:?}");
    assert!(!state.exists());
}

#[tokio::test]
async fn the_programs_refuse_wrong_arguments_and_missing_credentials() {
    for (example, arguments) in [
        ("deploy", &["--deadline", "soon", "app_1"][..]),
        ("deploy", &[]),
        ("deploy", &["app_1", "--sandbox"]),
        ("logtail", &["app_1", "--since", "yesterday"]),
        ("logtail", &[]),
    ] {
        let ended = command(example).args(arguments).output().await.unwrap();
        let message = String::from_utf8(ended.stderr).unwrap();
        assert_eq!(ended.status.code(), Some(2), "{message}");
        assert!(message.starts_with("error: ") && message.contains("--sandbox"), "{message}");
    }
    for (example, code) in [("deploy", 7), ("logtail", 1)] {
        let ended = command(example).arg("app_1").output().await.unwrap();
        let message = String::from_utf8(ended.stderr).unwrap();
        assert_eq!(ended.status.code(), Some(code), "{message}");
        assert!(message.starts_with("error: ") && message.contains("CC_API_TOKEN"), "{message}");
    }
}

#[tokio::test]
async fn logtail_continues_after_a_restart_without_loss_or_repetition() {
    let (sandbox, folder) = (start().await, tempfile::tempdir().unwrap());
    let ids = sandbox.ids();
    let cursors = folder.path().join("cursors.json");
    let applications = [ids.application.as_str(), ids.personal_application.as_str()];
    let arguments = [applications[0], applications[1], "--cursors", cursors.to_str().unwrap()];
    // An application has lines once it runs.
    let deployment = DeployAndWait::new(&ids.personal_application, Duration::from_secs(600));
    let verdict =
        while_time_passes(&sandbox, sandbox.client().deploy_and_wait(deployment).lines(|_| {})).await;
    assert!(verdict.unwrap().is_success());
    sandbox.advance(Duration::from_secs(60));
    let all_since = "2026-01-01T00:00:00Z";
    let mut shown = Vec::new();
    for run in 0..3 {
        let mut arguments = arguments.to_vec();
        if run == 0 {
            arguments.extend(["--since", all_since]);
        }
        let mut program = Program::start("logtail", &sandbox, &arguments);
        shown.extend(while_time_passes(&sandbox, program.lines(20)).await);
        program.interrupt();
        let (status, output, messages) = tokio::time::timeout(STUCK, program.end()).await.unwrap();
        assert!(status.success(), "{status}: {messages}");
        assert!(!messages.contains("error"), "{messages}");
        shown.extend(output.lines().map(str::to_owned));
        assert!(cursors.exists());
    }
    let distinct: BTreeSet<&String> = shown.iter().collect();
    assert_eq!(distinct.len(), shown.len(), "a line was shown twice");
    for application in applications {
        assert!(shown.iter().any(|line| line.starts_with(application)), "{application}");
    }
    // One run over the whole log shows the same lines.
    let arguments = [applications[0], applications[1], "--since", all_since];
    let mut program = Program::start("logtail", &sandbox, &arguments);
    let whole: BTreeSet<String> =
        while_time_passes(&sandbox, program.lines(shown.len())).await.into_iter().collect();
    let missing: Vec<_> = whole.iter().filter(|line| !distinct.contains(line)).collect();
    program.interrupt();
    program.end().await;
    let of = |application: &str, lines: &mut dyn Iterator<Item = &String>| -> Vec<String> {
        lines.filter(|line| line.starts_with(application)).cloned().collect()
    };
    for application in applications {
        // The order across applications depends on how long each run waited: compare one by one.
        let (all, mine) = (of(application, &mut whole.iter()), of(application, &mut shown.iter()));
        let shorter = all.len().min(mine.len());
        assert_eq!(all[..shorter], mine[..shorter], "{missing:?}");
    }
}

#[tokio::test]
async fn logtail_ends_well_when_its_reader_closes_the_output() {
    let sandbox = start().await;
    sandbox.advance(Duration::from_secs(120));
    let application = sandbox.ids().application;
    let mut program = Program::start("logtail", &sandbox, &[&application, "--since", "2026-01-01T00:00:00Z"]);
    while_time_passes(&sandbox, program.lines(1)).await;
    let Program { mut child, output, messages } = program;
    drop(output);
    let status = while_time_passes(&sandbox, child.wait()).await.unwrap();
    let mut told = String::new();
    messages.into_inner().read_to_string(&mut told).await.unwrap();
    assert_eq!((status.code(), told.as_str()), (Some(0), ""));
}

#[tokio::test]
async fn logtail_says_that_a_log_cannot_be_reached_and_ends_well_on_sigterm() {
    let sandbox = start().await;
    sandbox.faults().add(Fault::unavailable().on("stream_application_logs"));
    let mut program = Program::start("logtail", &sandbox, &[&sandbox.ids().application]);
    program.message("warning: a log cannot be reached").await;
    program.signal("TERM");
    let (status, output, _) = tokio::time::timeout(STUCK, program.end()).await.unwrap();
    assert_eq!((status.code(), output.as_str()), (Some(0), ""));
}

#[tokio::test]
async fn logtail_fails_if_a_log_ends_with_an_error() {
    let sandbox = start().await;
    let program = Program::start("logtail", &sandbox, &["app_unknown"]);
    let (status, _, messages) = tokio::time::timeout(STUCK, program.end()).await.unwrap();
    assert_eq!(status.code(), Some(1), "{messages}");
    assert!(messages.contains("app_unknown"), "{messages}");
}

#[tokio::test]
async fn the_programs_show_their_help() {
    for example in ["deploy", "logtail"] {
        let shown = command(example).arg("--help").output().await.unwrap();
        assert!(shown.status.success() && shown.stderr.is_empty());
        assert!(String::from_utf8(shown.stdout).unwrap().starts_with(example));
    }
}
