//! SII: the tax service.

pub(crate) mod folder;
mod form22;
mod form29;
pub(crate) mod status;

use std::collections::BTreeMap;

use cartola_primitives::Quantity;

use crate::data::{FormCode, data};
use crate::holding::decimal;

/// A form that is filled in, by the names that `data/forms.toml` gives its codes.
struct Form {
    names: &'static BTreeMap<String, FormCode>,
    codes: BTreeMap<String, Quantity>,
}

impl Form {
    fn f22() -> Self {
        Self { names: &data().forms.f22, codes: BTreeMap::new() }
    }

    fn f29() -> Self {
        Self { names: &data().forms.f29, codes: BTreeMap::new() }
    }

    /// Whole pesos, or a count.
    fn with(self, name: &str, amount: i64) -> Self {
        self.with_decimals(name, amount, 0)
    }

    fn with_decimals(mut self, name: &str, units: i64, decimals: u32) -> Self {
        let code = &self.names[name].code;
        self.codes.insert(code.clone(), decimal(units, decimals));
        self
    }
}
