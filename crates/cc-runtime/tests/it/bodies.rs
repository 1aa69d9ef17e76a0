//! The bodies of errors as the platform, other servers and what stands between write them: what a program gets of each.

use std::fmt::Write;

use cc_runtime::{Error, ErrorContext};
use http::{HeaderMap, HeaderValue, StatusCode};

const JSON: &str = "application/json";
const PROBLEM: &str = "application/problem+json";
const FORM: &str = "application/x-www-form-urlencoded";
const XML: &str = "application/xml";
const HTML: &str = "text/html; charset=utf-8";
const TEXT: &str = "text/plain";

/// Bodies by family: name, content type, status, body.
type Body = (&'static str, &'static str, u16, &'static [u8]);

const PLATFORM: &[Body] = &[
    ("v2", JSON, 404, br#"{"id":4004,"message":"No such application","type":"error"}"#),
    ("v2 with fields", JSON, 400, br#"{"id":6001,"message":"Bad input","type":"error","fields":{"name":"must not be empty","zone":"unknown zone"}}"#),
    ("v2 with the code as a text", JSON, 401, br#"{"id":"2001","message":"You're not authenticated","type":"error"}"#),
    ("v2 that quotes a provider", JSON, 400, br#"{"id":-500,"message":"Error from provider: [{\"id\":\"error\",\"message\":\"No resource available\"}]","type":"error"}"#),
    ("v2 that quotes a page", JSON, 500, br#"{"id":-500,"message":"Error from provider: <html><head><title>503 Service Unavailable</title></head></html>"}"#),
    ("v4", JSON, 400, br#"{"code":"clever.core.bad-request","error":"Bad request","apiRequestId":"req_1","context":{"type":"Empty"}}"#),
    ("v4 about a field", JSON, 422, br#"{"code":"clever.core.invalid","error":"No such zone","context":{"type":"field","name":"zone","error":{"value":"mars","reason":"unknown zone"}}}"#),
    ("v4 about fields", JSON, 422, br#"{"code":"clever.core.invalid","error":"Bad input","context":{"type":"fields","fields":{"zone":{"fieldValue":"mars","reason":"unknown zone"},"plan":{"reason":"missing"}}}}"#),
    ("v4 about inputs", JSON, 400, br#"{"code":"clever.core.invalid","error":"Bad input","context":{"type":"input","names":["zone","plan"]}}"#),
    ("v4 about a resource", JSON, 404, br#"{"code":"clever.core.not-found","error":"No such drain","context":{"type":"resource","kind":"drain","name":"drain_1"}}"#),
    ("v4 about an operation", JSON, 409, br#"{"code":"clever.core.conflict","error":"In use","context":{"type":"operation","operation":"delete","kind":"drain","name":"drain_1"}}"#),
    ("v4 of a gateway", JSON, 502, br#"{"code":"clever.core.gateway","error":"Bad gateway","context":{"type":"gateway","originalStatus":503,"originalBody":"down"}}"#),
    ("v4 about a selector", JSON, 400, br#"{"code":"clever.core.invalid","error":"Bad document","context":{"type":"selector","path":["spec","zone"]}}"#),
    ("v4 with a bag", JSON, 400, br#"{"code":"clever.core.invalid","error":"Unknown owners","context":{"type":"bag","elem":["orga_1","orga_2"]}}"#),
    ("v4 of the older class", JSON, 422, br#"{"code":"clever.core.invalid","error":"Bad zone","context":{"OVDErrorFieldContext":{"fieldName":"zone","fieldValue":"mars"}}}"#),
    ("v4 with a context of tomorrow", JSON, 422, br#"{"code":"clever.core.quota","error":"Too many","context":{"type":"quota","left":0}}"#),
];

const NESTED: &[Body] = &[
    ("error with code and message", JSON, 404, br#"{"error":{"code":"not_found","message":"no such thing"}}"#),
    ("error with a number and a status", JSON, 404, br#"{"error":{"code":404,"message":"no such thing","status":"NOT_FOUND"}}"#),
    ("error with its fields", JSON, 400, br#"{"error":{"message":"bad","details":[{"@type":"t","fieldViolations":[{"field":"zone","description":"unknown"}]}]}}"#),
    ("error with a message in languages", JSON, 400, br#"{"error":{"code":"x","message":{"lang":"en","value":"no such zone"}}}"#),
    ("message as an object of fields", JSON, 400, br#"{"statusCode":400,"message":{"zone":["unknown"],"name":["missing"]},"error":"Bad Request"}"#),
    ("message as an object of texts", JSON, 400, br#"{"message":{"text":"no such zone"}}"#),
    ("message as a list", JSON, 400, br#"{"statusCode":400,"message":["name is missing","zone is unknown"],"error":"Bad Request"}"#),
    ("message as a list of objects", JSON, 400, br#"{"statusCode":400,"message":[{"property":"zone","constraints":{"isIn":"zone must be known"}}]}"#),
    ("error within data", JSON, 400, br#"{"data":{"error":{"code":7,"message":"no such zone"}}}"#),
    ("error three deep", JSON, 500, br#"{"error":{"error":{"error":{"code":"E3","message":"deep"}}}}"#),
    ("error within a response", JSON, 400, br#"{"response":{"status":"fail","errors":[{"message":"no such zone"}]}}"#),
    ("fault", JSON, 500, br#"{"fault":{"faultstring":"Invalid key","detail":{"errorcode":"oauth.v2.InvalidApiKey"}}}"#),
];

const LISTS: &[Body] = &[
    ("errors of JSON:API", JSON, 422, br#"{"errors":[{"status":"422","code":"E1","title":"Invalid","detail":"unknown zone","source":{"pointer":"/data/attributes/zone"}},{"detail":"missing name","source":{"parameter":"name"}}]}"#),
    ("errors of GraphQL", JSON, 400, br#"{"data":null,"errors":[{"message":"no such field","path":["me","zone"],"extensions":{"code":"BAD_USER_INPUT"}}]}"#),
    ("errors as texts", JSON, 400, br#"{"errors":["name is missing","zone is unknown"]}"#),
    ("errors by field", JSON, 422, br#"{"message":"The given data was invalid.","errors":{"zone":["is unknown"],"name":["is missing","is short"]}}"#),
    ("errors as a text", JSON, 400, br#"{"errors":"no such zone"}"#),
    ("errors within error", JSON, 403, br#"{"error":{"errors":[{"domain":"global","reason":"forbidden","message":"Forbidden"}],"code":403,"message":"Forbidden"}}"#),
    ("no errors at all", JSON, 500, br#"{"errors":[]}"#),
    ("a list at the top", JSON, 400, br#"[{"id":"error","message":"no such zone"},{"message":"missing name"}]"#),
    ("a list of texts", JSON, 400, br#"["no such zone","missing name"]"#),
    ("a list with fields", JSON, 400, br#"[{"field":"zone","message":"unknown"},{"field":"name","message":"missing"}]"#),
    ("an empty list", JSON, 500, br#"[]"#),
    ("fields at the top", JSON, 400, br#"{"zone":["unknown"],"name":["missing"]}"#),
    ("FastAPI", JSON, 422, br#"{"detail":[{"loc":["body","zone"],"msg":"field required","type":"value_error.missing"}]}"#),
    ("Spring", JSON, 400, br#"{"timestamp":"2026-01-02T03:04:05.000+00:00","status":400,"error":"Bad Request","message":"Validation failed","errors":[{"defaultMessage":"unknown","field":"zone","rejectedValue":"mars"}],"path":"/x"}"#),
    ("Hibernate", JSON, 400, br#"{"violations":[{"propertyPath":"zone","message":"unknown","invalidValue":"mars"}]}"#),
    ("Kubernetes", JSON, 409, br#"{"kind":"Status","status":"Failure","message":"exists","reason":"AlreadyExists","details":{"causes":[{"field":"metadata.name","message":"taken"}]},"code":409}"#),
    ("Rails", JSON, 422, br#"{"zone":["is unknown"]}"#),
    ("Phoenix", JSON, 404, br#"{"errors":{"detail":"Not Found"}}"#),
    ("GitHub", JSON, 422, br#"{"message":"Validation Failed","errors":[{"resource":"Zone","field":"name","code":"missing_field"}],"documentation_url":"https://example.org"}"#),
];

const PROBLEMS: &[Body] = &[
    ("problem", PROBLEM, 403, br#"{"type":"https://example.org/out-of-credit","title":"You do not have enough credit.","status":403,"detail":"Your balance is 30.","instance":"/account/1"}"#),
    ("problem with extensions", PROBLEM, 403, br#"{"type":"https://example.org/out-of-credit","title":"No credit","detail":"Your balance is 30.","balance":30,"accounts":["/account/1"],"code":"E_CREDIT"}"#),
    ("problem with parameters", PROBLEM, 400, br#"{"type":"about:blank","title":"Invalid","invalid-params":[{"name":"zone","reason":"unknown"},{"name":"plan","reason":"missing"}]}"#),
    ("problem with pointers", PROBLEM, 422, br##"{"type":"https://example.org/validation","title":"Invalid","errors":[{"detail":"must be positive","pointer":"#/age"},{"detail":"must be a color","pointer":"#/profile/color"}]}"##),
    ("problem of ASP.NET", PROBLEM, 400, br#"{"type":"https://tools.ietf.org/html/rfc9110#section-15.5.1","title":"One or more validation errors occurred.","status":400,"errors":{"Zone":["The Zone field is required."]},"traceId":"00-1"}"#),
    ("problem without words", PROBLEM, 500, br#"{"type":"about:blank","status":500}"#),
    ("problem as XML", "application/problem+xml", 403, br#"<?xml version="1.0"?><problem xmlns="urn:ietf:rfc:7807"><type>https://example.org/x</type><title>No credit</title><detail>Your balance is 30.</detail><status>403</status></problem>"#),
];

const FORMS: &[Body] = &[
    ("form of OAuth 2", FORM, 400, b"error=bad_verification_code&error_description=The+code+is+wrong.&error_uri=https%3A%2F%2Fexample.org"),
    ("form of OAuth 1", FORM, 401, b"oauth_problem=token_rejected&oauth_problem_advice=Sign+in+again"),
    ("form without a type", "", 401, b"oauth_problem=timestamp_refused&oauth_acceptable_timestamps=1-2"),
    ("JSON of OAuth 2", JSON, 400, br#"{"error":"invalid_grant","error_description":"The code is wrong.","error_uri":"https://example.org"}"#),
    ("JSON called a form", FORM, 400, br#"{"error":"invalid_grant","error_description":"The code is wrong."}"#),
];

const SCALARS: &[Body] = &[
    ("numbers as codes", JSON, 400, br#"{"errorCode":1042,"errorMessage":"no such zone"}"#),
    ("a code of many digits", JSON, 400, br#"{"code":-9007199254740993,"message":"no such zone"}"#),
    ("a code that is a fraction", JSON, 403, br#"{"code":403.12,"message":"no such zone"}"#),
    ("a code that is a truth", JSON, 400, br#"{"error":true,"code":false,"message":"no such zone"}"#),
    ("a code that is an object", JSON, 400, br#"{"code":{"value":"E1"},"message":"no such zone"}"#),
    ("a code without words", JSON, 400, br#"{"code":"E_ZONE"}"#),
    ("a message that is a number", JSON, 400, br#"{"message":42}"#),
    ("a message that is empty", JSON, 404, br#"{"timestamp":1,"status":404,"error":"Not Found","message":"","path":"/x"}"#),
    ("a message that is null", JSON, 400, br#"{"code":"E1","message":null,"detail":"no such zone"}"#),
    ("other case", JSON, 400, br#"{"ErrorCode":"E1","ErrorMessage":"no such zone"}"#),
    ("null", JSON, 500, b"null"),
    ("true", JSON, 500, b"true"),
    ("a number", JSON, 500, b"500"),
    ("a text in JSON", JSON, 500, br#""no such zone""#),
    ("an empty text", JSON, 500, br#""""#),
    ("an empty object", JSON, 500, b"{}"),
    ("AWS", "application/x-amz-json-1.1", 400, br#"{"__type":"com.example#ThrottlingException","message":"Rate exceeded"}"#),
    ("Telegram", JSON, 403, br#"{"ok":false,"error_code":403,"description":"Forbidden: bot was blocked"}"#),
    ("CouchDB", JSON, 404, br#"{"error":"not_found","reason":"missing"}"#),
    ("Elasticsearch", JSON, 400, br#"{"error":{"root_cause":[{"type":"parsing_exception","reason":"Unknown key"}],"type":"parsing_exception","reason":"Unknown key","line":1},"status":400}"#),
    ("success false", JSON, 400, br#"{"success":false,"errors":[{"code":10000,"message":"Authentication error"}],"messages":[],"result":null}"#),
];

const PAGES: &[Body] = &[
    ("nginx", HTML, 502, b"<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n<center><h1>502 Bad Gateway</h1></center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n"),
    ("HAProxy", HTML, 503, b"<html><body><h1>503 Service Unavailable</h1>\nNo server is available to handle this request.\n</body></html>"),
    ("Sozu", TEXT, 503, b"503 Service Unavailable\r\nconnection: close\r\n"),
    ("Cloudflare", HTML, 522, b"<!DOCTYPE html>\n<!--[if lt IE 7]> <html class=\"no-js ie6\"> <![endif]-->\n<head>\n<title>example.org | 522: Connection timed out</title>\n<style>a{}</style></head><body>x</body></html>"),
    ("Express", HTML, 404, b"<!DOCTYPE html><html><head><title>Error</title></head><body><pre>Cannot GET /x</pre></body></html>"),
    ("Tomcat", HTML, 404, b"<!doctype html><html lang=\"en\"><head><title>HTTP Status 404 \xe2\x80\x93 Not Found</title><style>body{}</style></head><body><h1>HTTP Status 404</h1><p><b>Message</b> No such thing</p></body></html>"),
    ("a page without a title", HTML, 500, b"<p>It broke.</p><script>alert(1)</script>"),
    ("a page called JSON", JSON, 502, b"<html><head><title>502 Bad Gateway</title></head></html>"),
    ("an empty page", HTML, 500, b"<html><head></head><body></body></html>"),
    ("S3", XML, 404, br#"<?xml version="1.0" encoding="UTF-8"?><Error><Code>NoSuchKey</Code><Message>The key does not exist.</Message><Key>a</Key><RequestId>r1</RequestId></Error>"#),
    ("SOAP", "text/xml", 500, br#"<soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/"><soap:Body><soap:Fault><faultcode>soap:Server</faultcode><faultstring>It broke</faultstring></soap:Fault></soap:Body></soap:Envelope>"#),
    ("XML with data", XML, 400, b"<errors><error code=\"E1\"><![CDATA[unknown <zone>]]></error></errors>"),
    ("XHTML", "application/xhtml+xml", 403, br#"<?xml version="1.0"?><!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Strict//EN" ""><html xmlns="http://www.w3.org/1999/xhtml"><head><title>Forbidden</title></head><body/></html>"#),
];

const BYTES: &[Body] = &[
    ("empty", JSON, 500, b""),
    ("blank", TEXT, 500, b" \r\n\t "),
    ("text", TEXT, 429, b"Too many requests\n"),
    ("text without a type", "", 500, b"upstream connect error or disconnect/reset before headers"),
    (
        "JSON behind a byte-order mark",
        JSON,
        400,
        b"\xef\xbb\xbf{\"code\":\"E1\",\"message\":\"no such zone\"}",
    ),
    (
        "a page behind a byte-order mark",
        HTML,
        502,
        b"\xef\xbb\xbf<html><head><title>502 Bad Gateway</title></head></html>",
    ),
    ("JSON in UTF-16", JSON, 400, b"\xff\xfe{\0\"\0m\0e\0s\0s\0a\0g\0e\0\"\0:\0\"\0\xe9\0t\0\xe9\0\"\0}\0"),
    ("JSON in UTF-16 of the other order", JSON, 400, b"\xfe\xff\0{\0\"\0m\0s\0g\0\"\0:\0\"\0n\0o\0\"\0}"),
    ("text in Latin-1", "text/plain; charset=iso-8859-1", 400, b"La zone demand\xe9e n'existe pas"),
    (
        "JSON in Windows-1252",
        "application/json; charset=\"windows-1252\"",
        400,
        b"{\"message\":\"l\x92offre co\xfbte 5 \x80\"}",
    ),
    (
        "a page in Latin-1 that says so itself",
        "text/html",
        404,
        b"<html><head><meta charset=\"iso-8859-1\"><title>Introuvable : d\xe9sol\xe9</title></head></html>",
    ),
    ("JSON cut in a text", JSON, 500, br#"{"code":"E1","message":"the zone does not ex"#),
    ("JSON cut in an object", JSON, 500, br#"{"error":{"code":"E1","message":"no such zone","#),
    ("JSON with more behind it", JSON, 500, br#"{"code":"E1","message":"no such zone"}{"code":"E2"}"#),
    ("JSON with a lone surrogate", JSON, 400, br#"{"message":"no \ud83d zone"}"#),
    ("JSON within quotes", JSON, 400, br#""{\"code\":\"E1\",\"message\":\"no such zone\"}""#),
    (
        "JSON as an event",
        "text/event-stream",
        400,
        b"event: error\ndata: {\"code\":\"E1\",\"message\":\"no such zone\"}\n\n",
    ),
    (
        "lines of JSON",
        "application/x-ndjson",
        400,
        b"{\"message\":\"no such zone\"}\n{\"message\":\"missing name\"}\n",
    ),
    (
        "gzip",
        "application/json; encoding=gzip",
        500,
        b"\x1f\x8b\x08\0\0\0\0\0\0\x03\xabV*I-.Q\xb2R\xcaK\xcc\x055\x9a\0",
    ),
    ("bytes", "application/octet-stream", 500, b"\0\x01\x02\xff\xfe\x80PNG"),
];

fn read((_, media, status, body): &Body) -> Error {
    let mut headers = HeaderMap::new();
    if !media.is_empty() {
        headers.insert("content-type", HeaderValue::from_static(media));
    }
    Error::from_answer(StatusCode::from_u16(*status).unwrap(), &headers, body)
}

fn shown(error: &Error) -> String {
    let mut text = format!("  {error}\n");
    let _ = writeln!(text, "  kind {:?}, id {:?}, message {:?}", error.kind(), error.code(), error.message());
    if let Some(id) = error.api_request_id() {
        let _ = writeln!(text, "  request {id}");
    }
    let Some(context) = error.context() else { return text };
    for field in context.fields() {
        let _ =
            writeln!(text, "  field {:?}, value {:?}, reason {:?}", field.field, field.value, field.reason);
    }
    if !matches!(context, ErrorContext::Field(_) | ErrorContext::Fields(_)) {
        let _ = writeln!(text, "  {context:?}");
    }
    text
}

#[test]
fn every_body_of_an_error_gives_its_words_code_and_fields() {
    let mut text = String::new();
    let mut bodies = 0;
    for (family, members) in [
        ("the platform", PLATFORM),
        ("nested", NESTED),
        ("lists", LISTS),
        ("problem details", PROBLEMS),
        ("forms", FORMS),
        ("scalars", SCALARS),
        ("pages", PAGES),
        ("bytes", BYTES),
    ] {
        let _ = writeln!(text, "# {family}");
        for body in members {
            let error = read(body);
            bodies += 1;
            let _ = write!(text, "{} ({})\n{}", body.0, body.2, shown(&error));
            assert!(!error.to_string().contains(['\n', '\0']), "{}: {error}", body.0);
        }
    }
    assert!(bodies >= 52, "{bodies} bodies");
    insta::assert_snapshot!(text);
}

#[test]
fn a_content_encoding_that_the_body_has_not_changes_nothing() {
    let body = br#"{"code":"E1","message":"no such zone"}"#;
    let mut headers = HeaderMap::new();
    headers.insert("content-type", HeaderValue::from_static(JSON));
    headers.insert("content-encoding", HeaderValue::from_static("gzip"));
    let error = Error::from_answer(StatusCode::BAD_REQUEST, &headers, body);
    assert_eq!((error.code(), error.message()), ("E1", Some("no such zone")));
}
