//! The program, as a shell runs it.

use std::process::{Command, Output};

fn call(arguments: &[&str]) -> Output {
    let mut program = Command::new(env!("CARGO_BIN_EXE_cc-call"));
    // Nobody is signed in, whoever runs the tests.
    for name in ["CC_API_TOKEN", "CLEVER_TOKEN", "CLEVER_SECRET"] {
        program.env_remove(name);
    }
    program.env("CONFIGURATION_FILE", "/nonexistent/clever-tools.json");
    program.args(arguments).output().unwrap()
}

fn text(output: &Output) -> String {
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout.clone()).unwrap()
}

#[test]
fn commands_are_found_described_and_called() {
    assert!(text(&call(&["--list"])).lines().count() > 200);
    assert!(text(&call(&["--find", "zone", "list"])).contains("ListZone"));
    let described = text(&call(&["--describe", "DeleteApplication"]));
    assert!(described.contains(r#""destructive": true"#), "{described}");
    let json = text(&call(&["ListZone", "--sandbox"]));
    assert!(serde_json::from_str::<serde_json::Value>(&json).unwrap()["result"].is_array());
    let table = text(&call(&["ListZone", "null", "--sandbox", "--output", "table"]));
    assert!(table.lines().next().unwrap().contains("NAME") && table.contains("par"), "{table}");
}

#[test]
fn the_exit_code_tells_the_kind_of_the_error() {
    let application = r#"{"applicationId":"app_00000000-0000-0000-0000-000000000000"}"#;
    for (arguments, code) in [
        (&["Xyzzy"][..], 2),
        (&[], 2),
        (&["GetZone", "{", "--sandbox"], 2),
        (&["GetZone", r#"{"zone":"par"}"#, "--sandbox"], 2),
        (&["ListZone"], 3),
        (&["DeleteApplication", application, "--sandbox"], 4),
    ] {
        let output = call(arguments);
        let told = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(code), "{arguments:?}: {told}");
        assert!(told.starts_with("error: ") && !told.contains('\x1b'), "{told}");
    }
}

#[test]
fn completions_know_the_names_of_the_commands() {
    for shell in ["bash", "zsh", "fish"] {
        let script = text(&call(&["--completions", shell]));
        assert!(script.contains("ListZone") && script.contains("output"), "{shell}");
    }
}
