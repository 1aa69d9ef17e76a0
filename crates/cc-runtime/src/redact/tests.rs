//! Tests of hidden and of kept text.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use proptest::prelude::*;
use serde_json::json;

use super::forms::UNRESERVED;
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
fn a_secret_is_hidden_as_the_writers_of_json_escape_it() {
    let hides = redactor(&["é/<&>\"'+\n\\x"]);
    for text in [
        // serde_json, Python, PHP, PHP for pages, Jackson for ASCII, Go, Gson, .NET
        r#"é/<&>\"'+\n\\x"#,
        r#"\u00e9/<&>\"'+\n\\x"#,
        r#"\u00e9\/<&>\"'+\n\\x"#,
        r#"\u00e9\/\u003C\u0026\u003E\u0022\u0027+\n\\x"#,
        r#"\u00E9/<&>\"'+\n\\x"#,
        r#"é/\u003c\u0026\u003e\"'+\n\\x"#,
        r#"é/\u003c\u0026\u003e\"\u0027+\n\\x"#,
        r#"\u00E9/\u003C\u0026\u003E\u0022\u0027\u002B\n\\x"#,
    ] {
        assert_eq!(serde_json::from_str::<String>(&format!("\"{text}\"")).unwrap(), "é/<&>\"'+\n\\x");
        assert_eq!(hides.hide(text), HIDDEN, "{text}");
    }
}

#[test]
fn a_secret_that_is_cut_off_is_hidden_in_every_form() {
    let secret = "wörd/1 & <\"more\">, and ~ the rest";
    let hides = redactor(&[secret]);
    for form in forms(secret) {
        for end in (LONG..=form.len()).filter(|end| form.is_char_boundary(*end)) {
            let shown = hides.hide_cut(&form[..end]).into_owned();
            // A start that is hidden itself may stand before.
            assert_eq!(shown.replace(HIDDEN, ""), "", "{}: {shown}", &form[..end]);
        }
    }
}

#[test]
fn the_start_of_a_secret_is_hidden_where_another_secret_is_its_beginning() {
    let hides = redactor(&["token", "token-1234567"]);
    assert_eq!(hides.hide_cut("the token-12345"), "the ***");
    assert_eq!(hides.hide_cut("the token-1234567"), "the ***");
    assert_eq!(hides.hide_cut("the token-12345 x"), "the ***-12345 x");
}

#[test]
fn secrets_that_overlap_are_both_hidden_whole() {
    let hides = redactor(&["user:pass", "pass@host", "host:1234"]);
    assert_eq!(hides.hide("<user:pass@host:12345> user:pass"), "<***5> ***");
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
    // An automaton, which takes more for each byte and is slow to build, would be more than thirty times as large.
    let secrets: Vec<String> = (0..4_u8)
        .map(|nth| {
            (0..900).map(|at: u32| char::from(b'!' + ((at * 7 + u32::from(nth)) % 90) as u8)).collect()
        })
        .collect();
    let bytes: usize = secrets.iter().flat_map(|secret| forms(secret)).map(|form| form.len()).sum();
    let hides = redactor(&secrets.iter().map(String::as_str).collect::<Vec<_>>());
    let taken = hides.long.unwrap().memory_usage();
    assert!(taken < 2 * bytes, "{taken} for {bytes}");
}

#[test]
fn short_secrets_are_hidden_as_words_and_do_not_shred_a_text() {
    let hides = redactor(&["on", "1", "abc"]);
    assert_eq!(hides.hide("no connection on 10 ports: abcd, abc"), "no connection *** 10 ports: abcd, ***");
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
    for name in ["token", "oauth_token", "X-Clever-Password", "apiKey", "sourceToken", "kubeconfig", "tokens"]
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
    #[test]
    fn every_character_of_every_secret_is_hidden_and_no_other(
        secrets in proptest::collection::vec("[abé]{4,7}", 1..6), text in "[abéc]{0,40}"
    ) {
        // The forms of these secrets other than themselves have characters that no text has here.
        let mut is_secret = vec![false; text.len()];
        for secret in &secrets {
            for start in (0..text.len()).filter(|start| text.as_bytes()[*start..].starts_with(secret.as_bytes())) {
                is_secret[start..start + secret.len()].fill(true);
            }
        }
        let kept = text.char_indices().filter(|(at, _)| !is_secret[*at]);
        let kept: String = kept.map(|(_, character)| character).collect();
        let hides = redactor(&secrets.iter().map(String::as_str).collect::<Vec<_>>());
        prop_assert_eq!(hides.hide(&text).replace(HIDDEN, ""), kept);
    }
}
