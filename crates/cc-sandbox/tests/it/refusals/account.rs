//! Requests that are refused because of their credentials, their form, the account, or the rights of the caller.

use std::time::Duration;

use serde_json::json;

use super::stage::{Call, Stage};

const DAY: Duration = Duration::from_secs(86_400);

/// Base64 of `sandbox-password`.
const PASSWORD: &str = "c2FuZGJveC1wYXNzd29yZA==";

pub(super) async fn provoke(refusal: &str, operation: &str, stage: &Stage) -> Option<Call> {
    let ids = stage.sandbox.ids();
    let fake = stage.sandbox.credentials().clone();
    let oauth = |consumer: &str, token: &str, rest: &str| {
        let header = format!(r#"OAuth oauth_consumer_key="{consumer}", oauth_token="{token}"{rest}"#);
        stage.call("get_self_id").header("authorization", &header)
    };
    let me = || stage.call("get_self_id");
    let mfa = |operation: &str, password: &str| {
        let call = stage.call(operation).path("mfaKind", "TOTP").header("x-clever-password", password);
        match operation {
            "confirm_mfa" => call.json(json!({ "code": "000000" })),
            "update_mfa_preference" => call.json(json!({ "favourite": true })),
            _ => call,
        }
    };
    let token = |change: serde_json::Value| {
        let expires = (stage.sandbox.now() + DAY * 30).to_string();
        let mut body = json!({
            "email": "user@sandbox.example", "password": "sandbox-password", "name": "ci", "expirationDate": expires,
        });
        body.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        stage.call("create_api_token").json(body)
    };
    let email = |address: &str| stage.call("add_profile_email_address").path("emailAddress", address);
    Some(match refusal {
        "missing-credentials" => me().without_credentials(),
        "unknown-api-token" => me().by("nobody"),
        "unknown-oauth-token" => oauth(&fake.consumer_key, "nobody", ""),
        "unreadable-authorization" => me().header("authorization", "words"),
        "unsupported-authorization" => me().header("authorization", "Basic dXNlcjpwYXNz"),
        "unknown-consumer" => oauth("nobody", &fake.token, ""),
        "unsupported-signature" => oauth(
            &fake.consumer_key,
            &fake.token,
            r#", oauth_signature_method="RSA-SHA1", oauth_signature="x""#,
        ),
        "wrong-signature" => oauth(&fake.consumer_key, &fake.token, r#", oauth_signature="x%26y""#),
        "unknown-request-token" | "not-agreed" => {
            let known = asked(stage).await;
            let asked = if refusal == "not-agreed" { known } else { ("nobody".to_owned(), String::new()) };
            let signature = format!("{}&{}", fake.consumer_secret, asked.1);
            let fields = [
                ("oauth_consumer_key", fake.consumer_key.as_str()),
                ("oauth_token", &asked.0),
                ("oauth_verifier", "guessed"),
                ("oauth_signature", &signature),
            ];
            match operation {
                "create_access_token" => stage.call(operation).form(&fields),
                "get_authorization_page" => stage.call(operation).query("oauth_token", &asked.0),
                _ => with_query(stage.call(operation), &fields),
            }
        }
        "user-exists" => {
            stage.call(operation).form(&[("email", "user@sandbox.example"), ("pass", "new-password")])
        }
        "account-in-use" | "not-linked" => stage.call(operation),
        "other-user" => stage.call(operation).path("userId", "user_of_someone_else"),
        "sign-in" => {
            let body = json!({ "emailAddress": "user@sandbox.example", "password": "guessed" });
            stage.call(operation).json(body)
        }
        "github-state" => stage.call(operation).query("code", "sandbox").query("state", "guessed"),
        "no-page-shown" => stage.call(operation).form(&[("access_organisations", "on")]),
        "wrong-callback" => {
            let signature = format!("{}&", fake.consumer_secret);
            let fields = [
                ("oauth_consumer_key", fake.consumer_key.as_str()),
                ("oauth_callback", "elsewhere"),
                ("oauth_signature", &signature),
            ];
            match operation {
                "create_request_token" => stage.call(operation).form(&fields),
                _ => with_query(stage.call(operation), &fields),
            }
        }
        "invalid-request" => stage.call("create_application").json(json!({ "colour": "red" })),
        "invalid-input" => {
            let period = ["2026-01-02T00:00:00Z", "2026-01-01T00:00:00Z"];
            stage.call("list_status_codes").query("from", period[0]).query("to", period[1])
        }
        "not-found" => stage.call("get_addon").path("addonId", "addon_nobody"),
        "not-a-date" => stage.call("list_metrics").query("end", "1e99"),
        "too-large" => {
            let mut body = stage.application("web");
            body["description"] = "x".repeat(100_000).into();
            stage.call("create_application").json(body)
        }
        "not-a-member" => stage.call("list_applications").path("ownerId", &ids.foreign_organisation),
        "not-yours" => {
            let eve = stage.sandbox.identity("eve").credentials.api_token;
            stage.call("change_addon_plan").json(json!({ "planId": "dev" })).by(&eve)
        }
        "foreign-application" => {
            stage.call("get_application").path("applicationId", &ids.personal_application)
        }
        "role" => stage.call("deploy_application").by(&stage.member("VIEWER")),
        "quota-reached" => {
            let mut quota = cc_sandbox::Quota::default();
            let call = match operation {
                "create_application" => {
                    quota.applications = Some(2);
                    stage.call(operation).json(stage.application("web"))
                }
                "update_application" => {
                    quota.instances = Some(3);
                    stage.call(operation).json(json!({ "maxInstances": 3 }))
                }
                "create_addon" => {
                    quota.addons = Some(1);
                    stage.call(operation).json(stage.addon("dev"))
                }
                _ => {
                    quota.members = Some(1);
                    stage.call(operation).json(json!({ "email": "new@sandbox.example", "role": "MANAGER" }))
                }
            };
            stage.sandbox.set_quota(&ids.organisation, quota);
            call
        }
        "payment-required" => {
            stage.sandbox.require_payment_method(&ids.organisation, true);
            match operation {
                "create_application" => stage.call(operation).json(stage.application("web")),
                "create_addon" => stage.call(operation).json(stage.addon("xs_sml")),
                _ => stage.call(operation),
            }
        }
        "moderated-owner" => {
            stage.sandbox.moderate(&ids.organisation, true);
            stage.call("deploy_application")
        }
        "moderated-application" => {
            stage.sandbox.moderate(&ids.application, true);
            stage.call("deploy_application")
        }
        "empty-name" => stage.call("create_cluster").json(json!({ "name": " " })),
        "long-name" => {
            let mut body = stage.addon("dev");
            body["name"] = "x".repeat(256).into();
            stage.call("create_addon").json(body)
        }
        "name-characters" => stage.call("create_application").json(stage.application("a\nb")),
        "wrong-password" if operation == "change_password" => {
            stage.call(operation).json(json!({ "oldPassword": "wrong", "newPassword": "new" }))
        }
        "wrong-password" => mfa(operation, "d3Jvbmc="),
        "not-an-ssh-key" => stage.call(operation).path("keyName", "laptop").json(json!("words")),
        "mfa-on" => {
            stage.ok(&mfa("create_mfa", PASSWORD)).await;
            stage.ok(&mfa("confirm_mfa", PASSWORD)).await;
            mfa(operation, PASSWORD)
        }
        "wrong-mfa-code" => {
            stage.ok(&mfa("create_mfa", PASSWORD)).await;
            mfa(operation, PASSWORD).json(json!({ "code": "111111" }))
        }
        "email-format" => email("words").json(json!({})),
        "email-not-yours" => email("not@mine.example").json(json!({ "make_primary": true })),
        "email-taken" => email("taken@sandbox.example").json(json!({})),
        "email-already" => email("user@sandbox.example").json(json!({})),
        "token-credentials" => token(json!({ "password": "wrong" })),
        "token-mfa-code" => {
            stage.ok(&mfa("create_mfa", PASSWORD)).await;
            stage.ok(&mfa("confirm_mfa", PASSWORD)).await;
            token(json!({}))
        }
        "token-expiration" => token(json!({ "expirationDate": "2001-01-01T00:00:00Z" })),
        _ => return None,
    })
}

fn with_query(mut call: Call, fields: &[(&str, &str)]) -> Call {
    for (name, value) in fields {
        call = call.query(name, value);
    }
    call.without_credentials()
}

/// A request token and its secret.
async fn asked(stage: &Stage) -> (String, String) {
    let fake = stage.sandbox.credentials().clone();
    let signature = format!("{}&", fake.consumer_secret);
    let fields = [
        ("oauth_consumer_key", fake.consumer_key.as_str()),
        ("oauth_callback", "oob"),
        ("oauth_signature", &signature),
    ];
    let answer = stage.ok(&stage.call("create_request_token").form(&fields)).await.text;
    let field = |name: &str| {
        let mut pairs = form_urlencoded::parse(answer.as_bytes());
        pairs.find(|(own, _)| own == name).unwrap().1.into_owned()
    };
    (field("oauth_token"), field("oauth_token_secret"))
}
