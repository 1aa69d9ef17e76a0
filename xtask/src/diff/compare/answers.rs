//! Changes of the answers of an operation.

use std::collections::BTreeSet;

use super::{Collector, Site};
use crate::surface::{Answer, Operation};

impl Collector<'_> {
    pub(super) fn answers(&mut self, site: &Site, before: &Operation, after: &Operation) {
        for success in [true, false] {
            let of = |operation: &Operation| -> Vec<Answer> {
                operation.answers.iter().filter(|answer| answer.is_success() == success).cloned().collect()
            };
            let (mut was, is) = (of(before), of(after));
            // A single success that has another status is the same answer.
            if let ([one], [other]) = (was.as_mut_slice(), is.as_slice())
                && success
                && one.status != other.status
            {
                let part = part(site, &other.status);
                self.add("success-status-changed", &part, &one.status, &other.status);
                one.status.clone_from(&other.status);
            }
            let statuses: BTreeSet<&String> = was.iter().chain(&is).map(|answer| &answer.status).collect();
            for status in statuses {
                let part = part(site, status);
                let kind = if success { "success" } else { "error" };
                let one = was.iter().find(|answer| answer.status == *status);
                match (one, is.iter().find(|answer| answer.status == *status)) {
                    (None, Some(_)) => self.add(&format!("{kind}-status-added"), &part, "", status),
                    (Some(_), None) => self.add(&format!("{kind}-status-removed"), &part, status, ""),
                    (Some(one), Some(other)) => self.answer(&part, one, other),
                    (None, None) => {}
                }
            }
        }
    }

    fn answer(&mut self, site: &Site, before: &Answer, after: &Answer) {
        if !after.is_success() {
            let all = |answer: &Answer| {
                let each = answer.content.iter().map(|(media, ty)| format!("{media}: {ty}"));
                each.collect::<Vec<_>>().join(", ")
            };
            if before.content != after.content {
                self.add("error-body-changed", site, all(before), all(after));
            }
        } else {
            let first = |answer: &Answer| answer.content.first().cloned().unwrap_or_default();
            let ((was, was_ty), (is, is_ty)) = (first(before), first(after));
            if was != is {
                self.add("success-media-type-changed", site, was, is);
            }
            if was_ty != is_ty {
                self.add("success-body-changed", site, was_ty, is_ty);
            }
            let rest = |answer: &Answer| -> BTreeSet<String> {
                answer.content.iter().skip(1).map(|(media, ty)| format!("{media}: {ty}")).collect()
            };
            for media in rest(after).difference(&rest(before)) {
                self.add("success-media-type-added", site, "", media);
            }
            for media in rest(before).difference(&rest(after)) {
                self.add("success-media-type-removed", site, media, "");
            }
        }
        self.facts("answer", site, &before.others, &after.others);
        self.texts("answer", site, &before.docs, &after.docs);
    }
}

fn part(site: &Site, status: &str) -> Site {
    let mut part = site.part(status, "", &format!("/responses/{status}"), 0).used_in(false, true);
    part.rust = format!("{} ({status})", site.rust);
    part
}
