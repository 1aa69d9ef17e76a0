//! Recordings: what is written, and what never is, answers from them, and how true the sandbox is to them.

mod compare;
mod conceal;
mod layer;
pub(crate) mod memory;
mod program;
mod replay;
mod session;
