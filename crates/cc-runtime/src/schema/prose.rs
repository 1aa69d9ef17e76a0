//! Turns the Markdown of Rust documentation into prose, for people and programs that read a JSON Schema.

use std::borrow::Cow;
use std::collections::BTreeMap;

use schemars::Schema;
use schemars::transform::{Transform, transform_subschemas};
use serde_json::Value;

/// Rewrites each `description`: without examples in Rust, links and headings, and with a line for each paragraph. Paragraphs that begin
/// with "In Rust, " are left out.
#[derive(Debug, Clone, Default)]
pub(super) struct Prose {
    /// Names of inputs in Rust, and in JSON.
    names: BTreeMap<String, String>,
}

impl Prose {
    /// Also calls the inputs of a command by their names in JSON.
    pub(super) fn of_inputs(schema: &Schema) -> Self {
        let properties = schema.get("properties").and_then(Value::as_object);
        let names = properties.into_iter().flat_map(|properties| properties.keys());
        Self { names: names.map(|name| (snake(name), name.clone())).filter(|(a, b)| a != b).collect() }
    }

    fn text(&self, markdown: &str) -> String {
        let mut paragraphs: Vec<String> = Vec::new();
        let (mut is_code, mut is_new, mut is_of_rust) = (false, true, false);
        for line in markdown.lines().map(str::trim) {
            if is_new || line.is_empty() || line.starts_with("- ") {
                is_of_rust = line.trim_start_matches("- ").starts_with("In Rust, ");
            }
            if is_of_rust {
                is_new = false;
            } else if line.starts_with("```") {
                is_code = !is_code;
                is_new = true;
            } else if is_code {
                // Left out.
            } else if let Some(title) = line.strip_prefix('#').map(|line| line.trim_start_matches('#').trim())
            {
                if title.starts_with("Example") {
                    break;
                }
                paragraphs.push(format!("{title}:"));
                is_new = true;
            } else if line.is_empty() {
                is_new = true;
            } else if is_new || line.starts_with("- ") {
                paragraphs.push(line.to_owned());
                is_new = false;
            } else if let Some(paragraph) = paragraphs.last_mut() {
                paragraph.push(' ');
                paragraph.push_str(line);
            }
        }
        self.renamed(&without_links(&paragraphs.join("\n")))
    }

    /// Texts in backticks that are names of Rust get their names in JSON: `owner_id`, `Zone::country_code`, `None`.
    fn renamed(&self, text: &str) -> String {
        let parts = text.split('`').enumerate().map(|(index, part)| match index % 2 {
            1 => self.in_json(part),
            _ => Cow::Borrowed(part),
        });
        parts.collect::<Vec<_>>().join("`")
    }

    fn in_json<'a>(&'a self, name: &'a str) -> Cow<'a, str> {
        let is_type = |name: &str| name.starts_with(|c: char| c.is_ascii_uppercase());
        let is_name = |name: &str| name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
        match (self.names.get(name), name.rsplit_once("::")) {
            (Some(name), _) => Cow::Borrowed(name.as_str()),
            (None, Some((of, member))) if is_type(of) && is_name(member) => camel(member),
            (None, _) if name == "None" => Cow::Borrowed("null"),
            (None, _) => Cow::Borrowed(name),
        }
    }
}

impl Transform for Prose {
    fn transform(&mut self, schema: &mut Schema) {
        if let Some(text) = schema.get("description").and_then(Value::as_str) {
            let prose = self.text(text);
            schema.insert("description".to_owned(), prose.into());
        }
        transform_subschemas(self, schema);
    }
}

fn camel(name: &str) -> Cow<'_, str> {
    let mut words = name.split('_');
    let first = words.next().unwrap_or_default();
    let rest =
        words.filter_map(|word| Some(format!("{}{}", word.get(..1)?.to_ascii_uppercase(), word.get(1..)?)));
    match rest.collect::<String>() {
        rest if rest.is_empty() => Cow::Borrowed(first),
        rest => Cow::Owned(format!("{first}{rest}")),
    }
}

fn snake(name: &str) -> String {
    let mut out = String::new();
    for character in name.chars() {
        if character.is_ascii_uppercase() {
            out.push('_');
        }
        out.push(character.to_ascii_lowercase());
    }
    out
}

/// Replaces `[text](target)`, `[text][target]` and `` [`text`] `` by their text.
fn without_links(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(start) = rest.find('[') {
        out.push_str(&rest[..start]);
        let after = &rest[start + 1..];
        let Some(end) = after.find(']') else {
            rest = &rest[start..];
            break;
        };
        let (shown, behind) = (&after[..end], &after[end + 1..]);
        let target = [('(', ')'), ('[', ']')].into_iter().find_map(|(open, close)| {
            let target = behind.strip_prefix(open)?;
            target.find(close).map(|end| &target[end + 1..])
        });
        let is_name = shown.len() > 2 && shown.starts_with('`') && shown.ends_with('`');
        match target {
            Some(behind) => {
                out.push_str(shown);
                rest = behind;
            }
            None if is_name => {
                out.push_str(shown);
                rest = behind;
            }
            None => {
                out.push('[');
                rest = after;
            }
        }
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markdown_becomes_prose() {
        let prose = Prose { names: [("owner_id".to_owned(), "ownerId".to_owned())].into() };
        for (markdown, text) in [
            ("One\nsentence.\n\nAnother.", "One sentence.\nAnother."),
            (
                "A.\n\n# Errors\n- [`NotFound`](crate::ErrorKind::NotFound) if it is\n  not there.\n- 402: pay.",
                "A.\nErrors:\n- `NotFound` if it is not there.\n- 402: pay.",
            ),
            (
                "See [`Other`] and [the page](https://x.example/a_b), `a[0]` and [a list].",
                "See `Other` and the page, `a[0]` and [a list].",
            ),
            ("A.\n```rust\nlet a = 1;\n```\nB.", "A.\nB."),
            ("A.\n\n# Example\n```rust\nf();\n```", "A."),
            ("Default: resolved from `owner_id`.", "Default: resolved from `ownerId`."),
            (
                "The `Zone::country_code`, an `ErrorKind::Store`, or `None`.",
                "The `countryCode`, an `Store`, or `null`.",
            ),
            ("See `Self::new()` and `crate::a`.", "See `Self::new()` and `crate::a`."),
            ("A.\n\nIn Rust, `send` gives\nmore.\n\nB.", "A.\nB."),
            ("A. In Rust, it is here.\n- In Rust, `f`\n  does it.\n- b", "A. In Rust, it is here.\n- b"),
            ("[", "["),
            ("", ""),
        ] {
            assert_eq!(prose.text(markdown), text);
        }
    }
}
