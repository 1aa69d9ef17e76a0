//! Files that are committed beside what they come from.

use cc_js::commands;
use cc_js::types::{Signature, declare};
use serde_json::Value;

fn file(path: &str) -> String {
    std::fs::read_to_string(std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap()
}

#[test]
fn the_committed_types_are_those_of_the_catalogue() {
    let signatures: Vec<Signature> = commands::all().iter().map(Signature::from).collect();
    let declared = declare(&signatures).unwrap();
    assert!(
        declared == file("types/commands.d.ts"),
        "types/commands.d.ts is out of date: run `cargo xtask js types`"
    );
}

#[test]
fn the_package_has_the_version_of_the_client_and_the_licence_of_the_workspace() {
    let package: Value = serde_json::from_str(&file("package.json")).unwrap();
    let client = file("../../crates/cc-client/Cargo.toml");
    let version = client.lines().find_map(|line| line.strip_prefix("version = ")).unwrap().trim_matches('"');
    assert_eq!(package["version"], version);
    assert_eq!(package["engines"]["node"], ">=20");
    let licence = format!("license = {}", package["license"]);
    assert!(file("../../Cargo.toml").lines().any(|line| line == licence), "{licence}");
}
