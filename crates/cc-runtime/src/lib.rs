//! Foundation of the Clever Cloud SDK: shared types, the transport, and the error type.
//!
#![doc = include_str!("../README.md")]
#![deny(missing_docs, unnameable_types)]

#[cfg(all(feature = "blocking", target_family = "wasm"))]
compile_error!(
    "the feature `blocking` of cc-runtime needs threads that wait, which a browser does not have: leave it out for wasm32-unknown-unknown, \
     and await calls"
);

mod answer;
#[cfg(all(feature = "blocking", not(target_family = "wasm")))]
pub mod blocking;
#[cfg(feature = "schemars")]
pub mod catalog;
mod command;
pub mod credentials;
pub mod de;
mod decimal;
mod decode_error;
mod defaults;
pub mod drift;
mod endpoint;
pub mod ensure;
mod error;
#[cfg(not(target_family = "wasm"))]
#[doc(hidden)]
pub mod file;
mod id;
pub mod input;
mod json_path;
mod lenient;
mod line;
mod lock;
mod macros;
mod money;
mod near;
mod open_enum;
mod operation;
mod operation_info;
mod patch;
mod random;
mod redact;
mod request;
#[cfg(feature = "schemars")]
mod schema;
mod seconds;
mod secret;
mod stage;
pub mod tasks;
mod time;
pub mod transport;
mod union;
mod web_url;

pub use answer::Answer;
pub use cc_one_line::{OneLine, is_harmless, one_line};
pub use command::{Command, CommandAnswer, CommandCall};
pub use credentials::Credentials;
pub use de::{Drift, DriftHandling, DriftKind};
pub use decimal::{Decimal, ParseDecimalError};
pub use defaults::{Defaults, RetryBudget, StreamDefaults};
pub use drift::DriftReport;
pub use endpoint::Endpoint;
pub use ensure::{Ensure, EnsureCall, Ensured};
pub use error::{BoxError, Error, ErrorContext, ErrorKind, FieldContext, Result};
pub use id::*;
pub use money::{Money, ParseMoneyError};
pub use operation::{Discard, Operation, OrNotFound, StreamOperation};
pub use operation_info::OperationInfo;
pub use patch::Patch;
pub use request::{Request, RequestBuilder};
pub use secret::{Secret, SecretJson, ServiceUrl, expose_secrets};
pub use time::{ParseTimestampError, Timestamp, TimestampMillis};
pub use transport::{
    Body, CachePolicy, Call, CallOptions, RetryPolicy, SecretUrl, Transport, TransportBuilder,
};
pub use union::UnknownVariant;

/// Items that the macros and the generated crates need, at a path that does not depend on their own dependencies.
#[doc(hidden)]
pub mod __private {
    pub use bytes::Bytes;
    pub use http;
    #[cfg(feature = "schemars")]
    pub use schemars;
    pub use serde;
    pub use serde_json;

    pub use crate::de::{from_tree, object};
    pub use crate::error::outcome::found;
    pub use crate::open_enum::{input, is_known, met_unknown, read_enum, unknown_value};
    pub use crate::request::{check_path, check_query};
    #[cfg(feature = "schemars")]
    pub use crate::schema::{enum_schema, input_union_schema, union_schema};
    pub use crate::union::{OpenUnion, read_union, tagged_into_value};

    pub mod seconds {
        pub use crate::seconds::{deserialize, option, serialize};
    }
}
