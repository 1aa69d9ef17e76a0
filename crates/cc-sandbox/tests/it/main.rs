//! The sandbox from outside: over HTTP, as its users meet it.

mod account;
mod addon;
mod application;
mod client;
mod clients;
mod drains;
mod faults;
mod files;
mod git;
mod journal;
mod kit;
mod lifecycle;
mod limits;
mod network;
mod oauth;
mod owner;
mod page;
mod program;
mod record;
mod redis;
mod refusals;
mod snapshot;
mod stored;
mod stories;
mod streams;
mod traffic;
