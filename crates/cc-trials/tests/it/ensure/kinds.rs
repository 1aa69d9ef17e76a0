//! Each kind of thing is created, found, compared and updated.

use std::fmt::Debug;
use std::sync::Arc;
use std::time::Duration;

use cc_bridge::BridgeClient;
use cc_bridge::commands::CreateApiToken;
use cc_client::commands::account::CreatePersonalSshKey;
use cc_client::commands::addon::CreateAddon;
use cc_client::commands::application::{
    AddLink, CreateApplication, CreateDomain, CreateOrUpdateEnvironmentVariable, CreateTag, UpdateEnvironment,
};
use cc_client::commands::drain::model::LogDrainTarget;
use cc_client::commands::drain::{CreateLogDrain, model::DrainKind};
use cc_client::commands::network_group::{CreateNetworkGroup, CreateNetworkGroupMember};
use cc_client::commands::notification::model::EmailNotificationTarget;
use cc_client::commands::notification::{CreateEmailNotification, CreateWebhookNotification};
use cc_client::commands::oauth::CreateOauthConsumer;
use cc_client::commands::oauth::model::OauthConsumerRightsInput;
use cc_client::commands::organisation::AddOrganisationMember;
use cc_client::commands::organisation::model::OrganisationRole;
use cc_client::commands::redirection::CreateTcpRedirection;
use cc_client::ensure::{Ensure, EnsureCall, Ensured};
use cc_client::env::EnvironmentMap;
use cc_client::{Client, Credentials};
use cc_sandbox::{Fault, Sandbox};
use cc_trials::memory::Memory;
use futures_util::future::join_all;

/// What a kind does, on one line.
struct Table(Vec<String>);

/// `created`, `found` or `updated`, and the fields that differed; `!` marks those that can be changed.
fn shown<T>(ensured: &Ensured<T>) -> String {
    let word = match ensured {
        Ensured::Created(_) => "created",
        Ensured::Found(_) => "found",
        Ensured::Updated(_) => "updated",
    };
    let fields = ensured.differences().iter().map(|difference| {
        let mark = if difference.can_change { "!" } else { "" };
        format!(" {}{mark}", difference.field)
    });
    fields.fold(word.to_owned(), |line, field| line + &field)
}

impl Table {
    /// Ensures the first command twice, and then the second, which differs, without and with an update, and once more.
    async fn kind<C: Ensure>(&mut self, ensure: impl Fn(C) -> EnsureCall<C>, first: C, second: C)
    where
        C::Thing: Debug,
    {
        let mut line = format!("{}:", C::NAME);
        for (command, update) in
            [(&first, false), (&first, false), (&second, false), (&second, true), (&second, true)]
        {
            let ensured = ensure(command.clone()).update(update).await;
            let ensured = ensured.unwrap_or_else(|error| panic!("{}: {error:#}", C::NAME));
            line += &format!(" {};", shown(&ensured));
        }
        self.0.push(line.trim_end_matches(';').to_owned());
    }
}

fn drain(application: &str, url: &str) -> CreateLogDrain {
    serde_json::from_value(serde_json::json!({
        "applicationId": application, "kind": DrainKind::Log,
        "target": LogDrainTarget::RawHttp(serde_json::from_value(serde_json::json!({ "url": url })).unwrap()),
    }))
    .unwrap()
}

#[tokio::test(start_paused = true)]
async fn each_kind_is_created_once_found_compared_and_updated() {
    let sandbox = Arc::new(Sandbox::builder().in_memory());
    let client = cc_trials::memory::client(&sandbox);
    let ids = sandbox.ids();
    let (owner, application, addon) = (&ids.organisation, &ids.application, &ids.addon);
    let mut table = Table(Vec::new());
    macro_rules! kind {
        ($first:expr, $second:expr) => {
            table.kind(|command| client.ensure(command), $first, $second).await
        };
    }

    let app = CreateApplication::new(owner, "ensured", "node", "XS");
    kind!(app.clone(), app.clone().max_instances(3).environment(variables("1")));
    let (small, large) = (plan_of(&client, owner, "dev").await, plan_of(&client, owner, "xs_sml").await);
    let db = |plan: &str| CreateAddon::new(owner, "postgresql-addon", plan, "par", "ensured");
    kind!(db(&small), db(&large));
    kind!(drain(application, "https://a.example"), drain(application, "https://a.example"));
    kind!(
        CreateDomain::new(application, "ensured.example.com"),
        CreateDomain::new(application, "Ensured.example.com")
    );
    let group = CreateNetworkGroup::new(owner).label("ensured");
    kind!(group.clone(), group.clone().description("What talks to each other."));
    let group_id = client.ensure(group).await.unwrap().into_inner().id;
    let member = CreateNetworkGroupMember::new(owner, &group_id, application.to_string());
    kind!(member.clone(), member.clone().label("shop"));
    let variable = |value: &str| CreateOrUpdateEnvironmentVariable::new(application, "ENSURED", value);
    kind!(variable("1"), variable("2"));
    let made = client.ensure(app).await.unwrap().into_inner().id;
    client.send(UpdateEnvironment::new(&made, EnvironmentMap::new())).await.unwrap();
    kind!(UpdateEnvironment::new(&made, variables("1")), UpdateEnvironment::new(&made, variables("2")));
    kind!(link(&made, addon), link(&made, addon));
    kind!(tag(application), tag(application));
    let email = |address: &str| {
        CreateEmailNotification::new(owner, "ensured", [EmailNotificationTarget::addresses([address])])
    };
    kind!(email("a@b.example"), email("c@d.example"));
    let hook = || {
        CreateWebhookNotification::new(
            owner,
            "ensured",
            Vec::<cc_client::commands::notification::model::WebhookUrl>::new(),
        )
    };
    kind!(hook(), hook().scope([application.to_string()]));
    kind!(
        CreatePersonalSshKey::new("ensured", "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIA a@b"),
        CreatePersonalSshKey::new("ensured", "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIB a@b")
    );
    let consumer = |url: &str| {
        let rights = OauthConsumerRightsInput::default();
        CreateOauthConsumer::new(
            owner,
            "ensured",
            "It acts.",
            url,
            "https://p.example",
            "https://b.example",
            rights,
        )
    };
    kind!(consumer("https://a.example"), consumer("https://c.example"));
    kind!(CreateTcpRedirection::new(application), CreateTcpRedirection::new(application));
    let invited = |role: OrganisationRole| AddOrganisationMember::new(owner, role, "new@sandbox.example");
    kind!(invited(OrganisationRole::Developer), invited(OrganisationRole::Manager));

    let bridge = bridge(&sandbox);
    let token = CreateApiToken::new(
        "user@sandbox.example",
        "sandbox-password",
        "ensured",
        Duration::from_secs(3_600),
    );
    let described = token.clone().description("For the CI.");
    table.kind(|command| bridge.ensure(command), token, described).await;

    insta::assert_snapshot!(table.0.join("\n"));
}

fn variables(value: &str) -> EnvironmentMap {
    EnvironmentMap::from([("ENSURED", value)])
}

fn link(application: &cc_client::runtime::ApplicationId, addon: &str) -> AddLink {
    AddLink::addon(application, addon)
}

fn tag(application: &str) -> CreateTag {
    CreateTag::of_application(application, "ensured")
}

/// Id of a plan of PostgreSQL, by its slug, which the sandbox takes too.
async fn plan_of(client: &Client, owner: &str, slug: &str) -> String {
    let made = client.send(CreateAddon::new(owner, "postgresql-addon", slug, "par", slug)).await.unwrap();
    made.plan.unwrap().id
}

/// A client of the bridge with OAuth 1 credentials.
fn bridge(sandbox: &Arc<Sandbox>) -> BridgeClient {
    let shown = sandbox.credentials();
    let credentials = Credentials::oauth1(
        &*shown.consumer_key,
        &*shown.consumer_secret,
        &*shown.token,
        &*shown.token_secret,
    );
    BridgeClient::builder()
        .credentials(credentials)
        .endpoint(sandbox.url())
        .configure(|transport| {
            let transport = transport.allow_credentials_over_plain_http(true);
            transport.http_service(Memory(Arc::clone(sandbox)))
        })
        .build()
        .unwrap()
}

/// Creates a hundred at once where a sandbox takes four requests at once, of all requests, also those that look.
async fn hundred<C: Ensure<Context = cc_client::Context>>(
    operation: &str,
    make: impl Fn(&Sandbox, usize) -> C,
) {
    let sandbox = Sandbox::builder().in_memory();
    // With the retries of its transport, as clients have them.
    let client = sandbox.client();
    sandbox.faults().add(Fault::busy(4));
    sandbox.faults().add(Fault::latency(Duration::from_millis(300)));
    let calls = (0..100).map(|number| client.ensure(make(&sandbox, number)));
    for outcome in join_all(calls).await {
        let ensured = outcome.unwrap_or_else(|error| panic!("{}: {error}", C::NAME));
        assert!(ensured.is_created(), "{}", C::NAME);
    }
    let sent = sandbox.exchanges().iter().filter(|one| one.operation.as_deref() == Some(operation)).count();
    assert!((100..=130).contains(&sent), "{}: {sent} requests", C::NAME);
}

#[tokio::test(start_paused = true)]
async fn a_hundred_creations_that_may_be_repeated_are_paced_like_the_others() {
    hundred("add_domain", |sandbox, number| {
        CreateDomain::new(sandbox.ids().application, format!("shop-{number}.example.com"))
    })
    .await;
    hundred("add_application_tag", |sandbox, number| {
        CreateTag::of_application(sandbox.ids().application, format!("tag-{number}"))
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn a_plan_that_is_named_by_its_slug_and_targets_in_another_order_are_no_difference() {
    let sandbox = Sandbox::builder().in_memory();
    let (client, owner) = (sandbox.client(), sandbox.ids().organisation);
    let addon = CreateAddon::new(&owner, "postgresql-addon", "dev", "par", "by-slug");
    client.ensure(addon.clone()).await.unwrap();
    assert_eq!(client.ensure(addon).await.unwrap().differences().to_string(), "");

    let mail = |addresses: [[&str; 1]; 2]| {
        CreateEmailNotification::new(&owner, "ordered", addresses.map(EmailNotificationTarget::addresses))
    };
    client.ensure(mail([["b@x.example"], ["a@x.example"]])).await.unwrap();
    let again = client.ensure(mail([["a@x.example"], ["b@x.example"]])).await.unwrap();
    assert_eq!(again.differences().to_string(), "");
    let other = client.ensure(mail([["a@x.example"], ["c@x.example"]])).await.unwrap();
    assert_eq!(other.differences().fields().collect::<Vec<_>>(), ["targets"]);
}

#[tokio::test(start_paused = true)]
async fn a_secret_that_differs_is_said_in_words() {
    let sandbox = Sandbox::builder().in_memory();
    let (client, application) = (sandbox.client(), sandbox.ids().application);
    let set = |value: &str| CreateOrUpdateEnvironmentVariable::new(&application, "TOKEN", value);
    client.ensure(set("one")).await.unwrap();
    assert_eq!(
        client.ensure(set("two")).await.unwrap().differences().to_string(),
        "value differs (a secret)"
    );
}

#[tokio::test(start_paused = true)]
async fn a_hundred_creations_at_once_all_succeed_where_four_are_taken_at_once() {
    let sandbox = Arc::new(Sandbox::builder().in_memory());
    let client = cc_trials::memory::client(&sandbox);
    let owner = sandbox.ids().organisation;
    let plan = plan_of(&client, &owner, "dev").await;
    let before = creations(&sandbox);
    // Of all requests, also those that look.
    sandbox.faults().add(Fault::busy(4));
    sandbox.faults().add(Fault::latency(Duration::from_millis(300)));
    let calls = (0..100).map(|number| {
        let command = CreateAddon::new(&owner, "postgresql-addon", &plan, "par", format!("many-{number}"));
        client.ensure(command)
    });
    for outcome in join_all(calls).await {
        assert!(outcome.unwrap().is_created());
    }
    let sent = creations(&sandbox) - before;
    assert!((100..=130).contains(&sent), "{sent} requests");
}

fn creations(sandbox: &Sandbox) -> usize {
    sandbox.exchanges().iter().filter(|one| one.operation.as_deref() == Some("create_addon")).count()
}
