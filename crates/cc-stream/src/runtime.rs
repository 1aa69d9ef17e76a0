//! Panics of tokio as errors: it has no way to ask beforehand whether a timer or I/O can be used.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

use crate::error::{ErrorKind, Result, StreamError};

/// Runs a step, and turns the panic of tokio, which lacks its runtime or a part of it, into an error. Any other panic goes on.
#[inline]
pub(crate) fn guarded<T>(step: impl FnOnce() -> T) -> Result<T> {
    catch_unwind(AssertUnwindSafe(step)).or_else(|panic| unusable(panic))
}

#[cold]
fn unusable<T>(panic: Box<dyn Any + Send>) -> Result<T> {
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    match text.or_else(|| panic.downcast_ref().cloned()) {
        Some(text) if text.contains("Tokio 1.x") => {
            Err(StreamError::new(ErrorKind::Runtime).with_source(text))
        }
        _ => resume_unwind(panic),
    }
}
