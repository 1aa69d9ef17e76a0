//! The cases as a module of JavaScript, for a page of a browser.
//!
//! A page loads the module, asks for the [`names`](cases), and gives each to [`run`] with the base URL of a sandbox that was just
//! started.

use std::sync::Arc;

use cc_client::local_storage::LocalStorageStore;
use cc_client::resolve::{MemoryStore, Store};
use serde_json::json;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::{Case, Failure, Waiting, World};

/// Returns the names of all cases.
#[wasm_bindgen]
#[must_use]
pub fn cases() -> Vec<String> {
    crate::cases().iter().map(|case| case.name.to_owned()).collect()
}

/// Runs a case against the sandbox at this URL, and returns a line of JSON: `target`, `case`, `outcome` (`passed` or `failed`) and,
/// for a failure, `why`.
#[wasm_bindgen]
pub async fn run(name: String, base_url: String) -> String {
    let ended = async {
        let case = crate::case(&name).ok_or_else(|| Failure::new(format!("unknown case `{name}`")))?;
        let local: Arc<dyn Store> = Arc::new(LocalStorageStore::new());
        let stores =
            vec![("memory", Arc::new(MemoryStore::new()) as Arc<dyn Store>), ("local storage", local)];
        let world = World::open(&base_url, Waiting::Await, stores).await?;
        Case::run(case, world).await
    };
    let line = match ended.await {
        Ok(()) => json!({ "target": "browser", "case": name, "outcome": "passed" }),
        Err(failure) => {
            json!({ "target": "browser", "case": name, "outcome": "failed", "why": failure.to_string() })
        }
    };
    line.to_string()
}
