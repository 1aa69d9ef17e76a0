//! What a page of a browser is asked beside the cases: the answer depends on the browser, and on what another tab or an earlier page did.

use std::time::Duration;

use cc_client::commands::log::StreamApplicationRuntimeLog;
use cc_client::commands::zone::ListZone;
use cc_client::local_storage::LocalStorageStore;
use cc_client::runtime::credentials::{OAuth1, SignatureMethod};
use cc_client::stream::Delivery;
use cc_client::{CachePolicy, Client, Credentials, RetryPolicy};
use futures_util::StreamExt;
use wasm_bindgen::prelude::wasm_bindgen;

/// The nonces of some signatures.
#[wasm_bindgen]
#[must_use]
pub fn nonces(count: usize) -> Vec<String> {
    let signer = OAuth1 {
        consumer_key: "key".to_owned(),
        consumer_secret: "secret".into(),
        token: String::new(),
        token_secret: "".into(),
        method: SignatureMethod::HmacSha512,
    };
    let uri = http::Uri::from_static("http://sandbox.example/");
    let nonce = |_| {
        let signed = signer.parameters(&http::Method::GET, &uri, &http::HeaderMap::new(), b"", &[]).ok()?;
        signed.into_iter().find(|(name, _)| *name == "oauth_nonce").map(|(_, nonce)| nonce.to_string())
    };
    (0..count).filter_map(nonce).collect()
}

fn client(base_url: &str) -> cc_client::ClientBuilder {
    Client::builder().endpoint(base_url).credentials(Credentials::api_token("sandbox-token"))
}

/// Lists the zones with a store in local storage, and returns their number, or the error with its kind.
#[wasm_bindgen]
pub async fn zones(base_url: String) -> String {
    let store = LocalStorageStore::new();
    let client = client(&base_url)
        .id_store(store.clone())
        .configure(|transport| {
            transport
                .retry(RetryPolicy::none())
                .cache_store(store)
                .cache(CachePolicy::ttl(Duration::from_secs(600)))
        })
        .build();
    let listed = match client {
        Ok(client) => client.send(ListZone::new()).await,
        Err(error) => Err(error),
    };
    match listed {
        Ok(zones) => format!("{} zones", zones.len()),
        Err(error) => format!("{}: {error}", error.kind().code()),
    }
}

/// Lists the zones of a server, and returns the bytes of a header of its answer.
#[wasm_bindgen]
pub async fn header(base_url: String, name: String) -> Option<Vec<u8>> {
    let answer = client(&base_url).build().ok()?.send(ListZone::new()).with_answer().await.ok()?;
    answer.headers().get(name).map(|value| value.as_bytes().to_vec())
}

/// Follows the log of an application, and gives each line, gap and error to a function of the page.
#[wasm_bindgen]
pub async fn follow(base_url: String, application: String, give: js_sys::Function) {
    let Ok(client) = client(&base_url).build() else { return };
    let mut lines = client.stream(StreamApplicationRuntimeLog::new(application)).open().items();
    while let Some(event) = lines.next().await {
        let told = match event {
            Ok(Delivery::Item(line)) => format!("line {}", line.id.as_deref().unwrap_or_default()),
            Ok(Delivery::Gap(gap)) => format!("gap {gap}"),
            Ok(other) => format!("{other:?}"),
            Err(error) => format!("error {error}"),
        };
        give.call1(&wasm_bindgen::JsValue::NULL, &told.into()).ok();
    }
}
