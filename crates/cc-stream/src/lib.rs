//! Server-Sent Events with reconnection, health checks and gap detection.
//!
#![doc = include_str!("../README.md")]
#![deny(missing_docs, unnameable_types)]

mod buffer;
mod callbacks;
mod clock;
mod connect;
mod connection;
mod continuity;
mod decoder;
mod driver;
mod error;
mod event;
mod format;
mod handle;
#[cfg(feature = "reqwest")]
mod http_client;
mod items;
mod local;
pub mod machine;
mod reader;
mod retry;
mod runtime;
mod settings;
mod stream;
mod watch;

pub use callbacks::Observed;
#[cfg(target_family = "wasm")]
pub use clock::BrowserClock;
#[cfg(not(target_family = "wasm"))]
pub use clock::TokioClock;
pub use clock::{Clock, Sleep};
pub use connect::{Attempt, Body, Connect, ConnectFn, MaybeSend, MaybeSync, Response, connect_fn};
pub use continuity::{Continuity, Cursor, Fingerprints, Tracker, Verdict};
#[cfg(fuzzing)]
pub use decoder::meter;
pub use decoder::{Decoder, Event, Frame, Limits, Oversize};
pub use error::{BoxError, ErrorKind, Result, StreamError};
pub use event::{EndReason, Gap, GapCause, Item, Opened, RawEvent, Retrying, StreamEvent};
pub use format::Format;
pub use handle::StreamHandle;
#[cfg(feature = "reqwest")]
pub use http_client::HttpClient;
pub use items::{Delivery, Items};
pub use machine::State;
pub use retry::{Retry, Wishes};
pub use settings::{ErrorEvents, Overflow, Settings};
pub use stream::EventStream;
