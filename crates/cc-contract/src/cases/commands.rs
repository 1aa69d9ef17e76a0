//! Commands of several domains, safe creation, and the catalogue.

use std::time::Duration;

use cc_client::commands::account::GetProfile;
use cc_client::commands::addon::{CreateAddon, ListAddon};
use cc_client::commands::application::{
    CreateApplication, CreateDomain, CreateOrUpdateEnvironmentVariable, DeleteApplication, GetApplication,
    GetEnvironment, ListDomain,
};
use cc_client::commands::drain::ListLogDrain;
use cc_client::ensure::Ensured;
use cc_client::{ErrorKind, catalog};
use serde_json::json;

use crate::failure::{Outcome, check, equal, error_of};
use crate::world::World;

pub(super) async fn an_application_lives_from_its_creation_to_its_deletion(world: World) -> Outcome {
    let client = world.client()?;
    let create = CreateApplication::new(world.id("organisation"), "shop", "node", "XS").zone("par");
    let id = world.go(client.send(create)).await?.id;
    let set = CreateOrUpdateEnvironmentVariable::new(&id, "GREETING", "hello\nworld ✓");
    world.go(client.send(set)).await?;
    let environment = world.go(client.send(GetEnvironment::of_application(&id))).await?;
    let shown = cc_client::expose_secrets(|| serde_json::to_string(&environment))?;
    check!(shown.contains("hello\\nworld ✓"), "{shown}");
    world.go(client.send(CreateDomain::new(&id, "shop.example.com"))).await?;
    let domains = world.go(client.send(ListDomain::new(&id))).await?;
    check!(format!("{domains:?}").contains("shop.example.com"), "{domains:?}");
    world.go(client.send(DeleteApplication::new(&id))).await?;
    check!(world.go(client.send(GetApplication::new(&id)).optional()).await?.is_none());
    Ok(())
}

pub(super) async fn commands_of_other_domains_answer(world: World) -> Outcome {
    let client = world.client()?;
    world.go(client.send(GetProfile::new())).await?;
    let addons = world.go(client.send(ListAddon::new(world.id("organisation")))).await?;
    check!(addons.iter().any(|addon| addon.id.as_str() == world.id("addon")), "{addons:?}");
    let drains = world.go(client.send(ListLogDrain::of_application(world.id("application")))).await?;
    check!(drains.iter().any(|drain| drain.id.as_str() == world.id("drain")), "{drains:?}");
    Ok(())
}

pub(super) async fn ensure_creates_once_though_the_answer_is_lost(world: World) -> Outcome {
    let client = world.client()?;
    let owner = world.id("organisation");
    let create = || CreateApplication::new(owner, "ensured", "node", "XS");
    world.fault(json!({"effect": "truncated", "on": "create_application", "times": 1})).await?;
    let ensure = || client.ensure(create()).visible_within(Duration::from_secs(1));
    let first = world.go(ensure()).await?.into_inner();
    match world.go(ensure()).await? {
        Ensured::Found(found) => equal!(found.value.id, first.id),
        other => return Err(crate::Failure::new(format!("the second call gave {other:?}"))),
    }
    equal!(world.requests("create_application").await?.len(), 1);
    Ok(())
}

pub(super) async fn a_refused_creation_changes_nothing(world: World) -> Outcome {
    let client = world.client()?;
    let owner = world.id("organisation");
    let before = world.go(client.send(ListAddon::new(owner))).await?.len();
    let create = CreateAddon::new(owner, "postgresql-addon", "plan_of_nobody", "par", "orders");
    check!(world.go(client.send(create)).await.is_err());
    equal!(world.go(client.send(ListAddon::new(owner)).reload()).await?.len(), before);
    Ok(())
}

pub(super) async fn a_command_runs_by_its_name(world: World) -> Outcome {
    let client = world.client()?;
    let zone = world.go(catalog::dispatch(&client, "GetZone", json!({"zoneName": "par"}))).await?;
    equal!(zone["city"], "Paris");
    let error = error_of!(world.go(catalog::dispatch(&client, "GetZoen", json!({}))).await);
    check!(error.to_string().contains("GetZone"), "{error}");
    let error = error_of!(world.go(catalog::dispatch(&client, "GetZone", json!({"zoneName": 1}))).await);
    equal!(error.kind(), ErrorKind::InvalidInput);
    check!(error.to_string().contains("zoneName"), "{error}");
    Ok(())
}

pub(super) async fn the_catalogue_hides_secrets_until_they_are_asked_for(world: World) -> Outcome {
    let client = world.client()?;
    let id = world.id("application");
    let set = CreateOrUpdateEnvironmentVariable::new(id, "PASSWORD", "hunter2");
    world.go(client.send(set)).await?;
    let read = || catalog::dispatch(&client, "GetEnvironment", json!({"applicationId": id}));
    let hidden = world.go(read()).await?.to_string();
    check!(!hidden.contains("hunter2") && hidden.contains("***"), "{hidden}");
    let shown = world.go(read().expose_secrets()).await?.to_string();
    check!(shown.contains("hunter2"), "{shown}");
    Ok(())
}
