//! What this workspace builds for browsers, in Chromium, against a sandbox on another origin.

mod browsers;
mod built;
mod contract;
mod page;
