//! Conversions of a generated type into the ids of the thing that it shows, so that callers pass `&addon` where an id is asked for.

use super::rust::Ty;
use super::types::Field;

/// Fields that hold an id of the thing itself, by their type; `*` is any id. Other fields are ids of other things.
const OWN: [(&str, &str); 6] = [
    ("id", "*"),
    ("uuid", "DeploymentId"),
    ("key", "ConsumerKey"),
    ("invoice_number", "InvoiceNumber"),
    ("real_id", "RealAddonId"),
    ("resource_id", "RealAddonId"),
];

/// Types of ids, and those into which each converts.
const IDS: [(&str, &[&str]); 15] = [
    ("AddonId", &["AnyAddonId", "ResourceId"]),
    ("AddonProviderId", &[]),
    ("AnyAddonId", &[]),
    ("ApplicationId", &["ResourceId"]),
    ("ConsumerKey", &[]),
    ("DeploymentId", &[]),
    ("DrainId", &[]),
    ("InstanceId", &[]),
    ("InvoiceNumber", &[]),
    ("NetworkGroupId", &[]),
    ("OwnerId", &[]),
    ("RealAddonId", &["AnyAddonId", "ResourceId"]),
    ("ResourceId", &[]),
    ("UserId", &["OwnerId"]),
    ("ZoneId", &[]),
];

/// Returns the conversions of a type, or nothing if it holds no id of its own.
pub fn render(name: &str, fields: &[Field]) -> String {
    let id_of = |field: &Field| match &field.ty {
        Ty::Core(ty) => IDS.iter().find(|(id, _)| id == ty),
        _ => None,
    };
    let mut taken: Vec<&str> = Vec::new();
    let mut rows: Vec<String> = Vec::new();
    let is_addon = fields.iter().any(|field| {
        OWN.iter().any(|(own, _)| *own == field.ident)
            && id_of(field).is_some_and(|(id, _)| *id == "RealAddonId")
    });
    for field in fields {
        let Some((id, wider)) = id_of(field) else { continue };
        let is_own = OWN.iter().any(|(own, ty)| *own == field.ident && (*ty == "*" || ty == id))
            // An add-on that shows its provider's id often shows the platform's beside it.
            || is_addon && field.ident == "addon_id" && *id == "AddonId";
        let ids: Vec<&str> =
            std::iter::once(*id).chain(wider.iter().copied()).filter(|id| !taken.contains(id)).collect();
        if is_own && !ids.is_empty() {
            rows.push(format!("{} => {}", field.ident, ids.join(", ")));
            taken.extend(ids);
        }
    }
    if rows.is_empty() {
        String::new()
    } else {
        format!("\ncc_runtime::__ids_of! {{ {name} {{ {} }} }}\n", rows.join("; "))
    }
}
