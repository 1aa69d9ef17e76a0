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

use std::future::IntoFuture;
use std::sync::LazyLock;

use cc_runtime::Command;
use cc_runtime::catalog::{Catalog, Run, read_input, write_output};
use schemars::JsonSchema;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

pub use cc_runtime::catalog::CommandKind;

use crate::client::RedisHttpClient;
use crate::command::Context;
use crate::commands::{cmd, hash_key, key, list_key, set_key, string_key};

/// A command as data.
pub type CommandInfo = cc_runtime::catalog::CommandInfo<RedisHttpClient>;

/// A command, by name and with JSON, that is sent when it is awaited.
pub type Dispatch = cc_runtime::catalog::Dispatch<RedisHttpClient>;

/// The entry of one command, which is one operation of the spec.
fn entry<C>(domain: &'static str, summary: &'static str, operation: &'static [&'static str; 1]) -> CommandInfo
where
    C: Command<Context = Context, Output: Serialize + JsonSchema> + DeserializeOwned + JsonSchema,
{
    let run = Run::Once(|client: RedisHttpClient, options, input| {
        let call = client.send::<C>(read_input(input)?).options(options).into_future();
        Ok(Box::pin(async move { write_output(call.await?) }))
    });
    CommandInfo::new::<C, C::Output>(C::NAME, domain, summary, operation, run)
}

#[rustfmt::skip]
fn entries() -> Vec<CommandInfo> {
    vec![
        entry::<cmd::CmdSend>("cmd", "Runs one Redis command.", &["send_command"]),
        entry::<cmd::CmdCliSend>("cmd", "Runs a command line as `redis-cli` would.", &["send_command_line"]),
        entry::<key::ScanKey>("key", "Reads the keys of a database, one part at a time.", &["scan_keys"]),
        entry::<key::DeleteKey>("key", "Deletes a key, of any type.", &["delete_key"]),
        entry::<string_key::GetStringKey>("string-key", "Reads the value of a `string` key.", &["get_string_key"]),
        entry::<string_key::CreateStringKey>("string-key", "Creates a `string` key.", &["create_string_key"]),
        entry::<string_key::UpdateStringKey>("string-key", "Replaces the value of a `string` key.", &["update_string_key"]),
        entry::<hash_key::CreateHashKey>("hash-key", "Creates a `hash` key.", &["create_hash_key"]),
        entry::<hash_key::ScanHashKey>("hash-key", "Reads the fields of a `hash` key, one part at a time.", &["scan_hash_key"]),
        entry::<hash_key::SetHashKeyElement>("hash-key", "Sets one field of a `hash` key.", &["set_hash_key_element"]),
        entry::<hash_key::DeleteHashKeyElement>("hash-key", "Deletes one field of a `hash` key.", &["delete_hash_key_element"]),
        entry::<list_key::CreateListKey>("list-key", "Creates a `list` key.", &["create_list_key"]),
        entry::<list_key::ScanListKey>("list-key", "Reads the elements of a `list` key, one part at a time.", &["scan_list_key"]),
        entry::<list_key::GetListKeyElement>("list-key", "Reads one element of a `list` key.", &["get_list_key_element"]),
        entry::<list_key::AddListKeyElement>("list-key", "Adds an element to a `list` key.", &["add_list_key_element"]),
        entry::<list_key::UpdateListKeyElement>("list-key", "Replaces one element of a `list` key.", &["update_list_key_element"]),
        entry::<set_key::CreateSetKey>("set-key", "Creates a `set` key.", &["create_set_key"]),
        entry::<set_key::ScanSetKey>("set-key", "Reads the members of a `set` key, one part at a time.", &["scan_set_key"]),
        entry::<set_key::AddSetKeyElement>("set-key", "Adds a member to a `set` key.", &["add_set_key_element"]),
        entry::<set_key::DeleteSetKeyElement>("set-key", "Deletes a member of a `set` key.", &["delete_set_key_element"]),
    ]
}

fn catalog() -> &'static Catalog<RedisHttpClient> {
    static CATALOG: LazyLock<Catalog<RedisHttpClient>> = LazyLock::new(|| Catalog::new(entries()));
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
