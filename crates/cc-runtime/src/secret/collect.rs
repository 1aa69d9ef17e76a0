//! Notes which secrets a body is made of, while it is encoded.

use std::cell::RefCell;

use super::Secret;

thread_local! {
    /// `None` while no collection is active.
    static NOTED: RefCell<Option<Vec<Secret>>> = const { RefCell::new(None) };
}

/// Restores the outer collection, even if encoding panics.
struct Outer(Option<Vec<Secret>>);

impl Drop for Outer {
    fn drop(&mut self) {
        NOTED.with_borrow_mut(|noted| *noted = self.0.take());
    }
}

/// Runs `encode`, and gives its result with the secrets that were encoded in it.
pub(crate) fn collecting<T>(encode: impl FnOnce() -> T) -> (T, Vec<Secret>) {
    let _outer = Outer(NOTED.replace(Some(Vec::new())));
    let encoded = encode();
    (encoded, NOTED.take().unwrap_or_default())
}

/// Returns `true` while the body of a request is being encoded on this thread.
pub(crate) fn is_collecting() -> bool {
    NOTED.with_borrow(Option::is_some)
}

/// Refuses to send the mask of a secret in the place of its value.
pub(super) fn refuse_mask<E: serde::ser::Error>(is_mask: bool) -> Result<(), E> {
    if is_mask {
        return Err(E::custom(super::hide::MASK_REFUSED));
    }
    Ok(())
}

/// Notes a secret that is being encoded.
pub(super) fn note(secret: &Secret) {
    NOTED.with_borrow_mut(|noted| {
        if let Some(noted) = noted {
            noted.push(secret.clone());
        }
    });
}
