//! Ids of a recording and those of the sandbox that stand for them.

use std::collections::{HashMap, HashSet};

use crate::record::place::Place;
use crate::record::{disguise, safe};
use crate::world::Ids;

/// Texts of a recording with those of the sandbox that stand for them, learned from answers.
#[derive(Debug)]
pub(super) struct Names {
    known: HashMap<String, String>,
    /// Recorded texts that the answer to a change brought: resources that were made during the recording.
    made: HashSet<String>,
    /// Their names in the sandbox, with the recorded ones.
    made_as: HashMap<String, String>,
    ids: Ids,
}

impl Names {
    pub(super) fn new(ids: Ids) -> Self {
        Self { known: HashMap::new(), made: HashSet::new(), made_as: HashMap::new(), ids }
    }

    /// The sandbox's text for a recorded one, if an answer showed it.
    pub(super) fn get(&self, recorded: &str) -> Option<&str> {
        self.known.get(recorded).map(String::as_str)
    }

    /// The sandbox's text for a recorded one, which is the same one where nothing else is known.
    pub(super) fn of<'a>(&'a self, recorded: &'a str) -> &'a str {
        self.get(recorded).unwrap_or(recorded)
    }

    pub(super) fn was_made(&self, recorded: &str) -> bool {
        self.made.contains(recorded)
    }

    /// The recorded text of something in the sandbox that was made during the recording.
    pub(super) fn made_as(&self, own: &str) -> Option<&str> {
        self.made_as.get(own).map(String::as_str)
    }

    /// Takes note that two texts stand for the same thing. The first one to say so is right.
    pub(super) fn learn(&mut self, recorded: &str, own: &str, is_change: bool) {
        if !self.known.contains_key(recorded) {
            if is_change {
                self.made.insert(recorded.to_owned());
                self.made_as.insert(own.to_owned(), recorded.to_owned());
            }
            self.known.insert(recorded.to_owned(), own.to_owned());
        }
    }

    /// The sandbox's text for a recorded one in a request: where no answer showed it, a resource of the same kind that the sandbox
    /// has from its start. `None` for an id of which the sandbox has nothing alike.
    pub(super) fn asked(&mut self, place: &Place<'_>, recorded: &str) -> Option<String> {
        if let Some(own) = self.get(recorded) {
            return Some(own.to_owned());
        }
        if safe::is_constant(recorded) {
            return Some(recorded.to_owned());
        }
        let prefix = recorded.split_once('_').map_or("", |(prefix, _)| prefix);
        let ids = &self.ids;
        let own = match place.name().unwrap_or_default() {
            "shared.OwnerId" | "shared.UserId" if prefix == "user" => Some(&ids.user),
            "shared.UserId" => Some(&ids.user),
            "shared.OwnerId" => Some(&ids.organisation),
            "shared.ApplicationId" => Some(&ids.application),
            "shared.ResourceId" if prefix == "app" => Some(&ids.application),
            "shared.ResourceId" | "shared.AddonId" if prefix == "addon" => Some(&ids.addon),
            "shared.ResourceId" | "shared.RealAddonId" | "shared.AddonId" => {
                Some(ids.real_addons.get(prefix).unwrap_or(&ids.real_addon))
            }
            _ => None,
        };
        match own {
            Some(own) => {
                let own = own.clone();
                self.known.insert(recorded.to_owned(), own.clone());
                Some(own)
            }
            None if disguise::uuid_in(recorded).is_some() => None,
            None => Some(recorded.to_owned()),
        }
    }
}
