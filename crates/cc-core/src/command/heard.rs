//! What the answers to the requests of one command said.

use std::collections::VecDeque;
use std::ops::Deref;
use std::sync::{Arc, Mutex};

use http::{HeaderMap, StatusCode};

use crate::answer::Answer;
use crate::transport::HttpResponse;
use crate::transport::exchange::lock;

/// How many answers are kept: a command that waits may look for hours.
const KEPT: usize = 100;

/// Where the requests of a command note their answers.
#[derive(Debug, Clone, Default)]
pub(crate) struct Heard(Arc<Mutex<VecDeque<Answer<()>>>>);

impl Heard {
    pub(crate) fn note(&self, response: &HttpResponse, attempts: u32) {
        let mut heard = lock(&self.0);
        if heard.len() == KEPT {
            heard.pop_front();
        }
        heard.push_back(Answer::new((), response.status(), response.headers().clone(), attempts));
    }
}

/// The value of a command, with what the answers to its requests said.
///
/// It derefs to the value; [`into_inner`](Self::into_inner) gives it away. Look-ups of owners and ids, which calls share, are not
/// among its requests.
#[derive(Debug, Clone)]
pub struct CommandAnswer<T> {
    value: T,
    answers: Vec<Answer<()>>,
}

impl<T> CommandAnswer<T> {
    pub(crate) fn new(value: T, heard: &Heard) -> Self {
        Self { value, answers: lock(&heard.0).iter().cloned().collect() }
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
