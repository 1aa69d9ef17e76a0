//! `x-collection`: a hint says what the route of its operation does not say.

use super::super::model::Spec;
use super::super::{Documents, Problem};
use super::{Report, join, operations_with_pointer};
use crate::generate::collections::useless_hints;

/// Refuses hints that change nothing. It reads the model, and so takes only documents that keep all other rules.
pub fn check(documents: &Documents) -> Vec<Problem> {
    let has_hint =
        |(.., operation): (&str, &str, String, &super::Node)| operation.get("x-collection").is_some();
    if !documents.domains.values().any(|document| operations_with_pointer(document).any(has_hint)) {
        return Vec::new();
    }
    let spec = Spec::read(documents);
    let useless = useless_hints(&spec);
    let mut problems = Vec::new();
    for (domain, document) in &documents.domains {
        let mut report = Report::new(format!("{domain}.yaml"), document, &documents.shared);
        for (.., pointer, operation) in operations_with_pointer(document) {
            let id = operation.str_at("operationId").unwrap_or_default();
            if let Some(hint) = operation.get("x-collection").filter(|_| useless.contains(id)) {
                let message = "`x-collection` has no effect here: the route says the same";
                report.add(hint.line, "no-effect", &join(&pointer, "x-collection"), message);
            }
        }
        problems.append(&mut report.problems);
    }
    problems
}

#[cfg(test)]
mod tests {
    use super::super::super::node::{Node, parse};
    use super::*;

    #[test]
    fn a_hint_that_says_what_the_route_says_is_refused() {
        let json = "responses: {'200': {content: {application/json: {schema: {type: string}}}}}";
        let told = |boat: &str| {
            let document = format!(
                "paths:\n  /v2/link:\n    get: {{operationId: get_link, {json}}}\n    delete:\n      operationId: unlink\n      \
                 x-collection: none\n  /v2/boat:\n    get: {{operationId: get_boat, {json}}}\n    put:\n      operationId: \
                 set_boat\n      x-collection: {boat}\n"
            );
            let domains = [("boat".to_owned(), parse(&document).unwrap())].into();
            let problems = check(&Documents::new(domains, Node::empty_map()));
            problems.iter().map(ToString::to_string).collect::<Vec<_>>()
        };
        let unlink = "boat.yaml:6: no-effect: `x-collection` has no effect here: the route says the same (#/paths/~1v2~1link/delete/x-collection)";
        assert_eq!(told("none"), [unlink]);
        assert_eq!(told("put harbour"), [unlink]);
    }
}
