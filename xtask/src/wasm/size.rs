//! `cargo xtask wasm size`: what the page of `examples/browser` weighs, and what domains add that it does not use.

use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::{FOLDER, Stop, modules, page, run, toolchain};

/// Largest size of the optimised module, compressed by gzip, in bytes.
const LIMIT: u64 = 350 * 1024;

/// The optimiser of npm's package `binaryen`, as `npm install --prefix target/wasm/npm binaryen` puts it there.
const OF_NPM: &str = "target/wasm/npm/node_modules/.bin/wasm-opt";

/// Sizes of a module in bytes.
struct Sizes {
    bundled: u64,
    optimised: u64,
    compressed: u64,
}

/// Builds the page twice, with the domains that it uses and with all, and shows their sizes.
pub fn size(root: &Path) -> Result<String, Stop> {
    let toolchain = toolchain::find(root).map_err(Stop::Skipped)?;
    let optimiser = optimiser(root);
    let mut measured = Vec::new();
    for (folder, options) in [("page", &[][..]), ("page-all-domains", &["--features", "all-domains"])] {
        let mut command = toolchain.cargo(root, "build");
        run(command.args(["--lib", "--profile", "wasm", "-p", "cc-browser-page"]).args(options))?;
        let folder = root.join(FOLDER).join(folder);
        page(root, &modules(root, "wasm"), &folder)?;
        measured.push(sizes(&folder.join("page_bg.wasm"), optimiser.as_deref())?);
    }
    let optimiser = optimiser.map_or_else(
        || "none: wasm-opt is not installed (npm install --prefix target/wasm/npm binaryen)".to_owned(),
        |path| version(&path).unwrap_or_else(|| path.display().to_string()),
    );
    let mut text = format!(
        "optimiser: {optimiser}\n\n| domains | bundled | optimised | gzip -9 |\n|---|---:|---:|---:|\n"
    );
    for (domains, sizes) in ["those that the page uses", "all"].iter().zip(&measured) {
        let _ = writeln!(
            text,
            "| {domains} | {} | {} | {} |",
            kilobytes(sizes.bundled),
            kilobytes(sizes.optimised),
            kilobytes(sizes.compressed)
        );
    }
    let unused = measured[1].optimised.abs_diff(measured[0].optimised);
    let _ = writeln!(text, "\ndomains that the page does not use add {unused} bytes");
    match measured[0].compressed > LIMIT {
        true => Err(Stop::Failed(format!("{text}the module is larger than {}", kilobytes(LIMIT)))),
        false => Ok(text),
    }
}

/// Optimises a bundled module where an optimiser is installed, and returns its sizes in words.
pub(crate) fn optimise(root: &Path, module: &Path) -> Result<String, Stop> {
    let optimiser = optimiser(root);
    let sizes = sizes(module, optimiser.as_deref())?;
    let how = match optimiser.and_then(|path| version(&path)) {
        Some(version) => format!("{} by {version}", kilobytes(sizes.optimised)),
        None => "not optimised further, as wasm-opt is not installed".to_owned(),
    };
    let (bundled, compressed) = (kilobytes(sizes.bundled), kilobytes(sizes.compressed));
    Ok(format!("{bundled}, {how}; {compressed} after gzip -9"))
}

fn kilobytes(bytes: u64) -> String {
    format!("{}.{} KB", bytes / 1024, bytes % 1024 * 10 / 1024)
}

/// The newest optimiser that is installed.
fn optimiser(root: &Path) -> Option<PathBuf> {
    let of_npm = root.join(OF_NPM);
    let of_path = || toolchain::is_installed("wasm-opt").then(|| PathBuf::from("wasm-opt"));
    of_npm.is_file().then_some(of_npm).or_else(of_path)
}

fn version(optimiser: &Path) -> Option<String> {
    let output = Command::new(optimiser).arg("--version").output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

fn sizes(module: &Path, optimiser: Option<&Path>) -> Result<Sizes, Stop> {
    let bundled = length(module)?;
    if let Some(optimiser) = optimiser {
        run(Command::new(optimiser).args(["-Oz", "--all-features", "-o"]).args([module, module]))?;
    }
    let mut command = Command::new("gzip");
    let output = command.args(["-9", "-c", "-n"]).arg(module).output();
    let output = output.map_err(|error| format!("gzip cannot be run: {error}"))?;
    Ok(Sizes { bundled, optimised: length(module)?, compressed: output.stdout.len() as u64 })
}

fn length(file: &Path) -> Result<u64, Stop> {
    let length = std::fs::metadata(file).map(|metadata| metadata.len());
    length.map_err(|error| Stop::Failed(format!("{}: {error}", file.display())))
}
