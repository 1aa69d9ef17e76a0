//! The commands of organisations.

use cc_client::commands::account::GetOrganisationSummaries;
use cc_client::commands::organisation::model::OrganisationRole;
use cc_client::commands::organisation::model::{OrganisationContact, OrganisationContactKind};
use cc_client::commands::organisation::{
    AddOrganisationMember, CreateOrganisation, DeleteOrganisation, GetOrganisation, ListOrganisation,
    ListOrganisationMember, RemoveOrganisationMember, UpdateOrganisation, UpdateOrganisationAvatar,
    UpdateOrganisationMember,
};
use cc_client::model::ImageType;
use serde_json::{Value, json};

use super::harness::{Routes, check_fully, compare};

const ALL: &str = "GET /v2/organisations";
const ONE: &str = "/v2/organisations/orga_1";
const MEMBERS: &str = "/v2/organisations/orga_1/members";

fn organisation(id: &str, name: &str) -> Value {
    json!({
        "id": id, "name": name, "description": "Engines", "billingEmail": "bills@example.org", "address": "1 rue",
        "city": "Nantes", "zipcode": "44000", "country": "FRANCE", "company": "Engines", "VAT": "FR87524172699",
        "avatar": "https://example.org/a.png", "vatState": "VALID", "customerFullName": "Ada Lovelace",
        "canPay": true, "cleverEnterprise": false, "emergencyNumber": null, "canSEPA": true, "isTrusted": false
    })
}

fn message() -> Value {
    json!({"id": 1, "message": "Done", "type": "success"})
}

fn member(id: &str, name: Option<&str>, email: &str) -> Value {
    json!({
        "member": {"id": id, "name": name, "email": email, "avatar": null, "preferredMFA": "TOTP"},
        "role": "ADMIN", "job": name.map(|_| "Engineer")
    })
}

#[tokio::test]
async fn summaries_begin_with_the_personal_space_and_are_by_name() {
    let application = |id: &str, name: &str| {
        json!({
            "id": id, "name": name, "instanceType": "node", "instanceVariant": "variant_1", "variantSlug": "node",
            "archived": false, "homogeneous": false, "variantLogoUrl": null, "state": "SHOULD_BE_UP",
            "commit": null, "systemTags": [], "customerTags": ["b", "a"]
        })
    };
    let summary = json!({
        "user": {
            "id": "user_1", "name": "Ada", "avatar": null, "email": "ada@example.org", "admin": false,
            "applications": [application("app_2", "same"), application("app_1", "same"), application("app_3", "a")],
            "canPay": true
        },
        "organisations": [
            {"id": "orga_2", "name": "Zebra", "role": "ADMIN", "vatState": "VALID", "canPay": true},
            {"id": "user_1", "name": "The same as the user"},
            {
                "id": "orga_1", "name": "Apple", "role": "A_ROLE_OF_TOMORROW", "vatState": "NOT_NEEDED",
                "addons": [
                    {"id": "addon_2", "name": "db", "realId": "redis_2", "providerId": "redis-addon"},
                    {"id": "addon_1", "name": "db", "realId": "redis_1", "providerId": "redis-addon"}
                ],
                "consumers": [{"name": "b", "key": "k2"}, {"name": "a", "key": "k1", "picture": "https://example.org"}],
                "providers": [{"id": "provider_2", "name": "P"}, {"id": "provider_1", "name": "P"}],
                "emergencyNumber": "+33", "isTrusted": true
            }
        ]
    });
    let route = "GET /v2/summary";
    let routes = Routes::new().without(route).json(route, summary);
    check_fully(&routes, route, [("no input", GetOrganisationSummaries::new())]).await;
}

#[tokio::test]
async fn organisations_are_listed_by_name_and_the_personal_space_on_demand() {
    let list = json!([
        organisation("orga_3", "Zebra"),
        organisation("orga_2", "Apple"),
        organisation("orga_1", "Apple"),
        organisation("user_1", "Ada")
    ]);
    let routes = Routes::new().json(ALL, list);
    let commands =
        [("without", ListOrganisation::new(false)), ("with the personal space", ListOrganisation::new(true))];
    check_fully(&routes, ALL, commands).await;
}

#[tokio::test]
async fn an_organisation_is_read() {
    let route = format!("GET {ONE}");
    let mut told = Routes::new()
        .json(&route, organisation("orga_1", "Engines"))
        .tell([("required inputs", GetOrganisation::new("orga_1"))])
        .await;
    let bare = Routes::new().json(&route, json!({"id": "orga_1", "vatState": "A_STATE_OF_TOMORROW"}));
    told += &bare.tell([("an organisation with nothing in it", GetOrganisation::new("orga_1"))]).await;
    told += &Routes::new().tell([("nothing there", GetOrganisation::new("orga_1"))]).await;
    let broken = Routes::new().text(&route, "application/json", "[");
    told += &broken.tell([("an answer cut short", GetOrganisation::new("orga_1"))]).await;
    compare("GetOrganisation", &told);
}

fn contacts() -> Vec<OrganisationContact> {
    let contact = json!([
        {"contactType": "security", "emailAddress": "security@example.org", "phoneNumber": "+33"},
        {"contactType": "abuse"}
    ]);
    let contacts: Vec<OrganisationContact> = serde_json::from_value(contact).unwrap();
    assert_eq!(contacts[0].contact_type, OrganisationContactKind::Security);
    contacts
}

#[tokio::test]
async fn an_organisation_is_created_for_a_person_or_a_company() {
    let route = format!("POST {}", "/v2/organisations");
    let routes = Routes::new().json(&route, organisation("orga_1", "Engines"));
    let base = CreateOrganisation::new("Engines", "What it is", "1 rue", "Nantes", "44000", "Ada Lovelace");
    let commands = [
        ("a person", base.clone().country("FR")),
        ("neither", base.clone()),
        ("a company without its VAT number", base.clone().country("FR").company("Engines")),
        ("a VAT number without its company", base.clone().vat("FR87524172699")),
        (
            "a company, with all inputs",
            base.company("Engines")
                .vat("FR87524172699")
                .country("FR")
                .billing_email_address("bills@example.org")
                .contacts(contacts()),
        ),
    ];
    check_fully(&routes, &route, commands).await;
}

#[tokio::test]
async fn an_organisation_is_changed_and_keeps_the_contacts_that_are_not_given() {
    let route = format!("PUT {ONE}");
    let routes = Routes::new().json(&route, organisation("orga_1", "Engines"));
    let base = UpdateOrganisation::new(
        "orga_1",
        "Engines",
        "What it is",
        "1 rue",
        "Nantes",
        "44000",
        "Ada Lovelace",
    );
    let commands = [
        ("a person", base.clone().country("FR")),
        ("no contact from now on", base.clone().country("FR").contacts(Vec::<OrganisationContact>::new())),
        ("neither", base.clone()),
        (
            "a company, with all inputs",
            base.company("Engines")
                .vat("FR87524172699")
                .billing_email_address("bills@example.org")
                .contacts(contacts()),
        ),
    ];
    check_fully(&routes, &route, commands).await;
}

#[tokio::test]
async fn the_personal_space_is_not_deleted_as_an_organisation() {
    let route = format!("DELETE {ONE}");
    let routes = Routes::new().json(&route, message()).json("DELETE /v2/organisations/user_1", message());
    let commands = [
        ("a user", DeleteOrganisation::new("user_1")),
        ("an id that is the path of something else", DeleteOrganisation::new("..")),
        ("an organisation", DeleteOrganisation::new("orga_1")),
    ];
    check_fully(&routes, &route, commands).await;
}

#[tokio::test]
async fn the_picture_of_an_organisation_is_changed() {
    let route = format!("PUT {ONE}/avatar");
    let routes = Routes::new().json(&route, json!({"url": "https://example.org/a.png"}));
    let picture = UpdateOrganisationAvatar::new("orga_1", ImageType::Png, b"PNG".to_vec());
    check_fully(&routes, &route, [("required inputs", picture)]).await;
}

#[tokio::test]
async fn members_are_listed_by_name() {
    let route = format!("GET {MEMBERS}");
    let list = json!([
        member("user_3", Some("Zoe"), "zoe@example.org"),
        member("user_2", Some("Ada"), "b@example.org"),
        member("user_1", Some("Ada"), "a@example.org"),
        member("user_4", None, "nobody@example.org")
    ]);
    let routes = Routes::new().json(&route, list);
    check_fully(&routes, &route, [("required inputs", ListOrganisationMember::new("orga_1"))]).await;
}

#[tokio::test]
async fn a_member_is_invited() {
    let route = format!("POST {MEMBERS}");
    let routes = Routes::new().json(&route, message());
    let required = AddOrganisationMember::new("orga_1", OrganisationRole::Developer, "ada@example.org");
    let all = required.clone().job("Engineer").invitation_key("key 1");
    check_fully(&routes, &route, [("required inputs", required), ("all inputs", all)]).await;
}

#[tokio::test]
async fn a_member_gets_another_role() {
    let route = format!("PUT {MEMBERS}/user_1");
    let routes = Routes::new().json(&route, message());
    let required = UpdateOrganisationMember::new("orga_1", "user_1");
    let all = required.clone().role(OrganisationRole::Manager).job("Engineer");
    check_fully(&routes, &route, [("required inputs", required), ("all inputs", all)]).await;
}

#[tokio::test]
async fn a_member_is_taken_out() {
    let route = format!("DELETE {MEMBERS}/user_1");
    let routes = Routes::new().json(&route, message());
    check_fully(&routes, &route, [("required inputs", RemoveOrganisationMember::new("orga_1", "user_1"))])
        .await;
}
