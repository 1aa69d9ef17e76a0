//! The key spaces that the sandbox holds, within their limits.

use super::{Resp, Space, Spaces, space};
use crate::engine::limits::Limits;
use crate::refusals;

/// Key spaces, and how much they may hold.
#[derive(Debug)]
pub(super) struct Held {
    spaces: Spaces,
    /// Upper bound of the size of all keys and values. `None` if it has to be measured.
    bytes: Option<usize>,
    most_spaces: usize,
    most_bytes: usize,
}

impl Held {
    pub(super) fn new(limits: &Limits) -> Self {
        let (most_spaces, most_bytes) = (limits.key_spaces, limits.key_bytes);
        Self { spaces: Spaces::new(), bytes: None, most_spaces, most_bytes }
    }

    pub(super) fn stored(&self) -> Spaces {
        self.spaces.clone()
    }

    pub(super) fn restore(&mut self, spaces: Spaces) {
        (self.spaces, self.bytes) = (spaces, None);
    }

    /// Keeps these key spaces only.
    pub(super) fn retain(&mut self, is_kept: impl Fn(&str) -> bool) {
        self.spaces.retain(|name, _| is_kept(name));
    }

    /// Runs a command in a key space, if there is room for what it may add.
    pub(super) fn run(&mut self, name: &str, now: i64, words: &[String]) -> Resp {
        let adds = space::may_add(words);
        if adds > 0 {
            if !self.spaces.contains_key(name) && self.spaces.len() >= self.most_spaces {
                let refusal = refusals::TOO_MANY_KEY_SPACES.with([&self.most_spaces.to_string()]);
                return Resp::Error(refusal.message);
            }
            let bytes = match self.bytes {
                Some(bytes) if bytes.saturating_add(adds) <= self.most_bytes => bytes,
                // What was removed since is not subtracted: it is measured only when it matters.
                _ => self.spaces.values().map(Space::size).sum(),
            };
            let needed = bytes.saturating_add(adds);
            if needed > self.most_bytes {
                self.bytes = Some(bytes);
                return Resp::Error(refusals::OUT_OF_MEMORY.message.to_owned());
            }
            self.bytes = Some(needed);
        }
        let space = self.spaces.entry(name.to_owned()).or_default();
        let reply = space.run(now, words);
        if space.is_empty() {
            self.spaces.remove(name);
        }
        reply
    }
}
