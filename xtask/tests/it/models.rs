//! Fields of wire types that no hand-written model reads.

use std::path::{Path, PathBuf};

use xtask::run;

use crate::workspace::copy_folder;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

#[test]
fn a_field_that_no_model_reads_is_an_error_until_it_is_left_out() {
    let copy = tempfile::tempdir().unwrap();
    for folder in ["spec", "crates/cc-client/src"] {
        copy_folder(&root().join(folder), &copy.path().join(folder));
    }
    let generate = || run(&["generate".to_owned()], copy.path());
    let outcome = generate();
    assert!(outcome.success, "{}", outcome.errors);
    let edit = |from: &str, to: &str| {
        let file = copy.path().join("spec/shared.yaml");
        let text = std::fs::read_to_string(&file).unwrap();
        assert_eq!(text.matches(from).count(), 1, "{from}");
        std::fs::write(&file, text.replace(from, to)).unwrap();
    };
    // `AddonPlan` has a model, `AddonPlanFeature` is a list inside it.
    let plan = "        slug: {type: string";
    edit(plan, &format!("        colour: {{type: string, description: Colour.}}\n{plan}"));
    let inside = "        computable_value: {type: string";
    edit(inside, &format!("        weight: {{type: string, description: Weight.}}\n{inside}"));
    let outcome = generate();
    assert!(!outcome.success);
    for part in [
        "crates/cc-client/src/commands/",
        "no model reads the field `colour` of the wire type `AddonPlan` (spec/shared.yaml, property `colour`)",
        "no model reads the field `weight` of the wire type `AddonPlanFeature`",
        "x-left-out",
    ] {
        assert!(outcome.errors.contains(part), "{part}: {}", outcome.errors);
    }
    // The types are generated all the same, so that a model can be written with them.
    let types = copy.path().join("crates/generated/cc-api-shared/src/types.rs");
    assert!(std::fs::read_to_string(types).unwrap().contains("pub colour"));
    for (word, text) in [("colour", "Colour"), ("weight", "Weight")] {
        let property = format!("{word}: {{type: string, description: {text}.");
        edit(&property, &format!("{property}, x-left-out: Nobody needs it."));
    }
    let outcome = generate();
    assert!(outcome.success, "{}", outcome.errors);
    // A type that is imported by a list over several lines.
    let account = copy.path().join("spec/account.yaml");
    let whole = std::fs::read_to_string(&account).unwrap();
    let marked = "        partnerName: {type: string, description: Name of the partner through which the user signed up., x-left-out: '`GetProfile` returns it', nullable: true}\n";
    assert!(whole.contains(marked));
    std::fs::write(
        &account,
        whole.replace(marked, "        partnerName: {type: string, description: Name.}\n"),
    )
    .unwrap();
    let outcome = generate();
    assert!(
        outcome.errors.contains("no model reads the field `partner_name` of the wire type `UserSummary`"),
        "{}",
        outcome.errors
    );
    // Marks of a type that commands return as it is, and of a field that a model reads, are refused.
    let summary = "description: 'Id of the provider.'}\n        name: {type: string";
    assert_eq!(whole.matches(summary).count(), 1);
    let marked = format!("{summary}, x-left-out: Nobody needs it.");
    std::fs::write(&account, whole.replace(summary, &marked)).unwrap();
    edit(plan, &plan.replace("{type", "{x-left-out: Nobody needs it., type"));
    let outcome = generate();
    assert!(
        !outcome.success && outcome.errors.contains("`x-left-out` at `AddonPlan.slug` is not needed"),
        "{}",
        outcome.errors
    );
    assert!(
        outcome.errors.contains("`x-left-out` at `ProviderSummary.name` is not needed: no model"),
        "{}",
        outcome.errors
    );
}
