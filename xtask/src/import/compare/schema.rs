//! Differences of two schemas, each pair once: what several operations share is reported once.

use super::{Change, Comparison, Place, domain, required};
use crate::import::document::Shape;
use crate::import::document::{At, View};

impl<'a> Comparison<'a> {
    /// Compares two schemas. `tag` is the property that tells the variants of a union apart, which both pin.
    pub(super) fn schemas(&mut self, subject: &str, ours: At<'a>, theirs: At<'a>, tag: Option<&str>) {
        let (mine, other) = (self.ours.view(ours), self.theirs.view(theirs));
        if !self.seen.insert((std::ptr::from_ref(mine.at.node), std::ptr::from_ref(other.at.node))) {
            return;
        }
        if let Some(name) = mine.name {
            self.names.entry(std::ptr::from_ref(other.at.node)).or_insert((mine.at.file, name));
        }
        let field = subject;
        let subject = &mine.name.map_or_else(|| subject.to_owned(), str::to_owned);
        let mut skip = |why| *self.uncompared.entry(why).or_default() += 1;
        let marked = |key| mine.at.node.get(key).is_some() || ours.node.get(key).is_some();
        if marked("x-free-json") {
            return skip("free JSON of the spec, for the reason given there");
        }
        if marked("x-rust-type") {
            let is_number = matches!(other.shape(), Shape::Integer | Shape::Number);
            if matches!(other.shape(), Shape::Struct | Shape::Map | Shape::List | Shape::Boolean)
                || mine.shape() == Shape::Text && is_number
            {
                // The type is that of many fields: this one differs.
                self.kinds(field, &View { at: ours, ..mine }, &other);
            }
            return;
        }
        match (mine.shape(), other.shape()) {
            (_, Shape::Any) => skip("schemas without a type"),
            (Shape::Enum, Shape::Enum) => self.values(subject, &mine, &other),
            (Shape::Enum, Shape::Text) => skip("enums of the spec that are strings in the document"),
            (Shape::Struct, Shape::Struct) => self.fields(subject, &mine, &other, tag),
            (Shape::Union, Shape::Union) => self.unions(subject, &mine, &other),
            (Shape::List, Shape::List) => {
                if let (Some(mine), Some(other)) = (mine.items, other.items) {
                    self.schemas(&format!("{subject}[]"), mine, other, None);
                }
            }
            (Shape::Map, Shape::Map) => {
                if let (Some(mine), Some(other)) = (mine.additional, other.additional) {
                    self.schemas(&format!("{subject}{{}}"), mine, other, None);
                }
            }
            (mine_is, other_is) if mine_is != other_is => self.kinds(subject, &mine, &other),
            _ => self.formats(subject, &mine, &other),
        }
    }

    fn kinds(&mut self, subject: &str, mine: &View<'a>, other: &View<'a>) {
        let says = format!("{} here, {} there", mine.shape().words(), other.shape().words());
        let is_text = |shape| matches!(shape, Shape::Text | Shape::Integer | Shape::Number | Shape::Boolean);
        if self.context.place == Place::Parameter && is_text(mine.shape()) && is_text(other.shape()) {
            self.context.harmless = Some("the same text in a request");
        }
        self.add("type", subject.to_owned(), Some(mine.at), other.at, says, Change::None);
    }

    fn formats(&mut self, subject: &str, mine: &View<'a>, other: &View<'a>) {
        // Other formats have no effect on the type.
        let format = |view: &View<'a>| {
            view.format.filter(|format| ["int32", "int64", "date-time", "binary"].contains(format))
        };
        if let Some(there) = format(other).filter(|there| format(mine) != Some(*there)) {
            let says = format!("`{}` here, `{there}` there", mine.format.unwrap_or("no format"));
            if there == "int32" {
                self.context.harmless = Some("a wider integer");
            }
            self.add("format", subject.to_owned(), Some(mine.at), other.at, says, Change::None);
        }
    }

    /// Domain of a schema of the spec, which may be another one than that of the operation.
    fn home<T>(&mut self, file: usize, run: impl FnOnce(&mut Self) -> T) -> T {
        let before = std::mem::replace(&mut self.context.domain, domain(self.ours.files, file));
        let result = run(self);
        self.context.domain = before;
        result
    }

    fn values(&mut self, subject: &str, mine: &View<'a>, other: &View<'a>) {
        self.home(mine.at.file, |this| {
            for value in other.values.iter().filter(|value| !mine.values.contains(value)) {
                let change = match mine.name {
                    Some(name) => {
                        Change::Value { file: mine.at.file, schema: name.to_owned(), value: value.clone() }
                    }
                    None => Change::None,
                };
                let says = format!("`{value}`");
                this.add("new-value", subject.to_owned(), Some(mine.at), other.at, says, change);
            }
            for value in mine.values.iter().filter(|value| !other.values.contains(value)) {
                let says = format!("`{value}`");
                this.add("gone-value", subject.to_owned(), Some(mine.at), other.at, says, Change::None);
            }
        });
    }

    fn fields(&mut self, subject: &str, mine: &View<'a>, other: &View<'a>, tag: Option<&str>) {
        self.home(mine.at.file, |this| {
            for (name, there) in &other.properties {
                if Some(*name) == tag {
                    continue;
                }
                let field = format!("{subject}.{name}");
                let Some(here) = mine.property(name) else {
                    let change = match mine.name {
                        Some(schema) => {
                            let key = (mine.at.file, schema.to_owned(), (*name).to_owned());
                            this.fields.insert(key, *there);
                            Change::Field {
                                file: mine.at.file,
                                schema: schema.to_owned(),
                                name: (*name).to_owned(),
                            }
                        }
                        None => Change::None,
                    };
                    let view = this.theirs.view(*there);
                    let says = format!(
                        "{}{}",
                        view.shape().words(),
                        if other.requires(name) { ", required" } else { "" }
                    );
                    this.add("new-field", field, Some(mine.at), *there, says, change);
                    continue;
                };
                // A document without any `required` says nothing about it.
                if other.required.is_some() && mine.requires(name) != other.requires(name) {
                    let says = required(mine.requires(name), other.requires(name));
                    if this.context.place == Place::Answer {
                        this.context.harmless = Some("answers are read leniently");
                    }
                    this.add("required", field.clone(), Some(here), *there, says, Change::None);
                }
                let (left, right) = (this.ours.view(here), this.theirs.view(*there));
                if right.is_nullable && !left.is_nullable && mine.requires(name) {
                    let says = "null is allowed there".to_owned();
                    if this.context.place == Place::Answer {
                        this.context.harmless = Some("answers are read leniently");
                    }
                    this.add("nullable", field.clone(), Some(here), *there, says, Change::None);
                }
                this.schemas(&field, here, *there, None);
            }
            for (name, here) in &mine.properties {
                if Some(*name) != tag && other.property(name).is_none() {
                    let field = format!("{subject}.{name}");
                    this.add(
                        "gone-field",
                        field,
                        Some(*here),
                        other.at,
                        "not there".to_owned(),
                        Change::None,
                    );
                }
            }
        });
    }

    /// The variants of a union with the values of the tag that stand for them.
    pub fn variants(reader: &crate::import::document::Reader<'a>, view: &View<'a>) -> Vec<(String, At<'a>)> {
        // The reference of the list tells the name of the variant, which the mapping's target does not.
        let named = |at: At<'a>| {
            let is = |variant: &&At<'a>| std::ptr::eq(reader.view(**variant).at.node, at.node);
            view.variants.iter().find(is).copied().unwrap_or(at)
        };
        let mut found: Vec<(String, At<'a>)> =
            view.mapping.iter().map(|(value, at)| ((*value).to_owned(), named(*at))).collect();
        let mut known: Vec<_> =
            found.iter().map(|(_, at)| std::ptr::from_ref(reader.view(*at).at.node)).collect();
        for variant in &view.variants {
            let schema = reader.view(*variant);
            if known.contains(&std::ptr::from_ref(schema.at.node)) {
                continue;
            }
            known.push(std::ptr::from_ref(schema.at.node));
            // Without a mapping, the tag's only value or the name of the schema stands for the variant.
            let tag = view.tag.and_then(|tag| schema.property(tag)).map(|tag| reader.view(tag));
            let pinned = tag.and_then(|tag| tag.pinned().map(str::to_owned));
            if let Some(value) = pinned.or(schema.name.map(str::to_owned)) {
                found.push((value, *variant));
            }
        }
        found
    }

    fn unions(&mut self, subject: &str, mine: &View<'a>, other: &View<'a>) {
        if let (Some(here), Some(there)) = (mine.tag, other.tag)
            && here != there
        {
            let says = format!("variants told apart by `{here}` here, by `{there}` there");
            self.add("type", subject.to_owned(), Some(mine.at), other.at, says, Change::None);
            return;
        }
        let here = Self::variants(&self.ours, mine);
        let there = Self::variants(&self.theirs, other);
        self.home(mine.at.file, |this| {
            for (value, variant) in &there {
                match here.iter().find(|(known, _)| known == value) {
                    Some((_, known)) => {
                        this.schemas(&format!("{subject}.{value}"), *known, *variant, mine.tag)
                    }
                    None => {
                        let change = match mine.name {
                            Some(schema) => {
                                let key = (mine.at.file, schema.to_owned(), value.clone());
                                this.fields.insert(key, *variant);
                                Change::Variant {
                                    file: mine.at.file,
                                    schema: schema.to_owned(),
                                    value: value.clone(),
                                }
                            }
                            None => Change::None,
                        };
                        let says = format!("`{value}`");
                        this.add("new-variant", subject.to_owned(), Some(mine.at), *variant, says, change);
                    }
                }
            }
            for (value, known) in &here {
                if !there.iter().any(|(other, _)| other == value) {
                    let says = format!("`{value}`");
                    this.add("gone-variant", subject.to_owned(), Some(*known), other.at, says, Change::None);
                }
            }
        });
    }
}
