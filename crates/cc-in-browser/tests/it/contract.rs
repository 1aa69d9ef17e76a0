//! The contract suite, whose cases `cc-contract` holds for all targets.

use std::fmt::Write;
use std::path::Path;

use cc_sandbox::Sandbox;
use serde_json::{Value, json};

use crate::built::{bundled, open, site};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_case_of_the_contract_holds_in_a_browser() {
    let Some((folder, browser)) = bundled("cc_contract", "module").await else { return };
    let site = site(&folder).await;
    open(&browser, &site).await;
    let names = browser.script("return module.cases()").await;
    let (mut lines, mut failures) = (String::new(), String::new());
    for name in names.as_array().unwrap() {
        // Each case has a sandbox and a page of its own.
        let sandbox = Sandbox::builder().start().await.unwrap();
        open(&browser, &site).await;
        browser.console().await;
        let arguments = [name.clone(), sandbox.url().into()];
        let line = browser.call("return module.run(arguments[0], arguments[1])", &arguments).await;
        let mut line: Value = serde_json::from_str(line.as_str().unwrap()).unwrap();
        let violations: Vec<String> = sandbox.violations().iter().map(ToString::to_string).collect();
        if line["outcome"] == "passed" && !violations.is_empty() {
            line["outcome"] = "failed".into();
            line["why"] = violations.join(" ").into();
        }
        let _ = writeln!(lines, "{line}");
        if line["outcome"] == "failed" {
            let why = line["why"].as_str().unwrap_or_default();
            let _ = writeln!(failures, "{}: {why}", line["case"].as_str().unwrap_or_default());
            for line in browser.console().await {
                let _ = writeln!(failures, "    {line}");
            }
        }
    }
    let results = Path::new(env!("CARGO_TARGET_TMPDIR")).with_file_name("contract");
    std::fs::create_dir_all(&results).unwrap();
    std::fs::write(results.join("browser.jsonl"), lines).unwrap();
    assert!(failures.is_empty(), "\n{failures}");
    assert_ne!(names, json!([]));
}
