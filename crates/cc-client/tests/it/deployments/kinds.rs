//! The kinds of scenarios: an ending, and something odd that the platform does on the way to it.

use std::time::Duration;

use fastrand::Rng;

use super::world::{Connection, Line, Ms, NEVER, Odd, Post, Row, SECOND, Truth, World};

/// End of a deployment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    Succeeds,
    Fails,
    /// Its row is cancelled.
    Cancelled,
    /// Its row is replaced by one with the action CANCEL.
    CancelReplaces,
    /// The application is stopped: its row is replaced by one of the action UNDEPLOY.
    UndeployReplaces,
    /// Its row is cancelled, and a later deployment replaces it.
    Superseded,
    /// Its row disappears, and a later deployment replaces it.
    SupersededAndGone,
    /// The deployment continues beyond the deadline.
    GoesOn,
}

use Ending::{
    CancelReplaces, Cancelled, Fails, GoesOn, Succeeds, Superseded, SupersededAndGone, UndeployReplaces,
};

const ALL: &[Ending] =
    &[Succeeds, Fails, Cancelled, CancelReplaces, UndeployReplaces, Superseded, SupersededAndGone, GoesOn];
const MAIN: &[Ending] = &[Succeeds, CancelReplaces, Superseded];
const PLAIN: &[Ending] = &[Succeeds, Cancelled];
const OPEN: &[Ending] = &[Fails, GoesOn];
const OK: &[Ending] = &[Succeeds];
const ONE: &[Ending] = &[Succeeds];

type Change = fn(&mut World, &mut Rng);

/// The odd behaviours, each with the endings it is combined with.
const BEHAVIOURS: &[(&str, &[Ending], Change)] = &[
    ("as it should be", ALL, |_, _| {}),
    ("without following the log", ALL, |world, _| world.follows = false),
    ("states in the words of v2", &[Succeeds, Fails, Cancelled, GoesOn], |world, _| {
        each_state(world, |state| match state {
            "WORK_IN_PROGRESS" => "WIP".into(),
            "SUCCEEDED" => "OK".into(),
            "FAILED" => "FAIL".into(),
            other => other.into(),
        })
    }),
    ("states in lower case", PLAIN, |world, _| each_state(world, str::to_lowercase)),
    ("a state of tomorrow on the way", PLAIN, |world, _| {
        each_state(world, |state| match state {
            "WORK_IN_PROGRESS" => "PONDERING".into(),
            other => other.into(),
        })
    }),
    ("a state of tomorrow at the end, and a later deployment", ONE, unknown_end),
    ("no start dates", &[Succeeds, Fails, Cancelled], |world, _| world.has_start = false),
    ("no dates in the answers", MAIN, |world, _| world.has_dates = false),
    ("a row that shows up late", MAIN, |world, random| {
        let late = random.u64(3 * SECOND..6 * SECOND);
        world.own().shown = late;
    }),
    (
        "a row that replicas miss, and a later row that scales",
        &[Succeeds, CancelReplaces, GoesOn],
        |world, random| {
            missed(world, random, &["UPSCALE", "DOWNSCALE", "REPLACE"]);
        },
    ),
    ("a row that replicas miss, and a later deployment", &[Succeeds, Fails, GoesOn], |world, random| {
        missed(world, random, &["DEPLOY"]);
    }),
    ("later rows that scale", MAIN, |world, random| {
        for number in 0..3 {
            let at = random.i64(1_000..60_000);
            let action = ["UPSCALE", "DOWNSCALE", "REPLACE"][number];
            world.rows.push(Row::new(format!("scale_{number}"), action, at).then(at + 500, "SUCCEEDED"));
            world.rows.last_mut().unwrap().shown = at as Ms;
        }
    }),
    ("earlier rows", MAIN, |world, _| {
        for (number, action) in ["DEPLOY", "CANCEL", "UNDEPLOY", "UPSCALE"].into_iter().enumerate() {
            let at = -100_000 - 1_000 * number as i64;
            world.rows.push(Row::new(format!("old_{number}"), action, at).then(at + 500, "SUCCEEDED"));
        }
    }),
    ("a list with a row without an id", &[Succeeds, CancelReplaces, GoesOn], |world, _| {
        world.odd.push((0, NEVER, Odd::NullId))
    }),
    ("503 for a while", &[Succeeds, Fails, Cancelled, GoesOn], |world, random| {
        let from = random.u64(0..world.end.min(20_000));
        // It is over when the deployment ends.
        let to = (from + random.u64(3_000..15_000)).min(world.end.saturating_sub(1_000).max(from));
        world.odd.push((from, to, Odd::Status(503, None)));
    }),
    ("503 all the time until the deadline", &[GoesOn], |world, _| {
        world.odd.push((0, NEVER, Odd::Status(503, None)));
    }),
    ("a wait of an hour asked for in the middle", ALL, |world, random| {
        world.deadline = Duration::from_secs(100);
        let from = random.u64(2_000..8_000);
        // One look is refused; the next would be at the deadline.
        world.odd.push((from, from + 12_000, Odd::Status(503, Some(3_600))));
        if world.end != NEVER {
            shift(world, 99 * SECOND);
        }
    }),
    ("a wait of twenty seconds asked for at the first look", PLAIN, |world, _| {
        world.odd.push((0, 500, Odd::Status(503, Some(20))));
        if world.end != NEVER {
            let later = world.end.max(21_000);
            shift(world, later);
        }
    }),
    ("429 with a short wait", PLAIN, |world, random| {
        let from = random.u64(0..5_000);
        world.odd.push((from, from + 2_500, Odd::Status(429, Some(2))));
    }),
    ("an answer in HTML", OPEN, |world, random| odd(world, random, Odd::Html)),
    ("an empty answer", PLAIN, |world, random| odd(world, random, Odd::Empty)),
    ("501 to 530", PLAIN, |world, random| {
        let status = *random.choice(&[501, 505, 508, 520, 522, 530]).unwrap();
        odd(world, random, Odd::Status(status, None));
    }),
    ("401 for two seconds", OPEN, |world, random| odd(world, random, Odd::Status(401, None))),
    ("403 for two seconds", PLAIN, |world, random| odd(world, random, Odd::Status(403, None))),
    ("connections that are lost", OPEN, |world, random| odd(world, random, Odd::Lost)),
    ("a look that hangs", PLAIN, |world, random| {
        let from = random.u64(2_000..6_000);
        world.odd.push((from, from + 3_000, Odd::Hangs));
        if world.end != NEVER {
            let later = world.end + 14_000;
            shift(world, later);
        }
    }),
    ("slow answers", &[Succeeds, Fails, Cancelled, GoesOn], |world, _| world.latency = (200, 700)),
    ("a build line that looks like the end", MAIN, |world, random| fake_ends(world, random, 1)),
    ("several build lines that look like the end", MAIN, |world, random| fake_ends(world, random, 4)),
    ("a build line that looks like the end while a look hangs", OK, |world, random| {
        fake_ends(world, random, 1);
        let at = world.lines.iter().find(|line| line.text.contains("docs")).unwrap().ready;
        world.odd.push((at.saturating_sub(500), at + 1_000, Odd::Hangs));
        let later = world.end + 12_000;
        shift(world, later);
    }),
    ("a build line that looks like the end, and a cut right after it", OK, |world, random| {
        fake_ends(world, random, 1);
        let at = world.lines.iter().position(|line| line.text.contains("docs")).unwrap();
        world.connections = vec![Connection::Cut(at + 1), Connection::Good];
    }),
    ("a storm of lines that look like the end", OK, |world, random| fake_ends(world, random, 60)),
    ("an end in other words", MAIN, |world, _| {
        if let Some(last) = world.lines.last_mut() {
            last.text = last.text.replace("Deployment ", "The deployment is now ");
        }
        world.is_clean = false;
    }),
    ("a success line before the state", OK, |world, random| {
        let lead = random.u64(300..3_000);
        move_last_line(world, -(lead as i64));
    }),
    ("a state before its line", OK, |world, random| {
        let late = random.u64(100..900);
        move_last_line(world, late as i64);
    }),
    ("lines behind the end line", MAIN, |world, random| {
        let after = world.lines.last().unwrap().ready;
        for number in 0..random.u64(1..4) {
            let at = after + random.u64(1..1_000);
            world.lines.push(line(at, format!("cleaning up {number}"), 0));
        }
        world.lines.sort_by_key(|line| line.ready);
    }),
    ("lines written before it started", MAIN, |world, random| {
        for number in 0..3 {
            let before = -random.i64(500..30_000);
            let early =
                Line { written: before, ready: 300, text: format!("early {number}"), service: "bas-deploy" };
            world.lines.insert(0, early);
        }
        world.lines.sort_by_key(|line| line.written);
    }),
    ("a log that is cut and goes on", MAIN, |world, random| {
        world.connections =
            (0..4).map(|_| Connection::Cut(random.usize(1..5))).chain([Connection::Good]).collect();
    }),
    ("a log that goes silent", OPEN, |world, random| {
        world.connections = vec![Connection::Silent(random.usize(1..5)), Connection::Good];
    }),
    ("a log that is held back beyond the end", OK, |world, random| {
        world.connections = vec![Connection::Held(world.end + random.u64(200..60_000))];
        world.is_clean = false;
    }),
    ("a log that ends early: the limit", MAIN, |world, random| {
        ends_early(world, random, Some("LIMIT_REACHED"))
    }),
    ("a log that ends early: the date", MAIN, |world, random| {
        ends_early(world, random, Some("UNTIL_REACHED"))
    }),
    ("a log that ends early: no reason", MAIN, |world, random| ends_early(world, random, None)),
    ("a log that ends early: a reason of tomorrow", PLAIN, |world, random| {
        ends_early(world, random, Some("MAINTENANCE"))
    }),
    ("a log that ends after every few lines", MAIN, |world, random| {
        world.connections = vec![Connection::EndsAfter(random.usize(2..5))];
    }),
    ("a log that gives the same lines again and again", OPEN, |world, random| {
        world.connections = vec![Connection::Repeats(random.usize(1..4))];
        if world.end != NEVER {
            let later = world.end + 20_000;
            shift(world, later);
        }
        world.is_clean = false;
    }),
    ("a log that says that there is nothing, and is there later", MAIN, |world, _| {
        world.connections = vec![Connection::Nothing, Connection::Nothing, Connection::Good];
    }),
    ("no log at all", PLAIN, |world, _| {
        world.connections = vec![Connection::Nothing];
        world.is_clean = false;
    }),
    ("a log that the platform ends after the deployment", PLAIN, |world, random| {
        if world.end != NEVER {
            let last = world.lines.iter().map(|line| line.ready).max().unwrap();
            world.connections =
                vec![Connection::Ends(last.max(world.end) + random.u64(50..600), Some("DEPLOYMENT_ENDED"))];
        }
    }),
    ("a log that is refused for a while", PLAIN, |world, _| {
        let refused = Connection::Refused(503, Some(2));
        world.connections = vec![refused.clone(), refused, Connection::Good];
    }),
    ("a log that is not there yet", PLAIN, |world, _| {
        world.connections = vec![Connection::Refused(404, None), Connection::Good];
    }),
    ("a log that is refused for good", &[Succeeds, Fails, Cancelled, GoesOn], |world, _| {
        world.connections = vec![Connection::Refused(403, None)];
        world.is_clean = false;
    }),
    ("a log that is away at the end", OK, |world, random| {
        let cut = world.lines.len().saturating_sub(random.usize(1..4));
        world.connections = vec![Connection::Cut(cut), Connection::Refused(503, Some(300))];
        world.is_clean = false;
    }),
    ("an application that moves to another owner", &[Succeeds, Fails, Cancelled, GoesOn], |world, random| {
        world.moves = Some((random.u64(3_000..7_000), *random.choice(&[403, 404]).unwrap()));
    }),
    ("a busy log and a slow consumer", &[Succeeds, Fails, Cancelled, GoesOn], |world, random| {
        world.deadline = world.deadline.min(Duration::from_secs(14));
        if world.end != NEVER {
            world.end = random.u64(6_000..10_000);
        }
        let end = world.end.min(14_000);
        world.lines = (0..end / 5).map(|number| line(number * 5, format!("busy {number}"), 0)).collect();
        world.consumer = 10;
        world.is_clean = false;
    }),
    ("a program that writes after the end", OK, |world, random| {
        let mut at = world.end + 200;
        while at < world.end + 10_000 {
            let mut written = line(at, format!("GET / {at}"), 0);
            written.service = "bas";
            world.lines.push(written);
            at += random.u64(100..900);
        }
        world.has_steps = true;
    }),
    ("a request whose answer is a page", ONE, |world, _| {
        world.post = Post::Garbled("text/html", "<html></html>")
    }),
    ("a request whose answer is empty", ONE, |world, _| world.post = Post::Garbled("application/json", "")),
    ("a request whose answer names no deployment", ONE, |world, _| {
        world.post = Post::Garbled("application/json", r#"{"id":0,"deploymentId":null}"#);
    }),
    ("a request whose answer is lost", ONE, |world, _| world.post = Post::AcceptedAndLost),
    ("a request whose answer comes after the deadline", ONE, |world, _| {
        world.deadline = Duration::from_secs(20);
        world.post = Post::AcceptedAndSlow;
        world.is_clean = false;
    }),
    ("a request that is answered 502", ONE, |world, _| world.post = Post::Refused(502)),
    ("a request that is answered 503", MAIN, |world, _| world.post = Post::Refused(503)),
    ("a request that is answered 503, and a row that shows up late", MAIN, |world, random| {
        world.post = Post::Refused(503);
        world.own().shown = random.u64(3 * SECOND..6 * SECOND);
    }),
    ("a request that is answered 503, and no row", ONE, |world, _| {
        world.post = Post::Refused(503);
        world.own().shown = NEVER;
    }),
    ("a request whose answer is lost, and another deployment at that time", ONE, |world, random| {
        world.post = Post::AcceptedAndLost;
        let at = random.i64(100..400);
        world.own().shown = 0;
        world.rows.push(Row::new("deployment_other", "DEPLOY", at).then(at + 500, "WORK_IN_PROGRESS"));
    }),
    ("a request that is answered 401", ONE, |world, _| world.post = Post::Refused(401)),
    ("an owner that is not found in time", ONE, |world, _| {
        world.deadline = Duration::from_secs(5);
        world.summary_takes = 60_000;
    }),
];

/// The names of all kinds.
pub fn all() -> Vec<(&'static str, Ending)> {
    BEHAVIOURS
        .iter()
        .flat_map(|(name, endings, _)| endings.iter().map(move |ending| (*name, *ending)))
        .collect()
}

/// The scenario of a kind and a seed.
pub fn world(name: &'static str, ending: Ending, seed: u64) -> World {
    let kind = format!("{name}: {ending:?}");
    let mixed = kind.bytes().fold(seed, |mixed, byte| mixed.wrapping_mul(0x100_0000_01b3) ^ u64::from(byte));
    let mut random = Rng::with_seed(mixed);
    let mut world = base(ending, &mut random);
    (world.kind, world.seed) = (kind, mixed);
    let change = BEHAVIOURS.iter().find(|(other, ..)| *other == name).unwrap().2;
    change(&mut world, &mut random);
    end_with(&mut world, ending, &mut random);
    world
}

/// A deployment that goes well until something ends it.
fn base(ending: Ending, random: &mut Rng) -> World {
    let begins = random.u64(300..2_500);
    let end = if ending == GoesOn { NEVER } else { random.u64(10_000..45_000) };
    let deadline = if ending == GoesOn { random.u64(10_000..40_000) } else { 120_000 };
    let mut own =
        Row::new("deployment_ours", "DEPLOY", random.i64(20..400)).then(begins as i64, "WORK_IN_PROGRESS");
    own.shown = random.u64(0..2_500);
    let until = end.min(deadline);
    let mut lines: Vec<Line> = (0..random.u64(4..16))
        .map(|number| line(random.u64(begins..until - 1_500), format!("step {number}"), random.u64(0..150)))
        .collect();
    lines.sort_by_key(|line| line.ready);
    if end != NEVER {
        let text = match ending {
            Succeeds => "Deployment successful",
            Fails => "Deployment failed: it does not answer",
            _ => "Deployment cancelled",
        };
        // The line is written a little before the state is kept.
        lines.push(line(end - random.u64(20..400), text.to_owned(), 10));
    }
    World {
        kind: String::new(),
        seed: 0,
        ours: own.id.clone(),
        rows: vec![own],
        lines,
        connections: vec![Connection::Good],
        odd: Vec::new(),
        post: Post::Accepted,
        moves: None,
        latency: (5, 120),
        summary_takes: 50,
        has_dates: true,
        has_steps: random.bool(),
        has_start: true,
        consumer: 0,
        truth: match ending {
            Succeeds => Truth::Succeeded,
            Fails => Truth::Failed,
            Cancelled | CancelReplaces | UndeployReplaces => Truth::Cancelled,
            Superseded | SupersededAndGone => Truth::Superseded,
            GoesOn => Truth::GoesOn,
        },
        end,
        deadline: Duration::from_millis(deadline),
        is_unlucky: false,
        follows: true,
        is_clean: true,
    }
}

/// Ends the deployment when the world says, in the words of its states.
fn end_with(world: &mut World, ending: Ending, random: &mut Rng) {
    let end = world.end;
    if end == NEVER {
        return;
    }
    let words: Vec<String> = world.own().states.iter().map(|(_, state)| state.clone()).collect();
    let style = |state: &str| {
        if words.iter().any(|word| word == "WIP") {
            state.replace("SUCCEEDED", "OK").replace("FAILED", "FAIL")
        } else if words.iter().any(|word| word == "queued") {
            state.to_lowercase()
        } else {
            state.to_owned()
        }
    };
    let at = end as i64;
    let later = |id: &str, action, state: &str| {
        let mut row = Row::new(id, action, at).then(at, state);
        row.shown = end;
        row
    };
    if world.truth == Truth::Unknown {
        world.own().states.push((at, "EVAPORATED".to_owned()));
        world.rows.push(later("deployment_later", "DEPLOY", "WORK_IN_PROGRESS"));
        return;
    }
    match ending {
        Succeeds => world.own().states.push((at, style("SUCCEEDED"))),
        Fails => world.own().states.push((at, style("FAILED"))),
        Cancelled => world.own().states.push((at, style("CANCELLED"))),
        CancelReplaces => {
            world.own().gone = end;
            let state = *random.choice(&["SUCCEEDED", "CANCELLED", "WORK_IN_PROGRESS"]).unwrap();
            world.rows.push(later("deployment_cancel", "CANCEL", state));
        }
        UndeployReplaces => {
            world.own().gone = end;
            world.rows.push(later("deployment_undeploy", "UNDEPLOY", "WORK_IN_PROGRESS"));
        }
        Superseded | SupersededAndGone => {
            if ending == Superseded {
                world.own().states.push((at, "CANCELLED".to_owned()));
            } else {
                world.own().gone = end;
            }
            let started = at - random.i64(0..1_500);
            let mut row = Row::new("deployment_later", "DEPLOY", started).then(at + 500, "WORK_IN_PROGRESS");
            row.shown = end - random.u64(0..400);
            world.rows.push(row);
        }
        GoesOn => {}
    }
}

fn line(written: Ms, text: String, lag: Ms) -> Line {
    Line { written: written as i64, ready: written + lag, text, service: "bas-deploy" }
}

fn each_state(world: &mut World, word: impl Fn(&str) -> String) {
    world.own().states.iter_mut().for_each(|(_, state)| *state = word(state));
}

fn unknown_end(world: &mut World, _: &mut Rng) {
    world.truth = Truth::Unknown;
    world.is_clean = false;
}

/// Replicas miss the row for 2.5 s while the deployment is in progress, and a later row exists.
fn missed(world: &mut World, random: &mut Rng, actions: &[&'static str]) {
    let last = world.end.min(world.deadline.as_millis() as Ms).saturating_sub(4_000).max(3_001);
    let from = random.u64(3_000..last);
    world.own().missed.push((from, from + 2_500));
    let action = *random.choice(actions).unwrap();
    let at = from as i64 - random.i64(0..2_000);
    let mut row = Row::new("deployment_other", action, at);
    row.shown = from - random.u64(0..100);
    world.rows.push(row);
}

/// Unusual answers for two seconds while the deployment is in progress.
fn odd(world: &mut World, random: &mut Rng, odd: Odd) {
    let last = world.end.min(world.deadline.as_millis() as Ms).saturating_sub(3_500);
    let from = random.u64(0..last.max(1));
    world.odd.push((from, from + 2_000, odd));
}

/// Lines of the build that look like the end.
fn fake_ends(world: &mut World, random: &mut Rng, count: u64) {
    let last = world.end.min(world.deadline.as_millis() as Ms).saturating_sub(2_000).max(4_000);
    for number in 0..count {
        let at = random.u64(2_500..last);
        world.lines.push(line(at, format!("docs successfully deployed to cdn {number}"), 0));
    }
    let last = world.lines.iter().position(|line| line.text.starts_with("Deployment "));
    let end_line = last.map(|at| world.lines.remove(at));
    world.lines.sort_by_key(|line| line.ready);
    world.lines.extend(end_line);
}

/// The log ends at some time although the deployment goes on, and can be opened again.
fn ends_early(world: &mut World, random: &mut Rng, reason: Option<&'static str>) {
    let last = world.end.min(world.deadline.as_millis() as Ms);
    let mut at = random.u64(500..last - 500);
    world.connections.clear();
    for _ in 0..random.usize(1..4) {
        world.connections.push(Connection::Ends(at, reason));
        at += random.u64(1..8_000);
    }
    world.connections.push(Connection::Good);
}

/// Delays the last line, which is about the end, by this time.
fn move_last_line(world: &mut World, later: i64) {
    let end = world.end as i64;
    let last = world.lines.last_mut().unwrap();
    last.written = end + later;
    last.ready = (end + later) as Ms;
    world.lines.sort_by_key(|line| line.ready);
}

/// The deployment ends later, and so does its log.
fn shift(world: &mut World, end: Ms) {
    let by = end - world.end;
    world.end = end;
    if let Some(last) = world.lines.last_mut() {
        last.written += by as i64;
        last.ready += by;
    }
}
