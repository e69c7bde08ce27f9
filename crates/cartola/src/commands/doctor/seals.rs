//! Whether everything that is sealed opens.

use anyhow::Context;
use cartola_crypto::KeyRing;
use cartola_store::copying::seals::{Opened, Unopened, verify};
use serde::Serialize;

use crate::backend::Place;
use crate::backend::copying::snapshot;
use crate::output;

/// Values that are named one by one at most; the others are counted.
const MAX_NAMED: u64 = 100_000;

/// What was opened.
#[derive(Serialize)]
pub struct Seals {
    /// Sealed values that open.
    pub values: u64,
    /// Wrapped keys that open.
    pub keys: u64,
    /// Values and keys that do not.
    pub unopened: u64,
    /// What is left of people whose key was destroyed: nothing opens it.
    pub noise: u64,
}

/// Opens all of a store, as it is at one instant, and adds what does not open to the problems.
pub async fn check(
    place: Place,
    keys: &KeyRing,
    problems: &mut Vec<String>,
) -> anyhow::Result<Seals> {
    let store = snapshot(place).await?;
    let bar = output::progress(0, "opening what is sealed");
    let mut unopened = 0;
    let mut found = |of: Unopened| {
        unopened += 1;
        if unopened <= MAX_NAMED {
            problems.push(of.to_string());
        }
    };
    let mut progress = |done, total| {
        bar.set_length(total);
        bar.set_position(done);
    };
    let opened = verify(store.as_ref(), keys, &mut found, &mut progress).await;
    bar.finish_and_clear();
    let opened = opened.context("what is sealed cannot be read")?;
    if unopened > MAX_NAMED {
        problems.push(format!("{} more do not open", unopened - MAX_NAMED));
    }
    let Opened { values, keys, noise } = opened;
    Ok(Seals { values, keys, unopened, noise })
}
