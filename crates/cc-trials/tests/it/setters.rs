//! Setters of what may be unset take a value or an `Option` of one, under one name: those of commands, requests and builders.

use std::path::Path;
use std::time::Duration;

use cc_client::commands::application::UpdateApplication;
use cc_client::{CachePolicy, Client, Credentials, RetryPolicy, Timestamp};
use cc_runtime::Endpoint;

/// Setters that take no `Option`: a service or a function of the program, which nothing stands for, or a name of a protocol.
const PLAIN: [&str; 21] = [
    "accept",
    "addon",
    "cache_store",
    "creation_lock",
    "error",
    "heartbeat",
    "hooks",
    "id_store",
    "observer",
    "on_error",
    "on_gap",
    "on_item",
    "on_open",
    "on_other",
    "owner",
    "propagate",
    "real_addon",
    "resource",
    "sdk_product",
    "transport",
    "with_source",
];

#[test]
fn a_setting_that_may_be_unset_takes_a_value_or_an_option() {
    let chosen: Option<&str> = Some("https://example.org");
    let builder = Client::builder()
        .endpoint("https://example.com")
        .endpoint(String::from("https://example.com"))
        .endpoint(chosen)
        .credentials(Credentials::api_token("t0k"))
        .credentials(Some(Credentials::api_token("t0k")))
        .credentials(None::<Credentials>)
        .user_agent("one/1")
        .user_agent(Some("two/2"))
        .user_agent(None::<&str>)
        .unknown_ids_for(Duration::from_secs(1))
        .unknown_ids_for(None)
        .configure(|transport| {
            let transport =
                transport.timeout(Duration::from_secs(1)).timeout(None).concurrency(3).concurrency(None);
            let transport =
                transport.retry(RetryPolicy::none()).retry(None).cache(CachePolicy::off()).cache(None);
            transport.cache_capacity(1_000).cache_capacity(None).debug(true).debug(None)
        });
    let client = builder.build().unwrap();
    assert_eq!(client.transport().endpoint().as_str(), "https://example.org");
    let client = Client::builder().endpoint("https://example.com").endpoint(None::<&str>).build().unwrap();
    assert_eq!(client.transport().endpoint().as_str(), Endpoint::PLATFORM);
    let client = Client::builder().credentials(Some(Credentials::api_token("t0k"))).build().unwrap();
    assert_eq!(client.transport().endpoint().as_str(), Endpoint::BRIDGE);

    let tail =
        || client.tail(["app_1"]).since(Timestamp::MIN).since(Some(Timestamp::MIN)).until(None::<Timestamp>);
    drop(tail().filter("GET").filter(Some("GET")).filter(None::<&str>));

    let update = || UpdateApplication::new("app_1");
    assert_eq!(update().tags(None::<&str>), update());
    assert_eq!(update().tags(None::<Vec<String>>), update());
    assert_eq!(update().tags(Some("a")), update().tags(["a"]));
    assert_eq!(update().tags(Vec::<String>::new()).tags, Some(Vec::new()));
    assert_eq!(update().name(None::<&str>), update());
}

#[test]
fn no_setter_wraps_its_value_in_an_option_that_callers_cannot_give() {
    let crates = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let mut found = Vec::new();
    for name in ["cc-bridge", "cc-client", "cc-mcp", "cc-redis-http", "cc-runtime", "cc-stream"] {
        let mut open = vec![crates.join(name).join("src")];
        while let Some(path) = open.pop() {
            if path.is_dir() {
                open.extend(std::fs::read_dir(&path).unwrap().map(|entry| entry.unwrap().path()));
            } else if path.extension().is_some_and(|end| end == "rs") {
                let code = std::fs::read_to_string(&path).unwrap();
                for function in code.split("pub fn ").skip(1) {
                    let Some((head, body)) = function.split_once('{') else { continue };
                    let name = head.split(['(', '<']).next().unwrap();
                    let is_setter = head.contains("mut self") && head.contains("-> Self");
                    let wraps = body.split('}').next().unwrap().contains(" = Some(");
                    if is_setter && wraps && !head.contains("Option") && !PLAIN.contains(&name) {
                        found.push(format!("{}: {name}", path.strip_prefix(crates).unwrap().display()));
                    }
                }
            }
        }
    }
    assert!(
        found.is_empty(),
        "take an `Option` too, with `IntoOption` or `Into<Option<…>>`:\n{}",
        found.join("\n")
    );
}
