//! How the parts of a world are written into a snapshot: times as text, and maps whose order or keys JSON objects do not
//! keep as lists.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;

/// A time in the format of RFC 3339.
#[derive(Serialize, Deserialize)]
struct Date(#[serde(with = "date")] Timestamp);

/// A time in the format of RFC 3339.
pub(crate) mod date {
    use super::*;

    pub(crate) fn serialize<S: Serializer>(time: &Timestamp, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(time)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Timestamp, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
    }
}

/// A time in the format of RFC 3339, or null.
pub(crate) mod maybe_date {
    use super::*;

    pub(crate) fn serialize<S: Serializer>(
        time: &Option<Timestamp>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        time.map(Date).serialize(serializer)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<Timestamp>, D::Error> {
        Ok(Option::<Date>::deserialize(deserializer)?.map(|Date(time)| time))
    }
}

/// Things with a time each, as pairs.
pub(crate) mod dated {
    use super::*;

    pub(crate) fn serialize<T: Serialize, S: Serializer>(
        items: &[(T, Timestamp)],
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(items.iter().map(|(item, time)| (item, Date(*time))))
    }

    pub(crate) fn deserialize<'de, T: Deserialize<'de>, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Vec<(T, Timestamp)>, D::Error> {
        let items = Vec::<(T, Date)>::deserialize(deserializer)?;
        Ok(items.into_iter().map(|(item, Date(time))| (item, time)).collect())
    }
}

/// A map as a list of pairs.
pub(crate) mod pairs {
    use super::*;

    pub(crate) fn serialize<K: Serialize, V: Serialize, S: Serializer>(
        map: &BTreeMap<K, V>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(map)
    }

    pub(crate) fn deserialize<'de, K, V, D>(deserializer: D) -> Result<BTreeMap<K, V>, D::Error>
    where
        K: Deserialize<'de> + Ord,
        V: Deserialize<'de>,
        D: Deserializer<'de>,
    {
        Ok(Vec::<(K, V)>::deserialize(deserializer)?.into_iter().collect())
    }
}

/// Changes that are due, each with its time and its number.
pub(crate) mod due {
    use super::*;

    pub(crate) fn serialize<T: Serialize, S: Serializer>(
        changes: &BTreeMap<(Timestamp, u64), T>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(changes.iter().map(|((time, number), change)| (Date(*time), number, change)))
    }

    pub(crate) fn deserialize<'de, T: Deserialize<'de>, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<BTreeMap<(Timestamp, u64), T>, D::Error> {
        let changes = Vec::<(Date, u64, T)>::deserialize(deserializer)?;
        Ok(changes.into_iter().map(|(Date(time), number, change)| ((time, number), change)).collect())
    }
}

/// Reads a resource in the format of the API, which handlers change by the names of its fields.
pub(crate) fn object<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Value, D::Error> {
    let value = Value::deserialize(deserializer)?;
    if value.is_object() { Ok(value) } else { Err(D::Error::custom("expected an object")) }
}

/// Reads the settings of an application, of which two are objects.
pub(crate) fn settings<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Value, D::Error> {
    let settings = object(deserializer)?;
    match ["instance", "deployment"].into_iter().find(|name| !settings[*name].is_object()) {
        Some(name) => Err(D::Error::custom(format!("`{name}` is not an object"))),
        None => Ok(settings),
    }
}
