//! What stays on its thread in a browser, and need not be `Send` there, as a part of a stream that is `Send` everywhere.

#[cfg(not(target_family = "wasm"))]
mod target {
    /// Returns it as it is.
    #[inline]
    pub(crate) fn local<T>(part: T) -> T {
        part
    }

    /// Calls a function that [`local`] returned.
    #[inline]
    pub(crate) fn call<A, R>(function: &mut impl FnMut(A) -> R, argument: A) -> R {
        function(argument)
    }
}

#[cfg(target_family = "wasm")]
mod target {
    use send_wrapper::SendWrapper;

    /// Makes it `Send`: from another thread it can be neither used nor dropped.
    pub(crate) fn local<T>(part: T) -> SendWrapper<T> {
        SendWrapper::new(part)
    }

    /// Calls a function that [`local`] returned.
    pub(crate) fn call<A, R, F: FnMut(A) -> R>(function: &mut SendWrapper<F>, argument: A) -> R {
        (**function)(argument)
    }
}

pub(crate) use target::{call, local};

/// A number that differs from process to process, and from page to page.
#[cfg(not(target_family = "wasm"))]
pub(crate) fn chance() -> u64 {
    use std::hash::{BuildHasher, RandomState};
    RandomState::new().hash_one(())
}

/// A number that differs from process to process, and from page to page. The standard library's own source is the same for all pages.
#[cfg(target_family = "wasm")]
pub(crate) fn chance() -> u64 {
    let mut bytes = [0; 8];
    match cc_browser::random::fill(&mut bytes) {
        Ok(()) => u64::from_ne_bytes(bytes),
        Err(_) => 0,
    }
}
