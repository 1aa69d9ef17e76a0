//! `cargo xtask wasm`: checks, tests, serves and measures what builds for browsers.

pub(crate) mod size;
pub(crate) mod toolchain;

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::Outcome;

/// The target of browsers.
const TARGET: &str = "wasm32-unknown-unknown";

/// Folder of everything that is built for browsers: the other builds keep their own libraries.
const FOLDER: &str = "target/wasm";

/// Crates that build for browsers.
const CRATES: [&str; 8] = [
    "cc-one-line",
    "cc-retry-after",
    "cc-runtime",
    "cc-stream",
    "cc-api-*",
    "cc-client",
    "cc-bridge",
    "cc-redis-http",
];

/// Features besides the default ones. Those of TLS and HTTP/2 change nothing in a browser, which does both by itself.
const FEATURES: &str = "cc-client/all-domains,cc-client/catalog,cc-client/drift,cc-client/http2,cc-client/native-tls,\
                        cc-bridge/catalog,cc-redis-http/catalog";

/// Features that cannot be there, with a part of the sentence that the compiler says.
const REFUSED: [(&str, &str, &str); 2] = [
    ("cc-client", "redis", "the feature `redis` of cc-client needs sockets, which a browser does not have"),
    (
        "cc-runtime",
        "blocking",
        "the feature `blocking` of cc-runtime needs threads that wait, which a browser does not have",
    ),
];

/// The modules of which tests run in browsers and in Node.js, built together: alone, they would need other builds of the same libraries.
pub(crate) const MODULES: [&str; 3] = ["cc-contract", "cc-browser-page", "cc-js"];

/// Reason why a run has nothing to tell, or a failure.
pub(crate) enum Stop {
    /// The machine lacks something.
    Skipped(String),
    Failed(String),
}

impl Stop {
    /// Returns the outcome of a run. With `required`, a run that is skipped is a failure.
    pub(crate) fn outcome(ended: Result<String, Self>, required: bool) -> Outcome {
        match ended {
            Ok(text) => Outcome::ok(text),
            Err(Self::Skipped(reason)) if !required => {
                Outcome { text: String::new(), errors: format!("skipped: {reason}\n"), success: true }
            }
            Err(Self::Skipped(problem) | Self::Failed(problem)) => {
                Outcome::failed(format!("error: {problem}\n"))
            }
        }
    }
}

impl From<String> for Stop {
    fn from(problem: String) -> Self {
        Self::Failed(problem)
    }
}

/// Runs a form of the verb.
///
/// # Errors
/// When the words after the verb are not its options.
pub fn wasm(options: &[&str], root: &Path) -> Result<Outcome, String> {
    let required = options.contains(&"--required");
    let words: Vec<&str> = options.iter().copied().filter(|word| *word != "--required").collect();
    let ended = match words.as_slice() {
        ["check"] => check(root),
        ["test"] => test(root),
        ["serve"] => serve(root, "8000"),
        ["serve", port] if port.parse::<u16>().is_ok() => serve(root, port),
        ["size"] => size::size(root),
        [] => return Err("`wasm` takes `check`, `test`, `serve` or `size`".to_owned()),
        words => return Err(crate::unknown_options(words)),
    };
    Ok(Stop::outcome(ended, required))
}

/// Checks all crates, and that the compiler refuses what browsers cannot do.
fn check(root: &Path) -> Result<String, Stop> {
    let toolchain = toolchain::find(root).map_err(Stop::Skipped)?;
    let mut command = toolchain.cargo(root, "check");
    for name in CRATES {
        command.args(["-p", name]);
    }
    run(command.args(["--features", FEATURES]))?;
    for (name, feature, sentence) in REFUSED {
        let mut command = toolchain.cargo(root, "check");
        command.args(["-p", name, "--features", feature]).stderr(Stdio::piped());
        let output = command.output().map_err(|error| format!("cargo cannot be run: {error}"))?;
        let told = String::from_utf8_lossy(&output.stderr);
        if output.status.success() || !told.contains(sentence) {
            return Err(Stop::Failed(format!(
                "the feature `{feature}` of {name} does not fail with \"{sentence}\":\n{told}"
            )));
        }
    }
    Ok(format!("{} build for {TARGET}, by {toolchain}\n", CRATES.join(", ")))
}

/// Runs the contract suite and the page in Chromium.
fn test(root: &Path) -> Result<String, Stop> {
    let toolchain = toolchain::find(root).map_err(Stop::Skipped)?;
    if !toolchain::is_installed("chromedriver") {
        let reason = "chromedriver is not installed (Debian: chromium and chromium-driver)";
        return Err(Stop::Skipped(reason.to_owned()));
    }
    let mut command = toolchain.cargo(root, "build");
    run(command.arg("--lib").args(MODULES.iter().flat_map(|name| ["-p", name])))?;
    let mut command = native(root, "test");
    // A browser at a time: two of them slow each other down.
    command.args(["-p", "cc-in-browser", "--test", "it", "--", "--test-threads", "1"]);
    run(command.env("CC_WASM_MODULES", modules(root, "debug")))?;
    Ok(String::new())
}

/// Serves the page of `examples/browser` with a sandbox.
fn serve(root: &Path, port: &str) -> Result<String, Stop> {
    let toolchain = toolchain::find(root).map_err(Stop::Failed)?;
    let mut command = toolchain.cargo(root, "build");
    run(command.args(["--lib", "-p", "cc-browser-page"]))?;
    let folder = root.join(FOLDER).join("page");
    page(root, &modules(root, "debug"), &folder)?;
    run(native(root, "run").args(["-p", "cc-in-browser", "--", "serve"]).arg(folder).arg(port))?;
    Ok(String::new())
}

/// Puts the bundled page into a folder.
fn page(root: &Path, modules: &Path, folder: &Path) -> Result<(), Stop> {
    let module = modules.join("cc_browser_page.wasm");
    std::fs::create_dir_all(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    run(native(root, "run")
        .args(["-p", "cc-in-browser", "--", "bundle"])
        .args([&module, folder])
        .arg("page"))?;
    let files = root.join("examples/browser/static");
    let entries = std::fs::read_dir(&files).map_err(|error| format!("{}: {error}", files.display()))?;
    for entry in entries.flatten() {
        std::fs::copy(entry.path(), folder.join(entry.file_name()))
            .map_err(|error| format!("{}: {error}", entry.path().display()))?;
    }
    Ok(())
}

/// Folder of the modules that a profile builds.
pub(crate) fn modules(root: &Path, profile: &str) -> PathBuf {
    root.join(FOLDER).join(TARGET).join(profile)
}

/// A command of cargo for this machine.
pub(crate) fn native(root: &Path, verb: &str) -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.args([verb, "--quiet", "--locked"]).current_dir(root);
    clean(&mut command);
    command
}

/// `cargo run` describes `xtask` in variables on which build scripts of some libraries depend: with them, those are built twice.
fn clean(command: &mut Command) {
    for (name, _) in std::env::vars_os() {
        let text = name.to_string_lossy();
        if text.starts_with("CARGO_PKG_") || text.starts_with("CARGO_MANIFEST_") {
            command.env_remove(&name);
        }
    }
}

/// Runs a command to its end.
pub(crate) fn run(command: &mut Command) -> Result<(), Stop> {
    let status =
        command.status().map_err(|error| format!("{:?} cannot be run: {error}", command.get_program()))?;
    match status.success() {
        true => Ok(()),
        false => {
            let words: Vec<_> = command.get_args().map(|word| word.to_string_lossy()).collect();
            Err(Stop::Failed(format!("`cargo {}`: {status}", words.join(" "))))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_that_does_not_exist_is_refused() {
        for words in [&[][..], &["chek"], &["check", "--all"], &["serve", "eighty"]] {
            assert!(wasm(words, Path::new(".")).is_err(), "{words:?}");
        }
    }

    #[test]
    fn every_library_that_a_program_uses_is_checked() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
        for name in CRATES.iter().filter(|name| !name.ends_with('*')) {
            assert!(root.join("crates").join(name).is_dir(), "{name}");
        }
        for (name, feature, _) in REFUSED {
            let manifest =
                std::fs::read_to_string(root.join("crates").join(name).join("Cargo.toml")).unwrap();
            assert!(
                manifest.lines().any(|line| line.starts_with(&format!("{feature} = ["))),
                "{name}/{feature}"
            );
        }
    }
}
