use cartola_model::{AccountNumber, Catalogue};
use cartola_primitives::Rut;
use cartola_sandbox::{BankIndex, Population};
use proptest::prelude::*;

use crate::somebody;

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(64) })]

    #[test]
    fn a_number_leads_back_to_its_owner((population, rut) in somebody()) {
        for account in population.accounts(rut) {
            let found = population.find(&account.number).unwrap();
            prop_assert_eq!(found.key, account.key);
            let unwritten = AccountNumber::parse(account.number.identity()).unwrap();
            prop_assert_eq!(population.find(&unwritten).unwrap().key, account.key);
        }
    }

    #[test]
    fn a_wrong_digit_leads_nowhere((population, rut) in somebody(), place in 0_usize..12, by in 1_u8..10) {
        for account in population.accounts(rut) {
            let mut digits = account.number.digits().as_bytes().to_vec();
            if digits.len() < 12 { continue } // a CuentaRUT has no check digit of its own
            digits[place] = (digits[place] - b'0' + by) % 10 + b'0';
            let wrong = AccountNumber::parse(std::str::from_utf8(&digits).unwrap()).unwrap();
            prop_assert!(population.find(&wrong).is_none_or(|found| found.key.owner != rut));
        }
    }
}

#[test]
fn every_resident_has_a_valid_rut() {
    let population = Population::new(1);
    for place in 0..200 {
        let rut = population.somebody(place);
        assert_eq!(Rut::parse(&rut.dotted()), Ok(rut));
        assert!(population.contains(rut));
    }
    assert!(population.accounts(Rut::from_body(1).unwrap()).is_empty());
}

#[test]
fn the_banks_are_those_of_the_catalogue() {
    let ours: Vec<_> = BankIndex::all().map(|bank| bank.id().clone()).collect();
    let mut sorted = ours.clone();
    sorted.sort();
    let catalogue: Vec<_> = Catalogue::bundled()
        .iter()
        .filter(|row| ours.contains(&row.id))
        .map(|row| row.id.clone())
        .collect();
    assert_eq!(sorted, catalogue);
    assert_eq!(ours.len(), 11);
}
