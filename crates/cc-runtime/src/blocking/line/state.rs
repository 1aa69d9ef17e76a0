//! Threads that drive the connections, that wait for them to be driven, and what the thread of the line does meanwhile.
//!
//! All changes are made under the lock of the line. What a change returns is done after the lock is released.

#[cfg(test)]
mod model;

/// Number of pauses in one wait after which the thread of the line sleeps until the wait is over.
const PAUSES: u32 = if cfg!(test) { 2 } else { 50 };

#[derive(Debug, Default, Clone, PartialEq, Eq, Hash)]
pub(super) struct State {
    /// Number of threads that wait and may drive.
    driving: usize,
    /// Number of threads that wait and may not drive, and of requests of tasks.
    parked: usize,
    /// Number of waits of the former that have ended.
    ended: u64,
    own: Own,
    /// `ended` when the thread of the line last looked.
    seen: u64,
    /// Number of pauses since then.
    pauses: u32,
}

/// State of the thread of the line.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Own {
    /// Looks again after a pause.
    #[default]
    Pauses,
    /// Sleeps until it is woken: another thread drives for long.
    Sleeps,
    Drives,
}

impl State {
    /// A thread begins to wait that may drive. Returns `true` if the thread of the line must step aside.
    pub(super) fn drives(&mut self) -> bool {
        self.driving += 1;
        self.own == Own::Drives
    }

    /// Such a wait has ended. Returns `true` if the thread of the line must look.
    pub(super) fn has_driven(&mut self) -> bool {
        self.driving -= 1;
        self.ended = self.ended.wrapping_add(1);
        self.driving == 0 && (self.parked > 0 || self.own == Own::Sleeps)
    }

    /// A thread begins to wait that may not drive, or a task sends a request. Returns `true` if the thread of the line must look.
    pub(super) fn parks(&mut self) -> bool {
        self.parked += 1;
        self.driving == 0 && self.own != Own::Drives
    }

    /// Such a wait has ended.
    pub(super) fn has_parked(&mut self) {
        self.parked -= 1;
    }

    /// The thread of the line has stepped aside, or begins.
    pub(super) fn looks(&mut self) -> Own {
        (self.seen, self.pauses) = (self.ended, 0);
        self.next()
    }

    /// The thread of the line has paused, or was woken meanwhile.
    pub(super) fn has_paused(&mut self) -> Own {
        self.pauses = if self.ended == self.seen { self.pauses + 1 } else { 0 };
        self.seen = self.ended;
        self.next()
    }

    /// The thread of the line was woken.
    pub(super) fn has_slept(&mut self) -> Own {
        self.pauses = 0;
        self.next()
    }

    /// The next state of the thread of the line.
    fn next(&mut self) -> Own {
        let is_idle = self.driving == 0 && (self.parked > 0 || self.pauses > 0);
        self.own = match self.pauses {
            _ if is_idle => Own::Drives,
            0..PAUSES => Own::Pauses,
            _ => Own::Sleeps,
        };
        self.own
    }
}
