//! Types as text.

use std::fmt::Write;

use super::convert::{Field, Type};

/// Longest line of a comment, in characters.
const WIDTH: usize = 120;

/// Writes a comment, unless there is nothing to say.
pub(super) fn doc(text: &mut String, documentation: &str, indent: &str) {
    // It would end the comment.
    let documentation = documentation.replace("*/", "*\u{200b}/");
    let documentation = documentation.trim();
    if documentation.is_empty() {
        return;
    }
    if !documentation.contains('\n') && indent.len() + documentation.chars().count() + 7 <= WIDTH {
        let _ = writeln!(text, "{indent}/** {documentation} */");
        return;
    }
    let _ = writeln!(text, "{indent}/**");
    let mut was_item = true;
    for (index, paragraph) in documentation.lines().enumerate() {
        let is_item = paragraph.starts_with("- ");
        if index > 0 && !(is_item || was_item && paragraph.is_empty()) {
            let _ = writeln!(text, "{indent} *");
        }
        was_item = is_item;
        let mut line = String::new();
        for word in paragraph.split_whitespace() {
            let fits = indent.len() + 3 + line.chars().count() + 1 + word.chars().count() <= WIDTH;
            if !line.is_empty() && !fits {
                let _ = writeln!(text, "{indent} * {line}");
                line = if is_item { "  ".to_owned() } else { String::new() };
            } else if !line.trim().is_empty() {
                line.push(' ');
            }
            line.push_str(word);
        }
        let _ = writeln!(text, "{indent} * {line}");
    }
    let _ = writeln!(text, "{indent} */");
}

/// Writes a type under its name.
pub(super) fn declaration(text: &mut String, name: &str, documentation: &str, ty: &Type) {
    doc(text, documentation, "");
    let _ = match ty {
        Type::Object(fields) => writeln!(text, "export interface {name} {}", object(fields, "")),
        ty => {
            let line = format!("export type {name} = {};", inline(ty, ""));
            match ty {
                Type::Union(parts) if line.contains('\n') || line.len() > WIDTH => {
                    let _ = write!(text, "export type {name} =");
                    for part in parts {
                        let _ = write!(text, "\n  | {}", inline(part, "  "));
                    }
                    writeln!(text, ";")
                }
                _ => writeln!(text, "{line}"),
            }
        }
    };
}

/// A type within a line that begins with this indent.
pub(super) fn inline(ty: &Type, indent: &str) -> String {
    match ty {
        Type::Word(word) => word.clone(),
        Type::Array(item) => match **item {
            Type::Union(_) => format!("({})[]", inline(item, indent)),
            _ => format!("{}[]", inline(item, indent)),
        },
        Type::Map(value) => format!("Record<string, {}>", inline(value, indent)),
        Type::Object(fields) => object(fields, indent),
        Type::Union(parts) => parts.iter().map(|part| inline(part, indent)).collect::<Vec<_>>().join(" | "),
    }
}

fn object(fields: &[Field], indent: &str) -> String {
    let inner = format!("{indent}  ");
    let mut text = "{\n".to_owned();
    for field in fields {
        doc(&mut text, &field.documentation, &inner);
        let mark = if field.is_required { "" } else { "?" };
        let _ = writeln!(text, "{inner}{}{mark}: {};", property(&field.name), inline(&field.ty, &inner));
    }
    let _ = write!(text, "{indent}}}");
    text
}

/// The name of a property, in quotes unless it is an identifier.
fn property(name: &str) -> String {
    let is_part = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '$';
    let is_identifier =
        !name.is_empty() && name.chars().all(is_part) && !name.starts_with(|c: char| c.is_ascii_digit());
    if is_identifier { name.to_owned() } else { serde_json::Value::from(name).to_string() }
}
