//! The program that `cargo xtask wasm` starts: bundles modules, and serves the page of `examples/browser` beside a sandbox.

#![allow(clippy::print_stdout)] // A program says where it serves.

use std::path::Path;
use std::process::ExitCode;

use cc_in_browser::{Files, Site, bundle, instances};
use cc_sandbox::Sandbox;

const USAGE: &str = "\
usage:
  cc-in-browser bundle MODULE FOLDER NAME   writes NAME.js and NAME_bg.wasm
  cc-in-browser instances FOLDER NAME       makes of NAME.js a function that gives instances of the module
  cc-in-browser serve FOLDER [PORT]         serves a page with a sandbox";

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let ended = match words.as_slice() {
        ["bundle", module, folder, name] => bundle(Path::new(module), Path::new(folder), name),
        ["instances", folder, name] => instances(Path::new(folder), name),
        ["serve", folder] => serve(folder, "8000").await,
        ["serve", folder, port] => serve(folder, port).await,
        _ => Err(USAGE.to_owned()),
    };
    match ended {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            eprintln!("{problem}");
            ExitCode::FAILURE
        }
    }
}

async fn serve(folder: &str, port: &str) -> Result<(), String> {
    let port = port.parse().map_err(|_| format!("`{port}` is not the number of a port"))?;
    let sandbox = Sandbox::builder().strict(false).start().await.map_err(|error| error.to_string())?;
    let files = Files::of_folder(Path::new(folder)).map_err(|error| format!("{folder}: {error}"))?;
    let files = files.replace("/index.html", "{{sandbox}}", &sandbox.url());
    let site = Site::start(files, port).await.map_err(|error| error.to_string())?;
    println!("{} (sandbox: {}, token: {})", site.url(), sandbox.url(), sandbox.api_token());
    tokio::signal::ctrl_c().await.map_err(|error| error.to_string())
}
