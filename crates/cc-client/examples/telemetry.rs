//! Traces and metrics with OpenTelemetry: the spans of a command whose first attempt fails, and the durations of its attempts.
//!
//! It runs against a sandbox in this very process. A real program takes the exporters of `opentelemetry-otlp` in place of those that
//! keep everything in memory.

#![allow(clippy::print_stdout)] // An example shows its results.

use cc_client::commands::zone::GetZone;
use cc_client::runtime::transport::observe::{AttemptEnd, AttributeValue, DurationMetric, Observer};
use cc_client::{Client, Credentials};
use cc_sandbox::{Fault, Sandbox};
use opentelemetry::metrics::{Histogram, MeterProvider};
use opentelemetry::propagation::{Injector, TextMapPropagator};
use opentelemetry::trace::{SpanId, TracerProvider};
use opentelemetry::{KeyValue, Value};
use opentelemetry_sdk::metrics::data::{AggregatedMetrics, MetricData};
use opentelemetry_sdk::metrics::{InMemoryMetricExporter, PeriodicReader, SdkMeterProvider};
use opentelemetry_sdk::propagation::TraceContextPropagator;
use opentelemetry_sdk::trace::{InMemorySpanExporter, SdkTracerProvider, SpanData};
use tracing_opentelemetry::OpenTelemetrySpanExt;
use tracing_subscriber::layer::SubscriberExt;

/// Records the duration of each attempt.
#[derive(Debug)]
struct Durations(Histogram<f64>);

impl Observer for Durations {
    fn on_attempt_end(&self, attempt: &AttemptEnd<'_>) {
        let metric = attempt.duration_metric();
        let attributes: Vec<KeyValue> = metric
            .attributes()
            .map(|(name, value)| match value {
                AttributeValue::Number(number) => KeyValue::new(name, number),
                AttributeValue::Text(text) => KeyValue::new(name, text.to_owned()),
                _ => KeyValue::new(name, format!("{value:?}")),
            })
            .collect();
        self.0.record(metric.value, &attributes);
    }
}

/// Writes the context of a trace to the headers of a request.
struct Headers<'a>(&'a mut http::HeaderMap);

impl Injector for Headers<'_> {
    fn set(&mut self, name: &str, value: String) {
        if let (Ok(name), Ok(value)) = (http::HeaderName::try_from(name), http::HeaderValue::try_from(value))
        {
            self.0.insert(name, value);
        }
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let spans = InMemorySpanExporter::default();
    let tracers = SdkTracerProvider::builder().with_simple_exporter(spans.clone()).build();
    let layer = tracing_opentelemetry::layer().with_tracer(tracers.tracer("telemetry"));
    // Only fields that the SDK sets.
    let layer =
        layer.with_location(false).with_threads(false).with_tracked_inactivity(false).with_target(false);
    tracing::subscriber::set_global_default(tracing_subscriber::registry().with(layer))?;

    let metrics = InMemoryMetricExporter::default();
    let reader = PeriodicReader::builder(metrics.clone()).build();
    let meters = SdkMeterProvider::builder().with_reader(reader).build();
    let histogram = meters
        .meter("telemetry")
        .f64_histogram(DurationMetric::NAME)
        .with_unit(DurationMetric::UNIT)
        .with_description(DurationMetric::DESCRIPTION)
        .with_boundaries(DurationMetric::BUCKETS.to_vec())
        .build();

    let sandbox = Sandbox::start().await;
    let client = Client::builder()
        .credentials(Credentials::api_token(sandbox.api_token()))
        .endpoint(sandbox.url())
        .user_agent("telemetry/1.0")
        .observer(Durations(histogram))
        .propagate(|span, headers| {
            TraceContextPropagator::new().inject_context(&span.context(), &mut Headers(headers));
        })
        .build()?;

    sandbox.faults().add(Fault::unavailable().on("get_zone").times(1));
    let zone = client.send(GetZone::new("par")).await?;
    println!("{} is in {}\n", zone.name, zone.country);

    show_trace(&spans.get_finished_spans()?, SpanId::INVALID, 0);
    meters.force_flush()?;
    for resource in metrics.get_finished_metrics()? {
        for metric in resource.scope_metrics().flat_map(|scope| scope.metrics()) {
            let AggregatedMetrics::F64(MetricData::Histogram(histogram)) = metric.data() else { continue };
            println!("\n{} [{}]", metric.name(), metric.unit());
            let points = histogram.data_points();
            let mut points: Vec<String> =
                points.map(|point| format!("  {} x {}", point.count(), fields(point.attributes()))).collect();
            points.sort();
            println!("{}", points.join("\n"));
        }
    }
    Ok(())
}

/// Prints the spans below this one, in the order of their start.
fn show_trace(spans: &[SpanData], parent: SpanId, depth: usize) {
    let mut children: Vec<_> = spans.iter().filter(|span| span.parent_span_id == parent).collect();
    children.sort_by_key(|span| span.start_time);
    for span in children {
        println!("{:indent$}{:?} {}", "", span.span_kind, span.name, indent = 2 * depth);
        println!("{:indent$}{}", "", fields(span.attributes.iter()), indent = 2 * depth + 4);
        show_trace(spans, span.span_context.span_id(), depth + 1);
    }
}

/// The attributes on one line, without the port of the sandbox, which differs each time.
fn fields<'a>(attributes: impl Iterator<Item = &'a KeyValue>) -> String {
    let is_stable = |field: &&KeyValue| !matches!(field.key.as_str(), "url.full" | "server.port");
    let shown = |field: &KeyValue| match &field.value {
        Value::String(text) => format!("{}={text}", field.key),
        value => format!("{}={value}", field.key),
    };
    let mut fields: Vec<String> = attributes.filter(is_stable).map(shown).collect();
    fields.sort();
    fields.join(" ")
}
