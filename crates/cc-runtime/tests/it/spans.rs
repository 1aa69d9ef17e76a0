//! A subscriber that keeps spans with their fields and parents.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex};

use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::subscriber::DefaultGuard;
use tracing::{Subscriber, subscriber};
use tracing_subscriber::layer::{Context, Layer, SubscriberExt};
use tracing_subscriber::registry::{LookupSpan, Registry};

/// A span that was created.
#[derive(Debug, Clone, Default)]
pub struct Seen {
    id: u64,
    pub parent: Option<String>,
    pub fields: BTreeMap<&'static str, String>,
    pub closed: bool,
}

impl Seen {
    pub fn name(&self) -> &str {
        self.get("otel.name").unwrap_or_default()
    }

    pub fn get(&self, field: &str) -> Option<&str> {
        self.fields.get(field).map(String::as_str)
    }

    pub fn is_client(&self) -> bool {
        self.get("otel.kind") == Some("client")
    }
}

/// Keeps the spans of this thread.
#[derive(Debug, Clone, Default)]
pub struct Spans(Arc<Mutex<Vec<Seen>>>);

impl Spans {
    pub fn listen() -> (Self, DefaultGuard) {
        // Somebody listens to everything all the time: what another test meets first is not turned off for this one.
        static ALWAYS: std::sync::Once = std::sync::Once::new();
        ALWAYS.call_once(|| {
            let _ = subscriber::set_global_default(Registry::default());
        });
        let spans = Self::default();
        let guard = subscriber::set_default(Registry::default().with(spans.clone()));
        (spans, guard)
    }

    /// All spans, in the order in which they began.
    pub fn all(&self) -> Vec<Seen> {
        self.0.lock().unwrap().clone()
    }

    /// The spans of kind `client`.
    pub fn clients(&self) -> Vec<Seen> {
        self.all().into_iter().filter(Seen::is_client).collect()
    }

    fn change(&self, id: &Id, change: impl FnOnce(&mut Seen)) {
        let mut all = self.0.lock().unwrap();
        change(all.iter_mut().rev().find(|seen| seen.id == id.into_u64() && !seen.closed).unwrap());
    }
}

struct Visitor<'a>(&'a mut BTreeMap<&'static str, String>);

impl Visit for Visitor<'_> {
    fn record_str(&mut self, field: &Field, value: &str) {
        self.0.insert(field.name(), value.to_owned());
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.0.insert(field.name(), format!("{value:?}"));
    }
}

impl<S: Subscriber + for<'a> LookupSpan<'a>> Layer<S> for Spans {
    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, cx: Context<'_, S>) {
        let mut seen = Seen { id: id.into_u64(), ..Seen::default() };
        attributes.record(&mut Visitor(&mut seen.fields));
        let parent = cx.span(id).unwrap().parent().map(|parent| parent.id().into_u64());
        let mut all = self.0.lock().unwrap();
        let parent = parent.and_then(|id| all.iter().rev().find(|seen| seen.id == id && !seen.closed));
        seen.parent = parent.map(|parent| parent.name().to_owned());
        all.push(seen);
    }

    fn on_record(&self, id: &Id, values: &Record<'_>, _: Context<'_, S>) {
        self.change(id, |seen| values.record(&mut Visitor(&mut seen.fields)));
    }

    fn on_close(&self, id: Id, _: Context<'_, S>) {
        self.change(&id, |seen| seen.closed = true);
    }
}
