//! Variables as text, which reads back as the same variables.

use std::fmt::Write;

use cc_runtime::Result;

use super::EnvironmentMap;

impl EnvironmentMap {
    /// One `NAME="value"` a line, sorted, without a line end after the last.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidInput`](cc_runtime::ErrorKind::InvalidInput), which lists every name that the platform does not take.
    pub fn to_raw(&self) -> Result<String> {
        self.check()?;
        Ok(self.lines("", "", escape_raw))
    }

    /// One `export NAME="value";` per line, sorted, without a final line end: a shell that reads the text
    /// sets the variables and executes nothing, whatever the values contain.
    ///
    /// A name with `.` or `-`, or one that starts with a digit, is one that a shell refuses: see [`NameRule::Strict`].
    ///
    /// [`NameRule::Strict`]: super::NameRule::Strict
    ///
    /// # Errors
    /// [`ErrorKind::InvalidInput`](cc_runtime::ErrorKind::InvalidInput), which lists every name that the platform does not take.
    pub fn to_shell(&self) -> Result<String> {
        self.check()?;
        Ok(self.lines("export ", ";", escape_shell))
    }

    /// A JSON list of `{"name": …, "value": …}`, sorted, indented with two spaces.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidInput`](cc_runtime::ErrorKind::InvalidInput), which lists every name that the platform does not take.
    pub fn to_json(&self) -> Result<String> {
        self.check()?;
        let mut json = String::from("[");
        for (at, (name, value)) in self.iter().enumerate() {
            let separator = if at == 0 { "" } else { "," };
            // A text always encodes as JSON, and writing to a text cannot fail.
            let value = serde_json::to_string(value.expose()).unwrap_or_default();
            let _ =
                write!(json, "{separator}\n  {{\n    \"name\": \"{name}\",\n    \"value\": {value}\n  }}");
        }
        json.push_str(if self.is_empty() { "]" } else { "\n]" });
        Ok(json)
    }

    fn lines(&self, before: &str, after: &str, escape: fn(&str, &mut String)) -> String {
        let mut text = String::new();
        for (at, (name, value)) in self.iter().enumerate() {
            if at > 0 {
                text.push('\n');
            }
            text.push_str(before);
            text.push_str(name);
            text.push_str("=\"");
            escape(value.expose(), &mut text);
            text.push('"');
            text.push_str(after);
        }
        text
    }
}

/// Before a quote within the value and the closing one, each backslash is doubled.
fn escape_raw(value: &str, text: &mut String) {
    let mut backslashes = 0_usize;
    for character in value.chars() {
        if character == '"' {
            text.extend(std::iter::repeat_n('\\', backslashes + 1));
        }
        backslashes = if character == '\\' { backslashes + 1 } else { 0 };
        text.push(character);
    }
    text.extend(std::iter::repeat_n('\\', backslashes));
}

fn escape_shell(value: &str, text: &mut String) {
    for character in value.chars() {
        if matches!(character, '\\' | '"' | '$' | '`') {
            text.push('\\');
        }
        text.push(character);
    }
}
