//! Every order in which a few threads can take their steps.

use std::collections::{HashMap, VecDeque};

use super::{Own, State};

/// Kinds of waits of a thread.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Kind {
    Drives,
    Parks,
}

/// A thread that waits, and waits again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Waiter {
    Outside,
    /// Is about to make the thread of the line step aside, or to have it look.
    Begins(Kind, bool),
    Waits(Kind),
    /// Reads and writes the connections.
    Drives,
    /// Its waker was woken.
    Woken(Kind),
    /// Is about to have the thread of the line look.
    Tells,
}

/// The thread of the line. One that pauses or sleeps may have been notified.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Line {
    Pauses {
        notified: bool,
    },
    Sleeps {
        notified: bool,
    },
    /// Blocks on the runtime, which another thread may drive.
    Blocks,
    Drives,
    SteppedAside,
}

/// Cause of a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum By {
    /// Code that runs.
    Itself,
    /// An event that may come late or never: a wait begins, a waker is woken.
    Event,
    /// The end of a pause, which comes.
    Time,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct World {
    state: State,
    line: Line,
    /// The notification that makes the thread of the line step aside.
    aside: bool,
    waiters: Vec<(Waiter, u8)>,
}

impl World {
    /// `waits` is the number of waits of each thread.
    fn new(threads: usize, waits: u8) -> Self {
        let mut state = State::default();
        let line = line(state.looks());
        Self { state, line, aside: false, waiters: vec![(Waiter::Outside, waits); threads] }
    }

    fn is_driven(&self) -> bool {
        self.line == Line::Drives || self.waiters.iter().any(|(waiter, _)| *waiter == Waiter::Drives)
    }

    fn waits(&self) -> bool {
        self.waiters.iter().any(|(waiter, _)| matches!(waiter, Waiter::Waits(_) | Waiter::Drives))
    }

    fn notify(&mut self) {
        if let Line::Pauses { notified } | Line::Sleeps { notified } = &mut self.line {
            *notified = true;
        }
    }

    fn steps(&self) -> Vec<(By, Self)> {
        let mut steps = Vec::new();
        let mut step = |by, change: &dyn Fn(&mut Self)| {
            let mut next = self.clone();
            change(&mut next);
            steps.push((by, next));
        };
        let is_free = !self.is_driven();
        match self.line {
            Line::Pauses { notified } => {
                let by = if notified { By::Itself } else { By::Time };
                step(by, &|next| next.line = line(next.state.has_paused()));
            }
            Line::Sleeps { notified: true } => {
                step(By::Itself, &|next| next.line = line(next.state.has_slept()))
            }
            Line::Sleeps { notified: false } => {}
            Line::Blocks | Line::Drives => {
                if self.line == Line::Blocks && is_free {
                    step(By::Itself, &|next| next.line = Line::Drives);
                }
                if self.aside {
                    step(By::Itself, &|next| (next.aside, next.line) = (false, Line::SteppedAside));
                }
            }
            Line::SteppedAside => step(By::Itself, &|next| next.line = line(next.state.looks())),
        }
        for (at, &(waiter, left)) in self.waiters.iter().enumerate() {
            let mut to = |by, waiter, change: &dyn Fn(&mut Self) -> Option<Waiter>| {
                step(by, &|next| {
                    let other = change(next);
                    next.waiters[at].0 = other.unwrap_or(waiter);
                });
            };
            match waiter {
                Waiter::Outside if left == 0 => {}
                Waiter::Outside => {
                    let begin = |next: &mut Self| next.waiters[at].1 -= 1;
                    to(By::Event, waiter, &|next| {
                        begin(next);
                        Some(Waiter::Begins(Kind::Drives, next.state.drives()))
                    });
                    to(By::Event, waiter, &|next| {
                        begin(next);
                        Some(Waiter::Begins(Kind::Parks, next.state.parks()))
                    });
                }
                Waiter::Begins(kind, tells) => to(By::Itself, Waiter::Waits(kind), &|next| {
                    match kind {
                        Kind::Drives => next.aside |= tells,
                        Kind::Parks if tells => next.notify(),
                        Kind::Parks => {}
                    }
                    None
                }),
                Waiter::Waits(kind) => {
                    to(By::Event, Waiter::Woken(kind), &|_| None);
                    if kind == Kind::Drives && is_free {
                        to(By::Itself, Waiter::Drives, &|_| None);
                    }
                }
                Waiter::Drives => to(By::Event, Waiter::Woken(Kind::Drives), &|_| None),
                Waiter::Woken(Kind::Drives) => {
                    to(By::Itself, Waiter::Outside, &|next| next.state.has_driven().then_some(Waiter::Tells));
                }
                Waiter::Woken(Kind::Parks) => to(By::Itself, Waiter::Outside, &|next| {
                    next.state.has_parked();
                    None
                }),
                Waiter::Tells => to(By::Itself, Waiter::Outside, &|next| {
                    next.notify();
                    None
                }),
            }
        }
        steps
    }
}

fn line(own: Own) -> Line {
    match own {
        Own::Pauses => Line::Pauses { notified: false },
        Own::Sleeps => Line::Sleeps { notified: false },
        Own::Drives => Line::Blocks,
    }
}

/// All worlds that the first one can become.
fn explore(first: World) -> HashMap<World, Vec<(By, World)>> {
    let (mut worlds, mut open) = (HashMap::new(), VecDeque::from([first]));
    while let Some(world) = open.pop_front() {
        if worlds.contains_key(&world) {
            continue;
        }
        let steps = world.steps();
        open.extend(steps.iter().map(|(_, next)| next).filter(|next| !worlds.contains_key(*next)).cloned());
        worlds.insert(world, steps);
    }
    worlds
}

#[test]
fn connections_are_driven_whenever_a_thread_waits_and_soon_otherwise() {
    for (threads, waits) in [(1, 4), (2, 2), (3, 1)] {
        let worlds = explore(World::new(threads, waits));
        assert!(worlds.keys().any(|world| matches!(world.line, Line::Sleeps { .. })));
        for (world, steps) in &worlds {
            // All that can run has run.
            if steps.iter().any(|(by, _)| *by == By::Itself) {
                continue;
            }
            if world.waits() {
                assert!(world.is_driven(), "a thread waits, and no one drives: {world:?}");
            }
            // Pauses end, and one of them is the last.
            let mut now = world;
            for _ in 0..8 {
                let later = worlds[now].iter().find(|(by, _)| *by != By::Event);
                let Some((_, later)) = later else { break };
                now = later;
            }
            assert!(now.is_driven(), "no one drives in the end: {world:?}");
        }
    }
}
