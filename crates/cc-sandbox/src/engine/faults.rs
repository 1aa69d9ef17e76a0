//! Things that go wrong on demand.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use http::HeaderValue;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::deployment_fault::DeploymentFault;
use super::random::{happens, mix};
use crate::stream::fault::StreamFault;

/// Something that goes wrong with some requests, made by one of its constructors.
///
/// By default it happens to every request; [`on`](Self::on), [`times`](Self::times) and
/// [`probability`](Self::probability) say to which.
#[derive(Debug, Clone)]
#[must_use = "a fault does nothing until it is added to `Sandbox::faults`"]
pub struct Fault {
    pub(crate) effect: Effect,
    pub(crate) on: String,
    pub(crate) left: Option<u32>,
    pub(crate) probability: f64,
}

/// Effect of a fault.
#[derive(Debug, Clone)]
pub(crate) enum Effect {
    Latency(Duration),
    ResetBefore,
    ResetAfter,
    TooManyRequests(Duration),
    Unavailable,
    Busy(Arc<Room>),
    Html(u16),
    Answer(u16, Value),
    Truncated,
    Malformed,
    SlowBody(Duration),
    Redirect(u16, String),
    Stream(StreamFault),
    Deployments(DeploymentFault),
}

/// Room for a number of requests at once.
#[derive(Debug)]
pub(crate) struct Room {
    most: usize,
    taken: AtomicUsize,
}

impl Room {
    pub(crate) fn most(&self) -> usize {
        self.most
    }

    /// Takes a place until the result is dropped; `None` if there is none.
    fn enter(self: &Arc<Self>) -> Option<Place> {
        let enter = |taken| (taken < self.most).then_some(taken + 1);
        self.taken.fetch_update(Ordering::AcqRel, Ordering::Acquire, enter).ok()?;
        Some(Place(Arc::clone(self)))
    }
}

/// The place of one request in a room.
#[derive(Debug)]
pub(crate) struct Place(Arc<Room>);

impl Drop for Place {
    fn drop(&mut self) {
        self.0.taken.fetch_sub(1, Ordering::AcqRel);
    }
}

impl Fault {
    fn new(effect: Effect) -> Self {
        Self { effect, on: "*".to_owned(), left: None, probability: 1.0 }
    }

    /// The answer comes this much later, in the time of `tokio` and not of the sandbox. Other faults add to it.
    pub fn latency(delay: Duration) -> Self {
        Self::new(Effect::Latency(delay))
    }

    /// The connection is cut before anything is done.
    pub fn reset_before() -> Self {
        Self::new(Effect::ResetBefore)
    }

    /// The connection is cut once everything is done: the state has changed, and no answer comes.
    pub fn reset_after() -> Self {
        Self::new(Effect::ResetAfter)
    }

    /// 429, with `Retry-After` in whole seconds. Nothing is done.
    pub fn too_many_requests(retry_after: Duration) -> Self {
        Self::new(Effect::TooManyRequests(retry_after))
    }

    /// 503 in the platform's error shape. Nothing is done.
    pub fn unavailable() -> Self {
        Self::new(Effect::Unavailable)
    }

    /// 503 in the platform's error shape for each request that comes while so many others are under way. Nothing is done. Together
    /// with a [latency](Self::latency), requests are under way for a while.
    pub fn busy(most: usize) -> Self {
        Self::new(Effect::Busy(Arc::new(Room { most, taken: AtomicUsize::new(0) })))
    }

    /// An error page in HTML with this status, as a proxy in front of the platform sends it. Nothing is done.
    pub fn html(status: u16) -> Self {
        Self::new(Effect::Html(status))
    }

    /// This status and JSON instead of the platform's answer. Nothing is done, nothing is checked.
    pub fn answer(status: u16, body: Value) -> Self {
        Self::new(Effect::Answer(status, body))
    }

    /// The body breaks off half way. The state has changed.
    pub fn truncated() -> Self {
        Self::new(Effect::Truncated)
    }

    /// The body is not what its content type says. The state has changed.
    pub fn malformed() -> Self {
        Self::new(Effect::Malformed)
    }

    /// The body comes in eight pieces with this pause before each, in the time of `tokio`.
    pub fn slow_body(pause: Duration) -> Self {
        Self::new(Effect::SlowBody(pause))
    }

    /// A redirect with this status, such as 307, to a URL or a path. Nothing is done.
    pub fn redirect(status: u16, to: impl Into<String>) -> Self {
        Self::new(Effect::Redirect(status, to.into()))
    }

    /// Something goes wrong with a connection of a stream of logs or of requests. Other requests are not concerned.
    pub fn stream(fault: StreamFault) -> Self {
        Self::new(Effect::Stream(fault))
    }

    /// Something is odd about the rows of the table of deployments. Other requests are not concerned.
    pub fn deployments(fault: DeploymentFault) -> Self {
        Self::new(Effect::Deployments(fault))
    }

    /// Restricts the fault to these requests: the id of an operation (`create_drain`), a route of the spec
    /// (`POST /v4/drains/organisations/{ownerId}/resources/{resourceId}/drains`), or a path where `*` matches
    /// anything, with or without a method (`GET /v2/*`).
    pub fn on(mut self, requests: impl Into<String>) -> Self {
        self.on = requests.into();
        self
    }

    /// Only this many times. Default: every time.
    pub fn times(mut self, times: u32) -> Self {
        self.left = Some(times);
        self
    }

    /// Sets the probability of the fault, from 0 to 1; the seed determines the affected requests. Default: 1.
    pub fn probability(mut self, probability: f64) -> Self {
        self.probability = probability;
        self
    }

    /// Refuses a fault that cannot happen.
    pub(crate) fn check(&self) -> Result<(), String> {
        let status = match &self.effect {
            Effect::Html(status) | Effect::Answer(status, _) => Some(*status),
            Effect::Stream(StreamFault::Refused { status, .. } | StreamFault::RefusedId { status }) => {
                Some(*status)
            }
            _ => None,
        };
        if let Effect::Redirect(status, to) = &self.effect {
            if !(300..=399).contains(status) {
                return Err(format!(
                    "invalid fault: {status} is not the status of a redirect, use 300 to 399"
                ));
            }
            if HeaderValue::from_str(to).is_err() {
                return Err("invalid fault: the target of the redirect is not a value of a header".to_owned());
            }
        }
        if let Some(status) = status.filter(|status| !(200..=599).contains(status)) {
            return Err(impossible_status(status.into()));
        }
        if !(0.0..=1.0).contains(&self.probability) {
            let given = self.probability;
            return Err(format!("invalid fault: the probability {given} is not between 0 and 1"));
        }
        Ok(())
    }

    fn concerns(&self, request: &Target<'_>) -> bool {
        if let Effect::Stream(fault) = self.effect
            && !(request.streams && (request.resumes || !fault.is_about_resuming()))
        {
            return false;
        }
        if let Effect::Deployments(fault) = self.effect
            && !request.operation.is_some_and(|operation| fault.operations().contains(&operation))
        {
            return false;
        }
        if self.on == "*" || request.operation == Some(self.on.as_str()) {
            return true;
        }
        match self.on.split_once(' ') {
            Some((method, path)) => method == request.method && path_matches(path, request.path),
            None => self.on.starts_with('/') && path_matches(&self.on, request.path),
        }
    }
}

pub(super) fn impossible_status(status: u64) -> String {
    format!("invalid fault: {status} is not the status of an answer, use 200 to 599")
}

/// The request that faults look at.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Target<'a> {
    pub(crate) operation: Option<&'a str>,
    pub(crate) method: &'a str,
    pub(crate) path: &'a str,
    /// `true` for a request of an event stream.
    pub(crate) streams: bool,
    /// `true` if the request names an id to resume from.
    pub(crate) resumes: bool,
}

/// The faults of a sandbox.
#[derive(Debug)]
pub struct Faults {
    plan: Mutex<Plan>,
    /// Most faults at the same time.
    most: usize,
}

/// Faults, and what decides whom those with a probability hit.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Plan {
    seed: u64,
    /// Number of faults ever added.
    added: u64,
    faults: Vec<Planned>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Planned {
    fault: Fault,
    /// Number among all faults that were added.
    number: u64,
    /// Number of requests that it could have hit.
    seen: u64,
}

impl Faults {
    pub(crate) fn new(seed: u64, most: usize) -> Self {
        Self { plan: Mutex::new(Plan { seed, ..Plan::default() }), most }
    }

    pub(crate) fn seed(&self) -> u64 {
        self.lock().seed
    }

    /// The faults as they are now.
    pub(crate) fn stored(&self) -> Plan {
        self.lock().clone()
    }

    /// Replaces all faults.
    pub(crate) fn restore(&self, plan: Plan) {
        *self.lock() = plan;
    }

    /// Adds a fault. Of several that hit one request the first added wins, but for latency, which adds up.
    ///
    /// # Panics
    /// If the fault is impossible (a status of an answer is between 200 and 599, a probability between 0 and 1), or if there are
    /// as many faults as [`Limits::faults`](crate::Limits::faults) says.
    pub fn add(&self, fault: Fault) {
        if let Err(problem) = self.try_add(fault) {
            panic!("{problem}");
        }
    }

    /// Adds a fault, or says why it cannot be added.
    pub(crate) fn try_add(&self, fault: Fault) -> Result<(), String> {
        fault.check()?;
        let mut plan = self.lock();
        if plan.faults.len() >= self.most {
            return Err(format!("could not add the fault: there are {} already, remove some", self.most));
        }
        plan.added += 1;
        let number = plan.added;
        plan.faults.push(Planned { fault, number, seen: 0 });
        Ok(())
    }

    /// Plans faults for this number of consecutive stream connections, each chosen by the seed and survivable
    /// for a client: [`StreamFault::seeded`].
    pub fn plan_streams(&self, seed: u64, connections: u32) {
        for number in 0..connections {
            self.add(Fault::stream(StreamFault::seeded(seed, number.into())).times(1));
        }
    }

    /// Removes all faults.
    pub fn clear(&self) {
        self.lock().faults.clear();
    }

    /// The faults that may still happen.
    pub(crate) fn list(&self) -> Vec<Fault> {
        self.lock().faults.iter().map(|planned| planned.fault.clone()).collect()
    }

    /// Returns the faults of one request: the delay before its answer, the effect, and the places that it takes until its end.
    pub(crate) fn plan(&self, request: &Target<'_>) -> (Duration, Option<Effect>, Vec<Place>) {
        let mut delay = Duration::ZERO;
        let (mut effect, mut places) = (None, Vec::new());
        let mut plan = self.lock();
        let Plan { seed, faults, .. } = &mut *plan;
        for Planned { fault, number, seen } in &mut *faults {
            let latency = if let Effect::Latency(latency) = fault.effect { Some(latency) } else { None };
            if fault.left == Some(0) || !fault.concerns(request) || (latency.is_none() && effect.is_some()) {
                continue;
            }
            if let Effect::Busy(room) = &fault.effect
                && let Some(place) = room.enter()
            {
                places.push(place);
                continue;
            }
            *seen += 1;
            let drawn = mix(*seed, &["fault", &number.to_string(), &seen.to_string()]);
            if !happens(drawn, fault.probability) {
                continue;
            }
            fault.left = fault.left.map(|left| left.saturating_sub(1));
            match latency {
                Some(latency) => delay += latency,
                None => effect = Some(fault.effect.clone()),
            }
        }
        // Those that are used up are gone, so that a long run holds no more than what can still happen.
        faults.retain(|planned| planned.fault.left != Some(0));
        (delay, effect, places)
    }

    fn lock(&self) -> MutexGuard<'_, Plan> {
        self.plan.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Returns `true` if a path matches a pattern: `*` matches anything, `{name}` anything within a segment.
fn path_matches(pattern: &str, path: &str) -> bool {
    let Some(at) = pattern.find(['*', '{']) else { return pattern == path };
    let (before, rest) = pattern.split_at(at);
    let Some(path) = path.strip_prefix(before) else { return false };
    let (rest, reach) = match rest.strip_prefix('*') {
        Some(rest) => (rest, path.len()),
        None => (rest.split_once('}').map_or("", |(_, rest)| rest), path.find('/').unwrap_or(path.len())),
    };
    (0..=reach).rev().any(|end| path.is_char_boundary(end) && path_matches(rest, &path[end..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    const ZONE: Target<'_> = Target {
        operation: Some("get_zone"),
        method: "GET",
        path: "/v4/products/zones/par",
        streams: false,
        resumes: false,
    };

    #[test]
    fn a_fault_is_for_an_operation_a_route_or_a_pattern() {
        for on in
            ["*", "get_zone", "/v4/*", "GET /v4/products/zones/{zoneName}", "/v4/products/zones/par", "*"]
        {
            assert!(Fault::unavailable().on(on).concerns(&ZONE), "{on}");
        }
        for on in ["list_zones", "/v2/*", "POST /v4/*", "/v4/{a}/zones", "/v4/products/zones"] {
            assert!(!Fault::unavailable().on(on).concerns(&ZONE), "{on}");
        }
    }

    #[test]
    fn a_fault_happens_as_often_as_it_says() {
        let faults = Faults::new(0, 1_000);
        faults.add(Fault::unavailable().times(2));
        faults.add(Fault::latency(Duration::from_secs(1)));
        let plans: Vec<_> = (0..3).map(|_| faults.plan(&ZONE)).collect();
        assert!(plans.iter().all(|(delay, ..)| delay.as_secs() == 1));
        assert_eq!(plans.iter().filter(|(_, effect, _)| effect.is_some()).count(), 2);
        assert_eq!(faults.list().len(), 1);
    }

    #[test]
    fn a_fault_that_is_used_up_is_forgotten_and_one_of_no_times_never_happens() {
        let faults = Faults::new(0, 1_000);
        faults.add(Fault::unavailable().times(0));
        faults.add(Fault::html(502).times(1));
        assert!(matches!(faults.plan(&ZONE).1, Some(Effect::Html(502))));
        assert!(faults.plan(&ZONE).1.is_none());
        assert_eq!(faults.list().len(), 0);
    }

    #[test]
    fn a_busy_sandbox_refuses_requests_beyond_those_under_way() {
        let faults = Faults::new(0, 1_000);
        faults.add(Fault::busy(2));
        let under_way = (faults.plan(&ZONE), faults.plan(&ZONE));
        assert!(under_way.0.1.is_none() && under_way.1.1.is_none());
        assert!(matches!(faults.plan(&ZONE).1, Some(Effect::Busy(_))));
        drop(under_way.0);
        let next = faults.plan(&ZONE);
        assert!(next.1.is_none() && faults.plan(&ZONE).1.is_some());
    }

    #[test]
    fn a_fault_of_streams_is_for_streams_and_one_of_resuming_for_those_that_resume() {
        let stream = |resumes| Target { streams: true, resumes, ..ZONE };
        let cut = Fault::stream(StreamFault::AcceptThenClose);
        let refused = Fault::stream(StreamFault::RefusedId { status: 400 });
        assert!(!cut.concerns(&ZONE) && cut.concerns(&stream(false)) && cut.concerns(&stream(true)));
        assert!(!refused.concerns(&stream(false)) && refused.concerns(&stream(true)));
    }

    #[test]
    fn a_probable_fault_hits_the_same_requests_for_the_same_seed() {
        let hits = |seed| {
            let faults = Faults::new(seed, 1_000);
            faults.add(Fault::unavailable().probability(0.5));
            (0..32).map(|_| faults.plan(&ZONE).1.is_some()).collect::<Vec<_>>()
        };
        assert_eq!(hits(1), hits(1));
        assert_ne!(hits(1), hits(2));
        assert!(hits(1).contains(&true) && hits(1).contains(&false));
    }
}
