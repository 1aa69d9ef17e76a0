//! Statistics of the accesses to applications: counts of their statuses and of their places of origin.

use jiff::Timestamp;

use super::access::{CITIES, counted};
use super::{Source, Span};
use crate::world::World;

/// Length of a period of the counts by status, in microseconds.
const PERIOD: i64 = 3_600_000_000;

/// Longest span in which each access is counted. In a longer one, those that the sandbox invents are estimated, so that the
/// cost is bounded.
const EXACT: i64 = 24 * PERIOD;

impl Source {
    /// Counts of answers by their status, for each period with its start.
    pub(crate) fn statuses(
        world: &World,
        owner: &str,
        application: Option<&str>,
        span: Span,
    ) -> Vec<(Timestamp, Vec<(u16, u64)>)> {
        let first = span.from.div_euclid(PERIOD);
        let starts = (first..).map(|number| number * PERIOD).take_while(|start| *start < span.to);
        let slices = starts.map(|start| {
            let own = Span { from: start.max(span.from), to: (start + PERIOD).min(span.to) };
            let counts = counted(world, owner, application, own, stride(span), |access| access.status());
            (Timestamp::from_microsecond(start).unwrap_or_default(), counts.into_iter().collect())
        });
        slices.collect()
    }

    /// Counts of accesses by their place of origin: latitude and longitude.
    pub(crate) fn origins(
        world: &World,
        owner: &str,
        application: Option<&str>,
        span: Span,
    ) -> Vec<((f64, f64), u64)> {
        let counts = counted(world, owner, application, span, stride(span), |access| Some(access.city()));
        let place = |city: usize| (CITIES[city].2, CITIES[city].3);
        counts.into_iter().map(|(city, count)| (place(city), count)).collect()
    }
}

fn stride(span: Span) -> i64 {
    (span.to.saturating_sub(span.from) - 1).max(0) / EXACT + 1
}
