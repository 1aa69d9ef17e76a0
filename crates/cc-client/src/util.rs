//! Small things that commands and the programs around them share: names of domains, states, dates, ids.

pub mod app_status;
pub(crate) mod collate;
pub mod date;
pub mod domain;
pub mod domain_diagnosis;
pub mod network_group;
pub mod payment;
#[allow(dead_code)] // Which domains are on decides whether a command takes a time.
pub(crate) mod seconds;
pub mod version;
