//! Safe creation: looks for a thing before it creates it, and again before it tries once more.
//!
//! A retried creation makes two of a kind: two billed add-ons, two drains that deliver each line twice. The client therefore
//! never sends a `POST` again by itself, and `ensure` is the safe way to try again. It
//!
//! 1. looks for a thing with the same natural key (owner, kind, name), and returns it if there is one;
//! 2. creates it otherwise;
//! 3. after a lost answer, a 503 or any other failure that leaves the outcome open, looks for as long as the platform may take
//!    to show what was created ([`Ensure::VISIBLE_WITHIN`]), and only then tries again;
//! 4. looks once more after a creation, so that a duplicate made by another process at the same moment is an error that names
//!    both ([`ErrorKind::Ambiguous`](crate::ErrorKind::Ambiguous)).
//!
//! Calls of one process (of one client and its clones) never create the same thing at once. Processes that share a
//! [`CreationLock`] do not either: then there are no duplicates at all.

mod call;
mod difference;
mod engine;
mod key;
mod lock;
mod pace;

use std::future::Future;
use std::ops::Deref;
use std::time::Duration;

use crate::command::Command;
use crate::error::Result;

pub use call::EnsureCall;
pub use difference::{Difference, Differences};
pub use key::NaturalKey;
pub use lock::{CreationLock, LockFuture};

pub use engine::Creations;

/// A command that creates a thing with a natural key, so that a client can find the thing instead of making a second one.
///
/// The commands of `cc-client` and `cc-bridge` that create such things implement it.
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not create a thing that can be looked for first",
    label = "not a command for `ensure`",
    note = "`ensure` takes the commands that create something with a natural key, such as `CreateApplication` or `CreateAddon`; send others with `client.send(…)`"
)]
pub trait Ensure: Command + Clone {
    /// The thing that is created or found.
    type Thing: Send + 'static;

    /// `true` if creating twice still gives one thing, such as a domain of an application. Such a creation needs no lock and
    /// no waiting before it is tried again. Default: `false`.
    const REPEATABLE: bool = false;

    /// The longest time the platform may take to show a thing in its lists after the creation.
    ///
    /// Default: 10 s. No source states it: reads right after a creation usually show it, and this is a margin.
    const VISIBLE_WITHIN: Duration = Duration::from_secs(10);

    /// Returns the natural key: what makes two things the same one.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidInput`](crate::ErrorKind::InvalidInput) if the command lacks a part of the key.
    fn key(&self) -> Result<NaturalKey>;

    /// Reads the things with the same natural key from the platform. The context bypasses the response cache.
    ///
    /// # Errors
    /// Those of the requests.
    fn look(&self, cx: &Self::Context) -> impl Future<Output = Result<Vec<Self::Thing>>> + Send;

    /// Returns the id of a thing, or another text that tells it from others with the same key. Errors list it.
    fn id(thing: &Self::Thing) -> String;

    /// Creates the thing.
    ///
    /// # Errors
    /// Those of the command.
    fn create(self, cx: &Self::Context) -> impl Future<Output = Result<Self::Thing>> + Send;

    /// Returns the fields of a found thing that differ from the inputs of the command. Inputs that are not set are not compared.
    /// Default: none.
    fn compare(&self, _found: &Self::Thing) -> Differences {
        Differences::new()
    }

    /// Changes the fields of a found thing that differ and [can be changed](Difference::can_change). It is called only if there
    /// are some. Default: nothing is changed.
    ///
    /// # Errors
    /// Those of the requests.
    fn update(
        self,
        found: Self::Thing,
        _differences: &Differences,
        _cx: &Self::Context,
    ) -> impl Future<Output = Result<Self::Thing>> + Send {
        std::future::ready(Ok(found))
    }
}

/// Result of `ensure`: the thing, and whether it was created, found or updated. It derefs to the thing.
#[derive(Debug, Clone, PartialEq)]
pub enum Ensured<T> {
    /// There was none, and this call created it.
    Created(T),
    /// It was there. Its [`differences`](Existing::differences) are those that `ensure` left as they are.
    Found(Existing<T>),
    /// It was there, and the fields that differed and can be changed were changed. Its
    /// [`differences`](Existing::differences) name them, with their values before.
    Updated(Existing<T>),
}

/// A thing that was there before, and how it differed from the inputs of the command. It derefs to the thing.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Existing<T> {
    /// The thing; after an update, as it is now.
    pub value: T,
    /// The fields in which the thing differed from the inputs when it was found.
    pub differences: Differences,
}

impl<T> Ensured<T> {
    /// Returns the thing alone.
    pub fn into_inner(self) -> T {
        match self {
            Self::Created(value) => value,
            Self::Found(existing) | Self::Updated(existing) => existing.value,
        }
    }

    /// Returns the fields in which a found thing differed from the inputs of the command; none if it was created.
    pub fn differences(&self) -> &Differences {
        static NONE: Differences = Differences::new();
        match self {
            Self::Created(_) => &NONE,
            Self::Found(existing) | Self::Updated(existing) => &existing.differences,
        }
    }

    /// Returns `true` if this call created the thing.
    pub fn is_created(&self) -> bool {
        matches!(self, Self::Created(_))
    }

    /// Returns `true` if the thing was there and this call changed nothing.
    pub fn is_found(&self) -> bool {
        matches!(self, Self::Found(_))
    }

    /// Returns `true` if the thing was there and this call changed some of its fields.
    pub fn is_updated(&self) -> bool {
        matches!(self, Self::Updated(_))
    }
}

impl<T> Deref for Ensured<T> {
    type Target = T;

    fn deref(&self) -> &T {
        match self {
            Self::Created(value) => value,
            Self::Found(existing) | Self::Updated(existing) => &existing.value,
        }
    }
}

impl<T> Existing<T> {
    /// Returns the thing alone.
    pub fn into_inner(self) -> T {
        self.value
    }

    /// Returns the fields in which the thing differed from the inputs when it was found.
    pub fn differences(&self) -> &Differences {
        &self.differences
    }
}

impl<T> Deref for Existing<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.value
    }
}
