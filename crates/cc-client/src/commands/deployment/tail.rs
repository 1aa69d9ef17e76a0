//! Decides when the log of a finished deployment is complete. Pure: the time is an input.
//!
//! Only the platform ends a log: with the state of the deployment, and with the end of the stream. A line
//! about the end is a reason to poll the platform and, once the state agrees, a sign that the log is up to
//! date.

use std::time::Duration;

use cc_api_log::StreamApplicationLogs;
use cc_runtime::tasks::Instant;
use cc_runtime::{StreamOperation, Timestamp};

use super::model::DeploymentOutcome;
use super::pace::Sign;
use crate::commands::log::model::ApplicationLog;

/// Silence of the log after a line about the end: lines arrive up to a second after it.
const QUIET: Duration = Duration::from_millis(1_010);

/// Time for which a connection may be dead unnoticed: the interval of its heartbeats, and a margin.
const UNNOTICED: Duration =
    Duration::from_millis(<StreamApplicationLogs as StreamOperation>::HEARTBEAT_MS + 600);

/// Maximum time by which a line about the end precedes the state.
const EARLY: Duration = Duration::from_secs(10);

/// Time after a line about the end for which the deployment may still be seen in progress.
const LATE_STATE: Duration = Duration::from_secs(5);

/// Lines this long after the end are not of the deployment.
const BEYOND: Duration = Duration::from_millis(1_500);

/// Starts of the lines about the end of a deployment.
const ENDS: [&str; 6] = [
    "deployment successful",
    "successfully deployed",
    "deployment failed",
    "deploy failed",
    "deployment cancelled",
    "deployment canceled",
];

/// Word of a line that may be about the end too.
const OF_DEPLOYING: &str = "deploy";
const OF_ENDS: [&str; 4] = ["succe", "fail", "cancel", "abort"];

/// Service that runs the application: its lines are not about the deployment.
const PROGRAM: &str = "bas";

/// Returns how a line announces the end, if it does.
fn sign(message: &str) -> Option<Sign> {
    let message = message.to_ascii_lowercase();
    let words = message.trim_matches(|letter: char| !letter.is_ascii_alphabetic());
    if ENDS.iter().any(|end| words.starts_with(end) || words.ends_with(end)) {
        return Some(Sign::Line);
    }
    ENDS.iter().any(|end| words.contains(end)).then_some(Sign::Hint)
}

/// Returns `true` for a line that is a reason to look, and no more.
fn is_rumour(message: &str) -> bool {
    let message = message.to_ascii_lowercase();
    message.contains(OF_DEPLOYING) && OF_ENDS.iter().any(|end| message.contains(end))
}

/// Returns `true` for a line of the program that is deployed.
pub(super) fn is_of_the_program(line: &ApplicationLog) -> bool {
    line.service.as_deref() == Some(PROGRAM)
}

/// A line about the end.
#[derive(Debug, Clone, Copy)]
struct EndLine {
    /// Time at which it arrived; `None` if it arrived in another process.
    at: Option<Instant>,
    date: Option<Timestamp>,
    /// `true` if no other line of the deployment followed.
    is_last: bool,
}

/// Delivered end of a log.
#[derive(Debug, Default)]
pub(super) struct Tail {
    end_line: Option<EndLine>,
    last_line: Option<Instant>,
    last_is_of_the_program: bool,
    lines: u64,
}

/// End of a deployment, and the time at which it became known.
#[derive(Debug, Clone, Copy)]
pub(super) struct End {
    pub(super) outcome: DeploymentOutcome,
    /// Time at which the end became known.
    pub(super) at: Instant,
    /// Until when the rest of the log is waited for.
    pub(super) until: Instant,
    /// End of the deployment according to the platform.
    pub(super) date: Option<Timestamp>,
    /// Time at which the deployment was last seen in progress.
    pub(super) under_way: Option<Instant>,
}

/// State of the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum LogState {
    /// Connected, and all that came was given.
    CaughtUp,
    /// Connected, and there is more.
    Behind,
    /// Not connected.
    Away,
    /// Ended by the platform after the deployment.
    Ended,
    /// Ended long before the deployment, without a new line since.
    EndedEarly,
}

/// Decision about the rest of a log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Rest {
    /// More may come until then.
    Wait(Instant),
    /// All was given.
    Whole,
    /// Lines may be missing.
    Lost(&'static str),
}

impl Tail {
    /// Tail of a log whose line about the end may have been delivered in another process.
    pub(super) fn resumed(told_end: bool) -> Self {
        let end_line = told_end.then_some(EndLine { at: None, date: None, is_last: true });
        Self { end_line, lines: u64::from(told_end), ..Self::default() }
    }

    /// A line is given: how it announces the end, if it does.
    pub(super) fn line(&mut self, now: Instant, line: &ApplicationLog) -> Option<Sign> {
        self.lines += 1;
        self.last_line = Some(now);
        self.last_is_of_the_program = is_of_the_program(line);
        if self.last_is_of_the_program {
            return None;
        }
        let sign = sign(&line.message);
        if sign.is_some() {
            self.end_line = Some(EndLine { at: Some(now), date: line.date, is_last: true });
        } else if let Some(end_line) = &mut self.end_line {
            end_line.is_last = false;
        }
        sign.or_else(|| is_rumour(&line.message).then_some(Sign::Hint))
    }

    /// Returns `true` if a line about the end was delivered.
    pub(super) fn told_end(&self) -> bool {
        self.end_line.is_some()
    }

    /// Returns `true` if the line about the end belongs to this end.
    fn has_told(&self, end: &End) -> bool {
        let Some(line) = self.end_line else { return false };
        if let (Some(date), Some(ended)) = (line.date, end.date) {
            return date.saturating_add(EARLY) >= ended;
        }
        let Some(at) = line.at else { return line.is_last };
        let is_denied = end.under_way.is_some_and(|under_way| under_way > at + LATE_STATE);
        !is_denied && (line.is_last || at + EARLY >= end.at)
    }

    /// Returns `true` if a line was written so long after the end that all lines of the deployment were
    /// delivered.
    pub(super) fn is_beyond(end: &End, line: &ApplicationLog) -> bool {
        let (Some(date), Some(ended)) = (line.date, end.date) else { return false };
        date > ended.saturating_add(BEYOND) || is_of_the_program(line) && date > ended
    }

    /// Returns `true` if the log was ended so long before the end of the deployment that it need not know of it.
    pub(super) fn is_early(end: &End, ended: Instant) -> bool {
        ended + EARLY < end.at
    }

    /// Decides about the rest.
    pub(super) fn rest(&self, now: Instant, end: &End, log: LogState) -> Rest {
        let tells_end = matches!(end.outcome, DeploymentOutcome::Succeeded | DeploymentOutcome::Failed);
        let has_told = self.has_told(end);
        match log {
            // The platform has nothing more to say, unless it never said anything.
            LogState::Ended if self.lines > 0 => return Rest::Whole,
            LogState::EndedEarly if self.lines > 0 && (has_told || !tells_end) => return Rest::Whole,
            LogState::EndedEarly if self.lines > 0 => {
                return Rest::Lost("the log ended before the deployment: its last lines may be missing");
            }
            LogState::Ended | LogState::EndedEarly => {
                return Rest::Lost("the log ended without any line: its lines may be missing");
            }
            LogState::CaughtUp if has_told || !tells_end => {
                let whole = match self.last_line {
                    Some(last) if has_told || last > end.at => last + QUIET,
                    None if has_told => end.at + QUIET,
                    // It may be about to tell the end, or its connection may be dead.
                    _ => end.at + UNNOTICED,
                };
                if now >= whole || now >= end.until && !tells_end {
                    return Rest::Whole;
                }
                if now < end.until {
                    return Rest::Wait(whole.min(end.until));
                }
                // The deadline leaves no more time.
                let is_quiet = self.last_line.is_none_or(|last| now >= last + QUIET / 2);
                if self.last_is_of_the_program || is_quiet {
                    return Rest::Whole;
                }
            }
            _ => {}
        }
        if now < end.until {
            return Rest::Wait(end.until);
        }
        Rest::Lost(match log {
            LogState::Away => "the log was not connected when the wait ended: its last lines may be missing",
            LogState::CaughtUp if !has_told => {
                "the log did not report the end of the deployment: its last lines may be missing"
            }
            _ => "the log was still open when the wait ended: its last lines may be missing",
        })
    }
}

#[cfg(test)]
mod tests;
