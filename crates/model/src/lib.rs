//! Canonical records, the institution catalogue and state machines.
