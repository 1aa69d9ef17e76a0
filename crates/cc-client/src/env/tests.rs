//! Tests of reading and writing.

use proptest::prelude::*;

use super::*;

fn read(text: &str) -> Vec<(String, String)> {
    let parsed = parse(text, NameRule::Simple);
    assert!(parsed.is_valid(), "{:?}", parsed.problems);
    pairs(parsed)
}

fn pairs(parsed: Parsed) -> Vec<(String, String)> {
    parsed.variables.into_iter().map(|(name, value)| (name, value.expose().to_owned())).collect()
}

fn problems(text: &str, rule: NameRule) -> Vec<String> {
    parse(text, rule).problems.iter().map(told).collect()
}

fn told(problem: &Problem) -> String {
    let place = problem.position.map_or_else(String::new, |at| format!(" {}:{}", at.line, at.column));
    format!("{} {}{place}", problem.kind.code(), problem.name.as_deref().unwrap_or("-"))
}

fn is(text: &str, expected: &[(&str, &str)]) {
    let expected: Vec<_> =
        expected.iter().map(|(name, value)| (name.to_string(), value.to_string())).collect();
    assert_eq!(read(text), expected, "{text:?}");
}

#[test]
fn lines_are_read_and_sorted() {
    is("", &[]);
    is("\n  \n # NO=1\n#NO\nB=2\nA=1", &[("A", "1"), ("B", "2")]);
    is("A=\nB= b = c \nC=it's \"x\"", &[("A", ""), ("B", " b = c "), ("C", "it's \"x\"")]);
    is("NAME_C=\nNAME.A=\nNAME_B=", &[("NAME_B", ""), ("NAME_C", ""), ("NAME.A", "")]);
}

#[test]
fn quotes_hold_lines_and_other_quotes() {
    is("A=\"x\ny=z\n#q\"\nB='\"'", &[("A", "x\ny=z\n#q"), ("B", "\"")]);
    is(
        r#"A="a\"b"
B='it\'s'
C="n\n \\ \'""#,
        &[("A", "a\"b"), ("B", "it's"), ("C", "n\\n \\\\ \\'")],
    );
    is(r#"A="\\\"""#, &[("A", "\\\"")]);
}

#[test]
fn a_value_may_end_in_a_backslash() {
    is("A=\"x\\\\\"\nB=y", &[("A", "x\\"), ("B", "y")]);
    is("A=x\\\nB=y", &[("A", "x\\"), ("B", "y")]);
}

#[test]
fn a_backslash_before_a_line_end_does_not_swallow_the_next_line() {
    is("A=1\\\nB=2\\", &[("A", "1\\"), ("B", "2\\")]);
}

#[test]
fn crlf_ends_a_line_and_is_no_part_of_a_value() {
    is("A=1\r\nB=\"2\"\r\n\r\n# c\r\nC=\"x\r\ny\"\r\n", &[("A", "1"), ("B", "2"), ("C", "x\ny")]);
    is("A=\"x\r\ny\"", &[("A", "x\r\ny")]);
    is("A=\"x\r\ny\"\nB=1", &[("A", "x\r\ny"), ("B", "1")]);
}

#[test]
fn export_lines_are_read_as_a_shell_reads_them() {
    is(
        "export A=\"a\\$b\\`c\\\\\\\"d\\e\";\nexport  B='x\\';\nexport C=1;\nexport D=\"x\\\ny\" ;",
        &[("A", "a$b`c\\\"d\\e"), ("B", "x\\"), ("C", "1"), ("D", "xy")],
    );
    is("export=1\nexportA=2", &[("export", "1"), ("exportA", "2")]);
}

#[test]
fn a_lone_cr_ends_a_line() {
    is("A=1\rB=\"2\"\r\r# c\rC=\"x\ry\"\r", &[("A", "1"), ("B", "2"), ("C", "x\ny")]);
    is("A=\"x\ry\"", &[("A", "x\ry")]);
    is("A=\"x\ry\"\nB=1", &[("A", "x\ry"), ("B", "1")]);
    is("A=1\rB=2\nC=3\r\nD=4", &[("A", "1"), ("B", "2"), ("C", "3"), ("D", "4")]);
    assert_eq!(problems("A=1\rx\r\ny\nz", NameRule::Simple), ["2 - 2:1", "2 - 3:1", "2 - 4:1"]);
    assert_eq!(problems("A=\"\r\r\n\"x", NameRule::Simple), ["3 A 3:2"]);
}

#[test]
fn a_byte_order_mark_is_passed_over() {
    is("\u{feff}A=1\r\nB=2\r\n", &[("A", "1"), ("B", "2")]);
    is("\u{feff}export A=1", &[("A", "1")]);
    is("\u{feff}# A=1", &[]);
    is("\u{feff}", &[]);
    assert_eq!(problems("\u{feff}x", NameRule::Simple), ["2 - 1:1"]);
    assert_eq!(
        problems("A=1\n\u{feff}B=1", NameRule::Simple),
        ["0 \u{feff}B 2:1"],
        "it is one at the start only"
    );
    assert!(parse_json("\u{feff}[]", NameRule::Simple).is_valid());
}

#[test]
fn shell_substitutions_are_kept_literally_with_a_remark() {
    let text = "A=1\nexport B=$A\nexport C=\"x${A}\"\nexport D=`id`;\nexport E=\"\n$(id)\"";
    let parsed = parse(text, NameRule::Simple);
    let told_all: Vec<String> = parsed.problems.iter().map(told).collect();
    assert_eq!(told_all, ["9 B 2:10", "9 C 3:12", "9 D 4:10", "9 E 6:1"]);
    assert!(parsed.is_valid() && parsed.problems.iter().all(|problem| !problem.kind.is_error()));
    let values: Vec<String> = pairs(parsed).into_iter().map(|(_, value)| value).collect();
    assert_eq!(values, ["1", "$A", "x${A}", "`id`", "\n$(id)"]);
    for text in
        ["B=$A", "export B='$A'", "export B=\"\\$A\"", "export B=1$", "export B=\"a $ b\"", "export B=\\$A"]
    {
        assert!(problems(text, NameRule::Simple).is_empty(), "{text}");
    }
}

#[test]
fn names_are_checked_by_the_rule() {
    let text = "A|B=1\nA.B=2\nA=3\nA=4\nA|B=5";
    assert_eq!(
        problems(text, NameRule::Simple),
        ["0 A|B 1:1", "8 A.B 2:1", "1 A 4:1", "0 A|B 5:1", "1 A|B 5:1"]
    );
    assert_eq!(
        problems(text, NameRule::Strict),
        ["7 A|B 1:1", "7 A.B 2:1", "1 A 4:1", "7 A|B 5:1", "1 A|B 5:1"]
    );
    let parsed = parse(text, NameRule::Simple);
    assert_eq!(pairs(parsed), [("A".to_owned(), "3".to_owned()), ("A.B".to_owned(), "2".to_owned())]);
    assert_eq!(pairs(parse(text, NameRule::Strict)), [("A".to_owned(), "3".to_owned())]);
    assert_eq!(problems(" A=1\nexport A B=2", NameRule::Simple), ["0  A 1:1", "0 A B 2:1"]);
}

#[test]
fn invalid_lines_are_reported_and_skipped() {
    let text = "A=1\nnothing\n=\nB=2";
    assert_eq!(problems(text, NameRule::Simple), ["2 - 2:1", "0  3:1"]);
    assert_eq!(parse(text, NameRule::Simple).variables.len(), 2);
}

#[test]
fn a_quote_that_is_not_closed_costs_its_line_only() {
    let text = "A=1\nB=\"x\nC=3";
    let parsed = parse(text, NameRule::Simple);
    assert_eq!(parsed.problems.iter().map(told).collect::<Vec<_>>(), ["3 B 2:3"]);
    assert_eq!(pairs(parsed), [("A".to_owned(), "1".to_owned()), ("C".to_owned(), "3".to_owned())]);
}

#[test]
fn text_after_a_closing_quote_makes_the_value_invalid_on_one_line_and_on_several() {
    assert_eq!(problems("A=\"one\"two\nB=1", NameRule::Simple), ["3 A 1:8"]);
    let text = "A=\"x\ny\" garbage\nB=1";
    assert_eq!(problems(text, NameRule::Simple), ["3 A 2:3"]);
    assert_eq!(pairs(parse(text, NameRule::Simple)), [("B".to_owned(), "1".to_owned())]);
}

#[test]
fn json_is_read_entry_by_entry() {
    let json = r#"[{"name":"B","value":"1"},{"name":"A.B","value":"2"},{"name":"B","value":"3"},{"name":1,"value":""},{},
        {"name":"B","value":"4"},{"name":"x y","value":"5"},{"name":"x y","value":"6"}]"#;
    let parsed = parse_json(json, NameRule::Simple);
    let told_all: Vec<String> = parsed.problems.iter().map(told).collect();
    assert_eq!(told_all, ["6 -", "1 B", "0 x y", "8 A.B"]);
    assert_eq!(pairs(parsed), [("A.B".to_owned(), "2".to_owned()), ("B".to_owned(), "1".to_owned())]);
    let strict: Vec<String> = parse_json(json, NameRule::Strict).problems.iter().map(told).collect();
    assert_eq!(strict, ["6 -", "1 B", "7 A.B", "7 x y"]);
}

#[test]
fn json_that_is_no_list_of_objects_is_refused() {
    for (json, code) in [("", 4), ("{", 4), ("{}", 5), ("1", 5), ("[null]", 5), ("[1]", 5), ("[{}, null]", 5)]
    {
        let parsed = parse_json(json, NameRule::Simple);
        assert_eq!(
            parsed.problems.iter().map(|problem| problem.kind.code()).collect::<Vec<_>>(),
            [code],
            "{json}"
        );
        assert!(parsed.variables.is_empty());
    }
    assert!(parse_json("[]", NameRule::Simple).is_valid());
}

#[test]
fn json_is_written_sorted_and_indented() {
    assert_eq!(EnvironmentMap::new().to_json().unwrap(), "[]");
    let map = EnvironmentMap::from([("B", "x\n"), ("A", "")]);
    let pretty = serde_json::json!([{"name": "A", "value": ""}, {"name": "B", "value": "x\n"}]);
    assert_eq!(map.to_json().unwrap(), serde_json::to_string_pretty(&pretty).unwrap());
}

#[test]
fn text_is_written_sorted_and_quoted() {
    let map = EnvironmentMap::from([("B", r#"a"b\"c\"#), ("A", "$x `y`")]);
    assert_eq!(map.to_raw().unwrap(), "A=\"$x `y`\"\nB=\"a\\\"b\\\\\\\"c\\\\\"");
    assert_eq!(map.to_shell().unwrap(), "export A=\"\\$x \\`y\\`\";\nexport B=\"a\\\"b\\\\\\\"c\\\\\";");
}

#[cfg(unix)]
#[test]
fn a_shell_that_reads_the_export_lines_sets_the_values_and_runs_nothing() {
    let value = "$HOME $(echo run) `echo run` \\ \" ' ! \\\\ \n#x;\t\\";
    let map = EnvironmentMap::from([("VALUE", value)]);
    let script = format!("{}\nprintf %s \"$VALUE\"", map.to_shell().unwrap());
    let output = std::process::Command::new("sh").arg("-c").arg(script).output().unwrap();
    assert_eq!(String::from_utf8(output.stdout).unwrap(), value);
}

fn environments() -> impl Strategy<Value = EnvironmentMap> {
    let value = prop_oneof!["\\PC*", "[a\\\\\"'$`;=#\r\n ]{0,12}"];
    proptest::collection::vec(("[a-zA-Z0-9_.-]{1,6}", value), 0..6).prop_map(EnvironmentMap::from)
}

proptest! {
    #[test]
    fn whatever_is_written_reads_back(map in environments()) {
        for (text, what) in [(map.to_raw().unwrap(), "raw"), (map.to_shell().unwrap(), "shell")] {
            let parsed = parse(&text, NameRule::Simple);
            prop_assert!(parsed.is_valid(), "{}: {:?}", what, parsed.problems);
            prop_assert_eq!(&parsed.variables, &map, "{}: {:?}", what, text);
        }
        let parsed = parse_json(&map.to_json().unwrap(), NameRule::Simple);
        prop_assert!(parsed.is_valid());
        prop_assert_eq!(parsed.variables, map);
    }

    #[test]
    fn no_text_makes_reading_fail(text in "\\PC*|[a=\\\\\"'export \r\n#]{0,40}") {
        for rule in [NameRule::Simple, NameRule::Strict] {
            let parsed = parse(&text, rule);
            let lines = text.split(['\n', '\r']).count();
            for problem in parsed.problems {
                prop_assert!(problem.position.is_some_and(|at| at.line >= 1 && at.line <= lines && at.column >= 1));
            }
            let _ = parse_json(&text, rule);
        }
    }
}
