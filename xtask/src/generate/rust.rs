//! Rust as text: types, names, documentation.

use heck::{ToSnakeCase, ToUpperCamelCase};
use serde_json::Value;

/// The types of `cc-runtime` that schemas and commands may name.
pub const RUNTIME_TYPES: [&str; 22] = [
    "AddonId",
    "AddonProviderId",
    "AnyAddonId",
    "ApplicationId",
    "ConsumerKey",
    "Decimal",
    "DeploymentId",
    "DrainId",
    "InstanceId",
    "InvoiceNumber",
    "Money",
    "NetworkGroupId",
    "OwnerId",
    "RealAddonId",
    "ResourceId",
    "Secret",
    "SecretJson",
    "ServiceUrl",
    "Timestamp",
    "TimestampMillis",
    "UserId",
    "ZoneId",
];

/// A type of generated code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ty {
    String,
    Bool,
    I32,
    I64,
    U64,
    F64,
    /// A time, as a number of seconds in JSON.
    Seconds,
    Json,
    JsonMap,
    Bytes,
    Unit,
    List(Box<Ty>),
    Map(Box<Ty>),
    Option(Box<Ty>),
    Boxed(Box<Ty>),
    Patch(Box<Ty>),
    /// A type of `cc-runtime`.
    Core(String),
    /// A type of the domain's `types` module.
    Local(String),
    /// A type by its whole path.
    Path(String),
}

impl Ty {
    /// Formats the type as Rust; `types` is the path before the domain's own types, such as `types::`, or
    /// empty.
    pub fn rust(&self, types: &str) -> String {
        match self {
            Self::String => "String".to_owned(),
            Self::Bool => "bool".to_owned(),
            Self::I32 => "i32".to_owned(),
            Self::I64 => "i64".to_owned(),
            Self::U64 => "u64".to_owned(),
            Self::F64 => "f64".to_owned(),
            Self::Seconds => "std::time::Duration".to_owned(),
            Self::Json => "serde_json::Value".to_owned(),
            Self::JsonMap => "serde_json::Map<String, serde_json::Value>".to_owned(),
            Self::Bytes => "cc_runtime::__private::Bytes".to_owned(),
            Self::Unit => "()".to_owned(),
            Self::List(item) => format!("Vec<{}>", item.rust(types)),
            Self::Map(value) => format!("std::collections::BTreeMap<String, {}>", value.rust(types)),
            Self::Option(inner) => format!("Option<{}>", inner.rust(types)),
            Self::Boxed(inner) => format!("Box<{}>", inner.rust(types)),
            Self::Patch(inner) => format!("cc_runtime::Patch<{}>", inner.rust(types)),
            Self::Core(name) => format!("cc_runtime::{name}"),
            Self::Local(name) => format!("{types}{name}"),
            Self::Path(path) => path.clone(),
        }
    }

    /// Formats the type for the surface.
    pub fn surface(&self) -> String {
        self.surface_in("")
    }

    /// Formats the type for the surface; `domain` is the text before the domain's own types, such as `zone.`.
    pub fn surface_in(&self, domain: &str) -> String {
        match self {
            Self::String => "string".to_owned(),
            Self::Json => "json".to_owned(),
            Self::JsonMap => "object".to_owned(),
            Self::Bytes => "bytes".to_owned(),
            Self::List(item) => format!("[{}]", item.surface_in(domain)),
            Self::Map(value) => format!("{{{}}}", value.surface_in(domain)),
            Self::Option(inner) => format!("{}?", inner.surface_in(domain)),
            Self::Boxed(inner) => format!("box {}", inner.surface_in(domain)),
            Self::Patch(inner) => format!("patch {}", inner.surface_in(domain)),
            Self::Core(name) => name.clone(),
            Self::Local(name) => format!("{domain}{name}"),
            Self::Path(path) => path.rsplit("::").next().unwrap_or(path).to_owned(),
            Self::Seconds => "seconds".to_owned(),
            Self::Unit => "void".to_owned(),
            other => other.rust(""),
        }
    }

    pub fn is_option(&self) -> bool {
        matches!(self, Self::Option(_))
    }

    /// The type inside an option, else the type itself.
    pub fn bare(&self) -> &Ty {
        match self {
            Self::Option(inner) => inner,
            other => other,
        }
    }

    /// The type inside a box, else the type itself.
    pub fn unboxed(&self) -> &Ty {
        match self {
            Self::Boxed(inner) => inner,
            other => other,
        }
    }

    pub fn optional(self) -> Self {
        match self {
            Self::Option(_) => self,
            other => Self::Option(Box::new(other)),
        }
    }

    /// The type of an argument that becomes this type.
    pub fn argument(&self, types: &str) -> String {
        match self {
            Self::Boxed(inner) => inner.argument(types),
            Self::String | Self::Core(_) | Self::Local(_) | Self::Path(_) | Self::Patch(_) | Self::Bytes => {
                format!("impl Into<{}>", self.rust(types))
            }
            Self::List(item) if !matches!(**item, Self::Option(_)) => {
                format!("impl IntoIterator<Item = impl Into<{}>>", item.rust(types))
            }
            other => other.rust(types),
        }
    }

    /// The argument of a setter, which may have an `Option` around the value.
    pub fn setter_argument(&self, types: &str, ident: &str) -> SetterArgument {
        let of = |name: &str, ty: &Ty, method: &str| SetterArgument {
            kind: "<Kind>",
            ty: format!("impl cc_runtime::input::{name}<{}, Kind>", ty.rust(types)),
            value: format!("{ident}.{method}()"),
        };
        let inner = match self {
            Self::Patch(inner) if inner.converts() => return of("IntoPatch", inner, "into_patch"),
            Self::Option(inner) => &**inner,
            other => {
                let (ty, value) = (other.argument(types), other.converted(ident));
                return SetterArgument { kind: "", ty, value };
            }
        };
        match inner {
            Self::Boxed(inner) => {
                let argument = Self::Option(inner.clone()).setter_argument(types, ident);
                SetterArgument { value: format!("{}.map(Box::new)", argument.value), ..argument }
            }
            Self::List(item) if !matches!(**item, Self::Option(_)) => {
                of("IntoOptionalList", item, "into_optional_list")
            }
            Self::Map(value) => of("IntoOptionalMap", value, "into_optional_map"),
            ty if ty.converts() => of("IntoOption", ty, "into_option"),
            ty => {
                let ty = format!("impl Into<Option<{}>>", ty.rust(types));
                SetterArgument { kind: "", ty, value: format!("{ident}.into()") }
            }
        }
    }

    /// `true` for types that others convert into. A literal number would not know its type.
    fn converts(&self) -> bool {
        matches!(self, Self::String | Self::Core(_) | Self::Local(_) | Self::Path(_) | Self::Bytes)
    }

    /// The expression that turns an argument into this type.
    pub fn converted(&self, argument: &str) -> String {
        match self {
            Self::Boxed(inner) => format!("Box::new({})", inner.converted(argument)),
            Self::String | Self::Core(_) | Self::Local(_) | Self::Path(_) | Self::Patch(_) | Self::Bytes => {
                format!("{argument}.into()")
            }
            Self::List(item) if !matches!(**item, Self::Option(_)) => {
                format!("{argument}.into_iter().map(Into::into).collect()")
            }
            _ => argument.to_owned(),
        }
    }
}

/// The argument of a setter.
pub struct SetterArgument {
    /// The generic parameters of the setter.
    pub kind: &'static str,
    pub ty: String,
    /// The expression for the value of the field.
    pub value: String,
}

/// The name of a schema as a type.
pub fn type_name(name: &str) -> String {
    name.to_upper_camel_case()
}

/// The name of the type that sends the requests of a domain. Each domain has another, so that the names of several modules can be
/// imported at once beside the `Client` of commands.
pub fn api_name(domain: &str) -> String {
    format!("{}Api", type_name(domain))
}

/// A name in snake case as progenitor writes it, without the mark that keeps it from being a keyword.
pub fn snake_name(name: &str) -> String {
    let mut snake = match name {
        "+1" => "plus1".to_owned(),
        "-1" => "minus1".to_owned(),
        name => identifiable(&name.replace('\'', "")).to_snake_case(),
    };
    if snake.is_empty() || snake.starts_with(|c: char| c.is_ascii_digit()) {
        snake.insert(0, 'x');
    }
    snake
}

/// A name as a field, an argument or a module.
pub fn field_name(name: &str) -> String {
    let name = name.replace("IPs", "Ips").replace("OAuth", "Oauth").replace("GitHub", "Github");
    let mut snake = snake_name(&name);
    // The last one is the constructor.
    const KEYWORDS: [&str; 52] = [
        "as", "async", "await", "break", "const", "continue", "crate", "dyn", "else", "enum", "extern",
        "false", "fn", "for", "gen", "if", "impl", "in", "let", "loop", "match", "mod", "move", "mut", "pub",
        "ref", "return", "self", "static", "struct", "super", "trait", "true", "try", "type", "unsafe",
        "use", "where", "while", "yield", "abstract", "become", "box", "do", "final", "macro", "override",
        "priv", "typeof", "unsized", "virtual", "new",
    ];
    if KEYWORDS.contains(&snake.as_str()) {
        snake.push('_');
    }
    snake
}

/// A name as a field of a command in JSON.
pub fn camel_name(name: &str) -> String {
    heck::ToLowerCamelCase::to_lower_camel_case(name)
}

/// A value of an enum, or of the tag of a union, as a variant of its schema: `x-names` of the schema wins.
pub fn variant(schema: &Value, value: &str) -> String {
    schema["x-names"][value].as_str().map_or_else(|| variant_name(value), str::to_owned)
}

/// A value as a variant. It depends on the value alone, so that no other value ever renames it.
pub fn variant_name(value: &str) -> String {
    let signed = match value.strip_prefix('-') {
        Some(rest) if rest.starts_with(|c: char| c.is_ascii_digit()) => format!("minus {rest}"),
        _ => value.to_owned(),
    };
    let mut name = identifiable(&signed.replace('\'', "").replace('+', " plus ")).to_upper_camel_case();
    if name.is_empty() {
        name = "Empty".to_owned();
    }
    if name.starts_with(|c: char| c.is_ascii_digit()) {
        name.insert(0, 'V');
    }
    match name.as_str() {
        "Unknown" => "UnknownValue".to_owned(),
        "Self" => "SelfValue".to_owned(),
        "All" => "AllValues".to_owned(),
        _ => name,
    }
}

/// A text without the letters and digits that no Rust identifier may hold, such as `²`.
pub fn identifiable(text: &str) -> String {
    let fits = |c: char| c.is_ascii() || syn::parse_str::<syn::Ident>(&format!("x{c}")).is_ok();
    text.chars().map(|c| if fits(c) { c } else { ' ' }).collect()
}

/// A field of a struct expression.
pub fn initializer(ident: &str, value: &str) -> String {
    if ident == value { format!("{ident},") } else { format!("{ident}: {value},") }
}

/// A Rust string literal.
pub fn literal(text: &str) -> String {
    format!("{text:?}")
}

/// Formats paragraphs as documentation lines: wrapped, and escaped where rustdoc would read unintended
/// markup.
pub fn doc(indent: &str, text: &str) -> String {
    let mut out = String::new();
    for line in wrap(&escape(text), 112usize.saturating_sub(indent.len() + 4)) {
        out.push_str(indent);
        out.push_str(if line.is_empty() { "///" } else { "/// " });
        out.push_str(&line);
        out.push('\n');
    }
    out
}

fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut lines = Vec::new();
    for paragraph in text.trim().split('\n') {
        let paragraph = paragraph.trim_end();
        let hanging = if paragraph.trim_start().starts_with("- ") { "  " } else { "" };
        let mut line = String::new();
        for word in words(paragraph) {
            if !line.trim().is_empty() && line.chars().count() + 1 + word.chars().count() > width {
                lines.push(std::mem::take(&mut line));
                line.push_str(hanging);
                line.push_str(word);
            } else {
                if !line.is_empty() && line != hanging {
                    line.push(' ');
                }
                line.push_str(word);
            }
        }
        lines.push(line);
    }
    lines
}

/// Splits at spaces that are not inside a code span.
fn words(text: &str) -> Vec<&str> {
    let mut words = Vec::new();
    let (mut start, mut code) = (0, false);
    for (at, character) in text.char_indices() {
        match character {
            '`' => code = !code,
            ' ' if !code => {
                if at > start {
                    words.push(&text[start..at]);
                }
                start = at + 1;
            }
            _ => {}
        }
    }
    if start < text.len() {
        words.push(&text[start..]);
    }
    words
}

/// Escapes brackets and angle brackets outside code spans, and turns bare URLs into links.
fn escape(text: &str) -> String {
    let mut out = String::new();
    for (index, span) in text.split('`').enumerate() {
        if index > 0 {
            out.push('`');
        }
        if index % 2 == 1 {
            out.push_str(span);
            continue;
        }
        for (index, word) in span.split(' ').enumerate() {
            if index > 0 {
                out.push(' ');
            }
            if word.starts_with("https://") || word.starts_with("http://") {
                let end = word.trim_end_matches(['.', ',', ')', ';', ':']).len();
                out.push_str(&format!("<{}>{}", &word[..end], &word[end..]));
            } else {
                out.push_str(
                    &word.replace('[', "\\[").replace(']', "\\]").replace('<', "\\<").replace('>', "\\>"),
                );
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_never_collide_with_the_language() {
        assert_eq!(field_name("type"), "type_");
        assert_eq!(field_name("new"), "new_");
        assert_eq!(field_name("X-Clever-Password"), "x_clever_password");
        assert_eq!(field_name("@timestamp"), "timestamp");
        assert_eq!(variant_name("2FA"), "V2fa");
        assert_eq!(variant_name("UNKNOWN"), "UnknownValue");
        assert_eq!((field_name("é"), field_name("m²")), ("é".to_owned(), "m".to_owned()));
    }

    #[test]
    fn a_variant_is_called_by_its_value_alone_or_as_the_spec_says() {
        for (value, name) in
            [("1", "V1"), ("-1", "Minus1"), ("+1", "Plus1"), ("a-1", "A1"), ("-a", "A"), ("", "Empty")]
        {
            assert_eq!(variant_name(value), name, "{value}");
        }
        let schema = serde_json::json!({ "enum": ["_1", "1"], "x-names": { "_1": "Underscore1" } });
        assert_eq!((variant(&schema, "_1").as_str(), variant(&schema, "1").as_str()), ("Underscore1", "V1"));
    }

    #[test]
    fn documentation_is_wrapped_and_escaped() {
        let text = format!("See https://host/x. A [b] <c> `d [e]`. {}", "word ".repeat(30));
        let doc = doc("", &text);
        assert!(doc.starts_with("/// See <https://host/x>. A \\[b\\] \\<c\\> `d [e]`."), "{doc}");
        assert!(doc.lines().count() > 1 && doc.lines().all(|line| line.len() <= 112), "{doc}");
    }
}
