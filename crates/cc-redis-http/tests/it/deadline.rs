//! The deadline of a command, and commands of the program's own.

use std::time::Duration;

use cc_api_redis_http::{SendCommand, types::SendCommandBody};
use cc_redis_http::commands::CmdSend;
use cc_redis_http::model::CommandReply;
use cc_redis_http::{
    Access, Command, Context, Effect, ErrorKind, Keys, RedisCommand, RedisHttpClient, Result, Secret,
};
use cc_runtime::tasks;
use tokio::time::Instant;

use crate::support::{Proxy, after, answer};

const SECOND: Duration = Duration::from_secs(1);

/// Waits without a request.
struct Wait;

impl Command for Wait {
    const NAME: &'static str = "Wait";
    type Output = ();
    type Context = Context;

    async fn run(self, _: &Context) -> Result<()> {
        tasks::sleep(1_000 * SECOND).await;
        Ok(())
    }
}

#[tokio::test(start_paused = true)]
async fn the_deadline_of_a_redis_command_ends_what_is_not_a_request() {
    let client = Proxy::always(200, "{}").client();
    let start = Instant::now();
    let error = client.send(Wait).timeout(3 * SECOND).await.unwrap_err();
    assert_eq!((error.kind(), error.command()), (ErrorKind::TimedOut, Some("Wait")));
    assert_eq!(start.elapsed(), 3 * SECOND);
}

async fn at_the_deadline(client: RedisHttpClient) {
    let start = Instant::now();
    let write = client.send(CmdSend::new("INCR").arg("a")).timeout(3 * SECOND);
    let behind = client.send(CmdSend::new("INCR").arg("a")).timeout(3 * SECOND);
    let (write, behind) = tokio::join!(write, behind);
    let (write, behind) = (write.unwrap_err(), behind.unwrap_err());
    assert_eq!((write.kind(), write.may_be_done()), (ErrorKind::Indeterminate, true));
    assert_eq!((behind.kind(), behind.is_not_sent()), (ErrorKind::TimedOut, true));
    assert_eq!(start.elapsed(), 3 * SECOND);
}

#[tokio::test(start_paused = true)]
async fn at_the_deadline_a_write_says_that_it_may_be_done_and_one_behind_it_that_it_was_not_sent() {
    let proxy = Proxy::new(|_, _| after(60 * SECOND, answer(200, "{}")));
    at_the_deadline(proxy.client()).await;
    assert_eq!(proxy.count(), 1);
}

/// Asks the server for its time.
struct GetTime;

impl Command for GetTime {
    const NAME: &'static str = "GetTime";
    type Output = CommandReply;
    type Context = Context;

    async fn run(self, cx: &Context) -> Result<CommandReply> {
        cx.execute(self).await
    }
}

impl RedisCommand for GetTime {
    type Operation = SendCommand;

    fn backend_url(&self) -> Option<&Secret> {
        None
    }

    fn access(&self) -> Result<Access> {
        Ok(Access::new(Effect::Read, Keys::Only(Vec::new())))
    }

    fn operation(self, backend_url: Secret) -> SendCommand {
        SendCommand::new(SendCommandBody::new("TIME", backend_url))
    }
}

#[tokio::test]
async fn a_redis_command_of_the_programs_own_is_sent_as_any_other() {
    let proxy = Proxy::always(200, r#"{"result":["1"]}"#);
    let reply = proxy.client().send(GetTime).await.unwrap();
    assert_eq!(reply.result.decode::<Vec<String>>().unwrap(), ["1"]);
    assert_eq!(proxy.asked()[0].body["command"], "TIME");
}
