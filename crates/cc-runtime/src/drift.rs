//! Reports of differences between answers and the spec, each once.
//!
//! A [`Transport`](crate::Transport) reports each place once: it calls [`Hooks::on_drift`](crate::transport::Hooks::on_drift), and
//! emits an event of `tracing` with the target `cc_runtime::drift`. Later answers with the same difference are counted. A report has
//! the place and the types, never a value.
//!
//! Without the feature `drift`, only values that could not be read as the spec describes them are reported, because plain decoding
//! ignores everything else. With it, a decode also notes unknown enum values, unknown variants of unions, unknown fields, absent
//! fields that the spec requires, and null in their place.
//!
//! `cargo xtask drift` turns the lines of a [`DriftFile`] into a proposal of changes to the spec.

#[cfg(not(target_family = "wasm"))]
mod file;
mod registry;
mod report;

#[cfg(not(target_family = "wasm"))]
pub use file::DriftFile;
#[cfg(feature = "drift")]
pub(crate) use registry::Hash;
pub(crate) use registry::Registry;
pub use report::DriftReport;

/// `true` if decoding reports what it ignores: the feature `drift` is on.
pub const IS_ON: bool = cfg!(feature = "drift");

/// Target of the events that `tracing` receives.
pub const TARGET: &str = "cc_runtime::drift";
