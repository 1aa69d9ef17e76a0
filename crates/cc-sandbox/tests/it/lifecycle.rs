//! Life cycles, driven by the clock.
