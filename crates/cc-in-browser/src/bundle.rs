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
    fn a_file_that_is_no_module_is_an_error_that_names_it() {
        let error = bundle(Path::new("Cargo.toml"), Path::new("target"), "none").unwrap_err();
        assert!(error.starts_with("could not bundle Cargo.toml ("), "{error}");
    }
}
