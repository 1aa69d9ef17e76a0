//! The crate is a general one: it knows no server.

use std::path::Path;

fn texts(folder: &Path, found: &mut Vec<(String, String)>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            texts(&path, found);
        } else {
            found.push((path.display().to_string(), std::fs::read_to_string(&path).unwrap()));
        }
    }
}

#[test]
fn the_source_names_no_platform_and_none_of_its_events_or_headers() {
    let mut found = Vec::new();
    texts(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut found);
    assert!(found.len() > 20);
    for (file, text) in found {
        for name in ["platform", "clever", "\"heartbeat\"", "end_of_stream", "endedby", "x-heartbeat", "sozu"]
        {
            let debug_field = text.replace(".field(\"heartbeat\"", "");
            assert!(!debug_field.to_lowercase().contains(name), "{file} names {name}");
        }
    }
}
