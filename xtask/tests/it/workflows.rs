//! The workflows of GitHub: pinned actions, least permissions, one required job, and verbs that exist.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use serde_json::Value;
use xtask::run;
use xtask::spec::node::parse;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

/// Each workflow: its name, its text, and its content.
fn workflows() -> Vec<(String, String, Value)> {
    let mut all: Vec<(String, String, Value)> = std::fs::read_dir(root().join(".github/workflows"))
        .unwrap()
        .map(|entry| {
            let path = entry.unwrap().path();
            let text = std::fs::read_to_string(&path).unwrap();
            let content =
                parse(&text).unwrap_or_else(|error| panic!("{}: {error:?}", path.display())).to_json();
            (path.file_name().unwrap().to_string_lossy().into_owned(), text, content)
        })
        .collect();
    all.sort_by(|one, other| one.0.cmp(&other.0));
    all
}

fn jobs(workflow: &Value) -> impl Iterator<Item = (&String, &Value)> {
    workflow["jobs"].as_object().unwrap().iter()
}

fn told(line: &str) -> String {
    run(&line.split(' ').map(str::to_owned).collect::<Vec<_>>(), &root()).text
}

/// The names of the steps of `ci`: all, or those with a job of their own.
fn steps(own: bool) -> BTreeSet<String> {
    let list = told("ci --list");
    let lines = list.lines().skip_while(|line| own && line.starts_with(' '));
    lines.filter_map(|line| line.strip_prefix("  ")?.split(' ').next()).map(str::to_owned).collect()
}

#[test]
fn every_action_is_pinned_by_the_hash_of_a_commit_with_its_version() {
    for (name, text, _) in workflows() {
        for line in text.lines().filter(|line| line.contains("uses:")) {
            let (_, action) = line.split_once("uses: ").unwrap();
            let (_, pin) = action.split_once('@').unwrap_or_else(|| panic!("{name}: {line}"));
            let (hash, version) =
                pin.split_once(" # v").unwrap_or_else(|| panic!("{name}: no version: {line}"));
            assert!(hash.len() == 40 && hash.chars().all(|c| c.is_ascii_hexdigit()), "{name}: {line}");
            assert!(version.starts_with(|c: char| c.is_ascii_digit()), "{name}: {line}");
        }
    }
}

#[test]
fn each_workflow_reads_only_and_a_job_that_writes_says_so() {
    for (name, _, workflow) in workflows() {
        assert_eq!(workflow["permissions"], serde_json::json!({"contents": "read"}), "{name}");
        assert!(workflow["concurrency"]["group"].is_string(), "{name}");
        for (job, content) in jobs(&workflow) {
            assert!(content["timeout-minutes"].is_number(), "{name}: {job}: no limit of its time");
            let all = content["steps"].as_array().unwrap();
            let checkouts = all.iter().filter(|step| {
                step["uses"].as_str().is_some_and(|uses| uses.starts_with("actions/checkout@"))
            });
            for checkout in checkouts {
                // A step that pushes names its token, so that no other one has it.
                let keeps = checkout["with"]["persist-credentials"] != Value::Bool(false);
                assert!(!keeps, "{name}: {job}: `persist-credentials: false` is missing");
            }
        }
    }
}

#[test]
fn the_required_job_waits_for_all_others() {
    let all = workflows();
    let (_, _, ci) = all.iter().find(|(name, ..)| name == "ci.yml").unwrap();
    let needs: BTreeSet<&str> =
        ci["jobs"]["ci-ok"]["needs"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
    let others: BTreeSet<&str> =
        jobs(ci).map(|(name, _)| name.as_str()).filter(|name| *name != "ci-ok").collect();
    assert_eq!(needs, others);
    // A job that was skipped or failed must not let it pass.
    assert_eq!(ci["jobs"]["ci-ok"]["if"], "always()");
}

#[test]
fn a_job_runs_each_step_that_only_a_job_runs() {
    let all = workflows();
    let (_, text, ci) = all.iter().find(|(name, ..)| name == "ci.yml").unwrap();
    let matrix = ci["jobs"]["step"]["strategy"]["matrix"]["include"].as_array().unwrap();
    let mut run: BTreeSet<String> =
        matrix.iter().map(|entry| entry["name"].as_str().unwrap().to_owned()).collect();
    let named =
        text.lines().filter_map(|line| line.split_once("ci --only ")).map(|(_, name)| name.to_owned());
    run.extend(named.filter(|name| !name.starts_with("${{")));
    assert_eq!(run, steps(true));
    assert!(steps(false).is_superset(&run));
}

#[test]
fn every_verb_that_a_workflow_calls_exists() {
    let help = told("help");
    let verbs: BTreeSet<&str> =
        help.lines().filter_map(|line| line.strip_prefix("  ")?.split(' ').next()).collect();
    let script = ("run".to_owned(), std::fs::read_to_string(root().join(".ci/run")).unwrap(), Value::Null);
    for (name, text, _) in workflows().into_iter().chain([script]) {
        for (_, rest) in text
            .lines()
            .filter(|line| !line.starts_with('#'))
            .filter_map(|line| line.split_once("cargo xtask "))
        {
            let verb = rest.split([' ', '`']).next().unwrap();
            assert!(verbs.contains(verb), "{name}: `cargo xtask {verb}` does not exist");
        }
    }
}
