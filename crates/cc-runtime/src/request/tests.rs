//! Tests of requests: encoding and refused inputs.

use http::Method;
use proptest::prelude::*;

use super::*;

static ANY: OperationInfo = OperationInfo::new("get_v2", "any", Method::GET, "/v2/{path}", "");

#[test]
fn the_rest_of_a_path_keeps_its_slashes_and_nothing_else() {
    let path = |value: &str| RequestBuilder::new(&ANY).path_rest("path", value).build().map(|made| made.path);
    assert_eq!(path("self/a b?c#d%2F").unwrap(), "/v2/self/a%20b%3Fc%23d%252F");
    assert_eq!(path("/self").unwrap(), "/v2/self");
    for value in ["", "/", "..", "a/../b", "a//b", "a/", "./a"] {
        assert_eq!(path(value).unwrap_err().kind(), ErrorKind::InvalidInput, "{value}");
    }
}

static INFO: OperationInfo = OperationInfo::new(
    "get_invoice_html",
    "billing",
    Method::GET,
    "/v4/billing/organisations/{ownerId}/invoices/{invoiceNumber}.html",
    "text/html",
);

fn request(owner: &str, invoice: &str) -> Result<Request> {
    RequestBuilder::new(&INFO).path("ownerId", &owner).path("invoiceNumber", &invoice).build()
}

#[test]
fn parameters_are_encoded_wherever_they_stand_in_a_segment() {
    assert_eq!(
        request("orga_1", "F 20/é?#%").unwrap().path,
        "/v4/billing/organisations/orga_1/invoices/F%2020%2F%C3%A9%3F%23%25.html"
    );
}

#[test]
fn ids_that_would_reach_another_route_are_refused() {
    for id in ["", ".", ".."] {
        let error = request(id, "F1").unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidInput);
        assert!(error.to_string().contains("`ownerId`"), "{error}");
    }
}

#[test]
fn values_longer_than_any_real_one_are_refused_and_not_repeated() {
    let long = "x".repeat(MAX_ID_BYTES + 1);
    let long_name = "x".repeat(MAX_SEGMENT_BYTES + 1);
    static KEY: OperationInfo = OperationInfo::new("get_key", "any", Method::GET, "/v2/{keyName}", "");
    let of = |builder: RequestBuilder| builder.build().unwrap_err();
    for (error, name) in [
        (request(&long, "F1").unwrap_err(), "`ownerId`: is too long: 257 bytes, at most 256 are allowed"),
        (request("orga_1", &long).unwrap_err(), "`invoiceNumber`"),
        (of(RequestBuilder::new(&KEY).path("keyName", &long_name)), "`keyName`"),
        (of(RequestBuilder::new(&ANY).path_rest("path", &long_name)), "`path`"),
        (of(RequestBuilder::new(&KEY).path("keyName", &"k").query("ownerId", &Some(&long))), "`ownerId`"),
        (of(RequestBuilder::new(&KEY).path("keyName", &"k").query_each("addonId", &[&long])), "`addonId`"),
    ] {
        assert_eq!((error.kind(), error.is_not_sent()), (ErrorKind::InvalidInput, true));
        assert!(error.to_string().contains(name) && error.to_string().len() < 300, "{error}");
    }
    assert!(request(&long[1..], "F1").is_ok());
    assert!(RequestBuilder::new(&KEY).path("keyName", &long).query("q", &Some(&long_name)).build().is_ok());
}

#[test]
fn ids_in_a_query_or_a_body_are_checked_like_those_in_a_path() {
    #[derive(Serialize)]
    struct Link {
        id: crate::ApplicationId,
        owners: Vec<Option<crate::OwnerId>>,
    }
    static LINK: OperationInfo = OperationInfo::new("link", "any", Method::POST, "/v2/links", "");
    let body = |id: &str, owner: &str| {
        let link = Link { id: id.into(), owners: vec![None, Some(owner.into())] };
        [RequestBuilder::new(&LINK).json(&link).build(), RequestBuilder::new(&LINK).form(&link).build()]
    };
    let long = "x".repeat(MAX_ID_BYTES + 1);
    for bad in ["", ".", "..", &long] {
        let reason = id::problem(bad, MAX_ID_BYTES).unwrap();
        let path = request(bad, "F1").unwrap_err();
        let query = |name| {
            RequestBuilder::new(&LINK).query(name, &Some(crate::OwnerId::from(bad))).build().unwrap_err()
        };
        let [json, form] = body(bad, "orga_1").map(Result::unwrap_err);
        let [nested, _] = body("app_1", bad).map(Result::unwrap_err);
        for (error, name) in [
            (path, "ownerId"),
            (query("ownerId"), "ownerId"),
            (query("for"), "for"),
            (json, "id"),
            (form, "id"),
            (nested, "owners[1]"),
        ] {
            assert_eq!(error.message(), Some(format!("`{name}`: {reason}").as_str()));
            assert_eq!((error.kind(), error.is_not_sent()), (ErrorKind::InvalidInput, true));
        }
    }
    assert!(body("app_1", "orga_1").into_iter().all(|made| made.is_ok()));
    // Values that are not ids are sent unchanged.
    assert!(RequestBuilder::new(&LINK).query("filter", &Some("")).build().is_ok());
}

#[test]
fn a_parameter_that_is_left_out_is_named() {
    let error = RequestBuilder::new(&INFO).path("ownerId", &"orga_1").build().unwrap_err();
    assert!(error.to_string().contains("`invoiceNumber`"), "{error}");
}

#[test]
fn absent_query_values_are_left_out_and_lists_repeat_their_key() {
    let request = RequestBuilder::new(&INFO)
        .path("ownerId", &"o")
        .path("invoiceNumber", &"i")
        .query("a b", &Some("c&d"))
        .query("none", &None::<i64>)
        .query("zero", &Some(0))
        .query_each("s", &["x", "y"])
        .build()
        .unwrap();
    assert_eq!(request.query, "a%20b=c%26d&zero=0&s=x&s=y");
}

#[test]
fn debug_shows_no_header_value_no_query_and_no_body() {
    let request = RequestBuilder::new(&INFO)
        .path("ownerId", &"o")
        .path("invoiceNumber", &"i")
        .secret_query("key", Some(&"hunter2".into()))
        .secret_header("X-Clever-Password", Some(&"hunter2".into()))
        .json(&serde_json::json!({ "password": "hunter2" }))
        .build()
        .unwrap();
    assert_eq!(request.query, "key=hunter2");
    let shown = format!("{request:?}");
    assert!(shown.contains("x-clever-password") && !shown.contains("hunter2"), "{shown}");
}

#[test]
fn the_mask_of_a_secret_is_refused_in_the_path_the_query_a_header_and_the_body() {
    let mask = Secret::from("***");
    let start = || RequestBuilder::new(&INFO).path("ownerId", &"o");
    for (builder, name) in [
        (start().secret_path("invoiceNumber", &mask), "invoiceNumber"),
        (start().path("invoiceNumber", &"i").secret_query("key", Some(&mask)), "key"),
        (
            start().path("invoiceNumber", &"i").secret_header("X-Clever-Password", Some(&mask)),
            "X-Clever-Password",
        ),
        (start().path("invoiceNumber", &"i").secret_body("text/plain", &mask), "body"),
        (
            start()
                .path("invoiceNumber", &"i")
                .json(&std::collections::BTreeMap::from([("password", &mask)])),
            "password",
        ),
    ] {
        let error = builder.build().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidInput);
        assert!(
            error.to_string().contains(&format!("`{name}`: this is the mask of a hidden value")),
            "{error}"
        );
    }
}

#[test]
fn a_form_repeats_arrays_and_leaves_nulls_out() {
    assert_eq!(form(&serde_json::json!({"a": "é", "b": [1, true], "c": null})), "a=%C3%A9&b=1&b=true");
}

proptest! {
    #[test]
    fn any_id_stays_one_segment(id in "\\PC*") {
        let Ok(request) = request(&id, "i") else {
            prop_assert!(["", ".", ".."].contains(&id.as_str()));
            return Ok(());
        };
        let url = url::Url::parse("https://h").unwrap().join(&request.path).unwrap();
        let segments: Vec<_> = url.path_segments().unwrap().collect();
        prop_assert_eq!(segments.len(), 6);
        let decoded = percent_encoding::percent_decode_str(segments[3]).decode_utf8().unwrap();
        prop_assert_eq!(decoded, id);
    }
}
