//! The rule of `effect`: it is given where the methods of the operations do not tell it, and only there.

use super::super::effect::Effect;
use super::super::node::Node;
use super::Report;

/// Checks the `effect` of a command, from the methods of its operations.
pub fn check<'a>(
    report: &mut Report<'_>,
    command: &Node,
    operations: impl Iterator<Item = (&'a str, bool)>,
    pointer: &str,
) {
    let Some(given) = command.get("effect") else { return };
    let message = match given.as_str().and_then(Effect::read) {
        None => {
            let known = Effect::ALL.map(|effect| format!("`{}`", effect.word())).join(", ");
            format!("unknown `effect`: use one of {known}")
        }
        Some(effect) if effect == Effect::derived(operations) => {
            format!("the methods of its operations already say that it is {}: remove `effect`", effect.word())
        }
        Some(_) => return,
    };
    report.add(given.line, "effect", pointer, message);
}
