//! The contract of the SDK: promises that hold on every target, as cases that a runner executes there.
//!
#![doc = include_str!("../README.md")]

#[cfg(target_family = "wasm")]
pub mod browser;
mod cases;
mod failure;
#[cfg(target_family = "wasm")]
pub mod probes;
mod world;

use std::fmt;
use std::future::Future;
use std::pin::Pin;

pub use failure::{Failure, Outcome};
pub use world::{MaybeSend, Waiting, World};

/// A case that runs. It is `Send` natively.
#[cfg(not(target_family = "wasm"))]
pub type Running = Pin<Box<dyn Future<Output = Outcome> + Send>>;
/// A case that runs. It is `Send` natively.
#[cfg(target_family = "wasm")]
pub type Running = Pin<Box<dyn Future<Output = Outcome>>>;

/// A promise, and the code that finds out whether it holds. No case knows its target.
#[derive(Clone, Copy)]
pub struct Case {
    /// The part of the SDK that it is about, such as `requests`.
    pub group: &'static str,
    /// The promise as a sentence, such as `a_lost_connection_is_repeated`. It is unique.
    pub name: &'static str,
    run: fn(World) -> Running,
}

impl Case {
    /// Runs the case in a world of its own.
    pub fn run(&self, world: World) -> Running {
        (self.run)(world)
    }
}

impl fmt::Debug for Case {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}::{}", self.group, self.name)
    }
}

/// All cases, by group.
#[must_use]
pub fn cases() -> &'static [Case] {
    cases::ALL
}

/// The case of this name.
#[must_use]
pub fn case(name: &str) -> Option<&'static Case> {
    cases().iter().find(|case| case.name == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_name_is_of_one_case() {
        for wanted in cases() {
            let same = cases().iter().filter(|case| case.name == wanted.name).count();
            assert_eq!(same, 1, "{wanted:?}");
        }
    }
}
