//! Variables that the platform takes: the one form in which they are written.

use std::collections::{BTreeMap, HashMap};
use std::fmt;

use cc_runtime::{Error, ErrorKind, Result, Secret};
use serde::de::{Error as _, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::NameRule;
use crate::name_order;

/// Environment variables with names that the platform takes, sorted by name. It converts from and into arrays, vectors and maps. `Debug` shows no value, and
/// `Serialize` writes each as `***`, except in the body of a request and in [`expose_secrets`](cc_runtime::expose_secrets).
///
/// As JSON it is an object of texts; it is read from that, or from a list of `{"name": …, "value": …}`. A name that the
/// platform does not take is refused, never left out: what replaces an environment must not lose a part of it.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct EnvironmentMap {
    /// Sorted by name, each name once.
    variables: Vec<(String, Secret)>,
}

impl EnvironmentMap {
    /// Creates an empty set of variables.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Creates the set from variables; of a repeated name, the last value counts.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidInput`], which lists every name that the platform does not take.
    pub fn from_pairs<N, V>(pairs: impl IntoIterator<Item = (N, V)>) -> Result<Self>
    where
        N: Into<String>,
        V: Into<Secret>,
    {
        let mut map = Self::new();
        let mut refused = Vec::new();
        for (name, value) in pairs {
            let name = name.into();
            if NameRule::Simple.allows(&name) {
                map.set(name, value.into());
            } else {
                refused.push(name);
            }
        }
        if refused.is_empty() { Ok(map) } else { Err(refuse(&refused)) }
    }

    /// Sets a variable, and gives the value that it had.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidInput`] when the platform does not take the name.
    pub fn insert(&mut self, name: impl Into<String>, value: impl Into<Secret>) -> Result<Option<Secret>> {
        let name = name.into();
        if NameRule::Simple.allows(&name) { Ok(self.set(name, value.into())) } else { Err(refuse(&[name])) }
    }

    /// Removes a variable, and returns its value.
    pub fn remove(&mut self, name: &str) -> Option<Secret> {
        self.find(name).ok().map(|at| self.variables.remove(at).1)
    }

    /// The value of a variable.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Secret> {
        self.find(name).ok().map(|at| &self.variables[at].1)
    }

    /// Returns the number of variables.
    #[must_use]
    pub fn len(&self) -> usize {
        self.variables.len()
    }

    /// Returns `true` if there are no variables.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.variables.is_empty()
    }

    /// Names and values, by name: `_` before `-` before `.` before digits before letters, first without regard to case,
    /// then lower case before upper case.
    pub fn iter(&self) -> Iter<'_> {
        Iter(self.variables.iter())
    }

    /// Returns the names, in the order of [`iter`](Self::iter).
    pub fn names(&self) -> impl DoubleEndedIterator<Item = &str> + ExactSizeIterator {
        self.variables.iter().map(|(name, _)| name.as_str())
    }

    /// Returns the values, in the order of [`iter`](Self::iter).
    pub fn values(&self) -> impl DoubleEndedIterator<Item = &Secret> + ExactSizeIterator {
        self.variables.iter().map(|(_, value)| value)
    }

    /// Returns `true` if there is a variable of this name.
    #[must_use]
    pub fn contains(&self, name: &str) -> bool {
        self.find(name).is_ok()
    }

    /// Sets several variables; of a repeated name, the last value counts.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidInput`], which lists every name that the platform does not take. Nothing is set then.
    pub fn try_extend<N, V>(&mut self, pairs: impl IntoIterator<Item = (N, V)>) -> Result<()>
    where
        N: Into<String>,
        V: Into<Secret>,
    {
        Self::from_pairs(pairs)?.into_iter().for_each(|(name, value)| {
            self.set(name, value);
        });
        Ok(())
    }

    /// Sets a variable whose name is good.
    pub(super) fn set(&mut self, name: String, value: Secret) -> Option<Secret> {
        match self.find(&name) {
            Ok(at) => Some(std::mem::replace(&mut self.variables[at].1, value)),
            Err(at) => {
                self.variables.insert(at, (name, value));
                None
            }
        }
    }

    fn find(&self, name: &str) -> Result<usize, usize> {
        // Variables that arrive in order are appended.
        match self.variables.last() {
            Some((last, _)) if name_order::compare(last, name).is_lt() => Err(self.variables.len()),
            _ => self.variables.binary_search_by(|(other, _)| name_order::compare(other, name)),
        }
    }
}

fn refuse(names: &[String]) -> Error {
    let shown: Vec<String> = names
        .iter()
        .take(10)
        .map(|name| format!("`{}`", name.chars().take(64).collect::<String>()))
        .collect();
    let more = names.len() - shown.len();
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    Error::new(ErrorKind::InvalidInput).with_message(format!(
        "invalid variable names: {}{more}: use only letters, digits, `-`, `_` and `.`",
        shown.join(", ")
    ))
}

/// Iterator over the names and values of an [`EnvironmentMap`], sorted by name.
#[derive(Debug, Clone)]
pub struct Iter<'a>(std::slice::Iter<'a, (String, Secret)>);

impl<'a> Iterator for Iter<'a> {
    type Item = (&'a str, &'a Secret);

    fn next(&mut self) -> Option<Self::Item> {
        self.0.next().map(|(name, value)| (name.as_str(), value))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.0.size_hint()
    }
}

impl DoubleEndedIterator for Iter<'_> {
    fn next_back(&mut self) -> Option<Self::Item> {
        self.0.next_back().map(|(name, value)| (name.as_str(), value))
    }
}

impl ExactSizeIterator for Iter<'_> {}

impl std::iter::FusedIterator for Iter<'_> {}

impl<'a> IntoIterator for &'a EnvironmentMap {
    type Item = (&'a str, &'a Secret);
    type IntoIter = Iter<'a>;

    fn into_iter(self) -> Iter<'a> {
        self.iter()
    }
}

/// Conversions from collections, which refuse names that the platform does not take, and into them.
macro_rules! collections {
    ($([$($generics:tt)*] $from:ty,)*) => {$(
        impl<$($generics)*> TryFrom<$from> for EnvironmentMap {
            type Error = Error;

            /// See [`EnvironmentMap::from_pairs`].
            fn try_from(pairs: $from) -> Result<Self> {
                Self::from_pairs(pairs)
            }
        }
    )*};
}

collections! {
    [N: Into<String>, V: Into<Secret>, const LENGTH: usize] [(N, V); LENGTH],
    [N: Into<String>, V: Into<Secret>] Vec<(N, V)>,
    [N: Into<String>, V: Into<Secret>] BTreeMap<N, V>,
    [N: Into<String>, V: Into<Secret>, S] HashMap<N, V, S>,
}

impl From<EnvironmentMap> for BTreeMap<String, Secret> {
    fn from(map: EnvironmentMap) -> Self {
        map.into_iter().collect()
    }
}

impl<S: std::hash::BuildHasher + Default> From<EnvironmentMap> for HashMap<String, Secret, S> {
    fn from(map: EnvironmentMap) -> Self {
        map.into_iter().collect()
    }
}

impl From<EnvironmentMap> for Vec<(String, Secret)> {
    fn from(map: EnvironmentMap) -> Self {
        map.variables
    }
}

impl IntoIterator for EnvironmentMap {
    type Item = (String, Secret);
    type IntoIter = std::vec::IntoIter<(String, Secret)>;

    fn into_iter(self) -> Self::IntoIter {
        self.variables.into_iter()
    }
}

impl fmt::Debug for EnvironmentMap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.iter()).finish()
    }
}

impl Serialize for EnvironmentMap {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.iter())
    }
}

impl<'de> Deserialize<'de> for EnvironmentMap {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Read)
    }
}

struct Read;

impl<'de> Visitor<'de> for Read {
    type Value = EnvironmentMap;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("environment variables: an object of texts, or a list of objects with `name` and `value`")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<EnvironmentMap, A::Error> {
        let mut pairs: Vec<(String, Secret)> = Vec::new();
        while let Some(pair) = map.next_entry()? {
            pairs.push(pair);
        }
        EnvironmentMap::from_pairs(pairs).map_err(A::Error::custom)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<EnvironmentMap, A::Error> {
        #[derive(Deserialize)]
        struct Variable {
            name: String,
            value: Secret,
        }
        let mut pairs = Vec::new();
        while let Some(Variable { name, value }) = seq.next_element()? {
            pairs.push((name, value));
        }
        EnvironmentMap::from_pairs(pairs).map_err(A::Error::custom)
    }
}

#[cfg(feature = "catalog")]
impl schemars::JsonSchema for EnvironmentMap {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "EnvironmentMap".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        const NAME: &str = "^[a-zA-Z0-9_.-]+$";
        schemars::json_schema!({
            "anyOf": [
                {
                    "type": "object",
                    "additionalProperties": { "type": "string", "format": "password" },
                    "propertyNames": { "pattern": NAME }
                },
                {
                    "type": "array",
                    "items": {
                        "type": "object",
                        "properties": {
                            "name": { "type": "string", "pattern": NAME },
                            "value": { "type": "string", "format": "password" }
                        },
                        "required": ["name", "value"]
                    }
                }
            ]
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_the_platform_does_not_take_are_refused_not_dropped() {
        let error = EnvironmentMap::from_pairs([("A", "1"), ("B C", "2"), ("", "3")]).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidInput);
        assert!(error.to_string().contains("`B C`, ``"), "{error}");
        assert!(EnvironmentMap::new().insert("é", "").is_err());
        for json in [r#"{"A":"1","B C":"2"}"#, r#"[{"name":"B C","value":"2"}]"#] {
            let error = serde_json::from_str::<EnvironmentMap>(json).unwrap_err();
            assert!(error.to_string().contains("`B C`"), "{error}");
        }
    }

    #[test]
    fn variables_are_sorted_and_replaced_by_name() {
        let mut map = EnvironmentMap::from_pairs([("b", "1"), ("A", "2"), ("b", "3"), ("_", "4")]).unwrap();
        assert_eq!(map.iter().map(|(name, _)| name).collect::<Vec<_>>(), ["_", "A", "b"]);
        assert_eq!(map.get("b").unwrap().expose(), "3");
        assert_eq!(map.insert("b", "5").unwrap().unwrap().expose(), "3");
        assert_eq!(map.remove("b").unwrap().expose(), "5");
        assert_eq!((map.get("b"), map.len()), (None, 2));
    }

    #[test]
    fn maps_and_iterators_become_variables_and_come_back() {
        let map = EnvironmentMap::try_from([("B", "2"), ("A", "1")]).unwrap();
        let read: Vec<(&str, &str)> =
            (&map).into_iter().map(|(name, value)| (name, value.expose())).collect();
        assert_eq!(read, [("A", "1"), ("B", "2")]);
        assert_eq!((map.iter().len(), map.iter().next_back().map(|(name, _)| name)), (2, Some("B")));
        assert_eq!(map.names().rev().collect::<Vec<_>>(), ["B", "A"]);
        assert_eq!(map.values().map(Secret::expose).collect::<Vec<_>>(), ["1", "2"]);
        assert!(map.contains("A") && !map.contains("a"));
        let sorted = BTreeMap::from(map.clone());
        let hashed: HashMap<String, Secret> = map.clone().into();
        assert_eq!((sorted.len(), hashed["B"].expose()), (2, "2"));
        assert_eq!(EnvironmentMap::try_from(sorted).unwrap(), map);
        assert_eq!(EnvironmentMap::try_from(hashed).unwrap(), map);
        assert_eq!(EnvironmentMap::try_from(Vec::from(map.clone())).unwrap(), map);
        let mut more = map.clone();
        assert!(more.try_extend([("C", "3"), ("not a name", "4")]).is_err());
        assert_eq!(more, map, "nothing is set if a name is refused");
        more.try_extend([("C".to_owned(), "3".to_owned()), ("A".to_owned(), "5".to_owned())]).unwrap();
        assert_eq!(more.get("A").map(Secret::expose), Some("5"));
        assert_eq!(more.names().collect::<Vec<_>>(), ["A", "B", "C"]);
    }

    #[test]
    fn debug_shows_no_value() {
        let map = EnvironmentMap::from_pairs([("A", "hunter2")]).unwrap();
        assert_eq!(format!("{map:?}"), r#"{"A": Secret(***)}"#);
    }

    #[test]
    fn a_body_is_an_object_and_reads_back() {
        let map = EnvironmentMap::from_pairs([("B", "2"), ("A", "1")]).unwrap();
        assert_eq!(serde_json::to_string(&map).unwrap(), r#"{"A":"***","B":"***"}"#);
        let json = cc_runtime::expose_secrets(|| serde_json::to_string(&map)).unwrap();
        assert_eq!(json, r#"{"A":"1","B":"2"}"#);
        assert_eq!(serde_json::from_str::<EnvironmentMap>(&json).unwrap(), map);
    }
}
