//! The generator as a maintainer meets it: fixtures in, generated code and messages out.

mod bundle;
mod chain;
mod changes;
mod check;
mod diff;
mod drift;
mod fixtures;
mod import;
mod models;
mod newcomer;
mod program;
mod snapshots;
mod surface;
mod workflows;
mod workspace;
