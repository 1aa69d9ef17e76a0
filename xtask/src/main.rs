//! Checks the spec and generates everything that is made from it: `cargo xtask help` says how.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use xtask::{Outcome, run};

fn main() -> ExitCode {
    // Cargo sets the variable when it runs the program too. The folder at the time of the build may have been moved or copied since.
    let manifest = std::env::var_os("CARGO_MANIFEST_DIR")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")), PathBuf::from);
    let root = manifest.parent().map_or_else(|| PathBuf::from("."), Path::to_owned);
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    // Recursive parsers of generated code need more than the main thread's stack for large domains.
    let worker = std::thread::Builder::new().stack_size(64 << 20).spawn(move || run(&arguments, &root));
    let outcome = worker.map(std::thread::JoinHandle::join);
    match outcome {
        Ok(Ok(Outcome { text, errors, success })) => {
            // The output may be closed early, so there is nothing to do.
            let _ = std::io::stdout().write_all(text.as_bytes());
            let _ = std::io::stderr().write_all(errors.as_bytes());
            if success { ExitCode::SUCCESS } else { ExitCode::FAILURE }
        }
        Ok(Err(_)) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("error: could not start a thread: {error}");
            ExitCode::FAILURE
        }
    }
}
