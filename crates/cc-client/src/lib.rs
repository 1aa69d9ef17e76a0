//! The client of the Clever Cloud SDK: typed commands for the platform.
//!
#![doc = include_str!("../README.md")]
#![deny(missing_docs, unnameable_types)]
#![cfg_attr(docsrs, feature(doc_cfg))]

#[cfg(all(feature = "redis", target_family = "wasm"))]
compile_error!(
    "the feature `redis` of cc-client needs sockets, which a browser does not have: leave it out for wasm32-unknown-unknown"
);

pub mod api;
pub mod app_status;
#[cfg(not(target_family = "wasm"))]
mod atomic_file;
mod binary;
#[cfg(feature = "catalog")]
pub mod catalog;
mod client;
mod command;
pub mod commands;
mod context;
pub mod date_format;
mod declare;
pub mod domain_diagnosis;
pub mod domain_name;
pub mod env;
pub mod fan_out;
#[rustfmt::skip]
mod generated;
#[cfg(any(feature = "redis", target_family = "wasm", test))]
mod kept_answer;
mod lists;
#[cfg(any(target_family = "wasm", test))]
pub mod local_storage;
pub mod model;
mod name_order;
pub mod network_group_ids;
pub mod payment_problem;
pub mod poll;
pub mod prelude;
#[cfg(all(feature = "redis", not(target_family = "wasm")))]
pub mod redis;
pub mod resolve;
#[allow(dead_code)] // Which domains are on decides whether a command takes a time.
#[cfg(feature = "oauth")]
pub mod sign_in;
#[cfg(feature = "stream")]
pub mod stream;
pub mod version_order;

pub use cc_runtime as runtime;
#[cfg(all(feature = "blocking", not(target_family = "wasm")))]
pub use cc_runtime::blocking;
pub use cc_runtime::ensure;
pub use cc_runtime::transport::SecretUrl;
pub use cc_runtime::{
    Answer, CachePolicy, CallOptions, Command, CommandCall, Credentials, Decimal, Defaults, Endpoint, Ensure,
    EnsureCall, Ensured, Error, ErrorKind, Money, Result, RetryPolicy, Secret, Timestamp, Transport,
    TransportBuilder, expose_secrets,
};

pub use binary::Binary;
pub use client::{Client, ClientBuilder};
pub use command::UrlCommand;
pub use context::Context;
pub use resolve::{Ids, ResolvedIds, Resolver, Subject};
