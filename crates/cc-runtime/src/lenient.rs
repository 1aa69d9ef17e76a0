//! JSON as browsers read it: invalid bytes and escapes are replaced instead of failing the whole body.

use std::borrow::Cow;

use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::de::Watcher;

/// The mark that some writers put before a text.
const MARK: &[u8] = b"\xef\xbb\xbf";

/// The text without a byte-order mark before it.
pub(crate) fn without_mark(text: &[u8]) -> &[u8] {
    text.strip_prefix(MARK).unwrap_or(text)
}

/// A value or the error of reading it, each with the text that was read.
type Outcome<'t, T> = Result<(T, Cow<'t, [u8]>), (serde_json::Error, Cow<'t, [u8]>)>;

/// Reads JSON. What fails is repaired and read once more; the error comes with the text that it is about.
pub(crate) fn from_json<'t, T: DeserializeOwned>(
    text: &'t [u8],
    watcher: Watcher<'_>,
) -> Result<T, (serde_json::Error, Cow<'t, [u8]>)> {
    with_text(text, watcher).map(|(value, _)| value)
}

/// Reads a tree of JSON like [`from_json`], and returns it with the text that the tree is that of.
pub(crate) fn tree(text: &[u8]) -> Outcome<'_, Value> {
    with_text(text, Watcher::default())
}

fn with_text<'t, T: DeserializeOwned>(text: &'t [u8], watcher: Watcher<'_>) -> Outcome<'t, T> {
    let text = without_mark(text);
    let error = match watcher.read(text) {
        Ok(value) => return Ok((value, Cow::Borrowed(text))),
        Err(error) => error,
    };
    match repaired(text) {
        Some(text) => match watcher.read(&text) {
            Ok(value) => Ok((value, Cow::Owned(text))),
            Err(error) => Err((error, Cow::Owned(text))),
        },
        None => Err((error, Cow::Borrowed(text))),
    }
}

/// Returns the text with each lone surrogate and each invalid byte replaced by U+FFFD; `None` if it has
/// neither.
pub(crate) fn repaired(text: &[u8]) -> Option<Vec<u8>> {
    let valid = String::from_utf8_lossy(text);
    let mut repaired = matches!(valid, Cow::Owned(_));
    let text = valid.as_bytes();
    let mut out = Vec::with_capacity(text.len());
    let mut at = 0;
    while at < text.len() {
        if text[at] != b'\\' {
            out.push(text[at]);
            at += 1;
            continue;
        }
        let length = match surrogate(&text[at..]) {
            Some(Half::High) if matches!(surrogate(&text[at + 6..]), Some(Half::Low)) => 12,
            Some(_) => {
                repaired = true;
                out.extend_from_slice("\u{fffd}".as_bytes());
                at += 6;
                continue;
            }
            None => 2,
        };
        let end = text.len().min(at + length);
        out.extend_from_slice(&text[at..end]);
        at = end;
    }
    repaired.then_some(out)
}

enum Half {
    High,
    Low,
}

/// The half of a pair that an escape at the start of this text is.
fn surrogate(text: &[u8]) -> Option<Half> {
    let digits = text.strip_prefix(b"\\u")?.get(..4)?;
    match u16::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()? {
        0xd800..=0xdbff => Some(Half::High),
        0xdc00..=0xdfff => Some(Half::Low),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::Value;

    use super::*;

    fn read(text: &[u8]) -> Value {
        let repaired = repaired(text);
        serde_json::from_slice(repaired.as_deref().unwrap_or(text)).unwrap()
    }

    #[test]
    fn surrogates_that_stand_alone_and_bytes_that_are_no_text_are_replaced() {
        for (json, text) in [
            (&br#""a\ud83d""#[..], "a\u{fffd}"),
            (br#""\ude00b""#, "\u{fffd}b"),
            (br#""\ud83d\ud83d\ude00""#, "\u{fffd}\u{1f600}"),
            (br#""\\ud83d""#, "\\ud83d"),
            (br#""\uD83D\n""#, "\u{fffd}\n"),
            (b"\"a\xffb\"", "a\u{fffd}b"),
        ] {
            assert_eq!(read(json), text);
        }
        assert_eq!(repaired(br#""\ud83d\ude00 \\ \u00e9""#), None);
        assert_eq!(repaired(b"\"\\"), None);
    }

    proptest! {
        #[test]
        fn any_text_survives_and_any_bytes_are_taken(text in ".*", bytes in proptest::collection::vec(any::<u8>(), 0..64)) {
            let json = Value::from(text.as_str()).to_string();
            prop_assert_eq!(repaired(json.as_bytes()), None);
            let _ = repaired(&bytes);
        }
    }
}
