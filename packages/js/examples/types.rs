//! Writes the TypeScript types of all commands to a file, or says that the file is out of date: `cargo xtask js types` runs it.

use std::process::ExitCode;

use cc_js::commands;
use cc_js::types::{Signature, declare};

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let ended = match words.as_slice() {
        [file] => {
            declared().and_then(|text| std::fs::write(file, text).map_err(|error| format!("{file}: {error}")))
        }
        ["--check", file] => declared().and_then(|text| match std::fs::read_to_string(file) {
            Ok(written) if written == text => Ok(()),
            Ok(_) => Err(format!("{file} is out of date: run `cargo xtask js types`")),
            Err(error) => Err(format!("{file}: {error}")),
        }),
        _ => Err("usage: types [--check] FILE".to_owned()),
    };
    match ended {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            eprintln!("error: {problem}");
            ExitCode::FAILURE
        }
    }
}

fn declared() -> Result<String, String> {
    declare(&commands::all().iter().map(Signature::from).collect::<Vec<_>>())
}
