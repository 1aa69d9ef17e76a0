//! What only browsers do: pages that are loaded again, several tabs, storage that is full or blocked, tabs that sleep, and origins that a
//! server does not allow.

use std::collections::BTreeSet;
use std::time::Duration;

use cc_in_browser::{Files, Site};
use cc_sandbox::Sandbox;
use cc_webdriver::Browser;
use http::{HeaderName, HeaderValue};
use serde_json::Value;

use crate::built::{bundled, files, open, site};

/// Lists the zones in the current tab.
async fn zones(browser: &Browser, base_url: &str) -> String {
    let listed = browser.call("return module.zones(arguments[0])", &[base_url.into()]).await;
    listed.as_str().unwrap_or_default().to_owned()
}

fn lists(sandbox: &Sandbox) -> usize {
    sandbox.journal().lines().filter(|line| *line == "GET /v4/products/zones").count()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_nonce_comes_again_in_a_page_that_is_loaded_again() {
    let Some((folder, browser)) = bundled("cc_contract", "module").await else { return };
    let site = site(&folder).await;
    let mut seen = BTreeSet::new();
    for _ in 0..5 {
        open(&browser, &site).await;
        let nonces = browser.script("return module.nonces(100)").await;
        seen.extend(nonces.as_array().unwrap().iter().map(Value::to_string));
    }
    assert_eq!(seen.len(), 500);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn tabs_share_a_store_and_a_page_without_one_asks_the_platform() {
    let Some((folder, browser)) = bundled("cc_contract", "module").await else { return };
    let (sandbox, site) = (Sandbox::start().await, site(&folder).await);
    let url = sandbox.url();
    let first = browser.tab().await;
    open(&browser, &site).await;
    let listed = zones(&browser, &url).await;
    assert!(listed.ends_with(" zones"), "{listed}");
    assert_eq!((zones(&browser, &url).await, lists(&sandbox)), (listed.clone(), 1), "the same page");
    browser.open_tab().await;
    open(&browser, &site).await;
    assert_eq!((zones(&browser, &url).await, lists(&sandbox)), (listed.clone(), 1), "another tab");
    browser.switch_to(&first).await;
    browser.script("localStorage.clear()").await;
    assert_eq!(
        (zones(&browser, &url).await, lists(&sandbox)),
        (listed.clone(), 2),
        "storage that was cleared"
    );

    // No room: other data of the origin fill the storage.
    let fill = "localStorage.clear(); let size = 1 << 22, key = 0; while (size >= 1) { \
                try { localStorage.setItem(`own ${key++}`, 'x'.repeat(size)); } catch { size = Math.floor(size / 2); } } \
                return localStorage.length";
    let own = browser.script(fill).await;
    assert_eq!((zones(&browser, &url).await, lists(&sandbox)), (listed.clone(), 3), "storage that is full");
    assert_eq!(browser.script("return localStorage.length").await, own, "data of others stay");
    browser.script("localStorage.clear()").await;

    // Blocked, as in a page of a frame that the user does not trust.
    let block = "Object.defineProperty(window, 'localStorage', \
                 { get() { throw new DOMException('blocked', 'SecurityError'); } })";
    browser.script(block).await;
    assert_eq!(
        (zones(&browser, &url).await, lists(&sandbox)),
        (listed.clone(), 4),
        "storage that is blocked"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_origin_that_is_not_allowed_and_a_server_that_is_away_are_errors_that_say_so() {
    let Some((folder, browser)) = bundled("cc_contract", "module").await else { return };
    let site = site(&folder).await;
    // It answers, and allows no origin.
    let closed = Site::start(Files::default().with("/v4/products/zones", "[]"), 0).await.unwrap();
    open(&browser, &site).await;
    let told = zones(&browser, &closed.url()).await;
    assert!(told.starts_with("NETWORK_ERROR: ") && told.contains("CORS"), "{told}");
    let console = browser.console().await.concat();
    assert!(console.contains("blocked by CORS policy"), "{console}");
    let gone = closed.url();
    drop(closed);
    let told = zones(&browser, &gone).await;
    assert!(told.starts_with("NETWORK_ERROR: ") && !told.contains("sandbox-token"), "{told}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn headers_of_an_answer_keep_bytes_that_are_not_ascii() {
    let Some((folder, browser)) = bundled("cc_contract", "module").await else { return };
    // The name of a person, in UTF-8 and in Latin-1.
    let value = b"Zo\xc3\xab, Zo\xeb";
    let site = Site::start(
        files(&folder)
            .with("/v4/products/zones", "[]")
            .header(HeaderName::from_static("x-author"), HeaderValue::from_bytes(value).unwrap()),
        0,
    )
    .await
    .unwrap();
    open(&browser, &site).await;
    let arguments = [site.url().into(), "x-author".into()];
    let bytes = browser.call("return Array.from(await module.header(...arguments))", &arguments).await;
    assert_eq!(bytes, Value::from(value.to_vec()));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stream_goes_on_without_loss_after_its_tab_slept() {
    let Some((folder, browser)) = bundled("cc_contract", "module").await else { return };
    let (sandbox, site) = (Sandbox::start().await, site(&folder).await);
    open(&browser, &site).await;
    let follow = "window.told = []; module.follow(arguments[0], arguments[1], (line) => told.push(line))";
    browser
        .call(&format!("{follow}; return null"), &[sandbox.url().into(), sandbox.ids().application.into()])
        .await;
    let count = async || browser.script("return told.length").await.as_u64().unwrap_or_default();
    let at_least = async |wanted: u64| {
        while count().await < wanted {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    at_least(3).await;
    let state = |state: &str| serde_json::json!({ "state": state });
    browser.devtools("Page.setWebLifecycleState", state("frozen")).await;
    // Longer than a heartbeat may be late.
    tokio::time::sleep(Duration::from_secs(8)).await;
    browser.devtools("Page.setWebLifecycleState", state("active")).await;
    let before = count().await;
    at_least(before + 3).await;
    let told = browser.script("return told").await;
    let told: Vec<&str> = told.as_array().unwrap().iter().filter_map(Value::as_str).collect();
    assert!(told.iter().all(|line| line.starts_with("line ")), "{told:#?}");
    let different: BTreeSet<&&str> = told.iter().collect();
    assert_eq!(different.len(), told.len(), "{told:#?}");
    browser.open("about:blank").await;
}

/// Answers a message with what the module does in a worker: the kind of `window`, the zones, and three lines of a log.
const WORKER: &str = r#"import * as module from "./module.js";
const ready = module.default();
self.onmessage = async ({ data: [base, application], ports }) => {
  await ready;
  const told = [typeof window, await module.zones(base)];
  await new Promise((enough) => module.follow(base, application, (line) => told.push(line) === 5 && enough()));
  (ports[0] ?? self).postMessage(told);
};"#;

/// Asks a worker of a kind.
const ASK: &str = r#"return (async (kind, ...data) => {
  const { port1, port2 } = new MessageChannel();
  const told = new Promise((told) => { port1.onmessage = ({ data }) => told(data); });
  let worker;
  if (kind === "service") {
    await navigator.serviceWorker.register("/worker.js", { type: "module" });
    worker = (await navigator.serviceWorker.ready).active;
  } else {
    worker = new Worker("/worker.js", { type: "module" });
  }
  worker.postMessage(data, [port2]);
  return told;
})(...arguments)"#;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn workers_without_a_window_call_and_follow_streams() {
    let Some((folder, browser)) = bundled("cc_contract", "module").await else { return };
    let sandbox = Sandbox::start().await;
    let site = Site::start(files(&folder).with("/worker.js", WORKER), 0).await.unwrap();
    for kind in ["dedicated", "service"] {
        open(&browser, &site).await;
        let arguments = [kind.into(), sandbox.url().into(), sandbox.ids().application.into()];
        let told = browser.call(ASK, &arguments).await;
        let told: Vec<&str> = told.as_array().unwrap().iter().filter_map(Value::as_str).collect();
        assert!(told[0] == "undefined" && told[1].ends_with(" zones"), "{kind}: {told:?}");
        assert!(
            told[2..].len() == 3 && told[2..].iter().all(|line| line.starts_with("line ")),
            "{kind}: {told:?}"
        );
    }
    browser.open("about:blank").await;
}
