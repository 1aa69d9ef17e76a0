//! The figures of `docs/from-javascript.md` are those of the defaults.

use std::path::Path;
use std::time::Duration;

use cc_client::Defaults;
use cc_client::api::log::StreamApplicationLogs;
use cc_client::runtime::StreamOperation;
use cc_client::stream::heartbeat_of;

fn shown(time: impl Into<Option<Duration>>) -> String {
    match time.into() {
        None => "none".to_owned(),
        Some(time) if time < Duration::from_secs(1) => format!("{} ms", time.as_millis()),
        Some(time) => format!("{} s", time.as_secs_f64()),
    }
}

#[test]
fn the_page_for_users_of_the_javascript_client_names_the_defaults() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/from-javascript.md");
    let page = std::fs::read_to_string(path).unwrap();
    let defaults = Defaults::v2026_12();
    let streams = defaults.streams;
    assert!(format!("{:?}", defaults.retry).contains("max_attempts: 3"));
    for (row, figure) in [
        ("| `timeout` (ms)", shown(defaults.timeout)),
        ("`attempt_timeout(Duration)`", shown(defaults.attempt_timeout)),
        ("`connect_timeout(Duration)`", shown(defaults.connect_timeout)),
        ("`cache_store(", format!("{} MiB", defaults.cache_capacity / 1024 / 1024)),
        ("`retry(RetryPolicy)`", "3 attempts".to_owned()),
        ("`retry.maxRetryCount`", streams.retry_max.map_or("none".to_owned(), |max| max.to_string())),
        ("`retry.initRetryTimeout`", shown(streams.retry_initial)),
        ("`retry.backoffFactor`", streams.retry_factor.to_string()),
        ("`Retry::cap`", shown(streams.retry_cap)),
        ("`Retry::floor`", shown(streams.retry_floor)),
        (
            "`heartbeatPeriod`",
            shown(heartbeat_of(&Defaults::v2026_12(), StreamApplicationLogs::HEARTBEAT_MS)),
        ),
        ("`settings.connect_timeout`", shown(streams.connect_timeout)),
    ] {
        let row = page.lines().find(|line| line.starts_with('|') && line.contains(row));
        let row = row.unwrap_or_else(|| panic!("no row of {figure}"));
        let cell = row.trim_end_matches([' ', '|']).rsplit('|').next().unwrap();
        assert!(cell.contains(&figure), "{figure}: {row}");
    }
}
