//! Calls every function of `clevercloud-sdk` with real inputs: ids come from earlier steps.
//!
//! Writes the report that `run.mjs` reads: one JSON object a line. `run.mjs` fails if a function is in no step.

use std::error::Error;
use std::fmt::Display;

use clevercloud_sdk::oauth10a::reqwest;
use clevercloud_sdk::v2::{addon, myself, plan};
use clevercloud_sdk::v4::addon_provider::config_provider::addon::environment::{self, Variable};
use clevercloud_sdk::v4::addon_provider::{AddonProviderId, elasticsearch, mongodb, mysql, postgresql, redis};
use clevercloud_sdk::v4::functions::{self, deployments};
use clevercloud_sdk::v4::products::zones;
use clevercloud_sdk::{Client, Credentials};
use serde_json::{Value, json};

/// The sandbox, and the violations of the specification that were told.
struct Steps {
    url: String,
    http: reqwest::Client,
    told: usize,
}

impl Steps {
    async fn violations(&mut self) -> Result<Vec<String>, reqwest::Error> {
        let text = self.http.get(format!("{}/_sandbox/violations", self.url)).send().await?.text().await?;
        let all: Vec<String> = text.lines().filter(|line| !line.is_empty()).map(str::to_owned).collect();
        let new = all[self.told.min(all.len())..].to_vec();
        self.told = all.len();
        Ok(new)
    }

    /// Reports the result of a function. `check` says what is wrong with a value.
    async fn step<T, E: Display>(
        &mut self,
        name: &str,
        result: Result<T, E>,
        check: impl Fn(&T) -> Option<String>,
    ) -> Option<T> {
        let mut problems = match &result {
            Ok(value) => check(value).into_iter().collect(),
            Err(error) => vec![format!("fails: {error}")],
        };
        match self.violations().await {
            Ok(new) => problems.extend(new.into_iter().map(|line| format!("violation: {line}"))),
            Err(error) => problems.push(format!("the sandbox does not answer: {error}")),
        }
        println!("{}", json!({ "client": "rust-sdk", "step": name, "problems": problems }));
        result.ok()
    }
}

fn any<T>(_: &T) -> Option<String> {
    None
}

fn some<T>(values: &Vec<T>) -> Option<String> {
    values.is_empty().then(|| "the list is empty".to_owned())
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let url = std::env::var("SANDBOX_URL")?;
    let http = reqwest::Client::new();
    let state = http.get(format!("{url}/_sandbox")).send().await?.bytes().await?;
    let state: Value = serde_json::from_slice(&state)?;
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let shown = &state["credentials"];
    let oauth = Credentials::oauth1(
        text(&shown["token"]),
        text(&shown["tokenSecret"]),
        text(&shown["consumerKey"]),
        text(&shown["consumerSecret"]),
    );
    let build = |credentials| {
        Client::builder().with_endpoint(url.clone()).with_credentials(credentials).build(http.clone())
    };
    let client = build(oauth);
    let bearer = build(Credentials::bearer(text(&shown["apiToken"])));
    let organisation = text(&state["ids"]["organisation"]);
    let owner = organisation.as_str();
    let mut steps = Steps { url: url.clone(), http, told: 0 };
    steps.violations().await?;

    // -- user, zones, plans
    steps.step("v2::myself::get", myself::get(&client).await, any).await;
    steps.step("v2::myself::get (over an API token)", myself::get(&bearer).await, any).await;
    steps.step("v4::products::zones::list", zones::list(&client).await, some).await;
    steps.step("v4::products::zones::applications", zones::applications(&client).await, some).await;
    steps.step("v4::products::zones::hds", zones::hds(&client).await, some).await;
    steps.step("v2::plan::list", plan::list(&client).await, some).await;
    let found = plan::find(&client, &AddonProviderId::PostgreSql, "dev").await;
    let absent = |plan: &Option<addon::Plan>| plan.is_none().then(|| "there is no plan".to_owned());
    let dev = steps.step("v2::plan::find", found, absent).await.flatten();
    let id = |plan: &Option<addon::Plan>| {
        let id = plan.as_ref().map(|plan| plan.id.as_str());
        (id != Some(plan::CONFIG_PROVIDER)).then(|| format!("the plan of the config provider is {id:?}"))
    };
    let found = plan::find(&client, &AddonProviderId::ConfigProvider, "std").await;
    steps.step("v2::plan::find (of the config provider)", found, id).await;
    steps.step("v4::addon_provider::postgresql::get", postgresql::get(&client).await, any).await;
    steps.step("v4::addon_provider::mysql::get", mysql::get(&client).await, any).await;
    steps.step("v4::addon_provider::mongodb::get", mongodb::get(&client).await, any).await;
    steps.step("v4::addon_provider::redis::get", redis::get(&client).await, any).await;
    steps.step("v4::addon_provider::elasticsearch::get", elasticsearch::get(&client).await, any).await;

    // -- add-ons
    steps.step("v2::addon::list", addon::list(&client, owner).await, some).await;
    let wanted = |provider: &str, plan: &str, options| addon::CreateOpts {
        name: format!("{provider} of the SDK"),
        region: "par".to_owned(),
        provider_id: provider.to_owned(),
        plan: plan.to_owned(),
        options,
    };
    let dev = dev.map(|plan| plan.id).unwrap_or_default();
    let options = addon::Opts { encryption: Some("false".to_owned()), ..addon::Opts::default() };
    let made = addon::create(&client, owner, &wanted("postgresql-addon", &dev, options)).await;
    let made = steps.step("v2::addon::create", made, any).await.map(|addon| addon.id).unwrap_or_default();
    let config = wanted("config-provider", plan::CONFIG_PROVIDER, addon::Opts::default());
    let config = addon::create(&client, owner, &config).await;
    let config = steps.step("v2::addon::create (config provider)", config, any).await;
    let config = config.map(|addon| addon.real_id).unwrap_or_default();
    steps.step("v2::addon::get", addon::get(&client, owner, &made).await, any).await;
    let variables = addon::environment(&client, owner, &made).await;
    steps.step("v2::addon::environment", variables, |all| all.is_empty().then(|| "it is empty".to_owned())).await;
    steps.step("v2::addon::delete", addon::delete(&client, owner, &made).await, any).await;

    // -- configuration
    let variable = |name: &str, value: &str| Variable::new(name.to_owned(), value.to_owned());
    let names = |expected: &'static [&'static str]| {
        move |all: &Vec<Variable>| {
            let mut names: Vec<&str> = all.iter().map(|variable| variable.name.as_str()).collect();
            names.sort_unstable();
            (names != expected).then(|| format!("the variables are {names:?}, not {expected:?}"))
        }
    };
    let start = "v4::addon_provider::config_provider::addon::environment";
    let done = environment::put(&client, &config, &vec![variable("A", "1")]).await;
    steps.step(&format!("{start}::put"), done, names(&["A"])).await;
    let done = environment::insert(&client, &config, variable("B", "2")).await;
    steps.step(&format!("{start}::insert"), done, names(&["A", "B"])).await;
    let more = [variable("C", "3"), variable("D", "4")];
    let done = environment::bulk_insert(&client, &config, &more).await;
    steps.step(&format!("{start}::bulk_insert"), done, names(&["A", "B", "C", "D"])).await;
    let done = environment::remove(&client, &config, "A").await;
    steps.step(&format!("{start}::remove"), done, names(&["B", "C", "D"])).await;
    let done = environment::bulk_remove(&client, &config, &["B", "C"]).await;
    steps.step(&format!("{start}::bulk_remove"), done, names(&["D"])).await;
    steps.step(&format!("{start}::get"), environment::get(&client, &config).await, names(&["D"])).await;

    // -- functions
    let made = functions::create(&client, owner, &functions::Opts::default()).await;
    let function = steps.step("v4::functions::create", made, any).await.map(|one| one.id).unwrap_or_default();
    steps.step("v4::functions::list", functions::list(&client, owner).await, some).await;
    steps.step("v4::functions::get", functions::get(&client, owner, &function).await, any).await;
    let named = functions::Opts { name: Some("greeter".to_owned()), ..functions::Opts::default() };
    let named = functions::update(&client, owner, &function, &named).await;
    let check = |one: &functions::Function| {
        (one.name.as_deref() != Some("greeter")).then(|| format!("the name is {:?}", one.name))
    };
    steps.step("v4::functions::update", named, check).await;
    let opts = deployments::Opts { name: None, description: None, tag: None, platform: deployments::Platform::Rust };
    let made = deployments::create(&client, owner, &function, &opts).await;
    let made = steps.step("v4::functions::deployments::create", made, any).await;
    let (deployment, upload) = made.map(|one| (one.id, one.upload_url)).unwrap_or_default();
    let wasm = b"\0asm\x01\0\0\0".to_vec();
    let sent = deployments::upload(&client, &upload, wasm).await;
    steps.step("v4::functions::deployments::upload", sent, any).await;
    let triggered = deployments::trigger(&client, owner, &function, &deployment).await;
    steps.step("v4::functions::deployments::trigger", triggered, any).await;
    let advance = format!("{url}/_sandbox/advance");
    steps.http.post(advance).body(r#"{"seconds": 300}"#).send().await?;
    let list = deployments::list(&client, owner, &function).await;
    steps.step("v4::functions::deployments::list", list, some).await;
    let ready = |one: &deployments::Deployment| {
        (one.status != deployments::Status::Ready).then(|| format!("the status is {}", one.status))
    };
    let got = deployments::get(&client, owner, &function, &deployment).await;
    let got = steps.step("v4::functions::deployments::get", got, ready).await;
    let address = got.and_then(|one| one.url).unwrap_or_default();
    let executed = functions::execute(&client, &address).await;
    steps.step("v4::functions::execute", executed, any).await;
    let deleted = deployments::delete(&client, owner, &function, &deployment).await;
    steps.step("v4::functions::deployments::delete", deleted, any).await;
    steps.step("v4::functions::delete", functions::delete(&client, owner, &function).await, any).await;
    Ok(())
}
