//! The value of a command, with the answers to its requests.

use std::ops::Deref;

use http::{HeaderMap, StatusCode};

use crate::answer::Answer;
use crate::de::Drift;
use crate::transport::Heard;

/// The value of a command, with the metadata of the answers to its requests.
///
/// It derefs to the value; [`into_inner`](Self::into_inner) returns it. Look-ups of owners and ids, which calls share, are not
/// among its requests.
#[derive(Debug, Clone)]
pub struct CommandAnswer<T> {
    value: T,
    answers: Vec<Answer<()>>,
    drift: Vec<Drift>,
}

impl<T> CommandAnswer<T> {
    pub(crate) fn new(value: T, heard: &Heard) -> Self {
        let answers = heard.answers();
        let drift = answers.iter().flat_map(Answer::drift).cloned().collect();
        Self { value, answers, drift }
    }

    /// Returns the value alone.
    pub fn into_inner(self) -> T {
        self.value
    }

    /// Returns the answers in the order in which they came, refused requests that the command put up with included. Of more
    /// than 100, the last 100.
    pub fn answers(&self) -> &[Answer<()>] {
        &self.answers
    }

    /// Returns the HTTP status of the last answer; `None` if the command needed no request.
    pub fn status(&self) -> Option<StatusCode> {
        self.answers.last().map(Answer::status)
    }

    /// Returns the headers of the last answer; none if the command needed no request.
    pub fn headers(&self) -> &HeaderMap {
        static NONE: std::sync::LazyLock<HeaderMap> = std::sync::LazyLock::new(HeaderMap::new);
        self.answers.last().map_or(&NONE, Answer::headers)
    }

    /// Returns the platform's id of the last exchange: its support asks for it.
    pub fn sozu_id(&self) -> Option<&str> {
        self.answers.last().and_then(Answer::sozu_id)
    }

    /// Returns the differences between the bodies of these answers and the spec, and how they were handled,
    /// in the order of the answers: unreadable values are missing in the output. [`answers`](Self::answers)
    /// tells which answer each belongs to. Empty if all bodies match the spec. Limited to the first 1,000
    /// differences of an answer.
    pub fn drift(&self) -> &[Drift] {
        &self.drift
    }

    /// Returns how many times requests were sent for these answers, retries included.
    pub fn attempts(&self) -> u32 {
        self.answers.iter().map(Answer::attempts).fold(0, u32::saturating_add)
    }
}

impl<T> Deref for CommandAnswer<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.value
    }
}
