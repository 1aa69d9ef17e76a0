//! Components that nothing refers to. They are told by the documents as they are written: operations are expanded later.

use std::collections::{BTreeMap, BTreeSet};

use super::super::expand::{METHODS, status};
use super::super::node::{Node, references};
use super::super::{Documents, Problem};
use super::join;

/// What the documents refer to: file → JSON pointers of components.
#[derive(Debug, Default)]
pub struct Named {
    pointers: BTreeMap<String, BTreeSet<String>>,
    /// Statuses in `x-errors`, which stand for responses of `shared.yaml`.
    errors: BTreeSet<String>,
}

impl Named {
    /// Reads documents that are not expanded.
    pub fn of(domains: &BTreeMap<String, Node>, shared: &Node) -> Self {
        let mut named = Self::default();
        for (domain, document) in domains {
            named.add(&format!("{domain}.yaml"), document);
        }
        named.add("shared.yaml", shared);
        // `x-secret: true` stands for these.
        let hidden = ["Secret", "SecretJson"].map(|name| format!("/components/schemas/{name}"));
        named.pointers.entry("shared.yaml".to_owned()).or_default().extend(hidden);
        named
    }

    fn add(&mut self, file: &str, document: &Node) {
        references(document, &mut |reference| {
            let Some((target, pointer)) = reference.split_once('#') else { return };
            let target = if target.is_empty() { file } else { target };
            self.pointers.entry(target.to_owned()).or_default().insert(pointer.to_owned());
        });
        let items = document.get("paths").map(Node::entries).unwrap_or_default().iter();
        let operations = items.flat_map(|item| item.value.entries());
        let operations = operations.filter(|entry| METHODS.contains(&entry.key.as_str()));
        for node in operations.map(|entry| &entry.value).chain([document]) {
            self.errors
                .extend(node.get("x-errors").map(Node::items).unwrap_or_default().iter().filter_map(status));
        }
    }

    fn has(&self, file: &str, pointer: &str) -> bool {
        self.pointers.get(file).is_some_and(|pointers| pointers.contains(pointer))
    }
}

/// Parameters and responses of domains that no operation of their file refers to.
pub fn of_domains(documents: &Documents) -> Vec<Problem> {
    let all = documents.domains.iter();
    all.flat_map(|(domain, document)| {
        of(documents, &format!("{domain}.yaml"), document, &["parameters", "responses"])
    })
    .collect()
}

/// Schemas, parameters and responses of `shared.yaml` that no document refers to.
pub fn of_shared(documents: &Documents) -> Vec<Problem> {
    of(documents, "shared.yaml", &documents.shared, &["schemas", "parameters", "responses"])
}

fn of(documents: &Documents, file: &str, document: &Node, kinds: &[&str]) -> Vec<Problem> {
    let mut problems = Vec::new();
    for kind in kinds {
        for entry in document.at(&["components", kind]).map(Node::entries).unwrap_or_default() {
            let pointer = join(&format!("/components/{kind}"), &entry.key);
            let stands_for = entry.value.get("x-status").and_then(status);
            let is_error = stands_for.is_some_and(|status| documents.named.errors.contains(&status));
            if !is_error && !documents.named.has(file, &pointer) {
                problems.push(Problem {
                    file: file.to_owned(),
                    line: entry.line,
                    rule: "unused",
                    message: format!("unused {} `{}`", kind.trim_end_matches('s'), entry.key),
                    pointer: format!("#{pointer}"),
                });
            }
        }
    }
    problems
}

#[cfg(test)]
mod tests {
    use super::super::super::node::parse;
    use super::*;

    #[test]
    fn components_that_no_document_refers_to_are_unused() {
        let domain = "x-errors: [404]\npaths: {/a: {get: {parameters: [{$ref: '#/components/parameters/Used'}, {$ref: 'shared.yaml#/components/parameters/Shared'}]}}}\n\
                      components:\n  parameters:\n    Used: {schema: {$ref: 'shared.yaml#/components/schemas/Id'}}\n    Idle: {}\n  responses:\n    Gone: {}\n";
        let shared = "components:\n  schemas: {Id: {}, Old: {}, Secret: {}}\n  parameters: {Shared: {}}\n  responses:\n    NotFound: {x-status: 404}\n    Teapot: {x-status: 418}\n";
        let documents =
            Documents::new([("a".to_owned(), parse(domain).unwrap())].into(), parse(shared).unwrap());
        let told = |problems: Vec<Problem>| {
            problems
                .iter()
                .map(|problem| format!("{}:{} {}", problem.file, problem.line, problem.message))
                .collect::<Vec<_>>()
        };
        assert_eq!(
            told(of_domains(&documents)),
            ["a.yaml:6 unused parameter `Idle`", "a.yaml:8 unused response `Gone`"]
        );
        assert_eq!(
            told(of_shared(&documents)),
            ["shared.yaml:2 unused schema `Old`", "shared.yaml:6 unused response `Teapot`"]
        );
    }
}
