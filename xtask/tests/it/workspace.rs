//! The commands of the task runner, and generated code that compiles.

use std::path::{Path, PathBuf};
use std::process::Command;

use proptest::prelude::*;
use xtask::run;
use xtask::spec::{check, node};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

fn words(line: &str) -> Vec<String> {
    line.split_whitespace().map(str::to_owned).collect()
}

#[test]
fn the_table_of_modules_in_a_readme_has_every_public_module() {
    for name in ["cc-bridge", "cc-client", "cc-redis-http", "cc-runtime", "cc-stream"] {
        let folder = root().join("crates").join(name);
        let readme = std::fs::read_to_string(folder.join("README.md")).unwrap();
        let table = readme.split("## Modules\n").nth(1).and_then(|rest| rest.split("\n## ").next()).unwrap();
        let code = std::fs::read_to_string(folder.join("src/lib.rs")).unwrap();
        let mut modules = Vec::new();
        for item in syn::parse_file(&code).unwrap().items {
            let syn::Item::Mod(module) = item else { continue };
            let is_hidden = module.attrs.iter().any(|attribute| {
                matches!(&attribute.meta, syn::Meta::List(list) if list.path.is_ident("doc") && list.tokens.to_string() == "hidden")
            });
            if matches!(module.vis, syn::Visibility::Public(_)) && !is_hidden {
                modules.push(module.ident.to_string());
            }
        }
        // Of a module that is exported under another name, such as `pub use cc_runtime as runtime`, nothing is known here.
        let missing: Vec<&String> =
            modules.iter().filter(|module| !table.contains(&format!("`{module}`"))).collect();
        assert_eq!(missing, Vec::<&String>::new(), "crates/{name}/README.md");
        assert!(!modules.is_empty(), "{name}");
    }
}

#[test]
fn committed_code_matches_the_spec() {
    let outcome = run(&words("generate --check"), &root());
    assert!(outcome.success, "{}{}", outcome.text, outcome.errors);
}

#[test]
fn a_file_that_was_edited_by_hand_is_named_with_the_command_that_mends_it() {
    let copy = tempfile::tempdir().unwrap();
    copy_folder(&root().join("spec"), &copy.path().join("spec"));
    let outcome = run(&words("generate --domain zone"), copy.path());
    assert!(outcome.success, "{}{}", outcome.text, outcome.errors);
    let file = copy.path().join("crates/generated/cc-api-zone/src/types.rs");
    let text = std::fs::read_to_string(&file).unwrap();
    std::fs::write(&file, text.replace("Zone", "Area")).unwrap();
    std::fs::write(copy.path().join("crates/generated/cc-api-zone/src/stray.rs"), "").unwrap();
    std::fs::remove_file(copy.path().join("spec/surface/zone.txt")).unwrap();
    let outcome = run(&words("generate --check --domain zone"), copy.path());
    assert!(!outcome.success);
    for part in [
        "changed: crates/generated/cc-api-zone/src/types.rs",
        "+pub struct Zone {",
        "stray: ",
        "missing: spec/surface/zone.txt",
    ] {
        assert!(outcome.text.contains(part), "{part}: {}", outcome.text);
    }
    assert!(outcome.errors.contains("run `cargo xtask generate --domain zone`"), "{}", outcome.errors);
}

/// Anything in the place of a generated file is reported and removed.
#[test]
fn anything_in_the_place_of_a_generated_file_is_replaced() {
    let copy = tempfile::tempdir().unwrap();
    copy_folder(&root().join("spec"), &copy.path().join("spec"));
    let generate = || run(&words("generate --domain zone"), copy.path());
    assert!(generate().success);
    let krate = copy.path().join("crates/generated/cc-api-zone");
    type Mangle = fn(&Path);
    let mangle: [(&str, Mangle); 3] = [
        ("src/types.rs", |file| std::fs::write(file, b"\xff").unwrap()),
        ("src/client.rs", |file| {
            std::fs::remove_file(file).unwrap();
            std::fs::create_dir(file).unwrap();
        }),
        ("src", |folder| {
            std::fs::remove_dir_all(folder).unwrap();
            std::fs::write(folder, "").unwrap();
        }),
    ];
    for (path, mangle) in mangle {
        mangle(&krate.join(path));
        let outcome = run(&words("generate --check --domain zone"), copy.path());
        assert!(
            !outcome.success && outcome.text.contains(path),
            "{path}: {} {}",
            outcome.text,
            outcome.errors
        );
        let outcome = generate();
        assert!(outcome.success, "{path}: {}", outcome.errors);
        assert!(run(&words("generate --check --domain zone"), copy.path()).success, "{path}");
    }
}

/// The check finds problems that the compiler would find later, or that would stay unnoticed.
#[test]
fn unreachable_and_unnameable_things_are_refused() {
    let copy = tempfile::tempdir().unwrap();
    copy_folder(&root().join("spec"), &copy.path().join("spec"));
    let zone = std::fs::read_to_string(root().join("spec/zone.yaml")).unwrap();
    let check = |name: &str, text: &str| {
        let file = copy.path().join("spec").join(name);
        std::fs::write(&file, text).unwrap();
        let outcome = run(&words("check"), copy.path());
        std::fs::remove_file(file).unwrap();
        assert!(!outcome.success, "{name}");
        format!("{}{}", outcome.text, outcome.errors)
    };
    for name in ["My Domain", "default", "type", "catalog", "Été", "a.b"] {
        let told = check(&format!("{name}.yaml"), &zone);
        assert!(told.contains("cannot be the name of a domain"), "{name}: {told}");
    }
    for (right, wrong, what) in [
        ("{name: GetZone,", "{name: GetZone, fields: {zoneName: path.zoneNam},", "does not have"),
        ("{name: GetZone,", "{name: GetZone, constants: {query.nope: 1},", "has no input for the constant"),
        ("{name: GetZone,", "{name: 'Get Zone!',", "PascalCase"),
        ("  title: Zones", "  title: \"Zones\\nand more\"", "one line"),
    ] {
        let text = zone.replace(right, wrong);
        assert_ne!(text, zone, "{right}");
        let told = check("zone.yaml", &text);
        assert!(told.contains(what), "{wrong}: {told}");
    }
}

#[test]
fn files_that_look_like_documents_are_reported() {
    let copy = tempfile::tempdir().unwrap();
    copy_folder(&root().join("spec"), &copy.path().join("spec"));
    assert!(run(&words("check"), copy.path()).success);
    for name in ["foo.yml", "foo.YAML", "openapi.json", "more/zone.yaml"] {
        let file = copy.path().join("spec").join(name);
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(&file, "openapi: 3.0.3\n").unwrap();
        let told = run(&words("check"), copy.path());
        assert!(!told.success && told.text.contains("ignored"), "{name}: {}", told.text);
        std::fs::remove_file(&file).unwrap();
        let _ = std::fs::remove_dir(copy.path().join("spec/more"));
    }
}

#[test]
fn a_document_is_checked_where_it_lies() {
    for name in ["zone", "shared"] {
        let outcome = run(&["check".to_owned(), format!("{}/spec/{name}.yaml", root().display())], &root());
        assert!(outcome.success, "{name}: {}", outcome.text);
    }
}

#[test]
fn a_file_that_cannot_be_read_hides_no_problem_of_the_others() {
    let copy = tempfile::tempdir().unwrap();
    copy_folder(&root().join("spec"), &copy.path().join("spec"));
    let edit = |name: &str, change: fn(String) -> String| {
        let file = copy.path().join("spec").join(name);
        std::fs::write(&file, change(std::fs::read_to_string(&file).unwrap())).unwrap();
    };
    edit("zone.yaml", |text| text.replacen("summary:", "sumary:", 1));
    edit("log.yaml", |text| format!("{text}\na: [\n"));
    let outcome = run(&words("check"), copy.path());
    let told = format!("{}{}", outcome.text, outcome.errors);
    assert!(!outcome.success && told.contains("log.yaml:") && told.contains("zone.yaml:"), "{told}");
    assert!(!told.contains("drain.yaml:"), "{told}");
}

#[test]
fn an_unknown_command_prints_the_help() {
    for line in [
        "",
        "genrate",
        "generate --chek",
        "generate --domain",
        "generate --domain mars",
        "check /no/such/file",
    ] {
        let outcome = run(&words(line), &root());
        assert!(!outcome.success, "{line}");
    }
    assert!(run(&words("generate --domain mars"), &root()).errors.contains("unknown domain `mars`"));
}

/// Slow, and worth it: a construct that generates and does not compile would reach everybody.
#[test]
fn generated_fixtures_compile() {
    let folder = root().join("target/fixtures");
    let mut members = Vec::new();
    for name in ["kinds", "media", "events"] {
        for (path, text) in crate::fixtures::generated(name) {
            if !path.ends_with(".txt") {
                let file = folder.join(name).join(&path);
                std::fs::create_dir_all(file.parent().unwrap()).unwrap();
                std::fs::write(file, text).unwrap();
            }
        }
        members.push(format!("{name:?}"));
    }
    let manifest = std::fs::read_to_string(root().join("Cargo.toml")).unwrap();
    let section = |from: &str, to: &str| &manifest[manifest.find(from).unwrap()..manifest.find(to).unwrap()];
    // The fixtures use types of the crate that several domains share.
    let shared_types = manifest.lines().find(|line| line.starts_with("cc-api-shared ")).unwrap();
    let shared = [
        section("[workspace.package]", "# @generated by xtask"),
        &format!("{shared_types}\n\n"),
        section("[workspace.lints.rust]", "[profile.dev]"),
    ]
    .concat();
    let shared = shared.replace("path = \"crates/", &format!("path = \"{}/crates/", root().display()));
    std::fs::write(
        folder.join("Cargo.toml"),
        format!("[workspace]\nresolver = \"3\"\nmembers = [{}]\n\n{shared}", members.join(", ")),
    )
    .unwrap();
    std::fs::copy(root().join("Cargo.lock"), folder.join("Cargo.lock")).unwrap();
    let output = Command::new(env!("CARGO"))
        .args(["check", "--quiet", "--offline", "--features", "schemars"])
        .env("RUSTFLAGS", "-Dwarnings")
        .env("CARGO_TARGET_DIR", folder.join("target"))
        .current_dir(&folder)
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

pub fn copy_folder(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy_folder(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}

fn mangled() -> impl Strategy<Value = String> {
    let text = std::fs::read_to_string(root().join("xtask/tests/fixtures/kinds.yaml")).unwrap();
    let lines: Vec<String> = text.lines().map(str::to_owned).collect();
    proptest::collection::vec((0..lines.len(), 0..4usize), 1..12).prop_map(move |edits| {
        let mut lines = lines.clone();
        for (at, edit) in edits {
            let at = at % lines.len();
            match edit {
                0 => lines[at] = String::new(),
                1 => lines[at] = lines[at].replace(": ", ": ["),
                2 => lines[at] = lines[at].replace('{', ""),
                _ => lines[at] = lines[at].replace("type", "$ref"),
            }
        }
        lines.join("\n")
    })
}

proptest! {
    #[test]
    fn no_document_makes_the_check_panic(text in mangled()) {
        if let Ok(document) = node::parse(&text) {
            check::check_alone("mangled.yaml".to_owned(), &document, None);
        }
    }
}

#[test]
fn each_module_of_commands_is_a_domain_and_a_feature() {
    let commands = std::fs::read_to_string(root().join("crates/cc-client/src/commands.rs")).unwrap();
    let lines: Vec<&str> = commands.lines().collect();
    let modules = lines.iter().enumerate().filter_map(|(at, line)| {
        let module = line.strip_prefix("pub mod ")?.strip_suffix(';')?;
        Some((module, lines[at - 1]))
    });
    let modules: Vec<(&str, &str)> = modules.collect();
    assert!(modules.len() > 15, "{modules:?}");
    for (module, condition) in modules {
        let domain = module.replace('_', "-");
        assert!(
            root().join(format!("spec/{domain}.yaml")).is_file(),
            "`{module}` is not a domain of the spec"
        );
        assert_eq!(condition, format!("#[cfg(feature = {domain:?})]"), "the feature of `{module}`");
    }
}
