//! Commands, deployments and streams without async.

use std::cell::Cell;
use std::rc::Rc;
use std::thread;
use std::time::Duration;

use cc_client::blocking::{IntoBlocking, Next, Wait, block_on};
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
