use cartola_primitives::Rut;
use cartola_sandbox::{Named, Population, Scenario};
use proptest::prelude::*;

/// Synaptic's "Requerimientos de Credenciales", and what the contract adds for BICE and the demo
/// bank: shortest, longest, symbols; `None` for digits alone.
const SCHEMAS: [(&str, usize, usize, Option<&str>); 12] = [
    ("banco-chile", 4, 20, Some("!@#$%^&*()-_=+{};:,<.>")),
    ("banco-santander", 4, 10, Some("~!@#$^*_=[]{}|;:,.?-")),
    ("banco-estado", 4, 8, Some("")),
    ("banco-bci", 4, 8, Some("")),
    ("banco-falabella", 6, 6, None),
    ("banco-itau", 8, 10, Some("")),
    ("banco-scotiabank", 8, 15, Some("")),
    ("banco-ripley", 4, 4, None),
    ("banco-security", 4, 20, Some("")),
    ("servipag", 6, 12, Some("")),
    ("banco-bice", 4, 20, Some("!@#$%^&*()-_=+{};:,<.>")),
    ("demo-bank", 4, 20, Some("!@#$%^&*()-_=+{};:,<.>")),
];

fn named(scenario: Scenario) -> Rut {
    Named::all().find(|named| named.scenario() == scenario).unwrap().rut()
}

proptest! {
    #[test]
    fn passwords_satisfy_the_schema_of_their_institution(seed in any::<u64>()) {
        let population = Population::new(seed);
        for (institution, shortest, longest, symbols) in SCHEMAS {
            let credentials = population.credentials(named(Scenario::Ok), institution).unwrap();
            let password = credentials.password.clone().unwrap();
            prop_assert!((shortest..=longest).contains(&password.len()));
            let allowed = |c: char| match symbols {
                None => c.is_ascii_digit(),
                Some(symbols) => c.is_ascii_alphanumeric() || symbols.contains(c),
            };
            prop_assert!(password.chars().all(allowed), "{institution}");
            prop_assert!(credentials.accepts_password(&password));
            prop_assert!(!credentials.accepts_password("wrong"));
        }
    }

    #[test]
    fn pins_have_their_digits(seed in any::<u64>(), place in any::<u32>()) {
        let population = Population::new(seed);
        let rut = population.somebody(place);
        let digits = |text: &str, count| text.len() == count && text.bytes().all(|b| b.is_ascii_digit());
        prop_assert!(digits(&population.mi_pass_pin(rut), 6));
        for bank in population.banks(rut) {
            let portal = if population.identity(rut).unwrap().is_company { "-empresas" } else { "" };
            let credentials = population.credentials(rut, &format!("{}{portal}", bank.id())).unwrap();
            let pin = credentials.mi_pin.clone().unwrap();
            prop_assert!(digits(&pin, 5) && credentials.accepts_pin(&pin));
        }
    }
}

#[test]
fn what_is_listed_for_a_scenario_does_what_it_says() {
    let population = Population::new(42);
    let at = |scenario| population.credentials(named(scenario), "banco-chile").unwrap();
    let wrong = at(Scenario::WrongPassword);
    assert!(!wrong.accepts_password(&wrong.password.clone().unwrap()));
    let pin_only = at(Scenario::PinOnly);
    assert_eq!(pin_only.password, None);
    assert!(pin_only.accepts_pin(&pin_only.mi_pin.clone().unwrap()));
    assert!(population.credentials(named(Scenario::Company), "banco-chile").is_none());
    assert!(population.credentials(named(Scenario::Company), "banco-chile-empresas").is_some());
}

#[test]
fn the_demo_bank_knows_the_rut_that_everybody_tries() {
    let rut = Rut::parse("11.111.111-1").unwrap();
    let credentials = Population::new(9).credentials(rut, "demo-bank").unwrap();
    assert!(credentials.accepts_password("wxyz1234!@#$"));
}

#[test]
fn the_cmf_lets_in_with_clave_unica() {
    let population = Population::new(42);
    let at =
        |institution| population.credentials(named(Scenario::Ok), institution).unwrap().password;
    assert_eq!(at("cmf"), at("clave-unica"));
    assert_ne!(at("sii"), at("clave-unica"));
}

#[test]
fn credentials_do_not_show_themselves() {
    let credentials = Population::new(1).credentials(named(Scenario::Ok), "sii").unwrap();
    assert_eq!(format!("{credentials:?}"), "Credentials(…)");
}
