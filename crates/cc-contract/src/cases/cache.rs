//! Cached answers, and requests that calls share.

use std::time::Duration;

use cc_client::commands::account::GetProfile;
use cc_client::commands::application::{GetApplication, UpdateApplication};
use cc_client::commands::zone::GetZone;
use cc_client::{CachePolicy, Client, ErrorKind};
use futures_util::future::try_join_all;
use serde_json::json;

use crate::failure::{Failure, Outcome, equal, error_of};
use crate::world::World;

/// A client that keeps answers for this time.
fn client(world: &World, ttl: Duration) -> Result<Client, Failure> {
    Ok(world.builder().configure(|transport| transport.cache(CachePolicy::ttl(ttl))).build()?)
}

const MINUTE: Duration = Duration::from_secs(60);

async fn sent(world: &World, operation: &str) -> Result<usize, Failure> {
    Ok(world.requests(operation).await?.len())
}

pub(super) async fn a_cached_answer_costs_no_request(world: World) -> Outcome {
    let client = client(&world, MINUTE)?;
    for _ in 0..3 {
        equal!(world.go(client.send(GetZone::new("par"))).await?.name, "par");
    }
    equal!(sent(&world, "get_zone").await?, 1);
    equal!(world.go(client.send(GetZone::new("rbx"))).await?.name, "rbx");
    equal!(sent(&world, "get_zone").await?, 2);
    Ok(())
}

pub(super) async fn a_cached_answer_expires(world: World) -> Outcome {
    let client = client(&world, Duration::from_millis(50))?;
    world.go(client.send(GetZone::new("par"))).await?;
    world.sleep(Duration::from_millis(200)).await;
    world.go(client.send(GetZone::new("par"))).await?;
    equal!(sent(&world, "get_zone").await?, 2);
    Ok(())
}

pub(super) async fn a_reload_asks_again(world: World) -> Outcome {
    let client = client(&world, MINUTE)?;
    world.go(client.send(GetZone::new("par"))).await?;
    world.go(client.send(GetZone::new("par")).reload()).await?;
    world.go(client.send(GetZone::new("par"))).await?;
    equal!(sent(&world, "get_zone").await?, 2);
    Ok(())
}

pub(super) async fn a_change_drops_the_answers_that_it_concerns(world: World) -> Outcome {
    let client = client(&world, MINUTE)?;
    let read = || client.send(GetApplication::new(world.id("application")));
    world.go(read()).await?;
    world.go(client.send(UpdateApplication::new(world.id("application")).name("renamed"))).await?;
    equal!(world.go(read()).await?.name, "renamed");
    Ok(())
}

pub(super) async fn identities_do_not_share_answers(world: World) -> Outcome {
    let client = client(&world, MINUTE)?;
    world.go(client.send(GetProfile::new())).await?;
    let stranger = client.with_credentials(cc_client::Credentials::api_token("of nobody"))?;
    equal!(error_of!(world.go(stranger.send(GetProfile::new())).await).kind(), ErrorKind::Refused);
    Ok(())
}

pub(super) async fn identical_reads_share_one_request(world: World) -> Outcome {
    let client = world.client()?;
    world.fault(json!({"effect": "latency", "ms": 300, "on": "get_zone"})).await?;
    let calls: Vec<_> = (0..5).map(|_| client.send(GetZone::new("par"))).collect();
    equal!(world.go(try_join_all(calls)).await?.len(), 5);
    equal!(sent(&world, "get_zone").await?, 1);
    Ok(())
}
