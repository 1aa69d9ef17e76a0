//! Applications: create, read, change, delete.

use serde_json::{Value, json};

use super::product::{all_flavors, flavor, is_flavor, variant};
use super::{Handler, message, network_group};
use crate::engine::reply::{Outcome, Refusal, done, json_of};
use crate::engine::request::Request;
use crate::git;
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
    let body = &request.body;
    for flavor in ["minFlavor", "maxFlavor"] {
        if !is_flavor(request.text(flavor)) {
            return Err(Refusal::invalid(format!("{} is not a flavor", request.text(flavor))));
        }
    }
    chosen_variant(world, body)?;
    let id = make(world, request.owner(), body);
    json_of(world.application(&id)?.wire())
}

fn update(world: &mut World, request: &Request<'_>) -> Outcome {
    let variant = chosen_variant(world, &request.body)?;
    let application = world.application_mut(request.param("applicationId"))?;
    if let Some(variant) = variant {
        application.settings["instance"]["variant"] = variant;
    }
    change(application, &request.body);
    json_of(application.wire())
}

/// The variant that a body names, if it names one.
fn chosen_variant(world: &World, body: &Value) -> Result<Option<Value>, Refusal> {
    let Some(id) = body["instanceVariant"].as_str() else { return Ok(None) };
    variant(world, id).map(Some).ok_or_else(|| Refusal::invalid(format!("{id} is not a variant")))
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
    if !is_flavor(name) {
        return Err(Refusal::invalid(format!("{name} is not a flavor")));
    }
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
            "maxAllowedInstances": 40,
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
        settings["deployment"]["httpUrl"] = format!("https://github.com/{github}").into();
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
