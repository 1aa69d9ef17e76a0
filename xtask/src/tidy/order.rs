//! The order of the modules of `cc-runtime`: a module uses those of its own rank and of lower ranks.

use std::collections::BTreeMap;
use std::path::Path;

use super::source;

/// The modules of each rank, from the lowest: vocabulary < error < request < blocking < credentials < transport <
/// command.
const RANKS: &[(&str, &[&str])] = &[
    (
        "vocabulary",
        &[
            "de",
            "decimal",
            "decode_error",
            "drift",
            "file",
            "id",
            "input",
            "json_path",
            "lenient",
            "line",
            "lock",
            "macros",
            "money",
            "near",
            "open_enum",
            "operation_info",
            "patch",
            "redact",
            "schema",
            "seconds",
            "secret",
            "stage",
            "time",
            "union",
            "web_url",
        ],
    ),
    ("error", &["error"]),
    ("request", &["answer", "endpoint", "operation", "request", "tasks"]),
    ("blocking", &["blocking"]),
    ("credentials", &["credentials", "random"]),
    ("transport", &["defaults", "transport"]),
    ("command", &["catalog", "command", "ensure"]),
];

/// Uses of a higher rank that are known, with the reason.
const EXCEPTIONS: &[(&str, &str, &str)] = &[
    ("id", "error", "an id that is not valid is refused with the error of the SDK"),
    ("open_enum", "error", "a text that is no known value is refused with the error of the SDK"),
    ("redact", "error", "the causes of an error are redacted by their own type"),
];

/// Names each use of a module of a higher rank, and each module without a rank.
pub fn order(root: &Path, found: &mut Vec<String>) {
    check(&root.join("crates/cc-runtime/src"), "crates/cc-runtime/src", RANKS, EXCEPTIONS, found);
}

fn check(
    folder: &Path,
    shown: &str,
    ranks: &[(&str, &[&str])],
    exceptions: &[(&str, &str, &str)],
    found: &mut Vec<String>,
) {
    let rank = |module: &str| ranks.iter().position(|(_, modules)| modules.contains(&module));
    let exports = exports(&std::fs::read_to_string(folder.join("lib.rs")).unwrap_or_default(), &rank);
    let mut needed = vec![false; exceptions.len()];
    for file in source::files(folder) {
        let path = file.strip_prefix(folder).unwrap_or(&file).with_extension("");
        let place: Vec<String> =
            path.components().map(|part| part.as_os_str().to_string_lossy().into_owned()).collect();
        let from = place[0].as_str();
        if from == "lib" {
            continue;
        }
        let Some(own) = rank(from) else {
            found.push(format!(
                "{shown}/{}.rs: its module has no rank (xtask/src/tidy/order.rs)",
                path.display()
            ));
            continue;
        };
        // A file that cannot be read is named by the table of absences.
        let names = source::names(&std::fs::read_to_string(&file).unwrap_or_default()).unwrap_or_default();
        for name in names {
            let Some(to) = module(&name.text, place.len(), &exports) else { continue };
            let Some(other) = rank(to).filter(|other| *other > own) else { continue };
            match exceptions.iter().position(|exception| (exception.0, exception.1) == (from, to)) {
                Some(exception) => needed[exception] = true,
                None => found.push(format!(
                    "{shown}/{}.rs:{}: `{from}` ({}) uses `{to}` ({}), which has a higher rank",
                    path.display(),
                    name.line,
                    ranks[own].0,
                    ranks[other].0
                )),
            }
        }
    }
    for ((from, to, reason), _) in exceptions.iter().zip(needed).filter(|(_, needed)| !needed) {
        found.push(format!(
            "{shown}/{from}.rs: the exception for `{to}`, \"{reason}\", is not needed (xtask/src/tidy/order.rs)"
        ));
    }
}

/// The module of the crate's root that holds each name which the root exports.
fn exports(root: &str, rank: &dyn Fn(&str) -> Option<usize>) -> BTreeMap<String, String> {
    let mut exports = BTreeMap::new();
    for name in source::names(root).unwrap_or_default() {
        if let Some((module, rest)) = name.text.split_once("::")
            && rank(module).is_some()
        {
            let last = rest.rsplit("::").next().unwrap_or(rest);
            exports.insert(last.to_owned(), module.to_owned());
        }
    }
    exports
}

/// Module of the crate's root for a path in a file at this depth. Names that the root exports with `*` are
/// ids, which have no module.
fn module<'a>(path: &'a str, depth: usize, exports: &'a BTreeMap<String, String>) -> Option<&'a str> {
    let mut parts = path.split("::");
    let mut rest = match parts.next()? {
        "crate" => parts.next(),
        "super" => {
            let mut supers = 1;
            let mut next = parts.next();
            while next == Some("super") {
                supers += 1;
                next = parts.next();
            }
            if supers < depth { None } else { next }
        }
        _ => None,
    };
    if let Some(exported) = rest.and_then(|name| exports.get(name)) {
        rest = Some(exported);
    }
    rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_module_that_uses_a_higher_rank_is_named() {
        let copy = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| {
            let file = copy.path().join(name);
            std::fs::create_dir_all(file.parent().unwrap()).unwrap();
            std::fs::write(file, text).unwrap();
        };
        write("lib.rs", "mod low; mod high; mod other; pub use high::{Call, deep::Deep};");
        write("low.rs", "use crate::high::Call;\nuse super::high::Call;\nfn f() { crate::Deep::new() }\n");
        write("low/part.rs", "use super::high;\nuse super::super::high;\n");
        write("high.rs", "use crate::low::Id;");
        write("other.rs", "");
        let ranks: &[(&str, &[&str])] = &[("vocabulary", &["low"]), ("transport", &["high"])];
        let found_with = |exceptions| {
            let mut found = Vec::new();
            check(copy.path(), "src", ranks, exceptions, &mut found);
            found
        };
        let wrong = |place: &str| {
            format!("src/{place}: `low` (vocabulary) uses `high` (transport), which has a higher rank")
        };
        let unranked = || "src/other.rs: its module has no rank (xtask/src/tidy/order.rs)".to_owned();
        assert_eq!(
            found_with(&[]),
            [wrong("low/part.rs:2"), wrong("low.rs:1"), wrong("low.rs:2"), wrong("low.rs:3"), unranked()]
        );
        assert_eq!(
            found_with(&[("low", "high", "for now"), ("high", "low", "no reason")]),
            [
                unranked(),
                "src/high.rs: the exception for `low`, \"no reason\", is not needed (xtask/src/tidy/order.rs)".to_owned()
            ]
        );
    }
}
