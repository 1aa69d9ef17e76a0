//! What inputs take: options, ids from texts and models, and enums.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use cc_client::commands::account::model as account;
use cc_client::commands::addon::{CreateAddon, model as addon};
use cc_client::commands::addon_provider::model as addon_provider;
use cc_client::commands::application::{CreateApplication, GetApplication, ListDomain, model as application};
use cc_client::commands::database::model as database;
use cc_client::commands::deployment::{StartedDeployment, model as deployment};
use cc_client::commands::drain::model as drain;
use cc_client::commands::network_group::model as network_group;
use cc_client::commands::operator::model as operator;
use cc_client::commands::organisation::{AddOrganisationMember, model as organisation};
use cc_client::commands::pulsar::model as pulsar;
use cc_client::commands::zone::{ListZone, model as zone};
use cc_client::commands::{billing, oauth, product};
use cc_client::runtime as ids;
use cc_client::{Ids, Subject, catalog};
use serde_json::{Value, json};

#[test]
fn a_setter_takes_a_value_or_an_option_of_it() {
    let plain = ListZone::new().tag("a").owner_id("orga_1");
    let (text, owner_id) = ("a".to_owned(), ids::OwnerId::from("orga_1"));
    let tag = Some(text.clone());
    assert_eq!(ListZone::new().tag(tag.as_deref()).owner_id(Some("orga_1")), plain);
    assert_eq!(ListZone::new().tag(tag).owner_id(Some(owner_id.clone())), plain);
    let (text, owner_id) = (&text, &owner_id);
    assert_eq!(ListZone::new().tag(text).owner_id(owner_id), plain);
    assert_eq!(ListZone::new().tag(None::<&str>).owner_id(None::<String>), ListZone::new());

    let create = || CreateAddon::new("orga_1", "postgresql-addon", "plan_1", "par", "orders");
    let options = BTreeMap::from([("encryption".to_owned(), "true".to_owned())]);
    let plain = create().version("16").options([("encryption", "true")]);
    assert_eq!(create().version(Some("16")).options(Some(options.clone())), plain);
    assert_eq!(create().version(String::from("16")).options(options), plain);
    assert_eq!(create().version(None::<&str>).options(None::<BTreeMap<String, String>>), create());
}

#[test]
fn a_setter_of_a_request_takes_a_value_or_an_option_of_it() {
    use cc_client::api::zone::ListZones;
    let plain = format!("{:?}", ListZones::new().tag("a"));
    assert_eq!(format!("{:?}", ListZones::new().tag(Some("a"))), plain);
    assert_eq!(format!("{:?}", ListZones::new().tag(None::<String>)), format!("{:?}", ListZones::new()));
}

/// Each model, and the ids into which it converts by reference and by value.
macro_rules! models {
    ($($model:ty: $($id:ident),+;)+) => {{
        let mut pairs = BTreeSet::new();
        $($(
            let _: fn(&$model) -> ids::$id = |model| model.into();
            let _: fn($model) -> ids::$id = |model| model.into();
            pairs.insert((stringify!($model).rsplit("::").next().unwrap().trim().to_owned(), stringify!($id).to_owned()));
        )+)+
        pairs
    }};
}

fn models() -> BTreeSet<(String, String)> {
    models! {
        account::AddonSummary: AddonId, AnyAddonId, ResourceId, RealAddonId;
        account::ApplicationSummary: ApplicationId, ResourceId;
        account::OauthConsumerSummary: ConsumerKey;
        account::OrganisationSummary: OwnerId;
        account::Profile: UserId, OwnerId;
        account::ProviderSummary: AddonProviderId;
        addon::Addon: AddonId, AnyAddonId, ResourceId, RealAddonId;
        addon::AddonSso: RealAddonId, AnyAddonId, ResourceId;
        addon_provider::AddonProvider: AddonProviderId;
        addon_provider::AddonProviderFull: AddonProviderId;
        application::Application: ApplicationId, ResourceId;
        billing::model::Invoice: InvoiceNumber;
        billing::model::InvoiceSummary: InvoiceNumber;
        database::ElasticsearchInfo: RealAddonId, AddonId, AnyAddonId, ResourceId;
        database::JenkinsInfo: RealAddonId, AddonId, AnyAddonId, ResourceId;
        deployment::Deployment: DeploymentId;
        deployment::DeploymentLegacy: DeploymentId;
        deployment::Instance: InstanceId;
        StartedDeployment: DeploymentId;
        drain::LogDrain: DrainId;
        cc_client::api::materia::types::MateriaKv: RealAddonId, AnyAddonId, ResourceId;
        cc_client::api::pulsar::types::Pulsar: RealAddonId, AnyAddonId, ResourceId;
        network_group::NetworkGroup: NetworkGroupId;
        oauth::model::OauthConsumer: ConsumerKey;
        operator::KeycloakInfo: RealAddonId, AddonId, AnyAddonId, ResourceId;
        operator::MatomoInfo: RealAddonId, AddonId, AnyAddonId, ResourceId;
        operator::MetabaseInfo: RealAddonId, AddonId, AnyAddonId, ResourceId;
        product::model::ProductAddon: AddonProviderId;
        operator::NetworkGroupFeature: NetworkGroupId;
        operator::OtoroshiInfo: RealAddonId, AddonId, AnyAddonId, ResourceId;
        organisation::Organisation: OwnerId;
        organisation::OrganisationMember: UserId, OwnerId;
        pulsar::PulsarInfo: RealAddonId, AnyAddonId, ResourceId;
        cc_client::api::pulsar::types::Pulsar: RealAddonId, AnyAddonId, ResourceId;
        zone::Zone: ZoneId;
    }
}

/// Adds each object with a property `id` that is an id of the SDK.
fn with_ids(name: &str, schema: &Value, found: &mut BTreeSet<(String, String)>) {
    let id = schema["properties"]["id"]["$ref"].as_str().and_then(|to| to.rsplit('/').next());
    if let Some(id) = id.filter(|id| id.ends_with("Id") || id.ends_with("Key") || id.ends_with("Number")) {
        found.insert((name.to_owned(), id.to_owned()));
    }
}

#[test]
fn every_model_with_an_id_converts_into_it() {
    let mut with = BTreeSet::new();
    for command in catalog::commands() {
        let schema = command.output_schema().to_value();
        with_ids(schema["title"].as_str().unwrap_or_default(), &schema, &mut with);
        for (name, schema) in schema["$defs"].as_object().into_iter().flatten() {
            with_ids(name.trim_end_matches(|c: char| c.is_ascii_digit()), schema, &mut with);
        }
    }
    assert!(with.len() > 20, "{with:?}");
    let missing: Vec<_> = with.difference(&models()).cloned().collect();
    assert_eq!(missing, [], "convert them with `ids_of!`, and list them here");
}

#[tokio::test]
async fn what_one_command_returns_is_an_id_for_the_next() {
    let sandbox = Arc::new(cc_sandbox::Sandbox::builder().in_memory());
    let (client, given) = (cc_trials::memory::client(&sandbox), sandbox.ids());
    let application =
        client.send(CreateApplication::new(given.organisation, "shop", "node", "XS")).await.unwrap();
    client.send(GetApplication::new(&application)).await.unwrap();
    client.send(ListDomain::new(Arc::<str>::from(application.id.as_str()))).await.unwrap();
    let owner = client.resolver().owner_of(&application).await.unwrap();
    assert_eq!(owner, application.owner_id);
    assert_eq!(Subject::from(&application), Subject::Application(application.id.as_str()));
    let ids = client
        .resolver()
        .resolve(&Ids::new().owner(None, &application).resource(&application))
        .await
        .unwrap();
    assert_eq!(ids.resource_id(), ids::ResourceId::from(&application));
}

#[tokio::test]
async fn an_unknown_role_is_refused_before_anything_is_sent() {
    use organisation::OrganisationRole as Role;
    let command = AddOrganisationMember::new("orga_1", Role::Developer, "a@example.com");
    assert_eq!("DEVELOPER".parse::<Role>().unwrap(), command.role);
    let error = "DEVELOPPER".parse::<Role>().unwrap_err();
    assert!(error.is_not_sent() && error.to_string().contains("is `DEVELOPER` meant?"), "{error}");
    for role in Role::VALUES {
        assert!(error.to_string().contains(role), "{error}");
    }

    let sandbox = Arc::new(cc_sandbox::Sandbox::builder().in_memory());
    let client = cc_trials::memory::client(&sandbox);
    let input = |role| json!({ "organisationId": sandbox.ids().organisation, "email": "a@example.com", "role": role });
    let error =
        catalog::dispatch(&client, "AddOrganisationMember", input(json!("DEVELOPPER"))).await.unwrap_err();
    assert!(error.is_not_sent(), "{error}");
    for text in ["`role`", "is `DEVELOPER` meant?", r#"{"other": "…"}"#] {
        assert!(error.to_string().contains(text), "{error}");
    }
}

#[test]
fn the_schema_of_an_input_lists_the_known_values_and_the_way_to_send_another() {
    let command = catalog::get("AddOrganisationMember").unwrap();
    let schema = command.input_schema().to_value();
    let role = &schema["$defs"]["OrganisationRole"]["anyOf"];
    assert_eq!(role[0]["enum"], json!(organisation::OrganisationRole::VALUES), "{schema:#}");
    assert_eq!(role[1]["required"], json!(["other"]));
    let output = catalog::get("ListOrganisationMember").unwrap().output_schema().to_value();
    assert_eq!(output["$defs"]["OrganisationRole"]["type"], "string", "{output:#}");
}
