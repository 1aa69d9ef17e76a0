//! Several streams as one, in the order of time.

use std::collections::VecDeque;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use cc_core::Timestamp;
use cc_core::runtime::{self, Instant};
use futures_util::Stream;

/// Items of several streams in the order of their dates, each with the number of the stream it is from.
///
/// Streams of the platform are each in order, and arrive at their own pace. An item is given as soon as every other stream
/// that is still open has a later one, or when it was held back for `patience`: an item that comes later than that is given when it
/// comes, out of order rather than lost. What has no date, and errors, are given at once.
pub fn merge<S, T, E>(
    streams: Vec<S>,
    date: impl Fn(&T) -> Option<Timestamp> + Send + 'static,
    patience: Duration,
) -> Merged<S, T>
where
    S: Stream<Item = Result<T, E>> + Unpin,
{
    let sources =
        streams.into_iter().map(|stream| Source { stream: Some(stream), held: VecDeque::new() }).collect();
    Merged { sources, date: Box::new(date), patience, timer: None }
}

/// How many items of one stream are held back at most: enough to look past one that is behind, and no more memory than that.
const HELD: usize = 1_024;

struct Source<S, T> {
    stream: Option<S>,
    held: VecDeque<Held<T>>,
}

/// An item that is held back.
struct Held<T> {
    date: Timestamp,
    came: Instant,
    item: T,
}

type DateOf<T> = Box<dyn Fn(&T) -> Option<Timestamp> + Send>;
type Timer = Pin<Box<dyn Future<Output = ()> + Send>>;

/// See [`merge`].
pub struct Merged<S, T> {
    sources: Vec<Source<S, T>>,
    date: DateOf<T>,
    patience: Duration,
    timer: Option<Timer>,
}

impl<S, T> std::fmt::Debug for Merged<S, T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Merged")
            .field("streams", &self.sources.len())
            .field("patience", &self.patience)
            .finish_non_exhaustive()
    }
}

/// Nothing inside is pinned in place.
impl<S, T> Unpin for Merged<S, T> {}

impl<S, T> Merged<S, T> {
    /// The source whose first item is the earliest.
    fn earliest(&self) -> Option<usize> {
        let heads = self.sources.iter().enumerate();
        let heads = heads.filter_map(|(at, source)| source.held.front().map(|held| (held.date, at)));
        heads.min().map(|(_, at)| at)
    }

    fn take(&mut self, at: usize) -> Option<T> {
        self.sources[at].held.pop_front().map(|held| held.item)
    }
}

impl<S, T, E> Stream for Merged<S, T>
where
    S: Stream<Item = Result<T, E>> + Unpin,
{
    type Item = (usize, Result<T, E>);

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = self.get_mut();
        for at in 0..this.sources.len() {
            while this.sources[at].held.len() < HELD {
                let Some(stream) = &mut this.sources[at].stream else { break };
                match Pin::new(stream).poll_next(cx) {
                    Poll::Ready(Some(Ok(item))) => match (this.date)(&item) {
                        Some(date) => {
                            let held = Held { date, came: Instant::now(), item };
                            this.sources[at].held.push_back(held);
                        }
                        None => return Poll::Ready(Some((at, Ok(item)))),
                    },
                    Poll::Ready(Some(Err(error))) => return Poll::Ready(Some((at, Err(error)))),
                    Poll::Ready(None) => this.sources[at].stream = None,
                    Poll::Pending => break,
                }
            }
        }
        let Some(earliest) = this.earliest() else {
            this.timer = None;
            let over = this.sources.iter().all(|source| source.stream.is_none());
            return if over { Poll::Ready(None) } else { Poll::Pending };
        };
        let waits = this.sources.iter().any(|source| source.stream.is_some() && source.held.is_empty());
        if waits && let Some(first) = this.sources[earliest].held.front() {
            let waited = first.came.elapsed();
            if waited < this.patience {
                let mut timer: Timer = Box::pin(runtime::sleep(this.patience - waited));
                if timer.as_mut().poll(cx).is_pending() {
                    this.timer = Some(timer);
                    return Poll::Pending;
                }
            }
        }
        this.timer = None;
        Poll::Ready(this.take(earliest).map(|item| (earliest, Ok(item))))
    }
}

#[cfg(test)]
mod tests {
    use futures_util::{StreamExt, stream};

    use super::*;

    type Line = (i64, &'static str);

    fn line(millis: i64, text: &'static str) -> Result<Line, String> {
        Ok((millis, text))
    }

    fn date(line: &Line) -> Option<Timestamp> {
        Timestamp::from_millis(line.0)
    }

    #[tokio::test(start_paused = true)]
    async fn items_come_in_the_order_of_their_dates() {
        let one = stream::iter([line(1, "a"), line(4, "d"), line(5, "e")]);
        let other = stream::iter([line(2, "b"), line(3, "c"), line(6, "f")]);
        let merged = merge(vec![one, other], date, Duration::from_secs(1));
        let texts: String = merged.map(|(_, line)| line.unwrap().1).collect().await;
        assert_eq!(texts, "abcdef");
    }

    #[tokio::test(start_paused = true)]
    async fn a_silent_stream_holds_the_others_back_for_no_longer_than_the_patience() {
        let one = stream::iter([line(1, "a"), line(2, "b")]).boxed();
        let silent = stream::pending().boxed();
        let start = tokio::time::Instant::now();
        let merged = merge(vec![one, silent], date, Duration::from_secs(1));
        let texts: String = merged.take(2).map(|(_, line)| line.unwrap().1).collect().await;
        assert_eq!(texts, "ab");
        assert!(start.elapsed() <= Duration::from_secs(2), "{:?}", start.elapsed());
    }

    #[tokio::test(start_paused = true)]
    async fn an_error_comes_at_once_and_ends_nothing() {
        let one = stream::iter([line(1, "a"), Err("broken".to_owned()), line(2, "b")]);
        let merged = merge(vec![one], date, Duration::from_secs(1));
        let found: Vec<_> = merged.map(|(_, line)| line.map(|line| line.1)).collect().await;
        assert_eq!(found.len(), 3);
        assert!(
            found.contains(&Err("broken".to_owned())) && found.contains(&Ok("a")) && found.contains(&Ok("b"))
        );
    }
}
