//! The catalogue, as far as every build has it.

#![cfg(feature = "catalog")]

use cc_client::{ErrorKind, catalog};
use serde_json::json;

use crate::support::Platform;

#[tokio::test]
async fn an_unknown_command_is_an_error_that_tells_near_names() {
    let client = Platform::usual().client();
    let error = catalog::dispatch(&client, "Xyzzy", json!({})).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidInput);
    assert_eq!(error.message(), Some("there is no command `Xyzzy`"));
    if let Some(command) = catalog::commands().first() {
        let error = catalog::dispatch(&client, &command.name().to_lowercase(), json!({})).await.unwrap_err();
        assert!(error.to_string().contains(&format!("`{}`", command.name())), "{error}");
    }
}

#[test]
fn every_command_has_a_name_of_its_own_a_summary_and_schemas_of_objects() {
    let commands = catalog::commands();
    for pair in commands.windows(2) {
        assert!(pair[0].name() < pair[1].name(), "{} is there twice", pair[0].name());
    }
    for command in commands {
        assert!(command.summary().ends_with('.'), "{command:?}");
        assert!(!command.operations().is_empty(), "{command:?}");
        assert_eq!(catalog::get(command.name()).map(catalog::CommandInfo::name), Some(command.name()));
        let input = command.input_schema();
        assert_eq!(input.get("type"), Some(&json!("object")), "{command:?}");
        let _ = command.output_schema();
    }
}

#[test]
fn commands_are_found_by_words_in_any_case() {
    for command in catalog::commands() {
        let words = format!("{} {}", command.domain(), command.name().to_uppercase());
        assert!(catalog::find(&words).any(|found| found.name() == command.name()), "{words}");
    }
    assert_eq!(catalog::find("").count(), catalog::commands().len());
    assert_eq!(catalog::find("no-such-thing").count(), 0);
}
