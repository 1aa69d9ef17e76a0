//! Looking at every command by its type.

use std::fmt::Debug;

use cc_client::{Command, Context};
use schemars::JsonSchema;
use serde::Serialize;
use serde::de::DeserializeOwned;

/// Something that looks at every command that answers once.
pub trait Sweep {
    async fn command<C>(&mut self)
    where
        C: Command<Context = Context> + Debug + Clone + PartialEq + Serialize + DeserializeOwned + JsonSchema,
        C: Send + Sync + Unpin + 'static,
        C::Output: Debug + Clone + PartialEq + Serialize + DeserializeOwned + JsonSchema,
        C::Output: Send + Sync + Unpin + 'static;
}
