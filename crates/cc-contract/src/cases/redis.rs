//! Redis over HTTP.

use std::time::Duration;

use cc_redis_http::commands::{AddListKeyElement, CmdSend, DeleteKey, GetStringKey, ScanKey, SetStringKey};
use cc_redis_http::{ErrorKind, RedisCode};
use futures_util::future::try_join_all;
use serde_json::json;

use crate::failure::{Outcome, check, equal, error_of};
use crate::world::World;

pub(super) async fn a_key_is_set_read_and_deleted(world: World) -> Outcome {
    let redis = world.redis()?;
    let value = "grüße ✓ \" \\ \r\n";
    world.go(redis.send(SetStringKey::new("greeting", value))).await?;
    equal!(world.go(redis.send(GetStringKey::new("greeting"))).await?.value, value);
    world.go(redis.send(DeleteKey::new("greeting"))).await?;
    let error = error_of!(world.go(redis.send(GetStringKey::new("greeting"))).await);
    check!(error.is_not_found(), "{error}");
    Ok(())
}

pub(super) async fn a_key_expires(world: World) -> Outcome {
    let redis = world.redis()?;
    let set = SetStringKey::new("lock", "mine").ttl(Duration::from_secs(3_600)).only_if_absent();
    check!(world.go(redis.send(set.clone())).await?.set);
    check!(!world.go(redis.send(set.clone())).await?.set);
    world.advance(3_601).await?;
    check!(world.go(redis.send(set)).await?.set);
    Ok(())
}

pub(super) async fn commands_on_one_key_keep_their_order(world: World) -> Outcome {
    let redis = world.redis()?;
    // The first one is the slowest.
    world.fault(json!({"effect": "latency", "ms": 200, "times": 1})).await?;
    let calls: Vec<_> =
        (0..10).map(|at| redis.send(CmdSend::new("APPEND").args(["log", &at.to_string()]))).collect();
    world.go(try_join_all(calls)).await?;
    equal!(world.go(redis.send(GetStringKey::new("log"))).await?.value, "0123456789");
    Ok(())
}

pub(super) async fn a_refusal_of_redis_has_its_code(world: World) -> Outcome {
    let redis = world.redis()?;
    world.go(redis.send(SetStringKey::new("text", "1"))).await?;
    let error = error_of!(world.go(redis.send(AddListKeyElement::new("text", "2"))).await);
    equal!(RedisCode::of(&error), Some(RedisCode::WrongType));
    Ok(())
}

pub(super) async fn a_write_whose_answer_is_lost_is_not_repeated(world: World) -> Outcome {
    let redis = world.redis()?;
    world.go(redis.send(CmdSend::new("INCR").arg("count"))).await?;
    world.fault(json!({"effect": "truncated", "times": 1})).await?;
    let error = error_of!(world.go(redis.send(CmdSend::new("INCR").arg("count"))).await);
    equal!(error.kind(), ErrorKind::Indeterminate);
    equal!(world.go(redis.send(GetStringKey::new("count"))).await?.value, "2");
    Ok(())
}

pub(super) async fn a_scan_gives_every_key(world: World) -> Outcome {
    let redis = world.redis()?;
    for at in 0..25 {
        world.go(redis.send(SetStringKey::new(format!("user:{at}"), "x"))).await?;
    }
    let mut keys = redis.scan(ScanKey::new().match_("user:*").count(10));
    let mut names = Vec::new();
    while let Some(key) = world.next(&mut keys).await {
        names.push(key?.name);
    }
    names.sort();
    names.dedup();
    equal!(names.len(), 25);
    Ok(())
}
