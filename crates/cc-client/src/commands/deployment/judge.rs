//! The verdict on a deployment, from the rows that looks at the platform see. Pure: the time comes in with each look.

use std::time::Duration;

use cc_runtime::tasks::Instant;
use cc_runtime::{DeploymentId, Timestamp};
use hashbrown::HashSet;

use super::model::{Deployment, DeploymentOutcome, DeploymentState};

mod row;

#[cfg(feature = "stream")]
pub(super) use row::end_date;
use row::{Effect, Phase, effect, is_queued, phase};
pub(super) use row::{decides, is_deployment, is_open};

/// Time for which an absent row must stay absent if another row explains it. Replicas of the platform may
/// miss a row for a few seconds.
const ABSENCE: Duration = Duration::from_millis(2_900);

/// The same time if a row that stops deployments began after the row was last seen.
const ABSENCE_EXPLAINED: Duration = Duration::from_millis(450);

/// The same time for a row that never appeared, from the request: new rows appear late.
const NEVER_SEEN: Duration = Duration::from_secs(8);

/// The same time if the only explanation is a later deployment, which may appear before the requested one.
const NEVER_SEEN_SUPERSEDED: Duration = Duration::from_secs(30);

/// Time for which an unknown state must stay the same after other facts show that the deployment is over.
const UNKNOWN_STATE: Duration = Duration::from_millis(3_100);

/// The same time if the only such fact is the end of the log.
const UNKNOWN_STATE_LOG: Duration = Duration::from_secs(10);

/// Maximum difference between two clocks that count whole seconds.
const CLOCK: Duration = Duration::from_secs(2);

/// Maximum difference between the clocks of two parts of the platform.
const CLOCKS: Duration = Duration::from_secs(60);

/// Result of a poll.
#[derive(Debug, Default)]
pub(super) struct Sight {
    /// The answer to the question for our row; `None` when it was not asked for.
    pub(super) read: Option<Option<Deployment>>,
    /// The latest rows of the application; `None` when they were not read.
    pub(super) listed: Option<Vec<Deployment>>,
    /// Time of the answer by the platform's clock.
    pub(super) date: Option<Timestamp>,
}

/// Requests of the next look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Plan {
    /// Our row, and the list where the row does not decide.
    Row,
    /// Our row alone.
    RowAlone,
    /// The list alone.
    List,
}

/// Conclusion from the polls so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ruling {
    /// The deployment is over.
    Over(DeploymentOutcome),
    /// The deployment is in progress, or has not appeared yet.
    GoesOn,
    /// The next look may decide, and is to be after this time.
    Unsure(Duration),
}

/// A row that is not there any more, or not yet.
#[derive(Debug, Clone, Copy)]
struct Absence {
    since: Instant,
    looks: u32,
    /// A row that tells why began after ours was last seen to be there.
    is_explained: bool,
    /// Outcome according to that row, if there is no time for another poll.
    outcome: Option<DeploymentOutcome>,
}

/// A state that is not known.
#[derive(Debug)]
struct Unknown {
    state: DeploymentState,
    since: Instant,
    looks: u32,
    /// Other facts say that the deployment is over.
    is_over: bool,
}

/// Judges a deployment by what looks see.
#[derive(Debug)]
pub(super) struct Judge {
    id: Option<DeploymentId>,
    /// Since when its row is expected to show up.
    asked: Option<Instant>,
    /// `true` if the deployment was requested at that time.
    is_new: bool,
    /// Time of the request, by the clock of the platform.
    asked_at: Option<Timestamp>,
    /// Time for which a cancelled row is watched for a successor.
    successor: Duration,
    seen: Option<Deployment>,
    /// Time at which the row was last seen, by both clocks.
    seen_on: Option<(Instant, Option<Timestamp>)>,
    under_way: Option<Instant>,
    absence: Option<Absence>,
    cancelled: Option<Instant>,
    unknown: Option<Unknown>,
    /// The rows of the first list.
    first_listed: Option<HashSet<DeploymentId>>,
    /// Since when the log is ended by the platform.
    log_ended: Option<Instant>,
    looks: u32,
}

impl Judge {
    /// Judges this deployment, or the one that is the latest at the first look. `successor`: how long one that is cancelled
    /// is watched for another that takes its place.
    pub(super) fn new(id: Option<DeploymentId>, successor: Duration) -> Self {
        Self {
            id,
            asked: None,
            is_new: false,
            asked_at: None,
            successor,
            seen: None,
            seen_on: None,
            under_way: None,
            absence: None,
            cancelled: None,
            unknown: None,
            first_listed: None,
            log_ended: None,
            looks: 0,
        }
    }

    /// Expects the row to appear from `now` on. The deployment was requested at `date` by the clock of the
    /// platform, and just now if it is new.
    pub(super) fn expect(&mut self, now: Instant, date: Option<Timestamp>, is_new: bool) {
        (self.asked, self.asked_at, self.is_new) = (Some(now), date, is_new);
    }

    /// The deployment, once it is known.
    pub(super) fn id(&self) -> Option<&DeploymentId> {
        self.id.as_ref()
    }

    /// The row as it was seen last.
    pub(super) fn seen(&self) -> Option<&Deployment> {
        self.seen.as_ref()
    }

    /// Sets the time for which a cancelled deployment is watched for a successor.
    #[cfg(feature = "stream")]
    pub(super) fn set_successor(&mut self, time: Duration) {
        self.successor = time;
    }

    /// Returns the time at which the deployment was last seen in progress.
    #[cfg(feature = "stream")]
    pub(super) fn under_way(&self) -> Option<Instant> {
        self.under_way
    }

    /// The log was ended by the platform, or goes on.
    #[cfg(feature = "stream")]
    pub(super) fn log_ended(&mut self, ended: Option<Instant>) {
        self.log_ended = ended;
    }

    /// Returns the requests of the next poll.
    pub(super) fn plan(&self) -> Plan {
        if self.id.is_none() {
            return Plan::List;
        }
        match (&self.seen, self.absence) {
            // What follows a cancel is in the list, and so is our row.
            (Some(_), None) if self.cancelled.is_some() => Plan::List,
            (Some(_), None)
                if self
                    .unknown
                    .as_ref()
                    .is_some_and(|unknown| unknown.looks % 3 != 0 && !unknown.is_over) =>
            {
                Plan::RowAlone
            }
            (Some(_), Some(absence)) if absence.looks == 1 && !absence.is_explained => Plan::List,
            (Some(_), _) => Plan::Row,
            // The first look sees which rows were there before ours is; later, they are read now and then.
            (None, _) if !self.looks.is_multiple_of(3) => Plan::RowAlone,
            (None, _) => Plan::Row,
        }
    }

    /// Returns the requests of the last poll, which leaves nothing to a later one.
    pub(super) fn last_plan(&self) -> Plan {
        match self.plan() {
            Plan::RowAlone => Plan::Row,
            Plan::List if self.absence.is_some() => Plan::Row,
            plan => plan,
        }
    }

    /// Returns the maximum number of requests of the next poll.
    pub(super) fn cost(&self) -> usize {
        // A present row in progress needs no list.
        let is_there = self.seen.is_some() && self.absence.is_none() && self.unknown.is_none();
        if self.plan() == Plan::Row && !is_there { 2 } else { 1 }
    }

    /// Judges by what a look that was over at `now` saw.
    pub(super) fn saw(&mut self, now: Instant, sight: &Sight) -> Ruling {
        if sight.read.is_none() && sight.listed.is_none() {
            return Ruling::GoesOn;
        }
        self.looks += 1;
        if self.id.is_none() {
            self.id = sight.listed.as_deref().and_then(newest).map(|row| row.id.clone());
        }
        let Some(id) = self.id.clone() else { return Ruling::GoesOn };
        let mut listed = sight.listed.clone();
        let mut row = sight.read.clone().flatten();
        // What answers to our id under another one took its place.
        if let Some(other) = row.take_if(|row| row.id != id) {
            listed.get_or_insert_default().push(other);
        }
        let row = row.or_else(|| listed.as_ref()?.iter().find(|row| row.id == id).cloned());
        if let Some(listed) = &listed {
            let ids = || listed.iter().map(|row| row.id.clone()).collect();
            self.first_listed.get_or_insert_with(ids);
        }
        match row {
            Some(row) => {
                self.absence = None;
                self.seen = Some(row);
                self.seen_on = Some((now, sight.date));
                self.rule_on_row(now, listed.as_deref())
            }
            None if sight.listed.is_some() || matches!(sight.read, Some(None)) => {
                let is_whole = sight.listed.is_some() && sight.read.is_some();
                self.rule_on_absence(now, listed.as_deref(), is_whole)
            }
            None => Ruling::GoesOn,
        }
    }

    fn rule_on_row(&mut self, now: Instant, listed: Option<&[Deployment]>) -> Ruling {
        let Some(seen) = &self.seen else { return Ruling::GoesOn };
        let phase = phase(&seen.state);
        if phase != Phase::Unknown {
            self.unknown = None;
        }
        match phase {
            Phase::UnderWay => {
                self.cancelled = None;
                self.under_way = Some(now);
                Ruling::GoesOn
            }
            Phase::Ended(DeploymentOutcome::Cancelled) => self.rule_on_cancelled(now, listed),
            Phase::Ended(outcome) => Ruling::Over(outcome),
            Phase::Unknown => self.rule_on_unknown(now, listed),
        }
    }

    /// Decides on a cancelled row, whose successor may appear a little later.
    fn rule_on_cancelled(&mut self, now: Instant, listed: Option<&[Deployment]>) -> Ruling {
        let since = *self.cancelled.get_or_insert(now);
        let left = self.successor.saturating_sub(now - since);
        let Some(listed) = listed else { return Ruling::Unsure(left) };
        match self.explanation(listed) {
            Some((outcome, _)) => Ruling::Over(outcome),
            None if left.is_zero() => Ruling::Over(DeploymentOutcome::Cancelled),
            None => Ruling::Unsure(left),
        }
    }

    /// Decides on an unknown state: other facts may show that the deployment is over.
    fn rule_on_unknown(&mut self, now: Instant, listed: Option<&[Deployment]>) -> Ruling {
        let Some(seen) = &self.seen else { return Ruling::GoesOn };
        let mut unknown = match self.unknown.take().filter(|unknown| unknown.state == seen.state) {
            Some(unknown) => Unknown { looks: unknown.looks + 1, ..unknown },
            None => Unknown { state: seen.state.clone(), since: now, looks: 1, is_over: false },
        };
        // The deployments of an application run one after the other.
        let is_followed = listed.map(|listed| listed.iter().any(|row| self.is_later(row) && !is_queued(row)));
        let log = self.log_ended.map(|ended| now.saturating_duration_since(ended));
        let same = now - unknown.since;
        unknown.is_over = is_followed.unwrap_or(unknown.is_over) || log.is_some();
        let patience = match (is_followed.unwrap_or(unknown.is_over), log) {
            (_, Some(log)) if is_followed != Some(true) => UNKNOWN_STATE_LOG.saturating_sub(same.min(log)),
            (true, _) => UNKNOWN_STATE.saturating_sub(same),
            (false, _) => UNKNOWN_STATE,
        };
        let Unknown { looks, is_over, .. } = unknown;
        self.unknown = Some(unknown);
        match is_over {
            true if patience.is_zero() && looks > 1 => Ruling::Over(DeploymentOutcome::UnknownState),
            true => Ruling::Unsure(patience),
            false => Ruling::GoesOn,
        }
    }

    /// Decides on an absent row. `is_whole`: both the row and the list were requested.
    fn rule_on_absence(&mut self, now: Instant, listed: Option<&[Deployment]>, is_whole: bool) -> Ruling {
        let explanation = listed.and_then(|listed| self.explanation(listed));
        let certain = match &self.seen {
            _ if !is_whole => None,
            Some(_) => listed.and_then(|listed| self.certain_explanation(listed)),
            None => explanation.map(|(outcome, _)| outcome).filter(|outcome| {
                self.asked.is_some_and(|asked| now.saturating_duration_since(asked) >= never_seen(*outcome))
            }),
        };
        let first = Absence { since: now, looks: 0, is_explained: false, outcome: None };
        let absence = self.absence.get_or_insert(first);
        absence.looks += 1;
        absence.outcome = certain;
        let Some((outcome, is_fresh)) = explanation else { return Ruling::GoesOn };
        absence.is_explained = is_fresh;
        let Absence { since, looks, .. } = *absence;
        let (patience, least) = match (&self.seen, self.asked) {
            (Some(_), _) if is_fresh => (ABSENCE_EXPLAINED.saturating_sub(now - since), 2),
            (Some(_), _) => (ABSENCE.saturating_sub(now - since), 3),
            (None, Some(asked)) => {
                let waited = now.saturating_duration_since(asked).min(ABSENCE + (now - since));
                (never_seen(outcome).saturating_sub(waited), 3)
            }
            (None, None) => return Ruling::GoesOn,
        };
        if patience.is_zero() && looks >= least && is_whole {
            return Ruling::Over(outcome);
        }
        // The last look of the patience asks for both.
        let pause = match (&self.seen, looks) {
            (Some(_), 1) if !is_fresh => patience / 2,
            _ => patience,
        };
        Ruling::Unsure(pause)
    }

    /// Returns the outcome of a cancelled or absent row according to later rows. `true`: a row that stops
    /// deployments began after the row was last seen.
    fn explanation(&self, listed: &[Deployment]) -> Option<(DeploymentOutcome, bool)> {
        let later = || listed.iter().filter(|row| self.is_later(row));
        if later().any(|row| effect(row) == Effect::Replaces) {
            return Some((DeploymentOutcome::Superseded, false));
        }
        let mut stops = later().filter(|row| effect(row) == Effect::Stops).peekable();
        stops.peek()?;
        Some((DeploymentOutcome::Cancelled, stops.any(|row| self.is_fresh(row))))
    }

    /// Returns the outcome of an absent row according to rows that began after it was last seen. Deployments
    /// run one after the other, so a running one is sufficient proof.
    fn certain_explanation(&self, listed: &[Deployment]) -> Option<DeploymentOutcome> {
        let since_then = || listed.iter().filter(|row| self.is_later(row) && self.is_fresh(row));
        if since_then().any(|row| effect(row) == Effect::Replaces && !is_queued(row)) {
            return Some(DeploymentOutcome::Superseded);
        }
        since_then().any(|row| effect(row) == Effect::Stops).then_some(DeploymentOutcome::Cancelled)
    }

    /// Returns `true` if a row is later than the awaited one.
    fn is_later(&self, row: &Deployment) -> bool {
        if self.id.as_ref() == Some(&row.id) {
            return false;
        }
        let Some(started) = row.start_date else { return false };
        let stops = effect(row) == Effect::Stops;
        match (self.seen.as_ref().map(|seen| seen.start_date), self.asked_at) {
            // What stops ours may carry its date.
            (Some(Some(ours)), _) => started > ours || stops && started == ours,
            // The date of an answer is of whole seconds, cut.
            (Some(None), Some(asked_at)) => started >= asked_at,
            (Some(None), None) => false,
            // Without a date of this deployment, rows that were absent at first count too, because two clocks
            // of the platform may differ.
            (None, asked_at) => {
                let was_there = self.first_listed.as_ref().is_none_or(|first| first.contains(&row.id));
                let differ = if was_there { Duration::ZERO } else { CLOCKS };
                asked_at.map_or(!was_there, |asked_at| started.saturating_add(differ) >= asked_at)
            }
        }
    }

    /// Returns `true` if a row began after the awaited one was last seen.
    fn is_fresh(&self, row: &Deployment) -> bool {
        let (Some(started), Some((seen_on, date))) = (row.start_date, self.seen_on) else { return false };
        let ours = self.seen.as_ref().and_then(|seen| seen.start_date);
        // What stops ours may carry its date.
        if effect(row) == Effect::Stops && ours == Some(started) {
            return true;
        }
        if let Some(date) = date {
            return started >= date;
        }
        // Without a date of the answer, times that passed are compared.
        let (Some(ours), Some(asked), true) = (ours, self.asked, self.is_new) else { return false };
        started.duration_since(ours) + CLOCK >= seen_on.saturating_duration_since(asked)
    }

    /// Returns the outcome at the deadline.
    pub(super) fn at_deadline(&self) -> DeploymentOutcome {
        match self.seen.as_ref().map(|seen| phase(&seen.state)) {
            Some(Phase::Ended(outcome)) => outcome,
            phase => match self.absence.and_then(|absence| absence.outcome) {
                Some(outcome) => outcome,
                None if phase == Some(Phase::Unknown) => DeploymentOutcome::UnknownState,
                None => DeploymentOutcome::DeadlineExceeded,
            },
        }
    }
}

/// Time to wait for a row that never appeared, given the outcome from other rows.
fn never_seen(outcome: DeploymentOutcome) -> Duration {
    match outcome {
        DeploymentOutcome::Superseded => NEVER_SEEN_SUPERSEDED,
        _ => NEVER_SEEN,
    }
}

/// The latest of these, or the first of them where none has a date.
fn newest(rows: &[Deployment]) -> Option<&Deployment> {
    rows.iter().rev().max_by_key(|row| row.start_date)
}

#[cfg(test)]
mod tests;
