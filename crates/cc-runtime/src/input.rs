//! Values that setters of optional inputs take: with or without an `Option` around them.
//!
//! The second parameter of each trait only tells the compiler which implementation is meant: [`Plain`] for a value, [`Optional`]
//! for an `Option`. Callers never name it.
//!
//! ```
//! use cc_runtime::ApplicationId;
//! use cc_runtime::input::IntoOption;
//!
//! fn version<Kind>(version: impl IntoOption<String, Kind>) -> Option<String> {
//!     version.into_option()
//! }
//!
//! let owned = String::from("16");
//! assert_eq!(version("16").as_deref(), Some("16"));
//! assert_eq!(version(&owned), version(Some(owned.as_str())));
//! assert_eq!(version(Some(owned)).as_deref(), Some("16"));
//! assert_eq!(version(ApplicationId::from("app_1")).as_deref(), Some("app_1"));
//! assert_eq!(version(None::<&str>), None);
//! ```

use std::collections::BTreeMap;

use crate::patch::Patch;

/// Marks implementations for values.
#[derive(Debug, Clone, Copy)]
pub enum Plain {}

/// Marks implementations for an `Option` of a value.
#[derive(Debug, Clone, Copy)]
pub enum Optional {}

/// A value for an optional input of type `T`: a `T`, everything that converts into it, or an `Option` of one. `None` leaves the
/// input unset.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a value for an optional input of type `{T}`",
    note = "pass a `{T}`, a value that converts into it with `Into`, or an `Option` of either",
    note = "an enum takes its variants: a text is parsed with `.parse()?`, and a value that this version does not know is sent with `other(…)`",
    note = "a bare `None` needs a type: `None::<{T}>`"
)]
pub trait IntoOption<T, Kind> {
    /// Converts into the value, or `None` to leave the input unset.
    fn into_option(self) -> Option<T>;
}

impl<T, U: Into<T>> IntoOption<T, Plain> for U {
    fn into_option(self) -> Option<T> {
        Some(self.into())
    }
}

impl<T, U: Into<T>> IntoOption<T, Optional> for Option<U> {
    fn into_option(self) -> Option<T> {
        self.map(Into::into)
    }
}

/// Items for an optional list of `T`: everything that iterates over values which convert into `T`, or an `Option` of it. `None`
/// leaves the input unset, an empty list sends an empty list.
///
/// An `Option` of one item, such as `Some("a")`, is a list of at most one item.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a value for an optional list of `{T}`",
    note = "pass an array, a `Vec` or an iterator of `{T}` or of values that convert into it, or an `Option` of one"
)]
pub trait IntoOptionalList<T, Kind> {
    /// Converts into the list, or `None` to leave the input unset.
    fn into_optional_list(self) -> Option<Vec<T>>;
}

impl<T, I: IntoIterator<Item: Into<T>>> IntoOptionalList<T, Plain> for I {
    fn into_optional_list(self) -> Option<Vec<T>> {
        Some(self.into_iter().map(Into::into).collect())
    }
}

impl<T, I: IntoIterator<Item: Into<T>>> IntoOptionalList<T, Optional> for Option<I> {
    fn into_optional_list(self) -> Option<Vec<T>> {
        self.map(|items| items.into_iter().map(Into::into).collect())
    }
}

/// Entries for an optional map of texts to `T`: everything that iterates over pairs which convert into them, or an `Option` of
/// it. `None` leaves the input unset, an empty map sends an empty map.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a value for an optional map of texts to `{T}`",
    note = "pass a map, an array or an iterator of pairs, or an `Option` of one"
)]
pub trait IntoOptionalMap<T, Kind> {
    /// Converts into the map, or `None` to leave the input unset.
    fn into_optional_map(self) -> Option<BTreeMap<String, T>>;
}

impl<T, K, V, I> IntoOptionalMap<T, (Plain, K, V)> for I
where
    K: Into<String>,
    V: Into<T>,
    I: IntoIterator<Item = (K, V)>,
{
    fn into_optional_map(self) -> Option<BTreeMap<String, T>> {
        Some(self.into_iter().map(|(key, value)| (key.into(), value.into())).collect())
    }
}

impl<T, K, V, I> IntoOptionalMap<T, (Optional, K, V)> for Option<I>
where
    K: Into<String>,
    V: Into<T>,
    I: IntoIterator<Item = (K, V)>,
{
    fn into_optional_map(self) -> Option<BTreeMap<String, T>> {
        self.map(|entries| entries.into_iter().map(|(key, value)| (key.into(), value.into())).collect())
    }
}

/// A value for a field of a change, whose "absent" and "null" mean different things: a `T`, everything that converts into it, an
/// `Option` of one, or a [`Patch`]. `None` is sent as `null`, which removes the current value. To keep the current value, leave
/// the setter out or pass [`Patch::Absent`].
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a value for a change of a field of type `{T}`",
    note = "pass a `{T}`, a value that converts into it, an `Option` of either (`None` removes the value), or a `Patch`"
)]
pub trait IntoPatch<T, Kind> {
    /// Converts into the change of the field.
    fn into_patch(self) -> Patch<T>;
}

impl<T, U: Into<T>> IntoPatch<T, Plain> for U {
    fn into_patch(self) -> Patch<T> {
        Patch::Value(self.into())
    }
}

impl<T, U: Into<T>> IntoPatch<T, Optional> for Option<U> {
    fn into_patch(self) -> Patch<T> {
        self.map_or(Patch::Null, |value| Patch::Value(value.into()))
    }
}

impl<T> IntoPatch<T, Patch<T>> for Patch<T> {
    fn into_patch(self) -> Patch<T> {
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list<Kind>(list: impl IntoOptionalList<String, Kind>) -> Option<Vec<String>> {
        list.into_optional_list()
    }

    fn map<Kind>(map: impl IntoOptionalMap<String, Kind>) -> Option<BTreeMap<String, String>> {
        map.into_optional_map()
    }

    fn patch<Kind>(patch: impl IntoPatch<String, Kind>) -> Patch<String> {
        patch.into_patch()
    }

    #[test]
    fn a_list_and_a_map_are_unset_with_none_and_empty_with_nothing() {
        let both = Some(vec!["a".to_owned(), "b".to_owned()]);
        assert_eq!((list(["a", "b"]), list(Some(vec!["a", "b"]))), (both.clone(), both.clone()));
        assert_eq!((list(both.clone().unwrap()), list(both.clone())), (both.clone(), both));
        assert_eq!((list(None::<Vec<String>>), list(Vec::<String>::new())), (None, Some(Vec::new())));

        let one = Some(BTreeMap::from([("a".to_owned(), "1".to_owned())]));
        assert_eq!((map([("a", "1")]), map(Some([("a", "1")]))), (one.clone(), one.clone()));
        assert_eq!((map(one.clone().unwrap()), map(one.clone())), (one.clone(), one));
        assert_eq!(map(None::<BTreeMap<String, String>>), None);
    }

    #[test]
    fn a_change_tells_keep_remove_and_set_apart() {
        let set = Patch::Value("a".to_owned());
        assert_eq!((patch("a"), patch(Some("a")), patch(set.clone())), (set.clone(), set.clone(), set));
        assert_eq!((patch(None::<&str>), patch(Patch::Absent)), (Patch::Null, Patch::Absent));
    }
}
