//! Which institution is meant.

use cartola_primitives::Rut;
use cartola_provider_floid::bank::{self, UnknownBank};

const PERSON: &str = "11.111.111-1";
const COMPANY: &str = "76.123.456-0";

/// Every name of the document, and its institution.
const BANKS: [(&str, &str, &str); 10] = [
    ("banco estado", "banco_estado", "banco-estado"),
    ("bci", "banco_bci", "banco-bci"),
    ("banco santander", "banco_santander", "banco-santander"),
    ("scotiabank", "banco_scotia", "banco-scotiabank"),
    ("banco bice", "banco_bice", "banco-bice"),
    ("itau corpbanca", "banco_itau", "banco-itau"),
    ("banco security", "banco_security", "banco-security"),
    ("banco chile", "banco_chile", "banco-chile"),
    ("banco ripley", "banco_ripley", "banco-ripley"),
    ("banco falabella", "banco_falabella", "banco-falabella"),
];

fn rut(body: &str) -> Rut {
    let digits: u32 = body.split('-').next().unwrap().replace('.', "").parse().unwrap();
    Rut::from_body(digits).unwrap()
}

#[test]
fn the_documents_names_mean_banks_at_the_side_of_the_rut() {
    for (name, _, id) in BANKS {
        let person = bank::of_name(name, rut(PERSON)).unwrap();
        assert_eq!(person.id.as_str(), id);
        let company = bank::of_name(&name.to_uppercase(), rut(COMPANY)).unwrap();
        assert_eq!(company.id.as_str(), format!("{id}-empresas"));
        assert_eq!(bank::name_of(&company.id), Some(name));
        assert!(bank::is_known(&person.id) && !bank::is_known(&company.id), "{name}");
    }
    for name in ["", "banco luna", "banco-chile", "banco_chile", "demo-bank"] {
        assert_eq!(bank::of_name(name, rut(PERSON)).err(), Some(UnknownBank::Name), "{name}");
    }
}

#[test]
fn paths_of_the_current_dialect_say_their_side() {
    let id = |path: &str| bank::of_path(path).map(|row| row.id.as_str().to_owned());
    for (_, path, bank) in BANKS {
        assert_eq!(id(&format!("{path}_personas")).as_deref(), Some(bank));
        assert_eq!(id(&format!("{path}_empresas")), Some(format!("{bank}-empresas")));
        assert_eq!(id(path), None, "a bank has a side");
    }
    assert_eq!(id("cmf").as_deref(), Some("cmf"));
    for path in ["", "cmf_personas", "cmf_empresas", "banco_luna_personas", "_personas", "sii"] {
        assert_eq!(id(path), None, "{path}");
    }
}
