//! API tokens of Clever Cloud: create, list, rename, revoke and rotate.
//!
#![doc = include_str!("../README.md")]
#![deny(missing_docs, unnameable_types)]
#![cfg_attr(docsrs, feature(doc_cfg))]

#[cfg(feature = "catalog")]
pub mod catalog;
mod client;
mod command;
pub mod commands;
mod expiration;
#[rustfmt::skip]
mod generated;
pub mod model;

pub use cc_runtime as runtime;
#[cfg(all(feature = "blocking", not(target_family = "wasm")))]
pub use cc_runtime::blocking;
pub use cc_runtime::{
    CallOptions, Command, CommandCall, Credentials, Endpoint, Error, ErrorKind, Result, RetryPolicy, Secret,
    Timestamp, Transport, TransportBuilder, expose_secrets,
};

pub use client::{BridgeClient, BridgeClientBuilder};
pub use command::Context;
pub use expiration::{Expiration, ParseExpirationError};
