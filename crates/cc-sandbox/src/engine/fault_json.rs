//! Faults as JSON, as the control routes and snapshots have them.

use std::time::Duration;

use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Value, json};

use super::faults::{Effect, Fault, impossible_status};

impl Serialize for Fault {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        described(self).serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Fault {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        read(&Value::deserialize(deserializer)?).map_err(D::Error::custom)
    }
}

/// Reads a fault from JSON.
fn read(body: &Value) -> Result<Fault, String> {
    let number = |name: &str| {
        let effect = body["effect"].as_str().unwrap_or_default();
        body[name].as_u64().ok_or_else(|| format!("`{effect}` needs `{name}`, a whole number"))
    };
    let status =
        || number("status").and_then(|status| u16::try_from(status).map_err(|_| impossible_status(status)));
    let mut fault = match body["effect"].as_str().unwrap_or_default() {
        "latency" => Fault::latency(Duration::from_millis(number("ms")?)),
        "reset-before" => Fault::reset_before(),
        "reset-after" => Fault::reset_after(),
        "too-many-requests" => Fault::too_many_requests(Duration::from_secs(number("seconds")?)),
        "unavailable" => Fault::unavailable(),
        "busy" => Fault::busy(usize::try_from(number("most")?).map_err(|error| error.to_string())?),
        "html" => Fault::html(status()?),
        "answer" => Fault::answer(status()?, body["body"].clone()),
        "redirect" => {
            let to = body["to"].as_str().ok_or("`redirect` needs `to`, a URL or a path")?;
            Fault::redirect(status()?, to)
        }
        "truncated" => Fault::truncated(),
        "malformed" => Fault::malformed(),
        "slow-body" => Fault::slow_body(Duration::from_millis(number("ms")?)),
        "stream" => Fault::stream(
            serde_json::from_value(body["fault"].clone())
                .map_err(|error| format!("invalid `fault` of streams: {error}"))?,
        ),
        "deployments" => Fault::deployments(
            serde_json::from_value(body["fault"].clone())
                .map_err(|error| format!("invalid `fault` of deployments: {error}"))?,
        ),
        other => return Err(format!("unknown effect of a fault: `{other}`")),
    };
    match &body["on"] {
        Value::Null => {}
        Value::String(on) => fault = fault.on(on.as_str()),
        _ => return Err("`on` is the id of an operation, a path or `*`".to_owned()),
    }
    if !body["times"].is_null() {
        fault = fault.times(u32::try_from(number("times")?).map_err(|error| error.to_string())?);
    }
    if !body["probability"].is_null() {
        let probability = body["probability"].as_f64();
        fault = fault.probability(probability.ok_or("`probability` is a number between 0 and 1")?);
    }
    fault.check()?;
    // The description has every field that the effect takes.
    let known = described(&fault);
    let unknown = body.as_object().into_iter().flatten().map(|(name, _)| name);
    if let Some(name) =
        unknown.into_iter().find(|name| known.get(name.as_str()).is_none() && *name != "times")
    {
        let effect = body["effect"].as_str().unwrap_or_default();
        return Err(format!("unknown field `{name}` of the fault `{effect}`"));
    }
    Ok(fault)
}

fn described(fault: &Fault) -> Value {
    let mut described = match &fault.effect {
        Effect::Latency(delay) => json!({ "effect": "latency", "ms": delay.as_millis() as u64 }),
        Effect::ResetBefore => json!({ "effect": "reset-before" }),
        Effect::ResetAfter => json!({ "effect": "reset-after" }),
        Effect::TooManyRequests(after) => {
            json!({ "effect": "too-many-requests", "seconds": after.as_secs() })
        }
        Effect::Unavailable => json!({ "effect": "unavailable" }),
        Effect::Busy(room) => json!({ "effect": "busy", "most": room.most() }),
        Effect::Html(status) => json!({ "effect": "html", "status": status }),
        Effect::Answer(status, body) => json!({ "effect": "answer", "status": status, "body": body }),
        Effect::Truncated => json!({ "effect": "truncated" }),
        Effect::Malformed => json!({ "effect": "malformed" }),
        Effect::Stream(fault) => json!({ "effect": "stream", "fault": fault }),
        Effect::Deployments(fault) => json!({ "effect": "deployments", "fault": fault }),
        Effect::Redirect(status, to) => json!({ "effect": "redirect", "status": status, "to": to }),
        Effect::SlowBody(pause) => json!({ "effect": "slow-body", "ms": pause.as_millis() as u64 }),
    };
    described["on"] = fault.on.as_str().into();
    described["probability"] = fault.probability.into();
    if let Some(left) = fault.left {
        described["times"] = left.into();
    }
    described
}
