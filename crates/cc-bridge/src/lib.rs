//! API tokens of Clever Cloud: what stands for a user in scripts and programs.
//!
//! ```no_run
//! # async fn example() -> cc_bridge::Result<()> {
//! use std::time::Duration;
//!
//! use cc_bridge::commands::CreateApiToken;
//! use cc_bridge::{BridgeClient, Credentials};
//!
//! // Creation needs nothing but what is in it; everything else is signed with OAuth 1.
//! let client = BridgeClient::new(Credentials::None)?;
//! let month = Duration::from_secs(30 * 86_400);
//! let token = client.send(CreateApiToken::new("ada@example.com", "password", "laptop", month)).await?;
//! println!("{} is {}", token.api_token_id, token.state);
//! # Ok(()) }
//! ```

#![deny(missing_docs)]
#![cfg_attr(docsrs, feature(doc_cfg))]

#[cfg(feature = "catalog")]
pub mod catalog;
mod client;
mod command;
pub mod commands;
mod expiration;
pub mod model;

pub use cc_runtime as runtime;
pub use cc_runtime::{
    CallOptions, CommandCall, Credentials, Endpoint, Error, ErrorKind, Result, RetryPolicy, Secret,
    Timestamp, Transport, TransportBuilder,
};

pub use client::{BridgeClient, BridgeClientBuilder};
pub use command::{Command, Context};
pub use expiration::Expiration;

/// The examples of the page that people see first.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
