//! Environment variables of applications and add-ons.

mod get;
mod one;
mod replace;
