//! Delivery to syslog servers: lines in the format of RFC 5424.

use tokio::io::AsyncWriteExt;
use tokio::net::{TcpStream, UdpSocket};

use super::Entry;
use super::http::Target;

/// Port of syslog over UDP, and that of syslog over TCP in practice.
const PORT: u16 = 514;
/// Facility `user`, severity `info`.
const PRIORITY: i64 = 14;

/// The id of structured data whose parameters name none. RFC 5424 requires one; 0 is a reserved enterprise number.
const ID: &str = "sandbox@0";

/// Structured data of these parameters, each with or without an id before it, and with or without brackets around it; `-` without any.
pub(super) fn structured_data(parameters: impl Iterator<Item = String>) -> String {
    let bare = |text: String| {
        let inner = text.trim().strip_prefix('[').and_then(|text| text.strip_suffix(']'));
        inner.map(str::to_owned).unwrap_or(text)
    };
    let parameters = parameters.map(bare).collect::<Vec<_>>().join(" ");
    let first = parameters.split(' ').next().unwrap_or_default();
    match first {
        "" => "-".to_owned(),
        // A parameter has a `=`, which an id has not.
        first if first.contains('=') => format!("[{ID} {parameters}]"),
        _ => format!("[{parameters}]"),
    }
}

/// A parameter of structured data.
pub(super) fn parameter(name: &str, value: &str) -> String {
    let value: String = value
        .chars()
        .flat_map(|c| matches!(c, '"' | '\\' | ']').then_some('\\').into_iter().chain([c]))
        .collect();
    format!("{name}=\"{value}\"")
}

/// A line with this structured data, or `-`.
pub(super) fn line(entry: &Entry, data: &str) -> String {
    let priority = entry.value["priority"].as_i64().unwrap_or(PRIORITY);
    let field = |name: &str| match entry.field(name) {
        "" => "-".to_owned(),
        text => text.replace(' ', "_"),
    };
    let process = entry.value["pid"].as_i64().map_or_else(|| "-".to_owned(), |pid| pid.to_string());
    let message = entry.text().replace(['\r', '\n'], " ");
    format!(
        "<{priority}>1 {} {} {} {process} - {data} {message}",
        entry.date.strftime("%Y-%m-%dT%H:%M:%S%.6fZ"),
        entry.resource,
        field("service"),
    )
}

/// Sends lines that end with a line feed (RFC 6587, 3.4.2). TCP confirms nothing: a line counts as delivered when the system has
/// taken it.
pub(super) async fn over_tcp(target: &Target, lines: Vec<String>) -> Result<(), String> {
    let failed = |error: std::io::Error| format!("could not send to {}: {error}", target.authority());
    let mut stream = TcpStream::connect(target.address(PORT)).await.map_err(failed)?;
    let mut text = lines.join("\n");
    text.push('\n');
    stream.write_all(text.as_bytes()).await.map_err(failed)?;
    stream.shutdown().await.map_err(failed)
}

/// Sends a datagram for each line.
pub(super) async fn over_udp(target: &Target, lines: Vec<String>) -> Result<(), String> {
    let failed = |error: std::io::Error| format!("could not send to {}: {error}", target.authority());
    let local = if target.host.starts_with('[') { "[::]:0" } else { "0.0.0.0:0" };
    let socket = UdpSocket::bind(local).await.map_err(failed)?;
    socket.connect(target.address(PORT)).await.map_err(failed)?;
    for line in lines {
        socket.send(line.as_bytes()).await.map_err(failed)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn structured_data_has_an_id_and_its_values_are_escaped() {
        let data = |parameters: &[&str]| structured_data(parameters.iter().map(|text| (*text).to_owned()));
        assert_eq!(data(&[]), "-");
        assert_eq!(data(&["X-OVH-TOKEN=\"t\""]), "[sandbox@0 X-OVH-TOKEN=\"t\"]");
        assert_eq!(data(&["mine@1 key=\"v\""]), "[mine@1 key=\"v\"]");
        assert_eq!(data(&["[mine@1 key=\"v\"]"]), "[mine@1 key=\"v\"]");
        assert_eq!(data(&["[mine@1 a=\"v\"][other@1 b=\"w\"]"]), "[mine@1 a=\"v\"][other@1 b=\"w\"]");
        assert_eq!(data(&["mine@1 key=\"v\"", "more=\"w\""]), "[mine@1 key=\"v\" more=\"w\"]");
        assert_eq!(parameter("k", r#"a"b\c]d"#), r#"k="a\"b\\c\]d""#);
    }
}
