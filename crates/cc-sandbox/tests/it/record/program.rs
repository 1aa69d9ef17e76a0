//! The program: `--record`, `--replay` and `--compare`.

use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

use cc_client::Credentials;
use cc_client::commands::account::GetProfile;
use cc_sandbox::{Pace, Recording, Sandbox};
use serde_json::Value;

use super::session::{Send, reads, story};

fn program() -> Command {
    Command::new(env!("CARGO_BIN_EXE_cc-sandbox"))
}

/// A folder that is removed.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("cc-sandbox-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        std::fs::remove_dir_all(&self.0).ok();
    }
}

/// The program as a server, and its URL.
struct Running {
    child: Child,
    url: String,
    output: BufReader<std::process::ChildStdout>,
}

impl Running {
    fn start(arguments: &[&str]) -> Self {
        let mut child =
            program().args(arguments).args(["--port", "0"]).stdout(Stdio::piped()).spawn().unwrap();
        let mut output = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        output.read_line(&mut line).unwrap();
        let url = line.trim().rsplit(' ').next().unwrap().to_owned();
        Self { child, url, output }
    }

    /// Ends it as Ctrl-C does, and returns the rest of its output.
    fn interrupt(mut self) -> String {
        let id = self.child.id().to_string();
        assert!(Command::new("kill").args(["-INT", &id]).status().unwrap().success());
        let mut rest = String::new();
        self.output.read_to_string(&mut rest).unwrap();
        assert!(self.child.wait().unwrap().success());
        rest
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

struct Http<'a> {
    http: reqwest::Client,
    url: &'a str,
    token: String,
}

impl<'a> Http<'a> {
    fn new(url: &'a str, token: &str) -> Self {
        Self { http: reqwest::Client::new(), url, token: token.to_owned() }
    }
}

impl Send for Http<'_> {
    async fn send(&self, method: &str, path: &str, body: Option<Value>) -> (u16, Value) {
        let url = format!("{}{path}", self.url);
        let request = self.http.request(method.parse().unwrap(), url).bearer_auth(&self.token);
        let request = match body {
            Some(body) => request.header("content-type", "application/json").body(body.to_string()),
            None => request,
        };
        let answer = request.send().await.unwrap();
        (answer.status().as_u16(), serde_json::from_str(&answer.text().await.unwrap()).unwrap_or_default())
    }
}

fn compare(file: &Path, more: &[&str]) -> Output {
    program().arg("--compare").arg(file).args(more).output().unwrap()
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_proxy_records_a_session_which_is_replayed_and_compared() {
    let folder = Folder::new("record");
    let file = folder.0.join("session.jsonl");
    let path = file.to_str().unwrap();
    let sandbox = Sandbox::builder().seed(7).pace(Pace::Manual).strict(false).start().await.unwrap();
    let proxy = Running::start(&["--record", &sandbox.url(), "--to", path]);
    let client = Http::new(&proxy.url, sandbox.api_token());
    story(&client, &sandbox).await;
    assert!(reads(&client, &sandbox).await > 40);
    let user = sandbox.identity("sandbox");
    let fake = &user.credentials;
    let signed = Credentials::oauth1(
        fake.consumer_key.as_str(),
        fake.consumer_secret.as_str(),
        fake.token.as_str(),
        fake.token_secret.as_str(),
    );
    // The signature covers the URL of the proxy, and the sandbox finds it valid.
    let builder = sandbox.client_builder(&user).endpoint(proxy.url.as_str()).credentials(signed);
    builder.build().unwrap().send(GetProfile::new()).await.unwrap();
    let ids = sandbox.ids();
    let logs = format!(
        "{}/v4/logs/organisations/{}/applications/{}/logs?since=2025-12-31T00:00:00Z",
        proxy.url, ids.organisation, ids.application
    );
    // A stream passes as it comes, and is recorded when the program ends.
    let mut stream = client.http.get(logs).bearer_auth(&client.token).send().await.unwrap();
    let first = stream.chunk().await.unwrap().unwrap();
    assert!(!first.is_empty());
    let refused = client.http.request(reqwest::Method::CONNECT, &proxy.url).send().await;
    assert!(refused.is_err() || refused.unwrap().status() == 501);
    let rest = proxy.interrupt();
    let recording = Recording::open(&file).unwrap();
    assert!(rest.contains(&format!("{} exchanges recorded", recording.len())), "{rest}");
    let text = std::fs::read_to_string(&file).unwrap();
    for original in ["Acme", "kaeghu4Iejoo", "www.acme.fr", sandbox.api_token(), &ids.organisation, &ids.user]
    {
        assert!(!text.contains(original), "{original} is in the file");
    }
    let last: Value = serde_json::from_str(text.lines().last().unwrap()).unwrap();
    assert_eq!(last["operation"], "stream_application_logs");
    assert_eq!(last["answer"]["body"]["events"]["ended"], false);

    let replaying = Running::start(&["--replay", path]);
    let replayed = Http::new(&replaying.url, "any");
    let line: Value = serde_json::from_str(text.lines().nth(1).unwrap()).unwrap();
    let (status, answer) = replayed.send("GET", line["request"]["path"].as_str().unwrap(), None).await;
    assert_eq!((status, &answer), (200, &line["answer"]["body"]["json"]));
    assert_eq!(replayed.send("GET", "/v2/unknown", None).await.0, 501);

    let output = compare(&file, &["--seed", "7"]);
    let shown = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success(), "{shown}");
    assert!(shown.contains(": 100 %\n"), "{shown}");
    assert!(shown.lines().filter(|line| line.starts_with("equal ")).count() >= 40, "{shown}");
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_proxy_says_when_the_upstream_cannot_be_reached() {
    let folder = Folder::new("upstream");
    let file = folder.0.join("session.jsonl");
    let proxy = Running::start(&["--record", "http://127.0.0.1:9", "--to", file.to_str().unwrap()]);
    let (status, answer) = Http::new(&proxy.url, "any").send("GET", "/v2/self", None).await;
    assert_eq!(status, 502);
    let message = answer["message"].as_str().unwrap();
    assert!(message.starts_with("could not reach http://127.0.0.1:9: "), "{message}");
    proxy.interrupt();
    assert_eq!(Recording::open(&file).unwrap().len(), 1);
}

#[test]
fn a_comparison_says_with_its_exit_code_whether_something_differs() {
    let folder = Folder::new("compare");
    let file = folder.0.join("session.jsonl");
    let header = r#"{"recording":1,"spec":"","upstream":"platform"}"#;
    let line = r#"{"at":0,"request":{"method":"GET","path":"/v4/products/zones/par"},"answer":{"after":1,"status":204}}"#;
    std::fs::write(&file, format!("{header}\n{line}\n")).unwrap();
    let output = compare(&file, &[]);
    let shown = String::from_utf8(output.stdout).unwrap();
    assert!(shown.contains("status: recorded 204, sandbox 200 (GET /v4/products/zones/par)"), "{shown}");
    assert!(shown.contains("1 operations compared, 0 equal, 1 differing: 0 %"), "{shown}");
    assert_eq!(output.status.code(), Some(1));
    let json: Value = serde_json::from_slice(&compare(&file, &["--json"]).stdout).unwrap();
    assert_eq!(json["operations"][0]["differences"][0]["kind"], "status");

    std::fs::write(&file, format!("{header}\n{}", &line[..50])).unwrap();
    let output = compare(&file, &[]);
    let error = String::from_utf8(output.stderr).unwrap();
    assert!(error.starts_with("error: could not read the recording: line 2: the line ends early"), "{error}");
    assert_eq!(output.status.code(), Some(2));
    let output = program().args(["--replay", folder.0.join("none").to_str().unwrap()]).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    let output =
        program().args(["--record", "http://localhost:1", "--to", "/nowhere/file"]).output().unwrap();
    assert!(String::from_utf8(output.stderr).unwrap().starts_with("error: could not create /nowhere/file: "));
}
