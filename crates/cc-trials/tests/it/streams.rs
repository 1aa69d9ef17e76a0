//! Streams of the platform as a program holds them.

use std::sync::Arc;

use cc_client::Timestamp;
use cc_client::commands::log::StreamApplicationRuntimeLog;
use cc_client::stream::Delivery;
use cc_sandbox::{Pace, Sandbox};
use cc_trials::memory;
use futures_util::StreamExt;

/// The item of a delivery, where there is no reason for anything else.
fn item<T>(delivery: cc_client::Result<Delivery<T>>) -> T {
    delivery.unwrap().item().expect("an item")
}

#[tokio::test(start_paused = true)]
async fn two_streams_of_one_command_count_on_their_own() {
    let sandbox = Arc::new(Sandbox::builder().pace(Pace::Speed(1.0)).in_memory());
    let client = memory::client(&sandbox);
    let since = Timestamp::from_millis(sandbox.now().as_millisecond() - 600_000).unwrap();
    let command = StreamApplicationRuntimeLog::new(sandbox.ids().application).since(since).limit(5);
    let mut first = client.stream(command.clone()).open().items();
    let begun: Vec<_> = first.by_ref().take(3).map(item).collect().await;
    let second: Vec<_> = client.stream(command).open().items().map(item).collect().await;
    let rest: Vec<_> = first.map(item).collect().await;
    assert_eq!([begun, rest].concat(), second);
    assert_eq!(second.len(), 5);
}
