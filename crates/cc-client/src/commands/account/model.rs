//! Outputs of the commands of accounts.

mod oauth_token;
mod profile;
mod summary;

pub use oauth_token::*;
pub use profile::*;
pub use summary::*;
