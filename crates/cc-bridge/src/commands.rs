//! Everything that can be done with API tokens.

mod create;
mod delete;
mod list;
mod rotate;
mod update;

pub use create::CreateApiToken;
pub use delete::DeleteApiToken;
pub use list::ListApiToken;
pub use rotate::{RotateApiToken, RotatedApiToken};
pub use update::UpdateApiToken;
