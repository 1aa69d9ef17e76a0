//! What a browser gives a Rust program in place of a system.
//!
#![doc = include_str!("../README.md")]
#![deny(missing_docs)]
#![cfg(target_family = "wasm")]

pub mod fetch;
pub mod panic;
pub mod random;
pub mod storage;
pub mod task;
pub mod time;
pub mod url;

pub use fetch::fetch;
