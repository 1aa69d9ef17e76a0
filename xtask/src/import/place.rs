//! The domain of an operation that the spec does not have yet, and the names of its path parameters.

use std::collections::{BTreeMap, HashMap};

use heck::{ToKebabCase, ToLowerCamelCase};

use super::compare::{Comparison, domain};
use super::document::Operation;
use super::openapi::names;
use crate::spec::check::normalized;

/// What the operations of the spec tell about their neighbours.
#[derive(Debug, Default)]
pub struct Places {
    /// Start of a route → domains of the operations below it.
    below: HashMap<String, BTreeMap<String, usize>>,
    /// Tag of the document → domains of its operations that the spec has.
    tags: HashMap<String, BTreeMap<String, usize>>,
    /// Start of a route that ends with a parameter → name of the parameter.
    parameters: HashMap<String, String>,
    domains: Vec<String>,
}

/// A domain for an operation, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    pub domain: String,
    pub why: String,
}

impl Places {
    pub fn new(comparison: &Comparison<'_>) -> Self {
        let files = comparison.ours.files;
        let mut places = Self::default();
        for file in 0..files.files.len() {
            let name = domain(files, file);
            for operation in comparison.ours.operations_of(file) {
                let mut parameters = names(&operation.route).into_iter();
                for start in starts(&operation.route) {
                    let route = normalized(start);
                    if start.ends_with('}')
                        && let Some(name) = parameters.next()
                    {
                        places.parameters.entry(route.clone()).or_insert_with(|| name.to_owned());
                    }
                    *places.below.entry(route).or_default().entry(name.clone()).or_default() += 1;
                }
            }
            places.domains.push(name);
        }
        for (index, found) in &comparison.matched {
            let tags = comparison.operations.get(*index).map(|operation| operation.tags.clone());
            for tag in tags.unwrap_or_default() {
                let domains = places.tags.entry(tag.to_owned()).or_default();
                *domains.entry(domain(files, found.file)).or_default() += 1;
            }
        }
        places
    }

    /// The domain of most of the nearest neighbours: by path, then by tag, then a new one.
    pub fn of(&self, operation: &Operation<'_>) -> Place {
        let most = |domains: &BTreeMap<String, usize>| {
            let all: usize = domains.values().sum();
            let (name, count) = domains.iter().max_by_key(|(_, count)| **count)?;
            Some((name.clone(), *count, all))
        };
        let mut all: Vec<&str> = starts(&operation.route).collect();
        // What stands below the version alone are neighbours of nothing.
        while all.len() > 1 {
            let Some(start) = all.pop() else { break };
            if start.ends_with('}') && all.len() < 2 {
                continue;
            }
            if let Some((domain, count, of)) = self.below.get(&normalized(start)).and_then(most) {
                let why = format!("{count} of {of} operations below `{start}` are there");
                return Place { domain, why };
            }
        }
        for tag in &operation.tags {
            if let Some((domain, count, of)) = self.tags.get(*tag).and_then(most) {
                return Place {
                    domain,
                    why: format!("{count} of {of} operations with the tag `{tag}` are there"),
                };
            }
        }
        let named = operation.tags.iter().copied().chain(operation.path.split('/').filter(|part| {
            !part.is_empty()
                && !part.starts_with('{')
                && !part.trim_start_matches('v').bytes().all(|byte| byte.is_ascii_digit() || byte == b'.')
        }));
        let name = named
            .map(|name| name.to_kebab_case())
            .find(|name| name.starts_with(|first: char| first.is_ascii_lowercase()));
        let name = name.unwrap_or_else(|| "imported".to_owned());
        let single = name.trim_end_matches('s');
        if let Some(domain) = self.domains.iter().find(|domain| *domain == &name || *domain == single) {
            return Place {
                domain: domain.clone(),
                why: "it has the name of the tag or the path".to_owned(),
            };
        }
        Place { domain: single.to_owned(), why: "a new domain: nothing near is in the spec".to_owned() }
    }

    /// Makes an operation that goes to a new domain a neighbour of those that follow.
    pub fn add(&mut self, route: &str, domain: &str) {
        if !self.domains.iter().any(|known| known == domain) {
            for start in starts(route).skip(1) {
                let domains = self.below.entry(normalized(start)).or_default();
                *domains.entry(domain.to_owned()).or_default() += 1;
            }
        }
    }

    /// The path as the spec writes it: parameters with the names of their neighbours, otherwise in camel case.
    /// Returns the names of the document with their new ones.
    pub fn path(&self, operation: &Operation<'_>) -> (String, Vec<(String, String)>) {
        let mut renamed: Vec<(String, String)> = Vec::new();
        let mut path = String::new();
        let mut rest = operation.route.as_str();
        while let Some((before, after)) = rest.split_once('{') {
            let Some((name, after)) = after.split_once('}') else { break };
            path.push_str(before);
            let known = self.parameters.get(&normalized(&format!("{path}{{}}")));
            let mut new = known.cloned().unwrap_or_else(|| name.to_lower_camel_case());
            if new.is_empty() || renamed.iter().any(|(_, taken)| *taken == new) {
                new = format!("{}Of{}", name.to_lower_camel_case(), renamed.len() + 1);
            }
            path.push_str(&format!("{{{new}}}"));
            renamed.push((name.to_owned(), new));
            rest = after;
        }
        path.push_str(rest);
        (path.trim_end_matches('/').to_owned(), renamed)
    }
}

/// The starts of a route that end with a segment, from the shortest.
fn starts(route: &str) -> impl Iterator<Item = &str> {
    let ends = route.char_indices().filter(|(at, character)| *character == '/' && *at > 0).map(|(at, _)| at);
    ends.chain([route.len()]).filter_map(|end| route.get(..end))
}
