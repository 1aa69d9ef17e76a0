//! `cargo xtask wasm size`: what the page of `examples/browser` weighs, and what domains add that it does not use.

use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::toolchain::{self, Toolchain};
use super::{FOLDER, Stop, TARGET, modules, native, page, run};

/// Largest size of the optimised module, compressed by gzip, in bytes.
const LIMIT: u64 = 350 * 1024;

/// The package of npm that has the optimiser, in the version whose sizes the documentation gives.
const PACKAGE: &str = "binaryen@132.0.0";

/// The folder that the package is installed in, and the optimiser there.
const NPM: &str = "target/wasm/npm";
const OF_NPM: &str = "target/wasm/npm/node_modules/.bin/wasm-opt";

/// Options of the optimiser. `-Oz` and `-Os` give a smaller module than `-O1`, and a larger compressed one.
///
/// The features are those that the compiler uses by itself. With all that the optimiser knows, it writes modules that browsers and Node.js
/// do not read.
const OPTIMISE: [&str; 16] = [
    "--enable-bulk-memory",
    "--enable-bulk-memory-opt",
    "--enable-multivalue",
    "--enable-mutable-globals",
    "--enable-nontrapping-float-to-int",
    "--enable-reference-types",
    "--enable-sign-ext",
    "--gufa",
    "-O1",
    "--gufa",
    "-O1",
    "--rse",
    "--vacuum",
    "--strip-target-features",
    "--strip-producers",
    "-o",
];

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
                toolchain.for_size(&mut command);
            }
            run(&mut command)?;
            let folder = root.join(FOLDER).join(folder);
            page(root, &modules(root, "wasm"), &folder)?;
            measured.push(sizes(&folder.join("page_bg.wasm"), optimiser.as_deref())?);
        }
        rows.push(Row { standard_library, page: measured[0], all_domains: measured[1] });
    }
    let optimiser = optimiser.map_or_else(
        || format!("none: wasm-opt is not installed, and npm could not install {PACKAGE}"),
        |path| version(&path).unwrap_or_else(|| path.display().to_string()),
    );
    let foreign = foreign(root, toolchain)?;
    let mut text = format!("optimiser: {optimiser}\n\n{}\n", table(&rows));
    if rows.len() == 1 {
        text.push_str("The standard library was not rebuilt: its sources are missing (rustup component add rust-src).\n");
    }
    let _ = writeln!(text, "functions of domains that the page does not use: {}", foreign.len());
    match problem(&rows, &foreign) {
        Some(problem) => Err(Stop::Failed(format!("{text}\n{problem}"))),
        None => Ok(text),
    }
}

fn table(rows: &[Row]) -> String {
    let mut text =
        "| standard library | bundled | optimised | gzip -9 | gzip -9, with the features of all domains |\n|---|---:|---:|---:|---:|\n"
            .to_owned();
    for Row { standard_library, page, all_domains } in rows {
        let _ = writeln!(
            text,
            "| {standard_library} | {} | {} | {} | {} |",
            kilobytes(page.bundled),
            kilobytes(page.optimised),
            kilobytes(page.compressed),
            kilobytes(all_domains.compressed)
        );
    }
    text
}

/// Returns why the modules are refused: the smallest is larger than the limit, or one has functions of domains that the page does not use.
fn problem(rows: &[Row], foreign: &[String]) -> Option<String> {
    let smallest = rows.iter().map(|row| row.page.compressed).min()?;
    if smallest > LIMIT {
        return Some(format!(
            "the smallest module has {}, more than {}",
            kilobytes(smallest),
            kilobytes(LIMIT)
        ));
    }
    let name = foreign.first()?;
    Some(format!("the module has code of domains that the page does not use, such as {name}"))
}

/// Names of the functions that a module with the features of all domains has of domains that the page does not use.
///
/// The sizes do not show them: generic functions that several crates use come from any of these crates, so that each further crate moves
/// some, and the optimiser starts from something else.
fn foreign(root: &Path, toolchain: Toolchain) -> Result<Vec<String>, Stop> {
    let mut tree = native(root, "tree");
    tree.args([
        "--target",
        TARGET,
        "-p",
        "cc-browser-page",
        "-e",
        "normal",
        "--prefix",
        "none",
        "--format",
        "{lib}",
    ]);
    let output = tree.output().map_err(|error| format!("cargo cannot be run: {error}"))?;
    let used = String::from_utf8_lossy(&output.stdout).into_owned();
    if !output.status.success() || !used.lines().any(|name| name == "cc_api_shared") {
        let told = String::from_utf8_lossy(&output.stderr);
        return Err(Stop::Failed(format!("cargo does not list the crates of the page:\n{told}{used}")));
    }
    let mut command = toolchain.cargo(root, "build");
    command.args(["--lib", "--profile", "wasm", "-p", "cc-browser-page", "--features", "all-domains"]);
    run(command.env("CARGO_PROFILE_WASM_STRIP", "none"))?;
    let module = modules(root, "wasm").join("cc_browser_page.wasm");
    let bytes = std::fs::read(&module).map_err(|error| format!("{}: {error}", module.display()))?;
    let names = names(&bytes);
    if !names.iter().any(|name| crates(name).next().is_some()) {
        return Err(Stop::Failed(format!("{} has no names of functions of a domain", module.display())));
    }
    let is_foreign = |name: &String| crates(name).any(|of| !used.lines().any(|used| used == of));
    Ok(names.into_iter().filter(is_foreign).collect())
}

/// The names of functions in a module, as the compiler writes them. They are the only texts there that begin so.
fn names(module: &[u8]) -> Vec<String> {
    let texts = module.split(|byte| !byte.is_ascii_graphic());
    let names = texts.filter_map(|text| {
        let text = std::str::from_utf8(text).ok()?;
        let name = &text[text.find("_R")?..];
        // What follows a point is from the linker.
        name.split('.').next().map(str::to_owned)
    });
    names.collect()
}

/// The crates of domains whose items a name mentions. One at its end does not count: it is the crate that a generic function was compiled in.
fn crates(name: &str) -> impl Iterator<Item = &str> {
    name.match_indices("cc_api_").filter_map(|(at, _)| {
        let digits = name[..at].bytes().rev().take_while(u8::is_ascii_digit).count();
        let length: usize = name[at - digits..at].parse().ok()?;
        name.get(at..at + length).filter(|_| at + length < name.len())
    })
}

/// Optimises a bundled module where an optimiser can be had, and returns its sizes in words.
pub(crate) fn optimise(root: &Path, module: &Path) -> Result<String, Stop> {
    let optimiser = optimiser(root);
    let sizes = sizes(module, optimiser.as_deref())?;
    let how = match optimiser.and_then(|path| version(&path)) {
        Some(version) => format!("{} by {version}", kilobytes(sizes.optimised)),
        None => format!(
            "not optimised further, as wasm-opt is not installed, and npm could not install {PACKAGE}"
        ),
    };
    let (bundled, compressed) = (kilobytes(sizes.bundled), kilobytes(sizes.compressed));
    Ok(format!("{bundled}, {how}; {compressed} after gzip -9"))
}

fn kilobytes(bytes: u64) -> String {
    format!("{}.{} KB", bytes / 1024, bytes % 1024 * 10 / 1024)
}

/// The optimiser of npm's package, which npm installs if it can, or else the one that the machine has.
fn optimiser(root: &Path) -> Option<PathBuf> {
    let of_npm = root.join(OF_NPM);
    let installs = || {
        let mut npm = Command::new("npm");
        npm.args(["install", "--no-audit", "--no-fund", "--prefix", NPM, PACKAGE]).current_dir(root);
        npm.stdout(Stdio::null()).status().is_ok_and(|status| status.success()) && of_npm.is_file()
    };
    if of_npm.is_file() || installs() {
        return Some(of_npm);
    }
    toolchain::is_installed("wasm-opt").then(|| PathBuf::from("wasm-opt"))
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

    fn row(standard_library: &'static str, compressed: u64) -> Row {
        let page = Sizes { bundled: 3 * compressed, optimised: 2 * compressed, compressed };
        Row { standard_library, page, all_domains: page }
    }

    #[test]
    fn the_smallest_module_keeps_to_the_limit() {
        assert_eq!(problem(&[row("a", 2 * LIMIT), row("b", LIMIT)], &[]), None);
        let problem = problem(&[row("a", 2 * LIMIT), row("b", LIMIT + 1024)], &[]).unwrap();
        assert_eq!(problem, "the smallest module has 351.0 KB, more than 350.0 KB");
    }

    #[test]
    fn a_function_of_a_domain_that_is_not_used_is_named() {
        assert!(problem(&[row("a", 1)], &["_RNvX".to_owned()]).unwrap().ends_with("such as _RNvX"));
    }

    #[test]
    fn a_name_mentions_the_crates_of_its_items_and_not_the_one_that_it_was_compiled_in() {
        let of = |name| crates(name).collect::<Vec<_>>();
        assert_eq!(of("_RNvMNtCsb_15cc_api_operator5typesNtB2_8Operator4read"), ["cc_api_operator"]);
        assert!(of("_RINvNtCsa_10cc_runtime2de8requiredNtB4_2idECsb_15cc_api_operator").is_empty());
        assert_eq!(
            of("_RINvNtCsa_4core3ptrNtCsb_15cc_api_operator8OperatorECsc_11cc_api_zone"),
            ["cc_api_operator"]
        );
    }

    #[test]
    fn names_are_found_between_other_bytes() {
        let module = b"\x00asm\x05_RNvA\x80\x01\x5f_RNvCsa_4core.llvm.12\xff\x03env";
        assert_eq!(names(module), ["_RNvA", "_RNvCsa_4core"]);
    }

    #[test]
    fn the_table_has_a_row_for_each_standard_library() {
        let shown = table(&[row("as it is installed", 1_024)]);
        assert!(shown.ends_with("| as it is installed | 3.0 KB | 2.0 KB | 1.0 KB | 1.0 KB |\n"), "{shown}");
    }
}
