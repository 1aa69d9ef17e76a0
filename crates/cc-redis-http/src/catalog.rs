//! Every command as data: what a command line, a page or a test needs to drive all of them without code for each.
//!
//! ```no_run
//! # async fn example(client: cc_redis_http::RedisHttpClient) -> cc_redis_http::Result<()> {
//! for command in cc_redis_http::catalog::find("hash") {
//!     println!("{}: {}", command.name(), command.summary());
//! }
//! let key = serde_json::json!({ "key": "greeting" });
//! let greeting = cc_redis_http::catalog::dispatch(&client, "GetStringKey", key).await?;
//! # Ok(()) }
//! ```

use std::sync::LazyLock;

use cc_runtime::Command;
use cc_runtime::catalog::{Catalog, Run, read_input, write_output};
use schemars::JsonSchema;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

pub use cc_runtime::catalog::{CommandKind, Effect};

use crate::client::RedisHttpClient;
use crate::command::Context;

/// A command as data.
pub type CommandInfo = cc_runtime::catalog::CommandInfo<RedisHttpClient>;

/// A command, by name and with JSON, that is sent when it is awaited.
pub type Dispatch = cc_runtime::catalog::Dispatch<RedisHttpClient>;

/// The entry of one command, with the operations that it may call.
pub(crate) fn entry<C>(
    domain: &'static str,
    summary: &'static str,
    operations: &'static [&'static str],
    effect: Effect,
) -> CommandInfo
where
    C: Command<Context = Context, Output: Serialize + JsonSchema> + DeserializeOwned + JsonSchema,
{
    let run = Run::Once(|client: RedisHttpClient, options, secrets, input| {
        let call = client.send::<C>(read_input(input)?).options(options);
        Ok(Box::pin(async move { write_output(call.await?, secrets) }))
    });
    CommandInfo::new::<C, C::Output>(C::NAME, domain, summary, operations, effect, run)
}

fn catalog() -> &'static Catalog<RedisHttpClient> {
    static CATALOG: LazyLock<Catalog<RedisHttpClient>> =
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

/// The commands whose name, domain or summary holds every one of these words, in any case. Nothing asked for is all.
pub fn find(words: &str) -> impl Iterator<Item = &'static CommandInfo> {
    catalog().find(words)
}

/// A call of the command of this name: `dispatch(&client, "GetStringKey", json!({"key": "greeting"})).await`.
pub fn dispatch(client: &RedisHttpClient, name: &str, input: Value) -> Dispatch {
    catalog().dispatch(client, name, input)
}
