//! Snapshots are accepted in a review only: the settings of the workspace write `.snap.new` at most, and nothing in CI.

use std::path::Path;
use std::process::Command;

/// The folder of the snapshots, for the test that the others start.
const FOLDER: &str = "XTASK_TEST_SNAPSHOTS";

/// Compares with a snapshot where another test says so, else it does nothing.
#[test]
fn compares_in_the_folder_of_another_test() {
    let Some(folder) = std::env::var_os(FOLDER) else { return };
    insta::with_settings!({snapshot_path => folder, prepend_module_to_snapshot => false}, {
        insta::assert_snapshot!("sample", "new text");
    });
}

/// The value that `cargo` sets for every test of the workspace.
fn configured() -> String {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../.cargo/config.toml");
    let text = std::fs::read_to_string(file).unwrap();
    let value = text.lines().find_map(|line| line.strip_prefix("INSTA_UPDATE = "));
    value.unwrap().trim_matches('"').to_owned()
}

/// Runs the sample test with the configured value. Returns its success and the files of the folder with their texts.
fn run(committed: Option<&str>, in_ci: bool) -> (bool, Vec<(String, String)>) {
    let folder = tempfile::tempdir().unwrap();
    if let Some(text) = committed {
        std::fs::write(folder.path().join("sample.snap"), text).unwrap();
    }
    let mut command = Command::new(std::env::current_exe().unwrap());
    command
        .args(["--exact", "snapshots::compares_in_the_folder_of_another_test"])
        .env(FOLDER, folder.path())
        .env("INSTA_UPDATE", configured())
        .env_remove("INSTA_FORCE_PASS")
        .env_remove("INSTA_SNAPSHOT_REFERENCES_FILE")
        .env_remove("TF_BUILD")
        .env_remove("CI");
    if in_ci {
        command.env("CI", "true");
    }
    let output = command.output().unwrap();
    assert!(String::from_utf8_lossy(&output.stdout).contains("running 1 test"), "{output:?}");
    let mut files: Vec<(String, String)> = std::fs::read_dir(folder.path())
        .unwrap()
        .map(|entry| entry.unwrap())
        .map(|entry| {
            (entry.file_name().into_string().unwrap(), std::fs::read_to_string(entry.path()).unwrap())
        })
        .collect();
    files.sort();
    (output.status.success(), files)
}

const OLD: &str = "---\nsource: xtask/tests/it/snapshots.rs\n---\nold text\n";

#[test]
fn a_changed_or_new_snapshot_fails_its_test_and_waits_for_a_review() {
    let (passed, files) = run(Some(OLD), false);
    assert!(!passed);
    assert_eq!(files.len(), 2, "{files:?}");
    assert_eq!(files[0], ("sample.snap".to_owned(), OLD.to_owned()));
    assert!(files[1].0 == "sample.snap.new" && files[1].1.ends_with("new text\n"), "{files:?}");
    let (passed, files) = run(None, false);
    assert!(!passed);
    assert_eq!(files.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>(), ["sample.snap.new"]);
}

#[test]
fn ci_writes_no_snapshot() {
    let (passed, files) = run(Some(OLD), true);
    assert!(!passed);
    assert_eq!(files, [("sample.snap".to_owned(), OLD.to_owned())]);
    let (passed, files) = run(None, true);
    assert!(!passed && files.is_empty(), "{files:?}");
}
