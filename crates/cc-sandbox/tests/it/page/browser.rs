//! A headless Chromium, driven over WebDriver.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use serde_json::{Value, json};

/// Options of the browser: without a screen, and without requests of its own.
const OPTIONS: [&str; 8] = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
];

/// A browser with an empty profile.
pub(crate) struct Browser {
    driver: Child,
    session: String,
    http: reqwest::Client,
    profile: std::path::PathBuf,
}

impl Drop for Browser {
    fn drop(&mut self) {
        self.driver.kill().ok();
        self.driver.wait().ok();
        std::fs::remove_dir_all(&self.profile).ok();
    }
}

impl Browser {
    /// Starts Chromium; `None`, with a word, where it is not installed.
    pub(crate) async fn start() -> Option<Self> {
        let mut command = Command::new("chromedriver");
        let Ok(mut driver) = command.arg("--port=0").stdout(Stdio::piped()).stderr(Stdio::null()).spawn()
        else {
            eprintln!("skipped: chromedriver is not installed (Debian: chromium and chromium-driver)");
            return None;
        };
        let lines = BufReader::new(driver.stdout.take().unwrap()).lines();
        let started = "ChromeDriver was started successfully on port ";
        let port = lines.map_while(Result::ok).find_map(|line| Some(line.strip_prefix(started)?.to_owned()));
        let port = port.expect("chromedriver says its port");
        let profile = std::env::temp_dir().join(format!("cc-sandbox-page-{}", std::process::id()));
        let mut options: Vec<String> = OPTIONS.map(str::to_owned).to_vec();
        options.push(format!("--user-data-dir={}", profile.display()));
        let mut browser = Self {
            driver,
            session: format!("http://127.0.0.1:{}/session", port.trim_end_matches('.')),
            http: reqwest::Client::builder().no_proxy().build().unwrap(),
            profile,
        };
        let wanted = json!({ "browserName": "chrome", "goog:chromeOptions": { "args": options } });
        let session = browser.ask("", json!({ "capabilities": { "alwaysMatch": wanted } })).await;
        browser.session = format!("{}/{}", browser.session, session["sessionId"].as_str().unwrap());
        Some(browser)
    }

    async fn ask(&self, path: &str, body: Value) -> Value {
        let request = self.http.post(format!("{}{path}", self.session));
        let answer = request.header("content-type", "application/json").body(body.to_string()).send().await;
        Self::value(answer).await
    }

    async fn value(answer: reqwest::Result<reqwest::Response>) -> Value {
        let text = answer.unwrap().text().await.unwrap();
        let answer: Value = serde_json::from_str(&text).unwrap();
        assert!(answer["value"]["error"].is_null(), "{text}");
        answer["value"].clone()
    }

    pub(crate) async fn open(&self, url: &str) {
        self.ask("/url", json!({ "url": url })).await;
    }

    /// Runs a script in the page.
    pub(crate) async fn script(&self, script: &str) -> Value {
        self.ask("/execute/sync", json!({ "script": script, "args": [] })).await
    }

    /// Waits until a script returns a text with this part.
    pub(crate) async fn until(&self, script: &str, part: &str) {
        let mut last = Value::Null;
        for _ in 0..600 {
            last = self.script(script).await;
            if last.as_str().is_some_and(|text| text.contains(part)) {
                return;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("the page shows {last}, and not {part}");
    }

    /// Presses a key.
    pub(crate) async fn keys(&self, key: &str) {
        let press = ["keyDown", "keyUp"].map(|kind| json!({ "type": kind, "value": key }));
        self.ask("/actions", json!({ "actions": [{ "type": "key", "id": "keyboard", "actions": press }] }))
            .await;
    }

    /// Role or name of an element for assistive technology.
    pub(crate) async fn computed(&self, selector: &str, what: &str) -> String {
        let found = self.ask("/element", json!({ "using": "css selector", "value": selector })).await;
        let id = found.as_object().unwrap().values().next().unwrap().as_str().unwrap().to_owned();
        let answer = self.http.get(format!("{}/element/{id}/{what}", self.session)).send().await;
        Self::value(answer).await.as_str().unwrap_or_default().to_owned()
    }

    pub(crate) async fn devtools(&self, command: &str, parameters: Value) {
        self.ask("/goog/cdp/execute", json!({ "cmd": command, "params": parameters })).await;
    }

    pub(crate) async fn close(&self) {
        self.http.delete(&self.session).send().await.unwrap();
    }
}
