//! Converts the bytes of a body to text: charsets, and malformed formats.

use std::borrow::Cow;

use http::HeaderMap;
use serde_json::{Map, Value};

use super::media_type;

/// The characters of the bytes 0x80 to 0x9f in Windows-1252. Source: the Encoding Standard of WHATWG, which reads ISO 8859-1 so, too.
const WINDOWS_1252: [char; 32] = [
    '\u{20ac}', '\u{81}', '\u{201a}', '\u{192}', '\u{201e}', '\u{2026}', '\u{2020}', '\u{2021}', '\u{2c6}',
    '\u{2030}', '\u{160}', '\u{2039}', '\u{152}', '\u{8d}', '\u{17d}', '\u{8f}', '\u{90}', '\u{2018}',
    '\u{2019}', '\u{201c}', '\u{201d}', '\u{2022}', '\u{2013}', '\u{2014}', '\u{2dc}', '\u{2122}', '\u{161}',
    '\u{203a}', '\u{153}', '\u{9d}', '\u{17e}', '\u{178}',
];

/// Number of bytes at the start of a document that are searched for its charset.
const HEAD: usize = 1_024;

/// Maximum number of consecutive values to read.
const VALUES: usize = 16;

/// Maximum number of times that truncated JSON is cut back to the last comma.
const CUTS: usize = 8;

/// Decodes a body to UTF-8, without a copy if it already is. UTF-16 is recognised by its byte-order mark;
/// Latin-1 and Windows-1252 by the content type, or by the declaration in a document.
pub(in crate::error) fn decoded<'b>(headers: &HeaderMap, body: &'b [u8]) -> Cow<'b, [u8]> {
    let units = |bytes: &[u8], unit: fn([u8; 2]) -> u16| {
        let units: Vec<u16> = bytes.chunks_exact(2).map(|pair| unit([pair[0], pair[1]])).collect();
        Cow::Owned(String::from_utf16_lossy(&units).into_bytes())
    };
    if let Some(rest) = body.strip_prefix(b"\xff\xfe") {
        return units(rest, u16::from_le_bytes);
    }
    if let Some(rest) = body.strip_prefix(b"\xfe\xff") {
        return units(rest, u16::from_be_bytes);
    }
    // Text of one byte a character is hardly ever valid UTF-8 by chance: a wrong charset beside UTF-8 is far more common.
    if std::str::from_utf8(body).is_ok() || !is_single_byte(headers, body) {
        return Cow::Borrowed(body);
    }
    let character = |byte: &u8| match byte {
        0x80..=0x9f => WINDOWS_1252[usize::from(byte - 0x80)],
        byte => char::from(*byte),
    };
    Cow::Owned(body.iter().map(character).collect::<String>().into_bytes())
}

fn is_single_byte(headers: &HeaderMap, body: &[u8]) -> bool {
    let media = media_type(headers);
    let head = String::from_utf8_lossy(&body[..body.len().min(HEAD)]).to_ascii_lowercase();
    let said = |text: &str, by: &str| {
        let name = text.split_once(by)?.1.trim_start_matches([' ', '"', '\'']);
        let end =
            name.find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '-' | '_'))).unwrap_or(name.len());
        Some(name[..end].to_owned())
    };
    let charset = said(&media, "charset=")
        .or_else(|| said(&head, "charset=").filter(|_| head.trim_start().starts_with('<')))
        .or_else(|| said(&head, "encoding=").filter(|_| head.trim_start().starts_with("<?xml")));
    let names = ["iso-8859-1", "iso8859-1", "latin1", "windows-1252", "cp1252", "us-ascii", "iso-8859-15"];
    charset.is_some_and(|charset| names.contains(&charset.as_str()))
}

/// Description of a body that is not text.
pub(super) fn not_text(body: &[u8]) -> Option<String> {
    let format = match body {
        [0x1f, 0x8b, ..] => "compressed with gzip",
        [0x28, 0xb5, 0x2f, 0xfd, ..] => "compressed with zstd",
        _ if body.contains(&0) => "not text",
        _ => return None,
    };
    Some(format!("a body of {} bytes that is {format}", body.len()))
}

/// The JSON in a body: one value, or several that follow one another, as a list.
pub(super) fn json(body: &[u8]) -> Option<Value> {
    let body = match serde_json::from_slice(body) {
        Ok(value) => return Some(value),
        Err(_) => crate::lenient::repaired(body).map_or(Cow::Borrowed(body), Cow::Owned),
    };
    if let Ok(value) = serde_json::from_slice(&body) {
        return Some(value);
    }
    let values = serde_json::Deserializer::from_slice(&body).into_iter::<Value>();
    let mut values: Vec<Value> = values.map_while(Result::ok).take(VALUES).collect();
    // Anything but an object may be the beginning of words: `[1] it broke`.
    if !values.first().is_some_and(Value::is_object) {
        return None;
    }
    if values.len() > 1 { Some(Value::Array(values)) } else { values.pop() }
}

/// Data of Server-Sent Events instead of a body.
pub(super) fn data_of_events(media: &str, text: &str) -> Option<String> {
    let lines = text.lines().filter_map(|line| line.strip_prefix("data:"));
    let data = lines.map(str::trim).collect::<Vec<_>>().join("\n");
    (media.contains("event-stream") && !data.is_empty()).then_some(data)
}

/// The members of a form, also of one that is not called so, as servers of OAuth write it.
pub(super) fn form(media: &str, text: &str) -> Option<Value> {
    let text = text.trim();
    let is_form = media.contains("x-www-form-urlencoded")
        || ["error=", "oauth_problem="].iter().any(|start| text.starts_with(start))
            && !text.contains(char::is_whitespace);
    let pairs = url::form_urlencoded::parse(text.as_bytes()).into_owned();
    is_form.then(|| pairs.map(|(name, value)| (name, value.into())).collect::<Map<_, _>>().into())
}

/// The JSON of which this text is the beginning, as far as it came.
pub(super) fn json_that_breaks_off(text: &str) -> Option<Value> {
    let text = text.trim();
    if !text.starts_with(['{', '[']) {
        return None;
    }
    let mut end = text.len();
    for _ in 0..CUTS {
        let (closing, comma) = end_of(&text[..end]);
        let closed = format!("{}{closing}", text[..end].trim_end_matches('\\'));
        if let Ok(value) = serde_json::from_slice(closed.as_bytes()) {
            return Some(value);
        }
        end = comma?;
    }
    None
}

/// Closing characters for the values that are open at the end of a text, and the last position before it at
/// which a value ended.
fn end_of(text: &str) -> (String, Option<usize>) {
    let (mut open, mut comma) = (Vec::new(), None);
    let (mut in_text, mut escaped) = (false, false);
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_text => escaped = true,
            b'"' => in_text = !in_text,
            _ if in_text => {}
            b'{' => open.push('}'),
            b'[' => open.push(']'),
            b'}' | b']' => _ = open.pop(),
            b',' => comma = Some(at),
            _ => {}
        }
    }
    let quote = if in_text { "\"" } else { "" };
    (quote.chars().chain(open.into_iter().rev()).collect(), comma)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn only_an_object_before_other_words_is_json() {
        assert_eq!(json(br#"{"a":1} and more"#), Some(serde_json::json!({ "a": 1 })));
        for words in ["[1] it broke", "404 page not found", "true story", "null pointer"] {
            assert_eq!(json(words.as_bytes()), None, "{words}");
        }
    }

    #[test]
    fn utf_8_stays_as_it_is_whatever_its_charset_is_said_to_be() {
        let mut headers = HeaderMap::new();
        headers.insert("content-type", "text/plain; charset=iso-8859-1".parse().unwrap());
        let once = decoded(&headers, b"d\xe9sol\xe9").into_owned();
        assert_eq!(once, "d\u{e9}sol\u{e9}".as_bytes());
        assert_eq!(*decoded(&headers, &once), *once);
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_and_the_beginning_of_json_is_json(
            bytes in proptest::collection::vec(any::<u8>(), 0..80),
            text in "\\PC{0,40}",
            cut in 0.0..1.0,
        ) {
            let mut headers = HeaderMap::new();
            headers.insert("content-type", "text/html; charset=latin1".parse().unwrap());
            prop_assert!(std::str::from_utf8(&decoded(&headers, &bytes)).is_ok());
            let whole = serde_json::json!({ "code": 1, "message": [text, { "a": text }] }).to_string();
            let end = (whole.len() as f64 * cut) as usize;
            let end = (0..=end).rev().find(|end| whole.is_char_boundary(*end)).unwrap_or(0);
            if let Some(value) = json_that_breaks_off(&whole[..end]) {
                prop_assert!(value.is_object());
            }
        }
    }
}
