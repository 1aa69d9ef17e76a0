//! The logs of several applications as one stream, in the order of time.

use std::collections::BTreeMap;
use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use cc_runtime::input::IntoOption;
use cc_runtime::{ApplicationId, Error, Result, Timestamp};
use cc_stream::{Cursor, Settings};
use futures_util::Stream;
use serde::{Deserialize, Serialize};

use super::StreamApplicationRuntimeLog;
use super::model::ApplicationLog;
use crate::client::Client;
use crate::stream::{Delivery, Items, Merged, OpenedAt, merge};

/// The logs of several applications, which take options before they are opened: [`Client::tail`].
#[must_use = "a tail does nothing until it is opened"]
pub struct TailCall {
    client: Client,
    applications: Vec<ApplicationId>,
    since: Option<Timestamp>,
    until: Option<Timestamp>,
    filter: Option<String>,
    cursors: TailCursors,
    patience: Duration,
    settings: Vec<Change>,
}

/// A change of the settings of each stream.
type Change = Box<dyn Fn(&mut Settings) + Send + Sync>;

impl TailCall {
    /// Default of [`patience`](Self::patience): 1 s.
    pub const PATIENCE: Duration = Duration::from_secs(1);

    pub(crate) fn new(client: Client, applications: impl Iterator<Item = ApplicationId>) -> Self {
        let mut all = Vec::new();
        for application in applications {
            if !all.contains(&application) {
                all.push(application);
            }
        }
        Self {
            client,
            applications: all,
            since: None,
            until: None,
            filter: None,
            cursors: TailCursors::default(),
            patience: Self::PATIENCE,
            settings: Vec::new(),
        }
    }

    /// Starts with the lines of this time. It does not apply to applications that [`resume`](Self::resume) names. Default: the lines
    /// that are written from the first connection on.
    pub fn since<Kind>(mut self, since: impl IntoOption<Timestamp, Kind>) -> Self {
        self.since = since.into_option();
        self
    }

    /// Ends with the lines of this time. Default: never.
    pub fn until<Kind>(mut self, until: impl IntoOption<Timestamp, Kind>) -> Self {
        self.until = until.into_option();
        self
    }

    /// Restricts the lines to those that contain this text. The platform filters them. Default: all lines.
    pub fn filter<Kind>(mut self, filter: impl IntoOption<String, Kind>) -> Self {
        self.filter = filter.into_option();
        self
    }

    /// Continues where an earlier tail was, in another process too: after the last line that it delivered, without repeating it. An
    /// application without a cursor starts at [`since`](Self::since); one that is not followed is ignored.
    ///
    /// Takes [`Tail::cursors`], the cursors of a [`CursorFile`](super::CursorFile), or pairs of an application and the cursor of its last
    /// line.
    pub fn resume<Kind>(mut self, cursors: impl IntoOption<TailCursors, Kind>) -> Self {
        self.cursors = cursors.into_option().unwrap_or_default();
        self
    }

    /// Sets how long a line is held back at most until the other applications have a later one. Default: [`PATIENCE`](Self::PATIENCE).
    ///
    /// A quiet application therefore delays the lines of the others by up to this time, and never longer. A line that arrives later than
    /// that is delivered when it arrives, out of order rather than lost. With zero, lines are delivered as they arrive.
    pub fn patience(mut self, patience: Duration) -> Self {
        self.patience = patience;
        self
    }

    /// Changes the settings of each stream: retries, heartbeat. Default: those of the client.
    pub fn settings(mut self, change: impl Fn(&mut Settings) + Send + Sync + 'static) -> Self {
        self.settings.push(Box::new(change));
        self
    }

    /// Opens the logs. Nothing is sent until the stream is polled; dropping it closes the connections.
    pub fn open(self) -> Tail {
        let mut cursors = TailCursors::default();
        let (mut sources, mut opened_at) = (Vec::new(), Vec::new());
        for application in &self.applications {
            let mut place = self.cursors.0.get(application).cloned().unwrap_or_default();
            if place.cursor.is_none() {
                place.since = place.since.or(self.since);
            }
            let mut command = StreamApplicationRuntimeLog::new(application);
            (command.since, command.until) = (place.since, self.until);
            command.filter.clone_from(&self.filter);
            let call = self.client.stream(command).settings(|settings| {
                self.settings.iter().for_each(|change| change(settings));
                settings.resume.clone_from(&place.cursor);
            });
            opened_at.push(call.opened_at());
            sources.push(Source { items: call.open().items() });
            cursors.0.insert(application.clone(), place);
        }
        let date = |(told, _): &(Delivery<ApplicationLog>, Cursor)| told.as_item()?.date;
        let merged = merge(sources, date, self.patience);
        Tail { merged, applications: self.applications, opened_at, cursors }
    }
}

impl fmt::Debug for TailCall {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TailCall")
            .field("applications", &self.applications)
            .field("since", &self.since)
            .field("until", &self.until)
            .field("filter", &self.filter)
            .field("patience", &self.patience)
            .finish_non_exhaustive()
    }
}

/// A delivery of a [`Tail`], its application, and the place of the log after it.
#[derive(Debug)]
#[non_exhaustive]
pub struct Tailed {
    /// The application.
    pub application_id: ApplicationId,
    /// Place in the log of this application right after this delivery, to [resume](TailCall::resume) from.
    pub cursor: Cursor,
    /// A line, or the reason why lines may be missing.
    pub delivery: Delivery<ApplicationLog>,
}

/// The log of one application with the place of each delivery.
struct Source {
    items: Items<ApplicationLog>,
}

impl Stream for Source {
    type Item = Result<(Delivery<ApplicationLog>, Cursor)>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let told = ready!(Pin::new(&mut self.items).poll_next(cx));
        Poll::Ready(told.map(|told| told.map(|delivery| (delivery, self.items.cursor()))))
    }
}

/// The lines of several applications in the order of their dates.
///
/// An `Err` is the failure that ends the log of one application, which its text names. The logs of the others go on: a program that polls
/// further receives them. The stream ends when all logs have ended.
///
/// ```
/// # cc_trials::run(async |client, ids| {
/// use cc_client::stream::Delivery;
/// use futures_util::StreamExt;
///
/// let mut tail = client.tail([ids.application, ids.personal_application]).open();
/// while let Some(tailed) = tail.next().await {
///     let tailed = tailed?;
///     match tailed.delivery {
///         Delivery::Item(line) => println!("{} {line}", tailed.application_id),
///         Delivery::Gap(gap) => eprintln!("{}: {gap}", tailed.application_id),
///         Delivery::Fault(error) => eprintln!("{}: {error}", tailed.application_id),
///     }
/// #   break;
/// }
/// # Ok(()) });
/// ```
pub struct Tail {
    merged: Merged<Source, (Delivery<ApplicationLog>, Cursor), Error>,
    applications: Vec<ApplicationId>,
    opened_at: Vec<OpenedAt>,
    cursors: TailCursors,
}

impl Tail {
    /// Returns the places of all logs after the last delivery, to [resume](TailCall::resume) from.
    #[must_use]
    pub fn cursors(&self) -> TailCursors {
        let mut cursors = self.cursors.clone();
        // A tail that is resumed before the first line starts at the same time.
        for (place, opened_at) in self.applications.iter().zip(&self.opened_at) {
            if let Some(place) = cursors.0.get_mut(place).filter(|place| place.cursor.is_none()) {
                place.since = place.since.or(opened_at.get().copied());
            }
        }
        cursors
    }
}

impl Stream for Tail {
    type Item = Result<Tailed>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let Some((at, told)) = ready!(Pin::new(&mut self.merged).poll_next(cx)) else {
            return Poll::Ready(None);
        };
        let application_id = self.applications[at].clone();
        Poll::Ready(Some(match told {
            Ok((delivery, cursor)) => {
                self.cursors.insert(application_id.clone(), cursor.clone());
                Ok(Tailed { application_id, cursor, delivery })
            }
            Err(error) => {
                let why = error.message().unwrap_or("it cannot be followed").to_owned();
                Err(error.with_message(format!("log of `{application_id}`: {why}")))
            }
        }))
    }
}

impl fmt::Debug for Tail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tail").field("applications", &self.applications).finish_non_exhaustive()
    }
}

/// The places of the logs of several applications. They can be serialised, and kept in a [`CursorFile`](super::CursorFile).
///
/// An application whose log had no line so far has the time from which its lines count, so that a restart misses none.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct TailCursors(BTreeMap<ApplicationId, Place>);

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Place {
    /// Time at which the log starts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    since: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    cursor: Option<Cursor>,
}

impl TailCursors {
    /// Returns the cursor of an application. `None` before its first line, and for one that is not followed.
    #[must_use]
    pub fn get(&self, application: &ApplicationId) -> Option<&Cursor> {
        self.0.get(application)?.cursor.as_ref()
    }

    /// Sets the cursor of an application.
    pub fn insert(&mut self, application: impl Into<ApplicationId>, cursor: Cursor) {
        self.0.entry(application.into()).or_default().cursor = Some(cursor);
    }

    /// Removes an application, such as one that is not followed any more.
    pub fn remove(&mut self, application: &ApplicationId) {
        self.0.remove(application);
    }

    /// Returns `true` if there is no application.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Returns the applications.
    pub fn applications(&self) -> impl Iterator<Item = &ApplicationId> {
        self.0.keys()
    }
}

impl From<&TailCursors> for TailCursors {
    fn from(cursors: &TailCursors) -> Self {
        cursors.clone()
    }
}

impl<A: Into<ApplicationId>> FromIterator<(A, Cursor)> for TailCursors {
    fn from_iter<I: IntoIterator<Item = (A, Cursor)>>(pairs: I) -> Self {
        let mut cursors = Self::default();
        pairs.into_iter().for_each(|(application, cursor)| cursors.insert(application, cursor));
        cursors
    }
}

impl<A: Into<ApplicationId>, const N: usize> From<[(A, Cursor); N]> for TailCursors {
    fn from(pairs: [(A, Cursor); N]) -> Self {
        pairs.into_iter().collect()
    }
}

impl<A: Into<ApplicationId>> From<Vec<(A, Cursor)>> for TailCursors {
    fn from(pairs: Vec<(A, Cursor)>) -> Self {
        pairs.into_iter().collect()
    }
}

impl<A: Into<ApplicationId>> From<BTreeMap<A, Cursor>> for TailCursors {
    fn from(pairs: BTreeMap<A, Cursor>) -> Self {
        pairs.into_iter().collect()
    }
}
