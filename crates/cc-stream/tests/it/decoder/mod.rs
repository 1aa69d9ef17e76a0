//! The decoder against the standard, against itself, and against its peers.

mod peers;
mod properties;
mod vectors;
