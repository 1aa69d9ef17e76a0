//! Values that setters of optional inputs take: with or without an `Option` around them.
//!
//! One rule holds for commands, requests and builders: a setting that may be unset takes a value or an `Option` of one under one name, and
//! `None` leaves it unset. A setting that always has a value, such as a number of attempts, takes that value.
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

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet, VecDeque};

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

/// Items for an optional list of `T`: an array, a slice, a `Vec`, a set or an iterator of values that convert into `T`, or an `Option`
/// of one. `None` leaves the input unset, an empty list sends an empty list.
///
/// `Some` of one item, such as `Some("a")`, is a list of that item. Another collection is passed with `into_iter()`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a value for an optional list of `{T}`",
    note = "pass an array, a slice, a `Vec`, a set or an iterator of `{T}` or of values that convert into it, or an `Option` of one",
    note = "pass another collection with `.into_iter()`"
)]
pub trait IntoOptionalList<T, Kind> {
    /// Converts into the list, or `None` to leave the input unset.
    fn into_optional_list(self) -> Option<Vec<T>>;
}

/// Marks implementations for an `Option` of one item.
#[derive(Debug, Clone, Copy)]
pub enum One {}

/// Marks implementations for collections. An `Option` iterates too, and is none of them: `None` is not an empty list.
#[derive(Debug, Clone, Copy)]
pub enum Collection {}

impl<T, U: Into<T>, I: Iterator<Item = U>> IntoOptionalList<T, Plain> for I {
    fn into_optional_list(self) -> Option<Vec<T>> {
        Some(self.map(Into::into).collect())
    }
}

impl<T, U: Into<T>> IntoOptionalList<T, One> for Option<U> {
    fn into_optional_list(self) -> Option<Vec<T>> {
        self.map(|item| vec![item.into()])
    }
}

impl<T, Kind, L: IntoOptionalList<T, Kind>> IntoOptionalList<T, (Optional, Kind)> for Option<L> {
    fn into_optional_list(self) -> Option<Vec<T>> {
        self?.into_optional_list()
    }
}

macro_rules! lists {
    ($([$($generics:tt)*] $collection:ty => $item:ty,)+) => {$(
        impl<$($generics)* T, U> IntoOptionalList<T, Collection> for $collection
        where
            $item: Into<T>,
        {
            fn into_optional_list(self) -> Option<Vec<T>> {
                Some(self.into_iter().map(Into::into).collect())
            }
        }
    )+};
}

lists! {
    [const LENGTH: usize,] [U; LENGTH] => U,
    ['a, const LENGTH: usize,] &'a [U; LENGTH] => &'a U,
    ['a,] &'a [U] => &'a U,
    [] Vec<U> => U,
    ['a,] &'a Vec<U> => &'a U,
    [] VecDeque<U> => U,
    ['a,] &'a VecDeque<U> => &'a U,
    [] BTreeSet<U> => U,
    ['a,] &'a BTreeSet<U> => &'a U,
    [S,] HashSet<U, S> => U,
    ['a, S,] &'a HashSet<U, S> => &'a U,
}

/// Entries for an optional map of texts to `T`: an array, a slice, a `Vec`, a map or an iterator of pairs that convert into them, or an
/// `Option` of one. `None` leaves the input unset, an empty map sends an empty map.
///
/// Another collection is passed with `into_iter()`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a value for an optional map of texts to `{T}`",
    note = "pass a map, an array, a `Vec` or an iterator of pairs, or an `Option` of one",
    note = "pass another collection with `.into_iter()`"
)]
pub trait IntoOptionalMap<T, Kind> {
    /// Converts into the map, or `None` to leave the input unset.
    fn into_optional_map(self) -> Option<BTreeMap<String, T>>;
}

fn map_of<T>(pairs: impl Iterator<Item = (impl Into<String>, impl Into<T>)>) -> Option<BTreeMap<String, T>> {
    Some(pairs.map(|(key, value)| (key.into(), value.into())).collect())
}

impl<T, K: Into<String>, V: Into<T>, I: Iterator<Item = (K, V)>> IntoOptionalMap<T, (Plain, K, V)> for I {
    fn into_optional_map(self) -> Option<BTreeMap<String, T>> {
        map_of(self)
    }
}

impl<T, K: Into<String>, V: Into<T>> IntoOptionalMap<T, One> for Option<(K, V)> {
    fn into_optional_map(self) -> Option<BTreeMap<String, T>> {
        map_of([self?].into_iter())
    }
}

impl<T, Kind, M: IntoOptionalMap<T, Kind>> IntoOptionalMap<T, (Optional, Kind)> for Option<M> {
    fn into_optional_map(self) -> Option<BTreeMap<String, T>> {
        self?.into_optional_map()
    }
}

macro_rules! maps {
    ($([$($generics:tt)*] $collection:ty => $key:ty, $value:ty,)+) => {$(
        impl<$($generics)* T, K, V> IntoOptionalMap<T, Collection> for $collection
        where
            $key: Into<String>,
            $value: Into<T>,
        {
            fn into_optional_map(self) -> Option<BTreeMap<String, T>> {
                map_of(self.into_iter())
            }
        }
    )+};
}

maps! {
    [const LENGTH: usize,] [(K, V); LENGTH] => K, V,
    [] Vec<(K, V)> => K, V,
    [] BTreeMap<K, V> => K, V,
    ['a,] &'a BTreeMap<K, V> => &'a K, &'a V,
    [S,] HashMap<K, V, S> => K, V,
    ['a, S,] &'a HashMap<K, V, S> => &'a K, &'a V,
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
    #[allow(clippy::needless_borrows_for_generic_args)] // References are among the values that are tested.
    fn a_list_and_a_map_are_unset_with_none_and_empty_with_nothing() {
        let both = Some(vec!["a".to_owned(), "b".to_owned()]);
        assert_eq!((list(["a", "b"]), list(Some(vec!["a", "b"]))), (both.clone(), both.clone()));
        assert_eq!((list(both.clone().unwrap()), list(both.clone())), (both.clone(), both));
        assert_eq!((list(None::<Vec<String>>), list(Vec::<String>::new())), (None, Some(Vec::new())));
        // An `Option` of one item is that item or nothing, never an empty list.
        assert_eq!((list(None::<&str>), list(None::<String>), list(None::<[&str; 2]>)), (None, None, None));
        assert_eq!((list(Some("a")), list(Some("a".to_owned()))), (list(["a"]), list(["a"])));
        let sorted = BTreeSet::from(["a", "b"]);
        let hashed: HashSet<&str> = HashSet::from(["a"]);
        assert_eq!(
            (list(&sorted.iter().map(ToString::to_string).collect::<Vec<_>>()), list(sorted)),
            (list(["a", "b"]), list(["a", "b"]))
        );
        assert_eq!(
            (list(hashed), list(VecDeque::from(["a"])), list(["a", "b"].into_iter().take(1))),
            (list(["a"]), list(["a"]), list(["a"]))
        );
        assert_eq!((list(&["a".to_owned()]), list(Some(&["a".to_owned()][..]))), (list(["a"]), list(["a"])));

        let one = Some(BTreeMap::from([("a".to_owned(), "1".to_owned())]));
        assert_eq!((map([("a", "1")]), map(Some([("a", "1")]))), (one.clone(), one.clone()));
        assert_eq!((map(one.clone().unwrap()), map(one.clone())), (one.clone(), one));
        assert_eq!((map(None::<BTreeMap<String, String>>), map(None::<(&str, &str)>)), (None, None));
        assert_eq!(
            (map(Some(("a", "1"))), map(HashMap::from([("a", "1")]))),
            (map([("a", "1")]), map([("a", "1")]))
        );
        assert_eq!(
            (map(vec![("a", "1")]), map([("a", "1")].into_iter())),
            (map([("a", "1")]), map([("a", "1")]))
        );
        assert_eq!(map(Some(&BTreeMap::from([("a".to_owned(), "1".to_owned())]))), map([("a", "1")]));
    }

    #[test]
    fn a_change_tells_keep_remove_and_set_apart() {
        let set = Patch::Value("a".to_owned());
        assert_eq!((patch("a"), patch(Some("a")), patch(set.clone())), (set.clone(), set.clone(), set));
        assert_eq!((patch(None::<&str>), patch(Patch::Absent)), (Patch::Null, Patch::Absent));
    }
}
