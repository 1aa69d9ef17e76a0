//! The page of `examples/browser`, used with the keyboard alone.

use std::path::Path;
use std::time::Duration;

use cc_in_browser::{Files, Site};
use cc_sandbox::{Fault, Sandbox};
use cc_webdriver::{Browser, key};
use serde_json::{Value, json};

use crate::built::bundled;

const STATIC: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../examples/browser/static");
const PICTURE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/images/browser.png");

/// Largest picture for the README, in bytes.
const LARGEST_PICTURE: usize = 100 * 1024;

/// The lowest contrast of a text and of what is around it, for each element of the page that is shown and has a text of its own. WCAG 2.2
/// asks for 4.5.
const CONTRASTS: &str = r##"
const channel = (value) => value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
const numbers = (colour) => colour.match(/[\d.]+/g).map(Number);
const luminance = ([red, green, blue]) =>
  0.2126 * channel(red / 255) + 0.7152 * channel(green / 255) + 0.0722 * channel(blue / 255);
const behind = (element) => {
  for (let at = element; at; at = at.parentElement) {
    const colour = numbers(getComputedStyle(at).backgroundColor);
    if (colour.length === 3 || colour[3] === 1) return colour;
  }
  return [255, 255, 255];
};
return [...document.querySelectorAll("body *")]
  .filter((element) => element.checkVisibility() && [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim()))
  .map((element) => {
    const [text, back] = [luminance(numbers(getComputedStyle(element).color)), luminance(behind(element))];
    return [element.textContent.trim().slice(0, 40), (Math.max(text, back) + 0.05) / (Math.min(text, back) + 0.05)];
  })
  .sort((one, other) => one[1] - other[1]);"##;

/// The part that has the focus: its id, or its name for assistive technology.
const FOCUSED: &str =
    "const at = document.activeElement; return at.id || at.getAttribute('aria-label') || at.textContent";

const STATUS: &str = "return document.getElementById('status').textContent";

/// Serves the page with a sandbox.
async fn serve(folder: &Path, sandbox: &Sandbox) -> Site {
    let mut files = Files::of_folder(Path::new(STATIC)).unwrap();
    for (name, path) in [("/page.js", "page.js"), ("/page_bg.wasm", "page_bg.wasm")] {
        files = files.with(name, std::fs::read(folder.join(path)).unwrap());
    }
    Site::start(files.replace("/index.html", "{{sandbox}}", &sandbox.url()), 0).await.unwrap()
}

/// Presses the tabulator until a part has the focus, and returns all parts that had it.
async fn tab_to(browser: &Browser, wanted: &str) -> Vec<String> {
    let mut passed = Vec::new();
    for _ in 0..40 {
        browser.keys(key::TAB).await;
        let at = browser.script(FOCUSED).await.as_str().unwrap_or_default().to_owned();
        passed.push(at.clone());
        if at == wanted {
            return passed;
        }
    }
    panic!("{wanted} never has the focus: {passed:?}");
}

async fn contrasts_suffice(browser: &Browser) {
    for scheme in ["light", "dark"] {
        browser.prefer("prefers-color-scheme", scheme).await;
        let all = browser.script(CONTRASTS).await;
        let lowest = &all[0];
        assert!(lowest[1].as_f64().is_some_and(|contrast| contrast >= 4.5), "{scheme}: {lowest}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_page_deploys_and_follows_a_log_with_the_keyboard_alone() {
    let Some((folder, browser)) = bundled("cc_browser_page", "page").await else { return };
    let sandbox = Sandbox::start().await;
    let site = serve(&folder, &sandbox).await;
    browser.resize(760, 900).await;
    browser.open(&site.url()).await;
    browser.until(STATUS, "Ready.").await;
    contrasts_suffice(&browser).await;

    for (selector, role) in [
        ("main", "main"),
        ("header", "banner"),
        ("#status", "status"),
        ("#token", "textbox"),
        ("#signing", "region"),
    ] {
        assert_eq!(browser.role(selector).await, role, "{selector}");
    }
    assert_eq!(browser.label("#token").await, "API token");

    // An error is shown as the SDK words it, and read out.
    let passed = tab_to(&browser, "token").await;
    assert_eq!(passed, ["Skip to content", "token"]);
    sandbox
        .faults()
        .add(Fault::answer(403, json!({ "id": 2001, "message": "Not for you", "type": "error" })));
    assert_eq!(tab_to(&browser, "use-sandbox").await, ["Sign in", "use-sandbox"]);
    browser.keys(key::ENTER).await;
    browser.until(STATUS, "Not signed in.").await;
    let told = browser.script("return document.getElementById('error-message').textContent").await;
    assert!(told.as_str().is_some_and(|told| told.contains("403") && told.contains("Not for you")), "{told}");
    assert_eq!(browser.role("#error").await, "alert");
    contrasts_suffice(&browser).await;
    sandbox.faults().clear();

    // Then it lists the applications, and the focus is there.
    browser.keys(key::ENTER).await;
    browser.until(STATUS, "application").await;
    assert_eq!(browser.script(FOCUSED).await, "list-title");
    assert_eq!(browser.script("return document.getElementById('error').hidden").await, true);
    let names = browser
        .script("return [...document.querySelectorAll('#applications [data-part=name]')].map((name) => name.textContent)")
        .await;
    let first = names[0].as_str().unwrap().to_owned();
    tab_to(&browser, &format!("Deploy {first}")).await;
    assert_eq!(browser.role("#applications button").await, "button");
    assert_eq!(browser.label("#applications button").await, format!("Deploy {first}"));
    browser.keys(key::ENTER).await;

    // The log is followed up to the verdict.
    browser.until(FOCUSED, "following-title").await;
    browser.until(STATUS, "The deployment succeeded.").await;
    let lines = browser
        .script("return [...document.querySelectorAll('#log [data-part=message]')].map((line) => line.textContent)")
        .await;
    let lines: Vec<&str> = lines.as_array().unwrap().iter().filter_map(Value::as_str).collect();
    assert!(lines.iter().any(|line| line.contains("Deployment successful")), "{lines:#?}");
    assert!(!lines.iter().any(|line| line.contains("may be missing")), "{lines:#?}");
    assert_eq!(browser.role("#log").await, "log");
    assert_eq!(browser.label("#log").await, format!("Log of {first}"));
    contrasts_suffice(&browser).await;

    browser.prefer("prefers-color-scheme", "light").await;
    browser.resize(640, 720).await;
    let picture = browser.screenshot().await;
    assert!(picture.len() <= LARGEST_PICTURE, "{} bytes", picture.len());
    if std::env::var_os("CC_WRITE_PICTURES").is_some() {
        std::fs::create_dir_all(Path::new(PICTURE).parent().unwrap()).unwrap();
        std::fs::write(PICTURE, &picture).unwrap();
    }

    // Signing out leaves nothing behind.
    browser.script("document.getElementById('main').focus()").await;
    browser.keys(&format!("{}{}", key::SHIFT, key::TAB)).await;
    assert_eq!(browser.script(FOCUSED).await, "sign-out");
    browser.keys(key::ENTER).await;
    browser.until(FOCUSED, "token").await;
    assert_eq!(browser.script("return document.getElementById('applications').children.length").await, 0);
    assert_eq!(browser.script("return Object.keys(localStorage).length").await, 0, "nothing is stored");
    let problems = browser.console().await;
    // The browser itself tells of each refusal, and of the deployment that the platform did not know yet.
    let refused = "Failed to load resource: the server responded with a status of 40";
    assert!(problems.iter().all(|line| line.contains(refused)), "{problems:#?}");
}

/// Signs in to the sandbox with its button, and waits for the list.
async fn use_sandbox(browser: &Browser, status: &str) {
    browser.click("#use-sandbox").await;
    browser.until(STATUS, status).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_log_shows_its_end_and_the_focus_stays_in_the_page() {
    let Some((folder, browser)) = bundled("cc_browser_page", "page").await else { return };
    let sandbox = Sandbox::start().await;
    let site = serve(&folder, &sandbox).await;
    browser.resize(320, 640).await;
    browser.open(&site.url()).await;
    browser.until(STATUS, "Ready.").await;
    use_sandbox(&browser, "application").await;

    // The button that stops goes, and the focus with it to the log.
    browser.click("#applications button").await;
    browser.until(STATUS, "runs.").await;
    tab_to(&browser, "stop").await;
    browser.keys(key::ENTER).await;
    browser.until(FOCUSED, "log").await;
    browser.until(STATUS, "Stopped").await;

    // The end of the deployment takes the button away, too.
    browser.click("#applications li:last-child button").await;
    browser.until(STATUS, "runs.").await;
    tab_to(&browser, "stop").await;
    browser.until(STATUS, "The deployment succeeded.").await;
    browser.until(FOCUSED, "log").await;
    let state = "return document.querySelector('#applications li:last-child [data-part=state]').textContent";
    browser.until(state, "SHOULD_BE_UP").await;
    let last = "return document.querySelector('#log p:last-child').textContent.trim()";
    assert_eq!(browser.script(last).await, "The deployment succeeded.");
    let scrolled = "const log = document.getElementById('log'); \
                    return [log.scrollHeight > log.clientHeight, log.scrollHeight - log.clientHeight - log.scrollTop < 2]";
    assert_eq!(browser.script(scrolled).await, json!([true, true]), "the log shows its end");
    let beyond =
        "const { scrollWidth, clientWidth } = document.documentElement; return scrollWidth - clientWidth";
    assert_eq!(browser.script(beyond).await, 0, "no part is wider than the page");
    browser.open("about:blank").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_last_sign_in_counts_and_an_empty_list_says_so() {
    let Some((folder, browser)) = bundled("cc_browser_page", "page").await else { return };
    let sandbox = Sandbox::start().await;
    let site = serve(&folder, &sandbox).await;
    browser.open(&site.url()).await;
    browser.until(STATUS, "Ready.").await;

    // The first one would be refused after the second one succeeded.
    let (late, refused) =
        (Fault::latency(Duration::from_secs(30)), json!({ "id": 2001, "message": "Not for you" }));
    sandbox.faults().add(late.times(1));
    sandbox.faults().add(Fault::answer(403, refused).times(1));
    browser.network().await;
    browser.click("#use-sandbox").await;
    while sandbox.journal().is_empty() {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    use_sandbox(&browser, "application").await;
    let events = browser.network().await;
    let is_aborted =
        |(method, event): &(String, Value)| method == "Network.loadingFailed" && event["canceled"] == true;
    assert!(events.iter().any(is_aborted), "{events:#?}");
    assert_eq!(browser.script("return document.getElementById('error').hidden").await, true);

    browser.click("#sign-out").await;
    sandbox.faults().add(Fault::answer(200, json!([])).on("list_applications"));
    use_sandbox(&browser, "No applications.").await;
    let shown = "return document.getElementById('none').checkVisibility()";
    assert_eq!(browser.script(shown).await, true);
    sandbox.faults().clear();
    browser.click("#sign-out").await;
    use_sandbox(&browser, "application").await;
    assert_eq!(browser.script(shown).await, false);
}
