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
    forms.extend(in_json(secret));
    let all_ascii = Escapes { letters: Some(Case::Lower), ..Escapes::default() };
    for once in [json(secret, Escapes::default()), json(secret, all_ascii)] {
        forms.push(json(&once, Escapes::default()));
    }
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

/// A secret as writers of JSON escape it.
fn in_json(secret: &str) -> Vec<String> {
    /// Characters that writers escape besides, where JSON may stand in a page: Go three, Gson five, PHP and .NET quotes, too.
    const FOR_PAGES: [&str; 5] = ["", "&<>", "&<>'=", "&<>'\"", "&<>'\"+`"];

    let mut forms = Vec::new();
    let is_escaped =
        |character: char| !character.is_ascii() || character < ' ' || "\"\\/&<>'=+`".contains(character);
    if !secret.contains(is_escaped) {
        return forms;
    }
    for for_pages in FOR_PAGES {
        for case in [Case::Lower, Case::Upper] {
            for letters in [None, Some(Case::Lower), Some(Case::Upper)] {
                for slash in [false, true] {
                    let form = json(secret, Escapes { for_pages, case, letters, slash });
                    if !forms.contains(&form) {
                        forms.push(form);
                    }
                }
            }
        }
    }
    forms
}

/// How a writer of JSON escapes.
#[derive(Clone, Copy, Default)]
struct Escapes {
    /// Characters of ASCII that it writes by their code.
    for_pages: &'static str,
    /// Case of the codes of ASCII.
    case: Case,
    /// Case of the codes of all others. `None` if they are written as they are.
    letters: Option<Case>,
    /// `true` if it writes `\/` for `/`.
    slash: bool,
}

/// Case of the digits in `\u00e9`.
#[derive(Clone, Copy, Default)]
enum Case {
    #[default]
    Lower,
    Upper,
}

/// The content of a string of JSON.
fn json(text: &str, escapes: Escapes) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        let coded = match character {
            '\n' | '\r' | '\t' | '\u{8}' | '\u{c}' => None,
            _ if !character.is_ascii() => escapes.letters,
            _ => (character < ' ' || escapes.for_pages.contains(character)).then_some(escapes.case),
        };
        match (coded, character) {
            (Some(case), _) => {
                for unit in character.encode_utf16(&mut [0; 2]) {
                    let digits = format!("{unit:04x}");
                    out.push_str("\\u");
                    out.push_str(&match case {
                        Case::Lower => digits,
                        Case::Upper => digits.to_ascii_uppercase(),
                    });
                }
            }
            (None, '\n') => out.push_str("\\n"),
            (None, '\r') => out.push_str("\\r"),
            (None, '\t') => out.push_str("\\t"),
            (None, '\u{8}') => out.push_str("\\b"),
            (None, '\u{c}') => out.push_str("\\f"),
            (None, '"' | '\\') => out.extend(['\\', character]),
            (None, '/') if escapes.slash => out.push_str("\\/"),
            (None, _) => out.push(character),
        }
    }
    out
}
