//! Keeps answers for a while.

mod policy;
mod store;

pub use policy::{CacheMode, CachePolicy};
pub use store::{CacheKey, CacheStore, CachedAnswer, StoreFuture};
