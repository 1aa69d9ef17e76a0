//! Redis and Materia KV over Clever Cloud's HTTP proxy.
//!
#![doc = include_str!("../README.md")]
#![deny(missing_docs, unnameable_types)]
#![cfg_attr(docsrs, feature(doc_cfg))]

#[cfg(feature = "catalog")]
pub mod catalog;
mod client;
mod command;
pub mod commands;
mod effect;
mod expiry;
mod failure;
#[rustfmt::skip]
mod generated;
mod line;
pub mod model;
mod order;
mod reply;
mod scan;

pub use cc_runtime as runtime;
#[cfg(all(feature = "blocking", not(target_family = "wasm")))]
pub use cc_runtime::blocking;
pub use cc_runtime::{
    CallOptions, Command, CommandCall, Endpoint, Error, ErrorKind, Result, RetryPolicy, Secret, Timestamp,
    Transport, TransportBuilder, expose_secrets,
};

pub use client::{RedisHttpClient, RedisHttpClientBuilder};
pub use command::{Access, Context, Keys, RedisCommand};
pub use effect::Effect;
pub use failure::RedisCode;
pub use reply::Reply;
pub use scan::{Scan, Scanning};
