//! Extracts one line of text from HTML pages and XML documents.

use super::EXCERPT;
use crate::line::folded;

/// Returns `true` if a text is a page of HTML, or a piece of one.
pub(crate) fn is_html(text: &str) -> bool {
    // XHTML begins like any document in XML.
    let text = text.trim_start();
    let text = match text.strip_prefix("<?xml").and_then(|rest| rest.split_once("?>")) {
        Some((_, rest)) => rest,
        None => text,
    };
    let start: String = text.trim_start().chars().take(64).collect::<String>().to_ascii_lowercase();
    ["<!doctype html", "<html", "<head", "<body", "<title", "<h1"].iter().any(|tag| start.starts_with(tag))
        || start.starts_with("<!--") && text.to_ascii_lowercase().contains("<html")
}

/// Text of a page or an XML document, on one line.
pub(crate) fn markup(text: &str) -> Option<String> {
    if !is_html(text) {
        let told = ["message", "faultstring", "detail", "title", "description", "error"];
        if let Some(words) = told.iter().find_map(|name| element(text, name)) {
            return Some(words);
        }
    }
    if let Some(title) = element(text, "title") {
        // Where a program wrote the page, it says there what happened.
        let said = element(text, "pre").map(|said| format!(": {said}")).unwrap_or_default();
        return Some(format!("an HTML page titled `{title}`{said}"));
    }
    if let Some(heading) = element(text, "h1") {
        return Some(format!("an HTML page headed `{heading}`"));
    }
    let words = folded(&without_tags(text), EXCERPT)?;
    Some(format!("a page that says `{words}`"))
}

/// Text of the first element of this name.
pub(super) fn element(text: &str, name: &str) -> Option<String> {
    let lower = text.to_ascii_lowercase();
    let mut from = 0;
    while let Some(at) = lower[from..].find(&format!("<{name}")) {
        let start = from + at + 1 + name.len();
        from = start;
        // Neither `<titles>` nor `<title/>`.
        if !lower[start..].starts_with(|next: char| next == '>' || next.is_whitespace()) {
            continue;
        }
        let start = start + lower[start..].find('>')? + 1;
        let end = start + lower[start..].find(&format!("</{name}"))?;
        return folded(&without_tags(&text[start..end]), EXCERPT);
    }
    None
}

/// Text of markup: without tags, scripts and styles, with common references resolved.
fn without_tags(markup: &str) -> String {
    let lower = markup.to_ascii_lowercase();
    let mut text = String::new();
    let mut at = 0;
    while let Some(start) = lower[at..].find('<').map(|found| at + found) {
        text.push_str(&markup[at..start]);
        if let Some(data) = markup[start..].strip_prefix("<![CDATA[") {
            let end = data.find("]]>").unwrap_or(data.len());
            // The characters are literal, not references.
            text.push_str(&data[..end].replace('&', "&amp;"));
            at = markup.len().min(start + "<![CDATA[".len() + end + "]]>".len());
            continue;
        }
        text.push(' ');
        // What stands in a script or a style is not for reading.
        let skipped = ["script", "style"].iter().find(|name| lower[start + 1..].starts_with(**name));
        let end = skipped
            .and_then(|name| lower[start..].find(&format!("</{name}")))
            .map_or(start, |found| start + found);
        at = lower[end..].find('>').map_or(markup.len(), |found| end + found + 1);
    }
    text.push_str(&markup[at..]);
    for (reference, character) in [
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&quot;", "\""),
        ("&#39;", "'"),
        ("&apos;", "'"),
        ("&nbsp;", " "),
        ("&amp;", "&"),
    ] {
        text = text.replace(reference, character);
    }
    text
}
