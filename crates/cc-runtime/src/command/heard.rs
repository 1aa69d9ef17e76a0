//! What the answers to the requests of one command said.

use std::collections::VecDeque;
use std::ops::Deref;
use std::sync::{Arc, Mutex};

use http::{HeaderMap, StatusCode};

use crate::answer::Answer;
use crate::de::Drift;
use crate::transport::HttpResponse;
use crate::transport::exchange::lock;

/// How many answers are kept: a command that waits may look for hours.
const KEPT: usize = 100;

/// How many places of one answer are kept: a long list may differ in each of its elements.
const KEPT_OF_ONE: usize = 1_000;

/// Where the requests of a command note their answers.
#[derive(Debug, Clone, Default)]
pub(crate) struct Heard(Arc<Mutex<Answers>>);

#[derive(Debug, Default)]
struct Answers {
    kept: VecDeque<Answer<()>>,
    /// How many answers were dropped before the first that is kept.
    dropped: usize,
}

impl Heard {
    /// Notes an answer, and returns its number: its body is read later.
    pub(crate) fn note(&self, response: &HttpResponse, attempts: u32) -> usize {
        let mut heard = lock(&self.0);
        if heard.kept.len() == KEPT {
            heard.kept.pop_front();
            heard.dropped += 1;
        }
        heard.kept.push_back(Answer::new((), response.status(), response.headers().clone(), attempts));
        heard.dropped + heard.kept.len() - 1
    }

    /// Notes where the body of the answer with this number differs from the spec.
    #[cold]
    pub(crate) fn note_drift(&self, number: usize, drift: &[Drift]) {
        let mut heard = lock(&self.0);
        let at = number.checked_sub(heard.dropped);
        if let Some(answer) = at.and_then(|at| heard.kept.get_mut(at)) {
            *answer = answer.clone().with_drift(drift.iter().take(KEPT_OF_ONE).cloned().collect());
        }
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
    drift: Vec<Drift>,
}

impl<T> CommandAnswer<T> {
    pub(crate) fn new(value: T, heard: &Heard) -> Self {
        let answers: Vec<Answer<()>> = lock(&heard.0).kept.iter().cloned().collect();
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

    /// Returns where the bodies of these answers differ from the spec, and what was done about it, in the order of the answers:
    /// values that could not be read are missing in the output. [`answers`](Self::answers) tells which answer each is of. Empty
    /// when all bodies are as the spec describes them; of one answer, the first 1,000 places.
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
