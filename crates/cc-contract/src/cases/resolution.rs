//! Owners and ids: found once, remembered, kept in a store.

use std::sync::Arc;

use cc_client::ErrorKind;
use cc_client::commands::addon::GetAddon;
use cc_client::commands::application::{GetApplication, ListDomain};
use cc_client::resolve::{Index, Store, StoreFuture};
use cc_client::runtime::{ApplicationId, Error};

use crate::failure::{Failure, Outcome, check, equal, error_of};
use crate::world::World;

async fn summaries(world: &World) -> Result<usize, Failure> {
    Ok(world.requests("get_summary").await?.len())
}

pub(super) async fn an_owner_is_looked_up_once(world: World) -> Outcome {
    let client = world.client()?;
    for _ in 0..2 {
        world.go(client.send(GetApplication::new(world.id("application")))).await?;
        world.go(client.send(ListDomain::new(world.id("application")))).await?;
    }
    let resolver = client.resolver().clone();
    let application = ApplicationId::from(world.id("application"));
    let owner = world.go(async move { resolver.owner_of(&application).await }).await?;
    equal!(owner.as_str(), world.id("organisation"));
    equal!(summaries(&world).await?, 1);
    Ok(())
}

pub(super) async fn either_id_of_an_add_on_leads_to_it(world: World) -> Outcome {
    let client = world.client()?;
    for id in [world.id("addon"), world.id("realAddon")] {
        let addon = world.go(client.send(GetAddon::new(id))).await?;
        equal!(addon.id.as_str(), world.id("addon"));
    }
    equal!(summaries(&world).await?, 1);
    Ok(())
}

pub(super) async fn an_unknown_id_is_remembered(world: World) -> Outcome {
    let client = world.client()?;
    for _ in 0..3 {
        let unknown = GetApplication::new("app_00000000-0000-4000-8000-000000000000");
        let error = error_of!(world.go(client.send(unknown)).await);
        equal!(error.kind(), ErrorKind::CannotResolveResource);
        check!(error.is_not_found());
    }
    equal!((summaries(&world).await?, world.requests("get_application").await?.len()), (1, 0));
    Ok(())
}

pub(super) async fn a_store_keeps_ids_for_the_next_client(world: World) -> Outcome {
    for (name, store) in world.stores() {
        world.forget_requests().await?;
        for _ in 0..2 {
            let client = world.builder().id_store(Arc::clone(store)).build()?;
            world.go(client.send(GetApplication::new(world.id("application")))).await?;
        }
        let asked = summaries(&world).await?;
        check!(asked == 1, "with the store `{name}` the platform was asked {asked} times");
    }
    Ok(())
}

/// A store that is out of order.
#[derive(Debug)]
struct Broken;

impl Broken {
    fn fail<T: Send + 'static>() -> StoreFuture<'static, T> {
        Box::pin(async { Err(Error::new(ErrorKind::Store).with_message("out of order")) })
    }
}

impl Store for Broken {
    fn read<'a>(&'a self, _: &'a str) -> StoreFuture<'a, Option<Arc<Index>>> {
        Self::fail()
    }

    fn write<'a>(&'a self, _: &'a str, _: Arc<Index>) -> StoreFuture<'a, ()> {
        Self::fail()
    }

    fn remove<'a>(&'a self, _: &'a str) -> StoreFuture<'a, ()> {
        Self::fail()
    }
}

pub(super) async fn a_store_that_fails_fails_no_command(world: World) -> Outcome {
    let client = world.builder().id_store(Broken).build()?;
    let application = world.go(client.send(GetApplication::new(world.id("application")))).await?;
    equal!(application.id.as_str(), world.id("application"));
    Ok(())
}

pub(super) async fn look_ups_at_the_same_time_share_one_request(world: World) -> Outcome {
    let client = world.client()?;
    let look_up = |name: &str| client.send(GetApplication::new(world.id(name)));
    let both = futures_util::future::try_join(look_up("application"), look_up("personalApplication"));
    world.go(both).await?;
    equal!(summaries(&world).await?, 1);
    Ok(())
}
