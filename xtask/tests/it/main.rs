//! The generator as a maintainer meets it: fixtures in, generated code and messages out.

mod bundle;
mod check;
mod fixtures;
mod models;
mod newcomer;
mod snapshots;
mod surface;
mod workflows;
mod workspace;
