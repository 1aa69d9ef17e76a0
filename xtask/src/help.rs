//! The help of `cargo xtask`: every verb with its usage and its options, in one table.

use std::fmt::Write;

use crate::Outcome;

/// A verb, as its help describes it.
struct Verb {
    name: &'static str,
    /// The words after the name: one line for each form.
    usage: &'static [&'static str],
    about: &'static str,
    /// Arguments and options, each with its meaning and default.
    options: &'static [(&'static str, &'static str)],
    /// Page of the repository that explains the verb. Empty: none.
    page: &'static str,
}

const JSON: (&str, &str) = ("--json", "prints the report as JSON, for programs");
const SEEN: (&str, &str) = ("--seen DATE", "date to record, such as 2026-01-31 (default: today)");
const AS: (&str, &str) =
    ("--as SOURCE", "word of the source in `x-source` (default: from the name of the document)");

const VERBS: [Verb; 17] = [
    Verb {
        name: "generate",
        usage: &["[--check] [--domain NAME]"],
        about: "makes everything that is made from spec/",
        options: &[
            ("--check", "compares and changes no file; fails if a generated file is out of date"),
            ("--domain NAME", "only what is made from spec/NAME.yaml"),
        ],
        page: "docs/spec.md",
    },
    Verb {
        name: "bundle",
        usage: &["[FILE]"],
        about: "writes the whole spec as one OpenAPI 3.0.3 document",
        options: &[("FILE", "file to write (default: print the document)")],
        page: "docs/spec.md",
    },
    Verb {
        name: "check",
        usage: &["[FILE] [--only openapi|house] [--rule RULE]… [--limit N]"],
        about: "lists and counts the problems of spec/, or of any OpenAPI document",
        options: &[
            ("FILE", "document in JSON or YAML (default: all of spec/)"),
            ("--only openapi", "errors of OpenAPI only"),
            ("--only house", "deviations from the style of spec/ only"),
            ("--rule RULE", "problems of this rule only; may be repeated"),
            ("--limit N", "lists N problems of each rule, and counts all (default: lists all)"),
        ],
        page: "docs/spec.md",
    },
    Verb {
        name: "import",
        usage: &["DOCUMENT… [--as SOURCE] [--json] [--all] [--limit N] [--write | --stamp] [--seen DATE]"],
        about: "compares OpenAPI documents with spec/, and takes over what they add",
        options: &[
            ("DOCUMENT…", "OpenAPI 3.0 or 3.1, in JSON or YAML"),
            AS,
            JSON,
            ("--all", "also shows what spec/ has otherwise on purpose"),
            ("--limit N", "findings of each rule that the report shows (default: 200; 0: all)"),
            ("--write", "puts what is new into spec/, and keeps comments and order"),
            ("--stamp", "records only which operations were seen, when, and in which state"),
            SEEN,
        ],
        page: "docs/guide/from-upstream-to-release.md",
    },
    Verb {
        name: "sources",
        usage: &["[--since DATE]", "DOCUMENT… [--since DATE] [--as SOURCE]"],
        about: "shows what documents changed since their operations were last seen",
        options: &[
            ("DOCUMENT…", "documents to compare (default: none, which lists the dates of spec/)"),
            (
                "--since DATE",
                "with a document: marks changes that may be older; without one: lists operations not seen since",
            ),
            AS,
        ],
        page: "docs/guide/from-upstream-to-release.md",
    },
    Verb {
        name: "coverage",
        usage: &["[--against CSV]"],
        about: "counts the operations of each domain: specified, generated, by a command, in the sandbox, tried, tested",
        options: &[(
            "--against CSV",
            "lists the rows (columns `method`, `path`) that spec/ lacks; fails if there are any",
        )],
        page: "",
    },
    Verb {
        name: "diff",
        usage: &[
            "BEFORE [AFTER] [--json] [--fail-on never|breaking|wire|addition|any] [--for PROGRAM]",
            "--driver PATH OLD-FILE OLD-HEX OLD-MODE NEW-FILE NEW-HEX NEW-MODE",
        ],
        about: "explains the changes between two states of the API, with the level of each crate",
        options: &[
            (
                "BEFORE, AFTER",
                "a revision of git, a folder, a document or a bundle each (default of AFTER: the working tree)",
            ),
            JSON,
            ("--fail-on never", "succeeds, whatever changed (default)"),
            ("--fail-on breaking", "fails if programs may not compile"),
            ("--fail-on wire", "fails on those changes, and if requests or answers break"),
            ("--fail-on addition", "fails on those changes, and on additions"),
            ("--fail-on any", "fails on every change, also of a text"),
            ("--for PROGRAM", "reports what the Rust file, folder or package at this path uses"),
            ("--driver …", "for `git diff`: git config diff.api.command \"cargo xtask diff --driver\""),
        ],
        page: "docs/guide/when-the-api-changes.md",
    },
    Verb {
        name: "drift",
        usage: &["FILE… [--json] [--write] [--apply] [--value SCHEMA=VALUE]… [--seen DATE]"],
        about: "turns reports of programs (feature `drift`) into changes of spec/",
        options: &[
            ("FILE…", "reports, a JSON object a line"),
            JSON,
            ("--write", "adds the changes to spec/overlays/drift.yaml"),
            ("--apply", "writes the changes into spec/"),
            ("--value SCHEMA=VALUE", "a value that an enum lacks, such as DrainKind=AUDIT; may be repeated"),
            SEEN,
        ],
        page: "docs/guide/when-the-api-changes.md",
    },
    Verb {
        name: "ci",
        usage: &["[--list | --from STEP | --only STEP]"],
        about: "runs everything that must pass before a change lands",
        options: &[
            ("--list", "lists the steps, and runs none"),
            ("--from STEP", "runs this step and those after it"),
            ("--only STEP", "runs this step"),
            ("CI_SEED=WORD", "environment variable: another sample of pairs of domains (default: 1)"),
        ],
        page: "CONTRIBUTING.md",
    },
    Verb {
        name: "fuzz",
        usage: &["[--seed N] [--count N] [--compile N] [--index N]"],
        about: "runs check and generator over mutated documents",
        options: &[
            ("--seed N", "mutations of this seed (default: 1)"),
            ("--count N", "number of mutations (default: 1000)"),
            ("--compile N", "compiles the code of the first N mutations that change it (default: 0)"),
            ("--index N", "shows this mutation only"),
        ],
        page: "CONTRIBUTING.md",
    },
    Verb {
        name: "js",
        usage: &["build", "types [--check]", "test [--required]"],
        about: "builds and tests the package for JavaScript, and writes its TypeScript types",
        options: &[
            ("build", "builds packages/js/dist as it is published, and prints the sizes of the module"),
            ("types", "writes packages/js/types/commands.d.ts from the catalogue"),
            ("types --check", "compares it and changes no file; fails if it is out of date"),
            (
                "test",
                "packs and installs the package, and uses it in Node.js and in Chromium, against a sandbox",
            ),
            (
                "--required",
                "fails where a compiler, Node.js or Chromium is missing (default: says that it skips)",
            ),
        ],
        page: "packages/js/README.md",
    },
    Verb {
        name: "prove",
        usage: &["[--seed N] [--count N] [--real N] [--semver N] [--index N]"],
        about: "compares the levels that `diff` predicts with those that the compiler finds",
        options: &[
            ("--seed N", "changes of this seed (default: 1)"),
            ("--count N", "number of changes of the small documents (default: 24)"),
            ("--real N", "number of changes of documents of spec/ besides (default: 0)"),
            ("--semver N", "number of changes that cargo semver-checks judges, too (default: 0)"),
            ("--index N", "shows this change only, with its programs"),
        ],
        page: "docs/guide/when-the-api-changes.md",
    },
    Verb {
        name: "release",
        usage: &["[--dry-run | --prepare | --semver | --package | --resume]"],
        about: "packages and publishes the crates that changed since their tags",
        options: &[
            ("--dry-run", "prints the plan, and changes no file"),
            ("--prepare", "writes versions and changelogs, to be reviewed and merged"),
            ("--semver", "compares each crate with its last release by cargo semver-checks"),
            ("--package", "builds each archive and the bill of materials, and publishes nothing"),
            ("--resume", "continues a publication that stopped"),
        ],
        page: "CONTRIBUTING.md",
    },
    Verb {
        name: "snapshots",
        usage: &["[REVISION | --unused]"],
        about: "lists the snapshots and surfaces that changed, with the likely cause of each",
        options: &[
            ("REVISION", "revision of git to compare with (default: HEAD)"),
            ("--unused", "lists the snapshots that no test of the last `cargo xtask ci` compared"),
        ],
        page: "CONTRIBUTING.md",
    },
    Verb {
        name: "targets",
        usage: &[""],
        about: "fills the table of targets in README.md from the results of the contract suite",
        options: &[],
        page: "crates/cc-contract/README.md",
    },
    Verb {
        name: "tidy",
        usage: &[""],
        about: "checks the rules of the house: dependencies of crates and modules, names, stray files",
        options: &[],
        page: "docs/architecture.md",
    },
    Verb {
        name: "wasm",
        usage: &["check [--required]", "test [--required]", "serve [PORT]", "size"],
        about: "checks, tests, serves and measures what builds for browsers",
        options: &[
            (
                "check",
                "checks each crate that builds for wasm32-unknown-unknown, with every feature that can be there",
            ),
            ("test", "runs the contract suite and the page of examples/browser in Chromium"),
            ("serve [PORT]", "serves that page with a sandbox, and prints its URL (default of PORT: 8000)"),
            ("size", "prints the size of that page, optimised and compressed, and fails beyond 350 KB"),
            ("--required", "fails where a compiler or Chromium is missing (default: says that it skips)"),
        ],
        page: "docs/guide/browser.md",
    },
];

/// The outcome of a verb whose words are wrong: the message and the usage of the verb.
pub fn misused(name: &str, message: &str) -> Outcome {
    let usage = VERBS.iter().find(|verb| verb.name == name).map(Verb::usage).unwrap_or_default();
    Outcome::failed(format!(
        "error: {message}\n\n{usage}\n`cargo xtask {name} --help` explains the options\n"
    ))
}

/// The outcome of a verb that does not exist.
pub fn unknown(name: &str) -> Outcome {
    let alike = VERBS.iter().map(|verb| (strsim::jaro_winkler(name, verb.name), verb.name));
    let alike = alike.filter(|(score, _)| *score > 0.75).max_by(|one, other| one.0.total_cmp(&other.0));
    let hint = alike.map(|(_, name)| format!(": did you mean `{name}`?")).unwrap_or_default();
    Outcome::failed(format!("error: unknown command `{name}`{hint}\n\n{}", all()))
}

/// The help of one verb.
pub fn of(name: &str) -> Outcome {
    VERBS.iter().find(|verb| verb.name == name).map_or_else(|| unknown(name), |verb| Outcome::ok(verb.help()))
}

/// All verbs, with a line each.
pub fn all() -> String {
    let mut text = String::from("cargo xtask COMMAND\n\n");
    for verb in &VERBS {
        let _ = writeln!(text, "  {:<10} {}", verb.name, verb.about);
    }
    text.push_str("  help       this text; `cargo xtask COMMAND --help` has the options of a command\n");
    text
}

impl Verb {
    fn usage(&self) -> String {
        let line = |words: &&str| format!("cargo xtask {} {words}", self.name).trim_end().to_owned() + "\n";
        self.usage.iter().map(line).collect()
    }

    fn help(&self) -> String {
        let mut text = format!("{}\n{}\n", self.usage(), self.about);
        let width = self.options.iter().map(|(option, _)| option.chars().count()).max().unwrap_or_default();
        if width > 0 {
            text.push('\n');
        }
        for (option, meaning) in self.options {
            let _ = writeln!(text, "  {option:<width$}  {meaning}");
        }
        if !self.page.is_empty() {
            let _ = write!(text, "\nmore: {}\n", self.page);
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(words: &[&str]) -> Outcome {
        let words: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
        crate::run(&words, std::path::Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap())
    }

    #[test]
    fn each_verb_explains_its_options_and_runs_nothing() {
        let mut text = all();
        for verb in &VERBS {
            let outcome = run(&[verb.name, "--help"]);
            assert!(outcome.success && outcome.errors.is_empty(), "{}", verb.name);
            assert_eq!(outcome.text, run(&["help", verb.name]).text);
            assert_eq!(outcome.text, run(&[verb.name, "-h"]).text);
            let _ = write!(text, "\n== {}\n{}", verb.name, outcome.text);
        }
        insta::assert_snapshot!(text);
    }

    #[test]
    fn each_option_of_a_usage_is_explained() {
        for verb in &VERBS {
            for word in verb.usage.iter().flat_map(|line| line.split([' ', '[', ']'])) {
                let is_explained = verb.options.iter().any(|(option, _)| option.contains(word));
                assert!(!word.starts_with("--") || is_explained, "{}: {word}", verb.name);
            }
        }
    }

    #[test]
    fn wrong_words_are_an_error_with_the_usage() {
        for verb in &VERBS {
            let outcome = run(&[verb.name, "--no-such-option"]);
            assert!(!outcome.success && outcome.text.is_empty(), "{}: {}", verb.name, outcome.text);
            assert!(outcome.errors.contains(&verb.usage()), "{}: {}", verb.name, outcome.errors);
            assert!(outcome.errors.contains("--no-such-option"), "{}: {}", verb.name, outcome.errors);
        }
        for (words, message) in [
            (&["fuzz", "--count", "x"][..], "error: `--count` takes a number, not `x`\n"),
            (&["prove", "--seed"], "error: `--seed` needs a number\n"),
            (&["coverage", "--against"], "error: `--against` needs a CSV file\n"),
        ] {
            assert!(run(words).errors.starts_with(message), "{}", run(words).errors);
        }
        let outcome = run(&["dif", "HEAD"]);
        assert!(outcome.errors.starts_with("error: unknown command `dif`: did you mean `diff`?\n"));
        assert!(run(&["help", "nothing"]).errors.starts_with("error: unknown command `nothing`\n"));
        // Options of one verb are not passed over by another.
        for words in [&["sources", "--write"][..], &["import", "a.yaml", "--since", "2026-01-01"]] {
            assert!(!run(words).success && run(words).errors.contains("unknown option"), "{words:?}");
        }
    }
}
