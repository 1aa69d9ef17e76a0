//! Retries: what is repeated, when, how often, and what never is.

use std::time::Duration;

use cc_client::commands::account::GetProfile;
use cc_client::commands::application::{CreateApplication, ListApplication};
use cc_client::commands::zone::GetZone;
use cc_client::runtime::tasks::Instant;
use cc_client::{ErrorKind, RetryPolicy};
use serde_json::json;

use crate::failure::{Outcome, check, equal, error_of};
use crate::world::World;

pub(super) async fn a_read_is_repeated_after_503(world: World) -> Outcome {
    let client = world.client()?;
    world.fault(json!({"effect": "unavailable", "on": "get_zone", "times": 2})).await?;
    equal!(world.go(client.send(GetZone::new("par"))).await?.name, "par");
    equal!(world.statuses("get_zone").await?, [Some(503), Some(503), Some(200)]);
    Ok(())
}

pub(super) async fn a_lost_connection_is_repeated(world: World) -> Outcome {
    let client = world.client()?;
    for effect in ["reset-before", "truncated"] {
        world.fault(json!({"effect": effect, "on": "get_zone", "times": 1})).await?;
        equal!(world.go(client.send(GetZone::new("par"))).await?.name, "par");
    }
    Ok(())
}

pub(super) async fn the_time_that_the_platform_asks_for_is_waited(world: World) -> Outcome {
    let client = world.client()?;
    world.fault(json!({"effect": "too-many-requests", "seconds": 1, "on": "get_zone", "times": 1})).await?;
    let start = Instant::now();
    world.go(client.send(GetZone::new("par"))).await?;
    // Timers of browsers count whole milliseconds.
    check!(start.elapsed() >= Duration::from_millis(990), "it waited {:?}", start.elapsed());
    equal!(world.statuses("get_zone").await?, [Some(429), Some(200)]);
    Ok(())
}

pub(super) async fn retries_stop_at_their_number(world: World) -> Outcome {
    let client = world.client()?;
    world.fault(json!({"effect": "unavailable", "on": "get_zone"})).await?;
    let error = error_of!(world.go(client.send(GetZone::new("par"))).await);
    equal!((error.kind(), error.attempts()), (ErrorKind::Refused, 3));
    equal!(error.status().map(|status| status.as_u16()), Some(503));
    equal!(world.statuses("get_zone").await?.len(), 3);
    Ok(())
}

pub(super) async fn a_change_that_may_have_been_done_is_not_repeated(world: World) -> Outcome {
    let client = world.client()?;
    let owner = world.id("organisation");
    let before = world.go(client.send(ListApplication::new(owner))).await?.len();
    world.fault(json!({"effect": "truncated", "on": "create_application", "times": 1})).await?;
    let create = CreateApplication::new(owner, "once", "node", "XS");
    let error = error_of!(world.go(client.send(create)).await);
    equal!((error.kind(), error.attempts()), (ErrorKind::Indeterminate, 1));
    check!(error.may_be_done(), "{error}");
    let after = world.go(client.send(ListApplication::new(owner)).reload()).await?.len();
    equal!((world.requests("create_application").await?.len(), after), (1, before + 1));
    Ok(())
}

/// When a reused connection breaks, a browser may repeat the request, and no program can prevent that. This case compares two requests, to
/// check that the SDK repeats none itself.
pub(super) async fn a_change_is_sent_no_more_often_than_a_plain_request(world: World) -> Outcome {
    let client = world.client()?;
    for on in ["get_zone", "create_application"] {
        world.fault(json!({"effect": "reset-after", "on": on})).await?;
    }
    // Both have a connection that was used before.
    world.go(client.send(GetProfile::new())).await?;
    check!(world.visit(&format!("{}/v4/products/zones/par", world.url())).await.is_err());
    let create = CreateApplication::new(world.id("organisation"), "once", "node", "XS");
    let error = error_of!(world.go(client.send(create)).await);
    equal!((error.kind(), error.attempts()), (ErrorKind::Indeterminate, 1));
    let plain = world.requests("get_zone").await?.len();
    let sent = world.requests("create_application").await?.len();
    check!(sent <= plain, "it was sent {sent} times, a plain request {plain} times");
    Ok(())
}

pub(super) async fn a_deadline_ends_retries(world: World) -> Outcome {
    let client = world.client()?;
    world.fault(json!({"effect": "unavailable", "on": "get_zone"})).await?;
    let millis = Duration::from_millis;
    let endless = RetryPolicy::default().max_attempts(u32::MAX).backoff(millis(50), millis(50));
    let start = Instant::now();
    let call = client.send(GetZone::new("par")).retry(endless).timeout(millis(500));
    error_of!(world.go(call).await);
    check!(start.elapsed() < Duration::from_secs(10), "it took {:?}", start.elapsed());
    Ok(())
}
