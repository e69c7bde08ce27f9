//! Who is paid: the merchant of the sandbox, in configurations of a test's own.

use cartola_sandbox::{DEFAULT_SEED, Merchant, Population};

/// The sandbox's merchant.
pub fn merchant() -> Merchant {
    cartola_sandbox::merchant(Population::new(DEFAULT_SEED))
}

/// The lines of a configuration by which it is paid into that account of its bank.
pub fn paid(account: &str) -> String {
    let Merchant { institution, rut, name, .. } = merchant();
    let rut = rut.compact();
    format!(
        "[payments]\ninstitution = \"{institution}\"\naccount = \"{account}\"\nrut = \"{rut}\"\n\
         name = \"{name}\"\n"
    )
}

/// The lines by which banks of a sandbox on that port are asked.
pub fn banks(ids: &[&str], port: u16) -> String {
    let bank = |id: &&str| {
        format!("[institution.{id}]\nbase_url = \"http://127.0.0.1:{port}/banks/{id}\"\n")
    };
    ids.iter().map(bank).collect()
}
