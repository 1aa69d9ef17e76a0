//! Simulated reality: the deployments of one application and the lines of one log over time.
//!
//! This is the ground truth. It knows nothing of the client, and nothing comes from `cc-sandbox`: it is
//! written from the known behaviour of the platform (its states and actions, and rows that appear late, are
//! missed by replicas, or are replaced by others).

use std::time::Duration;

/// Milliseconds since the deployment was requested.
pub type Ms = u64;

pub const SECOND: Ms = 1_000;

/// Never, in this world.
pub const NEVER: Ms = u64::MAX / 4;

/// A row in the table of deployments.
#[derive(Debug, Clone)]
pub struct Row {
    pub id: String,
    pub action: &'static str,
    /// Start of the deployment.
    pub start: i64,
    /// Since when it is shown.
    pub shown: Ms,
    /// Time at which the row is removed permanently.
    pub gone: Ms,
    /// Spans in which replicas miss it.
    pub missed: Vec<(Ms, Ms)>,
    /// States with their start times.
    pub states: Vec<(i64, String)>,
}

impl Row {
    pub fn new(id: impl Into<String>, action: &'static str, start: i64) -> Self {
        let states = vec![(start, "QUEUED".to_owned())];
        Self { id: id.into(), action, start, shown: 0, gone: NEVER, missed: Vec::new(), states }
    }

    pub fn then(mut self, at: i64, state: &str) -> Self {
        self.states.push((at, state.to_owned()));
        self
    }

    pub fn is_there(&self, now: Ms) -> bool {
        let is_missed = self.missed.iter().any(|(from, to)| (*from..*to).contains(&now));
        now >= self.shown && now < self.gone && !is_missed
    }

    pub fn state(&self, now: Ms) -> &str {
        let reached = self.states.iter().rev().find(|(since, _)| *since <= now as i64);
        reached.map_or("QUEUED", |(_, state)| state)
    }
}

/// A line of the log.
#[derive(Debug, Clone)]
pub struct Line {
    pub written: i64,
    /// Time at which the log contains the line.
    pub ready: Ms,
    pub text: String,
    pub service: &'static str,
}

/// Behaviour of a log connection.
#[derive(Debug, Clone, PartialEq)]
pub enum Connection {
    Good,
    /// The connection is cut after so many lines.
    Cut(usize),
    /// No byte arrives after this number of lines.
    Silent(usize),
    /// The platform ends the stream after so many lines.
    EndsAfter(usize),
    /// The platform repeats this number of lines from the start, whatever the request, and ends the stream.
    Repeats(usize),
    /// The platform ends the stream then, for this reason.
    Ends(Ms, Option<&'static str>),
    /// 204.
    Nothing,
    /// A status, with `Retry-After`.
    Refused(u16, Option<u64>),
    /// Only heartbeats come until then.
    Held(Ms),
}

/// Wrong answer to a request.
#[derive(Debug, Clone, PartialEq)]
pub enum Odd {
    Status(u16, Option<u64>),
    Html,
    Empty,
    /// No answer arrives for a long time.
    Hangs,
    Lost,
    /// A row of the list has no id.
    NullId,
}

/// Answer to the request for the deployment.
#[derive(Debug, Clone, PartialEq)]
pub enum Post {
    Accepted,
    /// Accepted, and the answer is this.
    Garbled(&'static str, &'static str),
    /// Accepted, and no answer comes.
    AcceptedAndLost,
    /// Accepted, and the answer takes longer than anybody waits.
    AcceptedAndSlow,
    Refused(u16),
}

/// The truth about the deployment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Truth {
    Succeeded,
    Failed,
    Cancelled,
    Superseded,
    GoesOn,
    /// The deployment is over, in a state with an unknown meaning.
    Unknown,
}

/// All that happens to one deployment, and how the platform behaves meanwhile.
#[derive(Debug, Clone)]
pub struct World {
    pub kind: String,
    pub seed: u64,
    pub ours: String,
    pub rows: Vec<Row>,
    pub lines: Vec<Line>,
    /// Connections of the log in turn; the last one repeatedly.
    pub connections: Vec<Connection>,
    /// Faults of the polls, with their times.
    pub odd: Vec<(Ms, Ms, Odd)>,
    pub post: Post,
    /// Time at which the application moves to another owner, and the status of the old owner's routes
    /// afterwards.
    pub moves: Option<(Ms, u16)>,
    /// Shortest and longest time of an answer.
    pub latency: (Ms, Ms),
    pub summary_takes: Ms,
    pub has_dates: bool,
    pub has_steps: bool,
    pub has_start: bool,
    /// Time of the consumer for a line.
    pub consumer: Ms,
    pub truth: Truth,
    /// Time at which the result is visible.
    pub end: Ms,
    pub deadline: Duration,
    /// `true` if requests to cancel the deployment fail now and then.
    pub is_unlucky: bool,
    /// `true` if the log is followed.
    pub follows: bool,
    /// `true` if no line is lost, so that all reports about the log must be true.
    pub is_clean: bool,
}

impl World {
    /// The row of the deployment that was requested.
    pub fn own(&mut self) -> &mut Row {
        let ours = self.ours.clone();
        self.rows.iter_mut().find(|row| row.id == ours).unwrap()
    }

    pub fn connection(&self, number: usize) -> &Connection {
        self.connections.get(number).or(self.connections.last()).unwrap_or(&Connection::Good)
    }
}
