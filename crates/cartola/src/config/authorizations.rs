//! When people must approve what they do.

use cartola_engine::authorizations::Rules;
use cartola_engine::payments::MAX_PESOS;
use serde::Deserialize;

/// What may be done without asking.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Authorizations {
    free_up_to: Option<i64>,
}

impl Authorizations {
    /// The rules. The error names the key, and no value.
    pub fn rules(&self) -> Result<Rules, String> {
        let free_up_to = self.free_up_to.unwrap_or(Rules::default().free_up_to);
        if (0..=MAX_PESOS).contains(&free_up_to) {
            return Ok(Rules { free_up_to, ..Rules::default() });
        }
        Err(format!("`free_up_to` of [authorizations] must be 0 to {MAX_PESOS} whole pesos"))
    }
}
