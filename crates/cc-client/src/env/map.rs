//! Environment variables by name: the one form in which they are given to commands and written.

use std::collections::{BTreeMap, HashMap};
use std::fmt;

use cc_runtime::{Error, ErrorKind, Result, Secret};
use serde::de::{MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::NameRule;
use crate::model::EnvironmentVariable;
use crate::name_order;

/// Number of names that an error lists.
const LISTED: usize = 30;

/// Environment variables, sorted by name. `Debug` shows no value, and `Serialize` writes each as `***`, except in the body of a request
/// and in [`expose_secrets`](cc_runtime::expose_secrets).
///
/// It is built like a map of the standard library: from an array, a vector, a map or an iterator of names and values, or with
/// [`insert`](Self::insert), `collect` and `extend`; of a repeated name, the last value counts. It converts back into vectors and maps.
///
/// Names are checked where the variables leave the program: by the command that takes them, before it sends anything, and by
/// [`to_raw`](Self::to_raw), [`to_shell`](Self::to_shell) and [`to_json`](Self::to_json). A name that the platform does not take is an
/// error, never left out: what replaces an environment must not lose a part of it. [`check`](Self::check) does the same at once.
///
/// As JSON it is an object of texts; it is read from that, or from a list of `{"name": …, "value": …}`, where a name that the platform
/// does not take is refused.
///
/// ```
/// use std::collections::BTreeMap;
///
/// use cc_client::env::EnvironmentMap;
///
/// let mut environment = EnvironmentMap::from([("PORT", "8080")]);
/// environment.extend([("GREETING".to_owned(), "hello".to_owned())]);
/// environment.insert("DB_PASSWORD", "plainly-fake");
/// assert_eq!(environment.names().collect::<Vec<_>>(), ["DB_PASSWORD", "GREETING", "PORT"]);
///
/// let upper: EnvironmentMap = environment.into_iter().filter(|(name, _)| name != "PORT").collect();
/// assert_eq!(BTreeMap::from(upper)["GREETING"].expose(), "hello");
/// ```
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

    /// Sets a variable, and returns the value that it had. The name is checked where the variables are sent or written.
    pub fn insert(&mut self, name: impl Into<String>, value: impl Into<Secret>) -> Option<Secret> {
        let (name, value) = (name.into(), value.into());
        match self.find(&name) {
            Ok(at) => Some(std::mem::replace(&mut self.variables[at].1, value)),
            Err(at) => {
                self.variables.insert(at, (name, value));
                None
            }
        }
    }

    /// Checks that the platform takes all names, as each command does that takes the variables.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidInput`], which lists every name that the platform does not take.
    pub fn check(&self) -> Result<()> {
        let bad: Vec<&str> = self.names().filter(|name| !NameRule::Simple.allows(name)).collect();
        if bad.is_empty() { Ok(()) } else { Err(refuse(&bad)) }
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

    fn find(&self, name: &str) -> Result<usize, usize> {
        // Variables that arrive in order are appended.
        match self.variables.last() {
            Some((last, _)) if name_order::compare(last, name).is_lt() => Err(self.variables.len()),
            _ => self.variables.binary_search_by(|(other, _)| name_order::compare(other, name)),
        }
    }
}

/// The error of these names. It calls the variables by the name that all commands give them.
fn refuse(names: &[&str]) -> Error {
    let shown: Vec<String> =
        names.iter().take(LISTED).map(|name| format!("`{}`", cc_runtime::one_line(name, 64))).collect();
    let more = names.len() - shown.len();
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    Error::new(ErrorKind::InvalidInput)
        .with_message(format!(
            "`environment`: invalid names of variables: {}{more}: use only letters, digits, `-`, `_` and `.`",
            shown.join(", ")
        ))
        .not_sent()
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

impl<N: Into<String>, V: Into<Secret>> Extend<(N, V)> for EnvironmentMap {
    /// Sets these variables; of a repeated name, the last value counts.
    fn extend<I: IntoIterator<Item = (N, V)>>(&mut self, pairs: I) {
        for (name, value) in pairs {
            self.insert(name, value);
        }
    }
}

impl<N: Into<String>, V: Into<Secret>> FromIterator<(N, V)> for EnvironmentMap {
    fn from_iter<I: IntoIterator<Item = (N, V)>>(pairs: I) -> Self {
        let mut map = Self::new();
        map.extend(pairs);
        map
    }
}

macro_rules! from_collections {
    ($([$($generics:tt)*] $from:ty,)*) => {$(
        impl<$($generics)*> From<$from> for EnvironmentMap {
            fn from(pairs: $from) -> Self {
                pairs.into_iter().collect()
            }
        }
    )*};
}

from_collections! {
    [N: Into<String>, V: Into<Secret>, const LENGTH: usize] [(N, V); LENGTH],
    [N: Into<String>, V: Into<Secret>] Vec<(N, V)>,
    [N: Into<String>, V: Into<Secret>] BTreeMap<N, V>,
    [N: Into<String>, V: Into<Secret>, S] HashMap<N, V, S>,
    [] Vec<EnvironmentVariable>,
}

impl Extend<EnvironmentVariable> for EnvironmentMap {
    fn extend<I: IntoIterator<Item = EnvironmentVariable>>(&mut self, variables: I) {
        self.extend(variables.into_iter().map(|variable| (variable.name, variable.value)));
    }
}

impl FromIterator<EnvironmentVariable> for EnvironmentMap {
    fn from_iter<I: IntoIterator<Item = EnvironmentVariable>>(variables: I) -> Self {
        variables.into_iter().map(|variable| (variable.name, variable.value)).collect()
    }
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
        checked(pairs)
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
        checked(pairs)
    }
}

/// Names in JSON come from outside the program and are checked while they are read.
fn checked<E: serde::de::Error>(pairs: Vec<(String, Secret)>) -> Result<EnvironmentMap, E> {
    let map = EnvironmentMap::from(pairs);
    map.check().map_err(E::custom)?;
    Ok(map)
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
    fn a_name_that_the_platform_does_not_take_is_an_error_where_the_variables_leave_the_program() {
        let mut map = EnvironmentMap::from([("A", "1"), ("B C", "hunter2"), ("", "3"), ("d\ne", "4")]);
        assert_eq!(map.insert("é", "5"), None);
        for error in [map.check(), map.to_raw().map(drop), map.to_shell().map(drop), map.to_json().map(drop)]
        {
            let error = error.unwrap_err();
            assert_eq!((error.kind(), error.is_not_sent()), (ErrorKind::InvalidInput, true));
            let text = error.to_string();
            assert!(
                text.contains("`environment`: invalid names of variables: ``, `B C`, `d\\ne`, `é`: use only"),
                "{text}"
            );
            assert!(!text.contains("hunter2"), "{text}");
        }
        let many: EnvironmentMap = (0..100).map(|index| (format!("no {index:02}"), "")).collect();
        let text = many.check().unwrap_err().to_string();
        assert!(
            text.contains("`no 00`, `no 01`") && text.contains("`no 29` and 70 more: use only"),
            "{text}"
        );
        for json in [r#"{"A":"1","B C":"2"}"#, r#"[{"name":"B C","value":"2"}]"#] {
            let error = serde_json::from_str::<EnvironmentMap>(json).unwrap_err();
            assert!(error.to_string().contains("`B C`"), "{error}");
        }
    }

    #[test]
    fn variables_are_sorted_and_replaced_by_name() {
        let mut map = EnvironmentMap::from([("b", "1"), ("A", "2"), ("b", "3"), ("_", "4")]);
        assert_eq!(map.iter().map(|(name, _)| name).collect::<Vec<_>>(), ["_", "A", "b"]);
        assert_eq!(map.get("b").unwrap().expose(), "3");
        assert_eq!(map.insert("b", "5").unwrap().expose(), "3");
        assert_eq!(map.remove("b").unwrap().expose(), "5");
        assert_eq!((map.get("b"), map.len()), (None, 2));
        assert!(map.check().is_ok());
    }

    #[test]
    fn maps_and_iterators_become_variables_and_come_back() {
        let map = EnvironmentMap::from([("B", "2"), ("A", "1")]);
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
        let pairs = Vec::from(map.clone());
        // Owned and borrowed, with values of any kind of text.
        assert_eq!(sorted.iter().collect::<EnvironmentMap>(), map);
        assert_eq!(map.iter().collect::<EnvironmentMap>(), map);
        assert_eq!(map.clone().into_iter().collect::<EnvironmentMap>(), map);
        assert_eq!(EnvironmentMap::from(sorted), map);
        assert_eq!(EnvironmentMap::from(hashed), map);
        assert_eq!(EnvironmentMap::from(pairs), map);
        assert_eq!(EnvironmentMap::from(BTreeMap::from([("A", "1"), ("B", "2")])), map);
        assert_eq!(
            EnvironmentMap::from_iter(HashMap::from([("A", "1".to_owned()), ("B", "2".to_owned())])),
            map
        );
        let variables = || map.clone().into_iter().map(EnvironmentVariable::from);
        assert_eq!(EnvironmentMap::from(variables().collect::<Vec<_>>()), map);
        assert_eq!(variables().collect::<EnvironmentMap>(), map);
        let mut more = EnvironmentMap::new();
        more.extend(variables());
        more.extend([("C".to_owned(), "3".to_owned()), ("A".to_owned(), "5".to_owned())]);
        assert_eq!(more.get("A").map(Secret::expose), Some("5"));
        assert_eq!(more.names().collect::<Vec<_>>(), ["A", "B", "C"]);
    }

    #[test]
    fn debug_shows_no_value() {
        let map = EnvironmentMap::from([("A", "hunter2")]);
        assert_eq!(format!("{map:?}"), r#"{"A": Secret(***)}"#);
    }

    #[test]
    fn a_body_is_an_object_and_reads_back() {
        let map = EnvironmentMap::from([("B", "2"), ("A", "1")]);
        assert_eq!(serde_json::to_string(&map).unwrap(), r#"{"A":"***","B":"***"}"#);
        let json = cc_runtime::expose_secrets(|| serde_json::to_string(&map)).unwrap();
        assert_eq!(json, r#"{"A":"1","B":"2"}"#);
        assert_eq!(serde_json::from_str::<EnvironmentMap>(&json).unwrap(), map);
    }
}
