//! A server of the Model Context Protocol over the commands of the Clever Cloud SDK.
//!
#![doc = include_str!("../README.md")]
#![deny(missing_docs, unnameable_types)]

mod access;
mod http;
mod redact;
mod rehearsal;
mod server;
mod tools;

pub use access::{Access, UnknownName};
pub use http::serve_http;
pub use rmcp;
pub use server::{Account, Server};
