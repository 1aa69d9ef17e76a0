//! Programs to read and run. Each starts a sandbox of its own, unless it is pointed at a platform:
//!
//! ```sh
//! cargo run --example quickstart
//! cargo run --example call -- --find drain
//! cargo run --example call -- ListZone
//! ```
