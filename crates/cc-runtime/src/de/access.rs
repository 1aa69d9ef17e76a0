//! Access of types to the reader: members, elements, variants, and further attempts.

use serde::de::value::{BorrowedStrDeserializer, UnitDeserializer};
use serde::de::{DeserializeSeed, IntoDeserializer, MapAccess, SeqAccess};
use serde_json::{Map, Value};

use super::fault::node;
use super::reader::{Liberties, Place, Reader};
use super::{Drift, Fault};

/// Number of values that may be left out of one element before the element counts as unreadable. It bounds
/// the work, because each value is a separate attempt.
const MOST_LOST_IN_ONE: usize = 64;

/// Members of an object, without those that are skipped.
pub(crate) struct Members<'de, 'p> {
    whole: Reader<'de, 'p>,
    keys_are_data: bool,
    rest: serde_json::map::Iter<'de>,
    value: Option<(&'de str, &'de Value)>,
}

impl<'de, 'p> Members<'de, 'p> {
    pub(super) fn new(whole: Reader<'de, 'p>, object: &'de Map<String, Value>, keys_are_data: bool) -> Self {
        Self { whole, keys_are_data, rest: object.iter(), value: None }
    }
}

impl<'de> MapAccess<'de> for Members<'de, '_> {
    type Error = Fault;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Fault> {
        for (key, value) in self.rest.by_ref() {
            let is_lost = || self.whole.liberties.is_some_and(|liberties| liberties.passes_over(value));
            if self.whole.tag == Some(key) || is_lost() {
                continue;
            }
            self.value = Some((key, value));
            return seed.deserialize(BorrowedStrDeserializer::new(key)).map(Some);
        }
        Ok(None)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Fault> {
        let Some((key, value)) = self.value.take() else {
            return Err(Fault::new("a value is read before its key"));
        };
        let place = match self.keys_are_data {
            true => Place::Entry(&self.whole.place, key),
            false => Place::Member(&self.whole.place, key),
        };
        let reader = Reader { value, place, tag: None, ..self.whole };
        seed.deserialize(reader).map_err(|fault| fault.at(place, value))
    }

    fn size_hint(&self) -> Option<usize> {
        self.whole.liberties.is_none().then(|| self.rest.len())
    }
}

/// Elements of a list, without those that are skipped.
pub(crate) struct Elements<'de, 'p> {
    whole: Reader<'de, 'p>,
    rest: std::iter::Enumerate<std::slice::Iter<'de, Value>>,
}

impl<'de, 'p> Elements<'de, 'p> {
    pub(super) fn new(whole: Reader<'de, 'p>, array: &'de [Value]) -> Self {
        Self { whole, rest: array.iter().enumerate() }
    }
}

impl<'de> SeqAccess<'de> for Elements<'de, '_> {
    type Error = Fault;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, Fault> {
        let liberties = self.whole.liberties;
        let kept = self.rest.find(|(_, value)| !liberties.is_some_and(|all| all.passes_over(value)));
        let Some((index, value)) = kept else { return Ok(None) };
        let place = Place::Element(&self.whole.place, index);
        let reader = Reader { value, place, tag: None, ..self.whole };
        seed.deserialize(reader).map(Some).map_err(|fault| fault.at(place, value))
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.rest.len())
    }
}

/// A union: the text of its tag, then the object without it.
pub(crate) struct Tagged<'de, 'p> {
    variant: Reader<'de, 'p>,
    tag: Option<&'de str>,
}

impl<'de, 'p> Tagged<'de, 'p> {
    pub(super) fn new(variant: Reader<'de, 'p>, tag: &'de str) -> Self {
        Self { variant, tag: Some(tag) }
    }
}

impl<'de> SeqAccess<'de> for Tagged<'de, '_> {
    type Error = Fault;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, Fault> {
        match self.tag.take() {
            Some(tag) => seed.deserialize(BorrowedStrDeserializer::new(tag)),
            None => seed.deserialize(self.variant),
        }
        .map(Some)
    }
}

/// One value, as often as there is something more that can be left out of it.
pub(crate) struct Attempts<'de, 'p> {
    reader: Reader<'de, 'p>,
    liberties: &'p Liberties<'p>,
    mark: usize,
    lost: usize,
    last: Option<Fault>,
    given_up: bool,
}

impl<'de, 'p> Attempts<'de, 'p> {
    pub(super) fn new(reader: Reader<'de, 'p>, liberties: &'p Liberties<'p>) -> Self {
        Self { reader, liberties, mark: liberties.mark(), lost: 0, last: None, given_up: false }
    }

    /// Leaves the value out that could not be read, or gives all up when that did not help.
    fn leave_out(&mut self, fault: &Fault) {
        self.liberties.back_to(self.mark);
        let (lost, place) = (fault.node(), fault.path());
        // An essential field that was left out is "missing": the reason is the fault before.
        let is_within = |last: &Fault| last.path().len() > place.len() && last.path().starts_with(place);
        let cause = self.last.take().filter(is_within).unwrap_or_else(|| fault.clone());
        let explain = |place: &str| {
            let inner = cause.path().strip_prefix(place).unwrap_or_default();
            let what = match inner.strip_prefix('.').unwrap_or(inner) {
                "" => cause.what().to_owned(),
                inner => format!("`{inner}`: {}", cause.what()),
            };
            Drift::lost(place.to_owned(), what, cause.cause())
        };
        let is_all = lost == node(self.reader.value) || self.lost == MOST_LOST_IN_ONE;
        let drift = (!fault.is_absent()).then(|| explain(place));
        if is_all || !self.liberties.pass_over(lost, drift) {
            self.given_up = true;
            if !self.reader.value.is_null() {
                self.liberties.note(explain(&self.reader.place.to_string()));
            }
        } else {
            self.lost += 1;
            self.last = Some(cause);
        }
    }
}

impl<'de> MapAccess<'de> for Attempts<'de, '_> {
    type Error = Fault;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Fault> {
        if self.given_up {
            return Ok(None);
        }
        let key: UnitDeserializer<Fault> = ().into_deserializer();
        seed.deserialize(key).map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Fault> {
        seed.deserialize(self.reader).map_err(|fault| {
            let fault = fault.at(self.reader.place, self.reader.value);
            self.leave_out(&fault);
            fault
        })
    }
}
