//! The example in the documentation of each request. It is compiled as a test of its crate, and never run.

use std::fmt::Write;

use super::super::rust::{Ty, api_name, field_name, type_name};
use super::Input;
use crate::spec::model::{Domain, Operation};

/// A call of the client with the required inputs. Inputs that are neither a text nor an id are arguments of a hidden function.
pub fn render(domain: &Domain, operation: &Operation, inputs: &[Input]) -> String {
    let krate = format!("cc_api_{}", domain.name.replace('-', "_"));
    let types = format!("{krate}::types::");
    let required = || inputs.iter().filter(|input| input.required);
    // An input may have the name of the client.
    let client = if inputs.iter().any(|input| input.ident == "client") { "requests" } else { "client" };
    let mut parameters = format!("{client}: {krate}::{}", api_name(&domain.name));
    for input in required().filter(|input| sample(&input.ty).is_none()) {
        let _ = write!(parameters, ", {}: {}", input.ident, input.ty.rust(&types));
    }
    let arguments: Vec<String> =
        required().map(|input| sample(&input.ty).unwrap_or_else(|| input.ident.clone())).collect();
    let (name, method) = (type_name(&operation.id), field_name(&operation.id));
    let reference = if operation.is_stream() { "&" } else { "" };
    let allowed = if operation.deprecated { "/// # #[allow(deprecated)]\n" } else { "" };
    format!(
        "///\n/// # Examples\n/// ```no_run\n{allowed}\
         /// # async fn example({parameters}) -> cc_runtime::Result<()> {{\n\
         /// use {krate}::{name};\n///\n\
         /// let answer = {client}.{method}({reference}{name}::new({})).await?;\n\
         /// # drop(answer);\n/// # Ok(())\n/// # }}\n/// ```\n",
        arguments.join(", ")
    )
}

/// A literal for a text or an id.
fn sample(ty: &Ty) -> Option<String> {
    let text = match ty {
        Ty::String => "name",
        Ty::Core(name) => match name.as_str() {
            "OwnerId" => "orga_1",
            "UserId" => "user_1",
            "ApplicationId" | "ResourceId" => "app_1",
            "AddonId" | "AnyAddonId" => "addon_1",
            "RealAddonId" => "postgresql_1",
            name if name.ends_with("Id") || name.ends_with("Key") => "id",
            _ => return None,
        },
        _ => return None,
    };
    Some(format!("{text:?}"))
}
