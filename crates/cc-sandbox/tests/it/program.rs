//! Output of the program, and its errors at the start.

use std::io::{BufRead, BufReader, Read};
use std::process::{Child, Command, Stdio};

use serde_json::{Value, json};

fn program() -> Command {
    Command::new(env!("CARGO_BIN_EXE_cc-sandbox"))
}

/// The program, until this is dropped.
pub(crate) struct Running {
    child: Child,
    pub(crate) url: String,
}

impl Running {
    fn start(arguments: &[&str]) -> Self {
        Self::start_with(arguments, |_| {})
    }

    pub(crate) fn start_with(arguments: &[&str], change: impl FnOnce(&mut Command)) -> Self {
        let mut program = program();
        program.args(["--port", "0"]).args(arguments).stdout(Stdio::piped()).stderr(Stdio::piped());
        change(&mut program);
        let mut child = program.spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let url = line.trim().strip_prefix("Clever Cloud sandbox on ").unwrap().to_owned();
        Self { child, url }
    }

    async fn ask(&self, method: &str, path: &str, body: Value) -> (u16, String) {
        let request = reqwest::Client::new()
            .request(method.parse().unwrap(), format!("{}{path}", self.url))
            .bearer_auth("sandbox-token");
        let request = match body {
            Value::Null => request,
            body => request.header("content-type", "application/json").body(body.to_string()),
        };
        let answer = request.send().await.unwrap();
        (answer.status().as_u16(), answer.text().await.unwrap())
    }

    /// An application of the initial world, by its route.
    pub(crate) async fn application(&self) -> String {
        let (_, world) = self.ask("GET", "/_sandbox", Value::Null).await;
        let ids = serde_json::from_str::<Value>(&world).unwrap()["ids"].take();
        let id = |name: &str| ids[name].as_str().unwrap().to_owned();
        format!("/v2/organisations/{}/applications/{}", id("organisation"), id("application"))
    }

    /// Asks the program to stop, and returns its status and what it wrote to the standard error.
    #[cfg(unix)]
    fn stop(mut self) -> (Option<i32>, String) {
        let stopped = Command::new("kill").arg(self.child.id().to_string()).status().unwrap();
        assert!(stopped.success());
        let mut told = String::new();
        self.child.stderr.take().unwrap().read_to_string(&mut told).unwrap();
        (self.child.wait().unwrap().code(), told)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended.
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

#[tokio::test]
async fn the_program_prints_where_it_is_and_serves_there() {
    let program = Running::start(&["--seed", "3"]);
    assert_eq!(program.ask("GET", "/v4/products/zones/par", Value::Null).await.0, 200);
}

/// The settings of an application as `clever scale` sends them: with the whole instance, as it was read.
fn scaled() -> Value {
    let instance = json!({ "type": "node", "minInstances": 2, "defaultEnv": { "CC_SANDBOX": "true" } });
    json!({ "name": "api", "minInstances": 2, "maxInstances": 3, "instance": instance, "description": null })
}

#[cfg(unix)]
#[tokio::test]
async fn the_program_warns_of_what_the_spec_does_not_know_and_keeps_the_rest() {
    let program = Running::start(&[]);
    let application = program.application().await;
    let (status, answer) = program.ask("PUT", &format!("{application}?colour=red"), scaled()).await;
    let answer: Value = serde_json::from_str(&answer).unwrap();
    assert_eq!((status, &answer["instance"]["minInstances"]), (200, &json!(2)));
    let (_, listed) = program.ask("GET", "/_sandbox/violations", Value::Null).await;
    let request =
        format!("warning: PUT {application}?colour=red (update_application): the request breaks the spec: ");
    let expected = ["unknown query parameter `colour`", "unknown property `/instance`"];
    let expected: Vec<String> = expected.iter().map(|message| format!("{request}{message}")).collect();
    assert_eq!(listed.lines().collect::<Vec<_>>(), expected);
    let (status, told) = program.stop();
    assert_eq!(
        (status, told.lines().collect::<Vec<_>>()),
        (Some(0), expected.iter().map(String::as_str).collect())
    );
}

#[cfg(unix)]
#[tokio::test]
async fn a_strict_program_refuses_what_the_spec_does_not_know_and_ends_with_an_error() {
    let program = Running::start(&["--strict"]);
    let application = program.application().await;
    let (status, answer) = program.ask("PUT", &application, scaled()).await;
    assert_eq!(status, 400, "{answer}");
    assert!(answer.contains("Additional properties are not allowed ('instance' was unexpected)"), "{answer}");
    let (status, told) = program.stop();
    assert_eq!((status, told.lines().count()), (Some(1), 1), "{told}");
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
