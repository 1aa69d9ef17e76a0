//! The commands of SSH keys, OAuth tokens, the second factor and the settings of the console.

use cc_client::commands::account::model::MfaKind;
use cc_client::commands::account::{
    ConfirmAuthMfa, CreateAuthMfa, DeleteAuthMfa, GetAuthMfaBackupCodes, UpdateAuthPassword,
};
use cc_client::commands::account::{
    CreatePersonalSshKey, DeleteAllOauthTokens, DeleteOauthToken, DeletePersonalSshKey, DeleteUserSetting,
    GetUserSetting, ListOauthToken, ListPersonalSshKey, SetUserSetting,
};
use cc_client::{CachePolicy, ErrorKind};
use serde_json::{Value, json};

use super::harness::{Routes, check_fully, compare};
use crate::support::{Platform, SECOND};

const KEYS: &str = "/v2/self/keys";
const TOKENS: &str = "/v2/self/tokens";
const TOTP: &str = "/v2/self/mfa/TOTP";
const SETTING: &str = "/v4/console/settings/theme";

fn key(name: &str) -> Value {
    json!({"name": name, "key": "ssh-ed25519 AAAA", "fingerprint": "SHA256:abc"})
}

fn message() -> Value {
    json!({"id": 1, "message": "Done", "type": "success"})
}

#[tokio::test]
async fn ssh_keys_are_listed_by_name() {
    let route = format!("GET {KEYS}");
    let routes = Routes::new().json(&route, json!([key("work"), key("home")]));
    check_fully(&routes, &route, [("no input", ListPersonalSshKey::new())]).await;
}

#[tokio::test]
async fn an_ssh_key_is_added_and_read() {
    let (add, list) = (format!("PUT {KEYS}/my%20key"), format!("GET {KEYS}"));
    let routes = Routes::new().json(&add, message()).json(&list, json!([key("other"), key("my key")]));
    let command = CreatePersonalSshKey::new("my key", "ssh-ed25519 AAAA");
    let late = Routes::new().json(&add, message()).json(&list, json!([key("other")]));
    compare("CreatePersonalSshKey.late", &late.tell([("not listed yet", command.clone())]).await);
    check_fully(&routes, &add, [("required inputs", command)]).await;
}

#[tokio::test]
async fn ssh_keys_are_read_anew_after_one_is_added() {
    let platform = Platform::new(|count, _| match count {
        0 => (200, "[]".to_owned()),
        1 => (200, message().to_string()),
        _ => (200, json!([key("work")]).to_string()),
    });
    let client = platform.client();
    let cache = || CachePolicy::ttl(60 * SECOND);
    assert!(client.send(ListPersonalSshKey::new()).cache(cache()).await.unwrap().is_empty());
    let added =
        client.send(CreatePersonalSshKey::new("work", "ssh-ed25519 AAAA")).cache(cache()).await.unwrap();
    assert_eq!(added.map(|key| key.name).as_deref(), Some("work"));
}

#[tokio::test]
async fn an_ssh_key_is_deleted() {
    let route = format!("DELETE {KEYS}/my%20key");
    let routes = Routes::new().json(&route, message());
    check_fully(&routes, &route, [("required inputs", DeletePersonalSshKey::new("my key"))]).await;
}

#[tokio::test]
async fn oauth_tokens_are_listed_the_latest_first() {
    let route = format!("GET {TOKENS}");
    let list = json!([
        {"token": "t1", "creationDate": 1_600_000_000_000_i64, "employeeId": "employee_1"},
        {
            "token": "t2", "creationDate": 1_700_000_000_000_i64, "expirationDate": "2030-01-01T00:00:00.000Z[UTC]",
            "lastUtilisation": 1_700_000_001_000_i64,
            "consumer": {
                "key": "k1", "name": "CLI", "description": "A program", "url": "https://example.org",
                "picture": "https://example.org/p.png", "baseUrl": "https://example.org/",
                "rights": {"almighty": true, "access_organisations": false, "manage_ssh_keys": true}
            },
            "rights": {"access_personal_information": true, "manage_organisations_applications": true}
        },
        {"token": "t0"}
    ]);
    let routes = Routes::new().json(&route, list);
    check_fully(&routes, &route, [("no input", ListOauthToken::new())]).await;
}

#[tokio::test]
async fn an_oauth_token_is_revoked() {
    let route = format!("DELETE {TOKENS}/a%2Fb%3D");
    let routes = Routes::new().json(&route, message());
    check_fully(&routes, &route, [("required inputs", DeleteOauthToken::new("a/b="))]).await;
}

#[tokio::test]
async fn an_empty_oauth_token_does_not_revoke_them_all() {
    let platform = Platform::new(|_, _| (200, message().to_string()));
    for token in ["", ".", ".."] {
        let error = platform.client().send(DeleteOauthToken::new(token)).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidInput);
    }
    assert!(platform.journal().is_empty());
}

#[tokio::test]
async fn all_oauth_tokens_are_revoked() {
    let route = format!("DELETE {TOKENS}");
    let routes = Routes::new().json(&route, message());
    check_fully(&routes, &route, [("no input", DeleteAllOauthTokens::new())]).await;
}

#[tokio::test]
async fn a_second_factor_is_set_up() {
    let route = format!("POST {TOTP}");
    let routes = Routes::new().json(&route, json!({"url": "otpauth://totp/Clever?secret=ABC"}));
    check_fully(&routes, &route, [("required inputs", CreateAuthMfa::new(MfaKind::Totp, "pass word é"))])
        .await;
}

#[tokio::test]
async fn a_second_factor_is_confirmed() {
    let route = format!("POST {TOTP}/confirmation");
    let routes = Routes::new().text(&route, "text/plain", "");
    let required = ConfirmAuthMfa::new(MfaKind::Totp, "123456", "password");
    let all = required.clone().revoke_tokens(true);
    check_fully(&routes, &route, [("required inputs", required), ("all inputs", all)]).await;
}

#[tokio::test]
async fn a_second_factor_is_taken_away() {
    let route = format!("DELETE {TOTP}");
    let routes = Routes::new().text(&route, "text/plain", "");
    check_fully(&routes, &route, [("required inputs", DeleteAuthMfa::new(MfaKind::Totp, "password"))]).await;
}

#[tokio::test]
async fn backup_codes_are_given() {
    let route = format!("GET {TOTP}/backupcodes");
    let routes = Routes::new().json(&route, json!([{"code": "aaaa"}, {"code": "bbbb"}]));
    check_fully(
        &routes,
        &route,
        [("required inputs", GetAuthMfaBackupCodes::new(MfaKind::Totp, "password"))],
    )
    .await;
}

#[tokio::test]
async fn backup_codes_are_not_kept_for_a_wrong_password() {
    let platform = Platform::new(|count, _| match count {
        0 => (200, json!([{"code": "aaaa"}]).to_string()),
        _ => (403, "{}".to_owned()),
    });
    let client = platform.client();
    let cache = || CachePolicy::ttl(60 * SECOND);
    let right = client.send(GetAuthMfaBackupCodes::new(MfaKind::Totp, "right")).cache(cache()).await.unwrap();
    assert_eq!(right.len(), 1);
    let error =
        client.send(GetAuthMfaBackupCodes::new(MfaKind::Totp, "wrong")).cache(cache()).await.unwrap_err();
    assert!(error.is_forbidden());
}

#[tokio::test]
async fn no_password_is_in_what_is_printed() {
    let printed = format!(
        "{:?} {:?} {:?}",
        CreateAuthMfa::new(MfaKind::Totp, "hunter2"),
        ConfirmAuthMfa::new(MfaKind::Totp, "hunter2", "hunter2"),
        UpdateAuthPassword::new("hunter2", "hunter2"),
    );
    assert!(!printed.contains("hunter2"), "{printed}");
}

#[tokio::test]
async fn the_password_is_changed() {
    let route = "PUT /v2/self/change_password";
    let routes = Routes::new().json(route, message());
    let required = UpdateAuthPassword::new("old", "new");
    let all = required.clone().revoke_tokens(false);
    check_fully(&routes, route, [("required inputs", required), ("all inputs", all)]).await;
}

#[tokio::test]
async fn a_setting_of_the_console_is_read() {
    let route = format!("GET {SETTING}");
    let routes = Routes::new().json(&route, json!({"name": "theme", "value": "{\"dark\":true}"}));
    let required = GetUserSetting::new("theme");
    let all = required.clone().env("beta");
    check_fully(&routes, &route, [("required inputs", required), ("all inputs", all)]).await;
}

#[tokio::test]
async fn a_setting_of_the_console_is_changed() {
    let route = format!("PUT {SETTING}");
    let routes = Routes::new().text(&route, "text/plain", "");
    let required = SetUserSetting::new("theme", "dark & \"light\"");
    let all = required.clone().env("beta");
    check_fully(&routes, &route, [("required inputs", required), ("all inputs", all)]).await;
}

#[tokio::test]
async fn a_setting_of_the_console_is_deleted() {
    let route = format!("DELETE {SETTING}");
    let routes = Routes::new().text(&route, "text/plain", "");
    let required = DeleteUserSetting::new("theme");
    let all = required.clone().env("beta");
    check_fully(&routes, &route, [("required inputs", required), ("all inputs", all)]).await;
}
