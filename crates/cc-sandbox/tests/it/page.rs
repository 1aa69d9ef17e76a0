//! The page at `/`: its events, and how it looks in a browser.

use std::time::Duration;

use cc_sandbox::{Fault, Pace, Sandbox};
use cc_webdriver::{Browser, key};
use http_body_util::BodyExt;
use reqwest::Method;
use serde_json::Value;

use crate::client::Client;
use crate::streams::reader::Reader;

#[tokio::test]
async fn the_page_holds_the_state_and_loads_nothing_from_elsewhere() {
    let sandbox = Sandbox::builder().pace(Pace::Manual).in_memory();
    sandbox.add_organisation("</script><script>alert(1)</script>");
    let request = http::Request::get("/").body(bytes::Bytes::new()).unwrap();
    let (head, body) = sandbox.handle(request).await.unwrap().into_parts();
    assert_eq!(head.headers["content-type"], "text/html; charset=utf-8");
    assert!(head.headers["content-security-policy"].to_str().unwrap().starts_with("default-src 'none'; "));
    let body = body.collect().await.unwrap().to_bytes();
    let page = std::str::from_utf8(&body).unwrap();
    let (_, state) = page.split_once(r#"<script type="application/json" id="state">"#).unwrap();
    let state: Value = serde_json::from_str(state.split_once("</script>").unwrap().0).unwrap();
    assert_eq!(state["clock"]["now"], "2026-01-01T00:00:00Z");
    let kinds: Vec<&str> = state["world"]["kinds"]
        .as_array()
        .unwrap()
        .iter()
        .map(|kind| kind["kind"].as_str().unwrap())
        .collect();
    assert_eq!(kinds, ["Owners", "Applications", "Add-ons", "Drains", "OAuth consumers", "Invoices"]);
    assert!(!page.contains("<script>alert"), "text of resources ends no script");
    assert_eq!(sandbox.journal(), "", "the page is no request to the platform");
}

/// Reads events until one of a name matches.
async fn until(reader: &mut Reader, name: &str, matches: impl Fn(&Value) -> bool) {
    loop {
        let event = reader.next().await.unwrap().unwrap();
        if event.name == name && matches(&event.data) {
            return;
        }
    }
}

#[tokio::test(start_paused = true)]
async fn the_events_of_the_page_tell_each_change() {
    let sandbox = Sandbox::builder().pace(Pace::Manual).strict(false).in_memory();
    let ids = sandbox.ids();
    let mut events = Reader::open(&sandbox, "/_sandbox/events").await;
    let mut first = Vec::new();
    for _ in 0..5 {
        first.push(events.next().await.unwrap().unwrap().name);
    }
    assert_eq!(first, ["clock", "world", "journal", "faults", "violations"]);

    sandbox.faults().add(Fault::unavailable().on("get_zone").times(1));
    until(&mut events, "faults", |faults| faults[0]["on"] == "get_zone").await;
    let path = format!("/v2/organisations/{}/applications/{}/instances", ids.organisation, ids.application);
    crate::streams::reader::ask(&sandbox, "POST", &path).await;
    until(&mut events, "journal", |journal| {
        journal["total"] == 1 && journal["requests"][0]["request"] == format!("POST {path}")
    })
    .await;
    let clusters = format!("/v4/kubernetes/organisations/{}/clusters", ids.organisation);
    let request = http::Request::post(clusters)
        .header("authorization", format!("Bearer {}", sandbox.api_token()))
        .header("content-type", "application/json");
    sandbox.handle(request.body(r#"{"name": "shop"}"#.into()).unwrap()).await.unwrap();
    until(&mut events, "world", |world| {
        let kinds = world["kinds"].as_array().unwrap();
        let clusters = kinds.iter().find(|kind| kind["kind"] == "kubernetes/clusters");
        clusters
            .is_some_and(|own| own["items"][0]["name"] == "shop" && own["items"][0]["state"] == "TO_DEPLOY")
    })
    .await;
    sandbox.advance(Duration::from_secs(60));
    until(&mut events, "clock", |clock| clock["now"] == "2026-01-01T00:01:00Z").await;
    crate::streams::reader::ask(&sandbox, "GET", "/v4/nowhere").await;
    until(&mut events, "violations", |lines| lines.as_array().unwrap().len() == 1).await;
    drop(sandbox);
    while events.next().await.is_some() {}
}

#[tokio::test]
async fn the_page_in_a_browser_follows_the_sandbox_and_can_be_used_with_a_keyboard() {
    let sandbox = Sandbox::builder().pace(Pace::Manual).start().await.unwrap();
    let Some(browser) = Browser::start().await else { return };
    let client = Client::new(&sandbox);
    browser.open(&format!("{}/", sandbox.url())).await;
    browser
        .until(
            "return document.getElementById('status').textContent",
            "connected, 0 requests, 0 faults, 0 violations",
        )
        .await;

    // It shows what changes elsewhere.
    client.get("/v4/products/zones/par").await;
    browser.until("return document.getElementById('requests').innerText", "GET /v4/products/zones/par").await;
    sandbox.faults().add(Fault::unavailable().on("get_zone"));
    browser.until("return document.getElementById('planned').innerText", r#""on":"get_zone""#).await;
    let organisation = sandbox.add_organisation("Acme");
    browser.until("return document.getElementById('kinds').innerText", &organisation).await;
    assert_eq!(
        browser.script("return document.getElementById('now').dateTime").await,
        "2026-01-01T00:00:00Z"
    );

    // Its controls work with the keyboard alone.
    browser.script("document.activeElement.blur(); window.scrollTo(0, 0)").await;
    browser.keys(key::TAB).await;
    assert_eq!(browser.script("return document.activeElement.className").await, "skip");
    browser.script("document.getElementById('seconds').focus()").await;
    browser.keys(key::ENTER).await;
    browser.until("return document.getElementById('now').dateTime", "2026-01-01T00:01:00Z").await;
    browser.script("document.getElementById('fault').value = '{\"effect\": \"html\", \"status\": 99}'; document.querySelector('#add-fault button').focus()").await;
    browser.keys(key::ENTER).await;
    browser
        .until(
            "return document.getElementById('fault-problem').textContent",
            "99 is not the status of an answer",
        )
        .await;

    // Landmarks, and a name for each part and each control.
    for (selector, role) in [
        ("header", "banner"),
        ("nav", "navigation"),
        ("main", "main"),
        ("section", "region"),
        ("#status", "status"),
    ] {
        assert_eq!(browser.role(selector).await, role, "{selector}");
    }
    for selector in [
        "nav",
        "#clock",
        "#world",
        "#journal",
        "#faults",
        "#violations",
        "#kinds",
        "#seconds",
        "#fault",
        "table",
    ] {
        assert_ne!(browser.label(selector).await, "", "{selector} has a name");
    }
    let live = "return document.getElementById('status').getAttribute('aria-live')";
    assert_eq!(browser.script(live).await, "polite");

    // Dark and light.
    let mut colours = Vec::new();
    for scheme in ["light", "dark"] {
        browser.prefer("prefers-color-scheme", scheme).await;
        let colours_of_page =
            "const style = getComputedStyle(document.body); return [style.color, style.backgroundColor]";
        colours.push(browser.script(colours_of_page).await);
    }
    assert_ne!(colours[0], colours[1]);
    assert_eq!(client.request(Method::GET, "/v4/products/zones").send().await.unwrap().status(), 200);
}
