//! `GET /v2/summary`: everything that the caller may see. Only the ids are read, straight into an index.

use bytes::Bytes;
use cc_runtime::{
    Answer, Error, ErrorKind, Operation, OperationInfo, Request, RequestBuilder, Result, Timestamp,
};
use http::Method;

use super::index::{Index, Kind};
use super::scan::{Scanner, VERSION};

/// The request for the summary. It is written by hand, so that ids resolve regardless of the enabled domains.
#[derive(Debug, Clone, Copy)]
pub(super) struct GetSummary;

static INFO: OperationInfo =
    OperationInfo::new("get_summary", "resolve", Method::GET, "/v2/summary", "application/json");

impl Operation for GetSummary {
    const INFO: &'static OperationInfo = &INFO;
    type Output = Index;

    fn request(&self) -> Result<Request> {
        RequestBuilder::new(Self::INFO).build()
    }

    fn decode(answer: Answer<Bytes>) -> Result<Answer<Index>> {
        let mut scanner = Scanner::new();
        match scanner.feed(&answer).and_then(|()| scanner.finish(Timestamp::now())) {
            Ok(index) => Ok(answer.map(|_| index)),
            Err(cause) => {
                let error = Error::new(ErrorKind::Undecodable).with_status(answer.status());
                Err(error.with_headers(answer.headers()).with_attempts(answer.attempts()).with_source(cause))
            }
        }
    }
}

impl Index {
    /// Writes the index as JSON, for a store: a `/v2/summary` with nothing but ids.
    #[must_use]
    pub fn to_json(&self) -> String {
        let mut json =
            format!(r#"{{"version":"{VERSION}","fetchedAt":"{}","organisations":["#, self.fetched_at());
        for (at, (owner, ids)) in self.by_owner().enumerate() {
            json.push_str(if at == 0 { r#"{"id":"# } else { r#",{"id":"# });
            push_text(&mut json, owner.as_str());
            let mut list = "";
            for (kind, id) in ids {
                if kind == Kind::RealAddon {
                    json.pop();
                    json.push_str(r#","realId":"#);
                } else if list == kind.list() {
                    json.push_str(r#",{""#);
                } else {
                    json.push_str(if list.is_empty() { r#",""# } else { r#"],""# });
                    list = kind.list();
                    json.push_str(list);
                    json.push_str(r#"":[{""#);
                }
                json.push_str(match kind {
                    Kind::RealAddon => "",
                    Kind::Consumer => r#"key":"#,
                    _ => r#"id":"#,
                });
                push_text(&mut json, id);
                json.push('}');
            }
            json.push_str("]}");
        }
        json.push_str("]}");
        json
    }

    /// Reads the format of [`to_json`](Self::to_json).
    ///
    /// # Errors
    /// [`ErrorKind::Undecodable`] when it is something else, or was written by a version that this one does not know.
    pub fn from_json(json: &[u8]) -> Result<Self> {
        let mut scanner = Scanner::stored();
        let index = scanner.feed(json).and_then(|()| scanner.finish(Timestamp::now()));
        index.map_err(|cause| Error::new(ErrorKind::Undecodable).with_source(cause))
    }
}

impl Kind {
    /// The property of an owner that lists it.
    fn list(self) -> &'static str {
        match self {
            Self::Application => "applications",
            Self::Addon | Self::RealAddon => "addons",
            Self::Provider => "providers",
            Self::Consumer => "consumers",
        }
    }
}

fn push_text(json: &mut String, text: &str) {
    // A text always encodes.
    json.push_str(&serde_json::to_string(text).unwrap_or_default());
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::Subject;
    use super::*;

    const SUMMARY: &str = r#"{
        "user": {"applications": [{"name": "a", "id": "app_1"}, null, {"id": null}], "addons": null, "id": "user_1", "lang": {"a": [1]}},
        "organisations": [
            {"id": "orga_1", "applications": [{"id": "app_2"}, {"id": "constructor"}],
             "addons": [{"realId": "postgresql_1", "id": "addon_1"}, {"id": "addon_2"}, {"id": "addon_3", "realId": "redis_3"}],
             "providers": [{"id": "constructor"}], "consumers": [{"key": "k\"1", "name": "x"}]},
            {"id": "orga_2"},
            {"name": "an organisation without an id", "applications": [{"id": "app_9"}]}
        ]
    }"#;

    fn summary(json: &str) -> Result<Index> {
        let answer =
            Answer::new(Bytes::from(json.to_owned()), http::StatusCode::OK, http::HeaderMap::new(), 1);
        GetSummary::decode(answer).map(Answer::into_inner)
    }

    /// The index of a text that comes in two pieces, or byte by byte.
    fn cut(json: &[u8], at: Option<usize>) -> Result<Index, String> {
        let mut scanner = Scanner::new();
        let pieces: Vec<&[u8]> = match at {
            Some(at) => vec![&json[..at], &json[at..]],
            None => json.chunks(1).collect(),
        };
        for piece in pieces {
            scanner.feed(piece).map_err(|error| error.to_string())?;
        }
        scanner.finish(Timestamp::now()).map_err(|error| error.to_string())
    }

    #[test]
    fn a_summary_is_read_wherever_it_is_cut() {
        let json = SUMMARY.replace("orga_1", "org\\u00e4\\\"é").replace("constructor", "\\\\");
        let whole = summary(&json).unwrap().to_json();
        let ids = |index: &Index| index.to_json().split_once("organisations").unwrap().1.to_owned();
        let whole = ids(&Index::from_json(whole.as_bytes()).unwrap());
        assert!(whole.contains("orgä\\\"é"), "{whole}");
        for at in 0..=json.len() {
            assert_eq!(ids(&cut(json.as_bytes(), Some(at)).unwrap()), whole, "{at}");
        }
        assert_eq!(ids(&cut(json.as_bytes(), None).unwrap()), whole);
    }

    #[test]
    fn a_summary_that_ends_too_early_is_refused_wherever_it_ends() {
        for end in 0..SUMMARY.len() {
            assert!(summary(&SUMMARY[..end]).is_err(), "{end}");
        }
    }

    fn check(index: &Index) {
        let owner = |id: &str| index.owner_of(Subject::Resource(id)).map(|owner| owner.as_str().to_owned());
        assert_eq!(owner("app_1").as_deref(), Some("user_1"));
        assert_eq!(owner("app_2").as_deref(), Some("orga_1"));
        for id in ["addon_1", "postgresql_1", "addon_2", "redis_3", "constructor"] {
            assert_eq!(owner(id).as_deref(), Some("orga_1"), "{id}");
        }
        assert_eq!(owner("app_9"), None);
        assert_eq!(owner(""), None);
        assert_eq!(index.real_addon_id("addon_1").unwrap(), "postgresql_1");
        assert_eq!(index.addon_id("redis_3").unwrap(), "addon_3");
        assert_eq!(index.real_addon_id("addon_2"), None);
        assert_eq!(index.addon_id("addon_1"), None);
        assert_eq!(index.owner_of(Subject::Consumer("k\"1")).unwrap(), &"orga_1");
        assert_eq!(index.len(), 10);
    }

    #[test]
    fn a_summary_is_read_whatever_its_order_and_its_nulls() {
        check(&summary(SUMMARY).unwrap());
    }

    #[test]
    fn an_index_that_is_written_reads_back() {
        let index = summary(SUMMARY).unwrap();
        let again = Index::from_json(index.to_json().as_bytes()).unwrap();
        check(&again);
        assert_eq!(again.fetched_at(), index.fetched_at());
        let empty = Index::empty(Timestamp::now()).to_json();
        assert!(Index::from_json(empty.as_bytes()).unwrap().is_empty(), "{empty}");
    }

    #[test]
    fn ids_such_as_constructor_are_just_ids() {
        let index = summary(SUMMARY).unwrap();
        let provider = |id: &str| index.owner_of(Subject::AddonProvider(id)).is_some();
        assert!(provider("constructor"));
        for id in ["__proto__", "toString", "hasOwnProperty", "app_1"] {
            assert!(!provider(id), "{id}");
        }
    }

    #[test]
    fn a_resource_listed_twice_belongs_to_its_last_owner() {
        let json = r#"{"organisations":[{"id":"a","applications":[{"id":"x"}]},{"id":"b","applications":[{"id":"x"}]}]}"#;
        let index = summary(json).unwrap();
        assert_eq!(index.owner_of(Subject::Resource("x")).unwrap(), &"b");
        assert_eq!(index.len(), 1);
    }

    #[test]
    fn text_that_is_not_a_summary_is_refused() {
        for json in ["", "[]", "1", r#"{"user":[]}"#, r#"{"organisations":{}}"#, r#"{"user":{"id":1}}"#] {
            assert!(summary(json).is_err(), "{json}");
        }
        assert!(summary(r#"{"version":"of the platform","fetchedAt":1}"#).unwrap().is_empty());
    }

    #[test]
    fn an_index_of_another_version_is_refused() {
        let index = Index::empty(Timestamp::now()).to_json();
        let other = index.replace(r#""version":"1""#, r#""version":"2""#);
        let error = Index::from_json(other.as_bytes()).unwrap_err();
        assert!(std::error::Error::source(&error).unwrap().to_string().contains("version"), "{error:?}");
        assert!(Index::from_json(SUMMARY.as_bytes()).is_err());
    }

    fn any_json() -> impl Strategy<Value = serde_json::Value> {
        use serde_json::Value;
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<f64>().prop_map(Value::from),
            "\\PC{0,8}|[\"\\\\{}\\[\\]:, \n]{0,8}".prop_map(Value::from),
        ];
        leaf.prop_recursive(4, 32, 4, |inner| {
            prop_oneof![
                proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
                proptest::collection::btree_map("[a-z\"\\\\]{0,4}", inner, 0..4)
                    .prop_map(|map| Value::Object(map.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn irrelevant_values_of_any_type_are_skipped(other in any_json(), pretty: bool, at in 0.0..1.0_f64) {
            let json = serde_json::json!({
                "a": other,
                "user": { "x": other, "id": "user_1", "applications": [{ "x": other, "id": "app_1", "y": other }] },
            });
            let json = if pretty { serde_json::to_string_pretty(&json) } else { serde_json::to_string(&json) }.unwrap();
            // The cast truncates, as intended.
            let index = cut(json.as_bytes(), Some((at * json.len() as f64) as usize)).unwrap();
            prop_assert_eq!(index.owner_of(Subject::Resource("app_1")).unwrap(), &"user_1");
            prop_assert_eq!(index.len(), 1);
        }

        #[test]
        fn no_text_makes_reading_fail_badly(text in "[{}\\[\\]:,\"\\\\a1n ]{0,40}|(\"(user|id|organisations|addons)\"|[{}\\[\\]:,n]){0,24}") {
            let whole = summary(&text).is_ok();
            prop_assert_eq!(cut(text.as_bytes(), None).is_ok(), whole);
        }
    }
}
