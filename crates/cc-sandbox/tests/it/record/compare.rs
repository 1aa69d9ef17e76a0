//! The sandbox against recordings.

use cc_sandbox::{Comparison, DifferenceKind, Fault, Pace, Recording, Sandbox};
use serde_json::{Value, json};

use super::memory::{Memory, recorder};
use super::session::{self, Recorded, recorded, sandbox, story};

/// Operation, kind and place of a difference.
type Row<'a> = (&'a str, DifferenceKind, &'a str);

fn shown(comparison: &Comparison) -> Vec<Row<'_>> {
    let of = |(operation, difference): (_, &'_ cc_sandbox::Difference)| (operation, difference.kind);
    let places = comparison.differences().map(|(_, difference)| difference.place.as_str());
    comparison
        .differences()
        .map(of)
        .zip(places)
        .map(|((operation, kind), place)| (operation, kind, place))
        .collect()
}

#[tokio::test]
async fn a_sandbox_is_equal_to_a_recording_of_itself_in_every_operation() {
    let (recording, memory, reads) = recorded().await;
    assert!(recording.len() > reads + 30, "{}", recording.len());
    let comparison = recording.compare(&sandbox()).await;
    assert_eq!(shown(&comparison), [], "{comparison}");
    assert!(comparison.is_equal() && comparison.percent == 100 && comparison.compared >= 40, "{comparison}");
    let samples = comparison.operations.iter().filter(|operation| operation.is_sample).count();
    assert!(samples > 0 && samples < comparison.compared / 2, "{comparison}");
    assert!(
        comparison.to_string().contains(&format!("{samples} operations answered with samples")),
        "{comparison}"
    );
    let skipped: usize = comparison.operations.iter().flat_map(|operation| operation.skipped.values()).sum();
    assert!(skipped * 20 < recording.len(), "{comparison}");
    for original in ["Acme", "kaeghu4Iejoo", "www.acme.fr", "production", "Our things", "Lovelace", "Nantes"]
    {
        assert!(!memory.text().contains(original), "{original}");
    }
}

#[tokio::test]
async fn a_recording_of_another_account_is_compared_with_resources_of_the_sandbox() {
    let (recording, _, _) = recorded().await;
    let other = Sandbox::builder().seed(8).pace(Pace::Manual).strict(false).in_memory();
    let comparison = recording.compare(&other).await;
    assert_eq!(shown(&comparison), [], "{comparison}");
}

async fn story_recorded() -> Memory {
    let sandbox = sandbox();
    let (recorder, memory) = recorder();
    let client = Recorded { sandbox: &sandbox, recorder };
    story(&client, &sandbox).await;
    memory
}

/// The recording with one exchange of an operation changed, the last one.
fn changed(memory: &Memory, operation: &str, change: impl FnOnce(&mut Value)) -> Recording {
    let mut lines = memory.lines();
    let line = lines.iter_mut().rfind(|line| line["operation"] == operation).unwrap();
    change(&mut line["answer"]);
    let header = memory.text().lines().next().unwrap().to_owned();
    let lines = lines.iter().map(Value::to_string);
    Recording::from_json_lines(std::iter::once(header).chain(lines).collect::<Vec<_>>().join("\n")).unwrap()
}

#[tokio::test]
async fn a_difference_is_named_and_nothing_else() {
    let memory = story_recorded().await;
    let body = |answer: &mut Value| answer["body"]["json"].take();
    type Change = Box<dyn FnOnce(&mut Value)>;
    let cases: Vec<(&str, Change, Vec<Row<'_>>)> = vec![
        (
            "get_addon",
            Box::new(move |answer| {
                let mut value = body(answer);
                value.as_object_mut().unwrap().remove("provider");
                answer["body"]["json"] = value;
            }),
            vec![("get_addon", DifferenceKind::Additional, "provider")],
        ),
        (
            "get_addon",
            Box::new(move |answer| answer["body"]["json"]["plan"]["surprise"] = json!("x")),
            vec![("get_addon", DifferenceKind::Missing, "plan.surprise")],
        ),
        (
            "list_linked_addons",
            Box::new(move |answer| answer["body"]["json"][0]["name"] = json!(7)),
            vec![("list_linked_addons", DifferenceKind::Type, "[].name")],
        ),
        (
            "list_applications",
            Box::new(|answer| answer["status"] = json!(418)),
            vec![("list_applications", DifferenceKind::Status, "")],
        ),
        (
            "get_application",
            Box::new(|answer| answer["body"]["json"]["id"] = json!(4021)),
            vec![("get_application", DifferenceKind::Code, "id")],
        ),
    ];
    for (operation, change, expected) in cases {
        let comparison = changed(&memory, operation, change).compare(&sandbox()).await;
        assert_eq!(shown(&comparison), expected, "{comparison}");
        assert!(!comparison.is_equal() && comparison.percent < 100);
    }
}

#[tokio::test]
async fn the_order_of_items_that_were_made_is_compared() {
    let memory = story_recorded().await;
    let mut lines = memory.lines();
    let line = lines.iter_mut().find(|line| line["operation"] == "list_applications").unwrap();
    let items = line["answer"]["body"]["json"].as_array_mut().unwrap();
    assert_eq!(items.len(), 2);
    items.reverse();
    let header = memory.text().lines().next().unwrap().to_owned();
    let text =
        std::iter::once(header).chain(lines.iter().map(Value::to_string)).collect::<Vec<_>>().join("\n");
    let comparison = Recording::from_json_lines(text).unwrap().compare(&sandbox()).await;
    assert_eq!(shown(&comparison), [("list_applications", DifferenceKind::Order, "[]")], "{comparison}");
    let summary = comparison.to_string();
    let expected =
        format!("{} operations compared, {} equal, 1 differing: ", comparison.compared, comparison.equal);
    assert!(
        summary.contains(&expected)
            && summary.contains("differs list_applications  2 exchanges\n          order []"),
        "{summary}"
    );
}

#[tokio::test]
async fn a_fault_of_the_sandbox_is_a_difference() {
    let memory = story_recorded().await;
    let own = sandbox();
    own.faults().add(Fault::answer(200, json!([])).on("list_addons"));
    let comparison = memory.recording().compare(&own).await;
    let expected = [("list_addons", DifferenceKind::Missing, "[]")];
    assert_eq!(shown(&comparison), expected, "{comparison}");
    let json = serde_json::to_value(&comparison).unwrap();
    let row = json["operations"].as_array().unwrap().iter().find(|row| row["operation"] == "list_addons");
    assert_eq!(row.unwrap()["differences"][0]["kind"], "missing");
}

#[tokio::test]
async fn streams_are_compared_by_their_events() {
    use session::Send;
    let sandbox_one = sandbox();
    let (recorder, memory) = recorder();
    let client = Recorded { sandbox: &sandbox_one, recorder };
    let ids = sandbox_one.ids();
    let path = format!(
        "/v4/logs/organisations/{}/applications/{}/logs?since=2025-12-31T00:00:00Z&limit=3",
        ids.organisation, ids.application
    );
    client.send("GET", &path, None).await;
    let comparison = memory.recording().compare(&sandbox()).await;
    assert!(comparison.is_equal(), "{comparison}");
    let recording = changed(&memory, "stream_application_logs", |answer| {
        let event = &mut answer["body"]["events"]["list"][0];
        assert_eq!(event["event"], "APPLICATION_LOG");
        event["data"]["message"] = json!(7);
    });
    let comparison = recording.compare(&sandbox()).await;
    let expected = [("stream_application_logs", DifferenceKind::Type, "APPLICATION_LOG.message")];
    assert_eq!(shown(&comparison), expected, "{comparison}");
}

#[tokio::test]
async fn a_url_that_holds_a_secret_stays_a_url_so_that_a_drain_is_made_again() {
    use session::Send;
    let recorded = sandbox();
    let (recorder, memory) = recorder();
    let client = Recorded { sandbox: &recorded, recorder };
    let ids = recorded.ids();
    let path =
        format!("/v4/drains/organisations/{}/applications/{}/drains", ids.organisation, ids.application);
    let recipient = json!({ "type": "RAW_HTTP", "url": "https://ada:hunter2@logs.acme.fr/in?key=hunter2" });
    let (status, drain) =
        client.send("POST", &path, Some(json!({ "kind": "LOG", "recipient": recipient }))).await;
    assert!(status < 300, "{status} {drain}");
    client.send("GET", &format!("{path}/{}", drain["id"].as_str().unwrap()), None).await;
    for original in ["ada", "hunter2", "acme"] {
        assert!(!memory.text().contains(original), "{original} is in {}", memory.text());
    }
    let comparison = memory.recording().compare(&sandbox()).await;
    assert!(comparison.is_equal() && comparison.compared == 2, "{comparison}");
}
