//! The text of the surface: every fact that callers notice is in it.

use xtask::spec::node::parse;
use xtask::spec::{Documents, check};
use xtask::surface::Surface;

use super::changes::CHANGES;

/// The domain of `changes.yaml` with one text in the place of another, at all its places.
pub fn changed(from: &str, to: &str) -> Documents {
    let text = include_str!("../fixtures/changes.yaml");
    assert!(text.contains(from), "the fixture has no {from:?}");
    documents([("boats", &text.replace(from, to))])
}

pub fn documents<'a>(domains: impl IntoIterator<Item = (&'a str, &'a String)>) -> Documents {
    let shared = include_str!("../../../spec/shared.yaml");
    let domains = domains.into_iter().map(|(name, text)| (name.to_owned(), parse(text).unwrap()));
    Documents::new(domains.collect(), parse(shared).unwrap())
}

pub fn surface(documents: &Documents) -> Surface {
    Surface::of_documents(documents).unwrap()
}

fn text(documents: &Documents) -> String {
    surface(documents).domains["boats"].to_string()
}

#[test]
fn the_surface_has_an_entry_for_each_subject_and_a_line_for_each_fact() {
    let documents = changed("Boats", "Boats");
    assert_eq!(check::check(&documents), []);
    insta::assert_snapshot!(text(&documents));
}

#[test]
fn every_change_that_callers_notice_changes_a_line_of_its_own() {
    let before = text(&changed("Boats", "Boats"));
    let mut missed = Vec::new();
    for (from, to, line) in CHANGES {
        let after = text(&changed(from, to));
        let (gone, text) = match line.strip_prefix('-') {
            Some(line) => (line, &before),
            None => (line, &after),
        };
        let other = if std::ptr::eq(text, &before) { &after } else { &before };
        let count = |text: &str| text.lines().filter(|found| *found == gone).count();
        if count(text) <= count(other) {
            missed.push(format!("{from:?} to {to:?}: no line {line:?}"));
        }
    }
    assert_eq!(missed, [""; 0]);
}

#[test]
fn a_command_that_moves_to_another_domain_leaves_one_surface_and_joins_the_other() {
    let base = include_str!("../fixtures/changes.yaml").to_owned();
    let declared = &base[base.find("x-commands").unwrap()..base.find("paths:").unwrap()];
    let other =
        "openapi: 3.0.3\ninfo: {title: Harbours, version: 0.1.0, description: Harbours.}\n".to_owned();
    let (left, joined) = (base.replace(declared, ""), format!("{other}{declared}"));
    let before = surface(&documents([("boats", &base), ("harbours", &other)]));
    let after = surface(&documents([("boats", &left), ("harbours", &joined)]));
    let has =
        |surface: &Surface, domain: &str| surface.domains[domain].to_string().contains("command MoveBoat");
    assert!(has(&before, "boats") && !has(&before, "harbours"));
    assert!(!has(&after, "boats") && has(&after, "harbours"));
    assert!(after.domains["harbours"].to_string().starts_with("enables boats\n"));
}

#[test]
fn the_value_is_json_with_everything_that_the_text_has() {
    let surface = surface(&changed("Boats", "Boats"));
    let json = serde_json::to_value(&surface).unwrap();
    let boats = &json["domains"]["boats"];
    assert_eq!(boats["crate"], "cc-api-boats");
    assert_eq!(boats["operations"]["list_boats"]["inputs"][1]["others"]["maximum"], 90);
    assert_eq!(boats["types"]["Boat"]["kind"], "struct");
    assert_eq!(boats["types"]["BoatKind"]["values"][0]["docs"]["x-values"], "It sails.");
    assert_eq!(boats["commands"]["ListBoat"]["inputs"][1]["target"], "query.size");
}
