//! Applications: create, read, change, delete.

use serde_json::{Value, json};

use super::environment::check_name;
use super::product::{MAX_INSTANCES, all_flavors, check_runtime, flavor, rank, variant};
use super::{Handler, message, network_group, zone};
use crate::engine::reply::{Outcome, Refusal, done, json_of};
use crate::engine::request::Request;
use crate::git;
use crate::refusals;
use crate::world::{Application, Shelf, World, texts};

pub(super) const HANDLERS: &[(&str, Handler)] = &[
    ("list_applications", list),
    ("create_application", create),
    ("get_application", get),
    ("update_application", update),
    ("delete_application", delete),
    ("update_application_branch", update_branch),
    ("list_application_branches", list_branches),
    ("update_build_flavor", update_build_flavor),
];

fn list(world: &mut World, request: &Request<'_>) -> Outcome {
    let own = world.applications.values().filter(|application| application.owner == request.owner());
    let instance = request.query("instanceId");
    let found = own.filter(|application| instance.is_none_or(|id| application.instances.contains_key(id)));
    json_of(found.map(Application::wire).collect::<Value>())
}

fn get(world: &mut World, request: &Request<'_>) -> Outcome {
    json_of(world.application(request.param("applicationId"))?.wire())
}

fn create(world: &mut World, request: &Request<'_>) -> Outcome {
    check(world, None, &request.body)?;
    world.check_payment(request.owner())?;
    let instances = request.body["maxInstances"].as_i64().unwrap_or(1);
    world.check_application_quota(request.owner(), None, instances)?;
    let id = make(world, request.owner(), &request.body);
    json_of(world.application(&id)?.wire())
}

fn update(world: &mut World, request: &Request<'_>) -> Outcome {
    let current = world.application(request.param("applicationId"))?;
    check(world, Some(current), &request.body)?;
    if let Some(instances) = request.body["maxInstances"].as_i64() {
        world.check_application_quota(&current.owner, Some(&current.id), instances)?;
    }
    let variant = request.body["instanceVariant"].as_str().and_then(|id| variant(world, id));
    let application = world.application_mut(request.param("applicationId"))?;
    if let Some(variant) = variant {
        application.settings["instance"]["variant"] = variant;
    }
    change(application, &request.body);
    json_of(application.wire())
}

/// Refuses a body that would make an application which cannot be: a new one, or this one after a change.
fn check(world: &World, current: Option<&Application>, body: &Value) -> Result<(), Refusal> {
    if let Some(zone) = body["zone"].as_str().filter(|zone| !zone::exists(zone)) {
        return Err(refusals::UNKNOWN_ZONE.with([zone]).about("zone"));
    }
    let instance = current.map(|application| &application.settings["instance"]);
    let own = |name: &str| instance.map_or(&Value::Null, |instance| &instance[name]);
    let text = |given: &str, current: &Value| {
        body[given].as_str().or(current.as_str()).unwrap_or_default().to_owned()
    };
    if ["instanceType", "instanceVersion", "instanceVariant"].iter().any(|name| !body[*name].is_null()) {
        let (kind, version) = (text("instanceType", own("type")), text("instanceVersion", own("version")));
        let variant = text("instanceVariant", &own("variant")["id"]);
        check_runtime(world, &kind, &version, &variant)?;
    }
    let (least, most) =
        (text("minFlavor", &own("minFlavor")["name"]), text("maxFlavor", &own("maxFlavor")["name"]));
    if rank(&least)? > rank(&most)? {
        return Err(refusals::FLAVOR_BOUNDS.with([&least, &most]).about("minFlavor"));
    }
    if let Some(size) = body["buildFlavor"].as_str().filter(|size| !size.is_empty()) {
        rank(size)?;
    }
    let count = |name: &str| body[name].as_i64().or(own(name).as_i64()).unwrap_or(1);
    let (least, most) = (count("minInstances"), count("maxInstances"));
    for (name, count) in [("minInstances", least), ("maxInstances", most)] {
        if !(1..=MAX_INSTANCES).contains(&count) {
            let refusal = refusals::INSTANCE_COUNT.with([&count.to_string(), &MAX_INSTANCES.to_string()]);
            return Err(refusal.about(name));
        }
    }
    if least > most {
        let refusal = refusals::INSTANCE_BOUNDS.with([&least.to_string(), &most.to_string()]);
        return Err(refusal.about("minInstances"));
    }
    body["env"].as_object().into_iter().flatten().try_for_each(|(name, _)| check_name(name))
}

fn delete(world: &mut World, request: &Request<'_>) -> Outcome {
    let id = request.param("applicationId");
    world.applications.shift_remove(id);
    world.drains.remove_matching(|drain| drain.resource == id);
    world.redirections.retain(|redirection| redirection.application != id);
    network_group::forget(world, id);
    world.collections.forget(id);
    let depends = |application: &Application| application.dependencies.iter().any(|own| own == id);
    for application in world.applications.matching_mut(depends) {
        application.dependencies.retain(|dependency| dependency != id);
    }
    message("The application has been deleted")
}

fn update_branch(world: &mut World, request: &Request<'_>) -> Outcome {
    let application = world.application_mut(request.param("applicationId"))?;
    application.settings["branch"] = request.body["branch"].clone();
    done()
}

fn list_branches(world: &mut World, request: &Request<'_>) -> Outcome {
    let application = world.application(request.param("applicationId"))?;
    let mut branches = vec!["develop", "main", "master"];
    if !branches.contains(&application.text("branch")) {
        branches.push(application.text("branch"));
    }
    json_of(json!(branches))
}

fn update_build_flavor(world: &mut World, request: &Request<'_>) -> Outcome {
    let name = request.text("flavorName");
    rank(name)?;
    let application = world.application_mut(request.param("applicationId"))?;
    application.settings["buildFlavor"] = flavor(name);
    application.settings["separateBuild"] = true.into();
    done()
}

/// Creates an application from the body of a creation request, and returns its id.
pub(crate) fn make(world: &mut World, owner: &str, body: &Value) -> String {
    let id = world.id("app");
    let zone = body["zone"].as_str().unwrap_or("par");
    let text = |name: &str, default: &str| body[name].as_str().unwrap_or(default).to_owned();
    let kind = text("instanceType", "node");
    let version = text("instanceVersion", "20260101");
    let url = format!("git+ssh://git@push-n0-{zone}-clevercloud-customers.sandbox.example/{id}.git");
    let mut settings = json!({
        "id": id,
        "ownerId": owner,
        "name": text("name", "application"),
        "description": text("description", ""),
        "zone": zone,
        "zoneId": world.fixed_uuid(&["zone", zone]),
        "instance": {
            "type": kind,
            "version": version,
            "variant": variant(world, &text("instanceVariant", &kind)),
            "minInstances": 1,
            "maxInstances": 1,
            "maxAllowedInstances": MAX_INSTANCES,
            "minFlavor": flavor("XS"),
            "maxFlavor": flavor("XS"),
            "flavors": all_flavors(),
            "defaultEnv": { "CC_SANDBOX": "true" },
            "lifetime": text("instanceLifetime", "REGULAR"),
            "instanceAndVersion": format!("{kind}-{version}"),
        },
        "deployment": {
            "shutdownable": false,
            "type": "GIT",
            "repoState": "CREATED",
            "url": url,
            "httpUrl": git::url(&id),
        },
        "creationDate": world.now.as_millisecond(),
        "archived": false,
        "stickySessions": false,
        "homogeneous": false,
        "favourite": false,
        "cancelOnPush": false,
        "separateBuild": false,
        "buildFlavor": flavor("M"),
        "branch": "master",
        "forceHttps": "DISABLED",
        "deployUrl": url,
    });
    if let Some(repository) = body["publicGitRepositoryUrl"].as_str() {
        settings["deployment"]["httpUrl"] = repository.into();
    }
    let mut application = Application {
        owner: owner.to_owned(),
        settings,
        environment: Default::default(),
        exposed: Default::default(),
        domains: vec![format!("{}.cleverapps.io/", id.replace('_', "-"))],
        primary_domain: None,
        tags: Vec::new(),
        addons: Vec::new(),
        dependencies: Vec::new(),
        is_up: false,
        wants_up: false,
        deployments: Shelf::new(),
        instances: Shelf::new(),
        fails_next: false,
        pushed: None,
        visits: Default::default(),
        is_moderated: false,
        id: id.clone(),
    };
    change(&mut application, body);
    world.applications.insert(id.clone(), application);
    id
}

/// Applies the settings that a body names.
fn change(application: &mut Application, body: &Value) {
    let settings = &mut application.settings;
    let plain = [
        "name",
        "description",
        "zone",
        "archived",
        "stickySessions",
        "homogeneous",
        "favourite",
        "cancelOnPush",
        "separateBuild",
        "branch",
        "forceHttps",
    ];
    for name in plain {
        if !body[name].is_null() {
            settings[name] = body[name].clone();
        }
    }
    if let Some(github) = body["oauthAppId"].as_str() {
        settings["deployment"]["httpUrl"] = super::github::address(github).into();
        settings["webhookUrl"] = format!("https://sandbox.example/webhooks/{}", application.id).into();
        settings["webhookSecret"] = "sandbox-webhook-secret".into();
    }
    let instance = &mut settings["instance"];
    for (name, given) in [("type", "instanceType"), ("version", "instanceVersion")] {
        if !body[given].is_null() {
            instance[name] = body[given].clone();
        }
    }
    let text = |name: &str| instance[name].as_str().unwrap_or_default();
    instance["instanceAndVersion"] = format!("{}-{}", text("type"), text("version")).into();
    for name in ["minInstances", "maxInstances"] {
        if !body[name].is_null() {
            settings["instance"][name] = body[name].clone();
        }
    }
    for name in ["minFlavor", "maxFlavor"] {
        if let Some(chosen) = body[name].as_str() {
            settings["instance"][name] = flavor(chosen);
        }
    }
    if let Some(lifetime) = body["instanceLifetime"].as_str() {
        settings["instance"]["lifetime"] = lifetime.into();
    }
    if let Some(chosen) = body["buildFlavor"].as_str().filter(|chosen| !chosen.is_empty()) {
        settings["buildFlavor"] = flavor(chosen);
    }
    if let Some(shutdownable) = body["shutdownable"].as_bool() {
        settings["deployment"]["shutdownable"] = shutdownable.into();
    }
    if let Some(kind) = body["deploy"].as_str() {
        settings["deployment"]["type"] = kind.to_uppercase().into();
    }
    if let Some(variables) = body["env"].as_object() {
        application.environment = texts(variables);
    }
    if let Some(tags) = body["tags"].as_array() {
        application.tags = tags.iter().filter_map(Value::as_str).map(str::to_owned).collect();
    }
}
