//! Notes the answers to the requests of one command.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use crate::answer::Answer;
use crate::de::Drift;
use crate::lock::lock;
use crate::transport::HttpResponse;

/// Maximum number of answers kept: a waiting command may poll for hours.
const KEPT: usize = 100;

/// Maximum number of differences kept of one answer: a long list may differ in each element.
const KEPT_OF_ONE: usize = 1_000;

/// Collects the answers to the requests of a command.
#[derive(Debug, Clone, Default)]
pub(crate) struct Heard(Arc<Mutex<Answers>>);

#[derive(Debug, Default)]
struct Answers {
    kept: VecDeque<Answer<()>>,
    /// Number of answers dropped before the first kept one.
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
    /// The answers that are kept, in the order in which they came.
    pub(crate) fn answers(&self) -> Vec<Answer<()>> {
        lock(&self.0).kept.iter().cloned().collect()
    }
}
