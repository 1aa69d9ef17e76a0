//! A headless Chromium, driven over WebDriver, for the tests of this workspace.
//!
//! A test that cannot drive its browser fails: all methods panic, with the answer of chromedriver, if a command fails.

mod driver;

use std::fmt::Display;
use std::time::Duration;

use base64::Engine;
use serde_json::{Value, json};

use driver::Driver;

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

/// Time limit of a script, which includes the promise that it returns.
const SCRIPT: Duration = Duration::from_secs(300);

/// Time limit of [`Browser::until`].
const PATIENCE: Duration = Duration::from_secs(60);

/// Time between two looks of [`Browser::until`].
const LOOK: Duration = Duration::from_millis(20);

/// Keys that are no letters, as WebDriver writes them.
pub mod key {
    /// Tabulator: to the next control.
    pub const TAB: &str = "\u{e004}";
    /// Enter.
    pub const ENTER: &str = "\u{e007}";
    /// Shift, held while the keys after it are pressed.
    pub const SHIFT: &str = "\u{e008}";
    /// Space.
    pub const SPACE: &str = " ";
    /// Arrow down.
    pub const DOWN: &str = "\u{e015}";
}

/// A browser with an empty profile. It ends when it is dropped.
#[derive(Debug)]
pub struct Browser {
    driver: Driver,
    /// Ends after the browser that uses it.
    _profile: tempfile::TempDir,
}

/// A tab of the browser.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tab(String);

impl Browser {
    /// Starts Chromium. `None`, with a sentence on the standard error, where it is not installed.
    ///
    /// # Panics
    /// If Chromium is installed and does not start.
    pub async fn start() -> Option<Self> {
        let driver = match Driver::start() {
            Ok(driver) => driver,
            Err(problem) => {
                eprintln!("skipped: {problem} (Debian: chromium and chromium-driver)");
                return None;
            }
        };
        let profile = tempfile::tempdir().expect("a temporary folder for the profile");
        let mut options: Vec<String> = OPTIONS.map(str::to_owned).to_vec();
        options.push(format!("--user-data-dir={}", profile.path().display()));
        let wanted = json!({
            "browserName": "chrome",
            "goog:chromeOptions": { "args": options },
            "goog:loggingPrefs": { "browser": "ALL", "performance": "ALL" },
            "timeouts": { "script": u64::try_from(SCRIPT.as_millis()).unwrap_or(u64::MAX) },
        });
        let mut browser = Self { driver, _profile: profile };
        let asked = json!({ "capabilities": { "alwaysMatch": wanted } });
        let session = browser.driver.post("", &asked).await;
        browser.driver.enter(session["sessionId"].as_str().expect("the id of the session"));
        Some(browser)
    }

    /// Opens a page in the current tab, and waits until it is loaded.
    pub async fn open(&self, url: &str) {
        self.driver.post("/url", &json!({ "url": url })).await;
    }

    /// Runs a script in the page, and returns its result. A promise is awaited.
    pub async fn script(&self, script: &str) -> Value {
        self.call(script, &[]).await
    }

    /// Runs a script with these values as its `arguments`.
    pub async fn call(&self, script: &str, arguments: &[Value]) -> Value {
        self.driver.post("/execute/sync", &json!({ "script": script, "args": arguments })).await
    }

    /// Waits until a script returns a text that contains `part`.
    ///
    /// # Panics
    /// After a minute.
    pub async fn until(&self, script: &str, part: &str) {
        let mut last = Value::Null;
        for _ in 0..PATIENCE.as_millis() / LOOK.as_millis() {
            last = self.script(script).await;
            if last.as_str().is_some_and(|text| text.contains(part)) {
                return;
            }
            tokio::time::sleep(LOOK).await;
        }
        panic!("the page shows {last}, and not {part}\n{}", lines(&self.console().await));
    }

    /// Presses keys one after the other, as somebody who types.
    pub async fn keys(&self, keys: &str) {
        let of = |kind: &str, key: char| json!({ "type": kind, "value": key.to_string() });
        let mut presses = Vec::new();
        let mut held = Vec::new();
        for key in keys.chars() {
            presses.push(of("keyDown", key));
            match key.to_string() == key::SHIFT {
                true => held.push(of("keyUp", key)),
                false => presses.push(of("keyUp", key)),
            }
        }
        presses.append(&mut held);
        let keyboard = json!({ "type": "key", "id": "keyboard", "actions": presses });
        self.driver.post("/actions", &json!({ "actions": [keyboard] })).await;
    }

    /// Clicks the first element that a CSS selector matches.
    pub async fn click(&self, selector: &str) {
        let id = self.element(selector).await;
        self.driver.post(&format!("/element/{id}/click"), &json!({})).await;
    }

    /// Role of an element for assistive technology, such as `button`.
    pub async fn role(&self, selector: &str) -> String {
        self.computed(selector, "computedrole").await
    }

    /// Name of an element for assistive technology.
    pub async fn label(&self, selector: &str) -> String {
        self.computed(selector, "computedlabel").await
    }

    async fn computed(&self, selector: &str, property: &str) -> String {
        let id = self.element(selector).await;
        let value = self.driver.get(&format!("/element/{id}/{property}")).await;
        value.as_str().unwrap_or_default().to_owned()
    }

    async fn element(&self, selector: &str) -> String {
        let asked = json!({ "using": "css selector", "value": selector });
        let found = self.driver.post("/element", &asked).await;
        let id = found.as_object().and_then(|object| object.values().next()?.as_str());
        id.unwrap_or_else(|| panic!("{selector}: no element but {found}")).to_owned()
    }

    /// Picture of what the window shows, as PNG.
    pub async fn screenshot(&self) -> Vec<u8> {
        let picture = self.driver.get("/screenshot").await;
        let text = picture.as_str().unwrap_or_default();
        base64::engine::general_purpose::STANDARD.decode(text).expect("a picture in Base64")
    }

    /// Lines of the console since the last call, oldest first: messages of scripts, errors, and requests that failed.
    pub async fn console(&self) -> Vec<String> {
        let entries = self.log("browser").await;
        let texts = entries.iter().filter_map(|entry| entry["message"].as_str());
        texts.map(str::to_owned).collect()
    }

    /// Events of the network since the last call, oldest first: the method of the DevTools protocol, such as
    /// `Network.requestWillBeSent`, and its parameters.
    pub async fn network(&self) -> Vec<(String, Value)> {
        let entries = self.log("performance").await;
        let events = entries.iter().filter_map(|entry| {
            let event: Value = serde_json::from_str(entry["message"].as_str()?).ok()?;
            let method = event["message"]["method"].as_str()?.to_owned();
            method.starts_with("Network.").then(|| (method, event["message"]["params"].clone()))
        });
        events.collect()
    }

    async fn log(&self, kind: &str) -> Vec<Value> {
        let entries = self.driver.post("/se/log", &json!({ "type": kind })).await;
        entries.as_array().cloned().unwrap_or_default()
    }

    /// Sets the size of the page, in CSS pixels, with one pixel of the picture for each.
    pub async fn resize(&self, width: u32, height: u32) {
        let metrics = json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": false });
        self.devtools("Emulation.setDeviceMetricsOverride", metrics).await;
    }

    /// Sets a preference of the user, such as `prefers-color-scheme` to `dark`. The others get their defaults.
    pub async fn prefer(&self, feature: &str, value: &str) {
        let media = json!({ "features": [{ "name": feature, "value": value }] });
        self.devtools("Emulation.setEmulatedMedia", media).await;
    }

    /// Runs a command of the DevTools protocol in the current tab, and returns its result.
    pub async fn devtools(&self, command: &str, parameters: Value) -> Value {
        self.driver.post("/goog/cdp/execute", &json!({ "cmd": command, "params": parameters })).await
    }

    /// The current tab.
    pub async fn tab(&self) -> Tab {
        Tab(self.driver.get("/window").await.as_str().unwrap_or_default().to_owned())
    }

    /// Opens another tab of the same profile, and makes it the current one.
    pub async fn open_tab(&self) -> Tab {
        let opened = self.driver.post("/window/new", &json!({ "type": "tab" })).await;
        let tab = Tab(opened["handle"].as_str().unwrap_or_default().to_owned());
        self.switch_to(&tab).await;
        tab
    }

    /// Makes a tab the current one.
    pub async fn switch_to(&self, tab: &Tab) {
        self.driver.post("/window", &json!({ "handle": tab.0 })).await;
    }
}

fn lines(all: &[impl Display]) -> String {
    all.iter().map(|line| format!("{line}\n")).collect()
}
