//! The rules of `cargo xtask diff`: each kind of change, and what it means for servers, programs and versions.
//!
//! `docs/diff-rules.md` is made from this table. Ids are stable: a change of one is named in the changelog of no crate, but breaks
//! the lists of accepted changes that people keep.

mod table;

use std::collections::BTreeMap;
use std::fmt::Write;
use std::sync::LazyLock;

use serde::Serialize;

/// Effect of a change on what travels in one direction.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Wire {
    /// Nothing travels otherwise.
    Same,
    /// Programs of the version before and the platform still understand each other.
    Compatible,
    /// A program of the version before fails, or misses what it reads.
    Breaking,
}

/// Effect of a change on programs that compile against the crates.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Rust {
    /// No generated Rust differs.
    Nothing,
    /// Only documentation differs.
    Docs,
    /// The same programs compile, and send or read something else.
    Behaviour,
    /// There is more than before, and the same programs compile.
    Addition,
    /// The same programs may compile and pass one value in the place of another.
    Silent,
    /// Programs that use it no longer compile.
    Breaking,
}

/// Part of a version that a change raises.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Level {
    None,
    Patch,
    Minor,
    Major,
}

impl Wire {
    pub fn word(self) -> &'static str {
        match self {
            Self::Same => "same",
            Self::Compatible => "compatible",
            Self::Breaking => "breaking",
        }
    }
}

impl Rust {
    pub fn word(self) -> &'static str {
        match self {
            Self::Nothing => "nothing",
            Self::Docs => "docs",
            Self::Behaviour => "behaviour",
            Self::Addition => "addition",
            Self::Silent => "silent",
            Self::Breaking => "breaking",
        }
    }

    /// The level of the crate that holds the changed code.
    pub fn level(self) -> Level {
        match self {
            Self::Nothing => Level::None,
            Self::Docs | Self::Behaviour => Level::Patch,
            Self::Addition => Level::Minor,
            Self::Silent | Self::Breaking => Level::Major,
        }
    }
}

impl Level {
    pub fn word(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Patch => "patch",
            Self::Minor => "minor",
            Self::Major => "major",
        }
    }
}

/// One kind of change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Rule {
    pub id: String,
    pub family: &'static str,
    /// Effect where a request holds the subject.
    pub request: Wire,
    /// Effect where an answer holds it.
    pub response: Wire,
    /// Effect on programs. A comparison that knows more says so in the change.
    pub rust: Rust,
    /// Ways of using the subject that no longer compile, or that a program should look at.
    pub callers: Vec<&'static str>,
    pub title: String,
    /// The line of the changelog, with `{name}`, `{before}` and `{after}`.
    pub line: String,
    pub why: String,
}

/// Every rule, in the order of the table.
pub static RULES: LazyLock<Vec<Rule>> = LazyLock::new(|| {
    table::TABLES.iter().flat_map(|(family, rows)| rows.lines().flat_map(|row| read(family, row))).collect()
});

static BY_ID: LazyLock<BTreeMap<&'static str, &'static Rule>> =
    LazyLock::new(|| RULES.iter().map(|rule| (rule.id.as_str(), rule)).collect());

/// The rule with an id.
pub fn find(id: &str) -> Option<&'static Rule> {
    BY_ID.get(id).copied()
}

/// The rules of one row: `<a|b>` in its id stands for one rule each, and `<>` in its texts for that word.
fn read(family: &'static str, row: &'static str) -> Vec<Rule> {
    let cells: Vec<&'static str> = row.split(" | ").map(str::trim).collect();
    let &[id, wire, rust, callers, title, line, why] = cells.as_slice() else { return Vec::new() };
    let (before, words, after) = match id.split_once('<').and_then(|(before, rest)| {
        let (words, after) = rest.split_once('>')?;
        Some((before, words, after))
    }) {
        Some((before, words, after)) => (before, words.split('/').collect(), after),
        None => (id, vec![""], ""),
    };
    let (request, response) = wire.split_at(wire.len().min(1));
    words
        .into_iter()
        .map(|word: &str| Rule {
            id: format!("{before}{}{after}", kebab(word)),
            family,
            request: side(request),
            response: side(response),
            rust: effect(rust),
            callers: callers.split(", ").filter(|caller| *caller != "-").collect(),
            title: title.replace("<>", word),
            line: line.replace("<>", word),
            why: why.replace("<>", word),
        })
        .collect()
}

/// `maxLength` as `max-length`.
pub fn kebab(word: &str) -> String {
    heck::ToKebabCase::to_kebab_case(word)
}

fn side(mark: &str) -> Wire {
    match mark {
        "!" => Wire::Breaking,
        "+" => Wire::Compatible,
        _ => Wire::Same,
    }
}

fn effect(word: &str) -> Rust {
    match word {
        "docs" => Rust::Docs,
        "behaviour" => Rust::Behaviour,
        "addition" => Rust::Addition,
        "silent" => Rust::Silent,
        "breaking" => Rust::Breaking,
        _ => Rust::Nothing,
    }
}

/// The page `docs/diff-rules.md`.
pub fn page() -> String {
    let mut out = String::from(
        "# Rules of `cargo xtask diff`\n\n\
         <!-- Made from xtask/src/diff/rules by the test `the_page_of_rules_is_made_from_the_table`. -->\n\n\
         [When the API changes](guide/when-the-api-changes.md) explains the verb. Each change that it reports follows one of these rules. \
         *Request* and *answer*: effect on the wire where a request or an answer holds the subject. *Rust*: effect on programs, in general; \
         a report states the effect of the change at hand.\n",
    );
    let mut family = "";
    for rule in RULES.iter() {
        if rule.family != family {
            family = rule.family;
            let _ = writeln!(
                out,
                "\n## {family}\n\n| rule | change | request | answer | Rust | why |\n|---|---|---|---|---|---|"
            );
        }
        let _ = writeln!(
            out,
            "| `{}` | {} | {} | {} | {} | {} |",
            rule.id,
            rule.title,
            rule.request.word(),
            rule.response.word(),
            rule.rust.word(),
            rule.why
        );
    }
    out
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_row_of_the_table_is_a_rule_and_every_id_is_unique() {
        let rows = table::TABLES.iter().flat_map(|(_, rows)| rows.lines());
        for row in rows.filter(|row| !row.is_empty()) {
            assert_ne!(read("", row), [], "{row}");
        }
        let ids: BTreeSet<&str> = RULES.iter().map(|rule| rule.id.as_str()).collect();
        assert_eq!(ids.len(), RULES.len());
        for id in ids {
            assert!(id.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-'), "{id}");
        }
    }

    #[test]
    fn the_page_of_rules_is_made_from_the_table() {
        let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/diff-rules.md");
        if std::env::var("INSTA_UPDATE").is_ok_and(|update| update == "always") {
            std::fs::write(&path, page()).unwrap();
        }
        assert_eq!(
            std::fs::read_to_string(&path).unwrap_or_default(),
            page(),
            "run it with INSTA_UPDATE=always"
        );
    }
}
