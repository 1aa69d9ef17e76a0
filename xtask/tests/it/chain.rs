//! One change of the platform from an upstream document to the versions of the crates. `docs/guide/from-upstream-to-release.md` shows it.

use std::path::Path;

use xtask::run;

fn page() -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/guide/from-upstream-to-release.md");
    std::fs::read_to_string(path).unwrap()
}

fn ok(line: &str, root: &Path) -> String {
    let words: Vec<String> = line.split_whitespace().map(str::to_owned).collect();
    let outcome = run(&words, root);
    assert!(outcome.success, "{line}: {}{}", outcome.text, outcome.errors);
    outcome.text
}

/// The lines that one text has more than another, whose lines it all has.
fn added(before: &str, after: &str) -> String {
    let mut old = before.lines().peekable();
    let mut new = String::new();
    for line in after.lines() {
        if old.next_if_eq(&line).is_none() {
            new.push_str(&format!("+{line}\n"));
        }
    }
    assert_eq!(old.next(), None);
    new
}

/// A section of Markdown, up to the next heading.
fn section<'a>(text: &'a str, heading: &str) -> &'a str {
    let from = text.find(heading).unwrap_or_else(|| panic!("{heading}: {text}"));
    let rest = &text[from..];
    rest[1..].find("\n## ").map_or(rest, |end| &rest[..=end]).trim_end()
}

fn git(root: &Path, line: &str) {
    let who = "-c user.name=Ada -c user.email=ada@example.org -c commit.gpgsign=false";
    let words = who.split(' ').chain(line.split(' '));
    let output = std::process::Command::new("git").args(words).current_dir(root).output().unwrap();
    assert!(output.status.success(), "{line}: {output:?}");
}

/// Makes a workspace of a copy of the spec with the generated crate of its drains: everything else of the crates is left out.
fn workspace(root: &Path) {
    let manifest =
        std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../Cargo.toml")).unwrap();
    let manifest = manifest.lines().map(|line| match line.starts_with("members = ") {
        true => "members = [\"crates/cc-*\", \"crates/generated/cc-api-drain\"]\n".to_owned(),
        false => format!("{line}\n"),
    });
    std::fs::write(root.join("Cargo.toml"), manifest.collect::<String>()).unwrap();
    for (name, more) in [
        ("cc-runtime", ""),
        ("cc-client", "[dependencies]\ncc-api-drain.workspace = true\n"),
        ("cc-sandbox", ""),
        ("cc-test-features", ""),
    ] {
        let folder = root.join("crates").join(name);
        std::fs::create_dir_all(folder.join("src")).unwrap();
        let publish = name != "cc-test-features";
        let manifest = format!(
            "[package]\nname = \"{name}\"\nversion = \"0.1.0\"\nedition = \"2024\"\npublish = {publish}\n{more}"
        );
        std::fs::write(folder.join("Cargo.toml"), manifest).unwrap();
        std::fs::write(folder.join("src/lib.rs"), "//! A crate.\n").unwrap();
    }
    git(root, "init --quiet");
    git(root, "add --all");
    git(root, "commit --quiet --message released");
    for name in ["cc-runtime", "cc-api-drain", "cc-client", "cc-sandbox"] {
        git(root, &format!("tag {name}-v0.1.0"));
    }
}

#[test]
fn a_recipient_of_drains_goes_from_an_upstream_document_to_an_additive_release() {
    let before = super::import::without_better_stack();
    let after = super::import::without_better_stack();
    for root in [before.path(), after.path()] {
        ok("generate --domain drain", root);
    }
    let document = super::import::upstream().display().to_string();
    let read = |root: &Path, file: &str| std::fs::read_to_string(root.join(file)).unwrap();
    let spec = |root: &Path| read(root, "spec/drain.yaml");
    let surface = |root: &Path| read(root, "spec/surface/drain.txt");

    // The state of the document before the change was seen on an earlier day, without the new recipient.
    let old = tempfile::tempdir().unwrap();
    let text = std::fs::read_to_string(&document).unwrap();
    let text = text.replace("      - {$ref: '#/components/schemas/BetterStackRecipient'}\n", "");
    std::fs::write(old.path().join("v4-openapi.yaml"), text).unwrap();
    for root in [before.path(), after.path()] {
        ok(&format!("import {}/v4-openapi.yaml --stamp --seen 2026-04-01", old.path().display()), root);
    }
    let named = |text: &str| text.replace(&document, "v4-openapi.yaml");
    let sources = ok(&format!("sources {document}"), after.path());
    let report = named(&ok(&format!("import {document}"), after.path()));
    let written = ok(&format!("import {document} --write --seen 2026-05-01"), after.path());
    ok("check", after.path());
    ok("generate --domain drain", after.path());
    let without_seen = |text: String| text.replace("2026-04-01", "2026-05-01");
    let is_stamp = |line: &&str| !line.contains("x-source");
    let plain = |text: String| {
        without_seen(text).lines().filter(is_stamp).map(|line| format!("{line}\n")).collect::<String>()
    };
    let yaml = added(&plain(spec(before.path())), &plain(spec(after.path())));
    let facts = added(&surface(before.path()), &surface(after.path()));
    let diff = ok(
        &format!("diff {} {} --fail-on breaking", before.path().display(), after.path().display()),
        after.path(),
    );

    let levels = &diff[diff.find("| crate | level |").unwrap()..];
    let levels = levels.split("\n\n").next().unwrap_or_default().to_owned();

    // The types are those that the committed spec has.
    let committed = surface(&Path::new(env!("CARGO_MANIFEST_DIR")).join(".."));
    for line in facts.lines().map(|line| &line[1..]) {
        assert!(committed.lines().any(|known| known == line), "{line}");
    }

    // The released workspace gets the spec and the crate with the change.
    workspace(before.path());
    for folder in ["spec", "crates/generated/cc-api-drain"] {
        super::workspace::copy_folder(&after.path().join(folder), &before.path().join(folder));
    }
    git(before.path(), "add --all");
    git(before.path(), "commit --quiet --message imported");
    let plan = ok("release --dry-run", before.path());

    let page = page();
    let parts = [
        sources.lines().filter(|line| line.starts_with("changed")).collect::<Vec<_>>().join("\n"),
        section(&report, "## new-variant").to_owned(),
        section(&written, "## Left for a person").to_owned(),
        yaml.trim_end().to_owned(),
        facts.trim_end().to_owned(),
        levels,
        plan.trim_end().to_owned(),
    ];
    let missing: Vec<String> = parts.into_iter().filter(|part| !page.contains(part)).collect();
    assert!(
        missing.is_empty(),
        "docs/guide/from-upstream-to-release.md does not show:\n{}",
        missing.join("\n----\n")
    );
}
