//! Accounts of the key spaces: one for each Redis and Materia KV add-on, and one that is always there.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use super::server::Place;
use crate::engine::random::uuid;
use crate::world::{Addon, World};

/// User of every key space of the sandbox.
const USER: &str = "default";
/// Password of the key spaces that belong to no add-on.
const PASSWORD: &str = "sandbox-kv-password";
/// Domain of the hosts that the sandbox holds itself.
const DOMAIN: &str = ".sandbox.example";
/// Host of the key space that is always there.
const HOST: &str = "kv.sandbox.example";
/// Port of every key space that is not reached through a socket.
const PORT: u16 = 6379;

/// A key space that is always there.
pub(crate) const URL: &str = "redis://default:sandbox-kv-password@kv.sandbox.example:6379";

/// An account, which leads to the key spaces of one host.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Account {
    /// Host and port of the key spaces, without a database.
    address: String,
    password: String,
    /// Add-on that the account belongs to.
    addon: Option<String>,
}

impl Account {
    /// The account that is always there.
    fn shared(address: String) -> Self {
        Self { address, password: PASSWORD.to_owned(), addon: None }
    }

    fn of_addon(seed: u64, addon: &Addon) -> Self {
        Self {
            address: format!("{}:{PORT}", host(&addon.real_id)),
            password: password(seed, &addon.real_id),
            addon: Some(addon.id.clone()),
        }
    }

    /// Account of the place that a URL names; `None` if it is not of the sandbox.
    pub(crate) fn of_place(world: &World, place: &Place) -> Option<Self> {
        if let Some(served) = world.redis
            && place.address == authority(served)
        {
            // All key spaces have the same address there, and the password tells them apart.
            let shared = || Self::shared(format!("{HOST}:{PORT}"));
            return Some(Self::find(world, &place.user, &place.password).unwrap_or_else(shared));
        }
        if let Some(addon) = addon_at(world, &place.host) {
            return Some(Self::of_addon(world.seed, addon));
        }
        place.host.ends_with(DOMAIN).then(|| Self::shared(place.address.clone()))
    }

    /// The account with this user and this password.
    pub(super) fn find(world: &World, user: &str, password: &str) -> Option<Self> {
        let shared = || Self::shared(format!("{HOST}:{PORT}"));
        let addons = world.addons.values().filter(|addon| is_kv(&addon.real_id));
        let mut accounts =
            std::iter::once(shared()).chain(addons.map(|addon| Self::of_addon(world.seed, addon)));
        accounts.find(|account| account.takes(user, password))
    }

    /// Returns `true` if these are its user and its password.
    pub(super) fn takes(&self, user: &str, password: &str) -> bool {
        [USER, ""].contains(&user) && self.password == password
    }

    /// Returns `true` unless its add-on was deleted.
    pub(super) fn exists(&self, world: &World) -> bool {
        self.addon.as_ref().is_none_or(|addon| world.addons.contains_key(addon))
    }

    /// Name of one of its key spaces.
    pub(super) fn space(&self, database: &str) -> String {
        format!("{}/{database}", self.address)
    }
}

/// Returns `true` unless the name of a key space is that of an add-on which is gone.
pub(super) fn is_kept(world: &World, space: &str) -> bool {
    let host = space.split(':').next().unwrap_or_default();
    real_id(host).is_none() || addon_at(world, host).is_some()
}

/// Returns `true` for the real id of an add-on with key spaces.
fn is_kv(real_id: &str) -> bool {
    ["redis_", "kv_"].iter().any(|prefix| real_id.starts_with(prefix))
}

/// Host of an add-on, for those who reach it without a socket.
fn host(real_id: &str) -> String {
    let kind = real_id.split('_').next().unwrap_or_default();
    format!("{}.{kind}{DOMAIN}", real_id.replace('_', "-"))
}

/// The real id that a host of this form belongs to.
fn real_id(host: &str) -> Option<String> {
    let real_id = host.split('.').next()?.replacen('-', "_", 1);
    (is_kv(&real_id) && self::host(&real_id) == host).then_some(real_id)
}

fn addon_at<'a>(world: &'a World, host: &str) -> Option<&'a Addon> {
    world.addon(&real_id(host)?).ok()
}

fn password(seed: u64, real_id: &str) -> String {
    format!("sandbox-{}", uuid(seed, &["kv-password", real_id]))
}

/// Host and port of a socket as a client of this machine reaches it.
fn authority(served: SocketAddr) -> String {
    SocketAddr::new(reachable(served), served.port()).to_string()
}

/// URL of the key space that is always there, on a socket.
pub(crate) fn url_at(served: SocketAddr) -> String {
    format!("redis://{USER}:{PASSWORD}@{}", authority(served))
}

fn reachable(served: SocketAddr) -> IpAddr {
    match served.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    }
}

/// Value of a variable in the environment of a Redis or Materia KV add-on; `None` for another add-on, or another variable.
///
/// Materia KV has the variables of Redis too. Source: the platform's documentation of Materia KV.
pub(crate) fn variable(world: &World, real_id: &str, name: &str) -> Option<String> {
    if !is_kv(real_id) {
        return None;
    }
    let password = password(world.seed, real_id);
    let (host, authority, port) = match world.redis {
        Some(served) => (reachable(served).to_string(), authority(served), served.port()),
        None => (host(real_id), format!("{}:{PORT}", host(real_id)), PORT),
    };
    Some(match name {
        "REDIS_HOST" | "KV_HOST" => host,
        "REDIS_PORT" | "KV_PORT" => port.to_string(),
        "REDIS_PASSWORD" | "KV_TOKEN" | "REDISCLI_AUTH" => password,
        "REDIS_URL" | "REDIS_CLI_URL" => format!("redis://:{password}@{authority}"),
        _ => return None,
    })
}

impl World {
    /// Sets the socket that serves the key spaces: the environments of add-ons lead to it from now on. Without one, they lead
    /// to hosts that only the HTTP proxy of the sandbox reaches.
    pub(crate) fn serve_redis(&mut self, served: Option<SocketAddr>) {
        if std::mem::replace(&mut self.redis, served) == served {
            return;
        }
        let ids: Vec<String> =
            self.addons.values().map(|addon| addon.real_id.clone()).filter(|id| is_kv(id)).collect();
        for id in ids {
            let names: Vec<String> =
                self.addon(&id).map_or(Vec::new(), |addon| addon.environment.keys().cloned().collect());
            for name in names {
                if let Some(value) = variable(self, &id, &name)
                    && let Ok(addon) = self.addon_mut(&id)
                {
                    addon.environment.insert(name, value);
                }
            }
        }
    }
}
