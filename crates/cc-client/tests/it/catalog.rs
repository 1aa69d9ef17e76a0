//! The catalogue, as far as every build has it.

#![cfg(feature = "catalog")]

use cc_client::{ErrorKind, catalog};
use serde_json::json;

use crate::support::Platform;

#[tokio::test]
async fn the_error_for_an_unknown_command_suggests_similar_names() {
    let client = Platform::usual().client();
    let error = catalog::dispatch(&client, "Xyzzy", json!({})).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidInput);
    assert_eq!(error.message(), Some("unknown command `Xyzzy`"));
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
        assert_eq!(command.output_schema().get("type"), Some(&json!("object")), "{command:?}");
        let alone = command.operations().len() == 1;
        assert!(
            !command.is_read_only() || command.is_idempotent() && !command.is_destructive(),
            "{command:?}"
        );
        assert!(!command.name().starts_with("List") || command.is_read_only(), "{command:?}");
        assert!(!command.name().starts_with("Delete") || command.is_destructive(), "{command:?}");
        assert!(!(alone && command.name().starts_with("Get") && command.is_destructive()), "{command:?}");
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

/// Invalid input is refused by name before anything is sent; values, which may be secrets, are not repeated.
#[cfg(all(feature = "application", feature = "drain"))]
#[tokio::test]
async fn invalid_input_is_named_and_its_value_not_repeated() {
    let target =
        |target: serde_json::Value| json!({"applicationId": "app_1", "kind": "LOG", "target": target});
    let instance = |instance: serde_json::Value| {
        json!({
            "ownerId": "orga_1", "name": "x", "zone": "par", "minFlavor": "XS", "maxFlavor": "XS", "minInstances": 1,
            "maxInstances": 1, "instance": instance,
        })
    };
    for (name, input, words) in [
        (
            "CreateLogDrain",
            target(json!({"type": "RAW_HTTP", "url": "https://logs.example", "credential": {}})),
            "unknown field `credential`",
        ),
        (
            "CreateLogDrain",
            target(
                json!({"type": "RAW_HTTP", "url": "https://logs.example", "credentials": {"username": "a", "pass": "b"}}),
            ),
            "unknown field `pass`",
        ),
        ("CreateApplication", instance(json!({"slgu": "node"})), "unknown field `slgu`"),
        (
            "CreateApplication",
            instance(json!({"type": "node", "version": "1"})),
            "set `slug`, or all of `type`, `version` and `variant`",
        ),
        (
            "UpdateEnvironment",
            json!({"applicationId": "app_1", "environment": "DB_PASSWORD=hunter2"}),
            "`environment`: invalid type: string, expected",
        ),
        (
            "CreateOrUpdateEnvironmentVariable",
            json!({"applicationId": "app_1", "name": "PIN", "value": 424_242}),
            "`value`: invalid type: integer, expected",
        ),
    ] {
        let platform = Platform::usual();
        let error = catalog::dispatch(&platform.client(), name, input).await.unwrap_err();
        let text = format!("{error} {error:?}");
        assert_eq!(error.kind(), ErrorKind::InvalidInput, "{text}");
        assert!(text.contains(words), "{name}: {text}");
        assert!(!text.contains("hunter2") && !text.contains("424242"), "{text}");
        assert!(platform.journal().is_empty(), "{name}");
    }
}
