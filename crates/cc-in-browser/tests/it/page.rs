//! The page of `examples/browser`.
