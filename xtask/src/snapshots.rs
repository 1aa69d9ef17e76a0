//! `cargo xtask snapshots`: snapshots that changed since a revision with the likely cause, and snapshots that no test uses.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::path::{Path, PathBuf};

use crate::Outcome;
use crate::git::git;

/// File of the paths that the tests of the last `cargo xtask ci` compared. `insta` writes it.
pub const USED: &str = "target/snapshots-used.txt";

pub fn snapshots(options: &[&str], root: &Path) -> Outcome {
    let text = match options {
        ["--unused"] => return unused(root),
        [] => changed(root, "HEAD"),
        [revision] if !revision.starts_with('-') => changed(root, revision),
        _ => return crate::help::misused("snapshots", &crate::unknown_options(options)),
    };
    match text {
        Ok(text) => Outcome::ok(text),
        Err(error) => Outcome::failed(format!("error: {error}\n")),
    }
}

/// Groups of the files that users notice, in the order of the report. The first whose part a path contains wins.
const GROUPS: [(&str, &[&str]); 6] = [
    ("surface", &["spec/surface/"]),
    (
        "documentation",
        &[
            "the_texts_of_generated_code",
            "the_client_the_page_and_the_surface",
            "every_command_says_its_effect",
        ],
    ),
    ("generated code and messages of xtask", &["xtask/"]),
    ("outputs and errors of commands", &["cc-trials/tests/it/snapshots/commands__", "cc-runtime/tests/"]),
    (
        "requests",
        &[
            "/tests/it/commands/snapshots/",
            "/snapshots/requests__",
            "crates/cc-bridge/",
            "crates/cc-redis-http/",
        ],
    ),
    ("other", &[""]),
];

/// A file that changed in the range.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Change {
    path: String,
    /// `new`, `gone`, `changed`, or `pending`: a `.snap.new` that nobody reviewed.
    how: &'static str,
    /// Lines added and removed, where git counts them.
    lines: Option<(usize, usize)>,
}

/// Most causes that are listed for a snapshot.
const MOST: usize = 8;

fn is_user_facing(path: &str) -> bool {
    path.ends_with(".snap") || (path.starts_with("spec/surface/") && path.ends_with(".txt"))
}

fn changed(root: &Path, revision: &str) -> Result<String, String> {
    let all = changes(root, revision)?;
    let files: BTreeSet<&str> = all.iter().map(|change| change.path.as_str()).collect();
    let shown: Vec<&Change> = all.iter().filter(|change| is_user_facing(&change.path)).collect();
    if shown.is_empty() {
        return Ok(format!("no snapshot changed since {revision}\n"));
    }
    let domains = domains_of_commands(root);
    let mut groups: BTreeMap<usize, Vec<&Change>> = BTreeMap::new();
    for change in shown {
        let is_of = |parts: &&[&str]| parts.iter().any(|part| change.path.contains(part));
        let group = GROUPS.iter().position(|(_, parts)| is_of(parts)).unwrap_or(GROUPS.len() - 1);
        groups.entry(group).or_default().push(change);
    }
    let mut text = String::new();
    let mut subjects: BTreeMap<String, String> = BTreeMap::new();
    for (group, changes) in groups {
        let _ = writeln!(text, "{} ({})", GROUPS[group].0, changes.len());
        for change in changes {
            let lines = change.lines.map(|(new, old)| format!(", +{new} -{old}")).unwrap_or_default();
            let _ = writeln!(text, "  {}: {}{lines}", change.path, change.how);
            let source = source_of(&root.join(&change.path));
            let causes = causes(&change.path, source.as_deref(), &domains, &files);
            if causes.is_empty() {
                let source = source.as_deref().unwrap_or("its test");
                let _ = writeln!(text, "    cause: none found in this range: read {source}");
            }
            let more = causes.len().saturating_sub(MOST);
            for cause in causes.into_iter().take(MOST) {
                let subject =
                    subjects.entry(cause.clone()).or_insert_with(|| last_subject(root, revision, &cause));
                let _ = writeln!(text, "    cause: {cause} ({subject})");
            }
            if more > 0 {
                let _ = writeln!(text, "    … and {more} more files");
            }
        }
    }
    Ok(text)
}

/// All files that differ between a revision and the working tree, and snapshots that wait for a review.
fn changes(root: &Path, revision: &str) -> Result<Vec<Change>, String> {
    let status = git(root, &["diff", "--name-status", "--no-renames", revision, "--"])?;
    let counts = git(root, &["diff", "--numstat", "--no-renames", revision, "--"])?;
    let lines: BTreeMap<&str, (usize, usize)> = counts
        .lines()
        .filter_map(|line| {
            let mut cells = line.split('\t');
            let (new, old, path) = (cells.next()?, cells.next()?, cells.next()?);
            Some((path, (new.parse().ok()?, old.parse().ok()?)))
        })
        .collect();
    let mut found: Vec<Change> = status
        .lines()
        .filter_map(|line| line.split_once('\t'))
        .map(|(how, path)| Change {
            path: path.to_owned(),
            how: match how {
                "A" => "new",
                "D" => "gone",
                _ => "changed",
            },
            lines: lines.get(path).copied(),
        })
        .collect();
    let untracked = git(root, &["ls-files", "--others", "--exclude-standard"])?;
    found.extend(untracked.lines().map(|path| Change { path: path.to_owned(), how: "new", lines: None }));
    found.extend(files_that_end_with(root, ".snap.new").iter().map(|path| Change {
        path: path.strip_suffix(".new").unwrap_or(path).to_owned(),
        how: "pending: `cargo insta review` shows and accepts it",
        lines: None,
    }));
    found.sort();
    Ok(found)
}

/// Files below `crates` and `xtask` by the end of their name, as paths relative to the root.
fn files_that_end_with(root: &Path, end: &str) -> Vec<String> {
    let folders = ["crates", "xtask"].map(|folder| root.join(folder));
    let entries = folders.iter().flat_map(|folder| {
        walkdir::WalkDir::new(folder)
            .into_iter()
            .filter_entry(|entry| entry.file_name() != "target")
            .flatten()
    });
    let mut found: Vec<String> = entries
        .filter(|entry| entry.file_name().to_string_lossy().ends_with(end))
        .filter_map(|entry| Some(shown(entry.path().strip_prefix(root).ok()?)))
        .collect();
    found.sort();
    found
}

/// A path with `/`, as git prints it on every system.
fn shown(path: &Path) -> String {
    path.components().map(|part| part.as_os_str().to_string_lossy()).collect::<Vec<_>>().join("/")
}

/// The test file in the header of a snapshot.
fn source_of(snapshot: &Path) -> Option<String> {
    let text = std::fs::read_to_string(snapshot).ok()?;
    text.lines().take(6).find_map(|line| line.strip_prefix("source: ")).map(str::to_owned)
}

/// The domain of each command: the file of the spec that has its name.
fn domains_of_commands(root: &Path) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    for file in std::fs::read_dir(root.join("spec")).into_iter().flatten().flatten() {
        let path = file.path();
        let domain = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let text = std::fs::read_to_string(&path).unwrap_or_default();
        for rest in text.split("name: ").skip(1) {
            let name = rest.split(|c: char| !c.is_alphanumeric()).next().unwrap_or_default();
            if name.starts_with(char::is_uppercase) {
                found.insert(name.to_owned(), domain.clone());
            }
        }
    }
    found
}

/// The changed files that explain a changed snapshot: those of its domain, else those that every snapshot depends on.
fn causes(
    snapshot: &str,
    source: Option<&str>,
    domains: &BTreeMap<String, String>,
    changed: &BTreeSet<&str>,
) -> Vec<String> {
    let stem = snapshot.rsplit('/').next().and_then(|name| name.split('.').next()).unwrap_or_default();
    let name = stem.rsplit("__").next().unwrap_or(stem);
    let mut own: Vec<String> = source.map(str::to_owned).into_iter().collect();
    let mut general: Vec<String> = vec!["spec/shared.yaml".to_owned()];
    if snapshot.starts_with("spec/surface/") {
        own = vec![format!("spec/{name}.yaml")];
        general.extend(["xtask/src/surface", "xtask/src/generate"].map(str::to_owned));
    } else if snapshot.starts_with("xtask/") {
        own.extend(of_module(stem));
        general.push("xtask/src/".to_owned());
    } else {
        let domain = domains.get(name).map_or(name, String::as_str);
        let module = domain.replace('-', "_");
        own.push(format!("spec/{domain}.yaml"));
        own.push(format!("crates/cc-client/src/commands/{module}/"));
        own.push(format!("crates/cc-client/src/commands/{module}.rs"));
        own.push(format!("crates/cc-sandbox/src/domains/{module}"));
        // The folder of the crate's code, and what every request goes through.
        if let Some(krate) = snapshot.split("/tests/").next().filter(|krate| krate.starts_with("crates/")) {
            general.push(format!("{krate}/src/"));
        }
        general.extend(
            ["xtask/src/generate", "crates/cc-runtime/src/", "crates/cc-client/src/"].map(str::to_owned),
        );
    }
    let matching = |parts: &[String]| -> Vec<String> {
        let is_cause = |file: &&&str| {
            !is_user_facing(file)
                && !["xtask/tests/fixtures/foreign/", "xtask/tests/fixtures/upstream/"]
                    .iter()
                    .any(|folder| file.starts_with(folder))
                && !file.contains("/generated/")
                && parts.iter().any(|part| file.starts_with(part.as_str()))
        };
        changed.iter().filter(is_cause).map(|file| (*file).to_owned()).collect()
    };
    let found = matching(&own);
    if found.is_empty() { matching(&general) } else { found }
}

/// The code and the documents behind a snapshot of the tests of xtask: `it__diff__…` is one of `tests/it/diff.rs`.
fn of_module(stem: &str) -> Vec<String> {
    let module = stem.trim_start_matches("it__").split("__").next().unwrap_or_default();
    let code: &[&str] = match module {
        // The messages of `check`, and what the generator makes.
        "fixtures" if stem.ends_with("specs_that_break_rules_get_every_problem_with_its_place") => &["spec"],
        "fixtures" => &["generate", "surface", "spec/model", "spec/expand", "spec/declared"],
        "diff" => &["diff", "surface"],
        module => &[module],
    };
    let fixtures = ["xtask/tests/fixtures/changes.yaml", "xtask/tests/fixtures/"];
    let fixtures = if module == "fixtures" { &fixtures[1..] } else { &fixtures[..1] };
    code.iter()
        .map(|code| format!("xtask/src/{code}"))
        .chain(fixtures.iter().map(|&file| file.to_owned()))
        .collect()
}

fn last_subject(root: &Path, revision: &str, file: &str) -> String {
    let range = format!("{revision}..HEAD");
    match git(root, &["log", "-1", "--format=%h %s", &range, "--", file]) {
        Ok(line) if !line.trim().is_empty() => line.trim().to_owned(),
        _ => "not committed".to_owned(),
    }
}

/// The snapshots that no test of the last `cargo xtask ci` compared.
fn unused(root: &Path) -> Outcome {
    let Ok(used) = std::fs::read_to_string(root.join(USED)) else {
        return Outcome::failed(format!(
            "error: {USED} is missing: run `cargo xtask ci --only tests`, which records the snapshots that tests use\n"
        ));
    };
    let used: BTreeSet<PathBuf> =
        used.lines().map(|line| root.join(line)).filter_map(|path| path.canonicalize().ok()).collect();
    let all = files_that_end_with(root, ".snap");
    let is_used = |path: &&String| root.join(path).canonicalize().is_ok_and(|path| used.contains(&path));
    let (kept, left): (Vec<&String>, Vec<&String>) = all.iter().partition(is_used);
    if left.is_empty() {
        return Outcome::ok(format!("tests use all {} snapshots\n", kept.len()));
    }
    let text = left.iter().map(|path| format!("{path}: no test uses this snapshot: delete it\n")).collect();
    Outcome { text, errors: format!("error: unused snapshots: {}\n", left.len()), success: false }
}

/// Finds snapshots whose test is gone, by their names: a test of this name, or a text of this name in the tests of the crate.
///
/// `--unused` is exact, but needs a run of all tests.
pub fn without_a_test(root: &Path, found: &mut Vec<String>) {
    let mut words: BTreeMap<PathBuf, BTreeSet<String>> = BTreeMap::new();
    for path in files_that_end_with(root, ".snap") {
        let file = root.join(&path);
        let Some(source) = source_of(&file) else {
            found.push(format!("{path}: the header of this snapshot names no test file"));
            continue;
        };
        if !root.join(&source).is_file() {
            found.push(format!("{path}: the test file {source} does not exist: delete this snapshot"));
            continue;
        }
        let stem = path.rsplit('/').next().and_then(|name| name.strip_suffix(".snap")).unwrap_or_default();
        let name = stem.rsplit("__").next().unwrap_or(stem);
        let folder = tests_folder(root, &file);
        let known = words.entry(folder.clone()).or_insert_with(|| words_of(&folder));
        // `insta` numbers the further snapshots of one test: `name-2`.
        let first = name.rsplit_once('-').filter(|(_, number)| number.parse::<u32>().is_ok());
        // A test may compare several snapshots of one command: `GetAddon.bare`.
        let is_known = |name: &str| {
            name.split('.').all(|part| known.contains(part))
                || root.join(format!("spec/{name}.yaml")).is_file()
        };
        if !is_known(name) && !first.is_some_and(|(first, _)| is_known(first)) {
            found.push(format!(
                "{path}: no test below {} is named `{name}`",
                shown(folder.strip_prefix(root).unwrap_or(&folder))
            ));
        }
    }
}

/// The `tests` or `src` folder that a snapshot belongs to.
fn tests_folder(root: &Path, snapshot: &Path) -> PathBuf {
    let is_root = |path: &&Path| path.file_name().is_some_and(|name| name == "tests" || name == "src");
    snapshot.ancestors().take_while(|path| *path != root).find(is_root).unwrap_or(root).to_owned()
}

/// Words of all Rust files below a folder, where `-` is a part of a word.
fn words_of(folder: &Path) -> BTreeSet<String> {
    let mut words = BTreeSet::new();
    for entry in walkdir::WalkDir::new(folder).into_iter().flatten() {
        if entry.path().extension().is_some_and(|extension| extension == "rs") {
            let text = std::fs::read_to_string(entry.path()).unwrap_or_default();
            let is_part = |c: char| c.is_alphanumeric() || c == '_' || c == '-';
            words.extend(text.split(|c: char| !is_part(c)).map(str::to_owned));
        }
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A repository with one domain, a committed snapshot of each kind, and an identity of its own.
    fn repository() -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        write(root, "spec/zone.yaml", "x-command: {name: GetZone}\n");
        write(root, "spec/surface/zone.txt", "send GetZone\n");
        write(root, "crates/cc-client/tests/it/commands/zone.rs", "fn get() { shape(\"GetZone\") }\n");
        let header = |source: &str| format!("---\nsource: {source}\n---\nGET /v4/zones\n");
        let client = header("crates/cc-client/tests/it/commands/zone.rs");
        write(root, "crates/cc-client/tests/it/commands/snapshots/GetZone.snap", &client);
        write(root, "xtask/tests/it/fixtures.rs", "fn words() {}\n");
        write(
            root,
            "xtask/tests/it/snapshots/it__fixtures__words.snap",
            &header("xtask/tests/it/fixtures.rs"),
        );
        run(root, &["init", "--quiet"]);
        commit(root, "start");
        folder
    }

    fn write(root: &Path, path: &str, text: &str) {
        let file = root.join(path);
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(file, text).unwrap();
    }

    fn append(root: &Path, path: &str, text: &str) {
        let before = std::fs::read_to_string(root.join(path)).unwrap();
        write(root, path, &format!("{before}{text}"));
    }

    fn run(root: &Path, arguments: &[&str]) {
        git(root, arguments).unwrap();
    }

    fn commit(root: &Path, subject: &str) {
        run(root, &["add", "--all"]);
        let who = ["-c", "user.name=Ada", "-c", "user.email=ada@example.org", "-c", "commit.gpgsign=false"];
        run(root, &[&who[..], &["commit", "--quiet", "--message", subject]].concat());
    }

    #[test]
    fn a_changed_snapshot_is_listed_with_the_file_that_changed_it() {
        let folder = repository();
        let root = folder.path();
        assert_eq!(snapshots(&[], root).text, "no snapshot changed since HEAD\n");
        append(root, "spec/zone.yaml", "x-note: more\n");
        append(root, "crates/cc-client/tests/it/commands/snapshots/GetZone.snap", "GET /v2/summary\n");
        commit(root, "spec: look the owner up");
        write(root, "spec/surface/zone.txt", "send GetZone()\n");
        write(root, "xtask/src/generate/words.rs", "//! Words.\n");
        // Code that neither a snapshot of the generator nor a surface depends on.
        write(root, "xtask/src/release/words.rs", "//! Words.\n");
        write(root, "crates/cc-sandbox/src/domains/zone.rs", "//! Words.\n");
        for name in ["words", "the_texts_of_generated_code"] {
            write(
                root,
                &format!("xtask/tests/it/snapshots/it__fixtures__{name}.snap.new"),
                "---\nsource: xtask/tests/it/fixtures.rs\n---\n",
            );
        }
        let outcome = snapshots(&["HEAD~1"], root);
        assert!(outcome.success, "{}", outcome.errors);
        let hash = git(root, &["log", "-1", "--format=%h"]).unwrap();
        let expected = format!(
            "surface (1)\n  spec/surface/zone.txt: changed, +1 -1\n    cause: spec/zone.yaml ({hash} spec: look the owner up)\n\
             documentation (1)\n  xtask/tests/it/snapshots/it__fixtures__the_texts_of_generated_code.snap: \
             pending: `cargo insta review` shows and accepts it\n    cause: xtask/src/generate/words.rs (not committed)\n\
             generated code and messages of xtask (1)\n  xtask/tests/it/snapshots/it__fixtures__words.snap: \
             pending: `cargo insta review` shows and accepts it\n    cause: xtask/src/generate/words.rs (not committed)\n\
             requests (1)\n  crates/cc-client/tests/it/commands/snapshots/GetZone.snap: changed, +1 -0\n    \
             cause: crates/cc-sandbox/src/domains/zone.rs (not committed)\n    cause: spec/zone.yaml ({hash} spec: look the owner up)\n"
        )
        .replace(&format!("{hash} "), &format!("{} ", hash.trim()));
        assert_eq!(outcome.text, expected);
    }

    #[test]
    fn a_change_without_a_cause_in_the_range_names_the_test_to_read() {
        let folder = repository();
        append(
            folder.path(),
            "crates/cc-client/tests/it/commands/snapshots/GetZone.snap",
            "GET /v2/summary\n",
        );
        let text = snapshots(&[], folder.path()).text;
        let end = "cause: none found in this range: read crates/cc-client/tests/it/commands/zone.rs\n";
        assert!(text.ends_with(end), "{text}");
    }

    #[test]
    fn an_unknown_revision_and_unknown_options_are_errors() {
        let folder = repository();
        for options in [&["no-such-revision"][..], &["--unknown"], &["HEAD", "HEAD"]] {
            let outcome = snapshots(options, folder.path());
            assert!(!outcome.success && outcome.errors.starts_with("error: "), "{options:?}: {outcome:?}");
        }
    }

    #[test]
    fn a_snapshot_that_no_test_compared_is_refused() {
        let folder = repository();
        let root = folder.path();
        let outcome = snapshots(&["--unused"], root);
        assert!(outcome.errors.contains("cargo xtask ci --only tests"), "{}", outcome.errors);
        let used = [
            "crates/cc-client/tests/it/commands/snapshots/GetZone.snap",
            "xtask/tests/it/snapshots/it__fixtures__words.snap",
        ];
        // Tests run in the folder of their crate, so `insta` writes whole paths, some through `..`.
        let record = |paths: &[&str]| {
            let lines = paths.iter().map(|path| format!("{}/crates/../{path}\n", root.display()));
            write(root, USED, &lines.collect::<String>());
        };
        record(&used);
        assert_eq!(snapshots(&["--unused"], root).text, "tests use all 2 snapshots\n");
        record(&used[..1]);
        let outcome = snapshots(&["--unused"], root);
        assert!(!outcome.success);
        assert_eq!(outcome.text, format!("{}: no test uses this snapshot: delete it\n", used[1]));
    }

    #[test]
    fn a_snapshot_whose_test_is_gone_is_found_by_its_name() {
        let folder = repository();
        let root = folder.path();
        let found = || {
            let mut found = Vec::new();
            without_a_test(root, &mut found);
            found
        };
        assert_eq!(found(), Vec::<String>::new());
        let snapshot = |name: &str, source: &str| {
            write(
                root,
                &format!("xtask/tests/it/snapshots/{name}.snap"),
                &format!("---\nsource: {source}\n---\n"),
            );
        };
        snapshot("it__fixtures__words-2", "xtask/tests/it/fixtures.rs");
        assert_eq!(found(), Vec::<String>::new());
        snapshot("it__fixtures__gone", "xtask/tests/it/fixtures.rs");
        snapshot("it__old__words", "xtask/tests/it/old.rs");
        assert_eq!(
            found(),
            [
                "xtask/tests/it/snapshots/it__fixtures__gone.snap: no test below xtask/tests is named `gone`",
                "xtask/tests/it/snapshots/it__old__words.snap: the test file xtask/tests/it/old.rs does not exist: delete this snapshot",
            ]
        );
    }
}
