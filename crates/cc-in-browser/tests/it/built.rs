//! The modules that `cargo xtask wasm test` built.

use std::path::{Path, PathBuf};

use cc_in_browser::{Files, Site, bundle};
use cc_webdriver::Browser;

/// The folder of a bundle of a module, and a browser. `None`, with a sentence, where the module was not built, or without
/// Chromium.
pub(crate) async fn bundled(name: &str) -> Option<(PathBuf, Browser)> {
    let Some(modules) = std::env::var_os("CC_WASM_MODULES") else {
        eprintln!("skipped: `cargo xtask wasm test` builds what this test runs");
        return None;
    };
    let browser = Browser::start().await?;
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    bundle(&Path::new(&modules).join(name).with_extension("wasm"), &folder, "module").unwrap();
    Some((folder, browser))
}

/// A page without content that loads the module, and then has it as `module`.
const PAGE: &str = r#"<!doctype html><title>waiting</title><link rel="icon" href="data:,">
<script type="module">
import * as module from "./module.js";
await module.default();
window.module = module;
document.title = "ready";
</script>"#;

/// Serves a bundle.
pub(crate) async fn site(folder: &Path) -> Site {
    let files = Files::of_folder(folder).unwrap().with("/index.html", PAGE);
    Site::start(files, 0).await.unwrap()
}

/// Opens the page of a [`site`], and waits for its module.
pub(crate) async fn open(browser: &Browser, site: &Site) {
    browser.open(&site.url()).await;
    browser.until("return document.title", "ready").await;
}
