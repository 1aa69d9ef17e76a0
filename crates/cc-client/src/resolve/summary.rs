//! `GET /v2/summary`: all that the caller may see. Only the ids are read, straight into an index.

use std::fmt;

use bytes::Bytes;
use cc_core::{Answer, Operation, OperationInfo, Request, RequestBuilder, Result, Timestamp};
use http::Method;
use serde::Deserialize;
use serde::de::{
    DeserializeSeed, Deserializer, Error as _, IgnoredAny, MapAccess, SeqAccess, Unexpected, Visitor,
};

use super::index::{Builder, Index, Kind};

/// The request. It is written here, not generated, so that ids resolve whatever domains are compiled in.
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
        Ok(answer.json::<Decoded>()?.map(|Decoded(index)| index))
    }
}

/// The version of what [`Index::to_json`] writes.
const VERSION: u64 = 1;

impl Index {
    /// Writes the index as JSON, for a store: a `/v2/summary` with nothing but ids.
    #[must_use]
    pub fn to_json(&self) -> String {
        let mut json =
            format!(r#"{{"version":{VERSION},"fetchedAt":"{}","organisations":["#, self.fetched_at());
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

    /// Reads what [`to_json`](Self::to_json) wrote.
    ///
    /// # Errors
    /// When it is something else, or was written by a version that this one does not know.
    pub fn from_json(json: &[u8]) -> Result<Self, serde_json::Error> {
        let mut deserializer = serde_json::Deserializer::from_slice(json);
        let index = read(&mut deserializer, What::Stored)?;
        deserializer.end()?;
        Ok(index)
    }
}

impl Kind {
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

/// An index as a summary holds it. What is not known is passed over, and null is as good as absent.
struct Decoded(Index);

impl<'de> Deserialize<'de> for Decoded {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        read(deserializer, What::Summary).map(Self)
    }
}

fn read<'de, D: Deserializer<'de>>(deserializer: D, what: What) -> Result<Index, D::Error> {
    let mut state = State::default();
    Reader { state: &mut state, what }.deserialize(deserializer)?;
    let fetched_at = match (what, state.fetched_at.as_str()) {
        (What::Stored, text) => text.parse().map_err(D::Error::custom)?,
        _ => Timestamp::now(),
    };
    Ok(state.builder.build(fetched_at))
}

/// What was read so far.
#[derive(Default)]
struct State {
    builder: Builder,
    fetched_at: String,
    /// The ids of the item that is being read.
    id: String,
    real_id: String,
}

/// Which part of a summary a value is.
#[derive(Clone, Copy)]
enum What {
    /// What the platform sent.
    Summary,
    /// What an index wrote.
    Stored,
    Organisations,
    Owner,
    List {
        owner: u32,
        kind: Kind,
    },
    Item {
        owner: u32,
        kind: Kind,
    },
}

struct Reader<'a> {
    state: &'a mut State,
    what: What,
}

#[derive(Deserialize)]
#[serde(field_identifier, rename_all = "camelCase")]
enum Field {
    User,
    Organisations,
    Id,
    RealId,
    Key,
    Applications,
    Addons,
    Providers,
    Consumers,
    FetchedAt,
    Version,
    #[serde(other)]
    Other,
}

impl Reader<'_> {
    fn part(&mut self, what: What) -> Reader<'_> {
        Reader { state: self.state, what }
    }
}

impl<'de> DeserializeSeed<'de> for Reader<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Reader<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.what {
            What::Organisations | What::List { .. } => "a list or null",
            What::Summary | What::Stored | What::Owner | What::Item { .. } => "an object or null",
        })
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut seq: A) -> Result<(), A::Error> {
        let each = match self.what {
            What::Organisations => What::Owner,
            What::List { owner, kind } => What::Item { owner, kind },
            _ => return Err(A::Error::invalid_type(Unexpected::Seq, &self)),
        };
        while seq.next_element_seed(self.part(each))?.is_some() {}
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut map: A) -> Result<(), A::Error> {
        match self.what {
            What::Summary | What::Stored => {
                let stored = matches!(self.what, What::Stored);
                while let Some(key) = map.next_key()? {
                    match key {
                        Field::User => map.next_value_seed(self.part(What::Owner))?,
                        Field::Organisations => map.next_value_seed(self.part(What::Organisations))?,
                        Field::FetchedAt if stored => {
                            map.next_value_seed(Text(&mut self.state.fetched_at))?
                        }
                        Field::Version if stored => match map.next_value()? {
                            VERSION => {}
                            version => {
                                return Err(A::Error::custom(format_args!("version {version} is not known")));
                            }
                        },
                        _ => ignore(&mut map)?,
                    }
                }
            }
            What::Owner => {
                let owner = self.state.builder.owner();
                let list = |kind| What::List { owner, kind };
                let mut name = String::new();
                while let Some(key) = map.next_key()? {
                    match key {
                        Field::Id => map.next_value_seed(Text(&mut name))?,
                        Field::Applications => map.next_value_seed(self.part(list(Kind::Application)))?,
                        Field::Addons => map.next_value_seed(self.part(list(Kind::Addon)))?,
                        Field::Providers => map.next_value_seed(self.part(list(Kind::Provider)))?,
                        Field::Consumers => map.next_value_seed(self.part(list(Kind::Consumer)))?,
                        _ => ignore(&mut map)?,
                    }
                }
                self.state.builder.name_owner(owner, &name);
            }
            What::Item { owner, kind } => {
                let State { builder, id, real_id, .. } = self.state;
                id.clear();
                real_id.clear();
                while let Some(key) = map.next_key()? {
                    match (kind, key) {
                        (Kind::Consumer, Field::Key) => map.next_value_seed(Text(id))?,
                        (Kind::Consumer, _) => ignore(&mut map)?,
                        (_, Field::Id) => map.next_value_seed(Text(id))?,
                        (Kind::Addon, Field::RealId) => map.next_value_seed(Text(real_id))?,
                        _ => ignore(&mut map)?,
                    }
                }
                match kind {
                    Kind::Addon => builder.add_addon(owner, id, real_id),
                    kind => builder.add(owner, kind, id),
                }
            }
            What::Organisations | What::List { .. } => {
                return Err(A::Error::invalid_type(Unexpected::Map, &self));
            }
        }
        Ok(())
    }
}

fn ignore<'de, A: MapAccess<'de>>(map: &mut A) -> Result<(), A::Error> {
    map.next_value::<IgnoredAny>().map(drop)
}

/// Reads a text, or null as the empty one, to this place.
struct Text<'a>(&'a mut String);

impl<'de> DeserializeSeed<'de> for Text<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl Visitor<'_> for Text<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a text or null")
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_str<E>(self, text: &str) -> Result<(), E> {
        self.0.clear();
        self.0.push_str(text);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use cc_core::AddonProviderId;

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

    fn summary(json: &str) -> serde_json::Result<Index> {
        serde_json::from_str::<Decoded>(json).map(|Decoded(index)| index)
    }

    fn check(index: &Index) {
        let owner =
            |id: &str| index.owner_of(Subject::Resource(&id.into())).map(|owner| owner.as_str().to_owned());
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
        assert_eq!(index.owner_of(Subject::Consumer(&"k\"1".into())).unwrap(), &"orga_1");
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
        let provider =
            |id: &str| index.owner_of(Subject::AddonProvider(&AddonProviderId::from(id))).is_some();
        assert!(provider("constructor"));
        for id in ["__proto__", "toString", "hasOwnProperty", "app_1"] {
            assert!(!provider(id), "{id}");
        }
    }

    #[test]
    fn what_is_listed_twice_belongs_to_the_last_that_lists_it() {
        let json = r#"{"organisations":[{"id":"a","applications":[{"id":"x"}]},{"id":"b","applications":[{"id":"x"}]}]}"#;
        let index = summary(json).unwrap();
        assert_eq!(index.owner_of(Subject::Resource(&"x".into())).unwrap(), &"b");
        assert_eq!(index.len(), 1);
    }

    #[test]
    fn what_is_no_summary_is_refused() {
        for json in ["", "[]", "1", r#"{"user":[]}"#, r#"{"organisations":{}}"#, r#"{"user":{"id":1}}"#] {
            assert!(summary(json).is_err(), "{json}");
        }
        assert!(summary(r#"{"version":"of the platform","fetchedAt":1}"#).unwrap().is_empty());
    }

    #[test]
    fn an_index_of_another_version_is_refused() {
        let index = Index::empty(Timestamp::now()).to_json();
        let other = index.replace(r#""version":1"#, r#""version":2"#);
        assert!(Index::from_json(other.as_bytes()).unwrap_err().to_string().contains("version 2"));
        assert!(Index::from_json(SUMMARY.as_bytes()).is_err());
    }
}
