//! Programs that know more than this one.

use crate::{Migration, Schema};

/// A program that knows these migrations too. Our own then is the older one.
pub fn later(migrations: &[Migration]) -> Schema {
    let known: Vec<Migration> = Schema::OURS.0.iter().chain(migrations).copied().collect();
    Schema(known.leak())
}
