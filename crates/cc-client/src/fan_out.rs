//! Concurrent work on many items, a few at a time.

use std::future::IntoFuture;

use futures_util::{StreamExt, stream};

/// Default number of items in progress at a time.
pub const AT_ONCE: usize = 8;

/// Does the same for each item, for at most `at_once` of them (at least one) at a time. The results are in the order of the
/// items, and one that fails does not keep the others from coming.
///
/// ```
/// # cc_trials::run(async |client, ids| {
/// use cc_client::commands::application::GetApplication;
/// use cc_client::fan_out;
///
/// let all = fan_out::for_each([ids.application], 4, |id| client.send(GetApplication::new(id))).await;
/// println!("{}", all.into_iter().filter_map(Result::ok).count());
/// # Ok(()) });
/// ```
pub async fn for_each<I, F>(items: I, at_once: usize, mut work: impl FnMut(I::Item) -> F) -> Vec<F::Output>
where
    I: IntoIterator,
    F: IntoFuture,
{
    let work: Vec<F::IntoFuture> = items.into_iter().map(|item| work(item).into_future()).collect();
    stream::iter(work).buffered(at_once.max(1)).collect().await
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;
    use std::time::Duration;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn only_so_many_items_are_worked_on_at_once_and_the_order_stays() {
        let (running, most) = (Cell::new(0), Cell::new(0));
        let (running, most) = (&running, &most);
        let results = for_each(0..50_u64, AT_ONCE, |item| async move {
            running.set(running.get() + 1);
            most.set(most.get().max(running.get()));
            tokio::time::sleep(Duration::from_millis(100 - item)).await;
            running.set(running.get() - 1);
            item
        })
        .await;
        assert_eq!(results, (0..50).collect::<Vec<_>>());
        assert_eq!(most.get(), AT_ONCE);
    }

    #[tokio::test]
    async fn a_failed_item_keeps_the_results_of_the_others() {
        let results =
            for_each([1, 2, 3], 0, |item| async move { if item == 2 { Err(item) } else { Ok(item) } }).await;
        assert_eq!(results, [Ok(1), Err(2), Ok(3)]);
    }
}
