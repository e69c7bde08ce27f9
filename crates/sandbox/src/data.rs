//! The bundled tables: who lives in the box, where they shop, how each bank prints it.

mod figures;

use std::collections::BTreeMap;
use std::sync::LazyLock;

use cartola_model::InstitutionId;
use serde::Deserialize;
use serde::de::DeserializeOwned;

pub(crate) use figures::{Asset, FormCode};
use figures::{Forms, Law, Markets};

/// One bank of the box.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Bank {
    pub id: InstitutionId,
    pub name: String,
    pub share: u64,
    pub prefix: String,
    pub shape: String,
    pub main: String,
    pub second: String,
    pub products: BTreeMap<String, String>,
    pub branches: Vec<String>,
    pub width: usize,
    pub reference: String,
    pub shows: Vec<Shown>,
    #[serde(default)]
    pub glosas: BTreeMap<String, Glosa>,
}

/// A part of the other side that a bank tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Shown {
    Name,
    Rut,
    Account,
    Bank,
}

/// The templates of one kind of movement.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Glosa {
    #[serde(rename = "in")]
    pub incoming: Option<String>,
    #[serde(rename = "out")]
    pub outgoing: Option<String>,
    pub channel: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Banks {
    bank: Vec<Bank>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Commune {
    pub name: String,
    pub region: String,
    pub grid: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Employer {
    pub name: String,
    pub body: u32,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct People {
    pub women: Vec<String>,
    pub men: Vec<String>,
    pub women_second: Vec<String>,
    pub men_second: Vec<String>,
    pub surnames: Vec<String>,
    pub streets: Vec<String>,
    pub trades: Vec<String>,
    #[serde(rename = "commune")]
    pub communes: Vec<Commune>,
    #[serde(rename = "employer")]
    pub employers: Vec<Employer>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Merchant {
    pub name: String,
    pub low: i64,
    pub high: i64,
    pub weight: u64,
    #[serde(default)]
    pub online: bool,
    #[serde(default)]
    pub instalments: bool,
    #[serde(default)]
    pub groceries: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Merchants {
    merchant: Vec<Merchant>,
    foreign: Vec<Merchant>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Service {
    pub kind: String,
    pub name: String,
    #[serde(default)]
    pub grids: Vec<String>,
    pub low: i64,
    pub high: i64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Services {
    service: Vec<Service>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct UfTable {
    pub anchors: Vec<(i16, i64)>,
    pub percent_a_year_afterwards: i64,
}

/// One named person as the table has it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct NamedRow {
    pub scenario: crate::scenario::Scenario,
    pub body: u32,
    pub banks: Vec<String>,
    pub co_holder: Option<u32>,
    #[serde(default)]
    pub signatories: Vec<u32>,
    pub password: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NamedRows {
    named: Vec<NamedRow>,
}

/// All of it.
pub(crate) struct Data {
    pub banks: Vec<Bank>,
    pub people: People,
    pub merchants: Vec<Merchant>,
    pub foreign: Vec<Merchant>,
    pub services: Vec<Service>,
    pub glosas: BTreeMap<String, Glosa>,
    pub uf: UfTable,
    pub forms: Forms,
    pub law: Law,
    pub markets: Markets,
    pub named: Vec<NamedRow>,
}

/// The tables, read once.
pub(crate) fn data() -> &'static Data {
    static DATA: LazyLock<Data> = LazyLock::new(read);
    &DATA
}

fn read() -> Data {
    let merchants: Merchants = table(include_str!("../data/merchants.toml"));
    let banks: Banks = table(include_str!("../data/banks.toml"));
    let services: Services = table(include_str!("../data/services.toml"));
    let named: NamedRows = table(include_str!("../data/scenarios.toml"));
    Data {
        banks: banks.bank,
        people: table(include_str!("../data/people.toml")),
        merchants: merchants.merchant,
        foreign: merchants.foreign,
        services: services.service,
        glosas: table(include_str!("../data/glosas.toml")),
        uf: table(include_str!("../data/uf.toml")),
        forms: table(include_str!("../data/forms.toml")),
        markets: table(include_str!("../data/markets.toml")),
        law: table(include_str!("../data/law.toml")),
        named: named.named,
    }
}

fn table<T: DeserializeOwned>(text: &str) -> T {
    toml::from_str(text).expect("the bundled tables are read by a test")
}
