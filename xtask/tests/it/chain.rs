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
    let page = page();
    let parts = [
        sources.lines().filter(|line| line.starts_with("changed")).collect::<Vec<_>>().join("\n"),
        section(&report, "## new-variant").to_owned(),
        section(&written, "## Left for a person").to_owned(),
        yaml.trim_end().to_owned(),
        facts.trim_end().to_owned(),
        levels,
    ];
    let missing: Vec<String> = parts.into_iter().filter(|part| !page.contains(part)).collect();
    assert!(
        missing.is_empty(),
        "docs/guide/from-upstream-to-release.md does not show:\n{}",
        missing.join("\n----\n")
    );
}
