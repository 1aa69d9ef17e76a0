//! A project that has installed the package.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::OnceLock;

use cc_in_browser::{bundle, instances};

/// The folder of the package.
pub(crate) const PACKAGE: &str = env!("CARGO_MANIFEST_DIR");

/// Parts of the package that are not built.
const PARTS: [&str; 6] = ["js", "types", "package.json", "README.md", "LICENSE-APACHE", "LICENSE-MIT"];

/// Oldest Node.js, as `package.json` says.
const OLDEST: u32 = 20;

/// The folder of the project, made once in this process. `None`, with a sentence, where something is missing.
pub(crate) fn installed() -> Option<&'static Path> {
    static FOLDER: OnceLock<Result<PathBuf, String>> = OnceLock::new();
    match FOLDER.get_or_init(install) {
        Ok(folder) => Some(folder),
        Err(reason) => skipped(reason),
    }
}

/// Says that a test has nothing to run, or fails where `cargo xtask js test --required` runs it.
pub(crate) fn skipped<T>(reason: &str) -> Option<T> {
    assert!(std::env::var_os("CC_JS_REQUIRED").is_none(), "{reason}");
    eprintln!("skipped: {reason}");
    None
}

/// Packs the package and installs it in an empty project, as npm does it for its users.
fn install() -> Result<PathBuf, String> {
    let Some(modules) = std::env::var_os("CC_WASM_MODULES") else {
        return Err("`cargo xtask js test` builds what this test runs".to_owned());
    };
    let version =
        |program| version(program).ok_or(format!("{program} is not installed (Debian: nodejs and npm)"));
    let (node, _) = (version("node")?, version("npm")?);
    if node < OLDEST {
        return Err(format!("Node.js {node} is installed, and the package needs {OLDEST}"));
    }
    let root = Path::new(env!("CARGO_TARGET_TMPDIR")).join("js");
    let (package, project) = (root.join("package"), root.join("project"));
    // It may not be there.
    let _ = std::fs::remove_dir_all(&package);
    for part in PARTS {
        copy(&Path::new(PACKAGE).join(part), &package.join(part));
    }
    bundle(&Path::new(&modules).join("cc_js.wasm"), &package.join("dist"), "sdk").unwrap();
    instances(&package.join("dist"), "sdk").unwrap();
    let packed = ran(Command::new("npm").args(["pack", "--silent"]).current_dir(&package));
    let archive = String::from_utf8(packed.stdout).unwrap();

    copy(&Path::new(PACKAGE).join("tests/project"), &project);
    let mut command = Command::new("npm");
    command
        .args(["ci", "--no-audit", "--no-fund", "--loglevel=error", "--fetch-retries=1"])
        .current_dir(&project);
    if !command.output().is_ok_and(|output| output.status.success()) {
        // Only the test of the types needs a package of others.
        eprintln!("the compiler of TypeScript could not be installed: npm has no network");
    }
    let mut command = Command::new("npm");
    command.args(["install", "--no-save", "--offline", "--no-audit", "--no-fund", "--loglevel=error"]);
    ran(command.arg(package.join(archive.trim())).current_dir(&project));
    Ok(project)
}

/// The major version of a program, such as 20 for `v20.1.0`.
fn version(program: &str) -> Option<u32> {
    let output =
        Command::new(program).arg("--version").output().ok().filter(|output| output.status.success())?;
    let text = String::from_utf8(output.stdout).ok()?;
    text.trim().trim_start_matches('v').split('.').next()?.parse().ok()
}

/// Runs a command that must succeed.
pub(crate) fn ran(command: &mut Command) -> Output {
    let output = command.output().unwrap();
    let told =
        [&output.stdout, &output.stderr].map(|text| String::from_utf8_lossy(text).into_owned()).concat();
    assert!(output.status.success(), "{command:?}: {}\n{told}", output.status);
    output
}

fn copy(from: &Path, to: &Path) {
    if from.is_dir() {
        std::fs::create_dir_all(to).unwrap();
        for entry in std::fs::read_dir(from).unwrap() {
            let entry = entry.unwrap();
            copy(&entry.path(), &to.join(entry.file_name()));
        }
    } else {
        std::fs::copy(from, to).unwrap();
    }
}
