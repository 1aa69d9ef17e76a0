//! The Clever Cloud SDK as a module for JavaScript.
//!
//! `js/` holds what JavaScript imports; it calls `src/sdk.rs`, in JSON. `types/commands.d.ts` is written from the catalogues.

pub mod commands;
pub mod numbers;
#[cfg(target_family = "wasm")]
pub mod sdk;
#[cfg(not(target_family = "wasm"))]
pub mod types;
