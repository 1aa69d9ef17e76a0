//! Precedence of credentials, and their explanation.

use std::fs;
use std::path::Path;

use super::*;

const TWO: &str = r#"{"version":1,"profiles":[
    {"alias":"work","token":"t-work","secret":"hunter2","userId":"user_1","email":"a@example.com","expirationDate":"2199-01-01T00:00:00Z",
     "overrides":{"API_HOST":"https://api.work.example","OAUTH_CONSUMER_KEY":"k-work","OAUTH_CONSUMER_SECRET":"hunter2"}},
    {"alias":"home","token":"t-home","secret":"hunter2"}]}"#;

/// The configuration of a CLI, which only its owner may read.
fn home(json: &str) -> tempfile::TempDir {
    let home = tempfile::tempdir().unwrap();
    fs::write(file(home.path()), json).unwrap();
    permit(home.path(), 0o700);
    home
}

fn file(home: &Path) -> PathBuf {
    home.join("clever-tools.json")
}

fn permit(home: &Path, mode: u32) {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        fs::set_permissions(file(home), fs::Permissions::from_mode(mode)).unwrap();
    }
    let _ = (home, mode);
}

fn with(home: &Path, variables: &[(&str, &str)]) -> Infer {
    let configuration = file(home).to_str().unwrap().to_owned();
    let variables = variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    Infer::new().environment(variables.chain([("CONFIGURATION_FILE".to_owned(), configuration)]))
}

fn oauth(found: &Inferred) -> OAuth1 {
    match found.credentials() {
        Credentials::OAuth1(oauth) => oauth,
        other => panic!("{other:?}"),
    }
}

const API: (&str, &str) = ("CC_API_TOKEN", "hunter2");
const TOKENS: [(&str, &str); 2] = [("CLEVER_TOKEN", "t-env"), ("CLEVER_SECRET", "hunter2")];

#[test]
fn the_first_source_that_has_credentials_wins() {
    let home = home(TWO);
    let all = [API, TOKENS[0], TOKENS[1]];
    let infer = with(home.path(), &all);
    let explicit = infer.clone().explicit(Credentials::api_token("mine")).find().unwrap();
    assert_eq!(*explicit.source(), Source::Explicit);
    assert_eq!(*infer.find().unwrap().source(), Source::ApiTokenVariable);
    assert_eq!(infer.clone().explicit(Credentials::None).find().unwrap().endpoint(), Endpoint::BRIDGE);
    let variables = with(home.path(), &TOKENS).find().unwrap();
    assert_eq!((variables.source(), oauth(&variables).token.as_str()), (&Source::TokenVariables, "t-env"));
    let active = with(home.path(), &[]).find().unwrap();
    assert_eq!((active.alias(), active.user_id()), (Some("work"), Some("user_1")));
    let named = infer.profile("home").find().unwrap();
    assert_eq!(oauth(&named).token, "t-home", "a name goes before the variables");
}

#[test]
fn hosts_and_the_consumer_come_from_the_environment_then_the_profile_then_the_cli() {
    let home = home(TWO);
    let find = |alias: &str, variables: &[(&str, &str)]| {
        let found = with(home.path(), variables).profile(alias).find().unwrap();
        let oauth = oauth(&found);
        (found.endpoint().to_owned(), oauth.consumer_key, oauth.consumer_secret.expose().to_owned())
    };
    let of = |host: &str, key: &str, secret: &str| (host.to_owned(), key.to_owned(), secret.to_owned());
    let (key, secret) = cli::PUBLIC_CONSUMER;
    assert_eq!(find("work", &[]), of("https://api.work.example", "k-work", "hunter2"));
    assert_eq!(find("home", &[]), of(Endpoint::PLATFORM, key, secret));
    let variables = [
        ("API_HOST", "https://api.env.example"),
        ("OAUTH_CONSUMER_KEY", "k"),
        ("OAUTH_CONSUMER_SECRET", "s"),
    ];
    for alias in ["work", "home"] {
        assert_eq!(find(alias, &variables), of("https://api.env.example", "k", "s"));
    }
    let bridge = [API, ("API_HOST", "https://no"), ("AUTH_BRIDGE_HOST", "https://bridge.example")];
    assert_eq!(with(home.path(), &bridge).find().unwrap().endpoint(), "https://bridge.example");
}

#[test]
fn one_variable_names_the_endpoint_of_all_credentials_and_services() {
    let all = ("CC_ENDPOINT", "https://all.example");
    for credentials in [&[API][..], &TOKENS] {
        let variables = [credentials, &[all]].concat();
        let found = Infer::new().environment(variables.iter().copied()).find().unwrap();
        assert_eq!(found.endpoint(), "https://all.example");
        assert!(found.warnings().is_empty(), "{:?}", found.warnings());
        assert!(found.explain().contains("for https://all.example (CC_ENDPOINT)\n"), "{}", found.explain());
    }
    let explicit = Infer::new().environment([all]).explicit(Credentials::api_token("mine")).find().unwrap();
    assert_eq!(explicit.endpoint(), "https://all.example");
    let home = home(TWO);
    assert_eq!(
        with(home.path(), &[all]).find().unwrap().endpoint(),
        "https://all.example",
        "also of a profile"
    );
    for service in [Service::Api, Service::Bridge, Service::Kv] {
        assert_eq!(Infer::new().environment([all]).endpoint_of(service).unwrap(), "https://all.example");
        let own = [all, (service.variable(), "https://own.example")];
        assert_eq!(Infer::new().environment(own).endpoint_of(service).unwrap(), "https://own.example");
        let none = Infer::new().environment([("A", "b")]);
        assert_eq!(none.endpoint_of(service).unwrap(), service.platform());
    }
}

#[test]
fn no_token_goes_to_the_platform_because_an_endpoint_had_another_name() {
    let of_token = ["API_HOST", "CC_API_ENDPOINT"];
    let of_oauth = ["AUTH_BRIDGE_HOST", "CC_BRIDGE_ENDPOINT"];
    for (credentials, names) in [(&[API][..], of_token), (&TOKENS, of_oauth)] {
        for name in names {
            let variables = [credentials, &[(name, "https://test.example")]].concat();
            let found = Infer::new().environment(variables.iter().copied()).find().unwrap();
            assert_eq!(found.endpoint(), "https://test.example", "{name}");
            let text = found.explain();
            assert!(
                text.contains(&format!("warning: `{name}` names the endpoint of another service")),
                "{text}"
            );
            assert!(!found.is_for_platform());
        }
    }
    for (service, names) in [(Service::Bridge, of_token), (Service::Api, of_oauth)] {
        for name in names {
            let infer = Infer::new().environment([(name, "https://test.example")]);
            assert_eq!(infer.endpoint_of(service).unwrap(), "https://test.example", "{name}");
        }
    }
    // Whoever names the platform itself means the platform.
    let platform = Infer::new().environment([API, ("API_HOST", "https://api.clever-cloud.com/")]);
    assert_eq!(platform.find().unwrap().endpoint(), Endpoint::BRIDGE);
    assert!(platform.find().unwrap().is_for_platform());
    assert_eq!(platform.endpoint_of(Service::Bridge).unwrap(), Endpoint::BRIDGE);
}

#[test]
fn a_variable_that_looks_like_an_endpoint_and_does_not_count_is_an_error_that_names_it() {
    for name in [
        "CC_API_HOST",
        "CLEVER_ENDPOINT",
        "CC_BASE_URL",
        "CC_ENDPOINT_URL",
        "CC_API_BRIDGE_ENDPOINT",
        "CC_AUTH_BRIDGE_HOST",
        "CC_KV_HOST",
        "CLEVER_CLOUD_API_URL",
    ] {
        for credentials in [&[API][..], &TOKENS] {
            let mut variables = [credentials, &[(name, "https://test.example")]].concat();
            let error = Infer::new().environment(variables.iter().copied()).find().unwrap_err();
            assert_eq!((error.kind(), error.is_not_sent()), (ErrorKind::Credentials, true));
            let text = error.to_string();
            assert!(text.contains(&format!("`{name}` is set")) && text.contains("CC_ENDPOINT"), "{text}");
            variables.push(("CC_ENDPOINT", "https://all.example"));
            let found = Infer::new().environment(variables.iter().copied()).find().unwrap();
            assert_eq!(found.endpoint(), "https://all.example");
        }
        let explicit = Infer::new().environment([(name, "x")]).explicit(Credentials::api_token("mine"));
        assert!(explicit.find().is_err() && explicit.endpoint_of(Service::Kv).is_err());
        let home = home(TWO);
        let profiles = with(home.path(), &[(name, "x")]).profiles();
        // The first has an endpoint of its own; the other would go to the platform.
        assert_eq!(profiles.iter().map(Inferred::alias).collect::<Vec<_>>(), [Some("work")]);
    }
}

#[test]
fn an_endpoint_that_is_set_and_does_not_count_is_warned_about_by_name() {
    let two = [API, ("CC_ENDPOINT", "https://all.example"), ("AUTH_BRIDGE_HOST", "https://bridge.example")];
    let found = Infer::new().environment(two).find().unwrap();
    assert_eq!(found.endpoint(), "https://all.example");
    assert!(
        found.warnings()[0].contains("`AUTH_BRIDGE_HOST` is set and does not count"),
        "{:?}",
        found.warnings()
    );
}

#[test]
fn every_profile_can_be_had() {
    let home = home(TWO);
    let all = with(home.path(), &[API]).profiles();
    assert_eq!(all.iter().map(Inferred::alias).collect::<Vec<_>>(), [Some("work"), Some("home")]);
    assert_ne!(all[0].credentials().identity(), all[1].credentials().identity());
}

#[test]
fn the_explanation_gives_the_reason_and_shows_no_secret() {
    let home = home(TWO);
    let half = [("CLEVER_TOKEN", "t-env"), ("CC_API_TOKEN", "")];
    let found = with(home.path(), &half).find().unwrap();
    let path = file(home.path());
    assert_eq!(
        found.explain().replace(path.to_str().unwrap(), "FILE"),
        "an OAuth 1 token from the profile `work` in `FILE`\n\
         - the program sets none\n\
         - `CC_API_TOKEN` is not set\n\
         - `CLEVER_TOKEN` is set without `CLEVER_SECRET`\n\
         - the file `FILE` has `work`, `home`\n\
         for https://api.work.example (the profile)\n\
         over https to api.work.example, signed with PLAINTEXT\n\
         of user_1\n\
         until 2199-01-01T00:00:00.000Z\n"
    );
    for infer in [with(home.path(), &half), with(home.path(), &[API]), with(home.path(), &TOKENS)] {
        let found = infer.find().unwrap();
        let shown = format!("{infer:?} {found:?} {}", found.explain());
        assert!(!shown.contains("hunter2"), "{shown}");
    }
}

#[test]
fn the_explanation_names_scheme_host_and_signing_method() {
    let lines = |variables: &[(&str, &str)]| {
        let found = Infer::new().environment(variables.iter().copied()).find().unwrap();
        let way = found.explain().lines().find(|line| line.starts_with("over ")).unwrap().to_owned();
        (way, found.warnings().len())
    };
    let token = ("CC_API_TOKEN", "hunter2");
    assert_eq!(
        lines(&[token]),
        ("over https to api-bridge.clever-cloud.com, as a bearer token".to_owned(), 0)
    );
    assert_eq!(
        lines(&[("CLEVER_TOKEN", "t"), ("CLEVER_SECRET", "hunter2"), ("API_HOST", "http://api.test:81/x")]),
        ("over http to api.test, signed with PLAINTEXT".to_owned(), 1)
    );
    let local = ("AUTH_BRIDGE_HOST", "http://localhost:81");
    assert_eq!(lines(&[token, local]), ("over http to localhost, as a bearer token".to_owned(), 0));
    let hmac = Credentials::oauth1("k", "s", "t", "hunter2").signed_with(SignatureMethod::HmacSha512);
    let found = Infer::new().environment([("A", "b")]).explicit(hmac).find().unwrap();
    assert!(found.explain().contains("over https to api.clever-cloud.com, signed with HMAC-SHA512\n"));
}

#[test]
fn user_information_in_a_host_is_not_shown() {
    let token = ("CC_API_TOKEN", "hunter3");
    for host in ["https://me:hunter2@h/v2?key=hunter2", "http://hunter2@api.test", "me:hunter2@h"] {
        let found = Infer::new().environment([token, ("AUTH_BRIDGE_HOST", host)]).find().unwrap();
        let shown = format!("{found:?} {}", found.explain());
        assert!(!shown.contains("hunter"), "{shown}");
        assert_eq!(found.endpoint(), host);
    }
}

#[test]
fn without_any_the_error_says_where_they_were_looked_for() {
    for (json, why) in [
        (r#"{"version":1,"profiles":[]}"#, "has no profile"),
        (r#"{"version":7,"token":"hunter2""#, "unknown format"),
    ] {
        let error = with(home(json).path(), &[]).find().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Credentials);
        let text = format!("{error} {error:?}");
        assert!(text.contains(why) && text.contains("`CC_API_TOKEN` is not set"), "{text}");
        assert!(!text.contains("hunter2"), "{text}");
    }
    let error = with(Path::new("/nowhere"), &[]).find().unwrap_err();
    assert!(error.to_string().contains("the file `/nowhere"), "{error}");
    let error = with(home(TWO).path(), &[API]).profile("other").find().unwrap_err();
    assert!(error.to_string().contains("`work`, `home`"), "{error}");
    let nothing = Infer::new().environment([("", "")]).find().unwrap_err();
    assert!(nothing.to_string().contains("no variable gives the directory"), "{nothing}");
}

#[test]
fn a_token_that_ends_soon_or_has_ended_is_warned_about() {
    let warnings = |end: Timestamp| {
        let json = format!(r#"{{"token":"t","secret":"s","expirationDate":"{end}"}}"#);
        with(home(&json).path(), &[]).find().unwrap().warnings().to_vec()
    };
    let (now, day) = (Timestamp::now(), Duration::from_secs(86_400));
    assert!(warnings(now.saturating_add(day * 8)).is_empty());
    assert!(warnings(now.saturating_add(day * 6))[0].starts_with("the token ends at "));
    assert!(warnings(now.saturating_sub(day))[0].starts_with("the token ended at "));
}

#[cfg(unix)]
#[test]
fn a_file_that_others_may_read_is_warned_about() {
    let home = home(TWO);
    for (mode, warned) in [(0o600, false), (0o700, false), (0o640, true), (0o604, true)] {
        permit(home.path(), mode);
        let found = with(home.path(), &[]).find().unwrap();
        assert_eq!(found.warnings().len(), usize::from(warned), "{mode:o}");
        assert_eq!(found.explain().contains(&format!("(mode {mode:o})")), warned);
    }
}

#[cfg(unix)]
#[test]
fn a_file_that_others_may_write_is_not_trusted() {
    let home = home(TWO);
    for mode in [0o602, 0o620, 0o666] {
        permit(home.path(), mode);
        let error = with(home.path(), &[]).find().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Credentials);
        assert!(error.to_string().contains(&format!("other users may write it (mode {mode:o})")), "{error}");
        assert!(with(home.path(), &[]).profiles().is_empty());
        // Other sources are not affected.
        assert!(with(home.path(), &[API]).find().is_ok());
    }
}

#[cfg(unix)]
#[test]
fn a_configuration_that_is_a_pipe_or_a_device_is_refused_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let pipe = folder.path().join("pipe");
    assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    for path in [pipe.to_str().unwrap(), "/dev/zero", folder.path().to_str().unwrap()] {
        let error = Infer::new().environment([("CONFIGURATION_FILE", path)]).find().unwrap_err();
        assert!(error.to_string().contains("not a regular file"), "{error}");
    }
}
