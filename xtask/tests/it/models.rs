//! The models that commands give back, field by field against the wire types that they are made of.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// Fields of wire types that no model reads, and why.
const LEFT_OUT: [(&str, &str, &str); 17] = [
    ("account::UserSummary", "admin", "`GetProfile` gives it"),
    ("account::UserSummary", "email", "`GetProfile` gives it"),
    ("account::UserSummary", "lang", "`GetProfile` gives it"),
    ("account::UserSummary", "partner_console_url", "`GetProfile` gives it"),
    ("account::UserSummary", "partner_id", "`GetProfile` gives it"),
    ("account::UserSummary", "partner_name", "`GetProfile` gives it"),
    ("addon::AddonSso", "macaroon", "a token of an older sign-in; the official client gives none"),
    ("addon_provider::AddonConnection", "id", "a part of the restore command only"),
    ("addon_provider::AddonConnection", "password", "never put into a command line"),
    ("application::Application", "deploy_url", "the same as `deployment.url`"),
    ("application::InstanceSettings", "instance_and_version", "`type` and `version` in one text"),
    ("drain::Drain", "tenant_id", "the owner, which the caller or the resolver knows"),
    ("network_group::NetworkGroup", "dns_sanitized_label", "a part of the domain names of its members"),
    ("operator::Otoroshi", "env_vars", "the official client gives none of Otoroshi"),
    ("pulsar::Pulsar", "cluster_id", "`cluster.id`"),
    ("pulsar::Pulsar", "owner_id", "the owner, which the caller or the resolver knows"),
    ("shared::ProviderVersions", "provider_id", "the caller names the provider"),
];

#[test]
fn every_field_of_a_wire_type_is_in_its_model_or_left_out_on_purpose() {
    let crates = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().join("crates");
    let wire = wire_types(&crates.join("generated"));
    let mut unread: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let mut models = 0;
    for file in rust_files(&crates.join("cc-client/src")) {
        let text = std::fs::read_to_string(&file).unwrap();
        for reader in readers(&text) {
            for name in reader.types(&wire) {
                models += 1;
                let fields = unread.entry(name.clone()).or_insert_with(|| wire[&name].clone());
                fields.retain(|field| !reader.reads(field));
            }
        }
    }
    assert!(models > 90, "{models}");
    let unread: BTreeSet<(String, String)> = unread
        .into_iter()
        .flat_map(|(name, fields)| fields.into_iter().map(move |field| (name.clone(), field)))
        .collect();
    let known: BTreeSet<(String, String)> =
        LEFT_OUT.iter().map(|(name, field, _)| ((*name).to_owned(), (*field).to_owned())).collect();
    let forgotten: Vec<_> = unread.difference(&known).collect();
    assert!(
        forgotten.is_empty(),
        "no model reads these fields: add them, or say why they are left out: {forgotten:?}"
    );
    let outdated: Vec<_> = known.difference(&unread).collect();
    assert!(outdated.is_empty(), "these fields are read: take them off the list: {outdated:?}");
}

/// Fields of the generated structs, by `domain::Name`.
fn wire_types(generated: &Path) -> BTreeMap<String, BTreeSet<String>> {
    let mut types = BTreeMap::new();
    for entry in std::fs::read_dir(generated).unwrap() {
        let folder = entry.unwrap().path();
        let name = folder.file_name().unwrap().to_string_lossy().into_owned();
        let Some(domain) = name.strip_prefix("cc-api-") else { continue };
        let Ok(text) = std::fs::read_to_string(folder.join("src/types.rs")) else { continue };
        for item in syn::parse_file(&text).unwrap().items {
            if let syn::Item::Struct(item) = item {
                let fields =
                    item.fields.iter().filter_map(|field| field.ident.as_ref().map(ToString::to_string));
                types.insert(format!("{}::{}", domain.replace('-', "_"), item.ident), fields.collect());
            }
        }
    }
    types
}

/// Types that a macro names, by its parameter.
const OF_A_MACRO: [(&str, &[&str]); 1] = [("$wire", &["Keycloak", "Matomo", "Metabase", "Otoroshi"])];

/// Code that is given a value of a wire type under some name.
struct Reader<'a> {
    variable: &'a str,
    /// `None` for a type of any domain: shared schemas are in several.
    domain: Option<&'a str>,
    name: &'a str,
    code: &'a str,
}

impl Reader<'_> {
    /// The wire types that it may be given.
    fn types(&self, wire: &BTreeMap<String, BTreeSet<String>>) -> Vec<String> {
        let several = OF_A_MACRO.iter().find(|(parameter, _)| *parameter == self.name);
        let names = several.map_or(std::slice::from_ref(&self.name), |(_, names)| names);
        let is_one = |full: &&String| {
            full.split_once("::").is_some_and(|(domain, name)| {
                names.contains(&name) && self.domain.is_none_or(|wanted| wanted == domain)
            })
        };
        wire.keys().filter(is_one).cloned().collect()
    }

    fn reads(&self, field: &str) -> bool {
        let is_word = |c: char| c.is_alphanumeric() || c == '_';
        self.code.match_indices(self.variable).any(|(at, _)| {
            let rest = self.code[at + self.variable.len()..].trim_start();
            let rest = rest.strip_prefix('.').map(str::trim_start).and_then(|rest| rest.strip_prefix(field));
            !self.code[..at].ends_with(is_word) && rest.is_some_and(|rest| !rest.starts_with(is_word))
        }) || self.code.contains(&format!("{}.$", self.variable))
            && self.code.lines().any(|line| line.trim().strip_suffix(',') == Some(field))
    }
}

/// Everything in a file that is given a wire type, as an argument or in a model.
fn readers(text: &str) -> Vec<Reader<'_>> {
    let is_word = |c: char| c.is_alphanumeric() || c == '_' || c == '$';
    let mut readers = Vec::new();
    for (at, _) in text.match_indices(": ") {
        let before = &text[..at];
        let start = before.rfind(|c: char| !is_word(c)).map_or(0, |at| at + 1);
        let lead = before[..start].trim_end();
        if start == at || !(lead.ends_with(['(', '|', ',']) || lead.ends_with("(mut")) {
            continue;
        }
        let after = text[at + 2..].trim_start_matches('&');
        let end = after.find(|c: char| !is_word(c) && c != ':').unwrap_or(after.len());
        let (path, name) = after[..end].rsplit_once("::").unwrap_or(("", &after[..end]));
        let Some(domain) = domain(text, path, name) else { continue };
        let rest = &after[end..];
        let code = match rest.strip_prefix("| ").filter(|rest| !rest.starts_with('{')) {
            Some(rest) => rest.lines().next().unwrap_or_default(),
            None => block(rest),
        };
        // The fields that a macro is given stand anywhere in the file.
        let code = if code.contains(&format!("{}.$", &before[start..])) { text } else { code };
        readers.push(Reader { variable: &before[start..], domain, name, code });
    }
    readers
}

/// Domain of a wire type: `Some(None)` for any, `None` for other types.
fn domain<'a>(text: &'a str, path: &'a str, name: &str) -> Option<Option<&'a str>> {
    if let Some(domain) = path.strip_prefix("cc_api_").and_then(|path| path.strip_suffix("::types")) {
        return Some(Some(domain));
    }
    text.split("use cc_api_").skip(1).find_map(|import| {
        let (domain, import) = import.split_once("::types")?;
        let (import, _) = import.split_once(';')?;
        let names = |word: &str| import.split(|c: char| !c.is_alphanumeric()).any(|own| own == word);
        let is_meant = path == "wire" && names("wire") || path.is_empty() && names(name);
        is_meant.then_some(Some(domain))
    })
}

/// The first part of a text that is in braces.
fn block(text: &str) -> &str {
    let start = text.find('{').unwrap_or(text.len());
    let mut depth = 0;
    for (at, c) in text[start..].char_indices() {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return &text[start..=start + at];
        }
    }
    ""
}

fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() && !path.ends_with("generated") {
            files.extend(rust_files(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
    files
}
