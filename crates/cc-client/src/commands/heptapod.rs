//! Heptapod, where Mercurial repositories are hosted.

pub use crate::generated::commands::heptapod::*;

pub mod model;
