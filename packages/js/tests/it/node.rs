//! The tests of `tests/project` with Node's own runner, each file against a sandbox of its own.

use std::process::Command;

use cc_sandbox::Sandbox;

use crate::project::{PACKAGE, installed, ran, skipped};

/// Runs a command of Node in the project, beside a sandbox.
async fn node(words: &[&str]) -> Option<String> {
    let folder = installed()?;
    // The example of the README asks for what was written in the last hour.
    let sandbox = Sandbox::builder().start_time(jiff::Timestamp::now()).start().await.unwrap();
    let mut command = Command::new("node");
    command.args(words).current_dir(folder).env("SANDBOX_URL", sandbox.url());
    let ended = tokio::task::spawn_blocking(move || ran(&mut command)).await;
    let output = ended.unwrap_or_else(|error| std::panic::resume_unwind(error.into_panic()));
    let violations: Vec<String> = sandbox.violations().iter().map(ToString::to_string).collect();
    assert!(violations.is_empty(), "{violations:#?}");
    Some(String::from_utf8(output.stdout).unwrap())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn commands_give_typed_outputs_in_node() {
    node(&["--test", "commands.test.mjs"]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn failures_are_errors_without_secrets_in_node() {
    node(&["--test", "errors.test.mjs"]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn streams_are_complete_and_close_in_node() {
    node(&["--test", "streams.test.mjs"]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_deployment_is_followed_in_node() {
    node(&["--test", "deployment.test.mjs"]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_process_of_node_ends_by_itself() {
    node(&["--test", "process.test.mjs"]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn faults_of_the_module_are_errors_in_node() {
    node(&["--test", "failure.test.mjs"]).await;
}

#[test]
fn every_file_of_tests_is_run() {
    let entries = std::fs::read_dir(format!("{PACKAGE}/tests/project")).unwrap();
    let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let own = include_str!("node.rs");
    for name in names.filter(|name| name.ends_with(".test.mjs")) {
        assert!(own.contains(&format!("\"{name}\"")), "{name}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_example_of_the_readme_runs() {
    let Some(folder) = installed() else { return };
    let readme = std::fs::read_to_string(format!("{PACKAGE}/README.md")).unwrap();
    let (_, rest) = readme.split_once("```js\n").unwrap();
    let (example, _) = rest.split_once("```").unwrap();
    // The reader has an account, and an application in it.
    let example = example.replace(
        "{ token: process.env.CC_API_TOKEN }",
        "{ token: 'sandbox-token', apiUrl: process.env.SANDBOX_URL }",
    );
    assert!(example.contains("SANDBOX_URL"), "{example}");
    std::fs::write(folder.join("readme.mjs"), example).unwrap();
    let printed = node(&["readme.mjs"]).await.unwrap();
    assert!(printed.lines().count() > 3, "{printed}");
}

#[test]
fn types_hold_what_they_promise() {
    let Some(folder) = installed() else { return };
    let compiler = folder.join("node_modules/typescript/bin/tsc");
    if !compiler.is_file() {
        skipped::<()>("the compiler of TypeScript could not be installed: npm has no network");
        return;
    }
    std::fs::write(folder.join("samples.ts"), crate::samples::samples()).unwrap();
    ran(Command::new("node").arg(compiler).arg("--noEmit").current_dir(folder));
}
