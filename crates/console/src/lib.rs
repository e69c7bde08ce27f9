//! Web pages: plain forms that work without scripts, Spanish, for a phone, a keyboard and a screen
//! reader. Whoever mounts a page says under which path, and in whose words others are told of it.

pub mod checkout;
mod guard;
pub mod phone;
