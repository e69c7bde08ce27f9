//! Full names in parts.

use cartola_provider_floid::mapping::Names;
use proptest::prelude::*;

#[track_caller]
fn check(full: &str, is_company: bool, expected: (&str, &str)) {
    let Names { given, surnames } = Names::of(full, is_company);
    assert_eq!((given.as_str(), surnames.as_str()), expected, "{full}");
}

#[test]
fn the_last_two_words_are_the_surnames() {
    check("Mark Tomas Gonzalez Hose", false, ("Mark Tomas", "Gonzalez Hose"));
    check("Mark Gonzalez Hose", false, ("Mark", "Gonzalez Hose"));
    check("Mark Gonzalez", false, ("Mark", "Gonzalez"));
    check("Mark", false, ("Mark", ""));
    check("  ", false, ("", ""));
}

#[test]
fn what_belongs_to_a_surname_stays_with_it() {
    check("MARÍA JOSÉ DE LA CRUZ SAN MARTÍN", false, ("MARÍA JOSÉ", "DE LA CRUZ SAN MARTÍN"));
    check("Ana del Río Soto", false, ("Ana", "del Río Soto"));
    check("De la Fuente", false, ("De", "la Fuente"));
}

#[test]
fn the_name_of_a_company_is_not_parted() {
    check("Comercial Los Aromos SpA", true, ("Comercial Los Aromos SpA", ""));
}

proptest! {
    #[test]
    fn no_word_is_lost_or_moved(words in proptest::collection::vec("[a-zA-Zñé]{1,6}", 0..7)) {
        let full = words.join("  ");
        let Names { given, surnames } = Names::of(&full, false);
        let parted: Vec<&str> = given.split(' ').chain(surnames.split(' ')).filter(|word| !word.is_empty()).collect();
        prop_assert_eq!(parted, words);
    }
}
