//! The watch over an open connection: tells a silent server from a slow consumer. Pure: time comes in as a number.

use std::time::Duration;

/// Maximum delay of a check of the watch, as a fraction of its period, before the watch restarts.
const LATE: u32 = 4;

/// Time to receive bytes that are already available, as a fraction of the period.
const GRACE: u32 = 50;

/// Watches one connection, from its opening to its end.
///
/// Silence is time during which the stream was polled for bytes and none were available. While the consumer
/// does something else, nothing is polled and nothing counts; when it returns after more than a period, a new
/// period starts. If the whole program stood still, bytes may be available that were not read yet: the first
/// check is therefore not decisive. A punctual check is repeated soon, a late one after a whole period.
#[derive(Debug, Clone)]
pub(crate) struct Watch {
    period: Option<Duration>,
    opened: Duration,
    last_bytes: Duration,
    /// Time since which polls found no bytes; `None` while nothing is polled.
    asking: Option<Duration>,
    forgiven: bool,
    /// The period is over, and this is the time that bytes have to be brought.
    last_look: Option<Duration>,
    /// Time of the last poll that found no bytes.
    looked: Duration,
    /// Time at which the consumer first received something since there was nothing to read: everything read
    /// afterwards may have arrived before.
    handed_out: Option<Duration>,
}

impl Watch {
    pub(crate) fn new(period: Option<Duration>, now: Duration) -> Self {
        Self {
            period,
            opened: now,
            last_bytes: now,
            asking: None,
            forgiven: false,
            last_look: None,
            looked: now,
            handed_out: None,
        }
    }

    /// Records that bytes arrived, whatever their content.
    pub(crate) fn bytes(&mut self, now: Duration) {
        self.last_bytes = self.handed_out.unwrap_or(now);
        (self.asking, self.forgiven, self.last_look) = (None, false, None);
    }

    /// Notes that there is nothing to read. `anew` is `true` if the consumer did not poll since the last note.
    pub(crate) fn idle(&mut self, now: Duration, anew: bool) {
        let long_ago = || self.period.is_some_and(|period| now.saturating_sub(self.looked) > period);
        if self.asking.is_none() || anew && long_ago() {
            (self.asking, self.last_look) = (Some(now), None);
        }
        (self.looked, self.handed_out) = (now, None);
    }

    /// Something was given to the consumer.
    pub(crate) fn hand_out(&mut self, now: Duration) {
        self.handed_out.get_or_insert(now);
    }

    /// Time of the next check, if there is something to watch.
    pub(crate) fn deadline(&self) -> Option<Duration> {
        self.last_look.or(Some(self.asking?.saturating_add(self.period?)))
    }

    /// Returns `true` if the server is silent. Ask only when there is nothing to read.
    pub(crate) fn is_silent(&mut self, now: Duration) -> bool {
        let (Some(deadline), Some(period)) = (self.deadline(), self.period) else { return false };
        if now < deadline {
            return false;
        }
        let late = now - deadline > period / LATE;
        if late && !self.forgiven {
            (self.forgiven, self.asking, self.last_look) = (true, Some(now), None);
            return false;
        }
        let is_last = self.last_look.is_some();
        self.last_look.get_or_insert(now.saturating_add(period / GRACE));
        is_last
    }

    /// Returns `true` if the connection has lived for `time`. If silence is watched, silent time does not
    /// count.
    pub(crate) fn has_lived(&self, time: Duration, now: Duration) -> bool {
        let last = if self.period.is_some() { self.last_bytes } else { self.handed_out.unwrap_or(now) };
        last.saturating_sub(self.opened) >= time
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ms(ms: u64) -> Duration {
        Duration::from_millis(ms)
    }

    /// Returns `true` if the server is silent when looked at then, and soon after.
    fn is_silent(watch: &mut Watch, at: u64) -> bool {
        !watch.is_silent(ms(at)) && watch.is_silent(ms(at + 50))
    }

    fn watch() -> Watch {
        let mut watch = Watch::new(Some(ms(2500)), ms(0));
        watch.idle(ms(0), true);
        watch
    }

    #[test]
    fn a_silent_server_is_found_after_one_period() {
        let mut watch = watch();
        assert_eq!(watch.deadline(), Some(ms(2500)));
        assert!(!watch.is_silent(ms(2499)));
        assert!(is_silent(&mut watch, 2500));
    }

    #[test]
    fn unread_available_bytes_keep_a_connection_alive() {
        let mut watch = watch();
        assert!(!watch.is_silent(ms(2_600)));
        watch.idle(ms(2_600), false);
        assert_eq!(watch.deadline(), Some(ms(2_650)));
        watch.bytes(ms(2_601));
        watch.idle(ms(2_601), false);
        assert_eq!(watch.deadline(), Some(ms(5_101)));
    }

    #[test]
    fn a_program_that_stands_still_again_before_the_last_look_is_forgiven() {
        let mut watch = watch();
        assert!(!watch.is_silent(ms(2_600)));
        assert!(!watch.is_silent(ms(5_200)));
        assert!(is_silent(&mut watch, 7_700));
    }

    #[test]
    fn any_bytes_start_the_period_anew() {
        let mut watch = watch();
        watch.bytes(ms(2400));
        watch.idle(ms(2400), false);
        assert!(!watch.is_silent(ms(2500)));
        assert!(is_silent(&mut watch, 4900));
    }

    #[test]
    fn a_slow_consumer_is_not_a_silent_server() {
        let mut watch = watch();
        // An item was handed out, and the consumer comes back a minute later.
        watch.idle(ms(60_000), true);
        assert!(!watch.is_silent(ms(60_000)));
        assert!(is_silent(&mut watch, 62_500));
    }

    #[test]
    fn a_program_that_stood_still_is_forgiven_once() {
        let mut watch = watch();
        assert!(!watch.is_silent(ms(30_000)));
        assert_eq!(watch.deadline(), Some(ms(32_500)));
        assert!(is_silent(&mut watch, 60_000));
    }

    #[test]
    fn without_a_period_silence_is_allowed() {
        let mut watch = Watch::new(None, ms(0));
        watch.idle(ms(0), true);
        assert_eq!(watch.deadline(), None);
        assert!(!watch.is_silent(Duration::MAX));
        assert!(watch.has_lived(ms(10_000), ms(10_000)));
    }

    #[test]
    fn a_connection_that_fell_silent_has_not_lived() {
        let mut watch = watch();
        watch.bytes(ms(1_000));
        assert!(!watch.has_lived(ms(10_000), ms(20_000)));
        watch.bytes(ms(20_000));
        assert!(watch.has_lived(ms(10_000), ms(20_000)));
    }
}
