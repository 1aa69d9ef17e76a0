//! Streams, and the runtimes that poll them.

use std::error::Error as _;
use std::future::{pending, ready};
use std::time::Duration;

use cc_stream::{
    EndReason, ErrorKind, EventStream, Response, Result, Settings, StreamError, StreamEvent, connect_fn,
};
use futures::StreamExt;
use futures::executor::block_on;
use futures::stream;
use tokio::runtime::Builder;

use crate::support::memory::text;

/// With a heartbeat: without one, an open stream needs no timer.
fn settings() -> Settings {
    let mut settings = crate::support::memory::settings();
    settings.heartbeat = Some(Duration::from_secs(1));
    settings
}

type Told = Vec<Result<StreamEvent<String>>>;

fn opening(settings: Settings) -> EventStream<String> {
    let transport = connect_fn(|_| pending());
    EventStream::open(transport, |_| ready(Ok(http::Request::new(()))), text(), settings)
}

/// Open, and silent.
fn silent() -> EventStream<String> {
    let body = || stream::pending::<Result<bytes::Bytes, std::io::Error>>();
    let transport = connect_fn(move |_| ready(Ok(Response::event_stream(body()))));
    EventStream::open(transport, |_| ready(Ok(http::Request::new(()))), text(), settings())
}

/// Between two attempts.
fn waiting() -> EventStream<String> {
    let transport = connect_fn(|_| ready(Err(StreamError::unreachable("reset"))));
    EventStream::open(transport, |_| ready(Ok(http::Request::new(()))), text(), settings())
}

#[track_caller]
fn assert_unusable(told: &Told) {
    let [.., Err(error), Ok(StreamEvent::End(EndReason::Failed))] = told.as_slice() else {
        panic!("{told:?}")
    };
    assert_eq!(error.kind(), &ErrorKind::Runtime);
    assert!(error.to_string().contains("enable_time") && !error.to_string().contains('\n'), "{error}");
    assert!(error.source().unwrap().to_string().contains("Tokio 1.x"), "{error:?}");
    assert!(!error.is_transient() && !error.is_about_one_event());
}

#[test]
fn a_stream_that_is_polled_without_a_timer_ends_with_an_error_that_says_what_to_do() {
    let bare = || Builder::new_current_thread().build().unwrap();
    for make in [|| opening(settings()), silent, waiting] {
        assert_unusable(&block_on(make().collect()));
        assert_unusable(&bare().block_on(make().collect()));
        let error = bare().block_on(make().run()).unwrap_err();
        assert_eq!(error.kind(), &ErrorKind::Runtime);
    }
}

#[test]
fn items_that_need_no_timer_are_given_before_the_error() {
    let body = || stream::iter([Ok::<_, std::io::Error>("data: a\n\n".into())]).chain(stream::pending());
    let transport = connect_fn(move |_| ready(Ok(Response::event_stream(body()))));
    let stream = EventStream::open(transport, |_| ready(Ok(http::Request::new(()))), text(), settings());
    let told: Told = block_on(stream.collect());
    assert!(matches!(&told[1], Ok(StreamEvent::Item(item)) if item.data == "a"), "{told:?}");
    assert_unusable(&told);
}

#[cfg(feature = "reqwest")]
#[test]
fn a_request_without_io_is_an_error() {
    let client = cc_stream::HttpClient::build(reqwest::Client::builder().no_proxy()).unwrap();
    let make = || {
        let request = reqwest::Request::new(reqwest::Method::GET, "http://127.0.0.1:1".parse().unwrap());
        let factory = move |_| ready(Ok(request.try_clone().unwrap()));
        EventStream::open(client.clone(), factory, text(), settings())
    };
    let timer = Builder::new_current_thread().enable_time().build().unwrap();
    assert_unusable(&timer.block_on(make().collect()));
    assert_unusable(&block_on(make().collect()));
}

#[test]
#[should_panic(expected = "mine")]
fn a_panic_of_the_program_goes_on() {
    let transport = connect_fn(|_| async { panic!("mine") });
    let stream: EventStream<String> =
        EventStream::open(transport, |_| ready(Ok(http::Request::new(()))), text(), settings());
    block_on(stream.take(1).collect::<Told>());
}

#[test]
fn a_stream_with_a_clock_of_the_program_needs_no_runtime() {
    #[derive(Debug)]
    struct Still;
    impl cc_stream::Clock for Still {
        fn now(&self) -> Duration {
            Duration::ZERO
        }
        fn sleep_until(&self, _: Duration) -> cc_stream::Sleep {
            Box::pin(pending())
        }
    }
    let body = || stream::iter([Ok::<_, std::io::Error>("data: a\n\nevent: END\n\n".into())]);
    let transport = connect_fn(move |_| ready(Ok(Response::event_stream(body()))));
    let factory = |_| ready(Ok(http::Request::new(())));
    let stream = EventStream::open_with_clock(transport, factory, text(), settings(), Still);
    let told: Told = block_on(stream.take(2).collect());
    assert!(told.iter().all(Result::is_ok), "{told:?}");
}
