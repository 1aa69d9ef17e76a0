//! Everything the crate promises, from outside.

mod decoder;
mod support;
