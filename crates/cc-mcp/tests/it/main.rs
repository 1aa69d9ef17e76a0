//! The server, with the client of `rmcp` and with that of another implementation.

mod http;
mod python;
mod session;
