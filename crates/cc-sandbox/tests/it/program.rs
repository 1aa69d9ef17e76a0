//! Output of the program, and its errors at the start.

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

fn program() -> Command {
    Command::new(env!("CARGO_BIN_EXE_cc-sandbox"))
}

#[tokio::test]
async fn the_program_prints_where_it_is_and_serves_there() {
    let mut child = program().args(["--port", "0", "--seed", "3"]).stdout(Stdio::piped()).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let url = line.trim().strip_prefix("Clever Cloud sandbox on ").unwrap().to_owned();
    let answer = reqwest::get(format!("{url}/v4/products/zones/par")).await.unwrap();
    assert_eq!(answer.status(), 200);
    child.kill().unwrap();
    child.wait().unwrap();
}

#[test]
fn the_program_says_why_it_cannot_start() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let output = program().args(["--port", &port]).output().unwrap();
    let error = String::from_utf8(output.stderr).unwrap();
    assert!(error.starts_with(&format!("error: could not listen on 127.0.0.1:{port}: ")), "{error}");
    assert_eq!(output.status.code(), Some(1));
    let output = program().arg("--prot").output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8(output.stderr).unwrap().starts_with("error: unknown option `--prot`"));
}

#[test]
fn a_sandbox_needs_a_runtime_and_says_so() {
    use futures_util::FutureExt;
    let started = cc_sandbox::Sandbox::builder().start().now_or_never().unwrap();
    assert!(started.unwrap_err().to_string().contains("Tokio 1.x"));
}
