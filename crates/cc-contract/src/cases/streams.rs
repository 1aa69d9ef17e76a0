//! Streams: complete, in order, alive, and gone when they are dropped.

use std::time::Duration;

use cc_client::catalog::{self, Delivered};
use cc_client::commands::log::StreamApplicationRuntimeLog;
use cc_client::commands::log::model::ApplicationLog;
use cc_client::stream::{Delivery, EndReason, Items, Retry};
use cc_client::{Client, ErrorKind, Timestamp};
use serde_json::{Value, json};

use crate::failure::{Failure, Outcome, check, equal, error_of};
use crate::world::World;

/// A client whose streams are opened again after a few milliseconds.
fn client(world: &World) -> Result<Client, Failure> {
    let millis = Duration::from_millis;
    let soon = Retry::new().initial(millis(20)).floor(millis(5)).cap(millis(200));
    Ok(world.builder().streams(|settings| settings.retry = Some(soon)).build()?)
}

/// The log of the last five minutes before a time.
fn log(world: &World, until: Timestamp) -> StreamApplicationRuntimeLog {
    let since = until.saturating_sub(Duration::from_secs(300));
    StreamApplicationRuntimeLog::new(world.id("application")).since(since).until(until)
}

/// The log of the next 100 seconds, which the sandbox writes in five. A browser that loses a connection may lose what it had read
/// from it, too: lines that come one after the other are given before that.
async fn live_log(world: &World) -> Result<StreamApplicationRuntimeLog, Failure> {
    let since = world.at(0).await?;
    let until = since.saturating_add(Duration::from_secs(100));
    Ok(StreamApplicationRuntimeLog::new(world.id("application")).since(since).until(until))
}

async fn cut(world: &World, fault: Value) -> Outcome {
    world.fault(json!({"effect": "stream", "fault": fault, "times": 1})).await
}

/// Reads a stream to its end: the ids of its lines, and the number of gaps.
async fn read(world: &World, mut items: Items<ApplicationLog>) -> Result<(Vec<String>, usize), Failure> {
    let (mut ids, mut gaps) = (Vec::new(), 0);
    while let Some(delivery) = world.next(&mut items).await {
        match delivery? {
            Delivery::Item(line) => ids.push(line.id.unwrap_or_default()),
            Delivery::Gap(_) => gaps += 1,
            Delivery::Fault(error) => return Err(error.into()),
        }
    }
    Ok((ids, gaps))
}

pub(super) async fn a_log_gives_its_lines_and_says_why_it_ended(world: World) -> Outcome {
    let client = client(&world)?;
    let mut items = client.stream(log(&world, world.at(0).await?)).open().items();
    let mut lines = Vec::new();
    while let Some(delivery) = world.next(&mut items).await {
        lines.extend(delivery?.item());
    }
    check!(lines.len() > 10 && lines.is_sorted_by_key(|line| line.date), "{} lines", lines.len());
    equal!(items.end_reason(), Some(&EndReason::Server(Some("UNTIL_REACHED".into()))));
    Ok(())
}

pub(super) async fn a_cut_stream_goes_on_without_loss_and_without_repetition(world: World) -> Outcome {
    let client = client(&world)?;
    let live = live_log(&world).await?;
    for fault in [
        json!({"kind": "reset-between-events", "after": 3}),
        json!({"kind": "reset-mid-event", "after": 2}),
        json!({"kind": "duplicate-on-resume", "events": 2}),
    ] {
        cut(&world, fault).await?;
    }
    let followed = read(&world, client.stream(live.clone()).open().items()).await?;
    let sent = world.requests("stream_application_logs").await?;
    check!(sent.len() >= 3, "{} connections", sent.len());
    check!(
        sent.iter().any(|request| request["headers"]["last-event-id"].is_string()),
        "no connection resumed"
    );
    let stored = read(&world, client.stream(live).open().items()).await?;
    equal!(followed, stored);
    check!(stored.0.len() > 5, "{} lines", stored.0.len());
    Ok(())
}

pub(super) async fn a_gap_is_told(world: World) -> Outcome {
    let client = client(&world)?;
    cut(&world, json!({"kind": "reset-between-events", "after": 3})).await?;
    cut(&world, json!({"kind": "lost-on-resume", "events": 2})).await?;
    // Some lines are written until it is opened again.
    let second = Duration::from_secs(1);
    let call =
        client.stream(live_log(&world).await?).retry(Retry::new().initial(second).floor(second).cap(second));
    let (ids, gaps) = read(&world, call.open().items()).await?;
    check!(gaps == 1 && ids.len() > 5, "{gaps} gaps, {} lines", ids.len());
    Ok(())
}

pub(super) async fn a_silent_connection_is_opened_again(world: World) -> Outcome {
    let client = client(&world)?;
    let until = world.at(0).await?;
    let whole = read(&world, client.stream(log(&world, until)).open().items()).await?;
    cut(&world, json!({"kind": "half-open-silence", "after": 2})).await?;
    let call = client.stream(log(&world, until));
    let call = call.settings(|settings| settings.heartbeat = Some(Duration::from_millis(400)));
    equal!(read(&world, call.open().items()).await?, whole);
    Ok(())
}

pub(super) async fn a_limit_counts_over_all_connections(world: World) -> Outcome {
    let client = client(&world)?;
    cut(&world, json!({"kind": "reset-between-events", "after": 4})).await?;
    let command = log(&world, world.at(0).await?).limit(10);
    let (ids, gaps) = read(&world, client.stream(command).open().items()).await?;
    equal!((ids.len(), gaps), (10, 0));
    Ok(())
}

pub(super) async fn a_stream_goes_on_from_a_cursor_in_another_client(world: World) -> Outcome {
    let until = world.at(0).await?;
    let (whole, _) = read(&world, client(&world)?.stream(log(&world, until)).open().items()).await?;
    let mut first = client(&world)?.stream(log(&world, until)).open().items();
    let mut ids = Vec::new();
    for _ in 0..2 {
        let line = world.item(&mut first).await?.item();
        ids.push(line.and_then(|line| line.id).unwrap_or_default());
    }
    let cursor = serde_json::from_str(&serde_json::to_string(&first.cursor())?)?;
    drop(first);
    let rest = client(&world)?.stream(log(&world, until)).resume(cursor).open().items();
    ids.extend(read(&world, rest).await?.0);
    equal!(ids, whole);
    Ok(())
}

pub(super) async fn closing_by_its_handle_ends_a_stream(world: World) -> Outcome {
    let client = client(&world)?;
    let since = world.at(-300).await?;
    let command = StreamApplicationRuntimeLog::new(world.id("application")).since(since);
    let mut items = client.stream(command).open().items();
    world.item(&mut items).await?;
    items.handle().close();
    while world.next(&mut items).await.is_some() {}
    equal!(items.end_reason(), Some(&EndReason::Closed));
    no_stream_is_open(&world).await
}

pub(super) async fn dropping_a_stream_closes_its_connection(world: World) -> Outcome {
    let client = client(&world)?;
    let since = world.at(-300).await?;
    let command = StreamApplicationRuntimeLog::new(world.id("application")).since(since);
    let mut items = client.stream(command).open().items();
    world.item(&mut items).await?;
    equal!(world.open_streams().await?, 1);
    drop(items);
    no_stream_is_open(&world).await
}

/// Fails unless the sandbox soon sees that all connections of streams are closed.
async fn no_stream_is_open(world: &World) -> Outcome {
    for _ in 0..50 {
        if world.open_streams().await? == 0 {
            return Ok(());
        }
        world.sleep(Duration::from_millis(100)).await;
    }
    Err(Failure::new("the connection of a stream is still open"))
}

pub(super) async fn lines_come_as_they_are_written(world: World) -> Outcome {
    let client = client(&world)?;
    let command =
        StreamApplicationRuntimeLog::new(world.id("application")).since(world.at(0).await?).limit(3);
    let mut items = client.stream(command).open().items();
    for _ in 0..3 {
        check!(world.item(&mut items).await?.as_item().is_some());
    }
    Ok(())
}

pub(super) async fn a_refusal_ends_a_stream_with_the_error_of_the_platform(world: World) -> Outcome {
    let client = client(&world)?;
    world.fault(json!({"effect": "stream", "fault": {"kind": "refused", "status": 403}})).await?;
    let mut items = client.stream(log(&world, world.at(0).await?)).open().items();
    let error = error_of!(world.item(&mut items).await);
    check!(error.to_string().contains("403"), "{error}");
    check!(world.next(&mut items).await.is_none());
    Ok(())
}

pub(super) async fn something_else_than_a_stream_is_an_error(world: World) -> Outcome {
    let client = client(&world)?;
    world.fault(json!({"effect": "stream", "fault": {"kind": "html-page"}})).await?;
    let call = client.stream(log(&world, world.at(0).await?)).retry(None);
    let mut items = call.open().items();
    match world.next(&mut items).await {
        Some(Err(error)) => equal!(error.kind(), ErrorKind::StreamContentType),
        other => return Err(Failure::new(format!("{other:?}"))),
    }
    Ok(())
}

pub(super) async fn the_catalogue_streams_json(world: World) -> Outcome {
    let client = client(&world)?;
    let input = json!({"applicationId": world.id("application"), "limit": 3, "since": world.at(-300).await?});
    let mut stream = catalog::stream(&client, "StreamApplicationRuntimeLog", &input)?;
    let mut lines = 0;
    while let Some(delivered) = world.next(&mut stream).await {
        match delivered? {
            Delivered::Item(line) => check!(line["message"].is_string(), "{line}"),
            Delivered::Notice(error) => return Err(error.into()),
        }
        lines += 1;
    }
    equal!(lines, 3);
    Ok(())
}
