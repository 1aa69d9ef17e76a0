//! Documents of other people: reading, checking, and comparing them with the spec.

pub mod document;
pub mod lint;
mod openapi;
