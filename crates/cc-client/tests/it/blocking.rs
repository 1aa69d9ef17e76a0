//! Commands, deployments and streams without async.

mod everywhere;

use std::cell::Cell;
use std::rc::Rc;
use std::thread;
use std::time::Duration;

use cc_client::blocking::{IntoBlocking, Next, Wait, block_on};
use cc_client::commands::application::{CreateApplication, GetApplication, ListApplication};
use cc_client::commands::deployment::{DeployAndWait, DeployEvent};
use cc_client::commands::log::StreamApplicationRuntimeLog;
use cc_client::commands::zone::{GetZone, ListZone};
use cc_sandbox::Sandbox;

const FAST: Duration = Duration::from_millis(50);

#[test]
fn a_command_with_its_options_and_a_request_are_waited_for() {
    let sandbox = block_on(Sandbox::start()).unwrap();
    let client = sandbox.client();
    let zones = client.send(ListZone::new()).timeout(Duration::from_secs(20)).wait().unwrap();
    assert!(!zones.is_empty());
    assert!(client.send(GetZone::new("nowhere")).optional().wait().unwrap().is_none());
}

#[test]
fn a_deployment_calls_back_on_the_thread_that_waits_and_is_an_iterator() {
    let sandbox = block_on(Sandbox::start()).unwrap();
    let (client, application) = (sandbox.client(), sandbox.ids().application);
    let command = || DeployAndWait::new(&application, Duration::from_secs(60)).every(FAST);
    let (here, lines) = (thread::current().id(), Rc::new(Cell::new(0)));
    let counted = lines.clone();
    let verdict = client.deploy_and_wait(command()).lines(move |_| {
        assert_eq!(thread::current().id(), here);
        counted.set(counted.get() + 1);
    });
    assert!(!verdict.wait().unwrap().outcome.may_be_running());
    assert!(lines.get() > 0);
    let mut deploying = client.deploy_and_wait(command()).blocking().unwrap();
    assert!(matches!(deploying.next(), Some(Ok(DeployEvent::Started(_)))));
    assert!(deploying.get_ref().progress().is_some());
    assert!(matches!(deploying.last(), Some(Ok(DeployEvent::Verdict(_)))));
}

#[test]
fn a_stream_that_is_closed_by_its_handle_ends_the_iterator_that_waits() {
    let sandbox = block_on(Sandbox::start()).unwrap();
    let stream = sandbox.client().stream(StreamApplicationRuntimeLog::new(sandbox.ids().application)).open();
    let (handle, mut lines) = (stream.handle(), stream.items().blocking().unwrap());
    // The lines that are there.
    while let Next::Item(line) = lines.next_within(Duration::from_secs(1)) {
        line.unwrap();
    }
    let closes = thread::spawn(move || handle.close());
    assert!(lines.all(|line| line.is_ok()));
    closes.join().unwrap();
}

#[test]
fn creations_are_waited_for_while_awaited_ones_stand_still() {
    let sandbox = block_on(Sandbox::start()).unwrap();
    let (client, ids) = (sandbox.client(), sandbox.ids());
    let ensure = |name: &str| {
        let command = CreateApplication::new(&ids.organisation, name, "node", "XS");
        client.ensure(command).timeout(Duration::from_secs(10))
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        // As many as may be under way at once.
        let names: Vec<String> = (0..6).map(|number| format!("awaited {number}")).collect();
        let mut awaited: Vec<_> = names.iter().map(|name| Box::pin(ensure(name))).collect();
        for call in &mut awaited {
            assert!(futures_util::FutureExt::now_or_never(call).is_none());
        }
        assert!(ensure("waited").wait().unwrap().is_created());
        // The same as one that has created nothing yet.
        assert!(ensure("awaited 0").wait().unwrap().is_created());
        let awaited = futures_util::future::try_join_all(awaited).await.unwrap();
        let created: Vec<bool> = awaited.iter().map(|ensured| ensured.is_created()).collect();
        assert_eq!(created, [false, true, true, true, true, true]);
    });
    let applications = client.send(ListApplication::new(&ids.organisation)).wait().unwrap();
    assert_eq!(applications.iter().filter(|application| application.name.contains("waited")).count(), 7);
}
