//! The forms in which servers repeat a secret.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;

use super::LONG;

/// Length from which a part of the Base64 form of a value is recognisable at any alignment.
pub(super) const ALIGNED: usize = 8;

/// The unreserved characters of RFC 3986, and those that forms, paths and JavaScript leave as they are besides.
pub(super) const UNRESERVED: &AsciiSet =
    &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');
const LENIENT: &AsciiSet =
    &UNRESERVED.remove(b'!').remove(b'*').remove(b'\'').remove(b'(').remove(b')').remove(b'/').remove(b':');

/// A secret as it is, and as servers write it: percent-encoded, in JSON, in HTML, in Base64.
pub(super) fn forms(secret: &str) -> Vec<String> {
    let mut forms = vec![secret.to_owned()];
    let encoded = utf8_percent_encode(secret, UNRESERVED).to_string();
    let lower = |text: &str| {
        let mut out = String::with_capacity(text.len());
        let mut left = 0;
        for character in text.chars() {
            left = if character == '%' { 3 } else { i32::max(left - 1, 0) };
            out.push(if left > 0 { character.to_ascii_lowercase() } else { character });
        }
        out
    };
    let lenient = utf8_percent_encode(secret, LENIENT).to_string();
    forms.extend([
        lower(&encoded),
        lower(&lenient),
        encoded.replace("%20", "+"),
        lenient.replace("%20", "+"),
    ]);
    forms.push(utf8_percent_encode(&encoded, UNRESERVED).to_string());
    forms.extend([encoded, lenient]);
    let json = |text: &str| {
        let quoted = Value::from(text).to_string();
        quoted[1..quoted.len() - 1].to_owned()
    };
    let once = json(secret);
    // As it is written where JSON may stand in a page: Go escapes three characters, Gson five.
    let for_pages = once.replace('&', "\\u0026").replace('<', "\\u003c").replace('>', "\\u003e");
    forms.extend([for_pages.replace('\'', "\\u0027").replace('=', "\\u003d"), for_pages]);
    forms.extend([once.replace('/', "\\/"), ascii(&once), json(&once), json(&ascii(&once)), once]);
    let html = secret.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    forms.push(html.replace('"', "&#34;").replace('\'', "&#39;"));
    let html = html.replace('"', "&quot;");
    let quotes = ["&#39;", "&#039;", "&#x27;", "&apos;"];
    forms.extend(quotes.map(|quote| html.replace('\'', quote)));
    forms.push(html);
    forms.push(secret.split_whitespace().collect::<Vec<_>>().join(" "));
    if secret.chars().count() >= LONG {
        for before in 0..3 {
            let bytes = [vec![0; before], secret.as_bytes().to_vec()].concat();
            for engine in [&STANDARD_NO_PAD, &URL_SAFE_NO_PAD] {
                let text = engine.encode(&bytes);
                if before == 0 {
                    forms.push(text.clone());
                }
                // The part of the Base64 form that depends only on bytes of the secret, independent of its
                // surroundings.
                let (start, end) = ([0, 2, 3][before], bytes.len() / 3 * 4);
                if secret.len() >= ALIGNED && start < end {
                    forms.push(text[start..end].to_owned());
                }
            }
        }
    }
    forms
}

/// A very long secret in its most frequent forms.
pub(super) fn few_forms(secret: &str) -> [String; 4] {
    let json = Value::from(secret).to_string();
    let base64 = STANDARD_NO_PAD.encode(secret);
    let encoded = utf8_percent_encode(secret, UNRESERVED).to_string();
    [json[1..json.len() - 1].to_owned(), base64, encoded, secret.to_owned()]
}

/// JSON without letters beyond ASCII.
fn ascii(json: &str) -> String {
    let mut out = String::with_capacity(json.len());
    for character in json.chars() {
        if character.is_ascii() {
            out.push(character);
        } else {
            let mut units = [0; 2];
            for unit in character.encode_utf16(&mut units) {
                out.push_str(&format!("\\u{unit:04x}"));
            }
        }
    }
    out
}
