//! The package as its users have it: packed, installed, and used from Node.js and from a page.

mod committed;
mod node;
mod page;
mod project;
mod samples;
mod words;
