//! Reads `NAME=value` lines.

use std::collections::HashSet;

use cc_runtime::Secret;

use super::{EnvironmentMap, NameRule, Parsed, Position, Problem, ProblemKind};

/// Parses variables from a text. Problems are listed, and parsing continues after them.
#[must_use]
pub fn parse(text: &str, rule: NameRule) -> Parsed {
    // Windows editors write a byte-order mark. It is not part of the first name, and not a column.
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut parser = Parser { text, at: 0, line: 1, found: Vec::new(), names: HashSet::new(), ends: [0; 3] };
    let mut problems = Vec::new();
    while parser.at < text.len() {
        parser.statement(rule, &mut problems);
    }
    // Line ends between variables tell which kind the text has within quotes too.
    let line_end = match parser.ends {
        [0, crlf, 0] if crlf > 0 => "\r\n",
        [0, 0, cr] if cr > 0 => "\r",
        _ => "\n",
    };
    let mut variables = EnvironmentMap::new();
    for (name, value) in parser.found {
        let value = if line_end == "\n" { value } else { value.replace(line_end, "\n") };
        variables.insert(name, Secret::new(value));
    }
    Parsed { variables, problems }
}

struct Parser<'a> {
    text: &'a str,
    /// Offset of the next line, in bytes.
    at: usize,
    /// The number of that line.
    line: usize,
    found: Vec<(String, String)>,
    names: HashSet<&'a str>,
    /// Numbers of lines outside of quotes that ended with LF, with CRLF, and with CR.
    ends: [usize; 3],
}

/// Value after a `=`.
enum Value {
    /// The value, and where the rest of the text starts: a line end, or the end.
    Good {
        value: String,
        end: usize,
        /// Position of a shell substitution.
        substitution: Option<usize>,
    },
    /// Position of a problem, and position at which parsing continues.
    Bad(usize, usize),
}

impl<'a> Parser<'a> {
    /// Parses one variable, or skips a line without one.
    fn statement(&mut self, rule: NameRule, problems: &mut Vec<Problem>) {
        let start = self.at;
        let line = self.line_at(start);
        let trimmed = line.trim();
        if trimmed.is_empty() || trimmed.starts_with('#') {
            return self.go_on(start + line.len());
        }
        let place = Position { line: self.line, column: 1 };
        let (statement, shell) = match exported(line) {
            Some(rest) => (rest, true),
            None => (line, false),
        };
        let Some((name, rest)) = statement.split_once('=') else {
            problems.push(Problem::new(ProblemKind::InvalidLine, None, Some(place)));
            return self.go_on(start + line.len());
        };
        let mut good = true;
        let mut note = |kind: ProblemKind, place: Position| {
            problems.push(Problem::new(kind, Some(name), Some(place)));
            kind.is_error()
        };
        match rule {
            NameRule::Simple if !rule.allows(name) => good &= !note(ProblemKind::InvalidName, place),
            NameRule::Strict if !rule.allows(name) => good &= !note(ProblemKind::InvalidNameStrict, place),
            NameRule::Simple if !NameRule::Strict.allows(name) => good &= !note(ProblemKind::JavaInfo, place),
            _ => {}
        }
        if !self.names.insert(name) {
            good &= !note(ProblemKind::DuplicatedName, place);
        }
        let from = start + line.len() - rest.len();
        match self.value(from, start + line.len(), shell) {
            Value::Good { value, end, substitution } => {
                if let Some(at) = substitution {
                    note(ProblemKind::ShellSubstitution, self.position(at));
                }
                if good {
                    self.found.push((name.to_owned(), value));
                }
                self.go_on(end);
            }
            Value::Bad(wrong, end) => {
                note(ProblemKind::InvalidValue, self.position(wrong));
                self.go_on(end);
            }
        }
    }

    /// The value that starts at `from`, on a line that ends at `line_end`.
    fn value(&self, from: usize, line_end: usize, shell: bool) -> Value {
        let rest = &self.text[from..];
        let Some(quote) = rest.chars().next().filter(|first| matches!(first, '\'' | '"')) else {
            let value = &self.text[from..line_end];
            let value = if shell { value.trim_end().trim_end_matches(';') } else { value };
            let substitution = if shell { substitution(value) } else { None };
            let substitution = substitution.map(|at| from + at);
            return Value::Good { value: value.to_owned(), end: line_end, substitution };
        };
        let quoted = if shell { shell_quoted(&rest[1..], quote) } else { raw_quoted(&rest[1..], quote) };
        let Some((value, length)) = quoted else { return Value::Bad(from, line_end) };
        let closed = from + 1 + length;
        let end = closed + self.line_at(closed).len();
        let after = &self.text[closed..end];
        let nothing = after.is_empty() || (shell && matches!(after.trim(), "" | ";"));
        if !nothing {
            return Value::Bad(closed, end);
        }
        let inner = if shell && quote == '"' { &rest[1..length] } else { "" };
        Value::Good { value, end, substitution: substitution(inner).map(|at| from + 1 + at) }
    }

    /// The text from there to the end of its line.
    fn line_at(&self, at: usize) -> &'a str {
        let rest = &self.text[at..];
        &rest[..rest.find(['\n', '\r']).unwrap_or(rest.len())]
    }

    /// Goes to the line after the line end at `end`.
    fn go_on(&mut self, end: usize) {
        let (kind, length) = match self.text.as_bytes()[end..] {
            [] => (None, 0),
            [b'\r', b'\n', ..] => (Some(1), 2),
            [b'\r', ..] => (Some(2), 1),
            _ => (Some(0), 1),
        };
        if let Some(kind) = kind {
            self.ends[kind] += 1;
        }
        let next = end + length;
        self.line += line_ends(&self.text[self.at..next]);
        self.at = next;
    }

    /// The place of a byte at or after the start of this line.
    fn position(&self, byte: usize) -> Position {
        let before = &self.text[self.at..byte];
        let last = before.rsplit(['\n', '\r']).next().unwrap_or(before);
        Position { line: self.line + line_ends(before), column: last.chars().count() + 1 }
    }
}

/// Number of line ends in this text: LF, CRLF, or CR.
fn line_ends(text: &str) -> usize {
    text.matches(['\n', '\r']).count() - text.matches("\r\n").count()
}

/// Position of the first shell substitution in a text without quotes or in double quotes: `$NAME`, `${`,
/// `$(`, `$1` and the like, or a backtick.
fn substitution(text: &str) -> Option<usize> {
    let mut bytes = text.bytes().enumerate();
    while let Some((at, byte)) = bytes.next() {
        let next = text.as_bytes().get(at + 1);
        match byte {
            b'\\' => drop(bytes.next()),
            b'`' => return Some(at),
            b'$' if next.is_some_and(|next| next.is_ascii_alphanumeric() || b"_{(@*#?$!-".contains(next)) => {
                return Some(at);
            }
            _ => {}
        }
    }
    None
}

/// Text after `export` and blanks.
fn exported(line: &str) -> Option<&str> {
    let rest = line.strip_prefix("export")?;
    let name = rest.trim_start_matches([' ', '\t']);
    (name.len() < rest.len() && !name.starts_with('=')).then_some(name)
}

/// The value up to its closing quote, and the length of its text with that quote. `n` backslashes before a quote are `n / 2`
/// of the value; if one is left, the quote is of the value too.
fn raw_quoted(text: &str, quote: char) -> Option<(String, usize)> {
    let mut value = String::new();
    let mut backslashes = 0_usize;
    for (at, character) in text.char_indices() {
        if character == quote {
            value.truncate(value.len() - backslashes.div_ceil(2));
            if backslashes.is_multiple_of(2) {
                return Some((value, at + 1));
            }
        }
        backslashes = if character == '\\' { backslashes + 1 } else { 0 };
        value.push(character);
    }
    None
}

/// Parses a quoted value by the rules of a shell.
fn shell_quoted(text: &str, quote: char) -> Option<(String, usize)> {
    let mut value = String::new();
    let mut characters = text.char_indices();
    while let Some((at, character)) = characters.next() {
        match character {
            _ if character == quote => return Some((value, at + 1)),
            '\\' if quote == '"' => match characters.next()?.1 {
                escaped @ ('\\' | '"' | '$' | '`') => value.push(escaped),
                '\n' => {}
                other => value.extend(['\\', other]),
            },
            other => value.push(other),
        }
    }
    None
}
