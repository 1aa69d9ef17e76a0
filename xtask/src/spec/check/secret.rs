//! The rule of secrets: what a name announces is marked, one way or the other.

use super::super::node::Node;
use super::super::secret::{answers_secret, can_hide, sounds_secret};
use super::Report;

/// Checks a property or a parameter: `marks` is the map that holds `x-secret`.
pub fn named(report: &mut Report<'_>, name: &str, marks: &Node, schema: &Node, pointer: &str) {
    marked(report, marks, schema, pointer, sounds_secret(name), &format!("`{name}`"));
}

/// Checks an element of a list or a map, which has no name.
pub fn element(report: &mut Report<'_>, schema: &Node, pointer: &str) {
    marked(report, schema, schema, pointer, false, "the element");
}

/// Checks the successful answer of an operation.
pub fn answer(report: &mut Report<'_>, operation: &str, response: &Node, schema: &Node, pointer: &str) {
    let what = format!("the answer of `{operation}`");
    marked(report, response, schema, pointer, answers_secret(operation), &what);
}

fn has_text(note: Option<&str>) -> bool {
    note.is_some_and(|note| !note.trim().is_empty())
}

fn marked(report: &mut Report<'_>, marks: &Node, schema: &Node, pointer: &str, sounds: bool, what: &str) {
    let is_hidden = schema.str_at("$ref").is_some();
    match marks.get("x-secret") {
        None if sounds && !is_hidden && can_hide(schema) => report.add(
            marks.line,
            "secret",
            pointer,
            format!(
                "{what} sounds like a secret: mark it `x-secret: true`, or `x-secret: false` with an `x-note` that says why it \
                 may be shown"
            ),
        ),
        Some(mark) if marks.is_true_at("x-secret") && !can_hide(schema) => {
            let message = format!("{what} is `x-secret: true`, and is neither a string nor free JSON");
            report.add(mark.line, "secret", pointer, message);
        }
        Some(mark) if !marks.is_true_at("x-secret") && !has_text(marks.str_at("x-note")) => {
            let message = format!("{what} is `x-secret: false`: say why it may be shown in `x-note`");
            report.add(mark.line, "secret", pointer, message);
        }
        _ => {}
    }
}
