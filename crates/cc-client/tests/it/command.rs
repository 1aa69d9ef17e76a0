//! Commands: one time for all their requests, one report for their failure.

use cc_client::{Answer, Client, Command, Context, Credentials, ErrorKind, Result, UrlCommand};
use cc_runtime::{Operation, Request, Transport};

use crate::support::{GetThing, Platform, Reports, SECOND, after};

fn thing(id: &str) -> GetThing {
    GetThing { owner: "orga_1".into(), thing: id.into() }
}

/// Reads one thing.
struct ReadThing(&'static str);

impl Command for ReadThing {
    const NAME: &'static str = "ReadThing";
    type Output = String;
    type Context = Context;

    async fn run(self, cx: &Context) -> Result<String> {
        cx.call(thing(self.0)).await.map(Answer::into_inner)
    }
}

/// Reads a thing, whether there is one.
struct FindThing(&'static str);

impl Command for FindThing {
    const NAME: &'static str = "FindThing";
    type Output = Option<String>;
    type Context = Context;

    async fn run(self, cx: &Context) -> Result<Option<String>> {
        match cx.send(ReadThing(self.0)).await {
            Ok(thing) => Ok(Some(thing)),
            Err(error) if error.is_not_found() => Ok(None),
            Err(error) => Err(error),
        }
    }
}

/// Reads two things, one after the other.
struct ReadTwo;

impl Command for ReadTwo {
    const NAME: &'static str = "ReadTwo";
    type Output = (String, String);
    type Context = Context;

    async fn run(self, cx: &Context) -> Result<(String, String)> {
        Ok((cx.send(ReadThing("a")).await?, cx.send(ReadThing("b")).await?))
    }
}

/// Waits forever, without a request.
struct Wait;

impl Command for Wait {
    const NAME: &'static str = "Wait";
    type Output = ();
    type Context = Context;

    async fn run(self, cx: &Context) -> Result<()> {
        cx.poll(SECOND, 1_000 * SECOND, || async { Ok(None) }).await
    }
}

/// Reads every one of these things, as far as they are there.
struct ReadAll(Vec<&'static str>);

impl Command for ReadAll {
    const NAME: &'static str = "ReadAll";
    type Output = Vec<bool>;
    type Context = Context;

    async fn run(self, cx: &Context) -> Result<Vec<bool>> {
        let all = cx.for_each(self.0, |id| cx.send(ReadThing(id))).await;
        Ok(all.iter().map(Result::is_ok).collect())
    }
}

fn reporting(platform: &Platform) -> (Client, Reports) {
    let reports = Reports::default();
    let transport = Transport::builder()
        .endpoint("https://api.test")
        .http_service(platform.clone())
        .retry(cc_client::RetryPolicy::none())
        .hooks(reports.clone())
        .build()
        .unwrap();
    (Client::new(transport), reports)
}

#[tokio::test]
async fn the_failure_of_a_command_is_reported_once_with_the_name_of_the_outermost() {
    let platform = Platform::new(|_, _| (500, "{}".to_owned()));
    let (client, reports) = reporting(&platform);
    let error = client.send(ReadTwo).await.unwrap_err();
    assert_eq!(error.command(), Some("ReadTwo"));
    assert_eq!(*reports.0.lock().unwrap(), [error.to_string()]);
}

#[tokio::test]
async fn a_failure_that_a_command_turns_into_a_value_is_not_reported() {
    let platform = Platform::new(|_, _| (404, "{}".to_owned()));
    let (client, reports) = reporting(&platform);
    assert_eq!(client.send(FindThing("a")).await.unwrap(), None);
    assert_eq!(client.send(ReadAll(vec!["a", "b"])).await.unwrap(), [false, false]);
    assert!(reports.0.lock().unwrap().is_empty());
    client.transport().call(thing("a")).await.unwrap_err();
    assert_eq!(reports.0.lock().unwrap().len(), 1);
}

#[tokio::test]
async fn what_is_not_there_is_none_for_an_optional_call_and_no_hook_hears_of_it() {
    use cc_client::commands::addon_provider::GetAddonProvider;
    use cc_client::commands::application::GetApplication;

    let platform = Platform::new(|_, request| match request {
        path if path.contains("unknown") => (404, "{}".to_owned()),
        path if path.contains("empty") => (204, String::new()),
        path if path.contains("summary") => {
            (200, r#"{"user": {"id": "user_1"}, "organisations": []}"#.to_owned())
        }
        _ => (503, "{}".to_owned()),
    });
    let (client, reports) = reporting(&platform);
    let get = |id: &str| client.send(GetAddonProvider::new(id).owner_id("orga_1"));
    for id in ["unknown", "empty"] {
        assert_eq!(get(id).optional().await.unwrap(), None, "{id}");
        let answer = get(id).optional().with_answer().await.unwrap();
        assert_eq!((answer.is_none(), answer.answers().len()), (true, 1), "{id}");
        assert!(get(id).with_answer().optional().await.unwrap().is_none(), "{id}");
    }
    // The owner of an application that nobody sees is unknown.
    assert_eq!(client.send(GetApplication::new("app_nobodys")).optional().await.unwrap(), None);
    assert!(client.transport().call(thing("unknown")).optional().await.unwrap().is_none());
    assert!(reports.0.lock().unwrap().is_empty());

    let error = get("refused").optional().await.unwrap_err();
    assert_eq!((error.kind(), error.is_not_found()), (ErrorKind::Refused, false));
    assert_eq!(
        client.transport().call(thing("refused")).optional().await.unwrap_err().kind(),
        ErrorKind::Refused
    );
    assert_eq!(reports.0.lock().unwrap().len(), 2);
    let texts = ["unknown", "empty"].map(|id| async move { get(id).await.unwrap_err().to_string() });
    let texts = futures_util::future::join_all(texts).await;
    assert!(
        texts[0].contains("answered 404") && texts[1].contains("answered 204 without a body"),
        "{texts:?}"
    );
    let error = client.send(GetApplication::new("app_nobodys")).await.unwrap_err();
    assert!(error.is_not_found() && error.to_string().contains("could not resolve the resource"), "{error}");
}

#[tokio::test(start_paused = true)]
async fn the_requests_of_a_command_share_its_time() {
    let platform = Platform::slow(|_, _| after(2 * SECOND, 200, r#""ok""#));
    let client = platform.client();
    let start = tokio::time::Instant::now();
    let error = client.send(ReadTwo).timeout(3 * SECOND).await.unwrap_err();
    assert_eq!((error.kind(), error.operation()), (ErrorKind::TimedOut, Some("get_thing")));
    assert_eq!((start.elapsed(), platform.journal().len()), (3 * SECOND, 2));
    client.send(ReadTwo).timeout(5 * SECOND).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn the_deadline_of_a_command_also_bounds_work_without_a_request() {
    let client = Platform::usual().client();
    let start = tokio::time::Instant::now();
    let error = client.send(Wait).timeout(3 * SECOND).await.unwrap_err();
    assert_eq!(
        (error.kind(), error.command(), start.elapsed()),
        (ErrorKind::TimedOut, Some("Wait"), 3 * SECOND)
    );
}

#[tokio::test(start_paused = true)]
async fn the_others_keep_their_results_when_one_of_many_fails() {
    let platform =
        Platform::new(|_, path| (if path.ends_with('b') { 500 } else { 200 }, r#""ok""#.to_owned()));
    let results = platform.client().send(ReadAll(vec!["a", "b", "c"])).await.unwrap();
    assert_eq!(results, [true, false, true]);
}

#[tokio::test]
async fn options_of_the_call_reach_every_request() {
    let platform = Platform::usual();
    let client = platform.client();
    let cached = || client.send(ReadTwo).cache(cc_client::CachePolicy::ttl(60 * SECOND));
    cached().await.unwrap();
    cached().await.unwrap();
    assert_eq!(platform.journal().len(), 2);
    cached().reload().await.unwrap();
    assert_eq!(platform.journal().len(), 4);
}

/// A link to a thing.
struct ThingUrl(&'static str);

impl UrlCommand for ThingUrl {
    const NAME: &'static str = "ThingUrl";

    fn request(&self) -> Result<Request> {
        thing(self.0).request()
    }
}

#[tokio::test]
async fn a_url_carries_the_credentials_and_does_not_show_them() {
    let client = Client::builder().credentials(Credentials::api_token("t0k")).build().unwrap();
    let url = client.url(ThingUrl("a")).await.unwrap();
    assert_eq!(
        url.expose(),
        "https://api-bridge.clever-cloud.com/v2/organisations/orga_1/things/a?authorization=QmVhcmVyIHQwaw%3D%3D"
    );
    assert!(!format!("{url:?}").contains("QmVhcmVy"));
    let error = client.url(ThingUrl("..")).await.unwrap_err();
    assert_eq!((error.kind(), error.command()), (ErrorKind::InvalidInput, Some("ThingUrl")));
}

#[test]
fn a_client_is_cheap_to_clone_and_goes_anywhere() {
    fn goes_anywhere<T: Send + Sync + Clone + 'static>() {}
    goes_anywhere::<Client>();
    goes_anywhere::<Context>();
    assert!(size_of::<Client>() <= 4 * size_of::<usize>());
}
