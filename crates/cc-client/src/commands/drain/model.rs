//! Inputs and outputs of the commands of drains.

use crate::declare::model;
use cc_api_drain::types as wire;
use cc_runtime::{DrainId, ResourceId, Secret, ServiceUrl, Timestamp};
use serde::{Deserialize, Serialize};

pub use wire::{DrainBacklog, DrainExecution, DrainExecutionState, DrainKind, DrainState, TlsVerification};

model! {
    /// A copy of the logs of one resource, and where it goes.
    pub struct LogDrain: |wire: wire::Drain| {
        /// Id of the drain.
        id: DrainId = wire.id,
        /// The application, or the add-on by its real id, whose logs it sends.
        application_id: Option<ResourceId> = wire.resource_id,
        /// Date of the latest state change.
        updated_at: Option<Timestamp> = wire.status.date,
        /// State of the drain.
        status: DrainState = wire.status.status,
        /// Id of the user who last changed the state.
        updated_by: Option<String> = wire.status.author_id,
        /// Reason of the failure of the latest state change.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        error_reason: Option<String> = wire.status.error_reason,
        /// Logs that the drain sends.
        kind: DrainKind = wire.kind,
        /// Recipient of the logs. The platform masks passwords. Empty if the platform does not send it in a
        /// readable form.
        #[serde(default, skip_serializing_if = "cc_runtime::de::is_default")]
        target: LogDrainTarget = wire.recipient.into(),
        /// Progress of the delivery.
        execution: Option<DrainExecution> = wire.execution,
        /// Numbers of sent and unsent log lines.
        backlog: Option<DrainBacklog> = wire.backlog,
    }
}

crate::declare::ids_of! { LogDrain { id => DrainId } }

cc_runtime::open_union! {
    /// Recipient of the logs.
    #[tag = "type"]
    pub enum LogDrainTarget {
        /// A server that gets each log line in an HTTP request.
        RawHttp(HttpTarget) = "RAW_HTTP",
        /// A syslog server, over TCP.
        SyslogTcp(SyslogTarget) = "SYSLOG_TCP",
        /// A syslog server, over UDP.
        SyslogUdp(SyslogTarget) = "SYSLOG_UDP",
        /// Datadog.
        Datadog(DatadogTarget) = "DATADOG",
        /// An Elasticsearch server.
        Elasticsearch(ElasticsearchTarget) = "ELASTICSEARCH",
        /// New Relic.
        NewRelic(NewRelicTarget) = "NEWRELIC",
        /// OVHcloud Logs Data Platform.
        OvhTcp(OvhTarget) = "OVH_TCP",
        /// Better Stack. Source: the official CLI.
        BetterStack(BetterStackTarget) = "BETTERSTACK",
    }
}

/// Declares the target structs: same derives, camelCase in JSON, nothing unknown.
macro_rules! targets {
    ($($(#[$doc:meta])* $name:ident { $($(#[$fdoc:meta])* $field:ident: $ty:ty),+ $(,)? })+) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
        #[cfg_attr(feature = "catalog", derive(schemars::JsonSchema))]
        #[serde(rename_all = "camelCase", deny_unknown_fields)]
        pub struct $name {
            $($(#[$fdoc])* pub $field: $ty,)+
        }
    )+};
}

targets! {
    /// A server that gets each log line in an HTTP request.
    HttpTarget {
        /// Address of the server.
        url: ServiceUrl,
        /// For HTTP Basic authentication.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        credentials: Option<BasicCredentials>,
    }
    /// A syslog server.
    SyslogTarget {
        /// Address of the server.
        url: ServiceUrl,
        /// Structured data (RFC 5424) put into each line. It often holds a token.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        structured_data_parameters: Option<Secret>,
    }
    /// Datadog.
    DatadogTarget {
        /// Address of the intake, which may hold an API key.
        url: Secret,
    }
    /// An Elasticsearch server.
    ElasticsearchTarget {
        /// Address of the server.
        url: ServiceUrl,
        /// For HTTP Basic authentication.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        credentials: Option<BasicCredentials>,
        /// Name of the index. The platform asks for one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        index_prefix: Option<String>,
        /// Verification of the server's certificate. Default: on.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        tls_verification: Option<TlsVerification>,
    }
    /// New Relic.
    NewRelicTarget {
        /// Address of the intake.
        url: ServiceUrl,
        /// API key.
        api_key: Secret,
    }
    /// OVHcloud Logs Data Platform.
    OvhTarget {
        /// Address of the input.
        url: ServiceUrl,
        /// Token of the data stream.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        token: Option<Secret>,
        /// Structured data (RFC 5424) put into each line. It often holds a token.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        structured_data_parameters: Option<Secret>,
    }
    /// Better Stack.
    BetterStackTarget {
        /// Address of the intake.
        url: ServiceUrl,
        /// Token of the source, sent as a bearer token.
        source_token: Secret,
    }
    /// A user name and a password, each optional on its own.
    #[derive(Default)]
    BasicCredentials {
        /// The user name.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        username: Option<String>,
        /// The password. The platform masks it in answers.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        password: Option<Secret>,
    }
}

impl BasicCredentials {
    /// A user name and a password.
    pub fn new(username: impl Into<String>, password: impl Into<Secret>) -> Self {
        Self { username: Some(username.into()), password: Some(password.into()) }
    }
}

impl LogDrainTarget {
    /// Converts the recipient to the wire format.
    pub(super) fn into_wire(self) -> wire::DrainRecipient {
        fn split(credentials: Option<BasicCredentials>) -> (Option<String>, Option<Secret>) {
            credentials.map_or((None, None), |basic| (basic.username, basic.password))
        }
        match self {
            Self::RawHttp(target) => {
                let mut recipient = wire::RawHttpRecipient::new(target.url);
                (recipient.username, recipient.password) = split(target.credentials);
                recipient.into()
            }
            Self::SyslogTcp(target) => {
                let mut recipient = wire::SyslogTcpRecipient::new(target.url);
                recipient.rfc5424_structured_data_parameters = target.structured_data_parameters;
                recipient.into()
            }
            Self::SyslogUdp(target) => {
                let mut recipient = wire::SyslogUdpRecipient::new(target.url);
                recipient.rfc5424_structured_data_parameters = target.structured_data_parameters;
                recipient.into()
            }
            Self::Datadog(target) => wire::DatadogRecipient::new(target.url).into(),
            Self::Elasticsearch(target) => {
                let mut recipient =
                    wire::ElasticsearchRecipient::new(target.url, target.index_prefix.unwrap_or_default());
                (recipient.username, recipient.password) = split(target.credentials);
                recipient.tls_verification = target.tls_verification;
                recipient.into()
            }
            Self::NewRelic(target) => wire::NewRelicRecipient::new(target.url, target.api_key).into(),
            Self::OvhTcp(target) => {
                let mut recipient = wire::OvhTcpRecipient::new(target.url);
                recipient.token = target.token;
                recipient.rfc5424_structured_data_parameters = target.structured_data_parameters;
                recipient.into()
            }
            Self::BetterStack(target) => {
                wire::BetterStackRecipient::new(target.url, target.source_token).into()
            }
            Self::Unknown(unknown) => wire::DrainRecipient::Unknown(unknown),
        }
    }
}

impl From<wire::DrainRecipient> for LogDrainTarget {
    fn from(wire: wire::DrainRecipient) -> Self {
        // The platform writes an empty text for an absent value.
        fn join(username: Option<String>, password: Option<Secret>) -> Option<BasicCredentials> {
            let username = username.filter(|name| !name.is_empty());
            let password = password.filter(|password| !password.is_empty());
            let is_given = username.is_some() || password.is_some();
            is_given.then_some(BasicCredentials { username, password })
        }
        let given = |secret: Option<Secret>| secret.filter(|secret| !secret.is_empty());
        match wire {
            wire::DrainRecipient::RawHttp(to) => {
                Self::RawHttp(HttpTarget { url: to.url, credentials: join(to.username, to.password) })
            }
            wire::DrainRecipient::SyslogTcp(to) => Self::SyslogTcp(SyslogTarget {
                url: to.url,
                structured_data_parameters: given(to.rfc5424_structured_data_parameters),
            }),
            wire::DrainRecipient::SyslogUdp(to) => Self::SyslogUdp(SyslogTarget {
                url: to.url,
                structured_data_parameters: given(to.rfc5424_structured_data_parameters),
            }),
            wire::DrainRecipient::Datadog(to) => Self::Datadog(DatadogTarget { url: to.url }),
            wire::DrainRecipient::Elasticsearch(to) => Self::Elasticsearch(ElasticsearchTarget {
                url: to.url,
                credentials: join(to.username, to.password),
                index_prefix: Some(to.index).filter(|index| !index.is_empty()),
                tls_verification: to.tls_verification,
            }),
            wire::DrainRecipient::Newrelic(to) => {
                Self::NewRelic(NewRelicTarget { url: to.url, api_key: to.api_key })
            }
            wire::DrainRecipient::OvhTcp(to) => Self::OvhTcp(OvhTarget {
                url: to.url,
                token: given(to.token),
                structured_data_parameters: given(to.rfc5424_structured_data_parameters),
            }),
            wire::DrainRecipient::Betterstack(to) => {
                Self::BetterStack(BetterStackTarget { url: to.url, source_token: to.source_token })
            }
            wire::DrainRecipient::Unknown(unknown) => Self::Unknown(unknown),
            // The wire type grows with the spec: a variant without a counterpart keeps its JSON.
            other => Self::Unknown(cc_runtime::UnknownVariant::new(
                cc_runtime::expose_secrets(|| serde_json::to_value(other)).unwrap_or_default(),
            )),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    /// Each recipient with each subset of its optional fields, and one that this version does not know.
    fn recipients() -> Vec<Value> {
        let variants = [
            (json!({"type": "RAW_HTTP", "url": "https://h"}), vec![("username", "u"), ("password", "p")]),
            (json!({"type": "SYSLOG_TCP", "url": "tcp://h"}), vec![("rfc5424StructuredDataParameters", "x")]),
            (json!({"type": "SYSLOG_UDP", "url": "udp://h"}), vec![("rfc5424StructuredDataParameters", "x")]),
            (json!({"type": "DATADOG", "url": "https://h"}), vec![]),
            (
                json!({"type": "ELASTICSEARCH", "url": "https://h", "index": "i"}),
                vec![("username", "u"), ("password", "p"), ("tlsVerification", "TRUSTFUL")],
            ),
            (json!({"type": "NEWRELIC", "url": "https://h", "apiKey": "k"}), vec![]),
            (
                json!({"type": "OVH_TCP", "url": "tcp://h"}),
                vec![("token", "t"), ("rfc5424StructuredDataParameters", "x")],
            ),
            (json!({"type": "CARRIER_PIGEON", "loft": [4, null]}), vec![]),
        ];
        let mut all = Vec::new();
        for (recipient, optional) in variants {
            for subset in 0..1_u32 << optional.len() {
                let mut recipient = recipient.clone();
                for (at, (name, value)) in optional.iter().enumerate() {
                    if subset & 1 << at != 0 {
                        recipient[*name] = json!(value);
                    }
                }
                all.push(recipient);
            }
        }
        all
    }

    #[test]
    fn a_recipient_is_sent_back_as_it_was_read() {
        for recipient in recipients() {
            let wire: wire::DrainRecipient = serde_json::from_value(recipient.clone()).unwrap();
            let target = LogDrainTarget::from(wire);
            let json = cc_runtime::expose_secrets(|| serde_json::to_value(&target)).unwrap();
            let read: LogDrainTarget = serde_json::from_value(json).unwrap();
            assert_eq!(read, target);
            let written = cc_runtime::expose_secrets(|| serde_json::to_value(read.into_wire()));
            assert_eq!(written.unwrap(), recipient);
        }
    }

    #[test]
    fn the_reason_of_a_failed_change_is_given() {
        let drain = json!({"id": "drain_1", "status": {"status": "DISABLED", "errorReason": "no such host"}});
        let drain = LogDrain::from(serde_json::from_value::<wire::Drain>(drain).unwrap());
        assert_eq!(serde_json::to_value(&drain).unwrap()["errorReason"], "no such host");
    }

    #[test]
    fn a_drain_may_lack_all_but_its_own_id() {
        for drain in [
            json!({"id": "drain_1", "status": {"id": null, "status": "ENABLED"}, "recipient": {"type": "DATADOG"}}),
            json!({"id": "drain_1", "status": {"status": "ENABLED"}, "recipient": {"type": "NEWRELIC", "apiKey": null}}),
            json!({"id": "drain_1", "status": null, "recipient": null}),
        ] {
            let drain: wire::Drain = serde_json::from_value(drain).unwrap();
            assert_eq!(LogDrain::from(drain).id.as_str(), "drain_1");
        }
        assert!(serde_json::from_value::<wire::Drain>(json!({"status": {"id": "s"}})).is_err());
    }
}
