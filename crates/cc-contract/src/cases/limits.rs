//! How many requests are under way, and what remains of those that the program gave up.

use std::time::Duration;

use cc_client::commands::application::GetApplication;
use cc_client::commands::zone::GetZone;
use cc_client::{ErrorKind, RetryPolicy};
use futures_util::future::try_join_all;
use serde_json::json;

use crate::failure::{Failure, Outcome, check, equal, error_of};
use crate::world::World;

const ZONES: [&str; 5] = ["mtl", "par", "parhds", "rbx", "wsw"];

pub(super) async fn no_more_requests_are_under_way_than_the_limit(world: World) -> Outcome {
    let limited =
        |transport: cc_client::TransportBuilder| transport.concurrency(2).retry(RetryPolicy::none());
    let client = world.builder().configure(limited).build()?;
    // The sandbox refuses a third request at the same time.
    world.fault(json!({"effect": "busy", "most": 2, "on": "get_zone"})).await?;
    world.fault(json!({"effect": "latency", "ms": 50, "on": "get_zone"})).await?;
    let calls: Vec<_> = ZONES.iter().map(|zone| client.send(GetZone::new(*zone))).collect();
    equal!(world.go(try_join_all(calls)).await?.len(), ZONES.len());
    Ok(())
}

pub(super) async fn many_calls_at_once_all_end(world: World) -> Outcome {
    let client = world.client()?;
    let calls: Vec<_> = (0..200)
        .map(|at| {
            client.send(GetZone::new(ZONES[at % ZONES.len()])).header("accept-language", at.to_string())
        })
        .collect();
    equal!(world.go(try_join_all(calls)).await?.len(), 200);
    equal!(world.requests("get_zone").await?.len(), 200);
    Ok(())
}

pub(super) async fn dropping_a_call_ends_its_request(world: World) -> Outcome {
    let client = world.builder().configure(|transport| transport.retry(RetryPolicy::none())).build()?;
    // The sandbox refuses a request while the first one is under way, which would take longer than this case.
    world.fault(json!({"effect": "busy", "most": 1, "on": "get_zone"})).await?;
    world
        .fault(json!({"effect": "latency", "ms": 100_000, "on": "GET /v4/products/zones/par", "times": 1}))
        .await?;
    let left = world.for_a_while(Duration::from_millis(300), client.send(GetZone::new("par"))).await;
    check!(left.is_none(), "the sandbox was not slow");
    for _ in 0..50 {
        match world.go(client.send(GetZone::new("rbx"))).await {
            Ok(_) => return Ok(()),
            Err(error) => check!(error.status().is_some_and(|status| status == 503), "{error}"),
        }
        world.sleep(Duration::from_millis(100)).await;
    }
    Err(Failure::new("the sandbox still serves the request that was dropped"))
}

pub(super) async fn a_client_works_after_calls_that_were_dropped(world: World) -> Outcome {
    let client = world.builder().configure(|transport| transport.concurrency(1)).build()?;
    world.fault(json!({"effect": "latency", "ms": 20_000, "on": "get_zone", "times": 3})).await?;
    for _ in 0..3 {
        let call = client.send(GetZone::new("par"));
        check!(
            world.for_a_while(Duration::from_millis(100), call).await.is_none(),
            "the sandbox was not slow"
        );
    }
    equal!(world.go(client.send(GetZone::new("par"))).await?.name, "par");
    Ok(())
}

pub(super) async fn a_sandbox_that_is_gone_is_unreachable(world: World) -> Outcome {
    // Nothing listens at the port of discarded data.
    let client = world.builder().endpoint("http://127.0.0.1:9").build()?;
    let error = error_of!(world.go(client.send(GetApplication::new("app_1").owner_id("orga_1"))).await);
    equal!(error.kind(), ErrorKind::Unreachable);
    Ok(())
}
