//! The names that a Rust file uses outside its tests, read from its tokens.

use std::path::{Path, PathBuf};

use proc_macro2::{Delimiter, Spacing, TokenStream, TokenTree};

/// A name in the code of a file: a path (`std::env::var`), a macro (`println!`) or a method with one argument or none
/// (`.unwrap()`).
#[derive(Debug, PartialEq, Eq)]
pub struct Name {
    pub text: String,
    pub line: usize,
}

impl Name {
    /// Returns `true` if this is the named item, or an item inside it.
    pub fn is_in(&self, item: &str) -> bool {
        self.text.strip_prefix(item).is_some_and(|rest| rest.is_empty() || rest.starts_with("::"))
    }
}

/// The Rust files below a folder that are neither tests nor generated, in the order of their names.
pub fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut open = vec![folder.to_owned()];
    while let Some(path) = open.pop() {
        let stem = path.file_stem().unwrap_or_default();
        if path.is_dir() {
            if stem != "tests" && stem != "generated" {
                let entries = std::fs::read_dir(&path).into_iter().flatten().flatten();
                open.extend(entries.map(|entry| entry.path()));
            }
        } else if path.extension().is_some_and(|extension| extension == "rs") && stem != "tests" {
            found.push(path);
        }
    }
    found.sort();
    found
}

/// The names in a text, without those in items under `#[cfg(test)]` and those that begin with `$crate`.
///
/// # Errors
/// The text is not made of Rust tokens.
pub fn names(text: &str) -> Result<Vec<Name>, String> {
    let tokens: TokenStream = text.parse().map_err(|error: proc_macro2::LexError| error.to_string())?;
    let mut found = Vec::new();
    scan(tokens, "", &mut found);
    Ok(found)
}

/// Collects the names of a stream. `prefix` is the path before a `{…}` of a `use`.
fn scan(tokens: TokenStream, prefix: &str, found: &mut Vec<Name>) {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    let mut at = 0;
    while at < tokens.len() {
        match &tokens[at] {
            TokenTree::Punct(punct) if punct.as_char() == '#' && is_test(tokens.get(at + 1)) => {
                at = after_item(&tokens, at + 2);
            }
            TokenTree::Punct(punct) if punct.as_char() == '$' => {
                at = path(&tokens, at + 1, "", &mut Vec::new())
            }
            TokenTree::Punct(punct) if punct.as_char() == '.' => {
                if let (Some(TokenTree::Ident(method)), Some(TokenTree::Group(arguments))) =
                    (tokens.get(at + 1), tokens.get(at + 2))
                    && arguments.delimiter() == Delimiter::Parenthesis
                    && !arguments.stream().into_iter().any(|token| is(&token, ','))
                {
                    found.push(Name { text: format!(".{method}()"), line: method.span().start().line });
                }
                // A method is not a path.
                at += if matches!(tokens.get(at + 1), Some(TokenTree::Ident(_))) { 2 } else { 1 };
            }
            TokenTree::Ident(_) => at = path(&tokens, at, prefix, found),
            TokenTree::Group(group) => {
                scan(group.stream(), "", found);
                at += 1;
            }
            _ => at += 1,
        }
    }
}

/// Reads the path that begins at `at`, and returns the place after it.
fn path(tokens: &[TokenTree], mut at: usize, prefix: &str, found: &mut Vec<Name>) -> usize {
    let mut text = prefix.to_owned();
    let line = tokens.get(at).map_or(0, |token| token.span().start().line);
    while let Some(TokenTree::Ident(ident)) = tokens.get(at) {
        text.push_str(&ident.to_string());
        at += 1;
        let separated = tokens.get(at).is_some_and(|token| is(token, ':'))
            && matches!(&tokens[at], TokenTree::Punct(punct) if punct.spacing() == Spacing::Joint)
            && tokens.get(at + 1).is_some_and(|token| is(token, ':'));
        if !separated {
            if let (Some(token), Some(TokenTree::Group(_))) = (tokens.get(at), tokens.get(at + 1))
                && is(token, '!')
            {
                text.push('!');
            }
            break;
        }
        at += 2;
        match tokens.get(at) {
            Some(TokenTree::Ident(_)) => text.push_str("::"),
            Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Brace => {
                scan(group.stream(), &format!("{text}::"), found);
                return at + 1;
            }
            // `::*` of a `use`, or `::<…>`.
            _ => break,
        }
    }
    found.push(Name { text, line });
    at
}

fn is(token: &TokenTree, character: char) -> bool {
    matches!(token, TokenTree::Punct(punct) if punct.as_char() == character)
}

/// Returns `true` for the brackets of `#[cfg(test)]` and `#[cfg(all(test, …))]`.
fn is_test(token: Option<&TokenTree>) -> bool {
    let Some(TokenTree::Group(group)) = token else { return false };
    let text = group.stream().to_string();
    let words: Vec<&str> = text.split(|c: char| !c.is_alphanumeric() && c != '_').collect();
    words.first() == Some(&"cfg") && words.contains(&"test") && !words.contains(&"not")
}

/// The place after the item that begins at `at`: after its `{…}` or its semicolon.
fn after_item(tokens: &[TokenTree], at: usize) -> usize {
    let ends = |token: &TokenTree| {
        is(token, ';') || matches!(token, TokenTree::Group(group) if group.delimiter() == Delimiter::Brace)
    };
    tokens[at.min(tokens.len())..].iter().position(ends).map_or(tokens.len(), |found| at + found + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_from_uses_paths_macros_and_methods_outside_tests() {
        let text = r#"
//! std::doc::comment
use std::{env, fs::{self, File}};
fn f() -> std::io::Result<()> {
    println!("{}", a.unwrap());
    let x: Vec<u8> = b.expect("reason").collect::<Vec<_>>();
    judge.expect(1, 2);
    let y = $crate::hidden::name;
}
#[cfg(test)]
mod tests { use hidden::path; }
#[cfg(all(test, unix))]
use hidden::too;
fn g() { seen::after() }
"#;
        let names = names(text).unwrap();
        let has = |text: &str, line| names.contains(&Name { text: text.to_owned(), line });
        for (text, line) in [
            ("std::env", 3),
            ("std::fs::self", 3),
            ("std::fs::File", 3),
            ("std::io::Result", 4),
            ("println!", 5),
            (".unwrap()", 5),
            (".expect()", 6),
            ("seen::after", 14),
        ] {
            assert!(has(text, line), "{text}: {names:?}");
        }
        assert!(
            !names.iter().any(|name| name.text.contains("hidden") || name.text.contains("doc::")),
            "{names:?}"
        );
        assert_eq!(names.iter().filter(|name| name.text == ".expect()").count(), 1);
    }
}
