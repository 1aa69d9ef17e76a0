//! Decides whether secrets are written as they are or as `***`.

use std::cell::Cell;

/// Written in the place of a secret.
pub(crate) const HIDDEN: &str = "***";

/// Refuses the mask where a value is needed.
pub(crate) const MASK_REFUSED: &str = "this is the mask of a hidden value (`***`), not the value: read it again and write it inside of `expose_secrets`";

thread_local! {
    static EXPOSING: Cell<bool> = const { Cell::new(false) };
}

/// Restores the outer state, even if encoding panics.
struct Outer(bool);

impl Drop for Outer {
    fn drop(&mut self) {
        EXPOSING.set(self.0);
    }
}

fn within<T>(exposing: bool, encode: impl FnOnce() -> T) -> T {
    let _outer = Outer(EXPOSING.replace(exposing));
    encode()
}

/// Runs `encode`, in which `Serialize` writes secrets as they are. Everywhere else it writes `***` in their place.
///
/// It works with every serializer, and ends with `encode`, even if that panics. It holds for the current thread only, and a future that
/// `encode` returns runs outside: nothing that another task writes in the meantime is exposed. The bodies of requests need no call:
/// secrets are sent as they are.
///
/// ```
/// use cc_runtime::{Secret, expose_secrets};
///
/// let password = Secret::from("hunter2");
/// assert_eq!(serde_json::to_string(&password)?, r#""***""#);
/// assert_eq!(expose_secrets(|| serde_json::to_string(&password))?, r#""hunter2""#);
/// # Ok::<(), serde_json::Error>(())
/// ```
pub fn expose_secrets<T>(encode: impl FnOnce() -> T) -> T {
    within(true, encode)
}

/// Runs `encode`, in which secrets are written as `***`, also inside of [`expose_secrets`].
#[cfg_attr(not(feature = "schemars"), allow(dead_code))] // The catalogue needs it.
pub(crate) fn hiding<T>(encode: impl FnOnce() -> T) -> T {
    within(false, encode)
}

/// Returns `true` if secrets are to be written as `***`.
pub(super) fn is_hiding() -> bool {
    !EXPOSING.get()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_scope_ends_with_its_closure_even_if_that_panics() {
        assert!(is_hiding());
        expose_secrets(|| {
            assert!(!is_hiding());
            hiding(|| assert!(is_hiding()));
            assert!(!is_hiding());
            std::thread::scope(|scope| scope.spawn(|| assert!(is_hiding())).join()).unwrap();
        });
        assert!(is_hiding());
        std::panic::catch_unwind(|| expose_secrets(|| panic!("an encoder that fails"))).unwrap_err();
        assert!(is_hiding());
        let later = expose_secrets(|| async { is_hiding() });
        assert!(futures_util::FutureExt::now_or_never(later).unwrap());
    }
}
