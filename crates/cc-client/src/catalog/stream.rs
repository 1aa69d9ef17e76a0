//! Streams by their names, with JSON in and JSON out.

use cc_runtime::catalog::{Effect, Run, Secrets, read_input, write_output};
use cc_runtime::{Error, ErrorKind, Result};
use futures_util::StreamExt;
use schemars::JsonSchema;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::{CommandInfo, catalog};
use crate::client::Client;
use crate::stream::{Delivery, StreamCall, StreamCommand};

pub use cc_runtime::catalog::{Delivered, Streamed};

/// The stream of this name: `stream(&client, "StreamApplicationRuntimeLog", json!({"applicationId": "app_1"}))`. Nothing is
/// sent until it is polled. Each item is an object, in which secrets are `***`.
///
/// # Errors
/// [`ErrorKind::InvalidInput`](cc_runtime::ErrorKind::InvalidInput) if the command does not exist or is not a
/// stream, or if the input does not match the command.
pub fn stream(client: &Client, name: &str, input: &Value) -> Result<Streamed> {
    catalog().stream(client, name, input)
}

/// The entry of a stream.
#[allow(dead_code)]
pub(crate) fn stream_entry<C>(
    domain: &'static str,
    summary: &'static str,
    operations: &'static [&'static str],
    effect: Effect,
) -> CommandInfo
where
    C: StreamCommand<Item: Serialize + JsonSchema> + DeserializeOwned + JsonSchema,
{
    let run = Run::Stream(|client: &Client, input| {
        let items = StreamCall::<C>::new(client.clone(), read_input(input)?).open().items();
        Ok(Box::pin(items.map(|delivery| match delivery {
            Ok(Delivery::Item(item)) => write_output(item, Secrets::Redacted).map(Delivered::Item),
            Ok(Delivery::Gap(gap)) => {
                let error = Error::new(ErrorKind::StreamGap).with_message(gap.to_string());
                Ok(Delivered::Notice(error.with_command(C::NAME)))
            }
            Ok(Delivery::Fault(error)) => Ok(Delivered::Notice(error.with_command(C::NAME))),
            Err(error) => Err(error.with_command(C::NAME)),
        })))
    });
    CommandInfo::new::<C, C::Item>(C::NAME, domain, summary, operations, effect, run)
}
