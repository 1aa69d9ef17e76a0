//! Lines of logs as people print them.

use std::fmt::{self, Write};

use cc_runtime::{Timestamp, one_line};

use super::model::{AccessLog, AddonLog, ApplicationLog, Log};

/// Characters of an id that tell instances apart.
const SHORT: usize = 8;

/// Writes `2024-03-12T13:38:33.313Z 0f3a9c12/info listening on port 8080`.
///
/// The parts are the date, the first 8 characters of the instance's id, the severity, and the message; `-` stands for a missing part.
/// The output is one line: colours are removed, the line ends at the end too, and other control characters are escaped, except tabs.
impl fmt::Display for ApplicationLog {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let instance = self.instance_id.as_ref().map(|id| id.as_str());
        line(f, self.date, instance, self.severity.as_deref(), &self.message)
    }
}

/// Writes a line as that of an [`ApplicationLog`]. The name of the machine stands in for a missing instance.
impl fmt::Display for AddonLog {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let instance = self.instance_id.as_ref().map(|id| id.as_str()).or(self.hostname.as_deref());
        line(f, self.date, instance, self.severity.as_deref(), &self.message)
    }
}

/// Writes a line as that of an [`ApplicationLog`], with the host in place of the instance.
impl fmt::Display for Log {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        line(f, self.date, Some(&self.source_host), Some(&self.severity), &self.message)
    }
}

/// Writes the access in the combined format of Apache and nginx:
/// `203.0.113.7 - - [12/Mar/2024:13:38:33 +0000] "GET /basket -" 200 5120 "-" "-"`.
///
/// `-` stands for what the platform does not tell: the user, the version of HTTP, the referer and the user agent. The time is in UTC. An
/// access that is not HTTP has `"-" -` in place of request and status. Quotes, backslashes and control characters are escaped.
impl fmt::Display for AccessLog {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let source = self.source.as_ref().and_then(|source| source.ip.as_deref());
        quoted(f, source.filter(|ip| !ip.is_empty()).unwrap_or("-"))?;
        f.write_str(" - - [")?;
        match self.date {
            Some(date) => clf_date(f, date)?,
            None => f.write_char('-')?,
        }
        f.write_str("] \"")?;
        match self.detail.as_ref().and_then(|detail| detail.request.as_ref()) {
            Some(request) => {
                quoted(f, &request.method)?;
                f.write_char(' ')?;
                quoted(f, &request.path)?;
                f.write_str(" -")?;
            }
            None => f.write_char('-')?,
        }
        f.write_str("\" ")?;
        match self.detail.as_ref().and_then(|detail| detail.response.as_ref()) {
            Some(response) => write!(f, "{}", response.status_code)?,
            None => f.write_char('-')?,
        }
        match self.bytes_out {
            Some(bytes) => write!(f, " {bytes}")?,
            None => f.write_str(" -")?,
        }
        f.write_str(" \"-\" \"-\"")
    }
}

fn line(
    f: &mut fmt::Formatter<'_>,
    date: Option<Timestamp>,
    instance: Option<&str>,
    severity: Option<&str>,
    message: &str,
) -> fmt::Result {
    match date {
        Some(date) => write!(f, "{date} ")?,
        None => f.write_str("- ")?,
    }
    let part = |part: Option<&str>| part.filter(|part| !part.is_empty()).unwrap_or("-").to_owned();
    let (instance, severity) = (part(instance), part(severity));
    let is_short = instance.chars().nth(SHORT).is_none();
    let instance: String = if is_short { instance } else { instance.chars().take(SHORT).collect() };
    write!(f, "{}/{} ", one_line(&instance, SHORT), one_line(&severity, 32))?;
    text(f, message)
}

/// A message without colours and line ends at its end; control characters but tabs are escaped.
fn text(f: &mut fmt::Formatter<'_>, message: &str) -> fmt::Result {
    let mut rest = message.trim_end_matches(['\r', '\n']);
    while let Some(at) = rest.find(['\t', '\u{1b}']) {
        write!(f, "{}", one_line(&rest[..at], usize::MAX))?;
        rest = &rest[at..];
        let skipped = colour(rest).unwrap_or(0);
        if skipped == 0 {
            match &rest[..1] {
                "\t" => f.write_char('\t')?,
                escape => write!(f, "{}", one_line(escape, 1))?,
            }
        }
        rest = &rest[skipped.max(1)..];
    }
    write!(f, "{}", one_line(rest, usize::MAX))
}

/// Length of the sequence that sets a colour (`ESC [ 1 ; 32 m`) at the start of a text.
fn colour(text: &str) -> Option<usize> {
    let parameters = text.strip_prefix("\u{1b}[")?;
    let length = parameters.find(|character: char| !character.is_ascii_digit() && character != ';')?;
    parameters[length..].starts_with('m').then_some(length + 3)
}

/// A text in quotes, as Apache escapes it.
fn quoted(f: &mut fmt::Formatter<'_>, text: &str) -> fmt::Result {
    for character in text.chars() {
        match character {
            '"' | '\\' => write!(f, "\\{character}")?,
            character if cc_runtime::is_harmless(character.encode_utf8(&mut [0; 4])) => {
                f.write_char(character)?;
            }
            character => {
                let mut bytes = [0; 4];
                for byte in character.encode_utf8(&mut bytes).bytes() {
                    write!(f, "\\x{byte:02x}")?;
                }
            }
        }
    }
    Ok(())
}

/// A date of the common log format: `12/Mar/2024:13:38:33 +0000`.
fn clf_date(f: &mut fmt::Formatter<'_>, date: Timestamp) -> fmt::Result {
    const MONTHS: [&str; 12] =
        ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    // `2024-03-12T13:38:33.313Z`; a year may have a sign.
    let text = date.to_string();
    let parts = text.rsplit_once('T').and_then(|(day, time)| {
        let mut day = day.rsplitn(3, '-');
        let (number, month, year) = (day.next()?, day.next()?, day.next()?);
        let month = MONTHS.get(month.parse::<usize>().ok()?.checked_sub(1)?)?;
        Some((number, month, year, time.get(..8)?))
    });
    match parts {
        Some((day, month, year, time)) => write!(f, "{day}/{month}/{year}:{time} +0000"),
        None => f.write_str(&text),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn shown<T: serde::de::DeserializeOwned + fmt::Display>(wire: Value) -> String {
        serde_json::from_value::<T>(wire).unwrap().to_string()
    }

    fn line_of(message: &str) -> String {
        shown::<ApplicationLog>(json!({
            "id": "1", "date": "2024-03-12T13:38:33.313Z", "message": message, "severity": "info",
            "instanceId": "0f3a9c12-77aa-4b1c-9d3e-1b2c3d4e5f60",
        }))
    }

    #[test]
    fn a_line_shows_its_date_instance_severity_and_message() {
        assert_eq!(line_of("listening on 8080"), "2024-03-12T13:38:33.313Z 0f3a9c12/info listening on 8080");
        assert_eq!(shown::<ApplicationLog>(json!({"message": "hello"})), "- -/- hello");
    }

    #[test]
    fn a_line_stays_one_and_harmless() {
        let message = |text| line_of(text).split_once("info ").unwrap().1.to_owned();
        assert_eq!(message("\u{1b}[1;32mok\u{1b}[0m\tdone\r\n"), "ok\tdone");
        assert_eq!(message("a\nb\u{1b}]0;title\u{7}"), "a\\nb\\u{1b}]0;title\\u{7}");
        assert_eq!(message("\u{1b}"), "\\u{1b}");
        assert_eq!(message("é\u{1b}[é"), "é\\u{1b}[é");
    }

    #[test]
    fn an_access_is_a_line_of_the_combined_format() {
        let http = json!({
            "type": "http", "date": "2024-03-12T13:38:33.313Z", "source": {"ip": "203.0.113.7"}, "bytesOut": 5120,
            "detail": {"request": {"method": "GET", "path": "/a\"b\n"}, "response": {"statusCode": 200}},
        });
        assert_eq!(
            shown::<AccessLog>(http),
            r#"203.0.113.7 - - [12/Mar/2024:13:38:33 +0000] "GET /a\"b\x0a -" 200 5120 "-" "-""#
        );
        let other = json!({"type": "other", "date": "2024-03-12T13:38:33Z"});
        assert_eq!(shown::<AccessLog>(other), r#"- - - [12/Mar/2024:13:38:33 +0000] "-" - - "-" "-""#);
    }
}
