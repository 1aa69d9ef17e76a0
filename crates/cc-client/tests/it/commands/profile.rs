//! The commands of the profile.

use cc_client::commands::account::model::AvatarSource;
use cc_client::commands::account::{
    CreateProfileEmailAddress, DeleteProfileEmailAddress, GetProfile, ListProfileEmailAddress,
    RequestProfileEmailConfirmation, SetProfilePrimaryEmailAddress, UpdateProfile, UpdateProfileAvatar,
};
use cc_client::model::ImageType;
use serde_json::{Value, json};

use super::harness::{Routes, check_fully};
use crate::support::Platform;

const SELF: &str = "/v2/self";
const ADDRESS: &str = "/v2/self/emails/ada%2Bnew%40example.org";

fn profile() -> Value {
    json!({
        "id": "user_1", "email": "ada@example.org", "name": "Ada", "phone": "+33", "address": "1 rue",
        "city": "Nantes", "zipcode": "44000", "country": "FRANCE", "avatar": "https://example.org/a.png",
        "creationDate": 1_700_000_000_123_i64, "lang": "EN", "emailValidated": true, "oauthApps": ["github"],
        "admin": false, "canPay": true, "preferredMFA": "NONE", "hasPassword": true, "partnerId": "partner_1",
        "partnerName": "Partner", "partnerConsoleUrl": "https://partner.example.org"
    })
}

fn message() -> Value {
    json!({"id": 1, "message": "Done", "type": "success"})
}

#[tokio::test]
async fn the_profile_is_read() {
    let route = format!("GET {SELF}");
    let routes = Routes::new().json(&route, profile());
    check_fully(&routes, &route, [("no input", GetProfile::new())]).await;
}

#[tokio::test]
async fn the_profile_is_changed() {
    let route = format!("PUT {SELF}");
    let routes = Routes::new().json(&route, json!({"id": "user_1", "oauthApps": null}));
    let all = UpdateProfile::new()
        .name("Ada")
        .phone("+33")
        .address("1 rue")
        .city("Nantes")
        .zipcode("44000")
        .country("FR")
        .lang("FR");
    check_fully(&routes, &route, [("required inputs", UpdateProfile::new()), ("all inputs", all)]).await;
}

#[tokio::test]
async fn the_picture_of_the_profile_is_an_image_or_that_of_another_service() {
    let route = format!("PUT {SELF}/avatar");
    let routes = Routes::new().json(&route, json!({"url": "https://example.org/a.png"}));
    let commands = [
        ("of another service", UpdateProfileAvatar::from_service(AvatarSource::Github)),
        ("an image", UpdateProfileAvatar::from_image(ImageType::Gif, b"GIF".to_vec())),
    ];
    check_fully(&routes, &route, commands).await;
}

#[test]
fn a_picture_from_a_service_takes_no_image() {
    let input = json!({"type": "externalSource", "source": "gravatar", "data": "R0lG"});
    let error = serde_json::from_value::<UpdateProfileAvatar>(input).unwrap_err();
    assert!(error.to_string().contains("unknown field `data`"), "{error}");
}

#[tokio::test]
async fn e_mail_addresses_are_the_primary_one_and_the_others() {
    let others = "GET /v2/self/emails";
    let routes = Routes::new()
        .json(&format!("GET {SELF}"), profile())
        .json(others, json!(["z@example.org", "b@example.org"]));
    check_fully(&routes, others, [("no input", ListProfileEmailAddress::new())]).await;
}

#[tokio::test]
async fn an_e_mail_address_is_added() {
    let route = format!("PUT {ADDRESS}");
    let routes = Routes::new().json(&route, message());
    let command = CreateProfileEmailAddress::new("ada+new@example.org");
    check_fully(&routes, &route, [("required inputs", command)]).await;
}

#[tokio::test]
async fn an_e_mail_address_that_is_refused_says_why() {
    for (number, code) in [
        (550, "clever.profile.email-address.invalid-format"),
        (101, "clever.profile.email-address.already-defined"),
        (1004, "clever.profile.email-address.already-used"),
        (7, "7"),
    ] {
        let body = json!({"id": number, "message": "no", "type": "error"}).to_string();
        let client = Platform::new(move |_, _| (400, body.clone())).client();
        let error = client.send(CreateProfileEmailAddress::new("ada@example.org")).await.unwrap_err();
        assert_eq!((error.code(), error.message()), (code, Some("no")));
    }
}

#[tokio::test]
async fn an_e_mail_address_becomes_the_primary_one() {
    let route = format!("PUT {ADDRESS}");
    let routes = Routes::new().json(&route, message());
    let command = SetProfilePrimaryEmailAddress::new("ada+new@example.org");
    check_fully(&routes, &route, [("required inputs", command)]).await;
}

#[tokio::test]
async fn an_e_mail_address_is_deleted() {
    let route = format!("DELETE {ADDRESS}");
    let routes = Routes::new().json(&route, message());
    let command = DeleteProfileEmailAddress::new("ada+new@example.org");
    check_fully(&routes, &route, [("required inputs", command)]).await;
}

#[tokio::test]
async fn a_confirmation_is_asked_for() {
    let route = "GET /v2/self/confirmation_email";
    let routes = Routes::new().json(route, message());
    check_fully(&routes, route, [("no input", RequestProfileEmailConfirmation::new())]).await;
}

#[tokio::test]
async fn a_confirmation_is_asked_for_each_time_in_spite_of_a_cache() {
    let platform = Platform::new(|_, _| (200, message().to_string()));
    let client = platform.client();
    for _ in 0..2 {
        let cache = cc_client::CachePolicy::ttl(60 * crate::support::SECOND);
        client.send(RequestProfileEmailConfirmation::new()).cache(cache).await.unwrap();
    }
    assert_eq!(platform.journal().len(), 2);
}
