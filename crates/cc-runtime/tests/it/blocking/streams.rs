//! Streams as iterators.

use std::sync::Mutex;

use futures_util::{Stream, StreamExt, stream};
use tokio::runtime::Handle;

use super::*;

/// Notes where it is dropped.
struct Noted(Arc<Mutex<Vec<Option<tokio::runtime::Id>>>>);

impl Drop for Noted {
    fn drop(&mut self) {
        self.0.lock().unwrap().push(Handle::try_current().ok().map(|handle| handle.id()));
    }
}

fn ticks(number: u32) -> impl Stream<Item = u32> {
    stream::iter(0..number).then(|tick| async move {
        tokio::time::sleep(Duration::from_millis(1)).await;
        tick
    })
}

#[test]
fn a_stream_is_an_iterator_that_ends_with_it_and_stays_at_its_end() {
    let mut items = ticks(3).blocking().unwrap();
    assert_eq!(items.by_ref().collect::<Vec<_>>(), [0, 1, 2]);
    assert_eq!((items.next(), items.size_hint()), (None, (0, Some(0))));
    assert_eq!(items.next_within(Duration::MAX), Next::End);
    fn fused(_: &impl std::iter::FusedIterator) {}
    fused(&items);
}

#[test]
fn a_bounded_wait_says_that_the_stream_is_quiet_and_loses_nothing() {
    let (sender, receiver) = futures::channel::mpsc::unbounded();
    let mut items = receiver.blocking().unwrap();
    assert_eq!(items.next_within(Duration::ZERO), Next::Quiet);
    assert_eq!(items.next_within(Duration::from_millis(5)), Next::Quiet);
    sender.unbounded_send(1).unwrap();
    assert_eq!(items.next_within(Duration::ZERO), Next::Item(1));
    let other = thread::spawn(move || {
        sender.unbounded_send(2).unwrap();
        sender
    });
    assert_eq!(items.next_within(Duration::MAX), Next::Item(2));
    drop(other.join().unwrap());
    assert_eq!(items.next_within(Duration::from_secs(30)), Next::End);
}

#[test]
fn an_iterator_goes_to_another_thread_between_two_items() {
    let mut items = Box::pin(ticks(3)).blocking().unwrap();
    assert_eq!(items.next(), Some(0));
    let rest = thread::spawn(move || items.collect::<Vec<_>>());
    assert_eq!(rest.join().unwrap(), [1, 2]);
}

#[test]
fn a_stream_and_a_future_are_dropped_within_the_background_runtime() {
    let dropped = Arc::<Mutex<Vec<_>>>::default();
    let background = block_on(async { Handle::current().id() }).unwrap();
    let noted = Noted(dropped.clone());
    drop(ticks(1).map(move |_| noted.0.lock().unwrap().len()).blocking().unwrap());
    let noted = Noted(dropped.clone());
    let future = async move {
        let _noted = noted;
        Err::<(), _>(Error::new(ErrorKind::InvalidInput))
    };
    future.wait().unwrap_err();
    assert_eq!(*dropped.lock().unwrap(), [Some(background); 2]);
}

#[test]
fn an_iterator_gives_its_stream_back() {
    let mut items = Box::pin(ticks(3)).blocking().unwrap();
    assert_eq!(items.next(), Some(0));
    assert_eq!(items.get_ref().size_hint(), (2, Some(2)));
    let _: &mut _ = items.get_mut();
    let rest = block_on(items.into_inner().collect::<Vec<_>>()).unwrap();
    assert_eq!(rest, [1, 2]);
    let shown = format!("{:?}", stream::iter([1]).blocking().unwrap());
    assert!(shown.starts_with("Blocking("), "{shown}");
}

#[test]
fn a_stream_is_read_in_any_runtime() {
    in_time(|| {
        for runtime in [
            Builder::new_current_thread().build().unwrap(),
            Builder::new_multi_thread().worker_threads(1).build().unwrap(),
        ] {
            let read = || ticks(3).blocking().unwrap().sum::<u32>();
            assert_eq!(runtime.block_on(async { read() }), 3);
            assert_eq!(runtime.block_on(async { tokio::spawn(async move { read() }).await.unwrap() }), 3);
        }
    });
}
