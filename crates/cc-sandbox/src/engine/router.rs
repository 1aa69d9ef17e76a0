//! Finds the operation of a request.

use std::collections::{BTreeMap, HashMap};

use percent_encoding::percent_decode_str;

use super::table::Operation;

/// The routes of a table, the most literal ones first.
#[derive(Debug)]
pub(crate) struct Router {
    /// By method and number of segments.
    routes: HashMap<(String, usize), Vec<Route>>,
}

#[derive(Debug)]
struct Route {
    segments: Vec<Segment>,
    /// Index of the operation in the table.
    operation: usize,
    /// Parameters of the operation where an alias has text: `default` for `{loadBalancerKind}`.
    fixed: Vec<(String, String)>,
}

/// A segment of a path: literal text and parameters in turn.
#[derive(Debug)]
struct Segment(Vec<Piece>);

#[derive(Debug)]
enum Piece {
    Text(String),
    Parameter(String),
}

/// The operation of a request, and what its path says.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Match {
    pub(crate) operation: usize,
    /// Path parameters, decoded.
    pub(crate) parameters: BTreeMap<String, String>,
}

impl Router {
    pub(crate) fn new(operations: &[Operation]) -> Self {
        let mut routes: HashMap<(String, usize), Vec<Route>> = HashMap::new();
        for (index, operation) in operations.iter().enumerate() {
            let aliases = operation.aliases.iter().filter_map(|alias| alias.split_once(' '));
            let own = (operation.method.as_str(), operation.path.as_str());
            for (method, path) in std::iter::once(own).chain(aliases) {
                let segments: Vec<Segment> = path.split('/').map(Segment::parse).collect();
                let key = (method.to_owned(), segments.len());
                let fixed = fixed(&operation.path, path);
                routes.entry(key).or_default().push(Route { segments, operation: index, fixed });
            }
        }
        for routes in routes.values_mut() {
            routes.sort_by_key(|route| route.segments.iter().map(Segment::vagueness).collect::<Vec<_>>());
        }
        Self { routes }
    }

    /// Finds the operation of a method and a path that is still percent-encoded.
    pub(crate) fn find(&self, method: &str, path: &str) -> Option<Match> {
        // The servlets of v2 take a slash at the end: the official JavaScript client sends `DELETE /v2/self/tokens/`.
        let without = path.strip_suffix('/').filter(|_| path.starts_with("/v2/"));
        self.route(method, path).or_else(|| self.route(method, without?))
    }

    fn route(&self, method: &str, path: &str) -> Option<Match> {
        let segments: Vec<&str> = path.split('/').collect();
        self.routes.get(&(method.to_owned(), segments.len()))?.iter().find_map(|route| {
            let mut parameters: BTreeMap<String, String> = route.fixed.iter().cloned().collect();
            let matches = route
                .segments
                .iter()
                .zip(&segments)
                .all(|(pattern, text)| pattern.matches(text, &mut parameters));
            matches.then_some(Match { operation: route.operation, parameters })
        })
    }
}

/// A piece of a path: the name of its parameter, if it is the value of one, and its decoded text.
pub(crate) type Named<'a> = (Option<&'a str>, String);

impl Router {
    /// Finds the operation of a method and a path like [`find`](Self::find), with the pieces of each segment.
    pub(crate) fn pieces(&self, method: &str, path: &str) -> Option<(usize, Vec<Vec<Named<'_>>>)> {
        let segments: Vec<&str> = path.split('/').collect();
        self.routes.get(&(method.to_owned(), segments.len()))?.iter().find_map(|route| {
            let pieces = route.segments.iter().zip(&segments).map(|(pattern, text)| pattern.pieces(text));
            Some((route.operation, pieces.collect::<Option<_>>()?))
        })
    }

    /// Returns the segments of all routes that are text.
    pub(crate) fn literals(&self) -> impl Iterator<Item = &str> {
        self.routes.values().flatten().flat_map(|route| &route.segments).filter_map(|segment| {
            match segment.0.as_slice() {
                [Piece::Text(text)] => Some(text.as_str()),
                _ => None,
            }
        })
    }
}

/// Values in an alias for the path parameters of the operation.
fn fixed(path: &str, alias: &str) -> Vec<(String, String)> {
    if path.split('/').count() != alias.split('/').count() {
        return Vec::new();
    }
    let pairs = path.split('/').zip(alias.split('/')).filter(|(_, text)| !text.contains('{'));
    let fixed = pairs.filter_map(|(own, text)| Some((own.strip_prefix('{')?.strip_suffix('}')?, text)));
    fixed.map(|(name, text)| (name.to_owned(), text.to_owned())).collect()
}

impl Segment {
    fn parse(text: &str) -> Self {
        let mut pieces = Vec::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once('{') {
            let (name, after) = after.split_once('}').unwrap_or((after, ""));
            if !before.is_empty() {
                pieces.push(Piece::Text(before.to_owned()));
            }
            pieces.push(Piece::Parameter(name.to_owned()));
            rest = after;
        }
        if !rest.is_empty() || pieces.is_empty() {
            pieces.push(Piece::Text(rest.to_owned()));
        }
        Self(pieces)
    }

    /// 0 for text, 1 for text around a parameter, 2 for a parameter alone: lower wins.
    fn vagueness(&self) -> u8 {
        match self.0.as_slice() {
            [Piece::Text(_)] => 0,
            [Piece::Parameter(_)] => 2,
            _ => 1,
        }
    }

    /// The pieces of a segment that this matches.
    fn pieces(&self, text: &str) -> Option<Vec<Named<'_>>> {
        let mut parameters = BTreeMap::new();
        if !self.matches(text, &mut parameters) {
            return None;
        }
        Some(
            self.0
                .iter()
                .map(|piece| match piece {
                    Piece::Text(text) => (None, text.clone()),
                    Piece::Parameter(name) => {
                        (Some(name.as_str()), parameters.remove(name).unwrap_or_default())
                    }
                })
                .collect(),
        )
    }

    fn matches(&self, text: &str, parameters: &mut BTreeMap<String, String>) -> bool {
        let mut rest = text;
        let mut pieces = self.0.iter().peekable();
        while let Some(piece) = pieces.next() {
            match piece {
                Piece::Text(literal) => match rest.strip_prefix(literal.as_str()) {
                    Some(after) => rest = after,
                    None => return false,
                },
                Piece::Parameter(name) => {
                    // A parameter takes as much as it can: the text after it is looked for from the end.
                    let end = match pieces.peek() {
                        Some(Piece::Text(literal)) => match rest.rfind(literal.as_str()) {
                            Some(end) => end,
                            None => return false,
                        },
                        _ => rest.len(),
                    };
                    let Ok(value) = percent_decode_str(&rest[..end]).decode_utf8() else { return false };
                    if value.is_empty() {
                        return false;
                    }
                    parameters.insert(name.clone(), value.into_owned());
                    rest = &rest[end..];
                }
            }
        }
        rest.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn router(routes: &[&str]) -> Router {
        let operations: Vec<serde_json::Value> = routes
            .iter()
            .map(|route| {
                let (method, path) = route.split_once(' ').unwrap();
                serde_json::json!({"id": route, "method": method, "path": path, "request": null, "success": {"status": 200}})
            })
            .collect();
        Router::new(&serde_json::from_value::<Vec<Operation>>(operations.into()).unwrap())
    }

    fn found(router: &Router, method: &str, path: &str) -> Option<(usize, Vec<(String, String)>)> {
        router.find(method, path).map(|found| (found.operation, found.parameters.into_iter().collect()))
    }

    #[test]
    fn a_literal_segment_wins_over_a_parameter() {
        let router = router(&["GET /invoices/{id}", "GET /invoices/unpaid", "GET /invoices/{id}.pdf"]);
        assert_eq!(found(&router, "GET", "/invoices/unpaid"), Some((1, vec![])));
        assert_eq!(found(&router, "GET", "/invoices/F1.pdf"), Some((2, vec![("id".into(), "F1".into())])));
        assert_eq!(found(&router, "GET", "/invoices/F1"), Some((0, vec![("id".into(), "F1".into())])));
        assert_eq!(found(&router, "POST", "/invoices/F1"), None);
        assert_eq!(found(&router, "GET", "/invoices/"), None);
    }

    #[test]
    fn two_parameters_share_a_segment_at_the_last_separator() {
        let router = router(&["GET /instances/{type}-{version}"]);
        let parameters = vec![("type".into(), "node-js".into()), ("version".into(), "20".into())];
        assert_eq!(found(&router, "GET", "/instances/node-js-20"), Some((0, parameters)));
    }

    #[test]
    fn an_alias_may_fix_a_parameter() {
        let mut operation = serde_json::json!({
            "id": "list", "method": "GET", "path": "/lb/{kind}", "aliases": ["GET /lb/default"], "request": null,
        });
        operation["success"] = serde_json::json!({ "status": 200 });
        let router = Router::new(&[serde_json::from_value(operation).unwrap()]);
        for kind in ["default", "other"] {
            let parameters = vec![("kind".into(), kind.into())];
            assert_eq!(found(&router, "GET", &format!("/lb/{kind}")), Some((0, parameters)));
        }
    }

    #[test]
    fn an_encoded_slash_stays_inside_its_parameter() {
        let router = router(&["PUT /vhosts/{domain}"]);
        assert_eq!(
            found(&router, "PUT", "/vhosts/example.com%2Fapi"),
            Some((0, vec![("domain".into(), "example.com/api".into())]))
        );
    }
}
