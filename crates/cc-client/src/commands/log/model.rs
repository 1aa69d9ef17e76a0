//! Outputs of the commands of logs.

use crate::declare::model;
use cc_runtime::Timestamp;
use serde::{Deserialize, Serialize};

pub use cc_api_log::types::{AccessLogHttp, AccessLogPeer};

model! {
    /// A line of the log of an application, as it is stored by the platform.
    pub struct ApplicationLog: |wire: cc_api_log::types::ApplicationLog| {
        /// Id of the line, unique in the application.
        id: Option<String> = wire.id,
        /// The application.
        application_id: Option<cc_runtime::ApplicationId> = wire.application_id,
        /// The commit that runs.
        commit_id: Option<String> = wire.commit_id,
        /// The deployment that runs.
        deployment_id: Option<cc_runtime::DeploymentId> = wire.deployment_id,
        /// The instance that wrote it.
        instance_id: Option<cc_runtime::InstanceId> = wire.instance_id,
        /// Date of the line.
        date: Option<Timestamp> = wire.date,
        /// Short name of the zone.
        zone: Option<String> = wire.zone.or(wire.region),
        /// Id of the process that wrote it.
        pid: Option<i32> = wire.pid,
        /// Syslog facility: its name, or its number where the platform writes that.
        facility: Option<String> = wire.facility.and_then(facility),
        /// Syslog severity, such as `info`.
        severity: Option<String> = wire.severity,
        /// Syslog priority.
        priority: Option<i32> = wire.priority,
        /// Version of the format.
        version: Option<String> = wire.version,
        /// Service that wrote it: `bas` for the program, `bas-deploy` for its deployment.
        service: Option<String> = wire.service,
        /// The line itself.
        message: String = wire.message,
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

model! {
    /// A line of the log of an add-on.
    #[derive(Eq)]
    pub struct AddonLog: |wire: cc_api_log::types::AddonLog| {
        /// Id of the line, unique in the add-on.
        id: Option<String> = wire.id,
        /// The add-on, by its real id.
        addon_id: Option<cc_runtime::RealAddonId> = wire.resource_id,
        /// Name of the machine that wrote it.
        hostname: Option<String> = wire.hostname,
        /// The instance that wrote it.
        instance_id: Option<cc_runtime::InstanceId> = wire.instance_id,
        /// Date of the line.
        date: Option<Timestamp> = wire.date,
        /// Short name of the zone.
        zone: Option<String> = wire.zone.or(wire.region),
        /// Id of the process that wrote it.
        pid: Option<i32> = wire.pid,
        /// Syslog facility.
        facility: Option<String> = wire.facility,
        /// Syslog severity.
        severity: Option<String> = wire.severity,
        /// Service that wrote it.
        service: Option<String> = wire.service,
        /// The line itself.
        message: String = wire.message,
    }
}

model! {
    /// An access to an application: over HTTP, or over another protocol (TCP, SSH).
    pub struct AccessLog: |wire: cc_api_log::types::ApplicationAccessLog| {
        /// Id of the access, unique in the application.
        id: Option<String> = wire.id,
        /// Date of the access.
        date: Option<Timestamp> = wire.date,
        /// The application.
        application_id: Option<cc_runtime::ApplicationId> = wire.application_id,
        /// The instance that served it.
        instance_id: Option<cc_runtime::InstanceId> = wire.instance_id,
        /// Id that the platform gave the request.
        request_id: Option<String> = wire.request_id,
        /// Bytes received.
        bytes_in: Option<i64> = wire.bytes_in,
        /// Bytes sent.
        bytes_out: Option<i64> = wire.bytes_out,
        /// Source of the access.
        source: Option<AccessLogPeer> = wire.source,
        /// Destination of the access.
        destination: Option<AccessLogPeer> = wire.destination,
        /// Version of TLS, when it was used.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        tls: Option<String> = wire.tls,
        /// Short name of the zone.
        zone: Option<String> = wire.zone.or(wire.region),
        /// `http`, or `other` for an access that is not HTTP.
        #[serde(rename = "type")]
        kind: String = if wire.http.is_some() { "http" } else { "other" }.to_owned(),
        /// Request and response of an HTTP access.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        detail: Option<AccessLogHttp> = wire.http,
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
