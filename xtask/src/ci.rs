//! `cargo xtask ci`: the steps that must pass before a change lands, in one table, run one after the other.

mod jobs;

use std::fmt::Write as _;
use std::io::{self, Write};
use std::path::Path;
use std::process::{Command, Stdio};

use crate::Outcome;

/// A part of the run that can be started alone: its command lines run in order, and the first failure ends the run.
#[derive(Default)]
pub struct Step {
    /// Name for `--from` and `--only`, and in the heading.
    name: &'static str,
    about: &'static str,
    lines: Vec<Line>,
    /// Only `--only` runs this step: a job of its own does in CI. Default: `false`.
    has_own_job: bool,
}

/// One command line, run in the workspace's root.
#[derive(Default)]
pub struct Line {
    variables: &'static [(&'static str, &'static str)],
    words: Vec<String>,
    /// What is not checked on a machine that lacks what this command needs: its program, or something without which the
    /// program ends with the exit code [`CANNOT_RUN`]. Default: everything is required.
    optional: Option<&'static str>,
    /// Records the snapshots that the tests of this command compare, for `cargo xtask snapshots --unused`. Default: `false`.
    records_snapshots: bool,
}

impl Line {
    fn shown(&self) -> String {
        let quoted = |word: &String| if word.contains(' ') { format!("\"{word}\"") } else { word.clone() };
        let variables = self.variables.iter().map(|(name, value)| format!("{name}=\"{value}\""));
        variables.chain(self.words.iter().map(quoted)).collect::<Vec<_>>().join(" ")
    }
}

/// A command line of words without spaces in them.
fn line(words: impl AsRef<str>) -> Line {
    Line { words: words.as_ref().split_whitespace().map(str::to_owned).collect(), ..Line::default() }
}

fn lines<const N: usize>(all: [&str; N]) -> Vec<Line> {
    all.into_iter().map(line).collect()
}

/// The crates that users depend on, with the features that bring dependencies of their own.
const MINIMAL: &str = "check --quiet --locked --target-dir target/minimal -p cc-client -p cc-bridge -p cc-redis-http -p cc-sandbox \
                       --features cc-client/catalog,cc-client/redis-tls";

/// A command of cargo with the lowest version of each direct dependency, in a lock file of its own.
fn minimal(command: &str) -> Line {
    Line {
        variables: &[("RUSTC_BOOTSTRAP", "1")],
        ..line(format!(
            "cargo -Z direct-minimal-versions -Z lockfile-path --config resolver.lockfile-path='target/minimal/Cargo.lock' {command}"
        ))
    }
}

/// Steps in order: those that are fast and fail often come first.
///
/// `domains` are the features of `cc-client` that stand for one domain each.
fn steps(domains: &[String], seed: &str) -> Vec<Step> {
    let client = |command: &str, features: &str, rest: &str| {
        line(format!(
            "cargo {command} --quiet -p cc-client --no-default-features --features {features} {rest}"
        ))
    };
    let alone = domains.iter().map(String::as_str).chain(["catalog", "redis", "stream"]);
    let mut all = vec![
        Step {
            name: "format",
            about: "the format of the code",
            lines: lines(["cargo fmt --all --check"]),
            ..Step::default()
        },
        Step {
            name: "spec",
            about: "the spec, everything generated from it, and the rules of the house",
            lines: lines([
                "cargo xtask check",
                "cargo xtask generate --check",
                "cargo xtask bundle target/openapi.json",
                "cargo xtask tidy",
            ]),
            ..Step::default()
        },
        Step {
            name: "lints",
            about: "clippy on all targets",
            lines: lines(["cargo clippy --workspace --all-targets -- -D warnings"]),
            ..Step::default()
        },
        Step {
            name: "plain-http",
            about: "a build without TLS",
            lines: lines(["cargo check -p cc-runtime --no-default-features"]),
            ..Step::default()
        },
        Step {
            name: "tls",
            about: "each kind of TLS",
            lines: lines([
                "cargo clippy --quiet -p cc-runtime --no-default-features --features rustls-ring -- -D warnings",
                "cargo clippy --quiet -p cc-runtime --no-default-features --features rustls-no-provider -- -D warnings",
                "cargo clippy --quiet -p cc-runtime --no-default-features --features native-tls -- -D warnings",
                "cargo clippy --quiet -p cc-runtime --no-default-features --features rustls,webpki-roots -- -D warnings",
                "cargo test --quiet -p cc-runtime --no-default-features --test it -- https_without_tls",
                "cargo test --quiet -p cc-runtime --no-default-features --features rustls-no-provider --test it -- tls_without_a_provider",
                "cargo test --quiet -p cc-runtime --no-default-features --features rustls-ring --test it -- wire::",
                "cargo check -p cc-api-zone --no-default-features",
            ]),
            ..Step::default()
        },
        Step {
            name: "domains",
            about: "each domain of the client alone, and with the catalogue",
            lines: alone
                .map(|feature| client("clippy", feature, "-- -D warnings"))
                .chain(domains.iter().map(|domain| client("check", &format!("{domain},catalog"), "")))
                .collect(),
            ..Step::default()
        },
        Step {
            name: "pairs",
            about: "a sample of pairs of domains with the catalogue (CI_SEED takes another sample)",
            lines: pairs(domains, seed)
                .iter()
                .map(|pair| client("check", &format!("{pair},catalog"), ""))
                .collect(),
            ..Step::default()
        },
        Step {
            name: "minimal",
            about: "the lowest versions that the manifests name (RUSTC_BOOTSTRAP allows cargo's unstable options)",
            lines: vec![minimal("generate-lockfile"), minimal(MINIMAL)],
            ..Step::default()
        },
        Step {
            name: "docs",
            about: "documentation without warnings",
            lines: vec![Line {
                variables: &[("RUSTDOCFLAGS", "-D warnings")],
                ..line("cargo doc --workspace --no-deps --quiet")
            }],
            ..Step::default()
        },
        Step {
            name: "selections",
            about: "the tests of every package use the same builds of the libraries",
            lines: vec![Line {
                optional: Some("the builds of the libraries are not compared"),
                ..line("python3 benches/selections.py")
            }],
            ..Step::default()
        },
        Step {
            name: "tests",
            about: "all tests",
            lines: vec![Line { records_snapshots: true, ..line("cargo test --workspace") }],
            ..Step::default()
        },
        Step {
            name: "clients",
            about: "official clients, and the examples of other languages, against the sandbox",
            lines: vec![Line {
                optional: Some("the official clients are not run against the sandbox"),
                ..line("node crates/cc-sandbox/clients/run.mjs js rust-sdk examples")
            }],
            ..Step::default()
        },
        Step {
            name: "browser",
            about: "what builds for browsers, and the contract suite and the page in Chromium",
            lines: lines(["cargo xtask wasm check", "cargo xtask wasm test"]),
            ..Step::default()
        },
        Step {
            name: "js",
            about: "the package for JavaScript, packed and installed, in Node.js and in Chromium",
            lines: lines(["cargo xtask js test"]),
            ..Step::default()
        },
        Step {
            name: "mutations",
            about: "mutated documents of the spec are refused with file and line, or change what is generated, and a sample compiles",
            lines: lines(["cargo xtask fuzz --count 1000 --compile 10"]),
            ..Step::default()
        },
        Step {
            name: "snapshots",
            about: "each snapshot is used by a test",
            lines: lines(["cargo xtask snapshots --unused"]),
            ..Step::default()
        },
        Step {
            name: "proof",
            about: "a sample of the changes on which `diff` and the compiler must agree (step `whole-proof`: all of them)",
            lines: lines(["cargo xtask prove --count 16"]),
            ..Step::default()
        },
        Step {
            name: "coverage",
            about: "operations per domain: specified, generated, by a command, in the sandbox, tried by generated tests, tested by others",
            lines: lines(["cargo xtask coverage"]),
            ..Step::default()
        },
    ];
    all.extend(jobs::jobs(domains));
    all
}

/// A sample of twelve pairs, the same for a seed on every machine.
fn pairs(domains: &[String], seed: &str) -> Vec<String> {
    let mut all: Vec<(u64, String)> = Vec::new();
    for (index, one) in domains.iter().enumerate() {
        for other in &domains[index + 1..] {
            let pair = format!("{one},{other}");
            all.push((hash(&format!("{seed} {pair}")), pair));
        }
    }
    all.sort();
    all.into_iter().take(12).map(|(_, pair)| pair).collect()
}

/// FNV-1a: the standard library promises no hash that stays the same from release to release.
fn hash(text: &str) -> u64 {
    text.bytes()
        .fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

/// Runs the steps that the options select and prints as it goes; `--list` runs none and lists them all.
pub fn ci(options: &[&str], root: &Path) -> Outcome {
    let domains = match domains(root) {
        Ok(domains) => domains,
        Err(message) => return Outcome::failed(format!("error: {message}\n")),
    };
    // The sample is the same in every run. `CI_SEED=other cargo xtask ci` takes another one.
    let seed = std::env::var("CI_SEED").unwrap_or_else(|_| "1".to_owned());
    run(&steps(&domains, &seed), options, &mut io::stdout(), &mut |line| execute(line, root))
}

/// The features of `cc-client` that stand for one domain each, as its manifest lists them.
fn domains(root: &Path) -> Result<Vec<String>, String> {
    let file = root.join("crates/cc-client/Cargo.toml");
    let text = std::fs::read_to_string(&file)
        .map_err(|error| format!("{} could not be read: {error}", file.display()))?;
    let generated = text
        .lines()
        .skip_while(|line| !line.starts_with("# @generated by xtask: features"))
        .take_while(|line| !line.starts_with("# @end"));
    let mut domains: Vec<String> = generated
        .filter_map(|line| line.split_once(" = [\"dep:"))
        .map(|(feature, _)| feature.to_owned())
        .collect();
    domains.sort();
    if domains.is_empty() { Err(format!("{} lists no domains", file.display())) } else { Ok(domains) }
}

/// Exit code of a program that lacks something to run with, such as a network: the one by which automake skips tests.
const CANNOT_RUN: i32 = 77;

/// Result of a command line.
enum Ended {
    Well,
    /// The machine lacks what the command needs: the reason.
    LeftOut(String),
    Failed(String),
}

fn execute(line: &Line, root: &Path) -> Ended {
    let mut command = Command::new(&line.words[0]);
    command.args(&line.words[1..]).current_dir(root).stdin(Stdio::null());
    // `cargo run` describes `xtask` in variables on which build scripts of some libraries depend: with them, those are built
    // twice.
    for (name, _) in std::env::vars_os() {
        let text = name.to_string_lossy();
        if text.starts_with("CARGO_PKG_") || text.starts_with("CARGO_MANIFEST_") {
            command.env_remove(&name);
        }
    }
    // A snapshot that is not committed is a failure.
    command.env("INSTA_UPDATE", "no");
    if line.records_snapshots {
        let used = root.join(crate::snapshots::USED);
        // It may not be there. Snapshots that an earlier run used may be unused now.
        let _ = std::fs::remove_file(&used);
        command.env("INSTA_SNAPSHOT_REFERENCES_FILE", used);
    }
    // About a hundred sets of features are each built once: files for building them again would fill the disk (35 MB a set,
    // not 3).
    if std::env::var_os("CARGO_INCREMENTAL").is_none() {
        command.env("CARGO_INCREMENTAL", "0");
    }
    match command.envs(line.variables.iter().copied()).status() {
        Ok(status) if status.success() => Ended::Well,
        Ok(status) if status.code() == Some(CANNOT_RUN) && line.optional.is_some() => {
            Ended::LeftOut(format!("{} cannot run here", line.words[0]))
        }
        Ok(status) => Ended::Failed(status.to_string()),
        Err(error) if error.kind() == io::ErrorKind::NotFound && line.optional.is_some() => {
            Ended::LeftOut(format!("{} is not installed", line.words[0]))
        }
        Err(error) => Ended::Failed(format!("{} cannot be run: {error}", line.words[0])),
    }
}

fn run(
    steps: &[Step],
    options: &[&str],
    out: &mut dyn Write,
    execute: &mut dyn FnMut(&Line) -> Ended,
) -> Outcome {
    let find = |name: &str| {
        steps.iter().position(|step| step.name == name).ok_or_else(|| {
            Outcome::failed(format!("error: unknown step `{name}`; the steps are:\n{}", list(steps)))
        })
    };
    let is_of_every_run = |step: &&Step| !step.has_own_job;
    let selected: Vec<&Step> = match options {
        [] => steps.iter().filter(is_of_every_run).collect(),
        ["--list"] => return Outcome::ok(list(steps)),
        ["--from", name] => match find(name) {
            Ok(index) if steps[index].has_own_job => vec![&steps[index]],
            Ok(index) => steps[index..].iter().filter(is_of_every_run).collect(),
            Err(outcome) => return outcome,
        },
        ["--only", name] => match find(name) {
            Ok(index) => vec![&steps[index]],
            Err(outcome) => return outcome,
        },
        ["--from" | "--only"] => {
            return Outcome::failed(format!(
                "error: `{}` takes the name of a step:\n{}",
                options[0],
                list(steps)
            ));
        }
        _ => {
            return crate::help::misused("ci", &crate::unknown_options(options));
        }
    };
    for step in selected {
        say(out, &format!("\n== {}\n", step.name));
        for line in &step.lines {
            say(out, &format!("$ {}\n", line.shown()));
            match execute(line) {
                Ended::Well => {}
                Ended::LeftOut(reason) => {
                    say(out, &format!("{reason}: {}\n", line.optional.unwrap_or_default()));
                }
                Ended::Failed(reason) => {
                    return Outcome::failed(format!(
                        "error: step `{0}` failed: `{1}`: {reason}\nto go on from this step: cargo xtask ci --from {0}\n",
                        step.name,
                        line.shown()
                    ));
                }
            }
        }
    }
    Outcome::ok("")
}

/// The reader of the output may have left: the steps run all the same.
fn say(out: &mut dyn Write, text: &str) {
    let _ = out.write_all(text.as_bytes());
    let _ = out.flush();
}

fn list(steps: &[Step]) -> String {
    let width = steps.iter().map(|step| step.name.len()).max().unwrap_or_default();
    let mut text = String::new();
    for has_own_job in [false, true] {
        let mut part = steps.iter().filter(|step| step.has_own_job == has_own_job).peekable();
        if has_own_job && part.peek().is_some() {
            text.push_str("steps that only --only runs, with a job of their own in CI:\n");
        }
        for step in part {
            let _ = writeln!(text, "  {:<width$}  {}", step.name, step.about);
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn three() -> Vec<Step> {
        ["one", "two", "three"]
            .map(|name| Step {
                name,
                about: "a step",
                lines: vec![line(format!("{name} -a")), line(format!("{name} -b"))],
                ..Step::default()
            })
            .into()
    }

    /// Runs three steps of two lines each; lines that contain `failing` fail. Returns what was printed as well.
    fn run_three(options: &[&str], failing: &str) -> (Outcome, String) {
        let mut out = Vec::new();
        let outcome = run(&three(), options, &mut out, &mut |line| {
            if line.shown() == failing { Ended::Failed("exit status: 101".to_owned()) } else { Ended::Well }
        });
        (outcome, String::from_utf8(out).unwrap())
    }

    #[test]
    fn the_steps_and_their_command_lines_are_those_of_the_snapshot() {
        let domains = ["addon", "log", "zone"].map(str::to_owned);
        let mut text = String::new();
        for step in steps(&domains, "1") {
            let _ = writeln!(text, "== {}: {}", step.name, step.about);
            for line in &step.lines {
                let _ = writeln!(text, "{}", line.shown());
            }
        }
        insta::assert_snapshot!(text);
    }

    #[test]
    fn every_step_runs_in_order_under_its_heading() {
        let (outcome, printed) = run_three(&[], "");
        assert!(outcome.success);
        assert_eq!(
            printed,
            "\n== one\n$ one -a\n$ one -b\n\n== two\n$ two -a\n$ two -b\n\n== three\n$ three -a\n$ three -b\n"
        );
    }

    #[test]
    fn a_failing_step_ends_the_run_and_names_the_command_to_go_on() {
        let (outcome, printed) = run_three(&[], "two -a");
        assert!(!outcome.success);
        assert!(printed.ends_with("== two\n$ two -a\n"), "{printed}");
        assert_eq!(
            outcome.errors,
            "error: step `two` failed: `two -a`: exit status: 101\nto go on from this step: cargo xtask ci --from two\n"
        );
    }

    #[test]
    fn from_and_only_select_steps() {
        let (outcome, printed) = run_three(&["--from", "two"], "");
        assert!(outcome.success && !printed.contains("== one"), "{printed}");
        assert!(printed.contains("== two") && printed.contains("== three"), "{printed}");
        let (outcome, printed) = run_three(&["--only", "two"], "");
        assert!(outcome.success);
        assert_eq!(printed, "\n== two\n$ two -a\n$ two -b\n");
    }

    #[test]
    fn a_step_with_a_job_of_its_own_runs_only_when_it_is_named() {
        let mut steps = three();
        steps[1].has_own_job = true;
        let printed = |options: &[&str]| {
            let mut out = Vec::new();
            assert!(run(&steps, options, &mut out, &mut |_| Ended::Well).success);
            String::from_utf8(out).unwrap()
        };
        assert!(!printed(&[]).contains("== two"));
        assert!(!printed(&["--from", "one"]).contains("== two"));
        assert!(printed(&["--only", "two"]).contains("== two"));
        let listed = list(&steps);
        assert!(listed.ends_with("in CI:\n  two    a step\n"), "{listed}");
    }

    #[test]
    fn an_unknown_step_is_an_error_that_lists_the_steps() {
        for options in [["--from", "four"], ["--only", "four"]] {
            let (outcome, printed) = run_three(&options, "");
            assert!(!outcome.success && printed.is_empty(), "{printed}");
            assert!(outcome.errors.starts_with("error: unknown step `four`"), "{}", outcome.errors);
            for name in ["one", "two", "three"] {
                assert!(outcome.errors.contains(&format!("\n  {name}")), "{}", outcome.errors);
            }
        }
        for options in [&["--from"][..], &["--onyl", "two"], &["--from", "two", "--only", "two"]] {
            let (outcome, printed) = run_three(options, "");
            assert!(
                !outcome.success && printed.is_empty() && outcome.errors.starts_with("error: "),
                "{options:?}"
            );
        }
    }

    #[test]
    fn a_line_whose_program_may_be_missing_is_left_out_with_a_reason() {
        let missing = || line("a-program-that-nobody-has --version");
        let ended = |optional| {
            let steps =
                [Step { name: "one", lines: vec![Line { optional, ..missing() }], ..Step::default() }];
            let mut out = Vec::new();
            let outcome = run(&steps, &[], &mut out, &mut |line| execute(line, Path::new(".")));
            (outcome.success, String::from_utf8(out).unwrap())
        };
        assert!(!ended(None).0);
        let (success, printed) = ended(Some("nothing is compared"));
        assert!(success);
        assert!(
            printed.ends_with("a-program-that-nobody-has is not installed: nothing is compared\n"),
            "{printed}"
        );
    }

    #[test]
    fn an_optional_command_that_cannot_run_here_is_left_out() {
        let quits = |optional| Line {
            words: ["sh", "-c", "exit 77"].map(str::to_owned).into(),
            optional,
            ..Line::default()
        };
        let ended = execute(&quits(Some("nothing is checked")), Path::new("."));
        assert!(matches!(ended, Ended::LeftOut(reason) if reason == "sh cannot run here"));
        assert!(matches!(execute(&quits(None), Path::new(".")), Ended::Failed(_)));
    }

    #[test]
    fn each_seed_takes_a_sample_of_its_own() {
        let domains: Vec<String> = ('a'..='z').map(String::from).collect();
        let sample = pairs(&domains, "1");
        assert_eq!(sample.len(), 12);
        assert_eq!(sample, pairs(&domains, "1"));
        assert_ne!(sample, pairs(&domains, "other"));
    }

    /// A reader of the README runs the same tests.
    #[test]
    fn the_test_command_of_the_readme_is_a_line_of_the_steps() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
        let readme = std::fs::read_to_string(root.join("README.md")).unwrap();
        let command = "cargo test --workspace";
        assert!(readme.lines().any(|line| line.starts_with(command)));
        let steps = steps(&domains(root).unwrap(), "1");
        assert!(steps.iter().flat_map(|step| &step.lines).any(|line| line.shown() == command));
    }
}
