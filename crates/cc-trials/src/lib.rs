//! Programs to read and run. Each starts a sandbox of its own, unless it is pointed at a platform:
//!
//! ```sh
//! cargo run --example quickstart
//! cargo run -p cc-call -- --find drain
//! cargo run -p cc-call -- ListZone --sandbox
//! ```
//!
//! The library runs the examples in the documentation of `cc-client`.

pub mod memory;

use std::sync::Arc;

use cc_client::{Client, Result, catalog};
use cc_sandbox::{Extent, Ids, Sandbox};
use serde::de::DeserializeOwned;
use serde_json::Value;

/// Inputs of a command that its schema allows.
#[derive(Debug)]
pub struct Inputs(Value);

impl Inputs {
    /// The input of this name.
    ///
    /// # Panics
    /// When the command has no such input, or it is of another type.
    pub fn get<T: DeserializeOwned>(&self, name: &str) -> T {
        let value =
            self.0.get(name).unwrap_or_else(|| panic!("unknown input `{name}`: the inputs are {}", self.0));
        serde_json::from_value(value.clone()).unwrap_or_else(|error| panic!("`{name}` is {value}: {error}"))
    }
}

/// Runs an example of a command against a sandbox whose answers follow only from the spec.
///
/// # Panics
/// If the command does not exist, the example fails, or a request violates the spec.
pub fn try_out(command: &str, example: impl AsyncFnOnce(Client, Inputs) -> Result<()>) {
    let sandbox = Arc::new(Sandbox::builder().stateless(true).in_memory());
    let command = catalog::get(command).unwrap_or_else(|| panic!("unknown command {command}"));
    let mut inputs = sandbox.samples().values(&command.input_schema().to_value(), Extent::Whole);
    let inputs = Inputs(inputs.swap_remove(0));
    block_on(example(memory::client(&sandbox), inputs));
}

/// Runs an example against a sandbox that remembers what happened.
///
/// # Panics
/// When the example fails, or when a request is not what the spec takes.
pub fn run(example: impl AsyncFnOnce(Client, Ids) -> Result<()>) {
    let sandbox = Arc::new(Sandbox::builder().in_memory());
    block_on(example(memory::client(&sandbox), sandbox.ids()));
}

/// Time passes when there is nothing else to do.
fn block_on(example: impl Future<Output = Result<()>>) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().start_paused(true).build();
    runtime.expect("a runtime of one thread needs nothing").block_on(example).unwrap();
}
