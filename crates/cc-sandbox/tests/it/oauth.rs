//! Programs that ask a user for a token.

use std::collections::HashMap;
use std::time::Duration;

use cc_sandbox::Sandbox;
use reqwest::Method;

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
