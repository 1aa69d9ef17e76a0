//! Commands as data: for command lines, pages and tests that run all commands without code for each.
//!
//! ```no_run
//! # async fn example(client: cc_client::Client) -> cc_client::Result<()> {
//! for command in cc_client::catalog::find("zone") {
//!     println!("{}: {}", command.name(), command.summary());
//! }
//! let zone = cc_client::catalog::dispatch(&client, "GetZone", serde_json::json!({ "zoneName": "par" })).await?;
//! # Ok(()) }
//! ```

#[cfg(feature = "stream")]
mod stream;

use std::sync::LazyLock;

use cc_runtime::catalog::{Catalog, Run, read_input, write_output};
use cc_runtime::{Command, ServiceUrl};
use schemars::JsonSchema;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

pub use cc_runtime::catalog::{CommandKind, Effect};
#[cfg(feature = "stream")]
#[allow(unused_imports)] // Which domains are on decides who needs it.
pub(crate) use stream::stream_entry;
#[cfg(feature = "stream")]
pub use stream::{Delivered, Streamed, stream};

use crate::client::Client;
use crate::command::UrlCommand;
use crate::context::Context;

/// A command as data.
pub type CommandInfo = cc_runtime::catalog::CommandInfo<Client>;

/// A command, by name and with JSON, that is sent when it is awaited.
pub type Dispatch = cc_runtime::catalog::Dispatch<Client>;

/// The entry of one command. Only the parts that depend on its types are compiled for each.
#[allow(dead_code)]
pub(crate) fn entry<C>(
    domain: &'static str,
    summary: &'static str,
    operations: &'static [&'static str],
    effect: Effect,
) -> CommandInfo
where
    C: Command<Context = Context, Output: Serialize + JsonSchema> + DeserializeOwned + JsonSchema,
{
    let run = Run::Once(|client: Client, options, secrets, input| {
        let call = client.send::<C>(read_input(input)?).options(options);
        Ok(Box::pin(async move { write_output(call.await?, secrets) }))
    });
    CommandInfo::new::<C, C::Output>(C::NAME, domain, summary, operations, effect, run)
}

/// The entry of a command that builds a URL: its output is the URL, whose query holds the credentials.
#[allow(dead_code)]
pub(crate) fn url_entry<C>(
    domain: &'static str,
    summary: &'static str,
    operations: &'static [&'static str],
    effect: Effect,
) -> CommandInfo
where
    C: UrlCommand + DeserializeOwned + JsonSchema,
{
    let run = Run::Once(|client: Client, _, secrets, input| {
        let command: C = read_input(input)?;
        Ok(Box::pin(async move {
            let url = ServiceUrl::new(client.url(command).await?.expose());
            write_output(url, secrets)
        }))
    });
    CommandInfo::new::<C, String>(C::NAME, domain, summary, operations, effect, run)
}

fn catalog() -> &'static Catalog<Client> {
    static CATALOG: LazyLock<Catalog<Client>> =
        LazyLock::new(|| Catalog::new(crate::generated::catalog::entries()));
    &CATALOG
}

/// All commands, by name.
#[must_use]
pub fn commands() -> &'static [CommandInfo] {
    catalog().commands()
}

/// The command of this name.
#[must_use]
pub fn get(name: &str) -> Option<&'static CommandInfo> {
    catalog().get(name)
}

/// Returns the commands whose name, domain or summary contains every one of these words, ignoring case. An
/// empty search returns all.
pub fn find(words: &str) -> impl Iterator<Item = &'static CommandInfo> {
    catalog().find(words)
}

/// A call of the command of this name. Its output is an object, in which secrets are `***` unless
/// [`expose_secrets`](Dispatch::expose_secrets) is called: `dispatch(&client, "GetZone", json!({"zoneName": "par"})).await`.
pub fn dispatch(client: &Client, name: &str, input: Value) -> Dispatch {
    catalog().dispatch(client, name, input)
}

#[cfg(test)]
mod tests;
