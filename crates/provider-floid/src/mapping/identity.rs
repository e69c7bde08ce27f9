//! Who somebody is.

use cartola_model::records;

use crate::wire::{Address, Identity};

/// Floid's country of every address.
const COUNTRY: &str = "CL";

/// Words that belong to the surname behind them, folded to lower case.
const PARTICLES: [&str; 12] =
    ["da", "de", "del", "der", "di", "la", "las", "los", "san", "santa", "van", "von"];

/// A full name in its two parts.
#[derive(PartialEq, Eq)]
pub struct Names {
    /// Given names; all of a company's name.
    pub given: String,
    /// Surnames.
    pub surnames: String,
}

impl Names {
    /// Parts a full name as Chilean institutions write it: given names, then the two surnames. Of two
    /// words the last is the surname; one word is a given name. A company's name is not parted.
    pub fn of(full: &str, is_company: bool) -> Self {
        let words: Vec<&str> = full.split_whitespace().collect();
        let surnames = match words.len() {
            _ if is_company => 0,
            0 | 1 => 0,
            2 => 1,
            _ => 2,
        };
        let begins = (0..surnames).fold(words.len(), |end, _| before(&words, end));
        Self { given: words[..begins].join(" "), surnames: words[begins..].join(" ") }
    }
}

/// Where the surname begins that ends there. The first word is never part of one.
fn before(words: &[&str], end: usize) -> usize {
    let mut begins = end.saturating_sub(1).max(1);
    while begins > 1 && PARTICLES.contains(&words[begins - 1].to_lowercase().as_str()) {
        begins -= 1;
    }
    begins
}

/// The members that tell of a person. Whether they were let in is for the caller to say.
pub fn identity(told: &records::Identity) -> Identity {
    let Names { given, surnames } = Names::of(&told.name, told.rut.is_company());
    Identity {
        is_valid: true,
        first_name: Some(given),
        middle_name: Some(String::new()),
        last_name: Some(surnames),
        gender: Some(String::new()),
        address: Some(address(told.address.as_ref())),
        ..Identity::default()
    }
}

fn address(told: Option<&records::Address>) -> Address {
    let text = |of: fn(&records::Address) -> &Option<String>| {
        told.and_then(|address| of(address).clone()).unwrap_or_default()
    };
    let parts = [text(|it| &it.street), text(|it| &it.number), text(|it| &it.extra)];
    let parts = parts.iter().filter(|part| !part.is_empty()).map(String::as_str);
    Address {
        street: parts.collect::<Vec<_>>().join(" "),
        city: text(|it| &it.commune),
        region: text(|it| &it.region),
        country: COUNTRY,
        ..Address::default()
    }
}
