//! Whose turn it is to ask the platform, when many miss the same at once.

use std::any::Any;
use std::fmt;

/// What a store says to one who does not find what it looked for.
#[derive(Debug)]
#[non_exhaustive]
pub enum Turn<T> {
    /// It is the caller's turn to ask the platform, and to put the answer into the store.
    Ask(Ticket),
    /// Somebody else has asked meanwhile: this came.
    Kept(T),
}

impl<T> Turn<T> {
    /// The turn of everybody: of stores that nobody else fills.
    #[must_use]
    pub fn anyone() -> Self {
        Self::Ask(Ticket(None))
    }
}

/// Who holds it may ask the platform. The turn ends when it is dropped, whatever became of the answer.
pub struct Ticket(Option<Box<dyn Any + Send + Sync>>);

impl Ticket {
    /// A ticket that holds what the store wants back, and whose end it notices by its `Drop`.
    #[must_use]
    pub fn new(held: impl Any + Send + Sync) -> Self {
        Self(Some(Box::new(held)))
    }

    /// The ticket of one who does not wait for a turn.
    #[must_use]
    pub fn none() -> Self {
        Self(None)
    }

    /// What the store put into it.
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
