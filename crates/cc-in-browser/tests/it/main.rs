//! What this workspace builds for browsers, in Chromium, against a sandbox on another origin.

mod built;
mod contract;
mod page;
