//! `cargo xtask wasm size`: what the page of `examples/browser` weighs, and what domains add that it does not use.

use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::{FOLDER, Stop, modules, page, run, toolchain};

/// Largest size of the optimised module, compressed by gzip, in bytes.
const LIMIT: u64 = 350 * 1024;

/// The optimiser of npm's package `binaryen`, as `npm install --prefix target/wasm/npm binaryen` puts it there.
const OF_NPM: &str = "target/wasm/npm/node_modules/.bin/wasm-opt";

/// Options of the optimiser. `-Oz` gives a smaller module than `-Os`, and a larger compressed one.
const OPTIMISE: [&str; 7] =
    ["--all-features", "-Os", "--gufa", "-Os", "--strip-target-features", "--strip-producers", "-o"];

/// Sizes of a module in bytes.
#[derive(Debug, Clone, Copy)]
struct Sizes {
    bundled: u64,
    optimised: u64,
    compressed: u64,
}

/// Modules of one way to build the page.
#[derive(Debug)]
struct Row {
    standard_library: &'static str,
    page: Sizes,
    /// With the features of all domains.
    all_domains: Sizes,
}

/// Builds the page with the standard library as it is installed and, where its sources are, with one that is made for small programs;
/// each with the domains that it uses and with all.
pub fn size(root: &Path) -> Result<String, Stop> {
    let toolchain = toolchain::find(root).map_err(Stop::Skipped)?;
    let optimiser = optimiser(root);
    let mut rows = Vec::new();
    for standard_library in ["as it is installed", "rebuilt for size"] {
        let rebuilds = standard_library == "rebuilt for size";
        if rebuilds && !toolchain.rebuilds_std(root) {
            continue;
        }
        let mut measured = Vec::new();
        for (folder, options) in [("page", &[][..]), ("page-all-domains", &["--features", "all-domains"])] {
            let mut command = toolchain.cargo(root, "build");
            command.args(["--lib", "--profile", "wasm", "-p", "cc-browser-page"]).args(options);
            if rebuilds {
                toolchain::for_size(&mut command);
            }
            run(&mut command)?;
            let folder = root.join(FOLDER).join(folder);
            page(root, &modules(root, "wasm"), &folder)?;
            measured.push(sizes(&folder.join("page_bg.wasm"), optimiser.as_deref())?);
        }
        rows.push(Row { standard_library, page: measured[0], all_domains: measured[1] });
    }
    let optimiser = optimiser.map_or_else(
        || "none: wasm-opt is not installed (npm install --prefix target/wasm/npm binaryen)".to_owned(),
        |path| version(&path).unwrap_or_else(|| path.display().to_string()),
    );
    let text = format!("optimiser: {optimiser}\n\n{}", table(&rows));
    match problem(&rows) {
        Some(problem) => Err(Stop::Failed(format!("{text}\n{problem}"))),
        None => Ok(text),
    }
}

fn table(rows: &[Row]) -> String {
    let mut text = "| standard library | bundled | optimised | gzip -9 | unused domains add, optimised |\n|---|---:|---:|---:|---:|\n"
        .to_owned();
    for Row { standard_library, page, all_domains } in rows {
        let _ = writeln!(
            text,
            "| {standard_library} | {} | {} | {} | {} bytes |",
            kilobytes(page.bundled),
            kilobytes(page.optimised),
            kilobytes(page.compressed),
            i128::from(all_domains.optimised) - i128::from(page.optimised)
        );
    }
    text
}

/// What is wrong with the sizes. The limit holds for the smallest module.
fn problem(rows: &[Row]) -> Option<String> {
    let smallest = rows.iter().map(|row| row.page.compressed).min()?;
    if smallest > LIMIT {
        return Some(format!(
            "the smallest module has {}, more than {}",
            kilobytes(smallest),
            kilobytes(LIMIT)
        ));
    }
    let differs = |row: &&Row| row.page.optimised != row.all_domains.optimised;
    let row = rows.iter().find(differs)?;
    Some(format!(
        "domains that the page does not use change its module (standard library {})",
        row.standard_library
    ))
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
        run(Command::new(optimiser).args(OPTIMISE).args([module, module]))?;
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

#[cfg(test)]
mod tests {
    use super::*;

    fn row(standard_library: &'static str, compressed: u64, unused: u64) -> Row {
        let page = Sizes { bundled: 3 * compressed, optimised: 2 * compressed, compressed };
        Row { standard_library, page, all_domains: Sizes { optimised: page.optimised + unused, ..page } }
    }

    #[test]
    fn the_smallest_module_keeps_to_the_limit() {
        assert_eq!(problem(&[row("a", 2 * LIMIT, 0), row("b", LIMIT, 0)]), None);
        let problem = problem(&[row("a", 2 * LIMIT, 0), row("b", LIMIT + 1024, 0)]).unwrap();
        assert_eq!(problem, "the smallest module has 351.0 KB, more than 350.0 KB");
    }

    #[test]
    fn a_domain_that_is_not_used_adds_nothing() {
        assert_eq!(problem(&[row("a", 1, 0)]), None);
        assert!(problem(&[row("a", 1, 0), row("b", 1, 1)]).unwrap().ends_with("(standard library b)"));
    }

    #[test]
    fn the_table_has_a_row_for_each_standard_library() {
        let shown = table(&[row("as it is installed", 1_024, 7)]);
        assert!(shown.ends_with("| as it is installed | 3.0 KB | 2.0 KB | 1.0 KB | 7 bytes |\n"), "{shown}");
    }
}
