//! Checks of the names that requests give to resources: the same for every operation.

use super::reply::Refusal;
use super::request::Request;
use crate::refusals;

/// Most characters of a name.
const MOST: usize = 255;

/// Refuses a body with a `name` or a `label` that no resource can have.
pub(crate) fn check(request: &Request<'_>) -> Result<(), Refusal> {
    if !request.operation.may_refuse(400) {
        return Ok(());
    }
    for field in ["name", "label"] {
        let Some(name) = request.body[field].as_str() else { continue };
        let row = if name.trim().is_empty() {
            &refusals::EMPTY_NAME
        } else if name.chars().count() > MOST {
            &refusals::LONG_NAME
        } else if name.chars().any(char::is_control) {
            &refusals::NAME_CHARACTERS
        } else {
            continue;
        };
        return Err(row.with([field]).about(field));
    }
    Ok(())
}
