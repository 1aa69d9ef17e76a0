//! The search of a book that mdBook builds, with its default settings: the same index, made by the same crate, and the ranking of
//! the script that runs in the browser, elasticlunr.js 0.9.5.

use std::collections::BTreeMap;

use elasticlunr::{Index as Made, IndexBuilder, Language, lang::English};
use serde_json::Value;

use super::markdown::Page;

/// Fields of the index with the boosts of `output.html.search`: title, paragraph, hierarchy.
const FIELDS: [(&str, f64); 3] = [("title", 2.0), ("body", 1.0), ("breadcrumbs", 1.0)];

/// Headings down to this level are results of their own. Default of `heading-split-level`.
const SPLIT: u8 = 3;

/// Results by their number, and scores.
type Scores = BTreeMap<usize, f64>;

pub struct Index {
    json: Value,
    /// The page of each result.
    pages: Vec<String>,
}

/// As mdBook does for each text.
fn tokens(text: &str) -> Vec<String> {
    let words = text.split(|c: char| c.is_whitespace() || c == '-').filter(|word| !word.is_empty());
    words.map(str::to_lowercase).filter(|word| word.len() <= 80).collect()
}

impl Index {
    /// The index of pages, each with its title in the contents.
    pub fn of(book: impl Iterator<Item = (String, String, Page)>) -> Self {
        let mut index = IndexBuilder::new();
        for (field, _) in FIELDS {
            index = index.add_field_with_tokenizer(field, Box::new(tokens));
        }
        let mut index = index.build();
        let mut pages = Vec::new();
        for (title, path, page) in book {
            add(&mut index, &mut pages, &title, &path, page);
        }
        Self { json: serde_json::from_str(&index.to_json()).unwrap(), pages }
    }

    /// The pages of the results, best first.
    pub fn search(&self, question: &str) -> Vec<&str> {
        let question = English::new().make_pipeline().run(tokens(question));
        let mut scores = Scores::new();
        for (field, boost) in FIELDS {
            for (result, score) in self.scores(&question, field) {
                *scores.entry(result).or_default() += score * boost;
            }
        }
        let mut ranked: Vec<(usize, f64)> = scores.into_iter().collect();
        ranked.sort_by(|one, other| other.1.total_cmp(&one.1));
        ranked.into_iter().map(|(result, _)| self.pages[result].as_str()).collect()
    }

    /// The scores of the results that have a word in this field. `use-boolean-and` is off by default.
    fn scores(&self, question: &[String], field: &str) -> Scores {
        let mut all = Scores::new();
        let mut exact: BTreeMap<usize, usize> = BTreeMap::new();
        for word in question {
            let mut scores = Scores::new();
            for (key, node) in self.expanded(field, word) {
                let idf = self.inverse_frequency(node);
                for (result, entry) in node["docs"].as_object().unwrap() {
                    let result: usize = result.parse().unwrap();
                    if key == *word {
                        *exact.entry(result).or_default() += 1;
                    }
                    let length = self.json["documentStore"]["docInfo"][result.to_string()][field].as_f64();
                    let norm =
                        length.filter(|length| *length > 0.0).map_or(1.0, |length| length.sqrt().recip());
                    // A longer word that begins with this one counts for less.
                    let (asked, found) = (size(word), size(&key));
                    let penalty = if key == *word { 1.0 } else { (1.0 - (found - asked) / found) * 0.15 };
                    *scores.entry(result).or_default() +=
                        entry["tf"].as_f64().unwrap() * idf * norm * penalty;
                }
            }
            for (result, score) in scores {
                *all.entry(result).or_default() += score;
            }
        }
        for (result, score) in &mut all {
            if let Some(words) = exact.get(result) {
                *score *= count(*words) / count(question.len());
            }
        }
        all
    }

    /// The words of a field that begin with this one, with their nodes.
    fn expanded(&self, field: &str, word: &str) -> Vec<(String, &Value)> {
        let mut node = &self.json["index"][field]["root"];
        for c in word.chars() {
            node = &node[c.to_string()];
        }
        let mut found = Vec::new();
        let mut rest = vec![(word.to_owned(), node)];
        while let Some((key, node)) = rest.pop() {
            let Some(children) = node.as_object() else { continue };
            let letters = children.iter().filter(|(letter, _)| !matches!(letter.as_str(), "docs" | "df"));
            rest.extend(letters.map(|(letter, child)| (format!("{key}{letter}"), child)));
            if node["df"].as_i64().is_some_and(|results| results > 0) {
                found.push((key, node));
            }
        }
        found
    }

    fn inverse_frequency(&self, node: &Value) -> f64 {
        1.0 + (count(self.pages.len()) / (node["df"].as_f64().unwrap() + 1.0)).ln()
    }
}

/// Adds the sections of a page, as mdBook divides it.
fn add(index: &mut Made, pages: &mut Vec<String>, title: &str, path: &str, page: Page) {
    let mut results: Vec<(String, String)> = Vec::new();
    let mut before = String::new();
    for section in page.sections {
        if (1..=SPLIT).contains(&section.level) {
            results.push((section.heading, std::mem::take(&mut before) + &section.body));
        } else {
            let body = results.last_mut().map_or(&mut before, |(_, body)| body);
            body.push_str(&format!("{} {}", section.heading, section.body));
        }
    }
    for (heading, body) in results {
        let breadcrumbs = format!("{title} » {heading}");
        index.add_doc(&pages.len().to_string(), [heading, body, breadcrumbs]);
        pages.push(path.to_owned());
    }
}

/// The length of a word in JavaScript.
fn size(word: &str) -> f64 {
    count(word.encode_utf16().count())
}

#[allow(clippy::cast_precision_loss, reason = "the numbers are small")]
fn count(number: usize) -> f64 {
    number as f64
}
