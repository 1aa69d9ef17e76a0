//! `cargo xtask js`: builds and tests the package for JavaScript, and writes its TypeScript types.

use std::path::Path;

use crate::Outcome;
use crate::wasm::{MODULES, Stop, modules, native, run, size, toolchain};

/// The folder of the package.
const PACKAGE: &str = "packages/js";

/// The types of its commands, in it.
const TYPES: &str = "packages/js/types/commands.d.ts";

/// Runs a form of the verb.
///
/// # Errors
/// When the words after the verb are not its options.
pub fn js(options: &[&str], root: &Path) -> Result<Outcome, String> {
    let (ended, required) = match options {
        ["build"] => (build(root), true),
        ["types"] => (types(root, &[]), true),
        ["types", "--check"] => (types(root, &["--check"]), true),
        ["test"] => (test(root, false), false),
        ["test", "--required"] => (test(root, true), true),
        [] => return Err("`js` takes `build`, `types` or `test`".to_owned()),
        words => return Err(crate::unknown_options(words)),
    };
    Ok(Stop::outcome(ended, required))
}

/// Builds the module as it is published, with its sizes.
fn build(root: &Path) -> Result<String, Stop> {
    let toolchain = toolchain::find(root).map_err(Stop::Skipped)?;
    let mut command = toolchain.cargo(root, "build");
    run(command.args(["--lib", "--profile", "wasm", "-p", "cc-js"]))?;
    let (module, folder) = (modules(root, "wasm").join("cc_js.wasm"), root.join(PACKAGE).join("dist"));
    run(native(root, "run")
        .args(["-p", "cc-in-browser", "--", "bundle"])
        .args([&module, &folder])
        .arg("sdk"))?;
    run(native(root, "run").args(["-p", "cc-in-browser", "--", "instances"]).arg(&folder).arg("sdk"))?;
    let sizes = size::optimise(root, &folder.join("sdk_bg.wasm"))?;
    Ok(format!("{PACKAGE}/dist/sdk_bg.wasm: {sizes}\n"))
}

/// Writes the types, or compares them.
fn types(root: &Path, options: &[&str]) -> Result<String, Stop> {
    let mut command = native(root, "run");
    run(command.args(["-p", "cc-js", "--example", "types", "--"]).args(options).arg(TYPES))?;
    Ok(String::new())
}

/// Packs and installs the package, and uses it in Node.js and in Chromium.
fn test(root: &Path, required: bool) -> Result<String, Stop> {
    let toolchain = toolchain::find(root).map_err(Stop::Skipped)?;
    for (program, packages) in
        [("node", "nodejs"), ("npm", "npm"), ("chromedriver", "chromium and chromium-driver")]
    {
        if !toolchain::is_installed(program) && (required || program != "chromedriver") {
            return Err(Stop::Skipped(format!("{program} is not installed (Debian: {packages})")));
        }
    }
    let mut command = toolchain.cargo(root, "build");
    // The same selection as that of `wasm test`, and so the same builds.
    run(command.arg("--lib").args(MODULES.iter().flat_map(|name| ["-p", name])))?;
    let mut command = native(root, "test");
    command.args(["-p", "cc-js", "--test", "it"]).env("CC_WASM_MODULES", modules(root, "debug"));
    if required {
        command.env("CC_JS_REQUIRED", "1");
    }
    run(&mut command)?;
    Ok(String::new())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_that_does_not_exist_is_refused() {
        for words in [&[][..], &["biuld"], &["types", "--chekc"], &["test", "--required", "--all"]] {
            assert!(js(words, Path::new(".")).is_err(), "{words:?}");
        }
    }

    #[test]
    fn the_package_is_where_it_is_looked_for() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
        assert!(root.join(PACKAGE).join("package.json").is_file() && root.join(TYPES).is_file());
    }
}
