//! Generated crates, compiled as far as their types: `rustc` alone, against libraries that are compiled once.

use std::collections::{BTreeMap, HashMap};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex};

use serde_json::Value;

/// The generated part of a client, with as little around it as it needs.
const CLIENT: &str = include_str!("compile/client.txt");

/// The manifest with a feature for each domain.
pub const CLIENT_MANIFEST: &str = "crates/cc-client/Cargo.toml";

/// Crates that generated code, and programs that use it, name.
const EXTERNS: [&str; 6] = ["cc_runtime", "cc_stream", "cc_client", "cc_api_shared", "serde", "serde_json"];

/// The compiler, the libraries, and everything that was compiled.
pub struct Workshop {
    /// Folder of the crates that were compiled.
    pub work: PathBuf,
    /// A folder with the manifests whose parts are generated, and without code by hand.
    pub manifests: PathBuf,
    /// Crate → its metadata.
    externs: BTreeMap<String, PathBuf>,
    /// What was compiled, by the hash of its text.
    known: Mutex<HashMap<u64, Arc<Mutex<Done>>>>,
}

/// End of one crate's compilation. `None` until then.
type Done = Option<Result<Crate, String>>;

/// A compiled crate.
#[derive(Debug, Clone)]
pub struct Crate {
    pub name: String,
    pub metadata: PathBuf,
    key: u64,
}

impl Workshop {
    /// Compiles the libraries.
    ///
    /// # Errors
    /// When cargo fails.
    pub fn open(root: &Path) -> Result<Self, String> {
        let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let mut command = Command::new(cargo);
        command.args([
            "check",
            "--quiet",
            "--offline",
            "--message-format=json",
            "--target-dir",
            "target/prove",
        ]);
        command.args([
            "-p",
            "cc-client",
            "-p",
            "cc-api-shared",
            "--no-default-features",
            "--features",
            "cc-client/stream",
        ]);
        for (name, _) in std::env::vars_os() {
            let text = name.to_string_lossy();
            if text.starts_with("CARGO_PKG_") || text.starts_with("CARGO_MANIFEST_") {
                command.env_remove(&name);
            }
        }
        let output = command.current_dir(root).stderr(Stdio::inherit()).output();
        let output = output.map_err(|error| format!("could not run cargo: {error}"))?;
        if !output.status.success() {
            return Err("the libraries of the generated crates do not compile".to_owned());
        }
        let mut externs = BTreeMap::new();
        for line in String::from_utf8_lossy(&output.stdout).lines() {
            let Ok(message) = serde_json::from_str::<Value>(line) else { continue };
            let name = message["target"]["name"].as_str().unwrap_or_default().replace('-', "_");
            let files = message["filenames"].as_array().into_iter().flatten().filter_map(Value::as_str);
            if let Some(file) = files.into_iter().find(|file| file.ends_with(".rmeta"))
                && EXTERNS.contains(&name.as_str())
            {
                externs.insert(name, PathBuf::from(file));
            }
        }
        if externs.len() != EXTERNS.len() {
            return Err(format!("cargo compiled {externs:?} instead of {EXTERNS:?}"));
        }
        let work = root.join("target/prove/crates");
        // What an earlier run left.
        let _ = std::fs::remove_dir_all(&work);
        let manifests = root.join("target/prove/manifests");
        let manifest = std::fs::read_to_string(root.join(CLIENT_MANIFEST));
        let manifest = manifest.map_err(|error| format!("could not read {CLIENT_MANIFEST}: {error}"))?;
        write(&manifests.join(CLIENT_MANIFEST), &manifest)?;
        Ok(Self { work, manifests, externs, known: Mutex::default() })
    }

    /// Compiles the generated crates of the API among these files: the shared one first, because the others may name it.
    ///
    /// # Errors
    /// When one of them does not compile: see [`compile`](Self::compile).
    pub fn apis(&self, files: &BTreeMap<PathBuf, String>) -> Result<Vec<Crate>, String> {
        let mut apis: BTreeMap<&str, BTreeMap<PathBuf, String>> = BTreeMap::new();
        for (path, text) in files {
            let Some(rest) = path.to_str().and_then(|path| path.strip_prefix("crates/generated/")) else {
                continue;
            };
            if let Some((krate, inside)) = rest.split_once('/') {
                apis.entry(krate).or_default().insert(inside.into(), text.clone());
            }
        }
        let shared = apis.remove("cc-api-shared").map(|own| ("cc-api-shared", own));
        let mut crates: Vec<Crate> = Vec::new();
        for (name, own) in shared.into_iter().chain(apis) {
            let shared: Vec<&Crate> = crates.iter().filter(|krate| krate.name == "cc_api_shared").collect();
            let compiled = self.compile(&name.replace('-', "_"), &own, &shared, &[])?;
            crates.push(compiled);
        }
        Ok(crates)
    }

    /// Compiles the generated part of the client with the features of these domains.
    ///
    /// # Errors
    /// When it does not compile: see [`compile`](Self::compile).
    pub fn client(
        &self,
        files: &BTreeMap<PathBuf, String>,
        crates: &[Crate],
        features: &[&str],
    ) -> Result<Crate, String> {
        let folder = Path::new("crates/cc-client/src/generated");
        let own = files.iter().filter_map(|(path, text)| {
            let inside = path.strip_prefix(folder).ok().filter(|inside| !inside.ends_with("catalog.rs"))?;
            Some((Path::new("src/generated").join(inside), text.clone()))
        });
        let mut own: BTreeMap<PathBuf, String> = own.collect();
        own.insert("src/lib.rs".into(), CLIENT.to_owned());
        let features: Vec<&str> = features.iter().copied().chain(["stream"]).collect();
        self.compile("cc_client", &own, &crates.iter().collect::<Vec<_>>(), &features)
    }

    /// Compiles a crate, once for each text of it.
    ///
    /// # Errors
    /// The first errors of the compiler, with file and line as in the workspace.
    fn compile(
        &self,
        name: &str,
        files: &BTreeMap<PathBuf, String>,
        uses: &[&Crate],
        features: &[&str],
    ) -> Result<Crate, String> {
        let keys: Vec<u64> = uses.iter().map(|krate| krate.key).collect();
        let key = hash(&(name, files, keys, features));
        let place = match self.known.lock() {
            Ok(mut known) => Arc::clone(known.entry(key).or_default()),
            Err(_) => return Err("another thread panicked".to_owned()),
        };
        let Ok(mut done) = place.lock() else { return Err("another thread panicked".to_owned()) };
        if let Some(done) = &*done {
            return done.clone();
        }
        let compiled = self.compile_anew(name, files, uses, features, key);
        *done = Some(compiled.clone());
        compiled
    }

    fn compile_anew(
        &self,
        name: &str,
        files: &BTreeMap<PathBuf, String>,
        uses: &[&Crate],
        features: &[&str],
        key: u64,
    ) -> Result<Crate, String> {
        let folder = self.work.join(format!("{name}-{key:016x}"));
        for (path, text) in files {
            write(&folder.join(path), text)?;
        }
        let mut command = self.rustc(name, &folder, uses);
        for feature in features {
            command.arg("--cfg").arg(format!("feature={feature:?}"));
        }
        command.args(["--cap-lints", "allow", "--error-format=short"]);
        if name == "cc_client" {
            // The crate in whose place this one stands.
            command.arg("--extern").arg(format!("sdk={}", self.externs["cc_client"].display()));
            command.args(["-C", "metadata=generated"]);
        }
        command.arg(folder.join("src/lib.rs"));
        let output = command.output().map_err(|error| format!("could not run rustc: {error}"))?;
        if !output.status.success() {
            let home = match name {
                "cc_client" => "crates/cc-client/".to_owned(),
                _ => format!("crates/generated/{}/", name.replace('_', "-")),
            };
            let told = String::from_utf8_lossy(&output.stderr);
            let told = told.replace(&format!("{}/", folder.display()), &home);
            let first: Vec<&str> = told.lines().take(3).collect();
            return Err(format!("generated code does not compile: {}", first.join(" ")));
        }
        Ok(Crate { name: name.to_owned(), metadata: folder.join(format!("lib{name}.rmeta")), key })
    }

    /// The compiler, with the libraries and these crates.
    pub fn rustc(&self, name: &str, folder: &Path, uses: &[&Crate]) -> Command {
        let mut command = Command::new(std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into()));
        command.args(["--crate-type", "lib", "--emit=metadata"]);
        self.settings(&mut command, name, folder, uses);
        command
    }

    pub fn settings(&self, command: &mut Command, name: &str, folder: &Path, uses: &[&Crate]) {
        command.args(["--crate-name", name, "--edition", "2024"]);
        command.arg("--out-dir").arg(folder);
        for (library, metadata) in &self.externs {
            let is_replaced = library == "cc_client" || uses.iter().any(|krate| krate.name == *library);
            if !is_replaced {
                command.arg("--extern").arg(format!("{library}={}", metadata.display()));
            }
        }
        for krate in uses {
            command.arg("--extern").arg(format!("{}={}", krate.name, krate.metadata.display()));
            if let Some(folder) = krate.metadata.parent() {
                command.arg("-L").arg(format!("dependency={}", folder.display()));
            }
        }
        if let Some(libraries) = self.externs["serde"].parent() {
            command.arg("-L").arg(format!("dependency={}", libraries.display()));
        }
    }
}

fn hash(value: &impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}

pub fn write(path: &Path, text: &str) -> Result<(), String> {
    let about = |error: std::io::Error| format!("could not write {}: {error}", path.display());
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).map_err(about)?;
    }
    std::fs::write(path, text).map_err(about)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Crates that name no library need none.
    fn without_libraries(work: &Path) -> Workshop {
        let externs = EXTERNS.iter().map(|name| ((*name).to_owned(), work.join("no-such-library.rmeta")));
        Workshop {
            work: work.to_owned(),
            manifests: work.to_owned(),
            externs: externs.collect(),
            known: Mutex::default(),
        }
    }

    fn files(all: &[(&str, &str)]) -> BTreeMap<PathBuf, String> {
        all.iter().map(|(path, text)| (PathBuf::from(path), (*text).to_owned())).collect()
    }

    #[test]
    fn crates_of_the_api_compile_with_the_shared_one_among_them() {
        let work = tempfile::tempdir().unwrap();
        let crates = without_libraries(work.path()).apis(&files(&[
            ("crates/generated/cc-api-boats/src/lib.rs", "pub use cc_api_shared::Pier;"),
            ("crates/generated/cc-api-shared/src/lib.rs", "pub struct Pier;"),
            ("crates/cc-client/src/generated/mod.rs", "not compiled"),
        ]));
        let names: Vec<String> = crates.unwrap().into_iter().map(|krate| krate.name).collect();
        assert_eq!(names, ["cc_api_shared", "cc_api_boats"]);
    }

    #[test]
    fn an_error_of_the_compiler_has_file_and_line_as_in_the_workspace() {
        let work = tempfile::tempdir().unwrap();
        let error = without_libraries(work.path()).apis(&files(&[
            ("crates/generated/cc-api-boats/src/lib.rs", "pub mod types;"),
            ("crates/generated/cc-api-boats/src/types.rs", "\npub fn length() -> u8 {\n    \"long\"\n}\n"),
        ]));
        let error = error.unwrap_err();
        assert!(error.contains("crates/generated/cc-api-boats/src/types.rs:3:5: error[E0308]"), "{error}");
    }
}
