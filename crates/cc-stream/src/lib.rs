//! Server-Sent Events that never lose an event silently.
