//! Steps that a job of their own runs in CI: they need a tool, a toolchain or a system that not every machine has, or much time.

use super::{Line, Step, line, lines};

/// The `rust-version` of the manifests.
const OLDEST: &str = "1.88";

/// Crates whose sets of features are built one by one.
const WITH_FEATURES: [&str; 5] = ["cc-runtime", "cc-stream", "cc-bridge", "cc-redis-http", "cc-sandbox"];

fn step(name: &'static str, about: &'static str, lines: Vec<Line>) -> Step {
    Step { name, about, lines, has_own_job: true }
}

/// `domains` are the features of `cc-client` that stand for one domain each.
pub fn jobs(domains: &[String]) -> Vec<Step> {
    let powerset = |krate: &str, excluded: &str| {
        line(format!(
            "cargo hack check --locked --no-dev-deps --feature-powerset --depth 2 -p {krate} --exclude-features {excluded}"
        ))
    };
    // Domains are one group, `all-domains`: the steps `domains` and `pairs` build them one by one.
    let single = format!("default,domain-schemas,{}", domains.join(","));
    let hidden = |krate: &str| if krate == "cc-runtime" { "default,__rustls" } else { "default" };
    vec![
        step(
            "msrv",
            "the oldest supported Rust compiles everything (installs it)",
            vec![
                line(format!("rustup toolchain install {OLDEST} --profile minimal --no-self-update")),
                line(format!("cargo +{OLDEST} check --workspace --locked --target-dir target/msrv")),
            ],
        ),
        step(
            "native-tls",
            "the client with the TLS of the system",
            lines([
                "cargo check --locked -p cc-client --no-default-features --features native-tls,all-domains",
            ]),
        ),
        step(
            "all-clients",
            "every official client, the official command line too, and a validator of the spec, against the sandbox",
            vec![Line {
                optional: Some("the official clients are not run against the sandbox"),
                ..line("node crates/cc-sandbox/clients/run.mjs")
            }],
        ),
        step(
            "powerset",
            "each pair of features, with all domains as one group (needs cargo-hack)",
            WITH_FEATURES
                .iter()
                .map(|krate| powerset(krate, hidden(krate)))
                .chain([powerset("cc-client", &single)])
                .collect(),
        ),
        step(
            "packages",
            "the archive of each crate of the next release, with no, default and all features",
            lines(["cargo xtask release --package"]),
        ),
        step(
            "deny",
            "advisories, licences and sources of dependencies (needs cargo-deny)",
            lines(["cargo deny check"]),
        ),
        step(
            "semver",
            "the version of each crate of the next release allows its changes (needs cargo-semver-checks)",
            lines(["cargo xtask release --semver"]),
        ),
        step(
            "whole-proof",
            "`diff`, the compiler and cargo-semver-checks agree on each kind of change (needs cargo-semver-checks)",
            lines(["cargo xtask prove --count 280 --semver 60 --real 30"]),
        ),
        step(
            "wasm",
            "the steps `browser` and `js`, which fail here where they would skip",
            lines([
                "cargo xtask wasm check --required",
                "cargo xtask wasm test --required",
                "cargo xtask js test --required",
            ]),
        ),
        step(
            "platforms",
            "a build of everything, for other systems than Linux",
            lines(["cargo build --workspace --locked"]),
        ),
        step(
            "docs-rs",
            "documentation as docs.rs builds it (installs nightly)",
            vec![
                line("rustup toolchain install nightly --profile minimal --no-self-update"),
                Line {
                    variables: &[("RUSTDOCFLAGS", "--cfg docsrs -D warnings")],
                    ..line(
                        "cargo +nightly doc --workspace --no-deps --all-features --locked --target-dir target/docs-rs",
                    )
                },
            ],
        ),
        step(
            "fuzz",
            "50,000 mutated documents of the spec, the code of 200 of them compiled, and any bytes for the decoder of streams for two minutes (needs cargo-fuzz, installs nightly)",
            vec![
                line(
                    "cargo run --quiet --release --locked --package xtask -- fuzz --count 50000 --compile 200",
                ),
                line("rustup toolchain install nightly --profile minimal --no-self-update"),
                line(
                    "cargo +nightly fuzz run --fuzz-dir crates/cc-stream/fuzz decoder -- -max_total_time=120",
                ),
            ],
        ),
        step(
            "book",
            "the book and its plots (needs mdbook)",
            lines(["mdbook build docs", "python3 benches/pictures.py --check"]),
        ),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_rust_is_that_of_the_manifests() {
        let manifest = include_str!("../../../Cargo.toml");
        assert!(manifest.contains(&format!("\nrust-version = \"{OLDEST}\"\n")));
    }
}
