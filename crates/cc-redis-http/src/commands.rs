//! Commands of a database.

mod cmd;
mod hash_key;
mod key;
mod list_key;
mod set_key;
mod string_key;

pub use crate::generated::commands::redis_http::*;
pub use cmd::{CmdCliSend, CmdSend};
