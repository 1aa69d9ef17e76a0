//! The documentation of a command that is one request.

use std::fmt::Write;

use heck::ToSnakeCase;

use crate::generate::rust::doc;
use crate::spec::model::{Command, Operation};

/// Documentation of the command: its effect and its errors.
pub(super) fn page(operation: &Operation, command: &Command) -> String {
    let mut text = command.summary.clone().unwrap_or_else(|| operation.summary.clone());
    if !operation.description.is_empty() {
        let _ = write!(text, "\n\n{}", operation.description);
    }
    let _ = write!(text, "\n\nOperation: `{}` (`{} {}`).", operation.id, operation.method, operation.path);
    if let Some(owner) = &command.owner {
        let _ = write!(
            text,
            " If the owner is not given, it is resolved from `{}`, without a request if it is already cached.",
            owner.to_snake_case()
        );
    }
    if command.or_empty {
        text.push_str(" Returns an empty list if nothing is found.");
    }
    if !operation.errors.is_empty() {
        text.push_str("\n\n# Errors");
        for (status, description) in &operation.errors {
            if status == "404" && command.or_empty {
                continue;
            }
            let _ = write!(text, "\n- {status}: {description}");
        }
    }
    doc("", text.trim_end_matches("\n\n# Errors"))
}
