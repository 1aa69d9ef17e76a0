//! The verb on a workspace of three crates: plan, preparation, packages.

use std::path::Path;

use super::*;

fn write(root: &Path, path: &str, text: &str) {
    let file = root.join(path);
    std::fs::create_dir_all(file.parent().unwrap()).unwrap();
    std::fs::write(file, text).unwrap();
}

fn commit(root: &Path) {
    let who = ["-c", "user.name=Ada", "-c", "user.email=ada@example.org", "-c", "commit.gpgsign=false"];
    git(root, &["add", "--all"]).unwrap();
    git(root, &[&who[..], &["commit", "--quiet", "--message", "a change"]].concat()).unwrap();
}

/// `cc-base` < `cc-api-zone` < `cc-tool`, and a crate that is not published.
fn workspace() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    write(
        root,
        "Cargo.toml",
        "[workspace]\nresolver = \"3\"\nmembers = [\"crates/*\"]\n\n[workspace.dependencies]\n\
         cc-base = { path = \"crates/cc-base\", version = \"0.1.0\" }\ncc-api-zone = { path = \"crates/cc-api-zone\", version = \"0.1.0\" }\n",
    );
    write(root, ".gitignore", "/target\n");
    let member = |name: &str, more: &str, file: &str| {
        let manifest = format!(
            "[package]\nname = \"{name}\"\nversion = \"0.1.0\"\nedition = \"2024\"\nlicense = \"MIT\"\ndescription = \"A crate.\"\n\
             repository = \"https://example.org\"\n{more}"
        );
        write(root, &format!("crates/{name}/Cargo.toml"), &manifest);
        write(root, &format!("crates/{name}/src/{file}"), "//! A crate.\npub fn main() {}\n");
    };
    member("cc-base", "", "lib.rs");
    member("cc-api-zone", "\n[dependencies]\ncc-base.workspace = true\n", "lib.rs");
    member("cc-tool", "\n[dependencies]\ncc-api-zone.workspace = true\n", "main.rs");
    member("cc-inner", "publish = false\n", "lib.rs");
    for name in ["cc-base", "cc-tool"] {
        write(
            root,
            &format!("crates/{name}/CHANGELOG.md"),
            "# Changelog\n\n## Unreleased\n\n### Added\n- All.\n",
        );
    }
    let spec = Path::new(env!("CARGO_MANIFEST_DIR")).join("../spec");
    for name in ["shared.yaml", "zone.yaml"] {
        write(root, &format!("spec/{name}"), &std::fs::read_to_string(spec.join(name)).unwrap());
    }
    git(root, &["init", "--quiet"]).unwrap();
    read::metadata(root, &["--no-deps"]).unwrap();
    let lock = std::process::Command::new("cargo")
        .args(["generate-lockfile", "--offline"])
        .current_dir(root)
        .output()
        .unwrap();
    assert!(lock.status.success(), "{lock:?}");
    commit(root);
    folder
}

fn told(options: &[&str], root: &Path) -> String {
    let outcome = release(options, root);
    format!("{}{}", outcome.text, outcome.errors)
}

fn tag_all(root: &Path) {
    for row in
        plan::plan(&read::members(root).unwrap().into_iter().map(|member| member.krate).collect::<Vec<_>>())
            .unwrap()
    {
        git(root, &["tag", &format!("{}-v{}", row.name, row.to)]).unwrap();
    }
}

#[test]
fn a_dry_run_prints_the_plan_and_changes_no_file() {
    let folder = workspace();
    let root = folder.path();
    assert_eq!(
        told(&["--dry-run"], root),
        "crate        from  to     level  why\n\
         cc-base      -     0.1.0  first  first release\n\
         cc-api-zone  -     0.1.0  first  first release\n\
         cc-tool      -     0.1.0  first  first release\n"
    );
    assert_eq!(git(root, &["status", "--porcelain"]).unwrap(), "");
}

#[test]
fn a_release_from_its_preparation_to_its_packages() {
    let folder = workspace();
    let root = folder.path();
    let refused = told(&[], root);
    assert!(
        refused.starts_with(
            "error: not prepared: cc-base, cc-api-zone, cc-tool: run `cargo xtask release --prepare`"
        ),
        "{refused}"
    );
    let prepared = told(&["--prepare"], root);
    assert!(prepared.contains("3 files changed"), "{prepared}");
    let refused = told(&["--package"], root);
    assert!(refused.starts_with("error: the working tree has 3 changes: commit first"), "{refused}");
    commit(root);
    let packaged = told(&["--package"], root);
    assert!(packaged.starts_with("packages: 3 in target/release-of-crates/target/package\n"), "{packaged}");
    let bill = std::fs::read_to_string(root.join("target/release-of-crates/sbom.cdx.json")).unwrap();
    assert!(bill.contains("pkg:cargo/cc-tool@0.1.0") && !bill.contains("cc-inner"), "{bill}");
    let archive = root.join("target/release-of-crates/target/package/cc-tool-0.1.0.crate");
    assert!(archive.is_file());
    assert_eq!(told(&["--semver"], root), "crates compared with their last release: 0\n");
}

#[test]
fn changes_after_a_release_raise_the_crates_that_they_touch() {
    let folder = workspace();
    let root = folder.path();
    told(&["--prepare"], root);
    commit(root);
    tag_all(root);
    assert_eq!(told(&["--dry-run"], root), "no crate changed since its last release\n");
    // Tests are no part of the interface, and a crate that is not published has no version.
    write(root, "crates/cc-base/tests/it.rs", "//! Tests.\n");
    write(root, "crates/cc-inner/src/lib.rs", "//! Other.\n");
    commit(root);
    assert_eq!(told(&["--dry-run"], root), "no crate changed since its last release\n");
    write(root, "crates/cc-base/src/lib.rs", "//! A crate, mended.\n");
    commit(root);
    assert_eq!(
        told(&["--dry-run"], root),
        "crate    from   to     level  why\ncc-base  0.1.0  0.1.1  patch  changed: crates/cc-base/src/lib.rs\n"
    );
    let zone = std::fs::read_to_string(root.join("spec/zone.yaml")).unwrap();
    write(root, "spec/zone.yaml", &zone.replace("displayName", "shownName"));
    commit(root);
    let plan = "crate        from   to     level  why\n\
                cc-base      0.1.0  0.1.1  patch  changed: crates/cc-base/src/lib.rs\n\
                cc-api-zone  0.1.0  0.2.0  major  spec: `cc_api_zone::types::Zone::display_name` is gone; spec: `cc_api_zone::types::Zone::shown_name` is new\n\
                cc-tool      0.1.0  0.1.1  patch  requires cc-api-zone 0.2.0\n";
    assert_eq!(told(&["--dry-run"], root), plan);
    let prepared = told(&["--prepare"], root);
    assert!(prepared.starts_with(plan), "{prepared}");
    let manifest = std::fs::read_to_string(root.join("Cargo.toml")).unwrap();
    assert!(manifest.contains("crates/cc-api-zone\", version = \"0.2.0\""), "{manifest}");
    // A crate without entries of its own has the changes of its API.
    let log = std::fs::read_to_string(root.join("crates/cc-api-zone/CHANGELOG.md")).unwrap();
    assert!(log.starts_with("# Changelog of cc-api-zone\n\n## Unreleased\n\n## 0.2.0 - "), "{log}");
    assert!(
        log.contains("\n\n### API\n- **Breaking:** `cc_api_zone::types::Zone::display_name` is gone"),
        "{log}"
    );
    assert!(log.contains("\n\nNo entry: first release.\n"), "{log}");
    let log = std::fs::read_to_string(root.join("crates/cc-tool/CHANGELOG.md")).unwrap();
    assert!(log.contains("\n\nNo entry: requires cc-api-zone 0.2.0.\n"), "{log}");
    commit(root);
    // The reason of the manifest's own change is no new reason.
    let again = told(&["--dry-run"], root);
    assert!(
        again.contains("cc-api-zone  0.1.0  0.2.0") && again.contains("cc-tool      0.1.0  0.1.1"),
        "{again}"
    );
}

#[test]
fn unknown_options_are_an_error() {
    let outcome = release(&["--dry"], Path::new("."));
    assert!(!outcome.success && outcome.errors.contains("unknown option `--dry`"), "{}", outcome.errors);
}

#[test]
fn the_workspace_can_be_released() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let outcome = release(&["--dry-run"], root);
    assert!(outcome.success, "{}", outcome.errors);
    for member in read::members(root).unwrap() {
        let manifest = std::fs::read_to_string(root.join(&member.folder).join("Cargo.toml")).unwrap();
        assert!(
            manifest.lines().any(|line| line.starts_with("version = \"")),
            "{}: has no version of its own",
            member.folder
        );
    }
}
