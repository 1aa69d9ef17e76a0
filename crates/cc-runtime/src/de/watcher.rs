//! What a decode tells of an answer that it reads although it differs from the spec. Without the feature `drift`, nothing.

use std::marker::PhantomData;

use serde::{Deserialize, Deserializer};

use super::{DriftKind, Place};

/// Receives the differences that a decode meets.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Watcher<'w> {
    #[cfg(feature = "drift")]
    to: To<'w>,
    lifetime: PhantomData<&'w ()>,
}

/// How a field is read.
pub(super) trait How<'de, T> {
    fn read<D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error>;
}

/// [`null_as_default`](super::null_as_default).
pub(super) struct Single;

/// [`list`](super::list).
pub(super) struct Listed;

impl<'de, T: Deserialize<'de> + Default> How<'de, T> for Single {
    #[inline]
    fn read<D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
        super::null_as_default(deserializer)
    }
}

impl<'de, T: Deserialize<'de>> How<'de, Vec<T>> for Listed {
    #[inline]
    fn read<D: Deserializer<'de>>(deserializer: D) -> Result<Vec<T>, D::Error> {
        super::list(deserializer)
    }
}

#[cfg(feature = "drift")]
mod on {
    use std::cell::RefCell;
    use std::fmt;

    use serde::de::{DeserializeOwned, Visitor};

    use super::super::Cause;
    use super::super::token;
    use super::super::watch::{self, Sink};
    use super::{Deserializer, DriftKind, How, PhantomData, Place, Watcher, signal};

    /// Receiver of the differences.
    #[derive(Clone, Copy, Default)]
    pub(super) enum To<'w> {
        /// None: nobody asked.
        #[default]
        Nothing,
        /// That of the whole answer.
        Sink(&'w Sink<'w>),
        /// The differences of a part of an answer, whose place its reader does not know.
        Part(&'w RefCell<Vec<Met>>),
    }

    /// A difference in a part of an answer.
    #[derive(Debug)]
    pub(in super::super) struct Met {
        /// JSON pointer from the part.
        pub(in super::super) pointer: String,
        pub(in super::super) kind: DriftKind,
        pub(in super::super) expected: Option<&'static str>,
        pub(in super::super) found: Option<&'static str>,
    }

    impl fmt::Debug for To<'_> {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("To")
        }
    }

    impl<'w> Watcher<'w> {
        pub(crate) fn of(sink: &'w Sink<'w>) -> Self {
            Self { to: To::Sink(sink), lifetime: PhantomData }
        }

        pub(in super::super) fn is_on(&self) -> bool {
            !matches!(self.to, To::Nothing)
        }

        #[cold]
        pub(in super::super) fn note(
            &self,
            place: &Place<'_>,
            kind: DriftKind,
            expected: Option<&'static str>,
            found: Option<&'static str>,
        ) {
            let met = || Met { pointer: place.pointer(), kind, expected, found };
            match self.to {
                To::Nothing => {}
                To::Sink(sink) => sink.met(met()),
                To::Part(parts) => parts.borrow_mut().push(met()),
            }
        }

        /// Notes why an answer could not be read.
        #[cold]
        pub(crate) fn note_failure(&self, cause: Cause) {
            if let To::Sink(sink) = self.to {
                sink.failed(cause);
            }
        }

        /// Decodes JSON with `serde_json`, and notes the differences that it does not mind.
        pub(crate) fn read<T: DeserializeOwned>(&self, text: &[u8]) -> serde_json::Result<T> {
            match self.to {
                To::Sink(sink) => watch::from_slice(text, sink),
                To::Nothing | To::Part(_) => serde_json::from_slice(text),
            }
        }
    }

    /// Reads a part of an answer. Its differences wait for the reader of the whole, if there is one.
    pub(in super::super) fn part<R>(read: impl FnOnce(Watcher<'_>) -> R) -> R {
        if !signal::is_watching() {
            return read(Watcher::default());
        }
        let met = RefCell::default();
        let outcome = read(Watcher { to: To::Part(&met), lifetime: PhantomData });
        let met = met.into_inner();
        if !met.is_empty() {
            signal::add_parts(met);
        }
        outcome
    }

    /// Reads a field that the spec requires: the reader learns that null is a difference.
    #[inline]
    pub(in super::super) fn expected<'de, D, T, H>(deserializer: D) -> Result<T, D::Error>
    where
        D: Deserializer<'de>,
        H: How<'de, T>,
    {
        struct Expected<T, H>(PhantomData<(T, H)>);

        impl<'de, T, H: How<'de, T>> Visitor<'de> for Expected<T, H> {
            type Value = T;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a value")
            }

            #[inline(always)]
            fn visit_newtype_struct<D: Deserializer<'de>>(self, deserializer: D) -> Result<T, D::Error> {
                H::read(deserializer)
            }
        }

        deserializer.deserialize_newtype_struct(token::EXPECTED, Expected::<T, H>(PhantomData))
    }
}

#[cfg(not(feature = "drift"))]
mod off {
    use serde::de::DeserializeOwned;

    use super::super::Cause;
    use super::{Deserializer, DriftKind, How, Place, Watcher};

    impl Watcher<'_> {
        pub(in super::super) fn is_on(self) -> bool {
            false
        }

        pub(in super::super) fn note(
            self,
            _: &Place<'_>,
            _: DriftKind,
            _: Option<&'static str>,
            _: Option<&'static str>,
        ) {
        }

        pub(crate) fn note_failure(self, _: Cause) {}

        pub(crate) fn read<T: DeserializeOwned>(self, text: &[u8]) -> serde_json::Result<T> {
            serde_json::from_slice(text)
        }
    }

    pub(in super::super) fn part<R>(read: impl FnOnce(Watcher<'_>) -> R) -> R {
        read(Watcher::default())
    }

    #[inline]
    pub(in super::super) fn expected<'de, D, T, H>(deserializer: D) -> Result<T, D::Error>
    where
        D: Deserializer<'de>,
        H: How<'de, T>,
    {
        H::read(deserializer)
    }
}

#[cfg(not(feature = "drift"))]
pub(super) use off::{expected, part};
#[cfg(feature = "drift")]
use on::To;
#[cfg(feature = "drift")]
pub(super) use on::{Met, expected, part};

/// Signals from types to the reader that calls them: `serde` has no other way for them. Each is taken by the reader before it
/// goes on, on the same thread.
#[cfg(feature = "drift")]
pub(crate) mod signal {
    use std::cell::{Cell, RefCell};

    use super::Met;

    thread_local! {
        static WATCHING: Cell<bool> = const { Cell::new(false) };
        static UNKNOWN: Cell<bool> = const { Cell::new(false) };
        static ABSENT: Cell<u128> = const { Cell::new(0) };
        static HAS_PARTS: Cell<bool> = const { Cell::new(false) };
        static PARTS: RefCell<Vec<Met>> = const { RefCell::new(Vec::new()) };
    }

    /// An enum or a union kept a value that it does not know.
    #[cold]
    pub(crate) fn unknown() {
        UNKNOWN.set(true);
    }

    #[inline]
    pub(crate) fn take_unknown() -> bool {
        UNKNOWN.get() && UNKNOWN.replace(false)
    }

    /// An expected field of a struct was absent. Of more than 128 fields, the first 128 are known.
    #[inline]
    pub(crate) fn absent(field: usize) {
        let bit = u32::try_from(field).ok().and_then(|field| 1_u128.checked_shl(field)).unwrap_or_default();
        all_absent(bit);
    }

    /// Expected fields of a struct were absent, a bit for each.
    #[inline]
    pub(crate) fn all_absent(fields: u128) {
        if fields != 0 {
            ABSENT.set(ABSENT.get() | fields);
        }
    }

    #[inline]
    pub(crate) fn take_absent() -> u128 {
        match ABSENT.get() {
            0 => 0,
            fields => {
                ABSENT.set(0);
                fields
            }
        }
    }

    /// Names of the fields that were absent.
    pub(crate) fn names(absent: u128, fields: &'static [&'static str]) -> impl Iterator<Item = &'static str> {
        fields
            .iter()
            .take(128)
            .enumerate()
            .filter(move |(at, _)| absent >> at & 1 == 1)
            .map(|(_, name)| *name)
    }

    pub(super) fn is_watching() -> bool {
        WATCHING.get()
    }

    #[cold]
    pub(super) fn add_parts(met: Vec<Met>) {
        HAS_PARTS.set(true);
        PARTS.with_borrow_mut(|parts| parts.extend(met));
    }

    #[inline]
    pub(crate) fn has_parts() -> bool {
        HAS_PARTS.get()
    }

    #[cold]
    pub(in super::super) fn take_parts() -> Vec<Met> {
        HAS_PARTS.set(false);
        PARTS.take()
    }

    /// The time of one decode: signals that nobody took before are dropped.
    pub(in super::super) struct Watching(bool);

    impl Watching {
        pub(in super::super) fn start() -> Self {
            take_unknown();
            take_absent();
            if has_parts() {
                take_parts();
            }
            Self(WATCHING.replace(true))
        }
    }

    impl Drop for Watching {
        fn drop(&mut self) {
            WATCHING.set(self.0);
        }
    }
}

/// Signals that nobody receives: the feature `drift` is off.
#[cfg(not(feature = "drift"))]
pub(crate) mod signal {
    #[inline]
    pub(crate) const fn unknown() {}

    #[inline]
    pub(crate) const fn absent(_: usize) {}

    #[inline]
    pub(crate) const fn all_absent(_: u128) {}

    pub(crate) const fn take_unknown() -> bool {
        false
    }

    pub(crate) const fn take_absent() -> u128 {
        0
    }

    pub(crate) fn names(_: u128, _: &'static [&'static str]) -> impl Iterator<Item = &'static str> {
        std::iter::empty()
    }
}
