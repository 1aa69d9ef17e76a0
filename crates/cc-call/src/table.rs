//! An answer as a table for people.

use serde_json::{Map, Value};

/// Longest text of a cell, in characters.
const WIDEST: usize = 60;

/// A list becomes a line for each element, with a column for each member that is no object or list. An object becomes a line for
/// each member.
pub fn table(output: &Value) -> String {
    let value = match output {
        Value::Object(members) if members.len() == 1 => members.get("result").unwrap_or(output),
        _ => output,
    };
    match value {
        Value::Array(items) if items.iter().any(Value::is_object) => of_objects(items),
        Value::Array(items) => items.iter().map(|item| format!("{}\n", cell(item))).collect(),
        Value::Object(members) => {
            rows(&members.iter().map(|(name, value)| vec![name.clone(), cell(value)]).collect::<Vec<_>>())
        }
        Value::Null => String::new(),
        other => format!("{}\n", cell(other)),
    }
}

fn of_objects(items: &[Value]) -> String {
    let objects: Vec<&Map<String, Value>> = items.iter().filter_map(Value::as_object).collect();
    let mut columns: Vec<&str> = Vec::new();
    for (name, value) in objects.iter().flat_map(|object| object.iter()) {
        if !value.is_object() && !value.is_array() && !columns.contains(&name.as_str()) {
            columns.push(name);
        }
    }
    let mut lines = vec![columns.iter().map(|name| name.to_uppercase()).collect::<Vec<_>>()];
    for object in objects {
        lines.push(columns.iter().map(|name| object.get(*name).map_or_else(String::new, cell)).collect());
    }
    rows(&lines)
}

fn rows(rows: &[Vec<String>]) -> String {
    let columns = rows.iter().map(Vec::len).max().unwrap_or_default();
    let width = |column: usize| {
        rows.iter()
            .filter_map(|row| row.get(column))
            .map(|cell| cell.chars().count())
            .max()
            .unwrap_or_default()
    };
    let widths: Vec<usize> = (0..columns).map(width).collect();
    let line = |row: &Vec<String>| {
        let cells = row.iter().zip(&widths).map(|(cell, &width)| format!("{cell:<width$}"));
        let line = cells.collect::<Vec<_>>().join("  ");
        format!("{}\n", line.trim_end())
    };
    rows.iter().map(line).collect()
}

/// One line of text, without control characters: the answer may come from anybody.
fn cell(value: &Value) -> String {
    let text = match value {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        other => other.to_string(),
    };
    let text: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    match text.char_indices().nth(WIDEST) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn lists_have_columns_and_objects_have_lines() {
        let list = json!({ "result": [{ "id": "a", "on": true, "tags": [] }, { "id": "bcd", "x": null }] });
        assert_eq!(table(&list), "ID   ON    X\na    true\nbcd\n");
        assert_eq!(table(&json!({ "id": "a", "name": "b\u{1b}[2J" })), "id    a\nname  b [2J\n");
        assert_eq!(table(&json!({ "result": ["a", 1] })), "a\n1\n");
        assert_eq!(table(&json!({ "result": null })), "");
        assert_eq!(table(&json!({})), "");
    }
}
