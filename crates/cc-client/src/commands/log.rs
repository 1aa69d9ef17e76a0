//! Logs of applications and add-ons.

#[allow(unused_imports)] // Until a command of one request is in this domain.
pub use crate::generated::commands::log::*;

#[cfg(feature = "stream")]
#[cfg(not(target_family = "wasm"))]
mod cursor_file;
pub mod model;
mod show;
#[cfg(feature = "stream")]
mod stream;
#[cfg(feature = "stream")]
mod tail;

#[cfg(feature = "stream")]
#[cfg(not(target_family = "wasm"))]
pub use cursor_file::CursorFile;
#[cfg(feature = "stream")]
pub use tail::{Tail, TailCall, TailCursors, Tailed};
