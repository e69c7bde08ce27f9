//! What things are worth, the codes of the tax service, and figures of law.

use std::collections::BTreeMap;

use serde::Deserialize;

/// What things are worth.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Markets {
    pub dollar: Dollar,
    #[serde(rename = "share")]
    pub shares: Vec<Share>,
    #[serde(rename = "asset")]
    pub assets: Vec<Asset>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Dollar {
    pub anchors: Vec<(i16, i64)>,
}

/// Shares of a company.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Share {
    pub ticker: String,
    pub price: i64,
    pub wobble: i64,
}

/// A crypto asset.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Asset {
    pub code: String,
    pub name: String,
    pub decimals: u32,
    pub price: i64,
    pub wobble: i64,
    pub most: i64,
}

/// The codes of the tax service.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Forms {
    pub f22: BTreeMap<String, FormCode>,
    pub f29: BTreeMap<String, FormCode>,
    #[serde(rename = "activity")]
    pub activities: Vec<Activity>,
}

/// A code of a form. The table also says where each is from.
#[derive(Debug, Deserialize)]
pub(crate) struct FormCode {
    pub code: String,
}

/// An actividad económica.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Activity {
    /// What companies that do it are called; empty for people.
    pub trade: String,
    pub code: String,
    pub name: String,
}

/// Figures of law and practice; see `data/law.toml` for where each is from.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Law {
    pub honorarium_retention: Vec<(i16, i64)>,
    pub afc_cap: Vec<(i16, i64)>,
    pub afc: AfcRates,
}

/// In thousandths of a percent of the income.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct AfcRates {
    pub worker_indefinite: i64,
    pub employer_indefinite: i64,
    pub employer_fixed_term: i64,
}
