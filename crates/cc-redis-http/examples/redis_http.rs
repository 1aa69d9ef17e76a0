//! Redis over HTTP: keys, arbitrary commands, scans, and the handling of lost answers.
//!
//! It runs against a sandbox in this very process, with keys in memory. `REDIS_URL` names a real server instead: the
//! sandbox's proxy connects to it.

#![allow(clippy::print_stdout)] // An example shows its results.

use std::error::Error;

use cc_redis_http::commands::{CmdCliSend, CmdSend, CreateHashKey, CreateStringKey, ScanKey};
use cc_redis_http::{ErrorKind, RedisCode, RedisHttpClient};
use cc_sandbox::{Fault, Sandbox};
use futures::TryStreamExt;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let sandbox = Sandbox::start().await;
    let backend_url = std::env::var("REDIS_URL").unwrap_or_else(|_| sandbox.kv_url().to_owned());

    // Against the platform: `RedisHttpClient::new(backend_url)`.
    let client = RedisHttpClient::builder().endpoint(sandbox.url()).backend_url(backend_url).build()?;

    client.send(CreateStringKey::new("example:visits", "41")).await?;
    client.send(CreateHashKey::new("example:ada", [("city", "London"), ("born", "1815")])).await?;

    let visits = client.send(CmdSend::new("INCR").arg("example:visits")).await?;
    println!("visits    {}", visits.result.as_i64().unwrap_or_default());
    for line in client.send(CmdCliSend::new("HGETALL example:ada")).await?.result {
        println!("ada       {line}");
    }

    let mut keys = client.scan(ScanKey::new().match_("example:*"));
    while let Some(key) = keys.try_next().await? {
        println!("key       {} ({})", key.name, key.type_);
    }

    // Redis says no in its own words.
    let error = client.send(CmdSend::new("INCR").arg("example:ada")).await.unwrap_err();
    println!("refused   {:?}: {error}", RedisCode::of(&error).unwrap_or_default());

    // A lost answer: the counter is not incremented twice, and the error says that the outcome is unknown.
    sandbox.faults().add(Fault::reset_after().on("send_command").times(1));
    let error = client.send(CmdSend::new("INCR").arg("example:visits")).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Indeterminate);
    let visits = client.send(CmdSend::new("GET").arg("example:visits")).await?;
    println!("lost      {error}: visits are {:?}", visits.result.as_str().unwrap_or_default());

    client.send(CmdSend::new("DEL").args(["example:visits", "example:ada"])).await?;
    Ok(())
}
