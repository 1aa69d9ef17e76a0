//! Settings of streams: those of the defaults, what the program changes, and the heartbeat of each operation.

use std::time::Duration;

use cc_runtime::Defaults;
use cc_stream::{Continuity, Retry, Settings};

/// The settings of streams that these defaults make, without a heartbeat: [`heartbeat_of`] gives that of each operation.
///
/// Ids of the platform's events cannot be compared: only an overlap ([`Continuity::Overlap`]) tells that nothing is missing
/// after an interruption.
#[must_use]
pub fn settings_of(defaults: &Defaults) -> Settings {
    let of = &defaults.streams;
    let mut settings = Settings::default();
    settings.retry = Some(retry_of(defaults));
    settings.connect_timeout = of.connect_timeout;
    (settings.limits.line, settings.limits.event) = (of.line_limit, of.event_limit);
    (settings.raw_limit, settings.window) = (of.raw_limit, of.window);
    settings.continuity = Continuity::Overlap;
    settings
}

/// How long a connection may be silent whose server sends a heartbeat every so many milliseconds
/// ([`StreamOperation::HEARTBEAT_MS`](cc_runtime::StreamOperation::HEARTBEAT_MS)): that interval and the margin of the defaults. `None`
/// if the server sends no heartbeat.
///
/// ```
/// use cc_api_log::StreamApplicationLogs;
/// use cc_client::stream::{heartbeat_of, settings_of};
/// use cc_client::runtime::StreamOperation;
///
/// let defaults = cc_client::Defaults::default();
/// let mut settings = settings_of(&defaults);
/// settings.heartbeat = heartbeat_of(&defaults, StreamApplicationLogs::HEARTBEAT_MS);
/// ```
#[must_use]
pub fn heartbeat_of(defaults: &Defaults, heartbeat_ms: u64) -> Option<Duration> {
    with_margin(heartbeat_ms, defaults.streams.heartbeat_margin)
}

fn with_margin(heartbeat_ms: u64, margin: Duration) -> Option<Duration> {
    (heartbeat_ms > 0).then(|| Duration::from_millis(heartbeat_ms).saturating_add(margin))
}

fn retry_of(defaults: &Defaults) -> Retry {
    let of = &defaults.streams;
    Retry::new()
        .initial(of.retry_initial)
        .factor(of.retry_factor)
        .cap(of.retry_cap)
        .floor(of.retry_floor)
        .server_cap(of.retry_server_cap)
        .max(of.retry_max)
        .healthy_after(of.healthy_after)
}

/// The settings of a client's streams. Figures that the program sets hold over defaults, whichever comes first.
#[derive(Debug, Clone)]
pub(crate) struct ClientSettings {
    /// `heartbeat` is `None` unless the program set it.
    settings: Settings,
    /// `true` if the program set the heartbeat: to a time, or to none.
    has_heartbeat: bool,
    heartbeat_margin: Duration,
}

/// A heartbeat that the program did not change. Nobody waits for so long.
const UNCHANGED: Option<Duration> = Some(Duration::MAX);

impl ClientSettings {
    /// Retries are those that the program sets, until [`complete`](Self::complete) adds the others.
    pub(crate) fn new() -> Self {
        let defaults = Defaults::default();
        let mut settings = settings_of(&defaults);
        settings.retry = Some(Retry::new());
        Self { settings, has_heartbeat: false, heartbeat_margin: defaults.streams.heartbeat_margin }
    }

    /// Lets the program change the settings. A limit and a place to go on from are of one stream, and are not kept.
    pub(crate) fn change(&mut self, change: impl FnOnce(&mut Settings)) {
        if !self.has_heartbeat {
            self.settings.heartbeat = UNCHANGED;
        }
        change(&mut self.settings);
        (self.settings.limit, self.settings.resume) = (None, None);
        self.has_heartbeat = self.settings.heartbeat != UNCHANGED;
        if !self.has_heartbeat {
            self.settings.heartbeat = None;
        }
    }

    /// Follows other defaults, but for the figures that the program has changed.
    pub(crate) fn follow(&mut self, before: &Defaults, after: &Defaults) {
        fn one<T: PartialEq>(value: &mut T, before: T, after: T) {
            if *value == before {
                *value = after;
            }
        }
        self.heartbeat_margin = after.streams.heartbeat_margin;
        let settings = &mut self.settings;
        let (before, after) = (settings_of(before), settings_of(after));
        one(&mut settings.connect_timeout, before.connect_timeout, after.connect_timeout);
        one(&mut settings.limits.line, before.limits.line, after.limits.line);
        one(&mut settings.limits.event, before.limits.event, after.limits.event);
        one(&mut settings.raw_limit, before.raw_limit, after.raw_limit);
        one(&mut settings.window, before.window, after.window);
    }

    /// Adds the retries of the defaults to those of the program.
    pub(crate) fn complete(mut self, defaults: &Defaults) -> Self {
        self.settings.retry = self.settings.retry.map(|retry| retry.or(&retry_of(defaults)));
        self
    }

    /// Returns the settings that all streams share.
    pub(crate) fn shared(&self) -> &Settings {
        &self.settings
    }

    /// Returns the settings of a stream whose server sends a heartbeat every so many milliseconds.
    pub(crate) fn of_stream(&self, heartbeat_ms: u64) -> Settings {
        let mut settings = self.settings.clone();
        if !self.has_heartbeat {
            settings.heartbeat = with_margin(heartbeat_ms, self.heartbeat_margin);
        }
        settings
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_defaults_make_the_settings_that_streams_of_the_platform_have() {
        let (mut ours, mut platform) = (settings_of(&Defaults::v2026_12()), Settings::default());
        platform.connect_timeout = Some(Duration::from_secs(5));
        platform.continuity = Continuity::Overlap;
        let [retry, theirs] = [&mut ours, &mut platform].map(|settings| settings.retry.take().unwrap());
        assert_eq!(format!("{ours:#?}"), format!("{platform:#?}"));
        for (failures, spent, chance) in [(0, 0, 0.0), (0, 0, 1.0), (3, 2, 0.5), (66, 9, 0.9)] {
            let wait = |retry: &Retry| {
                retry.delay(failures, cc_stream::Wishes::default(), Duration::from_secs(spent), chance)
            };
            assert_eq!(wait(&retry), wait(&theirs));
        }
    }

    #[test]
    fn changes_hold_over_defaults_whichever_comes_first() {
        let mut defaults = Defaults::v2026_12();
        defaults.streams.raw_limit = 7;
        defaults.streams.retry_max = Some(9);
        let window = 5;
        let change = |settings: &mut Settings| (settings.window, settings.limit) = (window, Some(1));
        for builder in [
            crate::Client::builder().streams(change).defaults(defaults.clone()),
            crate::Client::builder().defaults(defaults.clone()).streams(change),
        ] {
            let client = builder.build().unwrap();
            let settings = client.stream_settings();
            assert_eq!((settings.window, settings.raw_limit, settings.limit), (5, 7, None));
            assert_eq!(settings.retry, Some(retry_of(&defaults)));
        }
    }

    #[test]
    fn a_heartbeat_is_that_of_the_operation_unless_the_program_sets_another_or_none() {
        let mut settings = ClientSettings::new();
        assert_eq!(settings.of_stream(9_000).heartbeat, Some(Duration::from_millis(9_500)));
        assert_eq!(settings.of_stream(0).heartbeat, None);
        let mut defaults = Defaults::v2026_12();
        defaults.streams.heartbeat_margin = Duration::from_secs(3);
        settings.change(|settings| settings.window = 5);
        settings.follow(&Defaults::default(), &defaults);
        assert_eq!(settings.of_stream(9_000).heartbeat, heartbeat_of(&defaults, 9_000));
        for set in [None, Some(Duration::from_secs(1))] {
            settings.change(|settings| settings.heartbeat = set);
            settings.change(|settings| settings.window = 6);
            assert_eq!((settings.of_stream(9_000).heartbeat, settings.shared().heartbeat), (set, set));
        }
    }
}
