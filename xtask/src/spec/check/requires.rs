//! `requires` of a command: it switches on the feature of another domain, once for all commands of the file.

use std::collections::BTreeMap;

use super::super::Documents;
use super::super::node::Node;
use super::{Report, join, operations};

/// Refuses domains that do not exist, and those whose feature is on without the key: it would have no effect.
pub fn check(report: &mut Report<'_>, own: &str, declared: &[Node], documents: &Documents) {
    if declared.iter().all(|command| command.get("requires").is_none()) {
        return;
    }
    let mut owners: BTreeMap<&str, &str> = BTreeMap::new();
    for (domain, document) in &documents.domains {
        let ids = operations(document).filter_map(|(.., operation)| operation.str_at("operationId"));
        owners.extend(ids.map(|id| (id, domain.as_str())));
    }
    // Domain → why its feature is on.
    let mut on: BTreeMap<String, String> = BTreeMap::new();
    on.insert(own.to_owned(), "the domain of the command itself".to_owned());
    for command in declared {
        for operation in command.strings_at("operations") {
            if let Some(domain) = owners.get(operation.as_str()) {
                let reason = format!("switched on by `{operation}` of `{}` already", name(command));
                on.entry((*domain).to_owned()).or_insert(reason);
            }
        }
    }
    for (index, command) in declared.iter().enumerate() {
        let pointer = join(&format!("/x-commands/{index}"), "requires");
        for required in command.get("requires").map(Node::items).unwrap_or_default() {
            let Some(domain) = required.as_str() else { continue };
            if !documents.domains.contains_key(domain) {
                let message = format!("`requires` names `{domain}`, which has no file in spec/");
                report.add(required.line, "unknown-domain", &pointer, message);
            } else if let Some(reason) = on.get(domain) {
                let message = format!("`{domain}` has no effect in `requires`: it is {reason}");
                report.add(required.line, "no-effect", &pointer, message);
            } else {
                on.insert(domain.to_owned(), format!("required by `{}` already", name(command)));
            }
        }
    }
}

fn name(command: &Node) -> &str {
    command.str_at("name").unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::super::super::node::parse;
    use super::*;

    #[test]
    fn a_required_domain_that_is_on_without_the_key_is_refused() {
        let domain =
            |id: &str| parse(&format!("paths: {{/v4/{id}: {{get: {{operationId: {id}}}}}}}")).unwrap();
        let text = "x-commands:\n- name: One\n  operations: [get_ship]\n  requires: [dock, crew, boat]\n- name: Two\n  \
                    operations: [get_dock]\n  requires:\n  - crew\n  - moon\n";
        let boat = parse(text).unwrap();
        let domains = [
            ("boat", boat.clone()),
            ("ship", domain("get_ship")),
            ("dock", domain("get_dock")),
            ("crew", domain("get_crew")),
        ];
        let domains = domains.map(|(name, node)| (name.to_owned(), node)).into();
        let documents = Documents::new(domains, Node::empty_map());
        let mut report = Report::new("boat.yaml".to_owned(), &boat, &documents.shared);
        check(&mut report, "boat", boat.get("x-commands").unwrap().items(), &documents);
        let told: Vec<String> = report.problems.iter().map(ToString::to_string).collect();
        assert_eq!(
            told,
            [
                "boat.yaml:4: no-effect: `dock` has no effect in `requires`: it is switched on by `get_dock` of `Two` already (#/x-commands/0/requires)",
                "boat.yaml:4: no-effect: `boat` has no effect in `requires`: it is the domain of the command itself (#/x-commands/0/requires)",
                "boat.yaml:8: no-effect: `crew` has no effect in `requires`: it is required by `One` already (#/x-commands/1/requires)",
                "boat.yaml:9: unknown-domain: `requires` names `moon`, which has no file in spec/ (#/x-commands/1/requires)",
            ]
        );
    }
}
