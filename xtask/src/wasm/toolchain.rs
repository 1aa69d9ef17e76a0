//! The compilers that can build for browsers: that of rustup, or that of Debian with its sources of the standard library.

use std::fmt;
use std::path::Path;
use std::process::{Command, Stdio};

use super::{FOLDER, TARGET, clean};

/// A compiler that builds for browsers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Toolchain {
    /// The compiler that builds this workspace: it has the target.
    Own,
    /// That of Debian's `rustc-web`, `cargo-web`, `rust-web-src` and `lld-19`, which builds the standard library first.
    Debian,
}

impl fmt::Display for Toolchain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Own => "the compiler of this workspace",
            Self::Debian => "the compiler of Debian",
        })
    }
}

impl Toolchain {
    /// A command of cargo for browsers, in the folder of their builds.
    pub fn cargo(self, root: &Path, verb: &str) -> Command {
        let mut command = match self {
            Self::Own => Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into())),
            Self::Debian => Command::new("/usr/bin/cargo"),
        };
        // Debug information would make each module ten times as large.
        command.args([verb, "--quiet", "--locked"]).current_dir(root).env("CARGO_PROFILE_DEV_DEBUG", "false");
        clean(&mut command);
        if self == Self::Debian {
            command.args(["-Z", "build-std=std,panic_abort"]);
            command.env("RUSTC", "/usr/bin/rustc").env("RUSTC_BOOTSTRAP", "1");
            command.env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER", "wasm-ld-19");
            // Rustup puts its compiler and its documentation tool into these.
            command.env_remove("RUSTUP_TOOLCHAIN").env_remove("RUSTDOC");
        }
        command.args(["--target", TARGET, "--target-dir", FOLDER]);
        command
    }

    /// Returns `true` if the compiler has the sources of its standard library. Rustup installs them if it can, and Debian's compiler is
    /// found only with them.
    pub fn rebuilds_std(self, root: &Path) -> bool {
        let has_sources = || {
            let compiler = std::env::var("RUSTC").unwrap_or_else(|_| "rustc".to_owned());
            let folder = sysroot(root, &compiler);
            folder.is_some_and(|folder| Path::new(&folder).join("lib/rustlib/src/rust/library/std").is_dir())
        };
        let adds_sources = || {
            let mut command = Command::new("rustup");
            command.args(["component", "add", "rust-src"]).current_dir(root).stdout(Stdio::null());
            command.status().is_ok_and(|status| status.success())
        };
        self == Self::Debian || has_sources() || adds_sources() && has_sources()
    }

    /// Adds the options with which the standard library is rebuilt for small programs, and a panic ends the program without a message.
    pub fn for_size(self, command: &mut Command) {
        if self == Self::Own {
            command.args(["-Z", "build-std=std,panic_abort"]);
        }
        command.args(["-Z", "build-std-features=optimize_for_size", "-Z", "panic-immediate-abort"]);
        // Options of the nightly compiler, in a stable one.
        command.env("CARGO_PROFILE_WASM_PANIC", "immediate-abort").env("RUSTC_BOOTSTRAP", "1").env(
            "RUSTFLAGS",
            "-Zunstable-options -Zlocation-detail=none -Zfmt-debug=none --cfg sha2_backend_soft=\"compact\"",
        );
    }
}

/// Finds a compiler for browsers, or has rustup install the target.
///
/// # Errors
/// There is none: the reason.
pub fn find(root: &Path) -> Result<Toolchain, String> {
    if has_target(root) || (adds_target(root) && has_target(root)) {
        return Ok(Toolchain::Own);
    }
    let has_sources = sysroot(root, "/usr/bin/rustc")
        .is_some_and(|folder| Path::new(&folder).join("lib/rustlib/src/rust/library/std").is_dir());
    if has_sources && Path::new("/usr/bin/cargo").is_file() && is_installed("wasm-ld-19") {
        return Ok(Toolchain::Debian);
    }
    Err(format!(
        "no compiler for {TARGET}: `rustup target add {TARGET}` failed, and Debian's rustc-web, cargo-web, rust-web-src and lld-19 \
         are not installed"
    ))
}

fn has_target(root: &Path) -> bool {
    let compiler = std::env::var("RUSTC").unwrap_or_else(|_| "rustc".to_owned());
    let folder = sysroot(root, &compiler);
    folder.is_some_and(|folder| Path::new(&folder).join("lib/rustlib").join(TARGET).join("lib").is_dir())
}

fn adds_target(root: &Path) -> bool {
    let mut command = Command::new("rustup");
    command.args(["target", "add", TARGET]).current_dir(root).stdout(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}

fn sysroot(root: &Path, compiler: &str) -> Option<String> {
    let output = Command::new(compiler).args(["--print", "sysroot"]).current_dir(root).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// Returns `true` if a program is in a folder of `PATH`.
pub fn is_installed(program: &str) -> bool {
    let folders = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&folders).any(|folder| folder.join(program).is_file())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(toolchain: Toolchain) -> (String, Vec<(String, Option<String>)>) {
        let command = toolchain.cargo(Path::new("."), "check");
        let words: Vec<_> = command.get_args().map(|word| word.to_string_lossy()).collect();
        let text = |value: &std::ffi::OsStr| value.to_string_lossy().into_owned();
        let variables = command.get_envs().map(|(name, value)| (text(name), value.map(text)));
        (words.join(" "), variables.collect())
    }

    #[test]
    fn the_compiler_of_debian_builds_the_standard_library_with_its_own_linker() {
        let (words, variables) = shown(Toolchain::Debian);
        assert_eq!(
            words,
            "check --quiet --locked -Z build-std=std,panic_abort --target wasm32-unknown-unknown --target-dir target/wasm"
        );
        for (name, value) in [
            ("RUSTC", "/usr/bin/rustc"),
            ("RUSTC_BOOTSTRAP", "1"),
            ("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER", "wasm-ld-19"),
        ] {
            assert!(variables.contains(&(name.to_owned(), Some(value.to_owned()))), "{name}: {variables:?}");
        }
    }

    #[test]
    fn each_compiler_is_asked_once_to_rebuild_the_standard_library_for_size() {
        for toolchain in [Toolchain::Own, Toolchain::Debian] {
            let mut command = toolchain.cargo(Path::new("."), "build");
            toolchain.for_size(&mut command);
            let words: Vec<_> = command.get_args().map(|word| word.to_string_lossy()).collect();
            let of = |start: &str| words.iter().filter(|word| word.starts_with(start)).count();
            assert_eq!((of("build-std="), of("build-std-features="), of("panic-immediate-abort")), (1, 1, 1));
        }
    }

    #[test]
    fn the_compiler_of_the_workspace_needs_no_variable() {
        let (words, variables) = shown(Toolchain::Own);
        assert_eq!(words, "check --quiet --locked --target wasm32-unknown-unknown --target-dir target/wasm");
        assert!(!variables.iter().any(|(name, value)| name.starts_with("RUSTC") && value.is_some()));
    }
}
