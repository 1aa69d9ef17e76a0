//! Streams by their names, with JSON in and JSON out.

use std::pin::Pin;

use cc_core::{Error, ErrorKind, Result};
use futures_util::{Stream, StreamExt};
use schemars::{JsonSchema, schema_for};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::{CommandInfo, Run, bad_output, get, read_input, unknown};
use crate::client::Client;
use crate::stream::{StreamCall, StreamCommand, to_error};

/// What a stream gives: the output of each thing as JSON. An error that is about one thing, or that tells that some may be
/// missing, does not end it.
pub type Streamed = Pin<Box<dyn Stream<Item = Result<Value>> + Send>>;

/// The stream of this name: `stream(&client, "StreamApplicationRuntimeLog", json!({"applicationId": "app_1"}))`. Nothing is
/// sent until it is polled.
///
/// # Errors
/// [`ErrorKind::InvalidInput`] when there is no such command, it is no stream, or the input is not what it takes.
pub fn stream(client: &Client, name: &str, input: &Value) -> Result<Streamed> {
    let command = get(name).ok_or_else(|| unknown(name))?;
    match command.run {
        Run::Stream(run) => run(client, input).map_err(|error| error.with_command(command.name)),
        Run::Once(_) => Err(Error::new(ErrorKind::InvalidInput)
            .with_message(format!("`{name}` gives one output: run it with `catalog::dispatch`"))
            .with_command(command.name)),
    }
}

/// The entry of a stream.
#[allow(dead_code)]
pub(crate) fn stream_entry<C>(
    domain: &'static str,
    summary: &'static str,
    operations: &'static [&'static str],
) -> CommandInfo
where
    C: StreamCommand<Item: Serialize + JsonSchema> + DeserializeOwned + JsonSchema,
{
    CommandInfo {
        name: C::NAME,
        domain,
        summary,
        operations,
        input_schema: || schema_for!(C),
        output_schema: || schema_for!(C::Item),
        run: Run::Stream(|client, input| {
            let items = StreamCall::<C>::new(client.clone(), read_input(input)?).open().items();
            Ok(Box::pin(items.map(|item| match item {
                Ok(item) => serde_json::to_value(item).map_err(bad_output),
                Err(error) => Err(to_error(error).with_command(C::NAME)),
            })))
        }),
    }
}
