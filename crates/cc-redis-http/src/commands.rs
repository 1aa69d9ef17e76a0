//! Commands of a database, by type of key.

pub mod cmd;
pub mod hash_key;
pub mod key;
pub mod list_key;
pub mod set_key;
pub mod string_key;
