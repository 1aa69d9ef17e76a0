//! Parts shared by all commands: the struct with its inputs, its constructors and its setters.

use std::fmt::Write;

use heck::ToSnakeCase;

use crate::generate::homes::Home;
use crate::generate::rust::{Ty, camel_name, doc, initializer, literal};
use crate::generate::types::render_setter;

/// A command as a struct.
pub(super) struct Shape<'a> {
    pub(super) home: &'static Home,
    pub(super) name: &'a str,
    /// Module of commands.
    pub(super) module: &'a str,
    /// The attribute with the condition on the features, as a line, or nothing.
    pub(super) condition: &'a str,
    /// Path before the domain's own types.
    pub(super) types: &'a str,
    /// The documentation of the struct as lines, without its example.
    pub(super) page: String,
    /// The example as lines of documentation.
    pub(super) example: String,
    pub(super) fields: Vec<ShapeField>,
    /// Constructors other than `new`, each with the names of the fields that it takes.
    pub(super) constructors: &'a [(String, Vec<String>)],
    pub(super) is_stream: bool,
    /// Commands of the command-line client that do the same, without `clever`.
    pub(super) cli: &'a [String],
    /// The routes that the command asks, without repetitions.
    pub(super) routes: Vec<&'a str>,
}

/// An input of a command.
pub(super) struct ShapeField {
    /// Name in JSON.
    pub(super) name: String,
    pub(super) ident: String,
    pub(super) ty: Ty,
    pub(super) required: bool,
    pub(super) description: String,
}

impl Shape<'_> {
    /// The struct and its constructors.
    pub(super) fn render(&self) -> String {
        let Self { name, condition, types, .. } = self;
        let mut out = self.page.clone();
        out.push_str(&self.example);
        out.push_str(&self.aliases());
        let nothing = if self.is_stream {
            "a stream does nothing until it is opened"
        } else {
            "a command does nothing until it is sent"
        };
        let default = if self.fields.iter().any(|field| field.required) { "" } else { "Default, " };
        let _ = writeln!(
            out,
            "{condition}#[derive(Debug, Clone, {default}PartialEq, Serialize, Deserialize)]\n\
             #[cfg_attr(feature = \"catalog\", derive(schemars::JsonSchema))]\n\
             #[serde(rename_all = \"camelCase\", deny_unknown_fields)]\n\
             #[non_exhaustive]\n#[must_use = {nothing:?}]\npub struct {name} {{"
        );
        for field in &self.fields {
            out.push_str(&doc("    ", &field.description));
            out.push_str(&attributes(field));
            let _ = writeln!(out, "    pub {}: {},", field.ident, field.ty.rust(types));
        }
        out.push_str("}\n");
        let _ = writeln!(out, "\n{condition}impl {name} {{");
        if self.constructors.is_empty() {
            let required = |field: &ShapeField| field.required;
            let what = if self.fields.iter().any(required) {
                "Creates the command from its required inputs."
            } else {
                "Creates the command. It has no required inputs."
            };
            self.constructor(&mut out, "new", what, &required);
        }
        for (constructor, taken) in self.constructors {
            let inputs: Vec<String> = taken.iter().map(|name| format!("`{}`", self.ident(name))).collect();
            let what = format!("Creates the command from {}.", listed(&inputs));
            self.constructor(&mut out, constructor, &what, &|field| taken.contains(&field.name));
        }
        // An owner may be given beside the input that it would be resolved from.
        let given = |field: &ShapeField| {
            let taken = self.constructors.iter().any(|(_, taken)| taken.contains(&field.name));
            field.required || taken && field.name != "ownerId"
        };
        for field in self.fields.iter().filter(|field| !given(field)) {
            out.push_str(&render_setter(&field.ident, &field.ty, types, &field.description, true));
        }
        out.push_str("}\n");
        out
    }

    /// Other names under which a search in the documentation finds the command: its class in the JavaScript client, its
    /// command in the command-line client, and its routes.
    fn aliases(&self) -> String {
        let class = format!("{}Command", self.name);
        let cli: Vec<String> = self.cli.iter().map(|words| format!("clever {words}")).collect();
        let names = std::iter::once(class.as_str()).chain(cli.iter().map(String::as_str));
        let aliases = names.chain(self.routes.iter().copied());
        aliases.fold(String::new(), |mut out, alias| {
            let _ = writeln!(out, "#[doc(alias = {})]", literal(alias));
            out
        })
    }

    fn ident<'n>(&'n self, name: &'n str) -> &'n str {
        self.fields.iter().find(|field| field.name == name).map_or(name, |field| &field.ident)
    }

    fn constructor(&self, out: &mut String, name: &str, what: &str, takes: &dyn Fn(&ShapeField) -> bool) {
        let arguments: Vec<String> = self
            .fields
            .iter()
            .filter(|field| takes(field))
            .map(|field| format!("{}: {}", field.ident, field.ty.bare().argument(self.types)))
            .collect();
        out.push_str(&doc("    ", what));
        let _ = writeln!(out, "    pub fn {name}({}) -> Self {{\n        Self {{", arguments.join(", "));
        for field in &self.fields {
            let value = if takes(field) {
                let value = field.ty.bare().converted(&field.ident);
                if field.ty.is_option() { format!("Some({value})") } else { value }
            } else if matches!(field.ty, Ty::Patch(_)) {
                "cc_runtime::Patch::Absent".to_owned()
            } else {
                "None".to_owned()
            };
            let _ = writeln!(out, "            {}", initializer(&field.ident, &value));
        }
        out.push_str("        }\n    }\n");
    }

    /// An example with made-up inputs. Those of `cc-client` run against the sandbox, which makes up the required inputs.
    pub(super) fn made_up_example(&self, void: bool) -> String {
        let Self { home, name, module, types, .. } = self;
        let krate = home.name();
        let required: Vec<&ShapeField> = self.fields.iter().filter(|field| field.required).collect();
        let ty = |field: &ShapeField| {
            let ty = field.ty.rust(types);
            let ty = ty
                .replace("cc_runtime::", &format!("{krate}::runtime::"))
                .replace("crate::", &format!("{krate}::"));
            match types.strip_prefix("cc_api_") {
                Some(domain) => ty.replace(types, &format!("{krate}::api::{domain}")),
                None => ty,
            }
        };
        let mut out = "///\n/// # Example\n".to_owned();
        if home.has_features() {
            let name = literal(name);
            let _ = writeln!(out, "/// ```\n/// # cc_trials::try_out({name}, async |client, input| {{");
            for field in &required {
                let name = literal(&field.name);
                let _ = writeln!(out, "/// # let {}: {} = input.get({name});", field.ident, ty(field));
            }
        } else {
            let inputs: String =
                required.iter().map(|field| format!(", {}: {}", field.ident, ty(field))).collect();
            let _ = writeln!(
                out,
                "/// ```no_run\n/// # async fn example(client: {krate}::{}{inputs}) -> {krate}::Result<()> {{",
                home.client
            );
        }
        let arguments: Vec<&str> = required.iter().map(|field| field.ident.as_str()).collect();
        let call = format!("client.send({name}::new({})).await?;", arguments.join(", "));
        let (verb, thing) =
            name.split_at(name[1..].find(|c: char| c.is_ascii_uppercase()).map_or(0, |at| at + 1));
        let plural = if verb == "List" { "s" } else { "" };
        let binding = if void { String::new() } else { format!("let {}{plural} = ", thing.to_snake_case()) };
        let _ = writeln!(
            out,
            "/// use {krate}::{};\n///\n/// {binding}{call}\n/// # Ok(()) }}{}\n/// ```",
            home.path(module, name),
            if home.has_features() { ");" } else { "" }
        );
        out
    }
}

fn attributes(field: &ShapeField) -> String {
    let mut attributes = Vec::new();
    if camel_name(&field.ident) != field.name {
        attributes.push(format!("rename = {}", literal(&field.name)));
    }
    if matches!(field.ty, Ty::Patch(_)) {
        attributes.push("default, skip_serializing_if = \"cc_runtime::Patch::is_absent\"".to_owned());
    } else if !field.required {
        attributes.push("default, skip_serializing_if = \"Option::is_none\"".to_owned());
    }
    let mut out = String::new();
    if *field.ty.bare() == Ty::Seconds {
        let module = match field.required {
            true => "cc_runtime::__private::seconds",
            false => "cc_runtime::__private::seconds::option",
        };
        attributes.push(format!("with = {module:?}"));
        let read_as = if field.required { "f64" } else { "Option<f64>" };
        let _ = writeln!(
            out,
            "    #[cfg_attr(feature = \"catalog\", schemars(with = {read_as:?}, range(min = 0)))]"
        );
    }
    if may_hold_enum(&field.ty) {
        attributes.push("deserialize_with = \"cc_runtime::__private::input\"".to_owned());
    }
    if !attributes.is_empty() {
        let _ = writeln!(out, "    #[serde({})]", attributes.join(", "));
    }
    out
}

/// Returns `true` if a type is an open enum or may hold one, of which an input takes known values only.
fn may_hold_enum(ty: &Ty) -> bool {
    match ty {
        Ty::Local(_) | Ty::Path(_) => true,
        Ty::List(inner) | Ty::Map(inner) | Ty::Option(inner) | Ty::Boxed(inner) | Ty::Patch(inner) => {
            may_hold_enum(inner)
        }
        _ => false,
    }
}

/// `a`, `b` and `c`.
fn listed(names: &[String]) -> String {
    match names {
        [] => "nothing".to_owned(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}
