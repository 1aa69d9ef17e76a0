//! The package in a page, in Chromium.

use cc_in_browser::{Files, Site};
use cc_sandbox::Sandbox;
use cc_webdriver::Browser;

use crate::project::installed;

/// A page that imports the package from where it is installed, and shows what it got.
const PAGE: &str = r#"<!doctype html><title>waiting</title><link rel="icon" href="data:,">
<script type="importmap">{ "imports": { "cc-sdk-wasm": "/js/browser.js" } }</script>
<script type="module">
import { Client, CleverError } from "cc-sdk-wasm";
window.use = async (apiUrl, applicationId) => {
  const client = new Client({ token: "sandbox-token", apiUrl });
  const zones = await client.dispatch("ListZone");
  const lines = [];
  for await (const { item, notice } of client.stream("StreamApplicationRuntimeLog", { applicationId, since: new Date(0), limit: 3 })) {
    lines.push(item?.message ?? notice.message);
  }
  for await (const delivered of client.stream("StreamApplicationRuntimeLog", { applicationId })) break;
  const error = await client.dispatch("GetZone", { zoneName: "mars" }).catch((error) => error);
  const aborted = await client.dispatch("ListZone", {}, { signal: AbortSignal.abort() }).catch((reason) => reason.name);
  return { zones: zones.length, lines: lines.length, isError: error instanceof CleverError, status: error.status, aborted };
};
document.title = "ready";
</script>"#;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn commands_and_streams_work_in_a_page() {
    let Some(project) = installed() else { return };
    let Some(browser) = Browser::start().await else { return };
    let package = project.join("node_modules/cc-sdk-wasm");
    let mut files = Files::default().with("/index.html", PAGE);
    for folder in ["js", "dist"] {
        for entry in std::fs::read_dir(package.join(folder)).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            files = files.with(&format!("/{folder}/{name}"), std::fs::read(&path).unwrap());
        }
    }
    let (sandbox, site) = (Sandbox::builder().start().await.unwrap(), Site::start(files, 0).await.unwrap());
    browser.open(&site.url()).await;
    browser.until("return document.title", "ready").await;
    let arguments = [sandbox.url().into(), sandbox.ids().application.into()];
    let got = browser.call("return use(arguments[0], arguments[1])", &arguments).await;
    assert!(got["zones"].as_u64() > Some(1), "{got}");
    assert_eq!((&got["lines"], &got["status"]), (&3.into(), &404.into()), "{got}");
    assert_eq!((&got["isError"], &got["aborted"]), (&true.into(), &"AbortError".into()), "{got}");
    let violations: Vec<String> = sandbox.violations().iter().map(ToString::to_string).collect();
    assert!(violations.is_empty(), "{violations:#?}");
}
