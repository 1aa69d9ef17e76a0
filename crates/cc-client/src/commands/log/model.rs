//! Outputs of the commands of logs.

use cc_runtime::Timestamp;
use serde::{Deserialize, Serialize};

pub use cc_api_log::types::{AccessLogHttp, AccessLogPeer};

/// A line of the log of an application, as it is stored by the platform.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "catalog", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct ApplicationLog {
    /// Id of the line, unique in the application.
    pub id: Option<String>,
    /// The application.
    pub application_id: Option<cc_runtime::ApplicationId>,
    /// The commit that runs.
    pub commit_id: Option<String>,
    /// The deployment that runs.
    pub deployment_id: Option<cc_runtime::DeploymentId>,
    /// The instance that wrote it.
    pub instance_id: Option<cc_runtime::InstanceId>,
    /// Date of the line.
    pub date: Option<Timestamp>,
    /// Short name of the zone.
    pub zone: Option<String>,
    /// Id of the process that wrote it.
    pub pid: Option<i32>,
    /// Syslog facility: its name, or its number where the platform writes that.
    pub facility: Option<String>,
    /// Syslog severity, such as `info`.
    pub severity: Option<String>,
    /// Syslog priority.
    pub priority: Option<i32>,
    /// Version of the format.
    pub version: Option<String>,
    /// Service that wrote it: `bas` for the program, `bas-deploy` for its deployment.
    pub service: Option<String>,
    /// The line itself.
    pub message: String,
}

impl From<cc_api_log::types::ApplicationLog> for ApplicationLog {
    fn from(wire: cc_api_log::types::ApplicationLog) -> Self {
        Self {
            id: wire.id,
            application_id: wire.application_id,
            commit_id: wire.commit_id,
            deployment_id: wire.deployment_id,
            instance_id: wire.instance_id,
            date: wire.date,
            zone: wire.zone.or(wire.region),
            pid: wire.pid,
            facility: wire.facility.and_then(facility),
            severity: wire.severity,
            priority: wire.priority,
            version: wire.version,
            service: wire.service,
            message: wire.message,
        }
    }
}

/// The sources do not agree on the type.
fn facility(facility: serde_json::Value) -> Option<String> {
    match facility {
        serde_json::Value::String(name) => Some(name),
        serde_json::Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// A line of the log of an add-on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "catalog", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct AddonLog {
    /// Id of the line, unique in the add-on.
    pub id: Option<String>,
    /// The add-on, by its real id.
    pub addon_id: Option<cc_runtime::RealAddonId>,
    /// Name of the machine that wrote it.
    pub hostname: Option<String>,
    /// The instance that wrote it.
    pub instance_id: Option<cc_runtime::InstanceId>,
    /// Date of the line.
    pub date: Option<Timestamp>,
    /// Short name of the zone.
    pub zone: Option<String>,
    /// Id of the process that wrote it.
    pub pid: Option<i32>,
    /// Syslog facility.
    pub facility: Option<String>,
    /// Syslog severity.
    pub severity: Option<String>,
    /// Service that wrote it.
    pub service: Option<String>,
    /// The line itself.
    pub message: String,
}

impl From<cc_api_log::types::AddonLog> for AddonLog {
    fn from(wire: cc_api_log::types::AddonLog) -> Self {
        Self {
            id: wire.id,
            addon_id: wire.resource_id,
            hostname: wire.hostname,
            instance_id: wire.instance_id,
            date: wire.date,
            zone: wire.zone.or(wire.region),
            pid: wire.pid,
            facility: wire.facility,
            severity: wire.severity,
            service: wire.service,
            message: wire.message,
        }
    }
}

/// An access to an application: over HTTP, or over another protocol (TCP, SSH).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "catalog", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct AccessLog {
    /// Id of the access, unique in the application.
    pub id: Option<String>,
    /// Date of the access.
    pub date: Option<Timestamp>,
    /// The application.
    pub application_id: Option<cc_runtime::ApplicationId>,
    /// The instance that served it.
    pub instance_id: Option<cc_runtime::InstanceId>,
    /// Id that the platform gave the request.
    pub request_id: Option<String>,
    /// Bytes received.
    pub bytes_in: Option<i64>,
    /// Bytes sent.
    pub bytes_out: Option<i64>,
    /// Source of the access.
    pub source: Option<AccessLogPeer>,
    /// Destination of the access.
    pub destination: Option<AccessLogPeer>,
    /// Version of TLS, when it was used.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tls: Option<String>,
    /// Short name of the zone.
    pub zone: Option<String>,
    /// `http`, or `other` for an access that is not HTTP.
    #[serde(rename = "type")]
    pub kind: String,
    /// Request and response of an HTTP access.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<AccessLogHttp>,
}

impl From<cc_api_log::types::ApplicationAccessLog> for AccessLog {
    fn from(wire: cc_api_log::types::ApplicationAccessLog) -> Self {
        Self {
            id: wire.id,
            date: wire.date,
            application_id: wire.application_id,
            instance_id: wire.instance_id,
            request_id: wire.request_id,
            bytes_in: wire.bytes_in,
            bytes_out: wire.bytes_out,
            source: wire.source,
            destination: wire.destination,
            tls: wire.tls,
            zone: wire.zone.or(wire.region),
            kind: if wire.http.is_some() { "http" } else { "other" }.to_owned(),
            detail: wire.http,
        }
    }
}

/// A line of a stored log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "catalog", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Log {
    /// Id of the line.
    pub id: String,
    /// Date of the line.
    pub date: Option<Timestamp>,
    /// The line itself.
    pub message: String,
    /// Source of the line.
    #[serde(rename = "type")]
    pub kind: String,
    /// Syslog severity.
    pub severity: String,
    /// Program that wrote it.
    pub program: String,
    /// The deployment that ran.
    pub deployment_id: Option<cc_runtime::DeploymentId>,
    /// Host that wrote it.
    pub source_host: String,
    /// Address that wrote it.
    pub source_ip: String,
    /// Zone that wrote it.
    pub zone: String,
}

impl From<cc_api_log::types::StoredLog> for Log {
    fn from(wire: cc_api_log::types::StoredLog) -> Self {
        let source = wire.source.unwrap_or_default();
        Self {
            id: wire.id,
            date: source.timestamp,
            message: source.message,
            kind: source.type_,
            severity: source.syslog_severity,
            program: source.syslog_program,
            deployment_id: source.deployment_id,
            source_host: source.host,
            source_ip: source.source,
            zone: source.zone,
        }
    }
}
