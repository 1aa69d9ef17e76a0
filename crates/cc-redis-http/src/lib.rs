//! Redis and Materia KV over Clever Cloud's HTTP proxy, for programs that cannot open a connection to the database.
//!
//! A command is a value that one [`RedisHttpClient`] sends:
//!
//! ```no_run
//! # async fn example() -> cc_redis_http::Result<()> {
//! use cc_redis_http::RedisHttpClient;
//! use cc_redis_http::commands::{cmd::CmdSend, string_key::CreateStringKey};
//!
//! let client = RedisHttpClient::new("redis://:password@host:6379")?;
//! client.send(CreateStringKey::new("greeting", "hello")).await?;
//! let reply = client.send(CmdSend::new("STRLEN").arg("greeting")).await?;
//! assert_eq!(reply.result.as_i64(), Some(5));
//! # Ok(()) }
//! ```
//!
//! - [`RedisHttpClient::scan`] reads keys, fields, elements or members as a stream that pages by itself.
//! - Only what may be done twice is ever sent twice ([`Effect`]); a write whose answer is lost fails with
//!   [`ErrorKind::Indeterminate`].
//! - Commands that are sent at the same time travel at the same time, in an order that no key notices.
//! - What Redis refuses with is told by [`RedisCode`].

#![deny(missing_docs)]
#![cfg_attr(docsrs, feature(doc_cfg))]

#[cfg(feature = "catalog")]
pub mod catalog;
mod client;
mod command;
pub mod commands;
mod effect;
mod failure;
mod line;
pub mod model;
mod order;
mod reply;
mod scan;

pub use cc_runtime as runtime;
pub use cc_runtime::{
    CallOptions, CommandCall, Endpoint, Error, ErrorKind, Result, RetryPolicy, Secret, Transport,
    TransportBuilder,
};

pub use client::{RedisHttpClient, RedisHttpClientBuilder};
pub use command::{Access, Command, Keys};
pub use effect::Effect;
pub use failure::RedisCode;
pub use reply::Reply;
pub use scan::{Scan, Scanning};

/// The examples of the page that people see first.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
