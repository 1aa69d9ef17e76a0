//! JavaScript around a module of WebAssembly, as a page loads it.

use std::path::Path;

use wasm_bindgen_cli_support::Bindgen;

/// Writes `NAME.js` and `NAME_bg.wasm` for a module that cargo built, for pages that load modules of JavaScript.
///
/// # Errors
/// The module cannot be read, it was built with another version of `wasm-bindgen`, or the folder cannot be written.
pub fn bundle(module: &Path, folder: &Path, name: &str) -> Result<(), String> {
    let mut bindgen = Bindgen::new();
    let made = bindgen.web(true).and_then(|bindgen| {
        bindgen
            .input_path(module)
            .out_name(name)
            .typescript(false)
            .omit_default_module_path(false)
            .generate(folder)
    });
    made.map_err(|error| {
        // The library explains a version that differs on many lines.
        let causes: Vec<String> = error.chain().map(|cause| cause.to_string().trim().to_owned()).collect();
        format!(
            "could not bundle {} (versions of wasm-bindgen and wasm-bindgen-cli-support in Cargo.lock must be the same): {}",
            module.display(),
            causes.join(": ")
        )
    })
}

/// Makes a function `create` of what [`bundle`] wrote into `NAME.js`. It takes what the instance calls to begin things that outlive a call
/// of it: `AbortController`, `setTimeout` and `clearTimeout`. Each call gives a new set of the exports, for an instance of its own, with
/// - `init`, which loads the module and makes the instance,
/// - `compiled`, a function that then gives the compiled module, from which another set makes its instance at once,
/// - `stop`, after which nothing runs in the instance any more: timers, promises and finalizers that still call it do nothing.
///
/// # Errors
/// The file cannot be read or written, or is not of the form that this version of `wasm-bindgen` writes.
pub fn instances(folder: &Path, name: &str) -> Result<(), String> {
    let file = folder.join(format!("{name}.js"));
    let told = |error: std::io::Error| format!("{}: {error}", file.display());
    let text = std::fs::read_to_string(&file).map_err(told)?;
    let text = factory(&text).map_err(|problem| format!("{}: {problem}", file.display()))?;
    std::fs::write(&file, text).map_err(told)
}

fn factory(text: &str) -> Result<String, String> {
    const LAST: &str = "export { initSync, __wbg_init as default };";
    let (body, _) = text.split_once(LAST).ok_or_else(|| format!("it has no `{LAST}`"))?;
    if !body.contains("let wasmModule, wasmInstance, wasm;") {
        return Err("it does not declare `wasmModule` and `wasm`".to_owned());
    }
    let (mut names, mut inner) = (Vec::new(), String::new());
    for line in body.lines() {
        let line = match line.strip_prefix("export ") {
            Some(declared) => {
                let name = ["class ", "function "].iter().find_map(|kind| declared.strip_prefix(kind));
                let name = name.and_then(|rest| rest.split(['(', ' ']).next());
                names.push(name.ok_or_else(|| format!("unknown export: {line}"))?);
                declared
            }
            None if line.starts_with("import ") => return Err(format!("unknown import: {line}")),
            None => line,
        };
        inner.push_str(line);
        inner.push('\n');
    }
    let names = names.join(", ");
    Ok(format!(
        "/** A set of the exports, for an instance of its own. */\n\
         export function create({{ AbortController, setTimeout, clearTimeout }}) {{\n\
         {inner}\
         const compiled = () => wasmModule;\n\
         // Calls that give a pair look at its elements.\n\
         const stop = () => {{ wasm = new Proxy({{}}, {{ get: () => () => [] }}); }};\n\
         return {{ init: __wbg_init, compiled, stop, {names} }};\n\
         }}\n"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bundler_has_the_version_of_the_library() {
        let lock = include_str!("../../../Cargo.lock");
        let version = |name: &str| {
            let (_, rest) = lock.split_once(&format!("name = \"{name}\"\nversion = \"")).unwrap();
            rest.split_once('"').unwrap().0.to_owned()
        };
        assert_eq!(version("wasm-bindgen-cli-support"), version("wasm-bindgen"));
    }

    #[test]
    fn each_set_of_exports_has_the_state_of_one_instance() {
        let text = "/* @ts-self-types */\nexport class Sdk {\n}\n\nexport function describe(name) {\n}\n\
                    let wasmModule, wasmInstance, wasm;\nasync function __wbg_init() {\n}\n\n\
                    export { initSync, __wbg_init as default };\n";
        let factory = factory(text).unwrap();
        assert_eq!(factory.matches("export ").count(), 1, "{factory}");
        assert!(factory.contains("return { init: __wbg_init, compiled, stop, Sdk, describe };"), "{factory}");
        for (part, other) in [
            ("let wasmModule, wasmInstance, wasm;", "let wasm;"),
            ("export class", "export const"),
            ("__wbg_init as default", "__wbg_init"),
            ("/* @ts-self-types */", "import './snippet.js';"),
        ] {
            assert!(super::factory(&text.replace(part, other)).is_err(), "{other}");
        }
    }

    #[test]
    fn a_file_that_is_no_module_is_an_error_that_names_it() {
        let error = bundle(Path::new("Cargo.toml"), Path::new("target"), "none").unwrap_err();
        assert!(error.starts_with("could not bundle Cargo.toml ("), "{error}");
    }
}
