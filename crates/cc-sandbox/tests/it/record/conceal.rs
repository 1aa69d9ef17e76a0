//! Originals never reach the file.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::memory::{answer, exchange, json as json_answer, recorder, request};

fn block_on<F: Future>(future: F) -> F::Output {
    tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap().block_on(future)
}

prop_compose! {
    fn uuid()(a in any::<u32>(), b in any::<u16>(), c in 0..0x1000_u16, d in 0..0x4000_u16, e in 0..0x1_0000_0000_0000_u64) -> String {
        format!("{a:08x}-{b:04x}-4{c:03x}-{:04x}-{e:012x}", d | 0x8000)
    }
}

/// Returns `true` if two values have the same structure, numbers, truth values and nulls.
fn same_structure(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::Object(one), Value::Object(other)) => {
            one.len() == other.len() && one.values().zip(other.values()).all(|(a, b)| same_structure(a, b))
        }
        (Value::Array(one), Value::Array(other)) => {
            one.len() == other.len() && one.iter().zip(other).all(|(a, b)| same_structure(a, b))
        }
        (Value::String(_), Value::String(_)) => true,
        (one, other) => one == other,
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn no_secret_id_or_address_reaches_the_file_and_the_same_id_stays_the_same(
        app in uuid(), owner in uuid(), addon in uuid(),
        secret in "[A-Za-z0-9]{12,40}",
        user in "[a-z]{6,12}", domain in "[a-z]{6,12}",
        name in "[A-Z][a-z]{7,12} [A-Z][a-z]{7,12}",
        variable in "[A-Z]{8,16}",
        count in any::<i32>(),
        unknown in "[a-z]{8,16}",
    ) {
        let (recorder, memory) = recorder();
        let mail = format!("{user}@{domain}.fr");
        let (app_id, owner_id, addon_id) = (format!("app_{app}"), format!("orga_{owner}"), format!("addon_{addon}"));
        let path = format!("/v2/organisations/{owner_id}/applications/{app_id}");
        let application = json!({
            "id": app_id, "name": name, "description": format!("made by {name}, {mail}, with {app_id}"), "zone": "par",
            "ownerId": owner_id, "state": "SHOULD_BE_UP", "creationDate": 1_700_000_000_000_i64, "archived": false,
            "deployUrl": format!("git+ssh://git@push-n3-par-clevercloud-customers.services.clever-cloud.com/{app_id}.git"),
            "vhosts": [{ "fqdn": format!("app-{app}.cleverapps.io") }, { "fqdn": format!("www.{domain}.fr") }],
            "surprise": { mail.clone(): unknown, "count": count, "nothing": null },
        });
        let environment = json!([
            { "name": variable, "value": secret },
            { "name": "POSTGRESQL_ADDON_URI", "value": format!("postgresql://{user}:{secret}@b{addon}.services.clever-cloud.com:5432/x") },
        ]);
        block_on(async {
            exchange(&recorder, request("GET", &path, ""), json_answer(200, &application)).await;
            exchange(&recorder, request("GET", &format!("{path}/env"), ""), json_answer(200, &environment)).await;
            let body = json!({ "plan": "dev", "name": name, "linkedApp": app_id });
            let mut create = request("POST", &format!("/v2/organisations/{owner_id}/addons"), body.to_string());
            let token = format!("Bearer {secret}").parse().unwrap();
            create.headers_mut().insert("authorization", token);
            create.headers_mut().insert("x-clever-password", secret.parse().unwrap());
            let refused = json!({ "id": 4004, "message": format!("{app_id} of {mail} is unknown"), "type": "error" });
            exchange(&recorder, create, json_answer(404, &refused)).await;
            let target = format!("/v2/{unknown}/{addon_id}?{user}={secret}&authorization={secret}&appId={app_id}");
            let text = format!("{mail} has the password {secret}\n");
            exchange(&recorder, request("PUT", &target, text.clone()), answer(200, "text/plain", text)).await;
            let event = json!({ "id": app, "date": "2026-01-01T00:00:00Z", "message": format!("{mail} sent {secret}"), "ip": "203.0.113.77" });
            let events = format!("event: APPLICATION_LOG\nid: {app}\ndata: {event}\n\nevent: HEARTBEAT\ndata: {{}}\n\n");
            let logs = format!("/v4/logs/organisations/{owner_id}/applications/{app_id}/logs");
            exchange(&recorder, request("GET", &logs, ""), answer(200, "text/event-stream", events)).await;
        });
        prop_assert_eq!(recorder.finish().unwrap(), 5);

        let file = memory.text();
        let (first, last) = name.split_once(' ').unwrap();
        for original in [&app, &owner, &addon, &secret, &mail, &variable, &unknown, &format!("{domain}.fr"), "203.0.113.77", first, last] {
            prop_assert!(!file.contains(original), "{original} is in\n{file}");
        }

        let lines = memory.lines();
        let shown = &lines[0]["answer"]["body"]["json"];
        let id = shown["id"].as_str().unwrap();
        prop_assert!(id.starts_with("app_") && id.len() == app_id.len());
        let paths: Vec<&str> = lines.iter().map(|line| line["request"]["path"].as_str().unwrap()).collect();
        let owner = shown["ownerId"].as_str().unwrap();
        prop_assert_eq!(paths[0], format!("/v2/organisations/{owner}/applications/{id}"));
        prop_assert!(paths[3].contains(&format!("appId={id}")), "{}", paths[3]);
        prop_assert_eq!(&lines[2]["request"]["body"]["json"]["linkedApp"], id);
        prop_assert!(shown["deployUrl"].as_str().unwrap().contains(id));
        prop_assert!(shown["description"].as_str().unwrap().ends_with(id));
        prop_assert!(lines[2]["answer"]["body"]["json"]["message"].as_str().unwrap().starts_with(id));
        prop_assert_eq!(&lines[4]["answer"]["body"]["events"]["list"][0]["id"], &id[4..]);
        let hidden = lines[1]["answer"]["body"]["json"][0]["value"].as_str().unwrap();
        prop_assert!(hidden.starts_with("***") || hidden.len() == secret.len());
        prop_assert!(lines[1]["answer"]["body"]["json"][1]["value"].as_str().unwrap().len() >= 8);
        for kept in ["zone", "state", "creationDate", "archived"] {
            prop_assert_eq!(&shown[kept], &application[kept]);
        }
        prop_assert!(same_structure(shown, &application), "{shown}");
    }
}
