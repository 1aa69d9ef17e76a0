//! Variables as a JSON list of names and values.

use std::collections::HashSet;

use cc_runtime::Secret;
use serde_json::Value;

use super::{EnvironmentMap, NameRule, Parsed, Problem, ProblemKind};

/// Reads a JSON list of `{"name": …, "value": …}`. Problems have no place; they come by kind: entries that are none, names
/// that are there twice, names that are not taken, remarks, each name once a kind.
#[must_use]
pub fn parse_json(json: &str, rule: NameRule) -> Parsed {
    let refused = |kind| Parsed { problems: vec![Problem::new(kind, None, None)], ..Parsed::default() };
    let json = json.strip_prefix('\u{feff}').unwrap_or(json);
    let Ok(value) = serde_json::from_str(json) else { return refused(ProblemKind::InvalidJson) };
    let Value::Array(entries) = value else { return refused(ProblemKind::InvalidJsonFormat) };
    if !entries.iter().all(Value::is_object) {
        return refused(ProblemKind::InvalidJsonFormat);
    }
    let mut variables = EnvironmentMap::new();
    let mut named = Named::default();
    let mut bad_entry = false;
    for mut entry in entries {
        let (Value::String(name), Value::String(value)) = (entry["name"].take(), entry["value"].take())
        else {
            bad_entry = true;
            continue;
        };
        if !rule.allows(&name) {
            let kind = match rule {
                NameRule::Simple => ProblemKind::InvalidName,
                NameRule::Strict => ProblemKind::InvalidNameStrict,
            };
            named.note(kind, name);
        } else if variables.get(&name).is_some() {
            named.note(ProblemKind::DuplicatedName, name);
        } else {
            if !NameRule::Strict.allows(&name) {
                named.note(ProblemKind::JavaInfo, name.clone());
            }
            variables.insert(name, Secret::new(value));
        }
    }
    let entry = bad_entry.then(|| Problem::new(ProblemKind::InvalidJsonEntry, None, None));
    Parsed { variables, problems: entry.into_iter().chain(named.problems()).collect() }
}

/// Problems with names, each once a kind.
#[derive(Default)]
struct Named {
    seen: HashSet<(ProblemKind, String)>,
    problems: Vec<Problem>,
}

impl Named {
    fn note(&mut self, kind: ProblemKind, name: String) {
        if self.seen.insert((kind, name.clone())) {
            self.problems.push(Problem::new(kind, Some(&name), None));
        }
    }

    fn problems(mut self) -> Vec<Problem> {
        self.problems.sort_by_key(|problem| match problem.kind {
            ProblemKind::DuplicatedName => 0,
            ProblemKind::JavaInfo => 2,
            _ => 1,
        });
        self.problems
    }
}
