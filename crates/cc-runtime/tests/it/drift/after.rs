//! Types of the domain, one a schema, in name order.

use serde::Serialize;

/// Better Stack.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct BetterStackRecipient {
    /// Address of the intake.
    #[serde(default)]
    pub url: cc_runtime::ServiceUrl,
    /// Token of the source, sent as a bearer token.
    #[serde(rename = "sourceToken", default)]
    pub source_token: cc_runtime::Secret,
}

cc_runtime::__fields_of! {
    BetterStackRecipient {
        0: url = "url", expected;
        1: source_token = "sourceToken", expected;
    }
}

impl BetterStackRecipient {
    /// Creates the value from its required fields.
    #[must_use]
    #[allow(clippy::new_without_default)]
    pub fn new(url: impl Into<cc_runtime::ServiceUrl>, source_token: impl Into<cc_runtime::Secret>) -> Self {
        Self {
            url: url.into(),
            source_token: source_token.into(),
        }
    }
}

/// Datadog.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct DatadogRecipient {
    /// Address of the intake. It may hold an API key.
    #[serde(default)]
    pub url: cc_runtime::Secret,
}

cc_runtime::__fields_of! {
    DatadogRecipient {
        0: url = "url", expected;
    }
}

impl DatadogRecipient {
    /// Creates the value from its required fields.
    #[must_use]
    #[allow(clippy::new_without_default)]
    pub fn new(url: impl Into<cc_runtime::Secret>) -> Self {
        Self {
            url: url.into(),
        }
    }
}

/// A drain: the logs of one resource and their recipient.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Drain {
    /// Id of a drain: `drain_…`.
    pub id: cc_runtime::DrainId,
    /// Owner of the drain.
    #[serde(rename = "tenantId", default, skip_serializing_if = "cc_runtime::de::is_default")]
    pub tenant_id: cc_runtime::OwnerId,
    /// Id of the application or add-on whose logs are sent.
    #[serde(rename = "resourceId", default, skip_serializing_if = "Option::is_none")]
    pub resource_id: Option<cc_runtime::ResourceId>,
    /// Logs that a drain sends: the program output, the HTTP accesses, or the audit logs.
    #[serde(default)]
    pub kind: DrainKind,
    /// Recipient of the logs. Passwords are masked.
    #[serde(default, skip_serializing_if = "cc_runtime::de::is_default")]
    pub recipient: DrainRecipient,
    /// Latest state change of a drain.
    #[serde(default)]
    pub status: DrainStatus,
    /// Progress of the delivery of a drain.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub execution: Option<DrainExecution>,
    /// Numbers of sent and unsent log lines of a drain.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub backlog: Option<DrainBacklog>,
    /// Field of answers that no source documents.
    #[serde(default)]
    pub labels: Vec<serde_json::Value>,
    /// Field of answers that no source documents.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub priority: Option<i64>,
    /// Field of answers that no source documents.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scope: Option<serde_json::Value>,
}

cc_runtime::__fields_of! {
    Drain {
        0: id = "id", required;
        1: tenant_id = "tenantId", expected;
        2: resource_id = "resourceId", optional;
        3: kind = "kind", expected;
        4: recipient = "recipient", expected;
        5: status = "status", expected;
        6: execution = "execution", optional;
        7: backlog = "backlog", optional;
        8: labels = "labels", list;
        9: priority = "priority", optional;
        10: scope = "scope", optional;
    }
}

cc_runtime::__ids_of! { Drain { id => DrainId } }

/// Numbers of sent and unsent log lines of a drain.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct DrainBacklog {
    /// Number of unsent log lines.
    #[serde(rename = "msgBacklog", default, skip_serializing_if = "Option::is_none")]
    pub msg_backlog: Option<i64>,
    /// Number of log lines sent per second.
    #[serde(rename = "msgRateOut", default)]
    pub msg_rate_out: f64,
    /// Number of bytes sent per second.
    #[serde(rename = "msgThroughputOut", default)]
    pub msg_throughput_out: f64,
}

cc_runtime::__fields_of! {
    DrainBacklog {
        0: msg_backlog = "msgBacklog", optional;
        1: msg_rate_out = "msgRateOut", expected;
        2: msg_throughput_out = "msgThroughputOut", expected;
    }
}

/// A drain to create.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct DrainCreation {
    /// Logs that a drain sends: the program output, the HTTP accesses, or the audit logs.
    pub kind: DrainKind,
    /// The service that receives the logs.
    pub recipient: DrainRecipient,
}

cc_runtime::__fields_of! {
    DrainCreation {
        0: kind = "kind", required;
        1: recipient = "recipient", required;
    }
}

impl DrainCreation {
    /// Creates the value from its required fields.
    #[must_use]
    #[allow(clippy::new_without_default)]
    pub fn new(kind: impl Into<DrainKind>, recipient: impl Into<DrainRecipient>) -> Self {
        Self {
            kind: kind.into(),
            recipient: recipient.into(),
        }
    }
}

/// Progress of the delivery of a drain.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct DrainExecution {
    /// State of the delivery of a drain.
    #[serde(default)]
    pub status: DrainExecutionState,
    /// Number of the current delivery attempt.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attempt: Option<String>,
    /// Number of attempts after which the drain gives up.
    #[serde(rename = "maxAttempt", default, skip_serializing_if = "Option::is_none")]
    pub max_attempt: Option<i64>,
    /// Date of the latest attempt.
    #[serde(rename = "lastAttemptAt", default, skip_serializing_if = "Option::is_none")]
    pub last_attempt_at: Option<cc_runtime::Timestamp>,
    /// Date of the next attempt.
    #[serde(rename = "nextAttemptAt", default, skip_serializing_if = "Option::is_none")]
    pub next_attempt_at: Option<cc_runtime::Timestamp>,
    /// Date since which the attempts fail.
    #[serde(rename = "retryingSince", default, skip_serializing_if = "Option::is_none")]
    pub retrying_since: Option<cc_runtime::Timestamp>,
    /// Error of the latest attempt.
    #[serde(rename = "lastError", default, skip_serializing_if = "Option::is_none")]
    pub last_error: Option<String>,
}

cc_runtime::__fields_of! {
    DrainExecution {
        0: status = "status", expected;
        1: attempt = "attempt", optional;
        2: max_attempt = "maxAttempt", optional;
        3: last_attempt_at = "lastAttemptAt", optional;
        4: next_attempt_at = "nextAttemptAt", optional;
        5: retrying_since = "retryingSince", optional;
        6: last_error = "lastError", optional;
    }
}

cc_runtime::open_enum! {
    /// State of the delivery of a drain.
    pub enum DrainExecutionState {
        /// The drain delivers logs. Wire value: `RUNNING`.
        Running = "RUNNING",
        /// A delivery failed, and the drain tries again. Wire value: `RETRYING`.
        Retrying = "RETRYING",
        /// The drain delivers no logs. Wire value: `NOT_RUNNING`.
        NotRunning = "NOT_RUNNING",
    }
}

cc_runtime::open_enum! {
    /// Logs that a drain sends: the program output, the HTTP accesses, or the audit logs.
    pub enum DrainKind {
        /// Output of the program. Wire value: `LOG`.
        Log = "LOG",
        /// HTTP accesses. Wire value: `ACCESSLOG`.
        Accesslog = "ACCESSLOG",
        /// Audit logs. Wire value: `AUDITLOG`.
        Auditlog = "AUDITLOG",
        /// `METRICS`.
        Metrics = "METRICS",
    }
}

cc_runtime::open_union! {
    /// The service that receives the logs.
    #[tag = "type"]
    pub enum DrainRecipient {
        /// A server that receives each log line in an HTTP request. Wire value: `RAW_HTTP`.
        RawHttp(RawHttpRecipient) = "RAW_HTTP",
        /// A syslog server over TCP. Wire value: `SYSLOG_TCP`.
        SyslogTcp(SyslogTcpRecipient) = "SYSLOG_TCP",
        /// A syslog server over UDP. Wire value: `SYSLOG_UDP`.
        SyslogUdp(SyslogUdpRecipient) = "SYSLOG_UDP",
        /// Datadog. Wire value: `DATADOG`.
        Datadog(DatadogRecipient) = "DATADOG",
        /// An Elasticsearch server. Wire value: `ELASTICSEARCH`.
        Elasticsearch(ElasticsearchRecipient) = "ELASTICSEARCH",
        /// New Relic. Wire value: `NEWRELIC`.
        Newrelic(NewRelicRecipient) = "NEWRELIC",
        /// OVHcloud Logs Data Platform. Wire value: `OVH_TCP`.
        OvhTcp(OvhTcpRecipient) = "OVH_TCP",
        /// Better Stack. Wire value: `BETTERSTACK`.
        Betterstack(BetterStackRecipient) = "BETTERSTACK",
    }
}

impl From<RawHttpRecipient> for DrainRecipient {
    fn from(value: RawHttpRecipient) -> Self {
        Self::RawHttp(value)
    }
}

impl From<SyslogTcpRecipient> for DrainRecipient {
    fn from(value: SyslogTcpRecipient) -> Self {
        Self::SyslogTcp(value)
    }
}

impl From<SyslogUdpRecipient> for DrainRecipient {
    fn from(value: SyslogUdpRecipient) -> Self {
        Self::SyslogUdp(value)
    }
}

impl From<DatadogRecipient> for DrainRecipient {
    fn from(value: DatadogRecipient) -> Self {
        Self::Datadog(value)
    }
}

impl From<ElasticsearchRecipient> for DrainRecipient {
    fn from(value: ElasticsearchRecipient) -> Self {
        Self::Elasticsearch(value)
    }
}

impl From<NewRelicRecipient> for DrainRecipient {
    fn from(value: NewRelicRecipient) -> Self {
        Self::Newrelic(value)
    }
}

impl From<OvhTcpRecipient> for DrainRecipient {
    fn from(value: OvhTcpRecipient) -> Self {
        Self::OvhTcp(value)
    }
}

impl From<BetterStackRecipient> for DrainRecipient {
    fn from(value: BetterStackRecipient) -> Self {
        Self::Betterstack(value)
    }
}

cc_runtime::open_enum! {
    /// State of a drain.
    pub enum DrainState {
        /// The drain exists, but is not enabled yet. Wire value: `CREATED`.
        Created = "CREATED",
        /// The drain is being enabled. Wire value: `ENABLING`.
        Enabling = "ENABLING",
        /// The drain is enabled. Wire value: `ENABLED`.
        Enabled = "ENABLED",
        /// The drain is being disabled. Wire value: `DISABLING`.
        Disabling = "DISABLING",
        /// The drain is disabled. Wire value: `DISABLED`.
        Disabled = "DISABLED",
        /// The drain is deleted. Wire value: `DELETED`.
        Deleted = "DELETED",
    }
}

/// Latest state change of a drain.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct DrainStatus {
    /// Id of the change.
    #[serde(default)]
    pub id: String,
    /// Id of a drain: `drain_…`.
    #[serde(rename = "drainId", default, skip_serializing_if = "Option::is_none")]
    pub drain_id: Option<cc_runtime::DrainId>,
    /// Date of the change.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub date: Option<cc_runtime::Timestamp>,
    /// State of a drain.
    #[serde(default)]
    pub status: DrainState,
    /// Author of the change.
    #[serde(rename = "authorId", default, skip_serializing_if = "Option::is_none")]
    pub author_id: Option<String>,
    /// Reason of the failure.
    #[serde(rename = "errorReason", default, skip_serializing_if = "Option::is_none")]
    pub error_reason: Option<String>,
}

cc_runtime::__fields_of! {
    DrainStatus {
        0: id = "id", expected;
        1: drain_id = "drainId", optional;
        2: date = "date", optional;
        3: status = "status", expected;
        4: author_id = "authorId", optional;
        5: error_reason = "errorReason", optional;
    }
}

/// An Elasticsearch server.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct ElasticsearchRecipient {
    /// Address of the server.
    #[serde(default)]
    pub url: cc_runtime::ServiceUrl,
    /// Name of the index.
    #[serde(default)]
    pub index: String,
    /// User name for HTTP Basic authentication.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub username: Option<String>,
    /// Password for HTTP Basic authentication.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub password: Option<cc_runtime::Secret>,
    /// Verification of the server's certificate: verified (`DEFAULT`) or not (`TRUSTFUL`).
    #[serde(rename = "tlsVerification", default, skip_serializing_if = "Option::is_none")]
    pub tls_verification: Option<TlsVerification>,
}

cc_runtime::__fields_of! {
    ElasticsearchRecipient {
        0: url = "url", expected;
        1: index = "index", expected;
        2: username = "username", optional;
        3: password = "password", optional;
        4: tls_verification = "tlsVerification", optional;
    }
}

impl ElasticsearchRecipient {
    /// Creates the value from its required fields.
    #[must_use]
    #[allow(clippy::new_without_default)]
    pub fn new(url: impl Into<cc_runtime::ServiceUrl>, index: impl Into<String>) -> Self {
        Self {
            url: url.into(),
            index: index.into(),
            username: None,
            password: None,
            tls_verification: None,
        }
    }

    /// User name for HTTP Basic authentication.
    #[must_use]
    pub fn username<Kind>(mut self, username: impl cc_runtime::input::IntoOption<String, Kind>) -> Self {
        self.username = username.into_option();
        self
    }

    /// Password for HTTP Basic authentication.
    #[must_use]
    pub fn password<Kind>(mut self, password: impl cc_runtime::input::IntoOption<cc_runtime::Secret, Kind>) -> Self {
        self.password = password.into_option();
        self
    }

    /// Verification of the server's certificate: verified (`DEFAULT`) or not (`TRUSTFUL`).
    #[must_use]
    pub fn tls_verification<Kind>(mut self, tls_verification: impl cc_runtime::input::IntoOption<TlsVerification, Kind>) -> Self {
        self.tls_verification = tls_verification.into_option();
        self
    }
}

/// New Relic.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct NewRelicRecipient {
    /// Address of the intake.
    #[serde(default)]
    pub url: cc_runtime::ServiceUrl,
    /// API key.
    #[serde(rename = "apiKey", default)]
    pub api_key: cc_runtime::Secret,
}

cc_runtime::__fields_of! {
    NewRelicRecipient {
        0: url = "url", expected;
        1: api_key = "apiKey", expected;
    }
}

impl NewRelicRecipient {
    /// Creates the value from its required fields.
    #[must_use]
    #[allow(clippy::new_without_default)]
    pub fn new(url: impl Into<cc_runtime::ServiceUrl>, api_key: impl Into<cc_runtime::Secret>) -> Self {
        Self {
            url: url.into(),
            api_key: api_key.into(),
        }
    }
}

/// OVHcloud Logs Data Platform.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct OvhTcpRecipient {
    /// Address of the input.
    #[serde(default)]
    pub url: cc_runtime::ServiceUrl,
    /// Token of the data stream.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token: Option<cc_runtime::Secret>,
    /// Structured data (RFC 5424) added to each line. It often holds a token.
    #[serde(rename = "rfc5424StructuredDataParameters", default, skip_serializing_if = "Option::is_none")]
    pub rfc5424_structured_data_parameters: Option<cc_runtime::Secret>,
}

cc_runtime::__fields_of! {
    OvhTcpRecipient {
        0: url = "url", expected;
        1: token = "token", optional;
        2: rfc5424_structured_data_parameters = "rfc5424StructuredDataParameters", optional;
    }
}

impl OvhTcpRecipient {
    /// Creates the value from its required fields.
    #[must_use]
    #[allow(clippy::new_without_default)]
    pub fn new(url: impl Into<cc_runtime::ServiceUrl>) -> Self {
        Self {
            url: url.into(),
            token: None,
            rfc5424_structured_data_parameters: None,
        }
    }

    /// Token of the data stream.
    #[must_use]
    pub fn token<Kind>(mut self, token: impl cc_runtime::input::IntoOption<cc_runtime::Secret, Kind>) -> Self {
        self.token = token.into_option();
        self
    }

    /// Structured data (RFC 5424) added to each line. It often holds a token.
    #[must_use]
    pub fn rfc5424_structured_data_parameters<Kind>(mut self, rfc5424_structured_data_parameters: impl cc_runtime::input::IntoOption<cc_runtime::Secret, Kind>) -> Self {
        self.rfc5424_structured_data_parameters = rfc5424_structured_data_parameters.into_option();
        self
    }
}

/// A server that receives each log line in an HTTP request.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct RawHttpRecipient {
    /// Address of the server.
    #[serde(default)]
    pub url: cc_runtime::ServiceUrl,
    /// User name for HTTP Basic authentication.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub username: Option<String>,
    /// Password for HTTP Basic authentication.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub password: Option<cc_runtime::Secret>,
}

cc_runtime::__fields_of! {
    RawHttpRecipient {
        0: url = "url", expected;
        1: username = "username", optional;
        2: password = "password", optional;
    }
}

impl RawHttpRecipient {
    /// Creates the value from its required fields.
    #[must_use]
    #[allow(clippy::new_without_default)]
    pub fn new(url: impl Into<cc_runtime::ServiceUrl>) -> Self {
        Self {
            url: url.into(),
            username: None,
            password: None,
        }
    }

    /// User name for HTTP Basic authentication.
    #[must_use]
    pub fn username<Kind>(mut self, username: impl cc_runtime::input::IntoOption<String, Kind>) -> Self {
        self.username = username.into_option();
        self
    }

    /// Password for HTTP Basic authentication.
    #[must_use]
    pub fn password<Kind>(mut self, password: impl cc_runtime::input::IntoOption<cc_runtime::Secret, Kind>) -> Self {
        self.password = password.into_option();
        self
    }
}

/// A syslog server over TCP.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct SyslogTcpRecipient {
    /// Address of the server.
    #[serde(default)]
    pub url: cc_runtime::ServiceUrl,
    /// Structured data (RFC 5424) added to each line. It often holds a token.
    #[serde(rename = "rfc5424StructuredDataParameters", default, skip_serializing_if = "Option::is_none")]
    pub rfc5424_structured_data_parameters: Option<cc_runtime::Secret>,
}

cc_runtime::__fields_of! {
    SyslogTcpRecipient {
        0: url = "url", expected;
        1: rfc5424_structured_data_parameters = "rfc5424StructuredDataParameters", optional;
    }
}

impl SyslogTcpRecipient {
    /// Creates the value from its required fields.
    #[must_use]
    #[allow(clippy::new_without_default)]
    pub fn new(url: impl Into<cc_runtime::ServiceUrl>) -> Self {
        Self {
            url: url.into(),
            rfc5424_structured_data_parameters: None,
        }
    }

    /// Structured data (RFC 5424) added to each line. It often holds a token.
    #[must_use]
    pub fn rfc5424_structured_data_parameters<Kind>(mut self, rfc5424_structured_data_parameters: impl cc_runtime::input::IntoOption<cc_runtime::Secret, Kind>) -> Self {
        self.rfc5424_structured_data_parameters = rfc5424_structured_data_parameters.into_option();
        self
    }
}

/// A syslog server over UDP.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct SyslogUdpRecipient {
    /// Address of the server.
    #[serde(default)]
    pub url: cc_runtime::ServiceUrl,
    /// Structured data (RFC 5424) added to each line. It often holds a token.
    #[serde(rename = "rfc5424StructuredDataParameters", default, skip_serializing_if = "Option::is_none")]
    pub rfc5424_structured_data_parameters: Option<cc_runtime::Secret>,
}

cc_runtime::__fields_of! {
    SyslogUdpRecipient {
        0: url = "url", expected;
        1: rfc5424_structured_data_parameters = "rfc5424StructuredDataParameters", optional;
    }
}

impl SyslogUdpRecipient {
    /// Creates the value from its required fields.
    #[must_use]
    #[allow(clippy::new_without_default)]
    pub fn new(url: impl Into<cc_runtime::ServiceUrl>) -> Self {
        Self {
            url: url.into(),
            rfc5424_structured_data_parameters: None,
        }
    }

    /// Structured data (RFC 5424) added to each line. It often holds a token.
    #[must_use]
    pub fn rfc5424_structured_data_parameters<Kind>(mut self, rfc5424_structured_data_parameters: impl cc_runtime::input::IntoOption<cc_runtime::Secret, Kind>) -> Self {
        self.rfc5424_structured_data_parameters = rfc5424_structured_data_parameters.into_option();
        self
    }
}

cc_runtime::open_enum! {
    /// Verification of the server's certificate: verified (`DEFAULT`) or not (`TRUSTFUL`).
    pub enum TlsVerification {
        /// The certificate is verified. Wire value: `DEFAULT`.
        Default = "DEFAULT",
        /// The certificate is not verified. Wire value: `TRUSTFUL`.
        Trustful = "TRUSTFUL",
    }
}
