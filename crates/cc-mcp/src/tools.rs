//! The definitions of the three tools. They are in the context of a model for as long as it works, so they are short.

use rmcp::model::{JsonObject, Tool, ToolAnnotations};
use serde_json::{Value, json};

pub(crate) const FIND: &str = "find";
pub(crate) const DESCRIBE: &str = "describe";
pub(crate) const CALL: &str = "call";

/// Said once, at the start of a session.
pub(crate) const INSTRUCTIONS: &str =
    "Commands of the PaaS Clever Cloud. First `find` a command, then `describe` it, then `call` it.";

/// The three tools.
pub(crate) fn all() -> Vec<Tool> {
    let reads = || ToolAnnotations::new().read_only(true).open_world(false);
    vec![
        Tool::new(
            FIND,
            "Finds commands of Clever Cloud (applications, add-ons, deployments, logs, domains, drains, billing …) whose name, domain or \
             summary contains all words. No words: the domains.",
            object(json!({
                "type": "object",
                "properties": { "words": { "type": "string", "description": "Such as `list application` or `drain`." } },
            })),
        )
        .with_annotations(reads()),
        Tool::new(
            DESCRIBE,
            "Describes one command: its effect, errors, and the JSON Schemas of its input and output.",
            object(json!({
                "type": "object",
                "properties": { "name": { "type": "string", "description": "Such as `ListAddon`." } },
                "required": ["name"],
            })),
        )
        .with_annotations(reads()),
        Tool::new(
            CALL,
            "Runs one command. A destructive one is rehearsed first: the answer shows the requests it would send and what would change, and \
             nothing is changed. Show that to the user, and only then call again with the given `confirm`.",
            object(json!({
                "type": "object",
                "properties": {
                    "name": { "type": "string" },
                    "input": { "type": "object", "description": "As `describe` says." },
                    "confirm": { "type": "string", "description": "Runs what was rehearsed." },
                },
                "required": ["name"],
            })),
        )
        .with_annotations(ToolAnnotations::new().destructive(true).open_world(true)),
    ]
}

fn object(value: Value) -> JsonObject {
    match value {
        Value::Object(object) => object,
        _ => JsonObject::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A token of a model is three bytes or more of such a text. To be safe, this counts two and a half.
    #[test]
    fn the_definitions_of_all_tools_take_at_most_1_500_tokens() {
        let text = serde_json::to_string(&all()).unwrap() + INSTRUCTIONS;
        let tokens = text.len() * 2 / 5;
        assert!(tokens <= 1_500, "{tokens}");
        assert_eq!(all().len(), 3);
    }
}
