//! Commands of a database.

mod cmd;
mod expire;
mod hash_key;
mod key;
mod list_key;
mod set_key;
mod set_string_key;
mod string_key;

pub use crate::generated::commands::redis_http::*;
pub use cmd::{CmdCliSend, CmdSend};
pub use expire::{ExpireKey, GetStringKeyAndExpire};
pub use set_string_key::SetStringKey;

use cc_runtime::Error;

use crate::failure::RedisCode;

/// Adds the options that an older server lacks to an error that such a server answers.
fn older(error: Error, needs: &[&str]) -> Error {
    let message = error.message().unwrap_or_default();
    let is_unknown = ["syntax error", "unknown command", "wrong number of arguments"]
        .iter()
        .any(|text| message.contains(text));
    if needs.is_empty() || !is_unknown || RedisCode::of(&error) != Some(RedisCode::Error) {
        return error;
    }
    error.with_next_step(format!("check the version of the server: {}", needs.join(", ")))
}
