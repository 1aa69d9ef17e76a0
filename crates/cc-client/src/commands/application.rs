//! Applications: programs that the platform builds and runs, with their domains, environment, links and tags.

pub use crate::generated::commands::application::*;

mod branches;
mod create;
mod domain;
mod ensure;
mod environment;
mod get;
mod link;
mod list;
pub mod model;
mod settings;
mod tag;
mod update;

pub use create::{GithubRepository, InstanceChoice};
