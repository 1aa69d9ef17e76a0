//! Schedule of the polls: one limit for all reasons to poll. Pure: the time is an input.

use std::collections::VecDeque;
use std::time::Duration;

use cc_runtime::tasks::Instant;

/// The time over which requests are counted.
const WINDOW: Duration = Duration::from_secs(60);

/// Requests in a window, unless a shorter interval is chosen.
const MOST: usize = 15;

/// Number of requests reserved for the poll at the deadline, when it is near.
const KEPT_FOR_LAST: usize = 2;

/// Numbers of requests reserved for decisive polls, for those and the announcements of the log, and for those
/// and the regular polls, where an announcement may be wrong.
const KEPT_TO_DECIDE: usize = 3;
const KEPT_FOR_SIGNS: usize = 5;
const KEPT_FROM_HINTS: usize = 7;

/// Requests of a minute that regular looks leave free when no log is followed: the list, which is read when a row turns out to be
/// cancelled, and the look-up of the owner.
const KEPT_WITHOUT_LOG: usize = 2;

/// Time from one look to the next: without a log, and with a log that announces the moments that matter.
const EVERY: Duration = Duration::from_secs(5);
const EVERY_WITH_LOG: Duration = Duration::from_secs(10);

/// The platform is not asked more often than this.
const AT_LEAST: Duration = Duration::from_millis(100);

/// Waits before the next look while looks fail, and while the deployment has not shown up.
const FAILED: [Duration; 3] = [Duration::from_secs(1), Duration::from_secs(2), Duration::from_secs(3)];
const UNSEEN: [Duration; 2] = [Duration::from_secs(2), Duration::from_secs(3)];

/// Delays of the polls after an announcement: a line may precede the state that it announces.
const FOLLOW: [Duration; 4] =
    [Duration::ZERO, Duration::from_millis(400), Duration::from_millis(1_400), Duration::from_millis(3_200)];

/// Lifetime of an announcement, by the number of wrong ones in the last window. Within that time, a further
/// announcement triggers the next poll at its end.
const LASTS: [Duration; 3] =
    [Duration::from_millis(4_000), Duration::from_millis(2_500), Duration::from_secs(5)];

/// Number of polls after an announcement, by the same number.
const LOOKS: [usize; 3] = [FOLLOW.len(), 2, 1];

/// Delay between a poll and the next one after the end of the log.
const AFTER_END: Duration = Duration::from_secs(2);

/// Something that announces the end of a deployment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(not(feature = "stream"), expect(dead_code, reason = "there is no log"))]
pub(super) enum Sign {
    /// A line that starts like the lines about the end.
    Line,
    /// A line that may be about something else.
    Hint,
    /// The log ended.
    End,
}

/// The pace of the looks at one deployment.
#[derive(Debug)]
pub(super) struct Pace {
    /// The interval that was chosen.
    every: Option<Duration>,
    most: usize,
    /// Times of the requests in the last window.
    sent: VecDeque<Instant>,
    /// End of the last poll.
    last: Option<Instant>,
    /// The platform asked to be left alone until then.
    not_before: Option<Instant>,
    /// A look is wanted then.
    wanted: Option<Instant>,
    alert: Option<Alert>,
    /// The log ended, which may be the end of the deployment.
    log_ended: bool,
    deadline: Option<Instant>,
    /// Announcements in the last window that were none.
    false_alarms: VecDeque<(Instant, bool)>,
    /// Looks in a row that failed.
    failures: usize,
    /// Looks that did not see the deployment.
    unseen: usize,
    is_seen: bool,
    has_log: bool,
}

/// The log announces an end.
#[derive(Debug, Clone, Copy)]
struct Alert {
    from: Instant,
    until: Instant,
    /// Looks since then, and how many there may be.
    looks: usize,
    most: usize,
    /// `true` if there was another announcement since the last poll.
    again: bool,
    /// `true` if the announcing line starts like the lines about the end.
    is_clear: bool,
}

impl Pace {
    /// Looks at this interval, or at the default one, until the deadline.
    pub(super) fn new(every: Option<Duration>, deadline: Option<Instant>) -> Self {
        let every = every.map(|every| every.max(AT_LEAST));
        let chosen = every.filter(|every| *every < EVERY);
        // A look takes two requests at most.
        let most = chosen.map_or(0, |every| (WINDOW.as_secs_f64() / every.as_secs_f64()).ceil() as usize * 2);
        Self {
            every,
            most: MOST.max(most),
            sent: VecDeque::new(),
            last: None,
            not_before: None,
            wanted: None,
            alert: None,
            log_ended: false,
            deadline,
            false_alarms: VecDeque::new(),
            failures: 0,
            unseen: 0,
            is_seen: false,
            has_log: false,
        }
    }

    /// Looks until another deadline.
    #[cfg(feature = "stream")]
    pub(super) fn set_deadline(&mut self, deadline: Option<Instant>) {
        self.deadline = deadline;
    }

    /// Sets whether the log is connected and has delivered all lines. Returns `true` if that is new.
    #[cfg(feature = "stream")]
    pub(super) fn set_log(&mut self, has_log: bool) -> bool {
        std::mem::replace(&mut self.has_log, has_log) != has_log
    }

    /// Requests are sent.
    pub(super) fn sent(&mut self, now: Instant, requests: usize) {
        self.sent.extend(std::iter::repeat_n(now, requests));
        while self.sent.front().is_some_and(|first| now - *first >= WINDOW) {
            self.sent.pop_front();
        }
    }

    /// Something announces the end.
    #[cfg(feature = "stream")]
    pub(super) fn announce(&mut self, now: Instant, sign: Sign) {
        let is_clear = sign == Sign::Line;
        match &mut self.alert {
            _ if sign == Sign::End => self.log_ended = true,
            Some(alert) if now < alert.until && alert.is_clear >= is_clear => alert.again = true,
            _ => self.alarm(now, is_clear),
        }
    }

    fn alarm(&mut self, now: Instant, is_clear: bool) {
        // If the last announcement had been true, there would be no further one.
        self.false_alarms.extend(self.alert.take().map(|alert| (alert.from, alert.is_clear)));
        while self.false_alarms.front().is_some_and(|(first, _)| now - *first >= WINDOW) {
            self.false_alarms.pop_front();
        }
        // A clear announcement is trusted regardless of the number of hints.
        let before = self.false_alarms.iter().filter(|(_, was_clear)| *was_clear >= is_clear).count().min(2);
        let until = now + LASTS[before];
        self.alert = Some(Alert { from: now, until, looks: 0, most: LOOKS[before], again: false, is_clear });
    }

    /// A look begins.
    pub(super) fn begin(&mut self, now: Instant) {
        self.sent(now, 1);
        self.log_ended = false;
        if let Some(alert) = self.alert.filter(|alert| alert.again && now >= alert.until) {
            self.alarm(now, alert.is_clear);
        }
        if let Some(alert) = &mut self.alert {
            alert.looks += 1;
            alert.again = false;
        }
    }

    /// A look ended and decided nothing. `again`: after which time the next one may.
    pub(super) fn looked(&mut self, now: Instant, is_seen: bool, again: Option<Duration>) {
        self.last = Some(now);
        self.is_seen = is_seen;
        self.failures = 0;
        self.unseen += usize::from(!is_seen);
        self.wanted = again.and_then(|again| now.checked_add(again));
        self.not_before = None;
    }

    /// A look failed. `after`: how long the platform asks to be left alone.
    pub(super) fn failed(&mut self, now: Instant, after: Option<Duration>) {
        self.last = Some(now);
        self.failures += 1;
        self.wanted = None;
        let longest = 1_000_000 * WINDOW;
        self.not_before = after.map(|after| now + after.min(longest));
    }

    /// The next look is wanted at once.
    pub(super) fn at_once(&mut self, now: Instant) {
        (self.failures, self.wanted) = (0, Some(now));
    }

    /// Returns the time of the next poll, which takes at most `cost` requests; `None`: never.
    pub(super) fn next(&self, now: Instant, cost: usize) -> Option<Instant> {
        let Some(last) = self.last else { return Some(now) };
        let most = self.most(now);
        let due = match self.wanted {
            // Who judges knows best when there may be more to see.
            Some(wanted) => self.allowed(now, wanted, cost, most),
            None => {
                let usual = last.checked_add(self.interval(cost));
                let kept = if self.has_log { KEPT_FOR_SIGNS } else { KEPT_WITHOUT_LOG };
                let usual = usual.map(|due| self.allowed(now, due, cost, most - kept));
                let follow = self.alert.and_then(|alert| self.follow(now, last, &alert, cost));
                let ended = self.log_ended.then_some(last + AFTER_END);
                let ended = ended.map(|due| self.allowed(now, due, cost, most - KEPT_FROM_HINTS));
                [usual, follow, ended].into_iter().flatten().min()?
            }
        };
        Some(due.max(last + AT_LEAST).max(self.not_before.unwrap_or(last)))
    }

    fn most(&self, now: Instant) -> usize {
        let is_near = self.deadline.is_some_and(|deadline| deadline < now + WINDOW);
        self.most - if is_near { KEPT_FOR_LAST } else { 0 }
    }

    /// The next look that an announcement asks for.
    fn follow(&self, now: Instant, last: Instant, alert: &Alert, cost: usize) -> Option<Instant> {
        // Polls of several requests use up a window sooner, so that fewer of them follow.
        let due = if alert.looks < alert.most.div_ceil(cost.max(1)) {
            alert.from + FOLLOW[alert.looks]
        } else {
            alert.again.then_some(alert.until)?
        };
        let kept = match (alert.is_clear, alert.most == LOOKS[0]) {
            (true, _) => KEPT_TO_DECIDE,
            (false, true) => KEPT_FOR_SIGNS,
            (false, false) => KEPT_FROM_HINTS,
        };
        let most = self.most(now) - kept;
        // Frequent announcements spread the remaining requests over the window.
        let left = most.saturating_sub(self.sent.len()) / cost.max(1);
        let spread = self.sent.front().filter(|_| alert.most == LOOKS[2]);
        let spread =
            spread.map(|first| (*first + WINDOW).saturating_duration_since(last) / (left as u32 + 1));
        Some(self.allowed(now, due.max(last + spread.unwrap_or_default()), cost, most))
    }

    fn interval(&self, cost: usize) -> Duration {
        let usual = self.every.unwrap_or_else(|| {
            let every = if self.has_log { EVERY_WITH_LOG } else { EVERY };
            every.max(EVERY * cost as u32)
        });
        let (waits, tries) = match self.failures {
            0 if self.is_seen => return usual,
            0 => (&UNSEEN[..], self.unseen),
            failures => (&FAILED[..], failures),
        };
        // Looks of two requests that come as often as others use a minute up in half of it.
        usual.min(waits.get(tries.saturating_sub(1)).copied().unwrap_or(EVERY * cost as u32))
    }

    /// Returns the time at which a poll of this cost may start that is due then, if a window allows `most`
    /// requests.
    fn allowed(&self, now: Instant, due: Instant, cost: usize, most: usize) -> Instant {
        let live = self.sent.iter().skip_while(|sent| now - **sent >= WINDOW);
        let Some(over) = (live.clone().count() + cost).checked_sub(most + 1) else { return due };
        let free = live.copied().nth(over).map_or(due, |sent| sent + WINDOW);
        due.max(free)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    /// The requests of looks that go on for this long, each of which takes a tenth of a second and `cost` requests.
    fn looks(
        pace: &mut Pace,
        lasts: Duration,
        cost: usize,
        mut each: impl FnMut(&mut Pace, Instant),
    ) -> Vec<Duration> {
        let start = Instant::now();
        let (mut now, mut sent) = (start, Vec::new());
        while let Some(next) = pace.next(now, cost).filter(|next| *next < start + lasts) {
            if next > now {
                // Others may want a look in the meantime.
                now = next.min(now + SECOND / 10);
                each(pace, now);
                continue;
            }
            pace.begin(now);
            pace.sent(now, cost - 1);
            sent.extend(std::iter::repeat_n(now - start, cost));
            now += SECOND / 10;
            pace.looked(now, cost == 1, None);
            each(pace, now);
        }
        sent
    }

    fn most_in_a_minute(sent: &[Duration]) -> usize {
        let within =
            |from: &Duration| sent.iter().filter(|sent| **sent >= *from && **sent < *from + WINDOW).count();
        sent.iter().map(within).max().unwrap_or(0)
    }

    #[test]
    fn polls_never_exceed_fifteen_requests_per_minute() {
        for (cost, has_log, announced) in
            [(1, false, false), (2, false, false), (1, true, true), (2, true, true), (1, true, false)]
        {
            let mut pace = Pace::new(None, None);
            pace.set_log(has_log);
            let sent = looks(&mut pace, 600 * SECOND, cost, |pace, now| {
                if announced {
                    pace.announce(now, Sign::Line);
                }
            });
            assert!(most_in_a_minute(&sent) <= MOST, "{cost} {has_log} {announced}: {sent:?}");
            let longest = sent.windows(2).map(|pair| pair[1] - pair[0]).max().unwrap();
            assert!(longest <= 30 * SECOND, "{cost} {has_log} {announced}: {longest:?}");
        }
    }

    #[test]
    fn a_shorter_interval_may_be_chosen_and_none_below_a_tenth_of_a_second() {
        let sent = looks(&mut Pace::new(Some(SECOND / 2), None), 60 * SECOND, 1, |_, _| {});
        assert_eq!(sent.len(), 100);
        let sent = looks(&mut Pace::new(Some(Duration::ZERO), None), 10 * SECOND, 1, |_, _| {});
        assert_eq!(sent.len(), 50);
    }

    #[test]
    fn an_announcement_is_believed_at_once_and_followed_by_fewer_looks_when_it_was_none_before() {
        let mut pace = Pace::new(Some(Duration::MAX), None);
        pace.set_log(true);
        let start = Instant::now();
        let mut now = start;
        pace.looked(now, true, None);
        assert_eq!(pace.next(now, 1), None);
        for looks in [4, 2, 1] {
            now += 10 * SECOND;
            pace.announce(now, Sign::Line);
            assert_eq!(pace.next(now, 1), Some(now));
            for _ in 0..looks {
                now = pace.next(now, 1).unwrap();
                pace.begin(now);
                pace.looked(now, true, None);
            }
            assert_eq!(pace.next(now, 1), None, "{looks}");
        }
    }

    #[test]
    fn an_announcement_within_another_has_a_look_come_at_its_end() {
        let mut pace = Pace::new(None, None);
        pace.set_log(true);
        let start = Instant::now();
        pace.looked(start, true, None);
        pace.announce(start, Sign::Line);
        for _ in 0..FOLLOW.len() {
            pace.begin(start);
            pace.looked(start, true, None);
        }
        pace.announce(start + SECOND, Sign::Line);
        assert_eq!(pace.next(start + SECOND, 1), Some(start + LASTS[0]));
    }

    #[test]
    fn the_platform_is_left_alone_for_as_long_as_it_asks_whoever_wants_a_look() {
        let mut pace = Pace::new(None, None);
        let now = Instant::now();
        pace.failed(now, Some(20 * SECOND));
        pace.announce(now + SECOND, Sign::Line);
        assert_eq!(pace.next(now + SECOND, 1), Some(now + 20 * SECOND));
        pace.failed(now, Some(Duration::MAX));
        assert!(pace.next(now, 1).unwrap() > now + 1_000_000 * SECOND);
    }

    #[test]
    fn a_look_that_failed_is_soon_made_again() {
        let mut pace = Pace::new(None, None);
        let now = Instant::now();
        let waits = [1, 2, 3, 4, 5].map(|_| {
            pace.failed(now, None);
            (pace.next(now, 1).unwrap() - now).as_secs()
        });
        assert_eq!(waits, [1, 2, 3, 5, 5]);
    }
}
