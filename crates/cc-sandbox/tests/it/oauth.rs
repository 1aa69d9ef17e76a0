//! Programs that ask a user for a token.

use std::collections::HashMap;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use cc_sandbox::Sandbox;
use hmac::{Hmac, KeyInit, Mac};
use reqwest::Method;
use sha1::Sha1;
use sha2::{Sha256, Sha512};

use crate::client::{Answer, Client, read};

const DAY: Duration = Duration::from_secs(86_400);

async fn post(client: &Client<'_>, path: &str, form: &[(&str, &str)]) -> Answer {
    let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish();
    let request = client.bare(Method::POST, path);
    read(request.header("content-type", "application/x-www-form-urlencoded").body(body)).await.unwrap()
}

fn fields(answer: &Answer) -> HashMap<String, String> {
    assert_eq!(answer.status, 200, "{answer:?}");
    form_urlencoded::parse(answer.text.as_bytes()).into_owned().collect()
}

#[tokio::test]
async fn a_user_who_agrees_gives_a_token_that_is_good_for_three_months() {
    let sandbox = Sandbox::start().await;
    let client = Client::new(&sandbox);
    let consumer = sandbox.credentials();
    let (key, secret) = (consumer.consumer_key.as_str(), &consumer.consumer_secret);
    let plain = format!("{secret}&");
    let mut start =
        [("oauth_consumer_key", key), ("oauth_callback", "oob"), ("oauth_signature", plain.as_str())];
    let asked = fields(&post(&client, "/v2/oauth/request_token", &start).await);
    assert_eq!(asked["oauth_callback_confirmed"], "true");
    start[2].1 = "wrong&";
    assert_eq!(post(&client, "/v2/oauth/request_token", &start).await.status, 401);

    let early = [("access_organisations", "on")];
    assert_eq!(post(&client, "/v2/oauth/authorize", &early).await.status, 401, "no page was shown");
    let page = format!("/v2/oauth/authorize?oauth_token={}", asked["oauth_token"]);
    let shown = read(client.bare(Method::GET, &page)).await.unwrap();
    assert!(shown.text.contains("name=manage_ssh_keys"), "{shown:?}");

    let signature = format!("{secret}&{}", asked["oauth_token_secret"]);
    let mut finish = [
        ("oauth_consumer_key", key),
        ("oauth_token", asked["oauth_token"].as_str()),
        ("oauth_verifier", "guessed"),
        ("oauth_signature", signature.as_str()),
    ];
    assert_eq!(post(&client, "/v2/oauth/access_token", &finish).await.status, 401, "before the user agreed");
    let agreed = post(&client, "/v2/oauth/authorize", &early).await.text;
    let verifier = agreed.split("<p>").nth(1).unwrap().trim();
    assert_eq!(post(&client, "/v2/oauth/access_token", &finish).await.status, 401, "another verifier");
    finish[2].1 = verifier;
    let token = fields(&post(&client, "/v2/oauth/access_token", &finish).await);
    assert_eq!(post(&client, "/v2/oauth/access_token", &finish).await.status, 401, "it is used up");

    let header = format!(
        r#"OAuth oauth_consumer_key="{key}", oauth_token="{}", oauth_signature="{secret}%26{}""#,
        token["oauth_token"], token["oauth_token_secret"]
    );
    let me = async || {
        let request = client.bare(Method::GET, "/v2/self").header("authorization", &header);
        read(request).await.unwrap().status
    };
    assert_eq!(me().await, 200);
    let listed = client.get("/v2/self/tokens").await.json();
    let mine = listed.as_array().unwrap().iter().find(|one| one["token"] == token["oauth_token"]).unwrap();
    assert_eq!(mine["rights"]["access_organisations"], true);
    assert!(token["expiration_date"].starts_with(&(sandbox.now() + DAY * 90).to_string()[..10]));
    sandbox.advance(DAY * 91);
    assert_eq!(me().await, 401, "it has ended");
}

/// Percent-encodes as OAuth 1 does.
fn encoded(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    text.bytes()
        .map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") })
        .collect()
}

fn signature(method: &str, key: &str, base: &str) -> String {
    fn mac<M: KeyInit + Mac>(key: &str, base: &str) -> String {
        let mac = <M as KeyInit>::new_from_slice(key.as_bytes()).unwrap();
        STANDARD.encode(mac.chain_update(base).finalize().into_bytes())
    }
    match method {
        "PLAINTEXT" => key.to_owned(),
        "HMAC-SHA1" => mac::<Hmac<Sha1>>(key, base),
        "HMAC-SHA256" => mac::<Hmac<Sha256>>(key, base),
        _ => mac::<Hmac<Sha512>>(key, base),
    }
}

/// The header that OAuth libraries send, signed as RFC 5849 says.
fn header(method: &str, url: &str, secrets: [&str; 2], more: &[(&str, &str)]) -> String {
    let mut parameters = vec![
        ("oauth_consumer_key", "sandbox-consumer-key"),
        ("oauth_signature_method", method),
        ("oauth_timestamp", "1"),
        ("oauth_nonce", "nonce"),
        ("oauth_version", "1.0"),
    ];
    parameters.extend(more);
    parameters.sort_unstable();
    let pairs: Vec<String> =
        parameters.iter().map(|(name, value)| format!("{name}={}", encoded(value))).collect();
    let base = ["POST", url, &pairs.join("&")].map(encoded).join("&");
    let signature = signature(method, &secrets.map(encoded).join("&"), &base);
    let quoted: Vec<String> =
        parameters.iter().map(|(name, value)| format!("{name}=\"{}\"", encoded(value))).collect();
    format!("OAuth realm=\"\", {}, oauth_signature=\"{}\"", quoted.join(", "), encoded(&signature))
}

#[tokio::test]
async fn the_parameters_of_both_steps_may_be_in_the_header_with_each_method() {
    let sandbox = Sandbox::start().await;
    let client = Client::new(&sandbox);
    let secret = sandbox.credentials().consumer_secret.clone();
    for (index, method) in ["PLAINTEXT", "HMAC-SHA1", "HMAC-SHA256", "HMAC-SHA512"].iter().enumerate() {
        // With and without the `_query` route, which takes the header too.
        let routes = ["/v2/oauth/request_token", "/v2/oauth/access_token"];
        let routes =
            routes.map(|route| if index % 2 == 0 { route.to_owned() } else { format!("{route}_query") });
        let step = async |route: &str, token_secret: &str, more: &[(&str, &str)]| {
            let url = format!("{}{route}", sandbox.url());
            let header = header(method, &url, [&secret, token_secret], more);
            read(client.bare(Method::POST, route).header("authorization", header)).await.unwrap()
        };
        assert_eq!(step(&routes[0], "wrong", &[("oauth_callback", "oob")]).await.status, 401, "{method}");
        let asked = fields(&step(&routes[0], "", &[("oauth_callback", "oob")]).await);
        let page = format!("/v2/oauth/authorize?oauth_token={}", asked["oauth_token"]);
        read(client.bare(Method::GET, &page)).await.unwrap();
        let agreed = post(&client, "/v2/oauth/authorize", &[("access_organisations", "on")]).await.text;
        let verifier = agreed.split("<p>").nth(1).unwrap().trim();
        let more = [("oauth_token", asked["oauth_token"].as_str()), ("oauth_verifier", verifier)];
        let token = fields(&step(&routes[1], &asked["oauth_token_secret"], &more).await);
        assert!(!token["oauth_token_secret"].is_empty(), "{method}");
    }
}
