//! Several streams as one, in the order of time.

use std::collections::VecDeque;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use cc_runtime::Timestamp;
use cc_runtime::tasks::{self, Instant};
use futures_util::Stream;

/// Items of several streams in the order of their dates, each with the number of the stream it is from.
///
/// Streams of the platform are each in order, and arrive at their own pace. An item is given as soon as every other stream
/// that is still open has a later one, or when it was held back for `patience`: an item that comes later than that is given when it
/// comes, out of order rather than lost. What has no date, and errors, keep their place in their own stream.
///
/// Up to 1,024 items of a stream are held back. Where more come while another stream is quiet, they are given once the first of
/// them was held back for long enough: neither memory nor the delay grows.
///
/// Without a tokio runtime that has a timer, nothing is held back: items may then be given out of order.
pub fn merge<S, T, E>(
    streams: Vec<S>,
    date: impl Fn(&T) -> Option<Timestamp> + Send + 'static,
    patience: Duration,
) -> Merged<S, T, E>
where
    S: Stream<Item = Result<T, E>> + Unpin,
{
    let sources = streams
        .into_iter()
        .map(|stream| Source { stream: Some(stream), held: VecDeque::new(), last: None, is_full: false })
        .collect();
    Merged { sources, date: Box::new(date), patience, timer: None }
}

/// Maximum number of items of one stream that are held back: enough to look past a late one, with bounded
/// memory.
const HELD: usize = 1_024;

struct Source<S, T, E> {
    stream: Option<S>,
    held: VecDeque<Held<T, E>>,
    /// The date of the last item that has one.
    last: Option<Timestamp>,
    /// `true` if no more items could be held back at the last poll.
    is_full: bool,
}

/// Something that is held back.
struct Held<T, E> {
    /// Date of the item, or of the previous one; `None` before the first.
    date: Option<Timestamp>,
    came: Instant,
    told: Result<T, E>,
}

impl<S, T, E> Source<S, T, E>
where
    S: Stream<Item = Result<T, E>> + Unpin,
{
    /// Takes available items, as far as they can be held back.
    fn read(&mut self, cx: &mut Context<'_>, date: &DateOf<T>) {
        // What waited outside because there was no room has waited as long as the last that had room.
        let mut came = self.held.back().filter(|_| self.is_full).map(|last| last.came);
        while self.held.len() < HELD {
            let Some(stream) = &mut self.stream else { return };
            match Pin::new(stream).poll_next(cx) {
                Poll::Ready(Some(told)) => {
                    self.last = told.as_ref().ok().and_then(date).or(self.last);
                    let came = came.take().unwrap_or_else(Instant::now);
                    self.held.push_back(Held { date: self.last, came, told });
                }
                Poll::Ready(None) => self.stream = None,
                Poll::Pending => {
                    self.is_full = false;
                    return;
                }
            }
        }
        self.is_full = true;
    }
}

type DateOf<T> = Box<dyn Fn(&T) -> Option<Timestamp> + Send>;
type Timer = Pin<Box<dyn Future<Output = cc_runtime::Result<()>> + Send>>;

/// See [`merge`].
pub struct Merged<S, T, E> {
    sources: Vec<Source<S, T, E>>,
    date: DateOf<T>,
    patience: Duration,
    timer: Option<Timer>,
}

impl<S, T, E> std::fmt::Debug for Merged<S, T, E> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Merged")
            .field("streams", &self.sources.len())
            .field("patience", &self.patience)
            .finish_non_exhaustive()
    }
}

/// No field is pinned.
impl<S, T, E> Unpin for Merged<S, T, E> {}

impl<S, T, E> Merged<S, T, E> {
    /// The source whose first item is the earliest.
    fn earliest(&self) -> Option<usize> {
        let heads = self.sources.iter().enumerate();
        let heads = heads.filter_map(|(at, source)| source.held.front().map(|held| (held.date, at)));
        heads.min().map(|(_, at)| at)
    }

    fn take(&mut self, at: usize) -> Option<Result<T, E>> {
        self.sources[at].held.pop_front().map(|held| held.told)
    }
}

impl<S, T, E> Stream for Merged<S, T, E>
where
    S: Stream<Item = Result<T, E>> + Unpin,
{
    type Item = (usize, Result<T, E>);

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = self.get_mut();
        for source in &mut this.sources {
            source.read(cx, &this.date);
        }
        let Some(earliest) = this.earliest() else {
            this.timer = None;
            let over = this.sources.iter().all(|source| source.stream.is_none());
            return if over { Poll::Ready(None) } else { Poll::Pending };
        };
        let waits = this.sources.iter().any(|source| source.stream.is_some() && source.held.is_empty());
        let is_dated = this.sources[earliest].held.front().is_some_and(|first| first.date.is_some());
        // What was held back for longest counts, not the earliest: an earlier item that comes late may not hold it back further.
        let held_since = this.sources.iter().filter_map(|source| Some(source.held.front()?.came)).min();
        if let Some(held_since) = held_since.filter(|_| waits && is_dated) {
            let waited = held_since.elapsed();
            if waited < this.patience {
                let rest = this.patience - waited;
                let mut timer: Timer = Box::pin(tasks::guarded(async move {
                    tasks::sleep(rest).await;
                    Ok(())
                }));
                // Where the runtime has no timer, nothing is waited for.
                if timer.as_mut().poll(cx).is_pending() {
                    this.timer = Some(timer);
                    return Poll::Pending;
                }
            }
        }
        this.timer = None;
        Poll::Ready(this.take(earliest).map(|told| (earliest, told)))
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
    async fn a_silent_stream_delays_the_others_and_slows_them_no_further() {
        let many = stream::iter((0..100_000).map(|millis| line(millis, "a"))).boxed();
        let silent = stream::pending().boxed();
        let start = tokio::time::Instant::now();
        let merged = merge(vec![many, silent], date, Duration::from_secs(1));
        let dates: Vec<i64> = merged.take(100_000).map(|(_, line)| line.unwrap().0).collect().await;
        assert!(dates.is_sorted());
        assert!(start.elapsed() <= Duration::from_secs(2), "{:?}", start.elapsed());
    }

    #[tokio::test(start_paused = true)]
    async fn items_that_come_late_do_not_hold_later_ones_back_beyond_the_patience() {
        let start = tokio::time::Instant::now();
        let after = move |millis: u64, line| {
            stream::once(async move {
                tokio::time::sleep_until(start + Duration::from_millis(millis)).await;
                line
            })
            .chain(stream::pending())
            .boxed()
        };
        // Each is earlier than all before it, and comes shortly before their patience is over.
        let streams = vec![
            after(0, line(9, "d")),
            after(900, line(8, "c")),
            after(1_800, line(7, "b")),
            stream::pending().boxed(),
        ];
        let mut merged = merge(streams, date, Duration::from_secs(1));
        let mut found = Vec::new();
        for _ in 0..3 {
            let (_, line) = merged.next().await.unwrap();
            found.push((line.unwrap().1, start.elapsed().as_millis()));
        }
        assert_eq!(found, [("c", 1_000), ("d", 1_000), ("b", 2_800)]);
    }

    #[tokio::test(start_paused = true)]
    async fn undated_items_and_errors_keep_their_position_without_ending_the_stream() {
        let one =
            stream::iter(vec![Err("early".to_owned()), line(1, "a"), Err("broken".to_owned()), line(3, "c")]);
        let undated = (i64::MAX, "?");
        let other = stream::iter(vec![line(2, "b"), Ok(undated), line(4, "d")]);
        let merged = merge(vec![one, other], date, Duration::from_secs(1));
        let found: Vec<String> = merged
            .map(|(_, line)| match line {
                Ok(line) => line.1.to_owned(),
                Err(error) => error,
            })
            .collect()
            .await;
        assert_eq!(found, ["early", "a", "broken", "b", "?", "c", "d"]);
    }
}
