//! Recipients of drains, and the form in which each takes lines.

use std::net::IpAddr;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::http::{self, Target};
use super::{Entry, syslog};

/// The recipient of a drain.
#[derive(Debug, Clone)]
pub(super) struct Recipient {
    form: Form,
    target: Target,
}

/// The form of a delivery. The platform documents the kinds of recipients; the forms are those that the recipients take.
#[derive(Debug, Clone)]
enum Form {
    /// A request for each line, which is a syslog line.
    Raw,
    /// The bulk API of Elasticsearch, with an index for each day.
    Elasticsearch {
        index: String,
        /// What the path of the bulk API has beyond that of the URL.
        suffix: &'static str,
    },
    /// A JSON array of lines, with the date under a name that the recipient knows.
    Json {
        date: &'static str,
    },
    /// The Log API of New Relic: a JSON array of batches.
    NewRelic,
    SyslogTcp {
        data: String,
    },
    SyslogUdp {
        data: String,
    },
}

impl Recipient {
    /// Reads a recipient of the API. `None` if the sandbox does not deliver to it: it is not on this machine, and `anywhere` is
    /// not set, or its URL names no host.
    pub(super) fn of(wire: &Value, anywhere: bool) -> Option<Self> {
        let text = |name: &str| wire[name].as_str().filter(|text| !text.is_empty());
        let mut target = Target::parse(text("url")?)?;
        if !anywhere && !is_loopback(&target.host) {
            return None;
        }
        let mut header = |name: &'static str, value: String| target.headers.push((name, value));
        if let Some(user) = text("username") {
            let password = text("password").unwrap_or_default();
            header("authorization", format!("Basic {}", STANDARD.encode(format!("{user}:{password}"))));
        }
        let parameters = text("rfc5424StructuredDataParameters");
        let data = || syslog::structured_data(parameters.into_iter().map(str::to_owned));
        let form = match text("type")? {
            "RAW_HTTP" => Form::Raw,
            // The documentation of `clever drain create` asks for `/_bulk` at the end of the URL.
            "ELASTICSEARCH" => Form::Elasticsearch {
                index: text("index")?.to_owned(),
                suffix: if target.path().ends_with("/_bulk") { "" } else { "/_bulk" },
            },
            "DATADOG" => Form::Json { date: "@timestamp" },
            "NEWRELIC" => {
                header("api-key", text("apiKey")?.to_owned());
                Form::NewRelic
            }
            "BETTERSTACK" => {
                header("authorization", format!("Bearer {}", text("sourceToken")?));
                Form::Json { date: "dt" }
            }
            "SYSLOG_TCP" => Form::SyslogTcp { data: data() },
            "SYSLOG_UDP" => Form::SyslogUdp { data: data() },
            "OVH_TCP" => {
                let token = text("token").map(|token| syslog::parameter("X-OVH-TOKEN", token));
                let parameters = parameters.into_iter().map(str::to_owned);
                Form::SyslogTcp { data: syslog::structured_data(parameters.chain(token)) }
            }
            _ => return None,
        };
        Some(Self { form, target })
    }

    /// Sends lines, and waits until the recipient has taken them.
    pub(super) async fn send(&self, lines: &[Entry]) -> Result<(), String> {
        let syslog = |data: &str| lines.iter().map(|line| syslog::line(line, data)).collect::<Vec<_>>();
        match &self.form {
            Form::Raw => http::post_each(&self.target, "text/plain; charset=utf-8", syslog("-")).await,
            Form::Json { date } => {
                let lines: Value = lines.iter().map(|line| document(line, date)).collect();
                http::post(&self.target, "", "application/json", lines.to_string()).await.map(drop)
            }
            Form::NewRelic => {
                let logs: Value = lines.iter().map(new_relic).collect();
                let body = json!([{ "logs": logs }]);
                http::post(&self.target, "", "application/json", body.to_string()).await.map(drop)
            }
            Form::Elasticsearch { index, suffix } => {
                let mut bulk = String::new();
                for line in lines {
                    let day = line.date.strftime("%Y-%m-%d");
                    let action = json!({ "index": { "_index": format!("{index}-{day}") } });
                    bulk.push_str(&format!("{action}\n{}\n", document(line, "@timestamp")));
                }
                let answer = http::post(&self.target, suffix, "application/x-ndjson", bulk).await?;
                let answer: Value = serde_json::from_slice(&answer).unwrap_or_default();
                if answer["errors"] == true {
                    Err("the server refused some of the lines".to_owned())
                } else {
                    Ok(())
                }
            }
            Form::SyslogTcp { data } => syslog::over_tcp(&self.target, syslog(data)).await,
            Form::SyslogUdp { data } => syslog::over_udp(&self.target, syslog(data)).await,
        }
    }
}

/// A line as JSON, with its date under this name.
fn document(line: &Entry, date: &str) -> Value {
    let mut document = line.value.clone();
    document[date] = line.date.to_string().into();
    document["resourceId"] = line.resource.as_str().into();
    document["message"] = line.text().into();
    document
}

/// A line of a batch of New Relic: all but the date and the message are attributes.
fn new_relic(line: &Entry) -> Value {
    let mut attributes = line.value.clone();
    attributes["resourceId"] = line.resource.as_str().into();
    if let Some(attributes) = attributes.as_object_mut() {
        attributes.remove("message");
    }
    json!({ "timestamp": line.date.as_millisecond(), "message": line.text(), "attributes": attributes })
}

fn is_loopback(host: &str) -> bool {
    let host = host.trim_start_matches('[').trim_end_matches(']');
    host.eq_ignore_ascii_case("localhost") || host.parse().is_ok_and(|ip: IpAddr| ip.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_recipients_on_this_machine_are_delivered_to_unless_others_are_asked_for() {
        let recipient = |url: &str, anywhere| {
            Recipient::of(&json!({ "type": "RAW_HTTP", "url": url }), anywhere).is_some()
        };
        for url in ["http://127.0.0.1:9/x", "http://me:pw@localhost/", "http://[::1]:80", "http://127.8.8.8"]
        {
            assert!(recipient(url, false), "{url}");
        }
        for url in [
            "http://logs.example",
            "http://127.0.0.1.example",
            "http://10.0.0.1",
            "http://localhost.example",
            "http://localhost@logs.example",
        ] {
            assert!(!recipient(url, false) && recipient(url, true), "{url}");
        }
        assert!(!recipient("nonsense", true));
    }

    #[test]
    fn every_kind_of_the_api_is_delivered_to() {
        // The route table is made from the spec, and lists the kinds that it knows.
        let routes = include_str!("../generated/routes.json");
        let (_, recipient) = routes.split_once("\"drain.DrainRecipient\":").unwrap();
        let (_, kinds) = recipient.split_once("\"not\":{\"enum\":").unwrap();
        let (kinds, _) = kinds.split_once('}').unwrap();
        let kinds: Vec<String> = serde_json::from_str(kinds).unwrap();
        assert!(kinds.len() >= 8, "{kinds:?}");
        for kind in kinds {
            let wire = json!({ "type": kind, "url": "http://127.0.0.1:9", "index": "i", "apiKey": "k", "sourceToken": "t" });
            assert!(Recipient::of(&wire, false).is_some(), "{kind}");
        }
    }
}
