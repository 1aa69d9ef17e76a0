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
    },
    /// A JSON array of lines.
    Json,
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
        let data = || {
            text("rfc5424StructuredDataParameters").map_or_else(|| "-".to_owned(), |data| format!("[{data}]"))
        };
        let form = match text("type")? {
            "RAW_HTTP" => Form::Raw,
            "ELASTICSEARCH" => Form::Elasticsearch { index: text("index")?.to_owned() },
            "DATADOG" => Form::Json,
            "NEWRELIC" => {
                header("api-key", text("apiKey")?.to_owned());
                Form::Json
            }
            "BETTERSTACK" => {
                header("authorization", format!("Bearer {}", text("sourceToken")?));
                Form::Json
            }
            "SYSLOG_TCP" => Form::SyslogTcp { data: data() },
            "SYSLOG_UDP" => Form::SyslogUdp { data: data() },
            "OVH_TCP" => Form::SyslogTcp {
                data: text("token").map_or_else(data, |token| format!("[sandbox@0 X-OVH-TOKEN=\"{token}\"]")),
            },
            _ => return None,
        };
        Some(Self { form, target })
    }

    /// Sends lines, and waits until the recipient has taken them.
    pub(super) async fn send(&self, lines: &[Entry]) -> Result<(), String> {
        let syslog = |data: &str| lines.iter().map(|line| syslog::line(line, data)).collect::<Vec<_>>();
        match &self.form {
            Form::Raw => http::post_each(&self.target, "text/plain; charset=utf-8", syslog("-")).await,
            Form::Json => {
                let lines: Value = lines.iter().map(document).collect();
                http::post(&self.target, "", "application/json", lines.to_string()).await.map(drop)
            }
            Form::Elasticsearch { index } => {
                let mut bulk = String::new();
                for line in lines {
                    let day = line.date.strftime("%Y-%m-%d");
                    let action = json!({ "index": { "_index": format!("{index}-{day}") } });
                    bulk.push_str(&format!("{action}\n{}\n", document(line)));
                }
                let answer = http::post(&self.target, "/_bulk", "application/x-ndjson", bulk).await?;
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

/// A line as JSON.
fn document(line: &Entry) -> Value {
    let mut document = line.value.clone();
    document["@timestamp"] = line.date.to_string().into();
    document["resourceId"] = line.resource.as_str().into();
    document["message"] = line.text().into();
    document
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
}
