//! Chooses one of several concurrent cache misses to send the request.

use std::any::Any;
use std::fmt;

/// Answer of a store to a cache miss.
#[derive(Debug)]
#[non_exhaustive]
pub enum Turn<T> {
    /// The caller sends the request, and puts the answer into the store.
    Ask(Ticket),
    /// Somebody else has asked meanwhile: this came.
    Kept(T),
}

impl<T> Turn<T> {
    /// Returns a turn for any caller: for stores that nothing else fills.
    #[must_use]
    pub fn anyone() -> Self {
        Self::Ask(Ticket(None))
    }
}

/// The right to send the request. It ends when it is dropped, with or without an answer.
pub struct Ticket(Option<Box<dyn Any + Send + Sync>>);

impl Ticket {
    /// A ticket that holds a value of the store, which notices its end by `Drop`.
    #[must_use]
    pub fn new(held: impl Any + Send + Sync) -> Self {
        Self(Some(Box::new(held)))
    }

    /// The ticket of one who does not wait for a turn.
    #[must_use]
    pub fn none() -> Self {
        Self(None)
    }

    /// Returns the value that the store attached.
    #[must_use]
    pub fn held<T: 'static>(&self) -> Option<&T> {
        self.0.as_ref()?.downcast_ref()
    }
}

impl fmt::Debug for Ticket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Ticket")
    }
}
