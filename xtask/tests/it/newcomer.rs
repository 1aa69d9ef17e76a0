//! Domains that are new to the workspace, generated and compiled: a domain file is all that a new command takes.

use std::path::{Path, PathBuf};
use std::process::Command;

use xtask::run;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

/// The YAML block of CONTRIBUTING.md that opens with `# spec/weather.yaml`.
fn example() -> String {
    let text = std::fs::read_to_string(root().join("CONTRIBUTING.md")).unwrap();
    let block = text.split("```yaml\n# spec/weather.yaml\n").nth(1).unwrap();
    block.split("```").next().unwrap().to_owned()
}

/// Generates the workspace with one more domain, in a copy of it.
fn with_domain(name: &str, text: &str) -> PathBuf {
    let copy = root().join("target").join(format!("newcomer-{name}"));
    let _ = std::fs::remove_dir_all(&copy);
    for folder in ["spec", "crates", "examples", "packages", "xtask"] {
        super::workspace::copy_folder(&root().join(folder), &copy.join(folder));
    }
    for file in ["Cargo.toml", "Cargo.lock"] {
        std::fs::copy(root().join(file), copy.join(file)).unwrap();
    }
    std::fs::write(copy.join(format!("spec/{name}.yaml")), text).unwrap();
    let words = |line: &str| line.split(' ').map(str::to_owned).collect::<Vec<_>>();
    let outcome = run(&words("generate"), &copy);
    assert!(outcome.success, "{}{}", outcome.text, outcome.errors);
    assert!(run(&words("generate --check"), &copy).success);
    copy
}

/// Compiles the client of a copy of the workspace with the commands of one domain.
fn compile(copy: &Path, domain: &str) {
    let output = Command::new(env!("CARGO"))
        .args(["check", "--quiet", "--offline", "-p", "cc-client", "--no-default-features", "--features"])
        .arg(format!("{domain},catalog"))
        .env("CARGO_TARGET_DIR", root().join("target/newcomer-target"))
        .current_dir(copy)
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn a_domain_file_becomes_requests_a_command_a_catalogue_entry_a_route_and_a_surface_without_any_rust() {
    let copy = with_domain("weather", &example());
    let read = |path: &str| std::fs::read_to_string(copy.join(path)).unwrap();
    let surface = read("spec/surface/weather.txt");
    assert!(
        surface.contains("operation get_weather\n  route GET /v4/weather/zones/{zoneName}\n")
            && surface.contains("\ncommand GetWeather\n  input zoneName: string as zone_name, required"),
        "{surface}"
    );
    assert!(read("crates/cc-sandbox/src/generated/routes.json").contains("\"get_weather\""));
    assert!(
        read("crates/cc-client/src/generated/catalog.rs").contains("crate::commands::weather::GetWeather")
    );
    compile(&copy, "weather");
}

#[test]
fn unions_and_structs_that_contain_themselves_compile() {
    let text = include_str!("../fixtures/trees.yaml");
    compile(&with_domain("trees", text), "trees");
}
