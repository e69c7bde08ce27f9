//! Mi Banco, the mobile channel of Banco de Chile.
//!
//! [`wire`] has the shapes of its protocol, to the letter, for whoever speaks either side of it.
//! What the bank's document leaves open, and how it is settled here, is in `docs/mibanco.md`.

pub mod wire;
