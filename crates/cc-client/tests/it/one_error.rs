//! `?` turns each error into the one error of the SDK.

use std::error::Error as StdError;
use std::sync::Arc;

use cc_client::commands::log::StreamApplicationRuntimeLog;
use cc_client::domain_name::Domain;
use cc_client::stream::{Delivery, StreamError};
use cc_client::{Client, Error, ErrorKind, Timestamp, fan_out};
use cc_runtime::ApplicationId;
use cc_sandbox::{Fault, Sandbox, StreamFault};
use cc_trials::memory;
use futures_util::{StreamExt, TryStreamExt};

/// A function that fails.
type Fails = fn() -> cc_client::Result<()>;

fn invalid() -> [(&'static str, Fails); 3] {
    [
        ("not a date", || {
            "tomorrow".parse::<Timestamp>()?;
            Ok(())
        }),
        ("domain", || {
            "a.*.example.com".parse::<Domain>()?;
            Ok(())
        }),
        ("", || {
            "".parse::<ApplicationId>()?;
            Ok(())
        }),
    ]
}

#[test]
fn an_input_that_cannot_be_read_is_an_invalid_input() {
    for (text, read) in invalid() {
        let error = read().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidInput, "{error}");
        assert!(error.to_string().contains(text), "{error}");
    }
}

fn refused() -> (Arc<Sandbox>, Client) {
    let sandbox = Arc::new(Sandbox::builder().in_memory());
    sandbox.faults().add(Fault::stream(StreamFault::Refused { status: 403, retry_after: None }));
    let client = memory::client(&sandbox);
    (sandbox, client)
}

fn log(sandbox: &Sandbox) -> StreamApplicationRuntimeLog {
    StreamApplicationRuntimeLog::new(&sandbox.ids().application)
}

async fn by_next(sandbox: &Sandbox, client: &Client) -> cc_client::Result<u32> {
    let (mut lines, mut count) = (client.stream(log(sandbox)).open().items(), 0);
    while let Some(line) = lines.next().await.transpose()? {
        count += u32::from(matches!(line, Delivery::Item(_)));
    }
    Ok(count)
}

async fn by_event(sandbox: &Sandbox, client: &Client) -> Result<(), Error> {
    let mut events = client.stream(log(sandbox)).open();
    while let Some(event) = events.next().await {
        let _ = event?;
    }
    Ok(())
}

async fn to_the_end(sandbox: &Sandbox, client: &Client) -> Result<(), Error> {
    client.stream(log(sandbox)).open().run().await?;
    Ok(())
}

async fn boxed(sandbox: &Sandbox, client: &Client) -> Result<(), Box<dyn StdError + Send + Sync>> {
    let mut lines = client.stream(log(sandbox)).open().items();
    while let Some(line) = lines.try_next().await? {
        drop(line);
    }
    Ok(())
}

async fn of_many(client: &Client) -> cc_client::Result<Vec<String>> {
    let read = fan_out::for_each(["app_a", "app_b"], fan_out::AT_ONCE, |id| async move {
        Ok(client.resolver().owner_of(&ApplicationId::from(id)).await?.to_string())
    });
    read.await.into_iter().collect()
}

#[tokio::test(start_paused = true)]
async fn a_stream_fails_with_the_error_of_the_sdk() {
    let (sandbox, client) = refused();
    let error = by_next(&sandbox, &client).await.unwrap_err();
    assert_eq!((error.kind(), error.status().unwrap().as_u16()), (ErrorKind::Refused, 403));
    let (sandbox, client) = refused();
    let error = by_event(&sandbox, &client).await.unwrap_err();
    assert_eq!(error.status().unwrap().as_u16(), 403);
    let (sandbox, client) = refused();
    assert!(to_the_end(&sandbox, &client).await.unwrap_err().is_forbidden());
    let (sandbox, client) = refused();
    let error = boxed(&sandbox, &client).await.unwrap_err();
    assert!(error.downcast_ref::<Error>().unwrap().is_forbidden());
    assert_eq!(of_many(&client).await.unwrap_err().kind(), ErrorKind::CannotResolveResource);
}

#[tokio::test(start_paused = true)]
async fn the_failure_of_a_stream_is_the_source_of_its_error() {
    let sandbox = Arc::new(Sandbox::builder().in_memory());
    sandbox.faults().add(Fault::stream(StreamFault::HtmlPage));
    let error = by_next(&sandbox, &memory::client(&sandbox)).await.unwrap_err();
    assert_eq!(error.code(), "SSE_INVALID_CONTENT_TYPE");
    assert!(error.source().unwrap().is::<StreamError>());
}
