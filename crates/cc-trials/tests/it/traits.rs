//! The traits that people expect of public types, by the kind of the type. The list is complete: a test compares it with the
//! source.
//!
//! Inputs and outputs of commands, with all their fields, have theirs by the bounds of [`Sweep`](crate::sweep::Sweep). Models are
//! neither `Eq` nor `Hash` by rule: a field that the platform adds, such as a fraction or a secret, would take it away again.

use std::borrow::Borrow;
use std::collections::BTreeSet;
use std::fmt::{Debug, Display};
use std::hash::Hash;
use std::path::Path;
use std::str::FromStr;

use serde::Serialize;
use serde::de::DeserializeOwned;

/// Every public type can go to another thread and be shown to a developer.
fn any<T: Debug + Send>() {}

/// A value: it can be copied, and shared between threads.
fn value<T: Debug + Clone + Send + Sync + Unpin + 'static>() {}

/// A value that can be compared.
fn data<T: Debug + Clone + PartialEq + Send + Sync + Unpin + 'static>() {}

/// A value that people store.
fn stored<T: Debug + Clone + PartialEq + Serialize + DeserializeOwned + Send + Sync + Unpin + 'static>() {}

/// A shared or unique handle, such as a client or a builder.
fn handle<T: Debug + Send + Sync + Unpin + 'static>() {}

/// A future or a stream: it goes to a task, and needs no pinning.
fn running<T: Debug + Send + Unpin + 'static>() {}

/// One of several words.
fn kind<T: Debug + Clone + Eq + Hash + Display + Send + Sync + Unpin + 'static>() {}

/// One of several words that can be read back.
fn word<T: Debug + Clone + Eq + Hash + Display + FromStr + Send + Sync + Unpin + 'static>()
where
    T::Err: std::error::Error + Send + Sync + 'static,
{
}

fn error<T: std::error::Error + Clone + Send + Sync + Unpin + 'static>() {}

fn text<T>()
where
    T: Debug + Clone + Ord + Hash + Display + FromStr + Default + Serialize + DeserializeOwned,
    T: PartialEq<str> + for<'a> PartialEq<&'a str> + AsRef<str> + Send + Sync + Unpin + 'static,
    T::Err: std::error::Error + Send + Sync + 'static,
{
}

fn id<T>()
where
    T: Borrow<str> + From<String> + for<'a> From<&'a str> + Into<String>,
    T: Debug + Clone + Ord + Hash + Display + FromStr + Default + Serialize + DeserializeOwned,
    T: PartialEq<str> + for<'a> PartialEq<&'a str> + AsRef<str> + Send + Sync + Unpin + 'static,
    T::Err: std::error::Error + Send + Sync + 'static,
{
    text::<T>();
}

/// Checks each type, and gives the names of all.
macro_rules! types {
    ($($kind:ident: $($ty:ty),+;)+) => {
        [$($({
            $kind::<$ty>();
            stringify!($ty)
        }),+),+]
    };
}

type Get = cc_api_zone::ListZones;
type Ensured = cc_client::commands::addon::CreateAddon;

fn runtime() -> impl IntoIterator<Item = &'static str> {
    use cc_client::runtime::blocking::{Blocking, Next};
    use cc_client::runtime::catalog::*;
    use cc_client::runtime::credentials::*;
    use cc_client::runtime::ensure::*;
    use cc_client::runtime::tasks::*;
    use cc_client::runtime::transport::observe;
    use cc_client::runtime::transport::{
        Body, CacheKey, CacheMode, CachedAnswer, HttpService, MemoryCache, OptionalCall, ResponseHead,
        Ticket, Turn,
    };
    use cc_client::runtime::*;

    types! {
        id: OwnerId, UserId, ApplicationId, AddonId, RealAddonId, AnyAddonId, ResourceId, AddonProviderId, ConsumerKey,
            DeploymentId, InstanceId, DrainId, NetworkGroupId, InvoiceNumber, ZoneId;
        error: cc_client::Error, ParseTimestampError, ParseDecimalError, ParseMoneyError, Drift;
        kind: ErrorKind, DriftKind, DriftHandling, Service;
        word: SignatureMethod, Timestamp, Decimal;
        stored: Secret, SecretJson, ServiceUrl, Money, Patch<String>, TimestampMillis;
        data: Next<u8>, OAuth1, Source, NaturalKey, Difference, Differences, Ensured<u8>, Existing<u8>, Lost, CacheKey, CacheMode,
            CachePolicy, RetryPolicy, SecretUrl, Defaults, RetryBudget, StreamDefaults, Endpoint, ErrorContext, FieldContext,
            Discard<Get>, OrNotFound<Get>, OperationInfo, UnknownVariant, Secrets, Effect, CommandKind, observe::WaitReason, DriftReport;
        value: Credentials, Provider, Infer, Inferred, Home, CachedAnswer, MemoryCache, CallOptions, HttpService, Transport,
            Answer<u8>, CommandAnswer<u8>, Request, Alone<u8>, Work<u8>, observe::CallStart,
            observe::CacheLookup, drift::DriftFile, observe::Wait, observe::ObserverHandle, input::Plain, input::Optional, input::One, input::Collection;
        handle: TransportBuilder, RequestBuilder, Creations, Holders, Ticket, Turn<u8>, Delivered;
        running: Blocking<Body>, Call<Get>, OptionalCall<Get>, CommandCall<u8>, EnsureCall<super::traits::Ensured>, Body, Waiting<u8>, Joined<u8>;
        any: ResponseHead<'static>, Hold<'static>, Wait<'static>, CommandInfo<cc_client::Client>, Run<cc_client::Client>,
            observe::CallEnd<'static>, observe::AttemptStart<'static>, observe::AttemptEnd<'static>,
            observe::StreamChange<'static>, observe::StreamChangeKind<'static>, observe::DurationMetric<'static>,
            observe::AttributeValue<'static>, Catalog<cc_client::Client>, Dispatch<cc_client::Client>;
    }
}

fn stream() -> impl IntoIterator<Item = &'static str> {
    use cc_stream::machine::*;
    use cc_stream::*;

    types! {
        kind: State, GapCause;
        stored: Cursor, Fingerprints;
        data: Input, Failure, Effect, Cause, Attempt, Continuity, Verdict, Event<'static>, Frame<'static>, Limits,
            Oversize<'static>, ErrorKind, EndReason, Gap, Item<u8>, Opened, RawEvent, Retry, Wishes, ErrorEvents, Overflow;
        value: Rules, TokioClock, ConnectFn<fn()>, Format<u8>, StreamHandle, HttpClient, Settings;
        handle: Machine, Tracker, Decoder, Retrying, StreamEvent<u8>, StreamError, Delivery<u8>;
        running: Response, Items<u8>, EventStream<u8>;
        any: Observed<'static>;
    }
}

fn client() -> impl IntoIterator<Item = &'static str> {
    use cc_client::app_status::AppStatus;
    use cc_client::commands::account::UpdateProfileAvatar;
    use cc_client::commands::application::*;
    use cc_client::commands::billing::InvoiceFormat;
    use cc_client::commands::deployment::*;
    use cc_client::commands::log::{CursorFile, Tail, TailCall, TailCursors, Tailed};
    use cc_client::commands::network_group::NetworkGroupMemberInput;
    use cc_client::domain_diagnosis::*;
    use cc_client::domain_name::{Domain, ParseDomainError};
    use cc_client::env::*;
    use cc_client::network_group_ids::MemberKind;
    use cc_client::payment_problem::{PaymentMethod, PaymentProblem};
    use cc_client::poll::Polling;
    use cc_client::redis::RedisStore;
    use cc_client::resolve::*;
    use cc_client::sign_in::*;
    use cc_client::stream::{EventReader, Merged, StreamCall};
    use cc_client::*;

    types! {
        word: AppStatus, InvoiceFormat, DnsSummary, ProblemKind, PaymentProblem, MemberKind, Right, Domain;
        error: ParseDomainError;
        stored: Domain, Binary, EnvironmentMap, TailCursors, NetworkGroupMemberInput, AppStatus, DnsDiagnosis, DnsDetail, Position, Problem, StartedDeployment, DeploymentProgress;
        data: StillRunning, DnsCheck<'static>, NameRule, Parsed, PaymentMethod, Polling, ResolvedIds, Subject<'static>, AddonRef<'static>,
            ResourceRef<'static>,
            InstanceChoice, GithubRepository, UpdateProfileAvatar;
        value: Iter<'static>, cc_client::api::Api, FileStore, MemoryStore, Resolver, Ids<'static>, SignIn, Pending, Visit, SignedIn, EventReader, RedisStore,
            Client, Context;
        handle: ClientBuilder, DeployEvent, CursorFile, Tailed, Index, Listener,
            StreamCall<cc_client::commands::log::StreamApplicationRuntimeLog>, TailCall;
        running: Deploying, Tail, Merged<cc_stream::Items<u8>, u8, cc_stream::StreamError>;
    }
}

fn others() -> impl IntoIterator<Item = &'static str> {
    use cc_bridge::*;
    use cc_redis_http::*;
    use cc_sandbox::{
        Builder, ComparedOperation, Comparison, ConnectionReset, DeploymentFault, DifferenceKind, Exchange,
        Extent, Fault, Faults, Identity, Ids, KnownRefusal, Limits, Pace, Quota, Recorder, Recording,
        RecordingError, RecordingService, Route, Samples, Sandbox, SandboxService, Side, Snapshot,
        SnapshotError, StreamEnd, StreamFault, Violation,
    };

    types! {
        word: Expiration;
        text: RedisCode;
        error: ParseExpirationError, ConnectionReset, RecordingError, SnapshotError;
        kind: cc_redis_http::Effect, DifferenceKind;
        stored: Quota, Reply, DeploymentFault, StreamFault, StreamEnd, cc_redis_http::commands::CmdSend,
            cc_redis_http::commands::CmdCliSend, cc_redis_http::model::HashField, cc_redis_http::model::CommandReply,
            cc_redis_http::model::CommandLineReply, cc_redis_http::commands::SetStringKey, cc_redis_http::commands::ExpireKey,
            cc_redis_http::commands::GetStringKeyAndExpire, cc_redis_http::model::SetStringKeyReply,
            cc_redis_http::model::ExpireKeyReply;
        data: Access, Keys, ComparedOperation, Comparison, cc_sandbox::Difference, KnownRefusal, Recording, Exchange, Extent, Identity, Ids, Limits, Pace, Route, Side, Violation, cc_sandbox::Credentials,
            cc_bridge::commands::EnsuredApiToken;
        value: BridgeClient, RedisHttpClient, cc_bridge::Context, cc_redis_http::Context, Builder, Fault, SandboxService, Snapshot, Recorder,
            RecordingService<u8>, cc_bridge::commands::RotatedApiToken;
        handle: BridgeClientBuilder, RedisHttpClientBuilder, Faults, Samples, Sandbox;
        running: Scanning<cc_redis_http::commands::ScanKey>;
    }
}

/// Public names that are no part of the public interface.
const HIDDEN: [&str; 3] = ["BodyWatch", "Contents", "Untrusted"];

/// Public types that exist in a browser alone.
const BROWSER: [&str; 2] = ["BrowserClock", "LocalStorageStore"];

#[test]
fn every_public_type_has_the_traits_of_its_kind() {
    let checked: BTreeSet<String> = runtime()
        .into_iter()
        .chain(stream())
        .chain(client())
        .chain(others())
        .flat_map(|ty| ty.split(|c: char| !c.is_alphanumeric() && c != '_'))
        .map(str::to_owned)
        .collect();
    let crates = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let mut missing = Vec::new();
    for name in ["cc-bridge", "cc-client", "cc-redis-http", "cc-runtime", "cc-sandbox", "cc-stream"] {
        let mut open = vec![crates.join(name).join("src")];
        while let Some(path) = open.pop() {
            if path.is_dir() {
                let stem = path.file_name().unwrap();
                if stem != "generated" && stem != "model" {
                    open.extend(std::fs::read_dir(&path).unwrap().map(|entry| entry.unwrap().path()));
                }
                continue;
            }
            let (stem, is_code) =
                (path.file_stem().unwrap(), path.extension().is_some_and(|end| end == "rs"));
            let is_model = name == "cc-client" && stem == "model";
            if !is_code || stem == "tests" || is_model {
                continue;
            }
            let code = std::fs::read_to_string(&path).unwrap();
            for line in code.split("#[cfg(test)]\nmod ").next().unwrap().lines() {
                let declared =
                    line.trim().strip_prefix("pub struct ").or(line.trim().strip_prefix("pub enum "));
                let ident =
                    declared.and_then(|rest| rest.split(|c: char| !c.is_alphanumeric() && c != '_').next());
                let Some(ident) = ident.filter(|ident| !ident.is_empty()) else { continue };
                if !checked.contains(ident) && !HIDDEN.contains(&ident) && !BROWSER.contains(&ident) {
                    missing.push(format!("{}: {ident}", path.strip_prefix(crates).unwrap().display()));
                }
            }
        }
    }
    missing.sort();
    assert!(missing.is_empty(), "add these types to a list of this file:\n{}", missing.join("\n"));
}
