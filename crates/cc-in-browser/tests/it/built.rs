//! The modules that `cargo xtask wasm test` built.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use cc_in_browser::{Files, Site, bundle};
use cc_webdriver::Browser;

/// Modules that were bundled in this process: it takes seconds.
static BUNDLED: Mutex<BTreeSet<String>> = Mutex::new(BTreeSet::new());

/// The folder with the bundle of a module under a name, and a browser. `None`, with a sentence, where the module was not built, or without
/// Chromium.
pub(crate) async fn bundled(module: &str, name: &str) -> Option<(PathBuf, Browser)> {
    let Some(modules) = std::env::var_os("CC_WASM_MODULES") else {
        eprintln!("skipped: `cargo xtask wasm test` builds what this test runs");
        return None;
    };
    let folder = bundle_once(Path::new(&modules), module, name);
    Some((folder, Browser::start().await?))
}

/// Bundles a module, unless it is done, and returns its folder.
fn bundle_once(modules: &Path, module: &str, name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(module);
    let mut done = BUNDLED.lock().unwrap_or_else(PoisonError::into_inner);
    // Others wait until it is there.
    if done.insert(module.to_owned()) {
        bundle(&modules.join(module).with_extension("wasm"), &folder, name).unwrap();
    }
    folder
}

/// A page without content that loads the module, and then has it as `module`.
const PAGE: &str = r#"<!doctype html><title>waiting</title><link rel="icon" href="data:,">
<script type="module">
import * as module from "./module.js";
await module.default();
window.module = module;
document.title = "ready";
</script>"#;

/// A bundle and the page that loads it.
pub(crate) fn files(folder: &Path) -> Files {
    Files::of_folder(folder).unwrap().with("/index.html", PAGE)
}

/// Serves a bundle.
pub(crate) async fn site(folder: &Path) -> Site {
    Site::start(files(folder), 0).await.unwrap()
}

/// Opens the page of a [`site`], and waits for its module.
pub(crate) async fn open(browser: &Browser, site: &Site) {
    browser.open(&site.url()).await;
    browser.until("return document.title", "ready").await;
}
