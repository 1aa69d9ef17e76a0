//! The software bill of materials of a release: CycloneDX 1.5 as JSON, from `cargo metadata` and `Cargo.lock`.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

/// Lists the packages that the published crates are built from, with licences and checksums. Dependencies of tests are left out.
///
/// `metadata` has the resolved graph; `lock` is the text of `Cargo.lock`; `published` are the crates of the release.
pub fn sbom(metadata: &Value, lock: &str, published: &[&str]) -> Value {
    let packages: BTreeMap<&str, &Value> =
        list(&metadata["packages"]).filter_map(|package| Some((package["id"].as_str()?, package))).collect();
    let edges: BTreeMap<&str, Vec<&str>> = list(&metadata["resolve"]["nodes"])
        .filter_map(|node| Some((node["id"].as_str()?, needed(node))))
        .collect();
    let is_published =
        |package: &Value| package["name"].as_str().is_some_and(|name| published.contains(&name));
    let roots: Vec<&str> =
        packages.iter().filter(|(_, package)| is_published(package)).map(|(id, _)| *id).collect();
    let mut reached: BTreeSet<&str> = roots.iter().copied().collect();
    let mut open = roots;
    while let Some(id) = open.pop() {
        for to in edges.get(id).into_iter().flatten() {
            if reached.insert(to) {
                open.push(to);
            }
        }
    }
    let checksums = checksums(lock);
    let components: Vec<Value> =
        reached.iter().filter_map(|id| Some(component(packages.get(id)?, &checksums))).collect();
    let name = |id: &str| packages.get(id).map_or_else(String::new, |package| purl(package));
    let dependencies: Vec<Value> = reached
        .iter()
        .map(|id| {
            let mut to: Vec<String> = edges.get(id).into_iter().flatten().map(|id| name(id)).collect();
            to.sort();
            to.dedup();
            json!({"ref": name(id), "dependsOn": to})
        })
        .collect();
    json!({
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "version": 1,
        "metadata": {"component": {"type": "library", "name": "clevercloud-sdk-rust", "bom-ref": "clevercloud-sdk-rust"}},
        "components": components,
        "dependencies": dependencies,
    })
}

fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

/// The packages that a build of this one needs.
fn needed(node: &Value) -> Vec<&str> {
    let is_needed = |dependency: &&Value| list(&dependency["dep_kinds"]).any(|kind| kind["kind"] != "dev");
    list(&node["deps"]).filter(is_needed).filter_map(|dependency| dependency["pkg"].as_str()).collect()
}

fn purl(package: &Value) -> String {
    let text = |key: &str| package[key].as_str().unwrap_or_default();
    format!("pkg:cargo/{}@{}", text("name"), text("version"))
}

fn component(package: &Value, checksums: &BTreeMap<(&str, &str), &str>) -> Value {
    let text = |key: &str| package[key].as_str().unwrap_or_default();
    let mut component = json!({
        "type": "library",
        "bom-ref": purl(package),
        "name": text("name"),
        "version": text("version"),
        "purl": purl(package),
        "scope": "required",
    });
    if let Some(licence) = package["license"].as_str() {
        // Old manifests write `MIT/Apache-2.0`, which is no SPDX expression.
        component["licenses"] = json!([{"expression": licence.replace('/', " OR ")}]);
    }
    if let Some(sum) = checksums.get(&(text("name"), text("version"))) {
        component["hashes"] = json!([{"alg": "SHA-256", "content": sum}]);
    }
    component
}

/// The checksums of `Cargo.lock`, which cargo writes one key a line.
fn checksums(lock: &str) -> BTreeMap<(&str, &str), &str> {
    let mut found = BTreeMap::new();
    for package in lock.split("[[package]]") {
        let value = |key: &str| {
            let line = package.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix(" = \""))?;
            line.strip_suffix('"')
        };
        if let (Some(name), Some(version), Some(sum)) = (value("name"), value("version"), value("checksum")) {
            found.insert((name, version), sum);
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_has_what_published_crates_are_built_from_and_nothing_of_their_tests() {
        let package = |name: &str, licence: &str| json!({"id": name, "name": name, "version": "1.0.0", "license": licence});
        let edge = |to: &str, kind: Value| json!({"pkg": to, "dep_kinds": [{"kind": kind}]});
        let metadata = json!({
            "packages": [package("cc-a", "MIT"), package("serde", "MIT/Apache-2.0"), package("insta", "MIT"), package("xtask", "MIT")],
            "resolve": {"nodes": [
                {"id": "cc-a", "deps": [edge("serde", Value::Null), edge("insta", json!("dev"))]},
                {"id": "serde", "deps": []},
                {"id": "insta", "deps": []},
                {"id": "xtask", "deps": [edge("insta", Value::Null)]},
            ]},
        });
        let lock = "version = 4\n\n[[package]]\nname = \"serde\"\nversion = \"1.0.0\"\nsource = \"registry\"\nchecksum = \"00ff\"\n";
        let bom = sbom(&metadata, lock, &["cc-a"]);
        let names: Vec<&str> =
            list(&bom["components"]).filter_map(|component| component["name"].as_str()).collect();
        assert_eq!(names, ["cc-a", "serde"]);
        assert_eq!(bom["components"][1]["licenses"][0]["expression"], "MIT OR Apache-2.0");
        assert_eq!(bom["components"][1]["hashes"][0]["content"], "00ff");
        assert_eq!(
            bom["dependencies"][0],
            json!({"ref": "pkg:cargo/cc-a@1.0.0", "dependsOn": ["pkg:cargo/serde@1.0.0"]})
        );
    }
}
