//! Takes what a call sent as a secret out of every text that is shown, in each form in which a server may repeat it.

use std::borrow::Cow;
use std::error::Error as StdError;
use std::fmt;
use std::sync::Arc;

use aho_corasick::{AhoCorasick, AhoCorasickKind, MatchKind};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use http::header::{self, HeaderMap, HeaderName, HeaderValue};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use serde_json::Value;

use crate::secret::Secret;

/// What stands in the place of a secret.
const HIDDEN: &str = "***";

/// From this many characters on, a secret is replaced wherever it occurs, also within a word. A shorter one is replaced
/// where it stands as a word of its own: within words it would shred any text and tell the reader what it was.
const LONG: usize = 4;

/// A value from which this much of its Base64 form can be told whatever stands before it.
const ALIGNED: usize = 8;

/// From this many bytes on a secret is looked for by itself, and in fewer forms: a search for all at once takes memory for each
/// byte of each form.
const HUGE: usize = 1_024;

/// Length from which the value of a sensitive header counts as a secret whatever the header is called.
const HEADER: usize = 6;

/// The unreserved characters of RFC 3986, and those that forms, paths and JavaScript leave as they are besides.
const UNRESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');
const LENIENT: &AsciiSet =
    &UNRESERVED.remove(b'!').remove(b'*').remove(b'\'').remove(b'(').remove(b')').remove(b'/').remove(b':');

/// Words by which a header, a parameter or a property says that its value is a secret.
const WORDS: [&str; 16] = [
    "token",
    "secret",
    "password",
    "passwd",
    "passphrase",
    "credential",
    "credentials",
    "kubeconfig",
    "apikey",
    "authorization",
    "cookie",
    "signature",
    "otp",
    "totp",
    "mfacode",
    "privatekey",
];

/// Returns `true` if a name says that its value is a secret: `apiKey`, `X-Clever-Password`, `oauth_token`.
pub(crate) fn sounds_secret(name: &str) -> bool {
    let flat: String =
        name.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect();
    let is_count =
        ["id", "ids", "type", "name", "date", "count", "expiration"].iter().any(|end| flat.ends_with(end));
    let ends =
        |word: &&str| flat.ends_with(*word) || flat.strip_suffix('s').is_some_and(|one| one.ends_with(*word));
    !is_count && WORDS.iter().any(ends)
}

/// The secrets of one call, ready to be looked for.
#[derive(Default)]
pub(crate) struct Redactor {
    long: Option<AhoCorasick>,
    short: Option<AhoCorasick>,
    /// Secrets of one character: only a text that is nothing else is one.
    single: Vec<String>,
    /// The long ones as they are.
    plain: Vec<String>,
    /// The forms of those that are very long.
    huge: Vec<String>,
}

/// Collects the secrets of one call.
#[derive(Default)]
pub(crate) struct Secrets(Vec<String>);

impl Secrets {
    /// A value that was sent as a secret. Where it is a URL, the password in it is one too.
    pub(crate) fn add(&mut self, secret: &str) {
        let secret = secret.trim();
        if secret.is_empty() {
            return;
        }
        self.0.push(secret.to_owned());
        if let Some(url) = as_url(secret) {
            // A name beside a password is no secret; alone it is often a token.
            self.add_user_info(url.password().unwrap_or(url.username()));
        }
        // A key in PEM is repeated a line at a time.
        if secret.contains('\n') {
            self.0.extend(
                secret.lines().map(str::trim).filter(|line| line.len() >= ALIGNED).map(str::to_owned),
            );
        }
    }

    /// A part of a URL before its host, as it is and decoded.
    fn add_user_info(&mut self, part: &str) {
        if !part.is_empty() {
            self.0.push(part.to_owned());
            self.0.extend(percent_decode_str(part).decode_utf8().ok().map(Cow::into_owned));
        }
    }

    pub(crate) fn add_all<'a>(&mut self, secrets: impl IntoIterator<Item = &'a Secret>) {
        secrets.into_iter().for_each(|secret| self.add(secret.expose()));
    }

    /// The value of `Authorization`: as a whole, and each part of it.
    pub(crate) fn add_authorization(&mut self, value: &HeaderValue) {
        let Ok(text) = value.to_str() else { return };
        self.add(text);
        let Some((scheme, rest)) = text.split_once(' ') else { return };
        self.add(rest);
        if scheme.eq_ignore_ascii_case("oauth") {
            const HARMLESS: [&str; 4] =
                ["oauth_signature_method", "oauth_version", "oauth_timestamp", "realm"];
            for part in rest.split(',') {
                let Some((name, value)) = part.trim().split_once('=') else { continue };
                let value = value.trim_matches('"');
                if HARMLESS.contains(&name) || value.is_empty() {
                    continue;
                }
                self.add(value);
                let Ok(decoded) = percent_decode_str(value).decode_utf8() else { continue };
                self.add(&decoded);
                // A signature of the method PLAINTEXT is two secrets, each encoded once more.
                if name == "oauth_signature" {
                    for half in decoded.split('&') {
                        self.add(half);
                        percent_decode_str(half).decode_utf8().iter().for_each(|half| self.add(half));
                    }
                }
            }
        } else if scheme.eq_ignore_ascii_case("basic")
            && let Some(text) = base64::engine::general_purpose::STANDARD
                .decode(rest)
                .ok()
                .and_then(|bytes| String::from_utf8(bytes).ok())
        {
            self.add(text.split_once(':').map_or(text.as_str(), |(_, password)| password));
        }
    }

    /// Headers that are marked as sensitive, or say by their name that they are.
    pub(crate) fn add_headers(&mut self, headers: &HeaderMap) {
        for (name, value) in headers {
            if *name == header::AUTHORIZATION || *name == header::PROXY_AUTHORIZATION {
                self.add_authorization(value);
            } else if let Ok(text) = value.to_str()
                && (sounds_secret(name.as_str()) || value.is_sensitive() && text.len() >= HEADER)
            {
                self.add(text);
            }
        }
    }

    /// Values of an encoded query, or of a form, whose name says that they are secret.
    pub(crate) fn add_pairs(&mut self, pairs: &str) {
        for (name, value) in url::form_urlencoded::parse(pairs.as_bytes()) {
            if sounds_secret(&name) {
                self.add(&value);
            }
        }
    }

    /// Values of a JSON body whose name says that they are secret, and the passwords and tokens in its URLs: what no schema
    /// describes.
    pub(crate) fn add_json(&mut self, value: &Value) {
        match value {
            Value::Object(members) => {
                for (name, value) in members {
                    match value {
                        Value::String(text) if sounds_secret(name) => self.add(text),
                        Value::Number(number) if sounds_secret(name) => self.add(&number.to_string()),
                        other => self.add_json(other),
                    }
                }
            }
            Value::Array(values) => values.iter().for_each(|value| self.add_json(value)),
            Value::String(text) => {
                if let Some(url) = as_url(text) {
                    self.add_user_info(url.password().unwrap_or_default());
                    self.add_pairs(url.query().unwrap_or_default());
                }
            }
            _ => {}
        }
    }

    pub(crate) fn redactor(self) -> Redactor {
        let (mut long, mut short, mut single) = (Vec::new(), Vec::new(), Vec::new());
        let (mut plain, mut huge) = (Vec::new(), Vec::new());
        for secret in self.0 {
            match secret.chars().count() {
                0 => {}
                1 => single.push(secret),
                length if length < LONG => short.extend(forms(&secret)),
                _ if secret.len() >= HUGE => {
                    let json = Value::from(secret.as_str()).to_string();
                    let base64 = STANDARD_NO_PAD.encode(&secret);
                    let encoded = utf8_percent_encode(&secret, UNRESERVED).to_string();
                    huge.extend([json[1..json.len() - 1].to_owned(), base64, encoded, secret.clone()]);
                    plain.push(secret);
                }
                _ => {
                    long.extend(forms(&secret));
                    plain.push(secret);
                }
            }
        }
        Redactor { long: finder(long), short: finder(short), single, plain, huge }
    }
}

fn as_url(text: &str) -> Option<url::Url> {
    if text.contains("://") { url::Url::parse(text).ok() } else { None }
}

/// A search for all of them at once. It fails for more patterns than a request can hold only.
fn finder(mut patterns: Vec<String>) -> Option<AhoCorasick> {
    patterns.sort_unstable();
    patterns.dedup();
    if patterns.is_empty() {
        return None;
    }
    // Each failed call builds one and searches a few short texts: a DFA, which is faster to search, takes many times longer to build.
    AhoCorasick::builder()
        .kind(Some(AhoCorasickKind::NoncontiguousNFA))
        .match_kind(MatchKind::LeftmostLongest)
        .build(patterns)
        .ok()
}

/// A secret as it is, and as servers write it: percent-encoded, in JSON, in HTML, in Base64.
fn forms(secret: &str) -> Vec<String> {
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
                // What is made of bytes of the secret alone, whatever stands before and after it.
                let (start, end) = ([0, 2, 3][before], bytes.len() / 3 * 4);
                if secret.len() >= ALIGNED && start < end {
                    forms.push(text[start..end].to_owned());
                }
            }
        }
    }
    forms
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

impl Redactor {
    /// The text without the secrets.
    pub(crate) fn hide<'a>(&self, text: &'a str) -> Cow<'a, str> {
        if self.single.iter().any(|single| single == text) {
            return Cow::Borrowed(HIDDEN);
        }
        if let Some(huge) = self.huge.iter().find(|huge| text.contains(huge.as_str())) {
            return Cow::Owned(self.hide(&text.replace(huge, HIDDEN)).into_owned());
        }
        let text = replace(text, self.long.as_ref(), |_, _, _| true);
        let is_word = |text: &str, start: usize, end: usize| {
            let is_part = |character: Option<char>| character.is_some_and(char::is_alphanumeric);
            !is_part(text[..start].chars().next_back()) && !is_part(text[end..].chars().next())
        };
        match text {
            Cow::Borrowed(text) => replace(text, self.short.as_ref(), is_word),
            Cow::Owned(text) => Cow::Owned(replace(&text, self.short.as_ref(), is_word).into_owned()),
        }
    }

    /// The same for a text that may have been cut: the start of a secret at its end goes too.
    pub(crate) fn hide_cut<'a>(&self, text: &'a str) -> Cow<'a, str> {
        let hidden = self.hide(text);
        // At least as much of it as is hidden within a text.
        let starts = self.plain.iter().filter_map(|secret| {
            (LONG..secret.len())
                .rev()
                .find(|&end| secret.is_char_boundary(end) && hidden.ends_with(&secret[..end]))
        });
        match starts.max() {
            Some(length) => Cow::Owned(format!("{}{HIDDEN}", &hidden[..hidden.len() - length])),
            None => hidden,
        }
    }

    /// Takes the secrets out of a text, in place.
    pub(crate) fn hide_in(&self, text: &mut String) {
        let hidden = self.hide(text);
        if hidden != text.as_str() {
            *text = hidden.into_owned();
        }
    }

    /// Takes the secrets out of each name and value; `true` if there was one.
    pub(crate) fn hide_json(&self, value: &mut Value) -> bool {
        match value {
            Value::String(text) => match self.hide(text) {
                Cow::Owned(hidden) => {
                    *text = hidden;
                    true
                }
                Cow::Borrowed(HIDDEN) if text != HIDDEN => {
                    *text = HIDDEN.to_owned();
                    true
                }
                Cow::Borrowed(_) => false,
            },
            Value::Number(number) => {
                let text = number.to_string();
                let hides = self.hide(&text) != text;
                if hides {
                    *value = HIDDEN.into();
                }
                hides
            }
            Value::Array(values) => {
                let mut hidden = false;
                for value in values {
                    hidden |= self.hide_json(value);
                }
                hidden
            }
            Value::Object(members) => {
                let mut hidden = false;
                if members.keys().any(|name| self.hide(name) != name.as_str()) {
                    hidden = true;
                    *members = std::mem::take(members)
                        .into_iter()
                        .map(|(name, value)| (self.hide(&name).into_owned(), value))
                        .collect();
                }
                for value in members.values_mut() {
                    hidden |= self.hide_json(value);
                }
                hidden
            }
            Value::Null | Value::Bool(_) => false,
        }
    }

    /// The headers of an answer without the secrets.
    pub(crate) fn hide_headers(&self, headers: &mut HeaderMap) {
        for value in headers.values_mut() {
            let text = String::from_utf8_lossy(value.as_bytes());
            let hidden = self.hide(&text);
            if hidden != text {
                *value = HeaderValue::from_str(&hidden).unwrap_or(HeaderValue::from_static(HIDDEN));
            }
        }
        if headers.keys().any(|name| self.hide(name.as_str()) != name.as_str()) {
            *headers = std::mem::take(headers)
                .into_iter()
                .filter_map(|(name, value)| Some((name?, value)))
                .filter(|(name, _): &(HeaderName, HeaderValue)| self.hide(name.as_str()) == name.as_str())
                .collect();
        }
    }

    /// A cause without the secrets; `None` when it holds none. Only the words of a cause that does are kept.
    pub(crate) fn hide_cause<'a>(
        &self,
        cause: &'a (dyn StdError + 'static),
    ) -> Option<Arc<dyn StdError + Send + Sync>> {
        let chain =
            || std::iter::successors(Some(cause), |cause: &&'a (dyn StdError + 'static)| (*cause).source());
        let leaks = chain().any(|cause| {
            [cause.to_string(), format!("{cause:?}")].iter().any(|shown| self.hide(shown) != shown.as_str())
        });
        if !leaks {
            return None;
        }
        if let Some(own) = cause.downcast_ref::<crate::Error>() {
            return Some(Arc::new(own.clone().redacted(self)));
        }
        let words: Vec<String> = chain().map(|cause| self.hide(&cause.to_string()).into_owned()).collect();
        let said = words.into_iter().rev().fold(None, |source, text| Some(Box::new(Said { text, source })));
        said.map(|said| Arc::new(*said) as _)
    }
}

fn replace<'a>(
    text: &'a str,
    finder: Option<&AhoCorasick>,
    counts: impl Fn(&str, usize, usize) -> bool,
) -> Cow<'a, str> {
    let Some(finder) = finder else { return Cow::Borrowed(text) };
    let mut out = String::new();
    let mut from = 0;
    for found in finder.find_iter(text) {
        if counts(text, found.start(), found.end()) {
            out.push_str(&text[from..found.start()]);
            out.push_str(HIDDEN);
            from = found.end();
        }
    }
    if from == 0 {
        return Cow::Borrowed(text);
    }
    out.push_str(&text[from..]);
    Cow::Owned(out)
}

/// What is left of a cause that held a secret.
struct Said {
    text: String,
    source: Option<Box<Said>>,
}

impl fmt::Debug for Said {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.text, f)
    }
}

impl fmt::Display for Said {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl StdError for Said {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.source.as_deref().map(|source| source as _)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn redactor(secrets: &[&str]) -> Redactor {
        let mut all = Secrets::default();
        secrets.iter().for_each(|secret| all.add(secret));
        all.redactor()
    }

    #[test]
    fn a_secret_is_hidden_in_every_form_that_a_server_writes() {
        let secret = r#"p&ss "wörd"/1"#;
        let hides = redactor(&[secret]);
        for text in [
            secret.to_owned(),
            utf8_percent_encode(secret, NON_ALPHANUMERIC).to_string(),
            utf8_percent_encode(secret, UNRESERVED).to_string().to_lowercase(),
            url::form_urlencoded::byte_serialize(secret.as_bytes()).collect(),
            serde_json::json!({ "a": secret }).to_string(),
            serde_json::json!([serde_json::json!({ "a": secret }).to_string()]).to_string(),
            "p&amp;ss &quot;wörd&quot;/1".to_owned(),
            r#"p&ss \"w\u00f6rd\"\/1"#.replace("\\/", "/"),
            r#"p\u0026ss \"wörd\"/1"#.to_owned(),
            "p&amp;ss &#34;wörd&#34;/1".to_owned(),
            base64::engine::general_purpose::STANDARD.encode(secret),
            base64::engine::general_purpose::STANDARD.encode(format!("me:{secret}")),
            base64::engine::general_purpose::STANDARD.encode(format!("you:{secret}@h")),
            URL_SAFE_NO_PAD.encode(format!("ab:{secret}")),
        ] {
            let shown = hides.hide(&text);
            assert!(shown.contains(HIDDEN), "{text} {shown}");
            assert!(!shown.contains("rd"), "{text} {shown}");
        }
    }

    #[test]
    fn a_secret_is_hidden_as_it_is_written_for_pages() {
        let hides = redactor(&["a'b<c>d=e&f"]);
        for text in [
            r"a'b\u003cc\u003ed=e\u0026f",
            r"a\u0027b\u003cc\u003ed\u003de\u0026f",
            "a&apos;b&lt;c&gt;d=e&amp;f",
            "a&#39;b&lt;c&gt;d=e&amp;f",
            "a&#039;b&lt;c&gt;d=e&amp;f",
        ] {
            assert_eq!(hides.hide(text), HIDDEN, "{text}");
        }
    }

    #[test]
    fn passwords_and_tokens_in_the_urls_of_a_body_are_secrets() {
        let mut secrets = Secrets::default();
        secrets.add_json(&json!({ "drain": { "url": "https://me:hunt%2Fer2@h/?token=t0ken1&page=first" } }));
        let hides = secrets.redactor();
        assert_eq!(hides.hide("hunt/er2 hunt%2Fer2 t0ken1 me first"), "*** *** *** me first");
    }

    #[test]
    fn a_very_long_secret_is_hidden_whole_and_where_it_is_cut() {
        let secret: String = (0..100_000).map(|at| char::from(b'a' + (at % 23) as u8)).collect();
        let hides = redactor(&[&secret]);
        for text in [secret.clone(), json!({ "a": secret }).to_string(), STANDARD_NO_PAD.encode(&secret)] {
            assert!(hides.hide(&text).len() < 20, "{}", hides.hide(&text).len());
        }
        assert_eq!(hides.hide_cut(&format!("value {}", &secret[..50_000])), "value ***");
    }

    #[test]
    fn what_looks_for_secrets_takes_memory_by_their_length_alone() {
        // A DFA, which takes more for each byte and is slow to build, would be more than ten times as large.
        let secrets: Vec<String> = (0..4_u8)
            .map(|nth| {
                (0..900).map(|at: u32| char::from(b'!' + ((at * 7 + u32::from(nth)) % 90) as u8)).collect()
            })
            .collect();
        let bytes: usize = secrets.iter().flat_map(|secret| forms(secret)).map(|form| form.len()).sum();
        let hides = redactor(&secrets.iter().map(String::as_str).collect::<Vec<_>>());
        let taken = hides.long.unwrap().memory_usage();
        assert!(taken < 64 * bytes, "{taken} for {bytes}");
    }

    #[test]
    fn short_secrets_are_hidden_as_words_and_do_not_shred_a_text() {
        let hides = redactor(&["on", "1", "abc"]);
        assert_eq!(
            hides.hide("no connection on 10 ports: abcd, abc"),
            "no connection *** 10 ports: abcd, ***"
        );
        assert_eq!(hides.hide("1"), "***");
        assert_eq!(hides.hide("11 of 1"), "11 of 1");
    }

    #[test]
    fn the_parts_of_an_authorization_are_secrets_too() {
        let mut secrets = Secrets::default();
        secrets.add_authorization(&HeaderValue::from_static(
            r#"OAuth oauth_consumer_key="consumer1", oauth_token="t0ken", oauth_signature_method="PLAINTEXT", oauth_signature="s3cret%261%2526x""#,
        ));
        secrets.add_authorization(&HeaderValue::from_static("Bearer b34rer"));
        secrets.add_authorization(&HeaderValue::from_static("Basic bWU6aHVudGVyMg=="));
        let hides = secrets.redactor();
        for part in ["t0ken", "s3cret", "1&x", "1%26x", "b34rer", "hunter2", "consumer1"] {
            assert_eq!(hides.hide(&format!("<{part}>")).replace(HIDDEN, ""), "<>", "{part}");
        }
        assert_eq!(hides.hide("PLAINTEXT"), "PLAINTEXT");
    }

    #[test]
    fn the_password_in_a_url_is_a_secret_of_its_own() {
        let hides = redactor(&["redis://user:hunt%65r2@host:6379"]);
        assert_eq!(hides.hide("no route with hunter2, hunt%65r2"), "no route with ***, ***");
    }

    #[test]
    fn names_that_sound_secret_are_found_however_they_are_written() {
        for name in
            ["token", "oauth_token", "X-Clever-Password", "apiKey", "sourceToken", "kubeconfig", "tokens"]
        {
            assert!(sounds_secret(name), "{name}");
        }
        for name in ["tokenId", "keyName", "host", "passwordExpirationDate", "key"] {
            assert!(!sounds_secret(name), "{name}");
        }
    }

    #[test]
    fn a_cause_that_repeats_a_secret_keeps_its_other_words() {
        let cause = std::io::Error::other("no entry for hunter2");
        let hidden = redactor(&["hunter2"]).hide_cause(&cause).unwrap();
        assert_eq!(hidden.to_string(), "no entry for ***");
        assert!(redactor(&["hunter3"]).hide_cause(&cause).is_none());
    }

    proptest! {
        #[test]
        fn no_secret_is_left_wherever_it_stands(
            before in "\\PC{0,20}", after in "\\PC{0,20}", secret in "[a-zA-Z0-9_./+=\"&%-]{4,40}"
        ) {
            let hides = redactor(&[&secret]);
            let text = format!("{before}{secret}{after}");
            let shown = hides.hide(&text);
            prop_assert!(!shown.contains(secret.trim()), "{}", shown);
            let json = serde_json::json!([text, { text.clone(): 1 }]);
            let mut value = json.clone();
            prop_assert!(hides.hide_json(&mut value));
            prop_assert!(!value.to_string().contains(&Value::from(secret.trim()).to_string().trim_matches('"').to_owned()));
        }
    }
}
