//! TCP redirections: ports of the platform that lead to applications.

pub use crate::generated::commands::redirection::*;

mod create;
mod ensure;

pub use create::DEFAULT_NAMESPACE;
