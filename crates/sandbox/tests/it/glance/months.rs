//! What comes each month: a roof, a salary, health, supplies, food, and cheques that take their days.

use std::collections::BTreeSet;

use cartola_primitives::calendar;
use cartola_sandbox::{Movement, Side, uf};

use super::{MONTHS, PERSONS, Resident, by_month, monthly, payee, suppliers};

/// Bank days until a cheque is money.
const CLEARING_DAYS: i32 = 2;

pub fn cheques_clear_two_bank_days_later<'a>(residents: impl Iterator<Item = &'a Resident>) {
    let mut seen = [0, 0];
    for resident in residents {
        for (place, kind) in ["cheque", "cheque_deposit"].into_iter().enumerate() {
            for cheque in resident.of_kind(kind) {
                let handed_in = cheque.occurred.date();
                let money = calendar::add_bank_days(handed_in, CLEARING_DAYS).unwrap();
                assert_eq!(cheque.booked.date(), money, "{}", cheque.glosa);
                assert!(cheque.document.is_some(), "a cheque has a number");
                seen[place] += 1;
            }
        }
    }
    assert!(seen.iter().all(|count| *count > 50), "{seen:?}");
}

pub fn a_salary_comes_each_month_from_one_employer(people: &[Resident]) {
    for person in people {
        let salaries: Vec<&Movement> = person.of_kind("salary").collect();
        monthly(&salaries);
        let employers: BTreeSet<_> = salaries.iter().map(|each| payee(each)).collect();
        assert_eq!(employers.len(), 1);
    }
}

/// The seven percent of the law are withheld of the wage and never pass through an account: what does
/// is the rest of a plan, or the bonos of whoever is with Fonasa.
pub fn an_employee_is_with_an_isapre_or_with_fonasa(people: &[Resident]) {
    let (isapres, fonasa) = (suppliers("isapre"), suppliers("fonasa"));
    let mut insured = [0, 0];
    for person in people {
        let (plan, bonos) = (person.paid_to(&isapres), person.paid_to(&fonasa));
        monthly(if plan.is_empty() { &bonos } else { &plan });
        assert!(plan.is_empty() != bonos.is_empty(), "with both");
        insured[usize::from(plan.is_empty())] += 1;
    }
    assert!(insured.iter().all(|count| *count > PERSONS / 10), "{insured:?}");
}

/// The amounts of a month each, in whole pesos.
fn paid(movements: &[&Movement]) -> Vec<i64> {
    movements.iter().map(|each| -each.amount.minor()).collect()
}

pub fn a_roof_is_let_or_owed_for_in_uf(people: &[Resident]) {
    let mut seen = [0, 0, 0];
    for person in people {
        let roofs = ["rent", "cheque", "mortgage"].map(|kind| person.of_kind(kind).collect());
        let [rent, cheque, dividends]: [Vec<&Movement>; 3] = roofs;
        let paid_for = [&rent, &cheque, &dividends];
        assert!(paid_for.iter().filter(|each| !each.is_empty()).count() <= 1, "two roofs");
        for (place, each) in paid_for.into_iter().enumerate().filter(|(_, each)| !each.is_empty()) {
            monthly(each);
            seen[place] += 1;
        }
        for rent in [&rent, &cheque] {
            let agreed: BTreeSet<_> =
                rent.iter().map(|each| (each.booked.date().year(), each.amount.minor())).collect();
            // One rent of each of the two years.
            assert!([0, 2].contains(&agreed.len()), "{agreed:?}");
            assert!(agreed.iter().all(|(_, amount)| amount % 1_000 == 0), "{agreed:?}");
        }
        check_dividends(&dividends);
    }
    assert!(seen.iter().all(|count| *count > 5), "{seen:?}");
}

/// All are one amount of UF, in pesos of their day, and each is the next part.
fn check_dividends(dividends: &[&Movement]) {
    let Some(first) = dividends.first() else { return };
    let value = uf::value_on(first.booked.date());
    // Ten thousandths of a UF, each worth almost four pesos: one amount alone gives those pesos.
    let clf = (-first.amount.minor() * 1_000_000 + value / 2) / value;
    let agreed: Vec<i64> =
        dividends.iter().map(|each| uf::in_pesos(clf, each.booked.date())).collect();
    assert_eq!(paid(dividends), agreed);
    let part = |each: &&Movement| each.instalment.unwrap();
    let (begin, of) = part(first);
    let parts: Vec<_> = dividends.iter().map(part).collect();
    assert_eq!(parts, (0..).take(MONTHS).map(|next| (begin + next, of)).collect::<Vec<_>>());
}

pub fn supplies_are_paid_each_month(people: &[Resident]) {
    for kind in ["light", "water", "gas", "phone", "internet"] {
        let names = suppliers(kind);
        for person in people {
            monthly(&person.paid_to(&names));
        }
    }
}

pub fn the_supermarket_is_visited_several_times_a_month(people: &[Resident]) {
    let names = ["LIDER", "JUMBO", "UNIMARC", "SANTA ISABEL", "TOTTUS"].map(str::to_owned);
    let mut visits = 0;
    for person in people {
        let counts = by_month(person.paid_to(&names));
        assert_eq!(counts.len(), MONTHS, "a month without food");
        assert!(counts.values().all(|count| *count >= 3), "{counts:?}");
        visits += counts.values().sum::<usize>();
    }
    assert!(visits > 4 * MONTHS * PERSONS, "{visits}");
}

pub fn what_goes_to_ones_own_account_arrives_there<'a>(
    residents: impl Iterator<Item = &'a Resident>,
) {
    let mut seen = 0;
    for resident in residents {
        for (key, movements) in &resident.accounts {
            for own in movements.iter().filter(|each| each.kind_name() == Some("own")) {
                let Side::Customer(other) = own.other else { panic!("{}", own.glosa) };
                assert!(other.owner == key.owner && other != *key);
                let theirs = resident.accounts[&other].iter().find(|each| each.flow == own.flow);
                let theirs = theirs.expect("the other side of it");
                assert_eq!(theirs.amount.minor(), -own.amount.minor());
                assert_eq!((theirs.booked, theirs.other), (own.booked, Side::Customer(*key)));
                seen += 1;
            }
        }
    }
    assert!(seen > 1_000, "{seen}");
}
