//! The three legs to a user's token: requests, checks, and hidden secrets.

use std::time::Duration;

use cc_client::sign_in::{Listener, Pending, SignIn, Visit};
use cc_client::{Credentials, ErrorKind};
use cc_runtime::credentials::SignatureMethod;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::support::{Platform, SECOND};

/// A platform that gives a request token, then a user's token.
fn platform() -> Platform {
    Platform::new(|_, path| {
        let body = match path {
            "/v2/oauth/request_token" => {
                "oauth_token=asked&oauth_token_secret=s%2F1&oauth_callback_confirmed=true"
            }
            _ => "oauth_token=users&oauth_token_secret=hunter2&expiration_date=2030-01-01T00%3A00%3A00Z",
        };
        (200, body.to_owned())
    })
}

async fn pending(platform: &Platform, callback: &str) -> Pending {
    let sign_in = SignIn::new("key", "hunter2").transport(&platform.transport());
    sign_in.start(callback).await.unwrap()
}

fn state(platform: &Platform) -> String {
    let form = platform.bodies().swap_remove(0);
    let callback = field(&form, "oauth_callback").unwrap();
    callback.split("state=").nth(1).unwrap().to_owned()
}

fn field(form: &str, name: &str) -> Option<String> {
    url::form_urlencoded::parse(form.as_bytes())
        .find(|(key, _)| key == name)
        .map(|(_, value)| value.into_owned())
}

#[tokio::test]
async fn a_user_who_agrees_gives_a_token_that_signs() {
    let platform = platform();
    let pending = pending(&platform, "https://program.example/back?from=here").await;
    assert_eq!(pending.authorize_url(), "https://api.test/v2/oauth/authorize?oauth_token=asked");
    let back = format!("/back?from=here&state={}&oauth_token=asked&oauth_verifier=yes", state(&platform));
    let visit = pending.visit(&back).unwrap();
    let signed_in = pending.finish(visit).await.unwrap();
    assert_eq!(signed_in.expires_at().unwrap().to_string(), "2030-01-01T00:00:00.000Z");
    let Credentials::OAuth1(oauth) = signed_in.credentials() else { panic!("{signed_in:?}") };
    assert_eq!((oauth.consumer_key.as_str(), oauth.token.as_str()), ("key", "users"));
    assert_eq!(oauth.method, SignatureMethod::HmacSha512);
    assert_eq!(platform.journal(), ["POST /v2/oauth/request_token", "POST /v2/oauth/access_token"]);
    let bodies = platform.bodies();
    let has = |at: usize, name: &str| field(&bodies[at], name);
    assert_eq!(has(0, "oauth_token"), None);
    assert_eq!(has(1, "oauth_token").unwrap(), "asked");
    assert_eq!(has(1, "oauth_verifier").unwrap(), "yes");
    assert_ne!(has(0, "oauth_nonce"), has(1, "oauth_nonce"));
    for (at, form) in bodies.iter().enumerate() {
        assert_eq!(has(at, "oauth_signature_method").unwrap(), "HMAC-SHA512");
        assert!(has(at, "oauth_signature").is_some() && !form.contains("hunter2"), "{form}");
    }
    assert!(
        platform.authorizations().iter().all(Option::is_none),
        "the transport's own credentials stay out"
    );
}

#[tokio::test]
async fn a_plain_signature_is_the_secrets_of_the_consumer_and_of_the_request_token() {
    let platform = platform();
    let sign_in = SignIn::new("key", "a&b").transport(&platform.transport());
    let pending = sign_in.signed_with(SignatureMethod::Plaintext).start("http://localhost/").await.unwrap();
    pending.finish(Visit::by_hand("yes")).await.unwrap();
    let bodies = platform.bodies();
    assert_eq!(field(&bodies[0], "oauth_signature").unwrap(), "a%26b&");
    assert_eq!(field(&bodies[1], "oauth_signature").unwrap(), "a%26b&s%2F1");
}

#[tokio::test]
async fn a_visit_that_does_not_belong_to_the_sign_in_is_refused() {
    let platform = platform();
    let pending = pending(&platform, "https://program.example/back").await;
    let state = state(&platform);
    for (url, why) in [
        ("/back".to_owned(), "does not belong"),
        ("/back?oauth_token=asked&oauth_verifier=yes".to_owned(), "does not belong"),
        ("/back?state=other&oauth_token=asked&oauth_verifier=yes".to_owned(), "does not belong"),
        (format!("/back?state={state}&oauth_token=other&oauth_verifier=yes"), "does not belong"),
        (format!("/back?state={state}&oauth_token=asked"), "did not agree"),
        (format!("/back?state={state}&oauth_token=asked&oauth_verifier="), "did not agree"),
        (format!("/back?state={state}"), "did not agree"),
    ] {
        let error = pending.visit(&url).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Credentials);
        assert!(error.to_string().contains(why), "{url}: {error}");
    }
    let shown = format!("{pending:?}");
    assert!(!shown.contains(&state) && !shown.contains("hunter2"), "{shown}");
}

#[tokio::test]
async fn an_answer_without_a_token_is_an_error_that_does_not_show_it() {
    for body in
        ["", "oauth_token=a&oauth_callback_confirmed=true", "oauth_token=a&oauth_token_secret=hunter2"]
    {
        let platform = Platform::new(|_, _| (200, body.to_owned()));
        let sign_in = SignIn::new("key", "secret").transport(&platform.transport());
        let error = sign_in.start("http://localhost/").await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Undecodable);
        assert!(!format!("{error:?}").contains("hunter2"), "{error:?}");
    }
    let sign_in = SignIn::new("key", "secret").transport(&platform().transport());
    assert_eq!(sign_in.start("nowhere").await.unwrap_err().kind(), ErrorKind::InvalidUrl);
}

/// Answer that a browser receives for this request.
async fn get(listener: &Listener, target: &str) -> String {
    let port = listener.url().split(':').nth(2).unwrap().split('/').next().unwrap();
    let mut socket = TcpStream::connect(format!("127.0.0.1:{port}")).await.unwrap();
    socket.write_all(format!("GET {target} HTTP/1.1\r\nhost: localhost\r\n\r\n").as_bytes()).await.unwrap();
    let mut answer = String::new();
    socket.read_to_string(&mut answer).await.unwrap();
    answer
}

#[tokio::test]
async fn the_listener_waits_for_the_right_browser_and_passes_over_all_others() {
    let platform = platform();
    let listener = Listener::bind(0).await.unwrap();
    let pending = pending(&platform, listener.url()).await;
    let state = state(&platform);
    let browsers = async {
        // A silent browser does not block the others.
        let port = listener.url().split(':').nth(2).unwrap().split('/').next().unwrap();
        let _silent = TcpStream::connect(format!("127.0.0.1:{port}")).await.unwrap();
        for (target, status) in [
            ("/favicon.ico".to_owned(), "404"),
            ("/callback?state=other&oauth_token=asked&oauth_verifier=yes".to_owned(), "400"),
            (format!("/callback?state={state}&oauth_token=asked&oauth_verifier=yes"), "200"),
        ] {
            let answer = get(&listener, &target).await;
            assert!(answer.starts_with(&format!("HTTP/1.1 {status} ")), "{answer}");
        }
    };
    let (visit, ()) = tokio::join!(listener.wait(&pending, SECOND * 30), browsers);
    pending.finish(visit.unwrap()).await.unwrap();
    assert_eq!(field(&platform.bodies()[1], "oauth_verifier").unwrap(), "yes");
}

#[tokio::test]
async fn refusal_by_the_user_and_timeout_are_different_errors() {
    let platform = platform();
    let listener = Listener::bind(0).await.unwrap();
    let pending = pending(&platform, listener.url()).await;
    let error = listener.wait(&pending, Duration::from_millis(10)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::DeadlineExceeded);
    let refusal = format!("/callback?state={}", state(&platform));
    let (visit, answer) = tokio::join!(listener.wait(&pending, SECOND * 30), get(&listener, &refusal));
    assert_eq!(visit.unwrap_err().kind(), ErrorKind::Credentials);
    assert!(answer.starts_with("HTTP/1.1 403 "), "{answer}");
}
