//! `generated/api.rs` of the client: the generated crates within its reach.

use std::fmt::Write;

use super::HEADER_TEXT;
use super::homes::Home;
use super::rust::{api_name, doc, field_name};
use crate::spec::model::Spec;

pub fn render(spec: &Spec) -> String {
    let mut out = format!(
        "// {HEADER_TEXT}\n//! The crate of each domain, and what sends its requests.\n\nuse crate::api::Api;\n\n"
    );
    for domain in spec.domains.iter().filter(|domain| Home::of(&domain.name).has_features()) {
        let module = field_name(&domain.name);
        let _ = writeln!(
            out,
            "#[cfg(feature = {:?})]\n#[doc(inline)]\npub use cc_api_{} as {module};",
            domain.name,
            domain.name.replace('-', "_")
        );
    }
    out.push_str("\nimpl Api {\n");
    for domain in spec.domains.iter().filter(|domain| Home::of(&domain.name).has_features()) {
        let module = field_name(&domain.name);
        let client = api_name(&domain.name);
        let page = format!("{}: {}", domain.title, domain.description);
        out.push_str(&doc("    ", &page));
        let _ = writeln!(
            out,
            "    #[cfg(feature = {:?})]\n    #[must_use]\n    pub fn {module}(&self) -> {module}::{client} {{\n        {module}::{client}::new(self.transport().clone())\n    }}\n",
            domain.name
        );
    }
    out.push_str("}\n");
    out
}
