//! The rule of money: a number that its name calls an amount is a decimal.

use super::super::money::sounds_like_money;
use super::super::node::Node;
use super::{Report, join};

/// Checks a property or a parameter: `marks` is the map that holds `x-inexact`.
pub fn named(report: &mut Report<'_>, name: &str, marks: &Node, schema: &Node, pointer: &str) {
    let number = element(schema);
    let is_float = number.str_at("type") == Some("number") && number.str_at("format") != Some("decimal");
    match marks.get("x-inexact") {
        None if is_float && sounds_like_money(name) => report.add(
            marks.line,
            "money",
            pointer,
            format!(
                "`{name}` sounds like an amount of money, and a float is not exact: add `format: decimal`, or `x-inexact` with the reason \
                 why a float is enough"
            ),
        ),
        Some(mark) if !is_float => {
            let message = "`x-inexact` has no effect here: it says why a number is not `format: decimal`";
            report.add(mark.line, "no-effect", &join(pointer, "x-inexact"), message);
        }
        Some(mark) if mark.as_str().is_none_or(|reason| reason.trim().is_empty()) => {
            report.add(mark.line, "value", &join(pointer, "x-inexact"), "`x-inexact` must be a reason");
        }
        _ => {}
    }
}

/// The schema of the values of a list or a map, or the schema itself.
fn element(schema: &Node) -> &Node {
    let inner =
        schema.get("items").or_else(|| schema.get("additionalProperties").filter(|values| values.is_map()));
    inner.map_or(schema, element)
}
