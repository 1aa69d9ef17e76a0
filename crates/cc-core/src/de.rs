//! How generated types read answers: what is absent or null reads as its empty value.

use serde::{Deserialize, Deserializer};

/// Reads null as the type's default. With `#[serde(default)]` beside it, an absent field does the same.
///
/// # Errors
/// When the value is there and does not decode.
pub fn null_as_default<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de> + Default,
{
    Ok(Option::<T>::deserialize(deserializer)?.unwrap_or_default())
}
